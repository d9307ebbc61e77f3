//! A task that was started, in the hands of its owner.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{
    cancel::CancelToken,
    mailbox::Mailbox,
    progress::{Progress, SharedProgress},
    task::Task,
};

/// What a task reports. The last three are ends: exactly one of them comes, and nothing after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskEvent<U, O> {
    /// Something to show while it runs.
    Update(U),
    Finished(O),
    /// Why it broke off: a sentence.
    Failed(String),
    /// It was asked to stop, and did.
    Cancelled,
}

pub(super) type Events<T> = Mailbox<TaskEvent<<T as Task>::Update, <T as Task>::Output>>;

/// What task and owner share.
pub(super) struct Link<T: Task> {
    pub events: Arc<Events<T>>,
    pub cancel: CancelToken,
    pub progress: Arc<SharedProgress>,
    pub is_alive: Arc<AtomicBool>,
}

/// A task that runs, or has ended and was not read to its end yet. Dropping it asks the task to stop;
/// what it still reports reaches nobody.
pub struct Running<T: Task> {
    link: Link<T>,
    has_ended: bool,
}

impl<T: Task> Running<T> {
    pub(super) const fn new(link: Link<T>) -> Self {
        Self {
            link,
            has_ended: false,
        }
    }

    /// The next event, where there is one. After an end there is none.
    pub fn next_event(&mut self) -> Option<TaskEvent<T::Update, T::Output>> {
        if self.has_ended {
            return None;
        }
        let event = self.link.events.next()?;
        self.has_ended = !matches!(event, TaskEvent::Update(_));
        Some(event)
    }

    /// Asks the task to stop; its end is still to be read.
    pub fn cancel(&self) {
        self.link.cancel.cancel();
    }

    /// True where it was asked to stop.
    pub fn is_cancelling(&self) -> bool {
        self.link.cancel.is_cancelled()
    }

    /// True once its end was read.
    pub const fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// True while there is something to wait for: it runs, or there are events to be read.
    pub fn is_pending(&self) -> bool {
        self.link.is_alive.load(Ordering::SeqCst) || !self.link.events.is_empty()
    }

    pub fn progress(&self) -> Progress {
        self.link.progress.get()
    }
}

/// The next event of what may run; after its end nothing runs any more.
pub fn next_event<T: Task>(
    running: &mut Option<Running<T>>,
) -> Option<TaskEvent<T::Update, T::Output>> {
    let task = running.as_mut()?;
    let event = task.next_event();
    if task.has_ended() {
        *running = None;
    }
    event
}

impl<T: Task> Drop for Running<T> {
    fn drop(&mut self) {
        self.cancel();
    }
}

impl<T: Task> fmt::Debug for Running<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running")
            .field("name", &T::NAME)
            .field("progress", &self.progress())
            .field("has_ended", &self.has_ended)
            .finish_non_exhaustive()
    }
}
