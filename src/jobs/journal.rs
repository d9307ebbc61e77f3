//! The journal's thread: owns the project file, writes decisions and scores, hears of other windows.

use std::{path::PathBuf, time::Duration};

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
    store::{Project, StoreError},
    tasks::{
        fault,
        thread::{self, Broken},
    },
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
        let news = reporter.clone();
        let work = move || match open() {
            Some((project, known)) => Keeper {
                generation,
                project,
                known,
                reporter,
                unwritten: Vec::new(),
                unsure: 0,
                has_told_of_scores: false,
            }
            .run(&inbox),
            None => keep_nothing(generation, &reporter, &inbox),
        };
        thread::start("journal", work, move |end| {
            if end.is_err() {
                let why = Broken::sentence("the journal writer");
                let news_of_it = JournalNews::NotSaved { why };
                news.send(JobEvent::Journal {
                    generation,
                    news: news_of_it,
                });
            }
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
    /// Not on disk yet. What panics leaves them here.
    unwritten: Vec<LabelEvent>,
    /// So many of them were being written when it panicked: they may be on disk.
    unsure: usize,
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
                    Order::PutScores(model, new) => {
                        self.guarded(|keeper| keeper.put_scores(&model, &new));
                    }
                    Order::ReadScores(model) => self.read_scores(model),
                    Order::Close(done) => closing = Some(done),
                }
            }
            // Whatever could not be written before is tried again at each turn.
            self.write();
            if let Some(json) = session {
                self.guarded(|keeper| {
                    if let Err(error) = keeper.project.session_put("window", &json) {
                        log::warn!("{error}");
                    }
                });
            }
            if let Some(done) = closing {
                // Nobody waits any more where this fails, which is as good.
                done.send(()).ok();
                return;
            }
            self.guarded(Self::listen);
        }
    }

    /// Works on the project; where that panics the project is opened again and the thread goes on.
    fn guarded<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let done = thread::caught("journal", || work(self)).ok();
        if done.is_none() {
            self.open_again();
        }
        done
    }

    /// A panic may have left the connection in any state: another takes its place.
    fn open_again(&mut self) {
        let path = self.project.path().to_owned();
        // A file that is gone is not made anew: what the old connection holds is worth more.
        if !path.is_file() {
            return;
        }
        match thread::caught("open project again", || Project::open_or_create(&path)) {
            Ok(Ok(project)) => self.project = project,
            Ok(Err(error)) => log::error!("{error}"),
            Err(_) => {}
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
        // The second time after a panic, with another connection.
        for _ in 0..2 {
            if self.unwritten.is_empty() {
                return;
            }
            let Ok(written) = thread::caught("write labels", || self.append_unwritten()) else {
                self.open_again();
                continue;
            };
            match written {
                Ok(Some(last)) => self.note_written(last),
                Ok(None) => {}
                Err(error) => self.tell(JournalNews::NotSaved {
                    why: error.to_string(),
                }),
            }
            return;
        }
        let why = Broken::sentence("writing labels") + "; it is tried again";
        self.tell(JournalNews::NotSaved { why });
    }

    /// Writes what is not on disk; the number of the journal's last event where that was anything.
    fn append_unwritten(&mut self) -> Result<Option<i64>, StoreError> {
        if self.unsure > 0 {
            self.find_unsure()?;
        }
        if self.unwritten.is_empty() {
            return Ok(None);
        }
        // Where this panics the number stays.
        self.unsure = self.unwritten.len();
        let last = self.project.append(&self.unwritten);
        fault::point("labels written");
        self.unsure = 0;
        last.map(Some)
    }

    /// Looks whether the events of an attempt that panicked are on disk: all are, or none. No other
    /// window has our steps.
    fn find_unsure(&mut self) -> Result<(), StoreError> {
        let on_disk = self.project.events_since(self.known)?;
        let first = &self.unwritten[0];
        let is_on_disk = on_disk.iter().any(|(_, event)| {
            (event.step, &event.candidate, &event.action)
                == (first.step, &first.candidate, &first.action)
        });
        let events = std::mem::take(&mut self.unsure);
        if is_on_disk {
            self.unwritten.drain(..events);
            self.tell(JournalNews::Saved { events });
            self.reread();
        }
        Ok(())
    }

    fn note_written(&mut self, last: i64) {
        let events = std::mem::take(&mut self.unwritten).len();
        self.tell(JournalNews::Saved { events });
        if last == self.known + events as i64 {
            self.known = last;
        } else {
            self.guarded(Self::reread);
        }
    }

    fn put_scores(&mut self, model: &ModelId, new: &NewScores) {
        if let Err(error) = self.project.put_scores(model, new) {
            self.tell_of_scores("scores are not kept", &error.to_string());
        }
    }

    fn read_scores(&mut self, model: ModelId) {
        let rows = self.guarded(|keeper| {
            keeper.project.scores_of(&model).unwrap_or_else(|error| {
                keeper.tell_of_scores("kept scores are computed anew", &error.to_string());
                Vec::new()
            })
        });
        let rows = rows.unwrap_or_default();
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
