//! Tasks, and what they are given while they run.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::anyhow;
use crossbeam_channel::{RecvTimeoutError, bounded};

use super::{
    cancel::{CancelToken, Cancelled},
    compute_queue::{ComputeQueue, Priority},
    progress::{Progress, SharedProgress},
    step_times::Phase,
    stepwise::{Stepwise, advance},
    thread::{self, Broken},
};

/// How often a task that waits for a thread of its own looks whether it was cancelled.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Time between two updates that are made now and then.
const UPDATE_EVERY: Duration = Duration::from_millis(250);

/// Long work. It runs on a thread of its own, straight from its beginning to its end; the window and
/// the command line run the same.
pub trait Task: Send + 'static {
    /// Names it in the list of running work, in messages, in the log, and to the faults of tests:
    /// "fine-tuning".
    const NAME: &'static str;
    /// What is shown while it runs.
    type Update: Send + 'static;
    /// What comes of it.
    type Output: Send + 'static;

    /// Does the work.
    ///
    /// # Errors
    /// Why it broke off: shown to the user as it is. [`Cancelled`] is no failure.
    fn run(self, cx: &TaskContext<Self::Update>) -> anyhow::Result<Self::Output>;
}

/// What a task has while it runs.
pub struct TaskContext<U> {
    cancel: CancelToken,
    progress: Arc<SharedProgress>,
    update: Box<dyn Fn(U) + Send + Sync>,
    wake: Arc<dyn Fn() + Send + Sync>,
    queue: ComputeQueue,
    updated: Mutex<Option<Instant>>,
}

impl<U> TaskContext<U> {
    /// What a task is given that can be asked to stop by `cancel`.
    pub(super) fn new(
        cancel: CancelToken,
        progress: Arc<SharedProgress>,
        update: impl Fn(U) + Send + Sync + 'static,
        wake: Arc<dyn Fn() + Send + Sync>,
        queue: ComputeQueue,
    ) -> Self {
        Self {
            cancel,
            progress,
            update: Box::new(update),
            wake,
            queue,
            updated: Mutex::default(),
        }
    }

    /// True where nobody wants the work any more.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// Lets the task end by `?` where it was asked to stop.
    ///
    /// # Errors
    /// [`Cancelled`].
    pub fn check(&self) -> Result<(), Cancelled> {
        self.cancel.check()
    }

    /// For work that looks at the token itself.
    pub const fn cancel_token(&self) -> &CancelToken {
        &self.cancel
    }

    /// How far it is.
    pub fn progress(&self, done: usize, total: usize) {
        self.progress.set(Progress { done, total });
        (self.wake)();
    }

    /// Reports something.
    pub fn update(&self, update: U) {
        *self.updated() = Some(Instant::now());
        (self.update)(update);
        (self.wake)();
    }

    /// Reports something where the last report is a while ago.
    pub fn update_now_and_then(&self, update: impl FnOnce() -> U) {
        let is_time = self.updated().is_none_or(|at| at.elapsed() > UPDATE_EVERY);
        if is_time {
            self.update(update());
        }
    }

    fn updated(&self) -> MutexGuard<'_, Option<Instant>> {
        self.updated.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One step of work with networks, of 100 milliseconds at most, in its turn.
    ///
    /// # Errors
    /// [`Cancelled`] where the turn did not come before, else where the step broke off.
    pub fn compute<T: Send + 'static>(
        &self,
        priority: Priority,
        phase: Phase,
        step: impl FnOnce() -> T + Send + 'static,
    ) -> anyhow::Result<T> {
        self.queue.run(priority, phase, &self.cancel, step)
    }

    /// The same where it is on a GPU, which belongs to the queue; else here and at once, however long it
    /// takes.
    ///
    /// # Errors
    /// As [`Self::compute`].
    pub fn compute_on<T: Send + 'static>(
        &self,
        is_gpu: bool,
        phase: Phase,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> anyhow::Result<T> {
        self.on_device(is_gpu, phase, &self.cancel, work)
    }

    /// The same for the end of what was cancelled: what must not be lost.
    ///
    /// # Errors
    /// Where it broke off.
    pub fn conclude_on<T: Send + 'static>(
        &self,
        is_gpu: bool,
        phase: Phase,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> anyhow::Result<T> {
        self.on_device(is_gpu, phase, &CancelToken::default(), work)
    }

    fn on_device<T: Send + 'static>(
        &self,
        is_gpu: bool,
        phase: Phase,
        cancel: &CancelToken,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> anyhow::Result<T> {
        if is_gpu {
            return self.queue.run(Priority::Background, phase, cancel, work);
        }
        Ok(work())
    }

    /// Work that cannot be asked to stop and may never return, such as a dialog or a disk that does not
    /// answer, on a thread of its own: where the task is cancelled, it ends, and the thread is left alone.
    /// `what` names it: "reading the folder".
    ///
    /// # Errors
    /// [`Cancelled`], or where the work panicked or the system gives no thread.
    pub fn abandonable<T: Send + 'static>(
        &self,
        what: &'static str,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> anyhow::Result<T> {
        let (sender, done) = bounded(1);
        thread::start(what, work, move |result| {
            // Whoever waited may have gone.
            sender.send(result).unwrap_or_default();
        })?;
        loop {
            self.check()?;
            match done.recv_timeout(LOOK_EVERY) {
                Ok(Ok(result)) => return Ok(result),
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => {
                    return Err(anyhow!(Broken::sentence(what)));
                }
            }
        }
    }

    /// Does work with networks step by step until it is finished or the task is cancelled, and gives
    /// it back as it is then; `after` sees it after every step.
    ///
    /// # Errors
    /// As the work fails.
    pub fn advance<W: Stepwise>(
        &self,
        priority: Priority,
        work: W,
        after: impl FnMut(&mut W) -> anyhow::Result<()>,
    ) -> anyhow::Result<W> {
        advance(&self.queue, &self.cancel, priority, work, after)
    }
}

/// Runs a task in this thread, as the command line does. `update` gets its updates; how far it is only where
/// the task sends that as an update.
///
/// # Errors
/// As the task fails, or [`Cancelled`].
pub fn run_here<T: Task>(
    task: T,
    cancel: CancelToken,
    update: impl Fn(T::Update) + Send + Sync + 'static,
) -> anyhow::Result<T::Output> {
    let asked = cancel.clone();
    let queue = ComputeQueue::inline();
    let wake = Arc::new(|| {});
    let cx = TaskContext::new(cancel, Arc::default(), update, wake, queue);
    let done = task.run(&cx);
    // What was cut short by the wish to stop may fail in many ways.
    done.map_err(|error| {
        if asked.is_cancelled() {
            return Cancelled.into();
        }
        error
    })
}
