//! In which order candidates are scored, and how many at a time.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::domain::{CandidateIx, Catalogue, KeptScores, ModelInput};

/// How long a step is meant to take: an explanation or a click waits no longer. Half of what it may take, as
/// a disk may be slower than the step before it was.
const STEP_MS: f64 = 50.0;
/// Epochs of the first step, and the fewest and most of any.
const FIRST_EPOCHS: f64 = 16.0;
const EPOCHS: (f64, f64) = (4.0, 512.0);
/// Candidates that are scored in one step at most, however few epochs they have.
const MOST_AT_ONCE: usize = 512;
/// Epochs of a step of fixed size: the last candidate may have more.
const FIXED_EPOCHS: usize = 256;

/// Who is looked at: the newest list counts.
#[derive(Clone, Debug, Default)]
pub struct Focus(Arc<Mutex<Arc<[CandidateIx]>>>);

impl Focus {
    /// These are looked at now, the most urgent first.
    pub fn put(&self, candidates: Arc<[CandidateIx]>) {
        *self.candidates() = candidates;
    }

    pub(super) fn get(&self) -> Arc<[CandidateIx]> {
        self.candidates().clone()
    }

    fn candidates(&self) -> MutexGuard<'_, Arc<[CandidateIx]>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many epochs are scored at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As many as a short step takes on this machine: who is looked at waits for no more.
    Fitted,
    /// Always as many: numbers are the same to the last bit in every run.
    Fixed,
}

/// The same while steps are measured.
pub(super) enum StepSize {
    Fitted(Mutex<f64>),
    Fixed,
}

impl StepSize {
    pub const fn new(pace: Pace) -> Self {
        match pace {
            Pace::Fitted => Self::Fitted(Mutex::new(FIRST_EPOCHS)),
            Pace::Fixed => Self::Fixed,
        }
    }

    /// None where it is fixed.
    fn fitted(&self) -> Option<f64> {
        match self {
            Self::Fitted(epochs) => Some(*epochs.lock().unwrap_or_else(PoisonError::into_inner)),
            Self::Fixed => None,
        }
    }

    /// How many epochs the next step has, half of the way to what would have filled this one: one slow
    /// disk is no rule.
    pub fn adjust(&self, epochs: usize, took: Duration) {
        if let Self::Fitted(size) = self {
            let took_ms = took.as_secs_f64() * 1e3;
            let fits = epochs as f64 * STEP_MS / took_ms.max(1.0);
            let mut size = size.lock().unwrap_or_else(PoisonError::into_inner);
            *size = f64::midpoint(*size, fits).clamp(EPOCHS.0, EPOCHS.1);
        }
    }

    fn is_full(&self, candidates: usize, epochs: usize, of_next: usize) -> bool {
        match self.fitted() {
            None => epochs >= FIXED_EPOCHS,
            Some(most) => {
                candidates >= MOST_AT_ONCE || (epochs > 0 && (epochs + of_next) as f64 > most)
            }
        }
    }
}

/// What is scored in one step.
pub(super) enum Batch {
    /// All epochs of these.
    Whole(Vec<CandidateIx>),
    /// Some epochs of a candidate that has many.
    Part {
        ix: CandidateIx,
        places: Vec<usize>,
        is_last: bool,
    },
}

/// A candidate of so many epochs that one step does not score it.
struct Cut {
    ix: CandidateIx,
    /// The epochs that are not scored yet.
    places: Vec<usize>,
}

/// The order of the steps.
pub(super) struct Schedule<'a> {
    pub catalogue: &'a Catalogue,
    pub focus: Focus,
    pub size: &'a StepSize,
    /// What is kept of a model that looks at every epoch by itself, so that candidates can be cut; none
    /// where they cannot.
    pub to_cut: Option<(&'a KeptScores, &'a ModelInput)>,
    is_taken: Vec<bool>,
    /// Before this one all are taken.
    next: usize,
    /// Begun and not finished: the last was begun because it is looked at.
    cut: Vec<Cut>,
}

impl<'a> Schedule<'a> {
    /// Of all candidates that are not done already.
    pub const fn new(
        catalogue: &'a Catalogue,
        is_done: Vec<bool>,
        focus: Focus,
        size: &'a StepSize,
        to_cut: Option<(&'a KeptScores, &'a ModelInput)>,
    ) -> Self {
        Self {
            catalogue,
            focus,
            size,
            to_cut,
            is_taken: is_done,
            next: 0,
            cut: Vec::new(),
        }
    }

    /// The next candidates: who is looked at, then the rest in the order of finding.
    pub fn next_batch(&mut self) -> Option<Batch> {
        let focus = self.focus.get();
        let is_looked_at = focus.iter().any(|ix| self.is_waiting(*ix));
        if !is_looked_at && let Some(part) = self.next_part() {
            return Some(part);
        }
        let chosen = self.choose(&focus);
        match self.long_one(&chosen) {
            Some(cut) => {
                self.cut.push(cut);
                self.next_part()
            }
            None => (!chosen.is_empty()).then_some(Batch::Whole(chosen)),
        }
    }

    fn is_waiting(&self, ix: CandidateIx) -> bool {
        self.is_taken.get(ix.0 as usize) == Some(&false)
    }

    fn choose(&mut self, focus: &[CandidateIx]) -> Vec<CandidateIx> {
        while self.is_taken.get(self.next) == Some(&true) {
            self.next += 1;
        }
        let rest = (self.next..self.is_taken.len()).map(|at| CandidateIx(at as u32));
        let (mut chosen, mut epochs) = (Vec::new(), 0);
        for ix in focus.iter().copied().chain(rest) {
            if !self.is_waiting(ix) {
                continue;
            }
            let of_this = self.catalogue.get(ix).map_or(0, |c| c.epochs.len());
            if self.size.is_full(chosen.len(), epochs, of_this) {
                break;
            }
            epochs += of_this;
            self.is_taken[ix.0 as usize] = true;
            chosen.push(ix);
        }
        chosen
    }

    /// The candidate, where it is the only one and has more epochs than a step.
    fn long_one(&self, chosen: &[CandidateIx]) -> Option<Cut> {
        let ([ix], Some(most), Some((kept, input))) = (chosen, self.size.fitted(), self.to_cut)
        else {
            return None;
        };
        let candidate = self.catalogue.get(*ix)?;
        if candidate.epochs.len() as f64 <= most.max(FIRST_EPOCHS) {
            return None;
        }
        let known = kept.known(candidate, input);
        let unknown = known
            .iter()
            .enumerate()
            .filter(|(_, known)| known.is_none());
        Some(Cut {
            ix: *ix,
            places: unknown.map(|(at, _)| at).collect(),
        })
    }

    fn next_part(&mut self) -> Option<Batch> {
        let most = self.size.fitted()? as usize;
        let cut = self.cut.last_mut()?;
        let places: Vec<usize> = cut.places.drain(..most.min(cut.places.len())).collect();
        let (ix, is_last) = (cut.ix, cut.places.is_empty());
        if is_last {
            self.cut.pop();
        }
        Some(Batch::Part {
            ix,
            places,
            is_last,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Candidate, Epoch, FeaturePlan, InputPlan, Role, Scaling};

    fn catalogue(epochs: &[usize]) -> Catalogue {
        let mut catalogue = Catalogue::default();
        for (at, epochs) in epochs.iter().enumerate() {
            let epoch = |at: usize| Epoch {
                candid: Some(at.to_string().into()),
                mjd: crate::domain::Mjd::new(59_000.0 + at as f64),
                ..Epoch::default()
            };
            catalogue.absorb(Candidate {
                id: format!("c{at}").into(),
                epochs: (0..*epochs).map(epoch).collect(),
                ..Candidate::default()
            });
        }
        catalogue
    }

    fn all(schedule: &mut Schedule<'_>) -> Vec<Vec<u32>> {
        std::iter::from_fn(|| schedule.next_batch())
            .map(|batch| match batch {
                Batch::Whole(all) => all.iter().map(|ix| ix.0).collect(),
                Batch::Part { ix, places, .. } => vec![ix.0; places.len()],
            })
            .collect()
    }

    #[test]
    fn fixed_steps_hold_all_candidates_once_and_are_not_too_large() {
        let size = StepSize::new(Pace::Fixed);
        let set = catalogue(&[300, 100, 100, 100, 1, 0]);
        let mut schedule = Schedule::new(&set, vec![false; 6], Focus::default(), &size, None);
        assert_eq!(all(&mut schedule), [vec![0], vec![1, 2, 3], vec![4, 5]]);
        let set = Catalogue::default();
        let mut schedule = Schedule::new(&set, Vec::new(), Focus::default(), &size, None);
        assert!(schedule.next_batch().is_none());
    }

    #[test]
    fn who_is_looked_at_is_next_also_while_a_long_candidate_is_under_way() {
        let size = StepSize::new(Pace::Fitted);
        let set = catalogue(&[5, 40, 5, 5, 5, 5]);
        let input = ModelInput::Stamps(InputPlan {
            channels: vec![Role::Science],
            side_px: 21,
            pixel_scale_arcsec: None,
            scaling: Scaling::MinMax,
            is_in_detection_polarity: false,
            context_px: None,
        });
        let kept = KeptScores::default();
        let focus = Focus::default();
        focus.put([CandidateIx(1)].into());
        let is_done = vec![true, false, false, false, false, false];
        let to_cut = Some((&kept, &input));
        let mut schedule = Schedule::new(&set, is_done, focus.clone(), &size, to_cut);
        let Some(Batch::Part { places, .. }) = schedule.next_batch() else {
            panic!("it is not cut");
        };
        assert_eq!(places, (0..16).collect::<Vec<_>>());
        focus.put([CandidateIx(4)].into());
        let rest = all(&mut schedule);
        assert_eq!(rest[0][0], 4);
        assert_eq!(rest[1..3], [vec![1; 16], vec![1; 8]]);
        let mut whole: Vec<u32> = rest[0]
            .iter()
            .chain(rest[3..].iter().flatten())
            .copied()
            .collect();
        whole.sort_unstable();
        assert_eq!(whole, [2, 3, 4, 5]);
    }

    #[test]
    fn what_a_model_that_looks_back_scores_is_not_cut() {
        let size = StepSize::new(Pace::Fitted);
        let set = catalogue(&[40]);
        let features = FeaturePlan {
            features: vec!["Mean".into()],
            fewest_epochs: 1,
        };
        assert!(ModelInput::Features(features).looks_back());
        let mut schedule = Schedule::new(&set, vec![false], Focus::default(), &size, None);
        assert_eq!(all(&mut schedule), [[0]]);
    }
}
