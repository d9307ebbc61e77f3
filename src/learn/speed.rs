//! How fast a model scores here, found by trying.

use std::time::{Duration, Instant};

use super::{
    LearnError, Model,
    infer::{Epochs, States, questions},
};
use crate::imaging::sequence_input::{CHANNELS, CONDITIONS};

/// How long it is tried.
const TRIED: Duration = Duration::from_millis(60);
/// Candidates at once, as in use.
const BATCH: usize = 64;

impl Model {
    /// Candidates that are scored in a second, once they are prepared; of a recurrent network, epochs.
    ///
    /// # Errors
    /// Where the device fails.
    pub fn rate(&self) -> Result<f64, LearnError> {
        if let Ok(plan) = self.stamps() {
            let inputs = questions(BATCH, plan.len());
            return timed(BATCH, || self.score(&inputs).map(|_| ()));
        }
        let side = self.sequence()?.side_px;
        let epochs = Epochs {
            images: questions(BATCH, CHANNELS * side * side),
            conditions: questions(BATCH, CONDITIONS),
            count: BATCH,
            length: 1,
        };
        let mut states = States::new(BATCH);
        timed(BATCH, || self.next_epochs(&epochs, &mut states).map(|_| ()))
    }
}

/// How many of a batch of so many are done in a second. A batch takes the shortest time that it was seen to take:
/// others may have had the processor in between.
pub(super) fn timed(
    count: usize,
    mut batch: impl FnMut() -> Result<(), LearnError>,
) -> Result<f64, LearnError> {
    // The first takes its memory from the system.
    batch()?;
    let began = Instant::now();
    let mut shortest = Duration::MAX;
    while began.elapsed() < TRIED || shortest == Duration::MAX {
        let began = Instant::now();
        batch()?;
        shortest = shortest.min(began.elapsed());
    }
    Ok(count as f64 / shortest.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use crate::learn::model_file::tests::untrained;

    #[test]
    fn every_kind_of_network_has_a_rate() {
        for network in ["compact", "recurrent"] {
            let rate = untrained(network).rate().unwrap();
            assert!(rate > 10.0 && rate.is_finite(), "{network}: {rate}");
        }
    }
}
