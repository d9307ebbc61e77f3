//! The journal's thread: owns the project file, writes decisions and scores, hears of other windows.

use std::{path::PathBuf, thread::Builder, time::Duration};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use super::{
    event::{JobEvent, JournalNews},
    reporter::Reporter,
};
use crate::{
    domain::{
        LabelEvent, ModelId, NewScores, Problem,
        fnv::{FNV_START, fnv1a},
    },
    store::Project,
};

/// How often the project is asked for events of other windows.
const LISTEN_EVERY: Duration = Duration::from_secs(1);
/// Room for orders; one label is one order, and each is written within milliseconds.
const ORDER_ROOM: usize = 1024;

enum Order {
    Append(Vec<LabelEvent>),
    SaveSession(String),
    PutScores(ModelId, NewScores),
    ReadScores(ModelId),
    Close(Sender<()>),
}

/// The way to the journal's thread.
pub struct Journal {
    orders: Sender<Order>,
}

impl Journal {
    /// Starts the thread. It first calls `open`, which gives the project and the number of
    /// its last event known, and then owns it; without a project nothing is kept.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(
        generation: u64,
        open: impl FnOnce() -> Option<(Project, i64)> + Send + 'static,
        reporter: Reporter,
    ) -> std::io::Result<Self> {
        let (orders, inbox) = crossbeam_channel::bounded(ORDER_ROOM);
        Builder::new()
            .name("journal".into())
            .spawn(move || match open() {
                Some((project, known)) => Keeper {
                    generation,
                    project,
                    known,
                    reporter,
                    unwritten: Vec::new(),
                    has_told_of_scores: false,
                }
                .run(&inbox),
                None => keep_nothing(generation, &reporter, &inbox),
            })?;
        Ok(Self { orders })
    }

    /// Writes these events, in one transaction.
    pub fn append(&self, events: Vec<LabelEvent>) {
        self.order(Order::Append(events));
    }

    /// Keeps the session; of several the last counts. Where the journal is busy with labels,
    /// this one is passed over: another comes with the next step.
    pub fn save_session(&self, json: String) {
        if self.orders.try_send(Order::SaveSession(json)).is_err() {
            log::debug!("a session was not kept");
        }
    }

    /// Keeps scores. Where they cannot be kept the user is told once, and works on without.
    pub fn put_scores(&self, model: ModelId, new: NewScores) {
        // Never waited for: the window calls this, and what is not kept is computed again.
        if self.orders.try_send(Order::PutScores(model, new)).is_err() {
            log::debug!("the journal is busy or closed: these scores are not kept");
        }
    }

    /// Asks for the scores that the project holds; they come as [`JobEvent::StoredScores`], also
    /// where there are none.
    pub fn read_scores(&self, model: ModelId) {
        self.order(Order::ReadScores(model));
    }

    /// Waits until everything is on disk and ends the thread.
    pub fn close(self) {
        let (done, wait) = crossbeam_channel::bounded(1);
        self.order(Order::Close(done));
        // An error means that the thread is gone already; then there is nothing to wait for.
        wait.recv().ok();
    }

    fn order(&self, order: Order) {
        if self.orders.send(order).is_err() {
            log::debug!("the journal is closed: nothing is kept");
        }
    }
}

/// Without a project: whoever asks for scores hears that none are kept.
fn keep_nothing(generation: u64, reporter: &Reporter, inbox: &Receiver<Order>) {
    for order in inbox {
        match order {
            Order::ReadScores(model) => {
                let rows = [].into();
                reporter.send(JobEvent::StoredScores {
                    generation,
                    model,
                    rows,
                });
            }
            Order::Append(_) | Order::SaveSession(_) | Order::PutScores(..) => {
                log::debug!("no project: nothing is kept");
            }
            Order::Close(_) => return,
        }
    }
}

struct Keeper {
    generation: u64,
    project: Project,
    known: i64,
    reporter: Reporter,
    unwritten: Vec<LabelEvent>,
    has_told_of_scores: bool,
}

impl Keeper {
    fn run(mut self, inbox: &Receiver<Order>) {
        loop {
            let mut session = None;
            let first = match inbox.recv_timeout(LISTEN_EVERY) {
                Ok(order) => Some(order),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return self.write_at_last(),
            };
            let mut closing = None;
            for order in first.into_iter().chain(inbox.try_iter()) {
                match order {
                    Order::Append(events) => {
                        self.unwritten.extend(events);
                        self.write();
                    }
                    Order::SaveSession(json) => session = Some(json),
                    Order::PutScores(model, new) => self.put_scores(&model, &new),
                    Order::ReadScores(model) => self.read_scores(model),
                    Order::Close(done) => closing = Some(done),
                }
            }
            // Whatever could not be written before is tried again at each turn.
            self.write();
            if let Some(json) = session
                && let Err(error) = self.project.session_put("window", &json)
            {
                log::warn!("{error}");
            }
            if let Some(done) = closing {
                // Nobody waits any more where this fails, which is as good.
                done.send(()).ok();
                return;
            }
            self.listen();
        }
    }

    /// Another set was opened: what is not written is tried for a minute more.
    fn write_at_last(mut self) {
        const TRIES: u32 = 60;
        for _ in 0..TRIES {
            self.write();
            if self.unwritten.is_empty() {
                return;
            }
            std::thread::sleep(LISTEN_EVERY);
        }
        log::error!("{} labels could not be written", self.unwritten.len());
    }

    /// A window that has gone hears nothing, and needs to hear nothing.
    fn tell(&self, news: JournalNews) {
        let generation = self.generation;
        self.reporter.send(JobEvent::Journal { generation, news });
    }

    fn write(&mut self) {
        if self.unwritten.is_empty() {
            return;
        }
        match self.project.append(&self.unwritten) {
            Ok(last) => {
                let events = std::mem::take(&mut self.unwritten).len();
                self.tell(JournalNews::Saved { events });
                if last == self.known + events as i64 {
                    self.known = last;
                } else {
                    self.reread();
                }
            }
            Err(error) => {
                self.tell(JournalNews::NotSaved {
                    why: error.to_string(),
                });
            }
        }
    }

    fn put_scores(&mut self, model: &ModelId, new: &NewScores) {
        if let Err(error) = self.project.put_scores(model, new) {
            self.tell_of_scores("scores are not kept", &error.to_string());
        }
    }

    fn read_scores(&mut self, model: ModelId) {
        let rows = self.project.scores_of(&model).unwrap_or_else(|error| {
            self.tell_of_scores("kept scores are computed anew", &error.to_string());
            Vec::new()
        });
        self.reporter.send(JobEvent::StoredScores {
            generation: self.generation,
            model,
            rows: rows.into(),
        });
    }

    /// Once: the same would come with every hundred candidates.
    fn tell_of_scores(&mut self, what: &str, why: &str) {
        log::warn!("{what}: {why}");
        if !self.has_told_of_scores {
            self.has_told_of_scores = true;
            let path = self.project.path().display().to_string();
            let why = why.strip_prefix(&format!("{path}: ")).unwrap_or(why);
            let problem = Problem::new(path, what, why);
            self.reporter.send(JobEvent::Problems(vec![problem]));
        }
    }

    /// Another window wrote in between: the true order is the file's.
    fn reread(&mut self) {
        match self.project.events_since(0) {
            Ok(events) => {
                self.known = events.last().map_or(0, |(seq, _)| *seq);
                let events = events.into_iter().map(|(_, event)| event).collect();
                self.tell(JournalNews::Reordered(events));
            }
            Err(error) => log::warn!("{error}"),
        }
    }

    fn listen(&mut self) {
        match self.project.events_since(self.known) {
            Ok(events) => {
                if let Some((last, _)) = events.last() {
                    self.known = *last;
                    let events = events.into_iter().map(|(_, event)| event).collect();
                    self.tell(JournalNews::Arrived(events));
                }
            }
            Err(error) => log::warn!("{error}"),
        }
    }
}

/// The project file for these paths where the user names none: in the user's data folder,
/// named after the first path and a number made of all of them.
pub fn default_project(paths: &[PathBuf]) -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "destello")?;
    let full: Vec<_> = paths
        .iter()
        .map(|path| path.canonicalize().unwrap_or_else(|_| path.clone()))
        .collect();
    let name = full
        .first()?
        .file_stem()
        .map_or("set".into(), |stem| stem.to_string_lossy());
    let number = full.iter().fold(FNV_START, |hash, path| {
        let bytes = path.as_os_str().as_encoded_bytes().iter();
        fnv1a(hash, bytes.chain(b"\n").copied())
    });
    let file = format!(
        "{name}-{:08x}.destello",
        number as u32 ^ (number >> 32) as u32
    );
    Some(folders.data_dir().join("projects").join(file))
}

#[cfg(test)]
mod tests {
    use super::default_project;

    #[test]
    fn the_same_paths_lead_to_the_same_project_and_others_to_another() {
        let project = |path: &str| default_project(&[path.into()]).unwrap();
        assert_eq!(project("/data/night"), project("/data/night"));
        assert_ne!(project("/data/night"), project("/other/night"));
        // Projects that exist are named so.
        let known = project("/nowhere/destello/night");
        assert!(
            known.ends_with("night-bd7cbccc.destello"),
            "{}",
            known.display()
        );
        assert!(project("/data/night").to_string_lossy().contains("night-"));
    }
}
