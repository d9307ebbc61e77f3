//! The queue of all work that computes with networks: one thread, one step at a time, the most urgent
//! first, so that a score that somebody waits for does not wait for a training that lasts hours.

use std::{
    fmt,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use anyhow::anyhow;
use crossbeam_channel::{RecvTimeoutError, bounded};

use super::{
    cancel::{CancelToken, Cancelled},
    step_times::{Phase, StepTimes},
    thread::{self, Broken},
};

/// How often a task that waits for its turn looks whether it was cancelled.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How soon a step must be done; the first is the most urgent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// A person looks at where its result will stand.
    Now,
    /// Scores of what is not on the screen.
    Soon,
    /// Training.
    Background,
}

#[derive(Clone)]
pub struct ComputeQueue {
    place: Place,
}

#[derive(Clone)]
enum Place {
    Thread(Arc<Worker>),
    /// Steps are done by whoever asks.
    Here(Arc<Mutex<StepTimes>>),
}

/// The thread, and what waits for it.
struct Worker {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    added: Condvar,
    times: Mutex<StepTimes>,
}

#[derive(Default)]
struct Waiting {
    /// In the order in which they came.
    steps: Vec<Step>,
    is_closed: bool,
}

/// One step on its way through the queue. Where it is dropped undone, whoever asked finds that no
/// answer can come.
struct Step {
    priority: Priority,
    phase: Phase,
    cancel: CancelToken,
    work: Box<dyn FnOnce() + Send>,
}

impl Step {
    /// What is no longer wanted is out of the way at once.
    fn rank(&self) -> Priority {
        if self.cancel.is_cancelled() {
            Priority::Now
        } else {
            self.priority
        }
    }
}

impl ComputeQueue {
    /// Starts the thread.
    ///
    /// # Errors
    /// Where the system gives none.
    pub fn start() -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let (worker, left) = (shared.clone(), shared.clone());
        let work = move || {
            while let Some(step) = worker.next() {
                worker.run(step);
            }
            log::debug!("steps of the compute queue, ms:\n{}", lock(&worker.times));
        };
        // Whatever ended it: who still waits must not wait for ever.
        let thread = thread::start("compute queue", work, move |_| left.close())?;
        let thread = Mutex::new(Some(thread));
        Ok(Self {
            place: Place::Thread(Arc::new(Worker { shared, thread })),
        })
    }

    /// Without a thread: for the command line, and for tests.
    pub fn inline() -> Self {
        let place = Place::Here(Arc::default());
        Self { place }
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
        let worker = match &self.place {
            Place::Thread(worker) => worker,
            Place::Here(times) => {
                let began = Instant::now();
                let done = step();
                lock(times).note(phase, began.elapsed());
                return Ok(done);
            }
        };
        let (sender, done) = bounded(1);
        worker.shared.add(Step {
            priority,
            phase,
            cancel: cancel.clone(),
            work: Box::new(move || {
                // Whoever asked may have gone.
                sender.send(step()).unwrap_or_default();
            }),
        });
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
            Place::Thread(worker) => lock(&worker.shared.times).clone(),
            Place::Here(times) => lock(times).clone(),
        }
    }

    /// Ends the thread; at most one step is waited for.
    pub fn close(&self) {
        if let Place::Thread(worker) = &self.place {
            worker.close();
        }
    }
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        lock(&self.waiting)
    }

    fn add(&self, step: Step) {
        let mut waiting = self.waiting();
        if !waiting.is_closed {
            waiting.steps.push(step);
            self.added.notify_one();
        }
    }

    /// Waits for the most urgent step, the one that came first among equals; none once closed.
    fn next(&self) -> Option<Step> {
        let mut waiting = self.waiting();
        while !waiting.is_closed {
            let ranks = waiting.steps.iter().map(Step::rank).enumerate();
            if let Some((at, _)) = ranks.min_by_key(|(at, rank)| (*rank, *at)) {
                return Some(waiting.steps.remove(at));
            }
            let woken = self.added.wait(waiting);
            waiting = woken.unwrap_or_else(PoisonError::into_inner);
        }
        None
    }

    fn run(&self, step: Step) {
        if step.cancel.is_cancelled() {
            return;
        }
        let began = Instant::now();
        // A panic is in the log; whoever waits finds that no answer can come.
        thread::caught(step.phase.task, step.work).unwrap_or_default();
        lock(&self.times).note(step.phase, began.elapsed());
    }

    fn close(&self) {
        let mut waiting = self.waiting();
        waiting.is_closed = true;
        waiting.steps.clear();
        self.added.notify_all();
    }
}

impl Worker {
    fn close(&self) {
        self.shared.close();
        let thread = lock(&self.thread).take();
        if let Some(thread) = thread {
            thread.join().unwrap_or_default();
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Drivers do not like a program that ends while they work.
        self.close();
    }
}

impl fmt::Debug for ComputeQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ComputeQueue")
    }
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHASE: Phase = Phase::new("queue", "a step");

    fn waiting(queue: &ComputeQueue) -> usize {
        match &queue.place {
            Place::Thread(worker) => worker.shared.waiting().steps.len(),
            Place::Here(_) => 0,
        }
    }

    #[test]
    fn equals_take_turns_and_the_urgent_come_first() {
        let queue = ComputeQueue::start().unwrap();
        let (begun, has_begun) = bounded::<()>(1);
        let (go, may_go) = bounded::<()>(1);
        let (done, order) = bounded(16);
        let first = done.clone();
        let hold = move || {
            begun.send(()).unwrap();
            may_go.recv().unwrap();
            first.send("first").unwrap();
        };
        let never = CancelToken::default();
        std::thread::scope(|scope| {
            let run = || queue.run(Priority::Background, PHASE, &never, hold);
            let first = thread::scoped(scope, "first", run).unwrap();
            has_begun.recv().unwrap();
            let others = [
                (Priority::Background, "second"),
                (Priority::Background, "third"),
                (Priority::Now, "urgent"),
            ];
            for (at, (priority, name)) in others.into_iter().enumerate() {
                let (queue, never, done) = (&queue, &never, done.clone());
                let step = move || done.send(name).unwrap();
                let run = move || queue.run(priority, PHASE, never, step).unwrap();
                thread::scoped(scope, name, run).unwrap();
                while waiting(queue) <= at {
                    std::thread::yield_now();
                }
            }
            go.send(()).unwrap();
            first.join().unwrap().unwrap();
        });
        let order: Vec<_> = order.try_iter().collect();
        assert_eq!(order, ["first", "urgent", "second", "third"]);
    }

    #[test]
    fn a_step_that_panics_or_comes_too_late_is_an_error_and_the_queue_goes_on() {
        let queue = ComputeQueue::start().unwrap();
        let never = CancelToken::default();
        let panics = || -> u32 { panic!("on purpose") };
        let error = queue
            .run(Priority::Soon, PHASE, &never, panics)
            .unwrap_err();
        assert!(error.to_string().starts_with("a step broke off"), "{error}");
        let cancel = CancelToken::default();
        cancel.cancel();
        let error = queue.run(Priority::Soon, PHASE, &cancel, || 1).unwrap_err();
        assert!(error.is::<Cancelled>());
        assert_eq!(queue.run(Priority::Soon, PHASE, &never, || 7).unwrap(), 7);
        assert_eq!(queue.times().phases()[&PHASE].count, 2);
        queue.close();
        assert!(queue.run(Priority::Soon, PHASE, &never, || 8).is_err());
    }
}
