//! The one thread that owns all work with networks.
//!
//! Work comes as tasks that are done step by step. Between two steps the most urgent task is taken,
//! so that an explanation that somebody waits for does not wait for a training that lasts hours.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Instant,
};

use super::{
    step_times::{Phase, StepTimes},
    thread,
};

/// How soon a task must be done; the first is the most urgent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Somebody looks at where its result will stand.
    Now,
    /// Scores of what is not on the screen.
    Soon,
    /// Training.
    Background,
    /// There is nothing to do before another thread is done: its steps only wait for that.
    Waiting,
}

/// What a step left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// There is more to do.
    More,
    /// The task is done, cancelled or failed; it has said so itself.
    Done,
}

/// Work with networks.
pub trait Task: Send {
    /// Its type, which names it in the log and to the faults of tests.
    fn name(&self) -> &'static str {
        let path = std::any::type_name::<Self>();
        path.rsplit("::").next().unwrap_or(path)
    }

    /// How soon it must be done; may change between steps.
    fn urgency(&self) -> Urgency;

    /// What the next step belongs to; steps are measured by it.
    fn phase(&self) -> Phase;

    /// Does a part of it, of 100 milliseconds at most ([`super::step_times::LONGEST`]): others wait
    /// meanwhile.
    fn step(&mut self) -> After;

    /// Called instead of further steps where a step panicked.
    fn broke_off(&mut self);

    /// Called instead of further steps where the program ends: what must not be lost is kept.
    fn close(&mut self) {}
}

#[derive(Default)]
struct Desk {
    tasks: VecDeque<Box<dyn Task>>,
    is_closed: bool,
}

#[derive(Default)]
struct Shared {
    desk: Mutex<Desk>,
    bell: Condvar,
    times: Mutex<StepTimes>,
}

impl Shared {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn times(&self) -> MutexGuard<'_, StepTimes> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has a task do a step.
    fn step(&self, mut task: Box<dyn Task>) {
        let phase = task.phase();
        let began = Instant::now();
        let stepped = thread::caught(task.name(), || task.step());
        self.times().note(phase, began.elapsed());
        match stepped {
            // At the end of the line: equals take turns.
            Ok(After::More) => self.desk().tasks.push_back(task),
            Ok(After::Done) => {}
            Err(_) => {
                let report = || task.broke_off();
                thread::caught("a task that broke off", report).unwrap_or_default();
            }
        }
    }

    /// Waits for the most urgent task, the one that came first among equals; none once closed.
    fn next(&self) -> Option<Box<dyn Task>> {
        let mut desk = self.desk();
        while !desk.is_closed {
            let urgencies = desk.tasks.iter().map(|task| task.urgency());
            let most = urgencies
                .enumerate()
                .min_by_key(|(at, urgency)| (*urgency, *at));
            if let Some((at, _)) = most {
                return desk.tasks.remove(at);
            }
            let woken = self.bell.wait(desk);
            desk = woken.unwrap_or_else(PoisonError::into_inner);
        }
        None
    }
}

/// The thread.
pub struct Learner {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Learner {
    /// Starts it.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start() -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let worker = shared.clone();
        let left = shared.clone();
        let work = move || {
            while let Some(task) = worker.next() {
                worker.step(task);
            }
            log::debug!("steps of the learner, ms:\n{}", worker.times());
        };
        let thread = thread::start("learner", work, move |end| {
            let tasks = {
                let mut desk = left.desk();
                desk.is_closed = true;
                std::mem::take(&mut desk.tasks)
            };
            for mut task in tasks {
                // One that panics must not keep the others from what they have to save.
                thread::caught("closing a task", || match &end {
                    Ok(()) => task.close(),
                    Err(_) => task.broke_off(),
                })
                .unwrap_or_default();
            }
        })?;
        Ok(Self {
            shared,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Adds a task. Where the thread has ended, the task learns that it broke off.
    pub fn add(&self, mut task: Box<dyn Task>) {
        let mut desk = self.shared.desk();
        if desk.is_closed {
            drop(desk);
            task.broke_off();
            return;
        }
        desk.tasks.push_back(task);
        drop(desk);
        self.shared.bell.notify_one();
    }

    /// How long the steps took so far.
    pub fn times(&self) -> StepTimes {
        self.shared.times().clone()
    }

    /// Ends the work: tasks under way keep what must not be lost. At most a step is waited for.
    pub fn close(&self) {
        self.shared.desk().is_closed = true;
        self.shared.bell.notify_one();
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            thread.join().unwrap_or_default();
        }
    }
}

impl Drop for Learner {
    fn drop(&mut self) {
        // Drivers do not like a program that ends while they work.
        self.close();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crossbeam_channel::{Receiver, Sender, bounded};

    use super::*;

    struct Counting {
        urgency: Urgency,
        left: u32,
        said: Sender<Urgency>,
        may_go: Receiver<()>,
    }

    impl Task for Counting {
        fn urgency(&self) -> Urgency {
            self.urgency
        }

        fn phase(&self) -> Phase {
            Phase::new("counting", "down")
        }

        fn step(&mut self) -> After {
            self.may_go.recv().unwrap();
            assert!(self.left > 0, "told to break");
            self.said.send(self.urgency).unwrap();
            self.left -= 1;
            if self.left == 0 {
                After::Done
            } else {
                After::More
            }
        }

        fn broke_off(&mut self) {
            self.said.send(Urgency::Soon).unwrap();
        }
    }

    #[test]
    fn what_somebody_waits_for_comes_between_the_steps_of_a_training() {
        let (said, heard) = bounded(16);
        let (go, may_go) = bounded(16);
        let task = |urgency, left| {
            let (said, may_go) = (said.clone(), may_go.clone());
            Box::new(Counting {
                urgency,
                left,
                said,
                may_go,
            })
        };
        let learner = Learner::start().unwrap();
        learner.add(task(Urgency::Background, 3));
        go.send(()).unwrap();
        let next = || heard.recv_timeout(Duration::from_secs(10)).unwrap();
        assert_eq!(next(), Urgency::Background);
        learner.add(task(Urgency::Now, 1));
        (0..3).for_each(|_| go.send(()).unwrap());
        let rest = [next(), next(), next()];
        // The second step of the training may have been taken up already.
        assert!(rest[..2].contains(&Urgency::Now), "{rest:?}");
        // A task that panics is told, and the thread lives on.
        learner.add(task(Urgency::Now, 0));
        learner.add(task(Urgency::Now, 1));
        (0..2).for_each(|_| go.send(()).unwrap());
        assert_eq!([next(), next()], [Urgency::Soon, Urgency::Now]);
    }

    #[test]
    fn what_waits_for_another_thread_comes_after_all_that_can_be_done() {
        let (said, heard) = bounded(16);
        let (go, may_go) = bounded(16);
        let task = |urgency, left| {
            let (said, may_go) = (said.clone(), may_go.clone());
            Box::new(Counting {
                urgency,
                left,
                said,
                may_go,
            })
        };
        let learner = Learner::start().unwrap();
        learner.add(task(Urgency::Background, 3));
        learner.add(task(Urgency::Waiting, 1));
        learner.add(task(Urgency::Soon, 1));
        (0..5).for_each(|_| go.send(()).unwrap());
        let next = || heard.recv_timeout(Duration::from_secs(10)).unwrap();
        let all: Vec<Urgency> = (0..5).map(|_| next()).collect();
        assert_eq!(all[4], Urgency::Waiting, "{all:?}");
        // The last step may still be under way.
        let phase = Phase::new("counting", "down");
        assert!(learner.times().phases()[&phase].count >= 4);
    }

    struct Endless(Sender<()>);

    impl Task for Endless {
        fn urgency(&self) -> Urgency {
            Urgency::Background
        }

        fn phase(&self) -> Phase {
            Phase::new("endless", "going on")
        }

        fn step(&mut self) -> After {
            After::More
        }

        fn broke_off(&mut self) {}

        fn close(&mut self) {
            self.0.send(()).unwrap();
        }
    }

    #[test]
    fn what_is_under_way_at_the_end_is_kept() {
        let (kept, all) = bounded(4);
        let learner = Learner::start().unwrap();
        learner.add(Box::new(Endless(kept.clone())));
        learner.add(Box::new(Endless(kept)));
        learner.close();
        assert_eq!(all.try_iter().count(), 2);
        // Once is enough.
        drop(learner);
        assert_eq!(all.try_iter().count(), 0);
    }

    struct Frail(Sender<&'static str>);

    impl Task for Frail {
        fn urgency(&self) -> Urgency {
            Urgency::Background
        }

        fn phase(&self) -> Phase {
            Phase::new("frail", "going on")
        }

        fn step(&mut self) -> After {
            After::More
        }

        fn broke_off(&mut self) {
            self.0.send("broke off").unwrap();
        }

        fn close(&mut self) {
            self.0.send("closing").unwrap();
            panic!("while it saves");
        }
    }

    #[test]
    fn a_task_that_breaks_while_it_is_closed_does_not_keep_others_from_saving() {
        let (kept, all) = bounded(8);
        let learner = Learner::start().unwrap();
        learner.add(Box::new(Frail(kept.clone())));
        learner.add(Box::new(Frail(kept.clone())));
        learner.close();
        assert_eq!(all.try_iter().collect::<Vec<_>>(), ["closing", "closing"]);
        // What comes after the end is told so.
        learner.add(Box::new(Frail(kept)));
        assert_eq!(all.try_iter().collect::<Vec<_>>(), ["broke off"]);
    }
}
