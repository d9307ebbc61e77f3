//! Who starts tasks, on threads of their own, and waits for them at the end of the program.

use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use super::{
    cancel::{CancelToken, Cancelled},
    compute_queue::ComputeQueue,
    mailbox::Mailbox,
    running::{Link, Running, TaskEvent},
    step_times::StepTimes,
    task::{Task, TaskContext},
    thread::{self, Broken},
    wake::Wake,
};

/// How long the end of the program waits for tasks that were asked to stop.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Clone)]
pub struct Tasks {
    shared: Arc<Shared>,
    queue: ComputeQueue,
    /// Called whenever there is something to read.
    wake: Wake,
    mode: Mode,
    /// Called after a failure; what the user must know beside it.
    after_failure: Arc<dyn Fn() -> Option<String> + Send + Sync>,
}

/// How tasks are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Threads,
    Inline,
    Never,
}

#[derive(Default)]
struct Shared {
    live: Mutex<Vec<Live>>,
    one_ended: Condvar,
}

struct Live {
    cancel: CancelToken,
    is_alive: Arc<AtomicBool>,
}

impl Shared {
    fn live(&self) -> MutexGuard<'_, Vec<Live>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tasks {
    /// For a window that `wake` has draw a frame.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> std::io::Result<Self> {
        Ok(Self {
            shared: Arc::default(),
            queue: ComputeQueue::start()?,
            wake: Arc::new(wake),
            mode: Mode::Threads,
            after_failure: Arc::new(|| None),
        })
    }

    /// For tests: a task is done when its start returns.
    pub fn inline() -> Self {
        Self {
            shared: Arc::default(),
            queue: ComputeQueue::inline(),
            wake: Arc::new(|| {}),
            mode: Mode::Inline,
            after_failure: Arc::new(|| None),
        }
    }

    /// For tests of what is shown meanwhile: a task never begins.
    pub fn never() -> Self {
        Self {
            mode: Mode::Never,
            ..Self::inline()
        }
    }

    /// The same with a look, after every failure, at what may be broken: on the task's thread.
    #[must_use]
    pub fn looking(mut self, look: impl Fn() -> Option<String> + Send + Sync + 'static) -> Self {
        self.after_failure = Arc::new(look);
        self
    }

    /// Starts a task. Where the system gives no thread, it has failed.
    pub fn start<T: Task>(&self, task: T) -> Running<T> {
        let link = Link::<T> {
            events: Arc::new(Mailbox::new(self.mode == Mode::Threads)),
            cancel: CancelToken::default(),
            progress: Arc::default(),
            is_alive: Arc::new(AtomicBool::new(true)),
        };
        let (events, cancel) = (link.events.clone(), link.cancel.clone());
        let updates = (link.events.clone(), link.cancel.clone());
        let update = move |update| updates.0.send(TaskEvent::Update(update), &updates.1);
        let cx = TaskContext::new(
            cancel.clone(),
            link.progress.clone(),
            update,
            self.wake.clone(),
            self.queue.clone(),
        );
        let (shared, is_alive) = (self.shared.clone(), link.is_alive.clone());
        let (wake, look) = (self.wake.clone(), self.after_failure.clone());
        let end = move |result: Result<anyhow::Result<T::Output>, Broken>| {
            let mut event = end_of::<T>(result, &cancel);
            if let TaskEvent::Failed(why) = &mut event
                && let Some(more) = look()
            {
                *why = format!("{why}; {more}");
            }
            events.send(event, &cancel);
            is_alive.store(false, Ordering::SeqCst);
            shared
                .live()
                .retain(|live| live.is_alive.load(Ordering::SeqCst));
            shared.one_ended.notify_all();
            wake();
        };
        match self.mode {
            Mode::Threads => {}
            Mode::Inline => {
                end(thread::caught(T::NAME, || task.run(&cx)));
                return Running::new(link);
            }
            Mode::Never => {
                link.is_alive.store(false, Ordering::SeqCst);
                return Running::new(link);
            }
        }
        self.shared.live().push(Live {
            cancel: link.cancel.clone(),
            is_alive: link.is_alive.clone(),
        });
        let events = link.events.clone();
        if let Err(error) = thread::start(T::NAME, move || task.run(&cx), end) {
            let why = format!("{} could not be started: {error}", T::NAME);
            events.send(TaskEvent::Failed(why), &link.cancel);
            link.is_alive.store(false, Ordering::SeqCst);
            self.shared
                .live()
                .retain(|live| live.is_alive.load(Ordering::SeqCst));
        }
        Running::new(link)
    }

    /// Has the window look, for work on threads that are not tasks.
    pub fn wake(&self) -> Wake {
        self.wake.clone()
    }

    /// How long steps of the compute queue took so far.
    pub fn step_times(&self) -> StepTimes {
        self.queue.times()
    }

    /// Asks every task to stop and waits until they have, for a while: what must not be lost is
    /// written then.
    pub fn close(&self) {
        let until = Instant::now() + PATIENCE;
        let mut live = self.shared.live();
        for task in &*live {
            task.cancel.cancel();
        }
        while !live.is_empty() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                log::error!("{} tasks did not stop", live.len());
                break;
            }
            let waited = self.shared.one_ended.wait_timeout(live, left);
            live = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(live);
        self.queue.close();
    }
}

fn end_of<T: Task>(
    result: Result<anyhow::Result<T::Output>, Broken>,
    cancel: &CancelToken,
) -> TaskEvent<T::Update, T::Output> {
    match result {
        Ok(Ok(output)) => TaskEvent::Finished(output),
        // What was cut short by the wish to stop may fail in many ways.
        Ok(Err(error)) if cancel.is_cancelled() || error.is::<Cancelled>() => {
            log::debug!("{}: {error:#}", T::NAME);
            TaskEvent::Cancelled
        }
        Ok(Err(error)) => {
            let why = format!("{error:#}");
            log::warn!("{}: {why}", T::NAME);
            TaskEvent::Failed(why)
        }
        Err(_) => TaskEvent::Failed(Broken::sentence(&format!("the {}", T::NAME))),
    }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;
    use crossbeam_channel::{Receiver, Sender, bounded};

    use super::*;
    use crate::tasks::{compute_queue::Priority, fault, progress::Progress, step_times::Phase};

    /// Counts to `to`, after each number waiting for a word; what becomes of it is noted in `end`.
    struct Counting {
        to: u32,
        go: Receiver<()>,
        end: Sender<&'static str>,
    }

    impl Task for Counting {
        const NAME: &'static str = "counting";
        type Update = u32;
        type Output = String;

        fn run(self, cx: &TaskContext<u32>) -> anyhow::Result<String> {
            for number in 0..self.to {
                while self.go.recv_timeout(Duration::from_millis(5)).is_err() {
                    if let Err(cancelled) = cx.check() {
                        self.end.send("cancelled").unwrap();
                        return Err(cancelled.into());
                    }
                }
                if number == 7 {
                    bail!("seven is too many");
                }
                cx.progress(number as usize + 1, self.to as usize);
                cx.update(number);
            }
            self.end.send("done").unwrap();
            Ok(format!("{} numbers", self.to))
        }
    }

    fn counting(to: u32, words: usize) -> (Counting, Receiver<&'static str>) {
        let (entered, go) = bounded(16);
        for _ in 0..words {
            entered.send(()).unwrap();
        }
        let (end, ends) = bounded(1);
        (Counting { to, go, end }, ends)
    }

    fn events<T: Task>(running: &mut Running<T>) -> Vec<TaskEvent<T::Update, T::Output>> {
        let until = Instant::now() + Duration::from_secs(10);
        let mut events = Vec::new();
        while !running.has_ended() {
            assert!(Instant::now() < until, "no end came");
            match running.next_event() {
                Some(event) => events.push(event),
                None => std::thread::yield_now(),
            }
        }
        events
    }

    #[test]
    fn updates_come_in_order_and_then_one_end() {
        for tasks in [Tasks::inline(), Tasks::new(|| {}).unwrap()] {
            let (task, ends) = counting(3, 3);
            let mut running = tasks.start(task);
            let all = [0, 1, 2].map(TaskEvent::Update);
            let mut expected = Vec::from(all);
            expected.push(TaskEvent::Finished("3 numbers".to_owned()));
            assert_eq!(events(&mut running), expected);
            assert_eq!(running.progress(), Progress { done: 3, total: 3 });
            assert_eq!(ends.recv().unwrap(), "done");
            assert!(running.next_event().is_none());
            tasks.close();
        }
    }

    #[test]
    fn a_task_that_is_asked_to_stop_ends_as_cancelled() {
        let tasks = Tasks::new(|| {}).unwrap();
        let (task, ends) = counting(3, 1);
        let mut running = tasks.start(task);
        while running.next_event().is_none() {
            std::thread::yield_now();
        }
        running.cancel();
        assert_eq!(ends.recv().unwrap(), "cancelled");
        assert_eq!(events(&mut running), [TaskEvent::Cancelled]);
    }

    #[test]
    fn a_task_whose_owner_drops_it_stops_even_with_a_full_mailbox() {
        struct Flood(Sender<()>);
        impl Task for Flood {
            const NAME: &'static str = "flood";
            type Update = usize;
            type Output = ();
            fn run(self, cx: &TaskContext<usize>) -> anyhow::Result<()> {
                for number in 0.. {
                    if cx.is_cancelled() {
                        break;
                    }
                    cx.update(number);
                }
                self.0.send(()).unwrap();
                Ok(())
            }
        }
        let tasks = Tasks::new(|| {}).unwrap();
        let (ended, end) = bounded(1);
        let running = tasks.start(Flood(ended));
        assert!(end.recv_timeout(Duration::from_millis(100)).is_err());
        drop(running);
        end.recv_timeout(Duration::from_secs(10)).unwrap();
    }

    #[test]
    fn an_error_and_a_panic_are_failures_with_a_sentence() {
        struct Panics;
        impl Task for Panics {
            const NAME: &'static str = "a task that panics";
            type Update = ();
            type Output = ();
            fn run(self, _: &TaskContext<()>) -> anyhow::Result<()> {
                panic!("on purpose")
            }
        }

        let tasks = Tasks::new(|| {}).unwrap();
        let (task, _ends) = counting(9, 9);
        let mut running = tasks.start(task);
        let failed = TaskEvent::Failed("seven is too many".to_owned());
        assert_eq!(events(&mut running).pop(), Some(failed));

        let Some(TaskEvent::Failed(why)) = events(&mut tasks.start(Panics)).pop() else {
            panic!("it did not fail");
        };
        assert!(why.starts_with("the a task that panics broke off"), "{why}");
    }

    /// What a thread of its own is to do.
    type Work = Box<dyn FnOnce() -> u32 + Send>;

    struct Asks(Work);
    impl Task for Asks {
        const NAME: &'static str = "asking";
        type Update = ();
        type Output = u32;
        fn run(self, cx: &TaskContext<()>) -> anyhow::Result<u32> {
            cx.abandonable("an answer", self.0)
        }
    }

    #[test]
    fn what_never_returns_does_not_hold_up_the_end_of_its_task_nor_of_the_program() {
        let tasks = Tasks::new(|| {}).unwrap();
        let (never, wait) = bounded::<u32>(1);
        let mut running = tasks.start(Asks(Box::new(move || wait.recv().unwrap_or(0))));
        running.cancel();
        assert_eq!(events(&mut running), [TaskEvent::Cancelled]);
        let mut answered = tasks.start(Asks(Box::new(|| 7)));
        assert_eq!(events(&mut answered), [TaskEvent::Finished(7)]);
        let mut broken = tasks.start(Asks(Box::new(|| panic!("on purpose"))));
        let why = "an answer broke off: see Log in the Help menu".to_owned();
        assert_eq!(events(&mut broken), [TaskEvent::Failed(why)]);
        let (other, wait) = bounded::<u32>(1);
        let _forgotten = tasks.start(Asks(Box::new(move || wait.recv().unwrap_or(0))));
        let began = Instant::now();
        tasks.close();
        assert!(began.elapsed() < PATIENCE / 2);
        drop((never, other));
    }

    #[test]
    fn a_step_in_the_queue_comes_by_its_priority_and_its_panic_is_an_error() {
        struct Steps(Priority, Sender<Priority>, Receiver<()>);
        impl Task for Steps {
            const NAME: &'static str = "steps";
            type Update = ();
            type Output = ();
            fn run(self, cx: &TaskContext<()>) -> anyhow::Result<()> {
                let Self(priority, sender, go) = self;
                for _ in 0..2 {
                    let (sender, go) = (sender.clone(), go.clone());
                    cx.compute(priority, Phase::new("steps", "a step"), move || {
                        go.recv().unwrap();
                        sender.send(priority).unwrap();
                    })?;
                }
                Ok(())
            }
        }
        let tasks = Tasks::new(|| {}).unwrap();
        let (sender, order) = bounded(16);
        let (go, may_go) = bounded(16);
        let mut training = tasks.start(Steps(Priority::Background, sender.clone(), may_go.clone()));
        go.send(()).unwrap();
        let next = || order.recv_timeout(Duration::from_secs(10)).unwrap();
        assert_eq!(next(), Priority::Background);
        let mut score = tasks.start(Steps(Priority::Now, sender, may_go));
        (0..3).for_each(|_| go.send(()).unwrap());
        let rest = [next(), next(), next()];
        // The second step of the training may have begun already.
        assert!(rest[..2].contains(&Priority::Now), "{rest:?}");
        events(&mut training);
        events(&mut score);
        tasks.close();
        assert_eq!(fault::left("steps"), 0);
    }

    #[test]
    fn the_end_of_the_program_waits_for_what_must_be_written() {
        struct Saves(Sender<()>);
        impl Task for Saves {
            const NAME: &'static str = "saving";
            type Update = ();
            type Output = ();
            fn run(self, cx: &TaskContext<()>) -> anyhow::Result<()> {
                while !cx.is_cancelled() {
                    std::thread::sleep(Duration::from_millis(2));
                }
                std::thread::sleep(Duration::from_millis(50));
                self.0.send(()).unwrap();
                Ok(())
            }
        }
        let tasks = Tasks::new(|| {}).unwrap();
        let (saved, has_saved) = bounded(1);
        let _running = tasks.start(Saves(saved));
        tasks.close();
        assert!(has_saved.try_recv().is_ok());
    }
}
