//! Guards against collapse: components that no stamp comes from are found and set to work again.

use super::mixture_fit::{Fitted, Points};
use crate::domain::likeliest;
use crate::learn::chance::Chance;

/// A component is dead with less than this share of what each would have if all had the same.
const DEAD_SHARE: f64 = 0.1;

/// Stamps of each component: those that it is the likeliest for. `responsibilities` are (stamp,
/// component).
pub fn occupancy(responsibilities: &[f32], components: usize) -> Vec<usize> {
    let mut counts = vec![0; components];
    for row in responsibilities.chunks(components.max(1)) {
        if let Some(at) = likeliest(row) {
            counts[at] += 1;
        }
    }
    counts
}

/// Components that hold next to nothing.
pub fn dead(counts: &[usize]) -> Vec<usize> {
    let all: usize = counts.iter().sum();
    let least = DEAD_SHARE * all as f64 / counts.len().max(1) as f64;
    let places = counts.iter().enumerate();
    let is_dead = |(_, count): &(usize, &usize)| (**count as f64) < least;
    places.filter(is_dead).map(|(at, _)| at).collect()
}

/// Puts every dead component where some member of the then largest one lies, as wide as that, and gives
/// it half of its weight. How many were dead.
///
/// `members` is the likeliest component of each point.
pub fn reseed(
    mixture: &mut Fitted,
    points: Points<'_>,
    members: &[usize],
    counts: &[usize],
    chance: &mut Chance,
) -> usize {
    let dead = dead(counts);
    let mut sizes: Vec<f64> = counts.iter().map(|count| *count as f64).collect();
    for component in &dead {
        let all = sizes.iter().enumerate();
        let Some((largest, _)) = all.max_by(|a, b| a.1.total_cmp(b.1)) else {
            break;
        };
        let places: Vec<usize> = (0..members.len())
            .filter(|at| members[*at] == largest)
            .collect();
        let Some(place) = places.get(chance.below(places.len())) else {
            break;
        };
        let axes = points.dimensions;
        for (axis, value) in points.get(*place).iter().enumerate() {
            mixture.means[component * axes + axis] = f64::from(*value);
            let width = mixture.variances[largest * axes + axis];
            mixture.variances[component * axes + axis] = width;
        }
        let half = mixture.weights[largest] / 2.0;
        (mixture.weights[largest], mixture.weights[*component]) = (half, half);
        (sizes[largest], sizes[*component]) = (sizes[largest] / 2.0, sizes[largest] / 2.0);
    }
    let sum: f64 = mixture.weights.iter().sum();
    mixture.weights.iter_mut().for_each(|weight| *weight /= sum);
    dead.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_component_takes_half_of_the_largest() {
        let responsibilities = [0.9, 0.1, 0.0, 0.8, 0.2, 0.0, 0.7, 0.3, 0.0, 0.1, 0.9, 0.0];
        let counts = occupancy(&responsibilities, 3);
        assert_eq!(counts, [3, 1, 0]);
        assert_eq!(dead(&counts), [2]);
        let mut mixture = Fitted {
            weights: vec![0.75, 0.25, 0.0],
            means: vec![0.0, 5.0, 99.0],
            variances: vec![2.0, 1.0, 1e-3],
        };
        let values = [-1.0, 0.0, 1.0, 5.0];
        let points = Points {
            values: &values,
            dimensions: 1,
        };
        let mut chance = Chance::new(3);
        let members = [0, 0, 0, 1];
        assert_eq!(
            reseed(&mut mixture, points, &members, &counts, &mut chance),
            1
        );
        assert!(values[..3].contains(&(mixture.means[2] as f32)));
        assert_eq!(mixture.weights, [0.375, 0.25, 0.375]);
        assert!((mixture.variances[2] - 2.0).abs() < 1e-12);
    }

    #[test]
    fn nothing_at_all_is_no_fault() {
        assert!(dead(&[]).is_empty());
        assert!(dead(&[0, 0]).is_empty());
        assert!(occupancy(&[], 3).iter().all(|count| *count == 0));
    }
}
