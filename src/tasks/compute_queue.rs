//! The queue of all work that computes with networks: one thread, one step at a time, the most urgent
//! first, so that a score that somebody waits for does not wait for a training that lasts hours.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::anyhow;
use crossbeam_channel::{RecvTimeoutError, bounded};

use super::{
    cancel::{CancelToken, Cancelled},
    learner::{After, Learner, Task as LearnerTask, Urgency},
    step_times::{Phase, StepTimes},
    thread::Broken,
};

pub use super::learner::Urgency as Priority;

/// How often a task that waits for its turn looks whether it was cancelled.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The queue.
#[derive(Clone)]
pub struct ComputeQueue {
    place: Place,
}

#[derive(Clone)]
enum Place {
    Thread(Arc<Learner>),
    /// Steps are done by whoever asks.
    Here(Arc<Mutex<StepTimes>>),
}

impl ComputeQueue {
    /// The queue of that thread.
    pub const fn new(learner: Arc<Learner>) -> Self {
        let place = Place::Thread(learner);
        Self { place }
    }

    /// Without a thread: for the command line, and for tests.
    pub fn inline() -> Self {
        let place = Place::Here(Arc::default());
        Self { place }
    }

    /// The thread.
    pub const fn learner(&self) -> Option<&Arc<Learner>> {
        match &self.place {
            Place::Thread(learner) => Some(learner),
            Place::Here(_) => None,
        }
    }

    /// Does one step in its turn, and waits for it.
    ///
    /// # Errors
    /// [`Cancelled`] where the turn did not come before, else where the step panicked.
    pub fn run<T: Send + 'static>(
        &self,
        priority: Priority,
        phase: Phase,
        cancel: &CancelToken,
        step: impl FnOnce() -> T + Send + 'static,
    ) -> anyhow::Result<T> {
        cancel.check()?;
        let learner = match &self.place {
            Place::Thread(learner) => learner,
            Place::Here(times) => {
                let began = Instant::now();
                let done = step();
                lock(times).note(phase, began.elapsed());
                return Ok(done);
            }
        };
        let (sender, done) = bounded(1);
        learner.add(Box::new(Step {
            priority,
            phase,
            cancel: cancel.clone(),
            work: Some(Box::new(move || {
                // Whoever asked may have gone.
                sender.send(step()).unwrap_or_default();
            })),
        }));
        loop {
            match done.recv_timeout(LOOK_EVERY) {
                Ok(done) => return Ok(done),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) if cancel.is_cancelled() => {
                    return Err(Cancelled.into());
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(anyhow!(Broken::sentence(phase.part)));
                }
            }
        }
    }

    /// How long the steps took so far.
    pub fn times(&self) -> StepTimes {
        match &self.place {
            Place::Thread(learner) => learner.times(),
            Place::Here(times) => lock(times).clone(),
        }
    }

    /// Ends the thread; at most one step is waited for.
    pub fn close(&self) {
        if let Place::Thread(learner) = &self.place {
            learner.close();
        }
    }
}

impl fmt::Debug for ComputeQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ComputeQueue")
    }
}

fn lock(times: &Mutex<StepTimes>) -> MutexGuard<'_, StepTimes> {
    times.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One step on its way through the queue.
struct Step {
    priority: Priority,
    phase: Phase,
    cancel: CancelToken,
    work: Option<Box<dyn FnOnce() + Send>>,
}

impl LearnerTask for Step {
    fn name(&self) -> &'static str {
        self.phase.task
    }

    fn urgency(&self) -> Urgency {
        // What nobody wants is out of the way at once.
        if self.cancel.is_cancelled() {
            return Urgency::Now;
        }
        self.priority
    }

    fn phase(&self) -> Phase {
        self.phase
    }

    fn step(&mut self) -> After {
        if let Some(work) = self.work.take().filter(|_| !self.cancel.is_cancelled()) {
            work();
        }
        After::Done
    }

    fn broke_off(&mut self) {
        // Whoever waits finds that no answer can come.
        self.work = None;
    }
}
