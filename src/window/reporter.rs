//! The way back from a worker: a bounded channel and a nudge to the window.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError};

use super::event::JobEvent;

/// Room for news that the window has not read yet; a worker waits when it is full.
const CHANNEL_ROOM: usize = 256;

/// News, and the opening whose news they are; none of work that outlives a set.
struct Envelope {
    opening: Option<u64>,
    event: JobEvent,
}

/// Sends news and has the window look at them.
#[derive(Clone)]
pub struct Reporter {
    sender: Sender<Envelope>,
    opening: Option<u64>,
    /// Number of the present opening.
    present: Arc<AtomicU64>,
    nudge: Arc<dyn Fn() + Send + Sync>,
}

impl Reporter {
    /// A reporter and the end at which its news arrive. `nudge` is called after each.
    pub fn new(nudge: impl Fn() + Send + Sync + 'static) -> (Self, Inbox) {
        let (sender, receiver) = crossbeam_channel::bounded(CHANNEL_ROOM);
        let present = Arc::new(AtomicU64::new(0));
        let inbox = Inbox {
            receiver,
            present: present.clone(),
        };
        let reporter = Self {
            sender,
            opening: None,
            present,
            nudge: Arc::new(nudge),
        };
        (reporter, inbox)
    }

    /// The reporter for all work on a set: opened now, by that number. News of the sets opened
    /// before, also those that are on the way already, do not arrive any more.
    #[must_use]
    pub fn for_opening(&self, generation: u64) -> Self {
        self.present.store(generation, Ordering::SeqCst);
        Self {
            opening: Some(generation),
            ..self.clone()
        }
    }

    /// What has the window look.
    pub fn nudge(&self) -> impl Fn() + Send + Sync + 'static {
        let nudge = self.nudge.clone();
        move || nudge()
    }

    /// Sends news. False where nobody listens any more: the worker should end.
    pub fn send(&self, event: JobEvent) -> bool {
        if let Some(why) = event.failure() {
            log::warn!("{why}");
        }
        let opening = self.opening;
        let is_heard = self.sender.send(Envelope { opening, event }).is_ok();
        (self.nudge)();
        is_heard
    }
}

/// Where news arrive: those of the present set, and those of work that outlives a set.
pub struct Inbox {
    receiver: Receiver<Envelope>,
    present: Arc<AtomicU64>,
}

impl Inbox {
    /// One at which nothing arrives. Whoever still sends to the one before it learns that nobody
    /// listens any more.
    pub fn never() -> Self {
        Self {
            receiver: crossbeam_channel::never(),
            present: Arc::default(),
        }
    }

    /// The next news, where some are there.
    ///
    /// # Errors
    /// Where there are none.
    pub fn try_recv(&self) -> Result<JobEvent, TryRecvError> {
        loop {
            if let Some(event) = self.opened(self.receiver.try_recv()?) {
                return Ok(event);
            }
        }
    }

    /// The next news; waits so long for them.
    ///
    /// # Errors
    /// Where none came.
    pub fn recv_timeout(&self, patience: Duration) -> Result<JobEvent, RecvTimeoutError> {
        let until = Instant::now() + patience;
        loop {
            if let Some(event) = self.opened(self.receiver.recv_deadline(until)?) {
                return Ok(event);
            }
        }
    }

    /// All news that are there.
    pub fn try_iter(&self) -> impl Iterator<Item = JobEvent> {
        std::iter::from_fn(|| self.try_recv().ok())
    }

    /// True where nothing is there.
    pub fn is_empty(&self) -> bool {
        self.receiver.is_empty()
    }

    /// The news; none where they are of a set that was left.
    fn opened(&self, Envelope { opening, event }: Envelope) -> Option<JobEvent> {
        let present = self.present.load(Ordering::SeqCst);
        opening
            .is_none_or(|opening| opening == present)
            .then_some(event)
    }
}
