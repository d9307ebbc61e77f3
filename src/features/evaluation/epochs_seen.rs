//! How soon a model knows: what it says after so many epochs.

use crate::{
    domain::{Catalogue, ModelFacts, Prediction, ScoreBook, evaluation::AfterEpochs, likeliest},
    features::labelling::truths::{Classes, Truths},
};

/// Epochs up to which it is told.
const MOST: usize = 30;

/// One candidate: its class, and the class that it was called after each epoch.
struct Followed {
    truth: usize,
    called: Vec<usize>,
}

/// Accuracy and recalls after 1, 2, … epochs. An object with fewer epochs counts with its last
/// verdict. Nothing for a model of real and bogus, which judges each epoch for itself.
pub(crate) fn after_epochs(
    catalogue: &Catalogue,
    truths: Truths<'_>,
    scores: &ScoreBook,
    facts: &ModelFacts,
) -> Vec<AfterEpochs> {
    if facts.positive.is_some() {
        return Vec::new();
    }
    let followed = followed(catalogue, truths, scores, facts);
    let longest = followed.iter().map(|one| one.called.len()).max();
    let most = longest.unwrap_or(0).min(MOST);
    if most < 2 {
        return Vec::new();
    }
    (1..=most)
        .map(|epochs| after(&followed, epochs, facts))
        .collect()
}

fn followed(
    catalogue: &Catalogue,
    truths: Truths<'_>,
    scores: &ScoreBook,
    facts: &ModelFacts,
) -> Vec<Followed> {
    let mut classes = Classes::new(truths, &facts.classes);
    let mut followed = Vec::new();
    let all = catalogue.iter();
    for (ix, candidate) in all.filter(|(_, one)| !facts.learned.contains(&one.id)) {
        let Some(predictions) = scores.get(&facts.id, ix) else {
            continue;
        };
        let called: Vec<usize> = predictions.iter().filter_map(called).collect();
        let epochs = 0..candidate.epochs.len();
        let truth = epochs.rev().find_map(|at| classes.of(candidate, at).ok());
        if let (Some(truth), false) = (truth, called.is_empty()) {
            followed.push(Followed { truth, called });
        }
    }
    followed
}

fn called(prediction: &Prediction) -> Option<usize> {
    match prediction {
        Prediction::Probabilities(row) if row.iter().all(|p| p.is_finite()) => likeliest(row),
        Prediction::Probabilities(_) | Prediction::Refused(_) => None,
    }
}

fn after(followed: &[Followed], epochs: usize, facts: &ModelFacts) -> AfterEpochs {
    let mut counts = vec![[0_u64; 2]; facts.classes.len()];
    for one in followed {
        let predicted = one.called[epochs.min(one.called.len()) - 1];
        if let Some([right, all]) = counts.get_mut(one.truth) {
            *right += u64::from(predicted == one.truth);
            *all += 1;
        }
    }
    let share = |right: u64, all: u64| (all > 0).then(|| right as f64 / all as f64);
    let recall: Vec<Option<f64>> = counts
        .iter()
        .map(|[right, all]| share(*right, *all))
        .collect();
    let known: Vec<f64> = recall.iter().copied().flatten().collect();
    let [right, all] = counts
        .iter()
        .fold([0, 0], |[a, b], [right, all]| [a + right, b + all]);
    AfterEpochs {
        epochs: epochs as u32,
        n: all,
        accuracy: share(right, all),
        mean_recall: (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64),
        recall,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Candidate, CandidateIx, Epoch, ModelId};

    #[test]
    fn recalls_grow_as_epochs_come_and_short_sequences_keep_their_last_word() {
        let facts = ModelFacts {
            id: ModelId::new("test", 0),
            classes: ["supernova", "galaxy"].map(String::from).into(),
            positive: None,
            threshold: 0.5,
            learned: std::sync::Arc::default(),
            sets: None,
        };
        let mut catalogue = Catalogue::default();
        let mut scores = ScoreBook::default();
        // Probabilities of a supernova after each epoch.
        for (at, (class, predicted)) in [
            ("supernova", vec![0.1, 0.4, 0.9]),
            ("supernova", vec![0.8]),
            ("galaxy", vec![0.3, 0.2, 0.1]),
        ]
        .into_iter()
        .enumerate()
        {
            catalogue.absorb(Candidate {
                id: format!("c{at}").into(),
                epochs: vec![Epoch::default(); predicted.len()],
                truth: Some(class.into()),
                ..Candidate::default()
            });
            let prediction = |p: f32| Prediction::Probabilities([p, 1.0 - p].into());
            let predictions: Vec<_> = predicted.into_iter().map(prediction).collect();
            scores.put(&facts.id, CandidateIx(at as u32), predictions.into());
        }
        let found = after_epochs(&catalogue, Truths::Data, &scores, &facts);
        let recalls: Vec<_> = found.iter().map(|after| after.recall.clone()).collect();
        assert_eq!(recalls[0], [Some(0.5), Some(1.0)]);
        assert_eq!(recalls[2], [Some(1.0), Some(1.0)]);
        assert_eq!((found.len(), found[1].n), (3, 3));
        assert_eq!(found[1].mean_recall, Some(0.75));
        assert_eq!(found[1].accuracy, Some(2.0 / 3.0));
    }
}
