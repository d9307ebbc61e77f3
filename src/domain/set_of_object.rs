//! The set of classes of one object: what a calibration makes of predictions. Apart from the calibration, which a card
//! has, because predictions lead back to cards.

use super::{Prediction, SetCalibration, likeliest};

impl SetCalibration {
    /// The classes that an object may be after one of its epochs, the likeliest first: none before an epoch was
    /// scored, or where nothing is calibrated for so few.
    ///
    /// `own` is what the model itself predicts after each epoch, which it was calibrated by; `shown` the same as it
    /// is shown: classes that class shares leave out of it are in no set, and the likeliest of it is in each.
    pub fn set(
        &self,
        [own, shown]: [&[Prediction]; 2],
        epoch: usize,
        level: f64,
    ) -> Option<Vec<usize>> {
        let rows = own.iter().take(epoch + 1).enumerate();
        let mut rows = rows.filter_map(|(at, one)| Some((at, row(one)?)));
        let count = rows.clone().count();
        let (at, own) = rows.next_back()?;
        let shown = shown.get(at).and_then(row).unwrap_or(own);
        let least = self.least(u32::try_from(count).ok()?, level)?;
        let held = |class: &usize| own[*class] >= least[*class] && shown[*class] > 0.0;
        let classes = own.len().min(least.len()).min(shown.len());
        let mut set: Vec<usize> = (0..classes).filter(held).collect();
        if let Some(most) = likeliest(shown).filter(|most| !set.contains(most)) {
            set.push(most);
        }
        set.sort_by(|a, b| shown[*b].total_cmp(&shown[*a]).then(a.cmp(b)));
        Some(set)
    }
}

fn row(prediction: &Prediction) -> Option<&[f32]> {
    match prediction {
        Prediction::Probabilities(row) if row.iter().all(|p| p.is_finite()) => Some(row),
        Prediction::Probabilities(_) | Prediction::Refused(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::class_sets::{ClassQuantiles, SetsFrom};

    fn quantiles(objects: u32, least: [f32; 2]) -> ClassQuantiles {
        ClassQuantiles {
            objects,
            least: least.into(),
        }
    }

    fn calibration() -> SetCalibration {
        let from = |epochs, all: [[f32; 2]; 3]| SetsFrom {
            epochs,
            classes: all.map(|least| quantiles(100, least)).into(),
        };
        SetCalibration {
            model: "m@00000000".into(),
            data: "made".into(),
            levels: vec![0.8, 0.9],
            from: vec![
                from(1, [[0.1, 0.05], [0.1, 0.05], [0.3, 0.2]]),
                from(3, [[0.5, 0.3], [0.4, 0.2], [0.6, 0.4]]),
            ],
        }
    }

    fn predicted(row: [f32; 3]) -> Prediction {
        Prediction::Probabilities(row.into())
    }

    #[test]
    fn a_set_has_what_is_likely_enough_after_so_many_epochs() {
        let known = calibration();
        assert!(known.fits(3) && !known.fits(2));
        let all = [
            predicted([0.6, 0.25, 0.15]),
            Prediction::Refused("no zero point".into()),
            predicted([0.6, 0.25, 0.15]),
            predicted([0.6, 0.25, 0.15]),
        ];
        let set = |epoch, level| known.set([&all, &all], epoch, level).unwrap();
        assert_eq!(set(0, 0.9), [0, 1]);
        // A refused epoch leaves what was known, and two scored epochs are no three.
        assert_eq!(set(1, 0.9), [0, 1]);
        assert_eq!(set(2, 0.8), [0, 1]);
        assert_eq!(set(3, 0.9), [0, 1]);
        assert_eq!(set(3, 0.8), [0]);
        // Half way between the levels the least of the second class is .3.
        assert_eq!(set(3, 0.85), [0]);
        // Surer than was calibrated: nothing is left out.
        assert_eq!(set(3, 0.95), [0, 1, 2]);
        let refused = [Prediction::Refused("no zero point".into())];
        assert_eq!(known.set([&refused, &refused], 0, 0.9), None);
    }

    #[test]
    fn class_shares_leave_classes_out_and_the_named_class_is_in() {
        let known = calibration();
        let own = [predicted([0.45, 0.05, 0.5])];
        let shown = [predicted([0.9, 0.1, 0.0])];
        assert_eq!(known.set([&own, &own], 0, 0.9).unwrap(), [2, 0, 1]);
        assert_eq!(known.set([&own, &shown], 0, 0.9).unwrap(), [0, 1]);
        let other = [predicted([0.01, 0.98, 0.01])];
        let unlike = [predicted([0.6, 0.4, 0.0])];
        assert_eq!(known.set([&other, &unlike], 0, 0.9).unwrap(), [0, 1]);
    }

    #[test]
    fn labels_stand_in_for_simulation_where_there_are_enough() {
        let known = calibration();
        let mut labels = calibration();
        for from in &mut labels.from {
            from.classes = vec![
                quantiles(40, [0.9, 0.8]),
                quantiles(3, [0.9, 0.0]),
                quantiles(0, [0.0; 2]),
            ];
        }
        let both = known.with(&labels, 20);
        let least: Vec<f32> = both.least(1, 0.9).unwrap();
        assert_eq!(least, [0.8, 0.05, 0.2]);
    }
}
