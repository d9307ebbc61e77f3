//! What training gives, and what decides it.

use std::sync::Mutex;

use destello::{
    features::training::forest::train::{ForestStage, train},
    lightcurve::forest_file::{from_bytes, to_bytes},
    tasks::cancel::CancelToken,
    workspace::models::write_forest,
};

use crate::common::forests::{order, trained};

#[test]
fn a_small_forest_learns_and_its_order_decides_every_byte() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("small.forest");
    let order = order(350, out.clone());
    let first = trained(&order);
    let judgement = first.judgement.as_ref().unwrap();
    // Guessing gives 14 %.
    let recall = judgement.whole.mean_recall().unwrap();
    assert!(recall > 0.5, "{}", judgement.in_words());
    assert_eq!(judgement.whole.total(), 70);
    let told = first.forest.card().figures["mean_recall"];
    assert!((told - recall).abs() < 1e-12);
    let after_three = &judgement.after[0];
    assert_eq!(after_three.0, 3);
    assert!(after_three.1.mean_recall().unwrap() < recall);
    assert!(
        first
            .forest
            .card()
            .training
            .data
            .contains("350 simulated sequences")
    );

    let mut other = order.clone();
    other.threads = 1;
    assert_eq!(trained(&other).forest.id(), first.forest.id());
    other.seed = 6;
    assert_ne!(trained(&other).forest.id(), first.forest.id());

    write_forest(&first.forest, &out).unwrap();
    let bytes = std::fs::read(&out).unwrap();
    assert_eq!(from_bytes("small", &bytes).unwrap(), first.forest);
    assert_eq!(to_bytes(&first.forest).unwrap(), bytes);
    assert!(out.with_extension("json").exists());
}

#[test]
fn progress_is_told_and_cancelling_stops_at_any_stage() {
    let folder = tempfile::tempdir().unwrap();
    let mut order = order(70, folder.path().join("a.forest"));
    order.trees = 4;
    order.validation = 14;
    let heard = Mutex::new(Vec::new());
    let told = |stage, done, all| heard.lock().unwrap().push((stage, done, all));
    assert!(
        train(&order, &CancelToken::default(), &told)
            .unwrap()
            .is_some()
    );
    let heard = heard.into_inner().unwrap();
    for last in [
        (ForestStage::Simulating, 70, 70),
        (ForestStage::Growing, 4, 4),
        (ForestStage::SimulatingValidation, 14, 14),
        (ForestStage::Judging, 14, 14),
    ] {
        assert!(heard.contains(&last), "{last:?}");
        let cancel = CancelToken::default();
        let told = |stage, _, _| {
            if stage == last.0 {
                cancel.cancel();
            }
        };
        assert_eq!(train(&order, &cancel, &told).unwrap(), None, "{last:?}");
    }
}

#[test]
fn impossible_orders_are_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let good = order(70, folder.path().join("a.forest"));
    let why = |change: &dyn Fn(&mut destello::features::training::forest::train::ForestOrder)| {
        let mut order = good.clone();
        change(&mut order);
        let error = train(&order, &CancelToken::default(), &|_, _, _| ()).unwrap_err();
        format!("{error:#}")
    };
    assert!(why(&|order| order.simulated = None).contains("nothing to learn from"));
    assert!(why(&|order| order.trees = 0).contains("at least one tree"));
    assert!(why(&|order| order.growth.tried = 99).contains("58 features"));
    assert!(why(&|order| order.out = "a.json".into()).contains(".forest"));
    assert!(why(&|order| order.out = "/no/such/a.forest".into()).contains("no such folder"));
    let nowhere = |order: &mut destello::features::training::forest::train::ForestOrder| {
        order.simulated.as_mut().unwrap().survey = "atlantis".into();
    };
    assert!(why(&nowhere).contains("atlantis"));
}
