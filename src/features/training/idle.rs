//! Which of two waited for the other: the simulator that makes examples, or the network that learns from them.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// Time that each of both waited.
#[derive(Debug)]
pub(crate) struct Idle {
    began: Instant,
    simulator_us: AtomicU64,
    learner_us: AtomicU64,
}

impl Default for Idle {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            simulator_us: AtomicU64::new(0),
            learner_us: AtomicU64::new(0),
        }
    }
}

impl Idle {
    /// The simulator waits for somebody to take what it made.
    pub fn simulator<T>(&self, wait: impl FnOnce() -> T) -> T {
        timed(&self.simulator_us, wait)
    }

    /// The learner waits for examples.
    pub fn learner<T>(&self, wait: impl FnOnce() -> T) -> T {
        timed(&self.learner_us, wait)
    }

    /// Shares of the time since the beginning, simulator and learner.
    pub fn shares(&self) -> [f64; 2] {
        let all = self.began.elapsed().as_secs_f64().max(1e-6);
        let share = |waited: &AtomicU64| waited.load(Ordering::Relaxed) as f64 * 1e-6 / all;
        [share(&self.simulator_us), share(&self.learner_us)]
    }

    /// For the log.
    pub fn in_words(&self) -> String {
        let [simulator, learner] = self.shares();
        format!(
            "of {:.0} s of training the simulator waited {:.0} % for the learner, and the learner {:.0} % for the \
             simulator",
            self.began.elapsed().as_secs_f64(),
            100.0 * simulator,
            100.0 * learner
        )
    }
}

fn timed<T>(into: &AtomicU64, wait: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let got = wait();
    let waited: Duration = began.elapsed();
    into.fetch_add(waited.as_micros() as u64, Ordering::Relaxed);
    got
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_those_of_who_waited() {
        let idle = Idle::default();
        idle.learner(|| std::thread::sleep(Duration::from_millis(20)));
        idle.simulator(|| ());
        let [simulator, learner] = idle.shares();
        assert!(
            learner > 0.5 && learner <= 1.0 && simulator < 0.1,
            "{simulator} {learner}"
        );
        assert!(idle.in_words().contains("% for the simulator"));
    }
}
