//! How long the steps of the compute queue take, by task and phase: a step that takes too long holds up
//! scores, explanations and Cancel, and is reported in the program log.

use std::{collections::BTreeMap, fmt, time::Duration};

/// A step that takes longer is one too many.
pub const LONGEST: Duration = Duration::from_millis(100);
/// Newest durations that are kept of each phase, for the median.
const KEPT: usize = 1024;

/// What a step belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Phase {
    /// The task: "fine-tuning".
    pub task: &'static str,
    /// Which part of it: "measuring held-out labels".
    pub part: &'static str,
}

impl Phase {
    pub const fn new(task: &'static str, part: &'static str) -> Self {
        Self { task, part }
    }
}

/// The steps of one phase.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PhaseTimes {
    pub count: usize,
    pub shortest: Duration,
    pub longest: Duration,
    /// The newest, a ring of [`KEPT`].
    newest: Vec<Duration>,
}

impl PhaseTimes {
    fn add(&mut self, took: Duration) {
        if self.count == 0 {
            self.shortest = took;
        }
        self.shortest = self.shortest.min(took);
        self.longest = self.longest.max(took);
        match self.newest.get_mut(self.count % KEPT) {
            Some(place) => *place = took,
            None => self.newest.push(took),
        }
        self.count += 1;
    }

    /// Half of the newest steps took no longer.
    pub fn median(&self) -> Duration {
        let mut sorted = self.newest.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
    }
}

/// The durations of all steps, by task and phase.
#[derive(Clone, Debug, Default)]
pub struct StepTimes {
    phases: BTreeMap<Phase, PhaseTimes>,
}

impl StepTimes {
    /// Notes a step; the first of a phase that takes too long is reported.
    pub fn note(&mut self, phase: Phase, took: Duration) {
        let times = self.phases.entry(phase).or_default();
        if took > LONGEST && times.longest <= LONGEST {
            log::warn!(
                "{}, {}: a step took {} ms; other work of the networks waited for it",
                phase.task,
                phase.part,
                took.as_millis()
            );
        }
        times.add(took);
    }

    /// All phases that were seen.
    pub const fn phases(&self) -> &BTreeMap<Phase, PhaseTimes> {
        &self.phases
    }
}

/// A table in milliseconds, a line for each phase.
impl fmt::Display for StepTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<24} {:<34} {:>6} {:>8} {:>8} {:>8}",
            "task", "phase", "steps", "shortest", "median", "longest"
        )?;
        let ms = |took: Duration| took.as_secs_f64() * 1e3;
        for (phase, times) in &self.phases {
            let [shortest, median, longest] =
                [times.shortest, times.median(), times.longest].map(ms);
            writeln!(
                f,
                "{:<24} {:<34} {:>6} {shortest:>8.1} {median:>8.1} {longest:>8.1}",
                phase.task, phase.part, times.count
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_counted_by_task_and_phase() {
        let mut times = StepTimes::default();
        let learning = Phase::new("training", "learning");
        for ms in [30, 10, 250, 20] {
            times.note(learning, Duration::from_millis(ms));
        }
        times.note(
            Phase::new("training", "validating"),
            Duration::from_millis(7),
        );
        let found = &times.phases()[&learning];
        assert_eq!(found.count, 4);
        let ms = |ms| Duration::from_millis(ms);
        assert_eq!((found.shortest, found.longest), (ms(10), ms(250)));
        assert_eq!(found.median(), ms(30));
        let table = times.to_string();
        assert_eq!(table.lines().count(), 3);
        let line = table.lines().nth(1).unwrap();
        let words: Vec<_> = line.split_whitespace().collect();
        assert_eq!(
            words,
            ["training", "learning", "4", "10.0", "30.0", "250.0"]
        );
    }

    #[test]
    fn a_training_of_hours_takes_no_more_memory() {
        let mut times = StepTimes::default();
        let phase = Phase::new("training", "learning");
        for at in 0..3 * KEPT {
            times.note(phase, Duration::from_micros(at as u64));
        }
        let found = &times.phases()[&phase];
        assert_eq!((found.count, found.newest.len()), (3 * KEPT, KEPT));
        // Of the newest third.
        assert_eq!(found.median(), Duration::from_micros(2 * 1024 + 512));
    }
}
