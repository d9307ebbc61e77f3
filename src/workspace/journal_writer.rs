//! The journal's thread: owns the project file, writes decisions, and finds those of other windows.

use std::{fmt, time::Duration};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, select};

use crate::{
    domain::LabelEvent,
    english,
    language::{filled, in_english},
    store::{Place, Project, StoreError},
    tasks::{
        Wake, fault,
        thread::{self, Broken},
    },
};

/// News of the project file.
#[derive(Debug)]
pub enum JournalNews {
    /// Label events are on disk.
    Saved { events: usize },
    /// Label events could not be written: they are kept in memory and tried again.
    NotSaved {
        /// Why, naming the file.
        why: String,
    },
    /// The project file was gone or exchanged and is back with all labels.
    Restored(Restored),
    /// The answer to a request to write everything.
    Flushed {
        /// Labels that are not on disk.
        unwritten: usize,
        /// Why not, naming the file; empty where all are.
        why: String,
    },
    /// Another window on this project, or an import, added events.
    Arrived(Vec<LabelEvent>),
    /// The whole journal in its true order, after two windows wrote at once.
    Reordered(Vec<LabelEvent>),
}

/// A project file that is back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    pub file: String,
    /// What became of it, in English: `{file}` stands for it.
    pub news: &'static str,
}

impl Restored {
    /// The sentence, in the language of the window.
    pub fn in_words(&self) -> String {
        filled(self.news, &[("file", &self.file)])
    }
}

/// How often the project is asked for events of other windows.
const LISTEN_EVERY: Duration = Duration::from_secs(1);
/// Room for orders; one label is one order, and each is written within milliseconds.
const ORDER_CAPACITY: usize = 1024;
/// News that may wait to be read; then the thread waits.
const NEWS_CAPACITY: usize = 1024;
/// How long closing waits for a disk that does not answer.
const CLOSE_WITHIN: Duration = Duration::from_secs(20);

enum Order {
    Append(Vec<LabelEvent>),
    SaveSession(String),
    Flush,
    Close(Sender<usize>),
}

/// An open project and the number of its last event known.
pub type Opened = (Project, i64);

/// The way to the journal's thread, and back. Dropped, it brings the thread to its end: what it was given
/// is written first, and what it still reports reaches nothing.
pub struct Journal {
    orders: Sender<Order>,
    news: Receiver<JournalNews>,
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal").finish_non_exhaustive()
    }
}

/// The way from the thread to the window.
#[derive(Clone)]
struct Reports {
    news: Sender<JournalNews>,
    wake: Wake,
}

impl Reports {
    /// A window that has gone needs no news.
    fn send(&self, news: JournalNews) {
        if let JournalNews::NotSaved { why } = &news {
            log::warn!("{why}");
        }
        self.news.send(news).unwrap_or_default();
        (self.wake)();
    }
}

impl Journal {
    /// Starts the thread before there is a project: it comes with the first candidate, or not at
    /// all where the sender is dropped.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(project: Receiver<Opened>, wake: Wake) -> std::io::Result<Self> {
        let (orders, inbox) = bounded(ORDER_CAPACITY);
        let (sender, news) = bounded(NEWS_CAPACITY);
        let reports = Reports { news: sender, wake };
        let broken = reports.clone();
        let work = move || {
            let waiting = Waiting {
                reports,
                session: None,
            };
            waiting.run(&project, &inbox);
        };
        // Every piece of work is guarded; where the thread breaks off all the same, it is reported.
        thread::start("journal", work, move |end| {
            if end.is_err() {
                let why = Broken::sentence("the journal writer");
                broken.send(JournalNews::NotSaved { why });
            }
        })?;
        Ok(Self { orders, news })
    }

    /// A journal whose orders go nowhere and whose news are sent by hand, for tests.
    pub fn detached() -> (Self, Sender<JournalNews>) {
        let (orders, _) = bounded(ORDER_CAPACITY);
        let (sender, news) = bounded(NEWS_CAPACITY);
        (Self { orders, news }, sender)
    }

    /// The oldest news that were not read.
    pub fn next_news(&self) -> Option<JournalNews> {
        self.news.try_recv().ok()
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

    /// Tries to write everything; what came of it is reported as [`JournalNews::Flushed`].
    pub fn flush(&self) {
        self.order(Order::Flush);
    }

    /// Writes everything, ends the thread, and returns the number of labels that are not on disk;
    /// none where a disk did not answer within `CLOSE_WITHIN`.
    pub fn close(self) -> Option<usize> {
        let (done, wait) = bounded(1);
        let Self { orders, news } = self;
        // News are read no more: the thread must not wait for that.
        drop(news);
        if orders.send(Order::Close(done)).is_err() {
            return Some(0);
        }
        match wait.recv_timeout(CLOSE_WITHIN) {
            Ok(unwritten) => Some(unwritten),
            Err(RecvTimeoutError::Timeout) => None,
            // The thread is gone already: there is nothing to wait for.
            Err(RecvTimeoutError::Disconnected) => Some(0),
        }
    }

    fn order(&self, order: Order) {
        if self.orders.send(order).is_err() {
            log::debug!("the journal is closed: nothing is kept");
        }
    }
}

/// Before a project is there.
struct Waiting {
    reports: Reports,
    session: Option<String>,
}

impl Waiting {
    fn run(mut self, project: &Receiver<Opened>, inbox: &Receiver<Order>) {
        loop {
            select! {
                recv(project) -> opened => {
                    let Ok(opened) = opened else {
                        return keep_nothing(&self.reports, inbox);
                    };
                    return self.keep(opened, None, inbox);
                }
                recv(inbox) -> order => {
                    let Ok(order) = order else { return };
                    // Labels come only once the project is there: of two that wait, it is first.
                    if let Ok(opened) = project.try_recv() {
                        return self.keep(opened, Some(order), inbox);
                    }
                    if let Order::SaveSession(json) = order {
                        self.session = Some(json);
                    } else if without_project(&self.reports, order) {
                        return;
                    }
                }
            }
        }
    }

    fn keep(self, opened: Opened, first: Option<Order>, inbox: &Receiver<Order>) {
        let mut writer = Writer::new(opened, self.reports);
        writer.save_session(self.session.as_deref());
        writer.run(first, inbox);
    }
}

/// Without a project nothing is kept.
fn keep_nothing(reports: &Reports, inbox: &Receiver<Order>) {
    for order in inbox {
        if without_project(reports, order) {
            return;
        }
    }
}

/// Answers an order where there is no project. True where it was the last one.
fn without_project(reports: &Reports, order: Order) -> bool {
    match order {
        Order::Append(_) | Order::SaveSession(_) => {
            log::debug!("no project: nothing is kept");
        }
        Order::Flush => {
            let news = JournalNews::Flushed {
                unwritten: 0,
                why: String::new(),
            };
            reports.send(news);
        }
        Order::Close(done) => {
            done.send(0).ok();
            return true;
        }
    }
    false
}

struct Writer {
    project: Project,
    known: i64,
    reports: Reports,
    /// Not on disk yet. What panics leaves them here.
    unwritten: Vec<LabelEvent>,
    /// So many of them were being written when it panicked: they may be on disk.
    unsure: usize,
    /// Events in a file that is no longer at its path: written, but not where they belong.
    astray: usize,
    /// True where the window has to be given the whole journal again.
    is_stale: bool,
    /// Why the last attempt failed.
    fault: Option<String>,
}

impl Writer {
    fn new((project, known): Opened, reports: Reports) -> Self {
        Self {
            project,
            known,
            reports,
            unwritten: Vec::new(),
            unsure: 0,
            astray: 0,
            is_stale: false,
            fault: None,
        }
    }

    fn run(mut self, mut waiting: Option<Order>, inbox: &Receiver<Order>) {
        loop {
            let mut session = None;
            let first = match waiting.take() {
                Some(order) => Some(order),
                None => match inbox.recv_timeout(LISTEN_EVERY) {
                    Ok(order) => Some(order),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => return self.write_at_last(),
                },
            };
            let mut closing = None;
            for order in first.into_iter().chain(inbox.try_iter()) {
                match order {
                    Order::Append(events) => {
                        self.unwritten.extend(events);
                        self.write();
                    }
                    Order::SaveSession(json) => session = Some(json),
                    Order::Flush => self.flush(),
                    Order::Close(done) => closing = Some(done),
                }
            }
            // Whatever could not be written before is tried again at each turn.
            self.write();
            self.save_session(session.as_deref());
            if let Some(done) = closing {
                // Where this fails the caller has gone, which is as good.
                done.send(self.at_stake()).ok();
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
        // A file that is not the open one is not taken: what the old connection holds is worth more.
        if self.project.place() != Place::Same {
            return;
        }
        let path = self.project.path().to_owned();
        match thread::caught("open project again", || Project::open_existing(&path)) {
            Ok(Ok(project)) => self.project = project,
            Ok(Err(error)) => log::error!("{error}"),
            Err(_) => {}
        }
    }

    fn save_session(&mut self, json: Option<&str>) {
        let Some(json) = json else { return };
        self.guarded(|writer| {
            if let Err(error) = writer.project.session_put("window", json) {
                log::warn!("{error}");
            }
        });
    }

    /// Labels that would be lost if the window closed now.
    fn at_stake(&self) -> usize {
        if self.fault.is_some() && self.project.place() != Place::Same {
            // Also those that were on disk are nowhere but in a file without a name.
            let written = self.project.events_since(0).map_or(0, |all| all.len());
            return written + self.unwritten.len();
        }
        self.unwritten.len() + self.astray
    }

    fn flush(&mut self) {
        self.write();
        self.report(JournalNews::Flushed {
            unwritten: self.at_stake(),
            why: self.fault.clone().unwrap_or_default(),
        });
    }

    /// Another set was opened: what is not written is tried for a minute more.
    fn write_at_last(mut self) {
        const TRIES: u32 = 60;
        for _ in 0..TRIES {
            self.write();
            if self.unwritten.is_empty() && self.fault.is_none() {
                return;
            }
            std::thread::sleep(LISTEN_EVERY);
        }
        log::error!("{} labels could not be written", self.at_stake());
    }

    fn report(&self, news: JournalNews) {
        self.reports.send(news);
    }

    /// Brings the file back to its path where it is not there, and writes what is not written.
    fn write(&mut self) {
        // The second time after a panic, with another connection.
        for _ in 0..2 {
            let name = if self.unwritten.is_empty() {
                "journal"
            } else {
                "write labels"
            };
            match thread::caught(name, || self.try_write()) {
                Ok(Ok(events)) => return self.note_written(events),
                Ok(Err(error)) => return self.note_fault(error.to_string()),
                Err(_) => self.open_again(),
            }
        }
        let why = Broken::sentence("writing labels");
        self.note_fault(format!("{why}; it is tried again"));
    }

    fn note_written(&mut self, events: usize) {
        let had_fault = self.fault.take().is_some();
        if events > 0 || had_fault {
            self.report(JournalNews::Saved { events });
        }
        // After the acknowledgement: the window knows then which events the file has.
        if std::mem::take(&mut self.is_stale) {
            self.guarded(Self::reread);
        }
    }

    /// The same again at each turn is reported once.
    fn note_fault(&mut self, why: String) {
        if self.fault.as_ref() != Some(&why) {
            self.report(JournalNews::NotSaved { why: why.clone() });
        }
        self.fault = Some(why);
    }

    /// The number of events that are on disk since the last time, at the project's path.
    fn try_write(&mut self) -> Result<usize, StoreError> {
        self.find_file()?;
        if self.unsure > 0 {
            self.find_unsure()?;
        }
        if !self.unwritten.is_empty() {
            // Where this panics the number stays.
            self.unsure = self.unwritten.len();
            let last = self.project.append(&self.unwritten);
            fault::point("labels written");
            self.unsure = 0;
            let last = last?;
            let events = std::mem::take(&mut self.unwritten).len();
            self.astray += events;
            // Another window wrote in between: the true order is the file's.
            self.is_stale |= last != self.known + events as i64;
            self.known = last;
            // The file may have gone in between: acknowledged is only what lies at its path.
            self.find_file()?;
        }
        Ok(std::mem::take(&mut self.astray))
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
            self.astray += events;
            self.is_stale = true;
        }
        Ok(())
    }

    /// Sees to it that the path leads to the open file.
    fn find_file(&mut self) -> Result<(), StoreError> {
        let file = self.project.path().display().to_string();
        let news = match self.project.place() {
            Place::Same => return Ok(()),
            Place::Gone => {
                self.project.make_again()?;
                english!(
                    "{file} was removed while it was open: it was written again with all its labels"
                )
            }
            Place::Replaced => {
                self.project.adopt()?;
                english!(
                    "{file} was exchanged while it was open for a copy with the same labels: work goes on there"
                )
            }
        };
        let restored = Restored { file, news };
        log::warn!("{}", in_english(|| restored.in_words()));
        self.report(JournalNews::Restored(restored));
        self.is_stale = true;
        Ok(())
    }

    /// Another window wrote in between: the true order is the file's.
    fn reread(&mut self) {
        match self.project.history() {
            Ok((events, last)) => {
                self.known = last;
                self.report(JournalNews::Reordered(events));
            }
            Err(error) => log::warn!("{error}"),
        }
    }

    fn listen(&mut self) {
        // Events of a server came to stand before some that the window has.
        match self.project.is_reordered() {
            Ok(true) => return self.reread(),
            Ok(false) => {}
            Err(error) => log::warn!("{error}"),
        }
        match self.project.events_since(self.known) {
            Ok(events) => {
                if let Some((last, _)) = events.last() {
                    self.known = *last;
                    let events = events.into_iter().map(|(_, event)| event).collect();
                    self.report(JournalNews::Arrived(events));
                }
            }
            Err(error) => log::warn!("{error}"),
        }
    }
}
