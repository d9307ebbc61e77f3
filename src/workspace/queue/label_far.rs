//! Candidates to label next by where they lie in latent space: far from everything labelled, and of
//! components with few labels.

use std::cmp::Reverse;

use super::label_next::{Listed, Reason, by_chance};
use crate::{
    domain::{CandidateIx, Embedding},
    workspace::queue::facts::Facts,
};

/// Candidates among which far ones are sought, and labels that they are far from: more are thinned out
/// by chance, so that no key waits.
const MOST_LOOKED_AT: usize = 2_000;
const MOST_LABELS: usize = 300;
const MOST_PICKED: usize = 200;
/// Members of each component that are listed.
const OF_EACH_COMPONENT: usize = 10;

fn mean<'a>(facts: Facts<'a>, embedding: &'a Embedding, ix: CandidateIx) -> Option<&'a [f32]> {
    let mean = embedding.mean(facts.scores.latent.point(ix)?);
    mean.iter().all(|number| number.is_finite()).then_some(mean)
}

fn squared_distance(one: &[f32], other: &[f32]) -> f32 {
    let both = one.iter().zip(other);
    both.map(|(one, other)| (one - other).powi(2)).sum()
}

/// The one that is farthest from all labels, then the one that is farthest from these and the first, and
/// so on: they cover the space (k-centre greedy; Sener & Savarese 2018).
pub(crate) fn far(open: &[CandidateIx], labelled: &[CandidateIx], facts: Facts<'_>) -> Listed {
    let Some(embedding) = facts.latent else {
        return Vec::new();
    };
    let mean = |ix: CandidateIx| mean(facts, embedding, ix);
    let some = |of: &[CandidateIx], most: usize| -> Vec<CandidateIx> {
        by_chance(of, facts)
            .into_iter()
            .take(most)
            .map(|(ix, _)| ix)
            .collect()
    };
    let labelled = some(labelled, MOST_LABELS);
    let labelled: Vec<&[f32]> = labelled.into_iter().filter_map(mean).collect();
    let nearest = |to: &[f32]| {
        let distances = labelled.iter().map(|label| squared_distance(label, to));
        distances.fold(f32::INFINITY, f32::min)
    };
    let mut left: Vec<(CandidateIx, &[f32], f32)> = some(open, MOST_LOOKED_AT)
        .into_iter()
        .filter_map(|ix| Some((ix, mean(ix)?, nearest(mean(ix)?))))
        .collect();
    let mut picked = Vec::new();
    while picked.len() < MOST_PICKED {
        let farthest = left.iter().enumerate();
        let farthest = farthest.max_by(|(a, one), (b, other)| {
            // Of equals the first.
            one.2.total_cmp(&other.2).then(b.cmp(a))
        });
        let Some((at, _)) = farthest.filter(|(_, (.., distance))| *distance > 0.0) else {
            break;
        };
        let (ix, place, _) = left.swap_remove(at);
        for (_, other, distance) in &mut left {
            *distance = distance.min(squared_distance(place, other));
        }
        picked.push((ix, Reason::Far));
    }
    picked
}

/// Typical members of components, those with the fewest labels first, one of each in turn.
pub(crate) fn of_components(
    open: &[CandidateIx],
    labelled: &[CandidateIx],
    facts: Facts<'_>,
) -> Listed {
    let Some(embedding) = facts.latent else {
        return Vec::new();
    };
    let count = embedding.space.components.len();
    if count < 2 {
        return Vec::new();
    }
    let component = |ix: &CandidateIx| facts.scores.latent.component(*ix).filter(|at| *at < count);
    let mut labels = vec![0_usize; count];
    for at in labelled.iter().filter_map(component) {
        labels[at] += 1;
    }
    let mut members: Vec<Vec<(f32, CandidateIx)>> = vec![Vec::new(); count];
    for ix in open {
        let point = facts.scores.latent.point(*ix);
        if let (Some(at), Some(point)) = (component(ix), point) {
            let row = embedding.responsibility(point);
            members[at].push((row.get(at).copied().unwrap_or_default(), *ix));
        }
    }
    let mut listed: Vec<(usize, usize, usize, CandidateIx)> = Vec::new();
    for (at, mut of_one) in members.into_iter().enumerate() {
        of_one.sort_by_key(|(share, ix)| (Reverse(share.to_bits()), *ix));
        let first = of_one.into_iter().take(OF_EACH_COMPONENT).enumerate();
        listed.extend(first.map(|(turn, (_, ix))| (turn, labels[at], at, ix)));
    }
    listed.sort_unstable();
    let listed = listed.into_iter();
    listed
        .map(|(_, _, at, ix)| (ix, Reason::Component(at)))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::workspace::repeat_check::RepeatCheck;
    use crate::{
        domain::{
            Candidate, Catalogue, Epoch, LabelBook, LatentComponent, LatentPoint, LatentSpace,
            ModelId,
        },
        workspace::scores::shown::Scores,
    };

    /// Ten candidates on a line at 0, 1, … 9; the first five are of component 0.
    fn line() -> (Catalogue, Embedding, Scores) {
        let mut catalogue = Catalogue::default();
        let component = LatentComponent {
            weight: 0.5,
            mean: [0.0].into(),
            variance: [1.0].into(),
        };
        let space = LatentSpace {
            model: ModelId::new("made", 1),
            dimensions: 1,
            side_px: 21,
            components: vec![component; 2].into(),
        };
        let mut embedding = Embedding::new(Arc::new(space));
        for at in 0..10_u32 {
            catalogue.absorb(Candidate {
                id: format!("c{at}").into(),
                epochs: vec![Epoch::default()],
                ..Candidate::default()
            });
            embedding.points.push(LatentPoint {
                candidate: CandidateIx(at),
                epoch: 0,
            });
            embedding.means.push(at as f32);
            let first = if at < 5 { 0.9 } else { 0.2 };
            embedding.responsibilities.extend([first, 1.0 - first]);
            embedding.errors.push(0.0);
        }
        let mut scores = Scores::default();
        scores.take_latent(&embedding);
        (catalogue, embedding, scores)
    }

    #[test]
    fn far_ones_cover_the_space_and_components_without_labels_come_first() {
        let (catalogue, embedding, scores) = line();
        let book = LabelBook::default();
        let facts = Facts {
            catalogue: &catalogue,
            book: &book,
            scores: &scores,
            repeat_check: &RepeatCheck::default(),
            latent: Some(&embedding),
        };
        let (labelled, open) = (
            [CandidateIx(1)],
            [0, 2, 3, 4, 5, 6, 7, 8, 9].map(CandidateIx),
        );
        let listed: Vec<u32> = far(&open, &labelled, facts)
            .iter()
            .map(|(ix, _)| ix.0)
            .collect();
        // 9 is farthest from 1, then 5 from both.
        assert_eq!(listed[..2], [9, 5], "{listed:?}");
        assert_eq!(listed.len(), 9);
        let listed = of_components(&open, &labelled, facts);
        assert_eq!(listed[0], (CandidateIx(5), Reason::Component(1)));
        assert_eq!(listed[1], (CandidateIx(0), Reason::Component(0)));
        let nowhere = Facts {
            latent: None,
            ..facts
        };
        assert!(far(&open, &labelled, nowhere).is_empty());
        assert!(of_components(&open, &labelled, nowhere).is_empty());
    }
}
