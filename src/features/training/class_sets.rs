//! Calibrating a model for sets of classes: with objects whose class is known and that it has not learned, best
//! simulated ones of another seed than that of its training.

use anyhow::{bail, ensure};

use crate::{
    domain::{Candidate, Catalogue, Predictions, SetCalibration},
    features::{
        labelling::{
            label_sets::{ENOUGH_LABELS, rows},
            truths::{Classes, Truths},
        },
        scoring::fusing::Scorer,
    },
    io::Decoder,
    learn::conformal::{Known, calibrate},
    tasks::cancel::CancelToken,
};

/// Candidates scored between two looks at Ctrl-C.
const CHUNK: usize = 64;
/// Objects of a class without which nothing is excluded at 90 %.
const FEWEST: u32 = 9;

/// Scores all candidates whose class is known and calibrates with them; none where it was cancelled. `report` is
/// given how many are done.
///
/// # Errors
/// Where the model tells real from bogus, the device fails, or no class has enough objects.
pub fn calibrated(
    scorer: &Scorer,
    catalogue: &Catalogue,
    truths: Truths<'_>,
    data: String,
    cancel: &CancelToken,
    report: &dyn Fn(usize),
) -> anyhow::Result<Option<SetCalibration>> {
    let card = scorer.card();
    ensure!(
        card.positive_class().is_none(),
        "{} tells real from bogus: sets are of models that tell classes",
        scorer.id()
    );
    let mut known = Classes::new(truths, &card.classes);
    let mut labelled: Vec<(&Candidate, usize)> = Vec::new();
    for (_, candidate) in catalogue.iter() {
        let epochs = 0..candidate.epochs.len();
        let class = epochs
            .rev()
            .find_map(|epoch| known.of(candidate, epoch).ok());
        let is_new = !card.training.learned.contains(&candidate.id);
        labelled.extend(class.filter(|_| is_new).map(|class| (candidate, class)));
    }
    let decoder = Decoder::default();
    let mut predictions: Vec<Predictions> = Vec::with_capacity(labelled.len());
    for chunk in labelled.chunks(CHUNK) {
        if cancel.is_cancelled() {
            return Ok(None);
        }
        let candidates: Vec<&Candidate> = chunk.iter().map(|(candidate, _)| *candidate).collect();
        predictions.extend(scorer.score(&candidates, &decoder)?);
        report(predictions.len());
    }
    let objects: Vec<Known<'_>> = predictions
        .iter()
        .zip(&labelled)
        .map(|(predictions, (_, class))| (rows(predictions), *class))
        .collect();
    let sets = calibrate(scorer.id(), &objects, card.classes.len(), data);
    let first = sets.from.first();
    let is_enough = first.is_some_and(|from| from.classes.iter().any(|one| one.objects >= FEWEST));
    if !is_enough {
        bail!(
            "{} objects have a class that {} knows and has not learned: of one class at least {FEWEST} are needed",
            objects.len(),
            scorer.id()
        );
    }
    // What was known stays for classes of which there are few now.
    let known = card.sets_of(scorer.id());
    Ok(Some(match known {
        Some(known) => SetCalibration {
            data: format!(
                "{}; classes with fewer than {ENOUGH_LABELS}: {}",
                sets.data, known.data
            ),
            ..known.with(&sets, ENOUGH_LABELS)
        },
        None => sets,
    }))
}
