//! Sets of classes against truths: how often they hold the true class, class by class.

use std::sync::Arc;

use crate::domain::{
    Detections, Evaluation, ModelFacts, ScoreBook, SetCalibration,
    set_figures::{ClassCoverage, SetFigures},
};

/// What sets are made from beside the predictions that are shown.
#[derive(Clone, Debug, Default)]
pub struct SetsAtHand {
    /// What the models themselves predict, not corrected for class shares.
    pub own: Arc<ScoreBook>,
    /// Whether anything is seen of each candidate.
    pub detections: Arc<Detections>,
    /// The coverage that is wanted, 0 to 1.
    pub level: f64,
}

/// The sets of what was judged of a model; none of one that was not calibrated for sets, or where nothing was judged.
pub(super) fn set_figures(
    judged: &Evaluation,
    facts: &ModelFacts,
    shown: &ScoreBook,
    at_hand: &SetsAtHand,
) -> Option<SetFigures> {
    let sets: &SetCalibration = facts.sets.as_deref()?;
    let mut counts = vec![[0_u64; 4]; facts.classes.len()];
    for one in judged.judged.iter() {
        let (ix, epoch) = (one.candidate, one.epoch as usize);
        let shown = shown.get(&facts.id, ix)?;
        let own = at_hand.own.get(&facts.id, ix).unwrap_or(shown);
        let truth = usize::from(one.truth);
        let Some(set) = sets.set([own, shown], epoch, at_hand.level) else {
            continue;
        };
        let count = counts.get_mut(truth)?;
        count[0] += 1;
        count[1] += u64::from(set.contains(&truth));
        count[2] += set.len() as u64;
        count[3] += u64::from(at_hand.detections.is_seen(ix, epoch) == Some(false));
    }
    let is_any = counts.iter().any(|[n, ..]| *n > 0);
    let classes = facts.classes.iter().zip(counts);
    let of_class = |(class, [n, held, size, unseen]): (&String, [u64; 4])| ClassCoverage {
        class: class.clone(),
        n,
        unseen,
        coverage: (n > 0).then(|| held as f64 / n as f64),
        mean_size: (n > 0).then(|| size as f64 / n as f64),
    };
    is_any.then(|| SetFigures {
        level: at_hand.level,
        calibrated_with: sets.data.clone(),
        classes: classes.map(of_class).collect(),
    })
}
