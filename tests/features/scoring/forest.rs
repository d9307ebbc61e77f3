//! What a forest says of candidates in files.

use std::sync::Arc;

use destello::{
    domain::{Candidate, Prediction, Predictions},
    features::{
        scoring::{forest_curve::of_candidate, score::score_candidates},
        training::forest::train::{TrainedForest, train},
        training::label_source::LabelSource,
    },
    io::Decoder,
    lightcurve::Forest,
    tasks::cancel::CancelToken,
    workspace::any_model::AnyModel,
};

use crate::common::forests::{order, simulate, trained};

fn score_candidate(candidate: &Candidate, forest: &Forest, decoder: &Decoder) -> Predictions {
    let model = AnyModel::Forest(Arc::new(forest.clone()));
    let scored = score_candidates(&[candidate], &model, decoder);
    scored.expect("forests need no device").remove(0)
}

fn small() -> (tempfile::TempDir, TrainedForest) {
    let folder = tempfile::tempdir().unwrap();
    let mut order = order(140, folder.path().join("a.forest"));
    order.validation = 0;
    let trained = trained(&order);
    assert_eq!(trained.judgement, None);
    (folder, trained)
}

#[test]
fn every_epoch_has_its_verdict_and_knows_nothing_of_later_ones() {
    let (folder, TrainedForest { forest, .. }) = small();
    let candidates = simulate(7, 11, &folder.path().join("sky"));
    assert_eq!(candidates.len(), 7);
    let decoder = Decoder::default();
    let mut right = 0;
    for candidate in &candidates {
        let predictions = score_candidate(candidate, &forest, &decoder);
        assert_eq!(predictions.len(), candidate.epochs.len());
        let Prediction::Refused(why) = &predictions[1] else {
            panic!("two epochs are too few: {:?}", predictions[1]);
        };
        assert_eq!(&**why, "has 2 of 3 measurements that the forest needs");
        for prediction in predictions.iter().skip(2) {
            let Prediction::Probabilities(said) = prediction else {
                panic!("{prediction:?}");
            };
            assert_eq!(said.len(), 7);
            assert!((said.iter().sum::<f32>() - 1.0).abs() < 1e-4);
        }
        let mut early = candidate.clone();
        early.epochs.truncate(6);
        assert_eq!(
            score_candidate(&early, &forest, &decoder)[..],
            predictions[..6]
        );
        let Some(Prediction::Probabilities(last)) = predictions.last() else {
            panic!("the last epoch has no verdict");
        };
        let best = (0..7).max_by(|a, b| last[*a].total_cmp(&last[*b])).unwrap();
        let class = &forest.card().classes[best];
        right += usize::from(candidate.truth.as_deref() == Some(class.as_str()));
    }
    assert!(right >= 3, "{right} of 7");
}

#[test]
fn epochs_that_are_not_believed_are_refused_and_passed_over() {
    let (folder, TrainedForest { forest, .. }) = small();
    let mut candidates = simulate(1, 12, &folder.path().join("sky"));
    let mut candidate = candidates.remove(0);
    candidate.epochs[3].seeing_arcsec = Some(f32::NAN);
    let decoder = Decoder::default();
    let predictions = score_candidate(&candidate, &forest, &decoder);
    let Prediction::Refused(why) = &predictions[3] else {
        panic!("{:?}", predictions[3]);
    };
    assert!(why.contains("not believed"), "{why}");
    assert!(matches!(predictions[4], Prediction::Probabilities(_)));
    let curve = of_candidate(&candidate, &decoder);
    assert_eq!(curve.whole().len(), candidate.epochs.len() - 1);
    assert_eq!(curve.until(4).len(), 4);
}

#[test]
fn labelled_sets_are_learned_alone_and_beside_simulations() {
    let folder = tempfile::tempdir().unwrap();
    let sky = folder.path().join("sky");
    let candidates = simulate(70, 13, &sky);
    let table = folder.path().join("labels.csv");
    let mut text = String::from("id,label\n");
    for candidate in candidates.iter().take(60) {
        let class = candidate.truth.as_deref().unwrap();
        text.extend([&candidate.id, ",", class, "\n"]);
    }
    std::fs::write(&table, text).unwrap();
    let mut alone = order(70, folder.path().join("a.forest"));
    alone.simulated = None;
    alone.labelled = Some(LabelSource::Files {
        paths: vec![sky],
        labels: Some(table),
    });
    let found = trained(&alone);
    let kept = found.judgement.unwrap().whole.total();
    assert!((2..25).contains(&kept), "{kept}");
    assert!(
        found
            .notes
            .iter()
            .any(|note| note.to_string() == "10 objects left out: no label"),
        "{:?}",
        found.notes
    );

    let mut beside = alone.clone();
    beside.simulated = order(70, folder.path().join("a.forest")).simulated;
    let found = trained(&beside);
    assert_eq!(found.judgement.unwrap().whole.total(), 70);
    let data = &found.forest.card().training.data;
    assert!(
        data.contains("70 simulated") && data.contains("labelled sequences"),
        "{data}"
    );

    alone.labelled = Some(LabelSource::Files {
        paths: vec![folder.path().join("nothing")],
        labels: None,
    });
    assert!(train(&alone, &CancelToken::default(), &|_, _, _| ()).is_err());
}
