//! The way back from a worker: a bounded channel and a nudge to the window.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::event::JobEvent;

/// Room for news that the window has not read yet; a worker waits when it is full.
const CHANNEL_ROOM: usize = 256;

/// Sends news and has the window look at them.
#[derive(Clone)]
pub struct Reporter {
    sender: crossbeam_channel::Sender<JobEvent>,
    nudge: Arc<dyn Fn() + Send + Sync>,
}

impl Reporter {
    /// A reporter and the end at which its news arrive. `nudge` is called after each.
    pub fn new(
        nudge: impl Fn() + Send + Sync + 'static,
    ) -> (Self, crossbeam_channel::Receiver<JobEvent>) {
        let (sender, receiver) = crossbeam_channel::bounded(CHANNEL_ROOM);
        (
            Self {
                sender,
                nudge: Arc::new(nudge),
            },
            receiver,
        )
    }

    /// Sends news. False where nobody listens any more: the worker should end.
    pub fn send(&self, event: JobEvent) -> bool {
        let is_heard = self.sender.send(event).is_ok();
        (self.nudge)();
        is_heard
    }
}

/// Asks a job to stop; the job looks at it between steps.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// Asks.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// True where the job was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
