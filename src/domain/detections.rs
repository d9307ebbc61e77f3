//! Whether anything is seen yet of candidates: how significantly each was detected after each of its epochs.

use std::sync::Arc;

use super::CandidateIx;

/// Standard deviations from which on something is seen.
pub const SEEN: f32 = 4.0;

/// Significances of all candidates, standard deviations: the largest up to each epoch, so that what was seen stays
/// seen. NaN before the first measurement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Detections {
    all: Vec<Option<Arc<[f32]>>>,
    /// Candidates whose last epoch is known and shows nothing.
    unseen: usize,
    revision: u64,
}

impl Detections {
    /// Keeps those of a candidate, one for each epoch.
    pub fn put(&mut self, candidate: CandidateIx, significances: Arc<[f32]>) {
        let at = candidate.0 as usize;
        if self.all.len() <= at {
            self.all.resize(at + 1, None);
        }
        let before = self.all[at].replace(significances);
        let is_unseen =
            |all: Option<&Arc<[f32]>>| all.and_then(|all| seen(all, all.len())) == Some(false);
        self.unseen -= usize::from(is_unseen(before.as_ref()));
        self.unseen += usize::from(is_unseen(self.all[at].as_ref()));
        self.revision += 1;
    }

    /// Forgets those of a candidate, which has other epochs now.
    pub fn forget(&mut self, candidate: CandidateIx) {
        let known = self.all.get_mut(candidate.0 as usize);
        if let Some(before) = known.and_then(Option::take) {
            self.unseen -= usize::from(seen(&before, before.len()) == Some(false));
            self.revision += 1;
        }
    }

    /// Those of a candidate, one for each epoch; none before it was looked at.
    pub fn get(&self, candidate: CandidateIx) -> Option<&Arc<[f32]>> {
        self.all.get(candidate.0 as usize)?.as_ref()
    }

    /// Whether anything was seen up to an epoch; none where that is not known.
    pub fn is_seen(&self, candidate: CandidateIx, epoch: usize) -> Option<bool> {
        seen(self.get(candidate)?, epoch + 1)
    }

    /// Candidates of which nothing is seen after their last epoch.
    pub const fn unseen(&self) -> usize {
        self.unseen
    }

    /// Grows with every candidate that was looked at.
    pub const fn revision(&self) -> u64 {
        self.revision
    }
}

fn seen(all: &[f32], epochs: usize) -> Option<bool> {
    let value = all.get(epochs.min(all.len()).checked_sub(1)?)?;
    (!value.is_nan()).then_some(*value >= SEEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_is_known_epoch_by_epoch() {
        let mut known = Detections::default();
        let ix = CandidateIx(2);
        assert_eq!(known.is_seen(ix, 0), None);
        known.put(ix, [f32::NAN, 1.0, 3.0].into());
        assert_eq!(
            [0, 1, 2].map(|epoch| known.is_seen(ix, epoch)),
            [None, Some(false), Some(false)]
        );
        assert_eq!(known.unseen(), 1);
        // A new epoch comes in which it is seen.
        known.put(ix, [f32::NAN, 1.0, 3.0, 9.0].into());
        assert_eq!((known.is_seen(ix, 3), known.unseen()), (Some(true), 0));
        assert_eq!(known.is_seen(CandidateIx(0), 0), None);
        known.put(ix, [1.0].into());
        known.forget(ix);
        assert_eq!((known.get(ix), known.unseen()), (None, 0));
    }
}
