//! Sets of classes against truths: how often they hold the true class, class by class.

use std::sync::Arc;

use crate::{
    domain::{
        Candidate, CandidateIx, Catalogue, Detections, Evaluation, ModelFacts, ScoreBook,
        SetCalibration, fnv,
        set_figures::{ClassCoverage, SetFigures},
    },
    features::labelling::{
        label_sets::{labelled, with_labels},
        truths::Truths,
    },
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

/// The sets of what was judged of a model, as it was calibrated, then with labels; nothing of one that was not
/// calibrated for sets, or where nothing was judged. What calibrates does not measure: labels do it by halves, each
/// half of the objects for the other.
pub(super) fn set_figures(
    judged: &Evaluation,
    facts: &ModelFacts,
    shown: &ScoreBook,
    (catalogue, truths): (&Catalogue, Truths<'_>),
    at_hand: &SetsAtHand,
) -> Vec<SetFigures> {
    let Some(sets) = facts.sets.as_deref() else {
        return Vec::new();
    };
    let measuring = Measuring {
        judged,
        facts,
        shown,
        at_hand,
    };
    let mut found: Vec<SetFigures> = measuring
        .figures(&|_| Some(sets), sets.data.clone())
        .into_iter()
        .collect();
    if matches!(truths, Truths::Data) {
        return found;
    }
    let known = labelled((&facts.classes, &facts.learned), catalogue, truths, |ix| {
        at_hand.own.get(&facts.id, ix)
    });
    let half = |ix: CandidateIx| catalogue.get(ix).map_or(0, half_of);
    let halves = [1, 0].map(|other| {
        let of_other = known.iter().filter(|(ix, _)| half(*ix) == other);
        with_labels(
            sets,
            (&facts.id, &facts.classes),
            of_other.map(|(_, one)| one),
        )
    });
    if let [Some(_), Some(_)] = &halves {
        let data = "labels, one half of the objects for the other".into();
        found.extend(measuring.figures(&|ix| halves[half(ix)].as_ref(), data));
    }
    found
}

/// In which half of all objects one falls, always the same.
fn half_of(candidate: &Candidate) -> usize {
    (fnv::drawn(candidate.id.bytes().chain(*b"half")) % 2) as usize
}

struct Measuring<'a> {
    judged: &'a Evaluation,
    facts: &'a ModelFacts,
    shown: &'a ScoreBook,
    at_hand: &'a SetsAtHand,
}

impl Measuring<'_> {
    fn figures<'b>(
        &self,
        sets_of: &dyn Fn(CandidateIx) -> Option<&'b SetCalibration>,
        calibrated_with: String,
    ) -> Option<SetFigures> {
        let Self {
            judged,
            facts,
            shown,
            at_hand,
        } = self;
        let mut counts = vec![[0_u64; 4]; facts.classes.len()];
        for one in judged.judged.iter() {
            let (ix, epoch) = (one.candidate, one.epoch as usize);
            let shown = shown.get(&facts.id, ix)?;
            let own = at_hand.own.get(&facts.id, ix).unwrap_or(shown);
            let truth = usize::from(one.truth);
            let Some(set) = sets_of(ix)?.set([own, shown], epoch, at_hand.level) else {
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
            calibrated_with,
            classes: classes.map(of_class).collect(),
        })
    }
}
