//! Calibrates sets of classes that hold the true one with a chosen probability: conformal prediction, class by
//! class (Vovk, Gammerman & Shafer 2005, section 4.5), so that rare classes are covered as often as frequent
//! ones, and by the number of epochs, so that early sets are as honest as late ones.

use crate::domain::{
    ModelId,
    class_sets::{ClassQuantiles, SetCalibration, SetsFrom},
};

/// Levels that quantiles are kept for.
pub const LEVELS: [f64; 9] = [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.97, 0.99];
/// Numbers of epochs from which on there are quantiles of their own.
pub const FROM_EPOCHS: [u32; 11] = [1, 2, 3, 4, 5, 7, 10, 14, 20, 28, 40];
/// Digits that are kept of a quantile: less than what the number of objects allows.
const DIGITS: f32 = 1e4;

/// An object that the model has not learned from: its rows of probabilities after 1, 2, … scored epochs, and its
/// class.
pub type Known<'a> = (Vec<&'a [f32]>, usize);

/// Calibrates a model with objects of so many classes. From each number of epochs on there is what objects show when they
/// have just as many: with more they are known better, so that sets hold the true class more often, not less.
pub fn calibrate(
    model: &ModelId,
    objects: &[Known<'_>],
    classes: usize,
    data: String,
) -> SetCalibration {
    let from = FROM_EPOCHS.into_iter().filter_map(|epochs| {
        let at = epochs as usize - 1;
        let of_class = |class: usize| {
            let own = objects.iter().filter(|(_, of)| *of == class);
            let mut own: Vec<f32> = own
                .filter_map(|(rows, _)| rows.get(at)?.get(class).copied())
                .filter(|p| p.is_finite())
                .collect();
            own.sort_by(f32::total_cmp);
            ClassQuantiles {
                objects: own.len() as u32,
                least: LEVELS.map(|level| least(&own, level)).into(),
            }
        };
        let classes: Vec<ClassQuantiles> = (0..classes).map(of_class).collect();
        let is_any = classes.iter().any(|one| one.objects > 0);
        is_any.then_some(SetsFrom { epochs, classes })
    });
    SetCalibration {
        model: model.to_string(),
        data,
        levels: LEVELS.into(),
        from: from.collect(),
    }
}

/// The least probability that belongs into the set, of rising probabilities of the true class.
fn least(own: &[f32], level: f64) -> f32 {
    // So many may be missed: one object more stands for the next one.
    let missed = ((1.0 - level) * (own.len() as f64 + 1.0) + 1e-9).floor() as usize;
    let least = missed.checked_sub(1).and_then(|at| own.get(at));
    least.map_or(0.0, |least| (least * DIGITS).floor() / DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::Prediction, learn::chance::Chance};

    /// Objects of three classes after one epoch and after two, the third class hard to tell from the second and
    /// rare.
    fn rows(count: usize, seed: u64) -> Vec<([Vec<f32>; 2], usize)> {
        let mut chance = Chance::new(seed);
        let mut row = |class: usize, better: f32| {
            let sure = (chance.share() as f32 + better).min(1.0);
            match class {
                0 => vec![0.5 + 0.5 * sure, 0.3 * (1.0 - sure), 0.2 * (1.0 - sure)],
                1 => vec![0.1 * (1.0 - sure), 0.4 + 0.6 * sure, 0.5 * (1.0 - sure)],
                _ => vec![0.1, 0.9 * (1.0 - sure), 0.9 * sure],
            }
        };
        let one = |at: usize| {
            let class = if at.is_multiple_of(10) { 2 } else { at % 2 };
            ([row(class, 0.0), row(class, 0.3)], class)
        };
        (0..count).map(one).collect()
    }

    fn known(all: &[([Vec<f32>; 2], usize)]) -> Vec<Known<'_>> {
        let known = all
            .iter()
            .map(|(rows, class)| (rows.iter().map(|row| &row[..]).collect(), *class));
        known.collect()
    }

    #[test]
    fn every_class_is_covered_as_often_as_was_asked_after_each_epoch() {
        let (learned, new) = (rows(4_000, 1), rows(4_000, 2));
        let sets = calibrate(&ModelId::new("m", 0), &known(&learned), 3, "made".into());
        assert!(sets.fits(3));
        assert_eq!(
            sets.from.iter().map(|from| from.epochs).collect::<Vec<_>>(),
            [1, 2]
        );
        for (epoch, level) in [(0, 0.9), (1, 0.9), (0, 0.8), (1, 0.95)] {
            for class in 0..3 {
                let of_class: Vec<_> = new.iter().filter(|(_, of)| *of == class).collect();
                let covered = of_class.iter().filter(|(rows, _)| {
                    let all = [&rows[0], &rows[1]];
                    let all = all.map(|row| Prediction::Probabilities(row[..].into()));
                    let set = sets.set([&all, &all], epoch, level).unwrap();
                    set.contains(&class)
                });
                let coverage = covered.count() as f64 / of_class.len() as f64;
                // The likeliest class is in each set, so that more are covered, never fewer.
                let error = 3.0 * (level * (1.0 - level) / of_class.len() as f64).sqrt();
                assert!(
                    coverage > level - 1.5 * error,
                    "{class} {level}: {coverage}"
                );
            }
        }
    }

    #[test]
    fn too_few_objects_exclude_nothing() {
        let row: &[f32] = &[0.99, 0.01];
        let few: Vec<Known<'_>> = vec![(vec![row], 0); 30];
        let sets = calibrate(&ModelId::new("m", 0), &few, 2, "made".into());
        assert_eq!(sets.least(1, 0.9).unwrap(), [0.99, 0.0]);
        // Thirty objects are too few for 97 %.
        assert_eq!(sets.least(1, 0.97).unwrap(), [0.0, 0.0]);
        assert!(
            calibrate(&ModelId::new("m", 0), &[], 2, String::new())
                .least(1, 0.9)
                .is_none()
        );
    }
}
