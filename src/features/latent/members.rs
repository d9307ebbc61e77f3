//! The members of the components of a latent space, from the most typical to the oddest.

use crate::domain::{CandidateIx, Embedding, LatentComponent, LatentMembership};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ComponentMembers {
    /// Nearest to the centroid first, in standard deviations.
    pub nearest_first: Vec<CandidateIx>,
    /// Root mean square of the distances from the centroid, in standard deviations of the
    /// component; what follows its distribution has the square root of the number of axes.
    pub spread: f32,
}

/// The members of all components.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Members {
    pub components: Vec<ComponentMembers>,
    /// Which component a candidate belongs to, and which point stands for it.
    pub membership: LatentMembership,
}

impl Members {
    pub fn of(embedding: &Embedding) -> Self {
        let membership = LatentMembership::of(embedding);
        let components = &embedding.space.components;
        let mut found: Vec<Vec<(f32, CandidateIx)>> = vec![Vec::new(); components.len()];
        for (candidate, component, point) in membership.iter() {
            let squared = squared_distance(embedding.mean(point), &components[component]);
            found[component].push((squared, candidate));
        }
        Self {
            components: found.into_iter().map(sorted).collect(),
            membership,
        }
    }
}

fn sorted(mut found: Vec<(f32, CandidateIx)>) -> ComponentMembers {
    found.sort_unstable_by(|(a, ix), (b, other)| a.total_cmp(b).then(ix.cmp(other)));
    let finite = || {
        found
            .iter()
            .map(|(squared, _)| squared)
            .filter(|x| x.is_finite())
    };
    let sum: f64 = finite().map(|squared| f64::from(*squared)).sum();
    let count = finite().count().max(1) as f64;
    ComponentMembers {
        spread: (sum / count).sqrt() as f32,
        nearest_first: found.into_iter().map(|(_, candidate)| candidate).collect(),
    }
}

/// Of a component without width along an axis that axis counts for nothing.
fn squared_distance(point: &[f32], component: &LatentComponent) -> f32 {
    let axes = point.iter().zip(&*component.mean).zip(&*component.variance);
    axes.filter(|(_, variance)| **variance > 0.0)
        .map(|((at, mean), variance)| (at - mean).powi(2) / variance)
        .sum()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::{LatentPoint, LatentSpace, ModelId};

    #[test]
    fn members_stand_in_the_order_of_their_distance() {
        let component = |mean: f32, variance: f32| LatentComponent {
            weight: 0.5,
            mean: Arc::new([mean, 0.0]),
            variance: Arc::new([variance, 0.0]),
        };
        let space = LatentSpace {
            model: ModelId::new("vade", 7),
            dimensions: 2,
            side_px: 21,
            components: [component(0.0, 1.0), component(10.0, 4.0)].into(),
        };
        let mut all = Embedding::new(Arc::new(space));
        for (at, x) in (0..).zip([3.0, -1.0, 14.0, 2.0, 10.0]) {
            let candidate = CandidateIx(at);
            all.points.push(LatentPoint {
                candidate,
                epoch: 0,
            });
            all.means.extend([x, 9.0]);
            all.responsibilities
                .extend(if x < 5.0 { [0.9, 0.1] } else { [0.1, 0.9] });
            all.errors.push(0.0);
        }
        let found = Members::of(&all);
        let ids = |at: usize| -> Vec<u32> {
            let members = found.components[at].nearest_first.iter();
            members.map(|ix| ix.0).collect()
        };
        assert_eq!((ids(0), ids(1)), (vec![1, 3, 0], vec![4, 2]));
        // The second axis has no width: it does not count.
        let expected = [(14.0_f32 / 3.0).sqrt(), 2.0_f32.sqrt()];
        for (component, expected) in found.components.iter().zip(expected) {
            assert!((component.spread - expected).abs() < 1e-5);
        }
        assert_eq!(found.membership.component(CandidateIx(2)), Some(1));
    }
}
