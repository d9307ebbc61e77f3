//! Sets of classes calibrated with labels, where there are enough of a class: in the place of what simulation gave.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    domain::{CandidateIx, Catalogue, ModelId, Prediction, Predictions, SetCalibration},
    features::labelling::truths::{Classes, Truths},
    learn::conformal::{Known, calibrate},
};

/// Labelled objects of a class from which on they stand in for simulated ones: the level is then known to some 7 %.
pub const ENOUGH_LABELS: u32 = 20;

/// Labelled objects that a model has not learned, with what it predicts of them.
pub fn labelled<'a>(
    (classes, learned): (&[String], &BTreeSet<Arc<str>>),
    catalogue: &Catalogue,
    truths: Truths<'_>,
    predictions: impl Fn(CandidateIx) -> Option<&'a Predictions>,
) -> Vec<(CandidateIx, Known<'a>)> {
    let mut classes = Classes::new(truths, classes);
    let mut known = Vec::new();
    for (ix, candidate) in catalogue.iter() {
        let epochs = 0..candidate.epochs.len();
        let class = epochs.rev().find_map(|at| classes.of(candidate, at).ok());
        let is_new = !learned.contains(&candidate.id);
        if let (Some(class), Some(all), true) = (class, predictions(ix), is_new) {
            known.push((ix, (rows(all), class)));
        }
    }
    known
}

/// What a model predicts after 1, 2, … scored epochs.
pub fn rows(predictions: &[Prediction]) -> Vec<&[f32]> {
    let all = predictions.iter();
    all.filter_map(|prediction| match prediction {
        Prediction::Probabilities(row) => Some(&row[..]),
        Prediction::Refused(_) => None,
    })
    .collect()
}

/// A calibration with labels in the place of what it was made with, for classes that have enough of them; none where
/// none has.
pub fn with_labels<'a>(
    sets: &SetCalibration,
    (id, classes): (&ModelId, &[String]),
    labelled: impl Iterator<Item = &'a Known<'a>>,
) -> Option<SetCalibration> {
    let known: Vec<Known<'a>> = labelled.cloned().collect();
    let labels = calibrate(id, &known, classes.len(), String::new());
    let first = labels.from.first()?;
    let named = classes.iter().zip(&first.classes);
    let named = named.filter(|(_, one)| one.objects >= ENOUGH_LABELS);
    let named: Vec<String> = named
        .map(|(class, one)| format!("{} {class}", one.objects))
        .collect();
    (!named.is_empty()).then(|| SetCalibration {
        data: format!("labels ({}), else {}", named.join(", "), sets.data),
        ..sets.with(&labels, ENOUGH_LABELS)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Candidate, Epoch,
        class_sets::{ClassQuantiles, SetsFrom},
    };

    #[test]
    fn labels_stand_in_where_a_class_has_enough_and_learned_ones_never_do() {
        let mut catalogue = Catalogue::default();
        for at in 0..45 {
            catalogue.absorb(Candidate {
                id: format!("c{at}").into(),
                epochs: vec![Epoch::default()],
                truth: Some(if at < 25 { "sn" } else { "star" }.into()),
                ..Candidate::default()
            });
        }
        let sure: Predictions = [Prediction::Probabilities([0.5, 0.5].into())].into();
        let id = ModelId::new("m", 0);
        let classes = ["sn", "star"].map(String::from);
        let quantiles = |least: f32| ClassQuantiles {
            objects: 600,
            least: vec![least; 9],
        };
        let simulated = SetCalibration {
            model: id.to_string(),
            data: "simulation".into(),
            levels: crate::learn::conformal::LEVELS.into(),
            from: vec![SetsFrom {
                epochs: 1,
                classes: vec![quantiles(0.1), quantiles(0.2)],
            }],
        };
        let of = |learned: &[&str]| {
            let learned = learned.iter().map(|id| Arc::from(*id)).collect();
            let model = (&classes[..], &learned);
            let known = labelled(model, &catalogue, Truths::Data, |_| Some(&sure));
            let known: Vec<Known<'_>> = known.into_iter().map(|(_, one)| one).collect();
            with_labels(&simulated, (&id, &classes), known.iter())
        };
        let both = of(&[]).unwrap();
        assert_eq!(both.least(1, 0.9).unwrap(), [0.5, 0.5]);
        assert_eq!(both.data, "labels (25 sn, 20 star), else simulation");
        // One star was learned: nineteen are too few.
        let one = of(&["c30"]).unwrap();
        assert_eq!(one.least(1, 0.9).unwrap(), [0.5, 0.2]);
        let learned: Vec<String> = (0..45).map(|at| format!("c{at}")).collect();
        let learned: Vec<&str> = learned.iter().map(String::as_str).collect();
        assert_eq!(of(&learned), None);
    }
}
