//! What a project holds is not computed twice, and stays what it was said to be.

use std::path::Path;

use crossbeam_channel::bounded;
use destello::{
    features::scoring::{
        class_shares::ShareChoice,
        run::{ScoreNews, ScoreOrder, score},
        score::Orientations,
    },
    learn::{Wish, shares::Decision},
    store::Project,
    tasks::cancel::CancelToken,
    workspace::{kept_index::Indexing, scores::tally::Counts},
};

use super::triplets;
use crate::common::{
    networks::renamed_model,
    program::destello_in,
    tables::{csv, numbers},
};
fn order(folder: &Path, models: &[&str]) -> ScoreOrder {
    ScoreOrder {
        paths: vec![folder.join("sky")],
        indexing: Indexing::default(),
        models: models.iter().map(|&model| model.into()).collect(),
        device: Wish::Cpu,
        project: Some(folder.join("night.destello")),
        shares: ShareChoice::default(),
        decision: Decision::default(),
        labels: None,
        orientations: Orientations::All,
        level: 0.9,
    }
}

/// Scores taken from the project, and computed.
fn run(order: &ScoreOrder) -> (usize, usize) {
    let cancel = CancelToken::default();
    let report = score(order, &cancel, |_| {}).unwrap().unwrap();
    let Counts { kept, computed } = report.counts;
    (kept, computed)
}

#[test]
fn scores_in_the_project_are_taken_and_not_computed_again() {
    let folder = triplets(10);
    let path = folder.path();
    let command = [
        "score",
        "sky",
        "--out",
        "a.csv",
        "--project",
        "night.destello",
    ];
    let (code, said, err) = destello_in(path, &command);
    assert_eq!(code, Some(0), "{err}");
    assert!(
        said.contains("(0 scores from the project, 10 new)"),
        "{said}"
    );
    let first = csv(&path.join("a.csv"));
    // A value that no model says.
    let raw = rusqlite::Connection::open(path.join("night.destello")).unwrap();
    let changed = raw.execute(
        "UPDATE scores SET probabilities = x'0000403f0000803e' WHERE candidate LIKE '%-000003'",
        [],
    );
    assert_eq!(changed.unwrap(), 1);
    let (code, said, err) = destello_in(path, &command);
    assert_eq!(code, Some(0), "{err}");
    assert!(
        said.contains("(10 scores from the project, 0 new)"),
        "{said}"
    );
    let second = csv(&path.join("a.csv"));
    let scores = numbers(&first, "score")
        .into_iter()
        .zip(numbers(&second, "score"));
    for ((was, is), row) in scores.zip(&second.1) {
        let expected = if row[0].ends_with("-000003") {
            Some(0.25)
        } else {
            was
        };
        assert_eq!(is, expected, "{row:?}");
    }
    assert_eq!(run(&order(path, &["context"])), (10, 0));
}

#[test]
fn versions_of_a_model_have_scores_of_their_own() {
    let folder = triplets(4);
    let other = renamed_model(folder.path(), "other");
    assert_eq!(run(&order(folder.path(), &["compact"])), (0, 4));
    assert_eq!(
        run(&order(folder.path(), &["compact", other.to_str().unwrap()])),
        (4, 4)
    );
}

#[test]
fn what_was_scored_before_it_was_stopped_is_kept() {
    let folder = triplets(600);
    let order = order(folder.path(), &["compact"]);
    let cancel = CancelToken::default();
    let stop = cancel.clone();
    let stopped = score(&order, &cancel, move |news| {
        if matches!(news, ScoreNews::Progress(_)) {
            stop.cancel();
        }
    });
    assert!(stopped.unwrap().is_none());
    assert_eq!(run(&order), (256, 344));
}

#[test]
fn a_project_that_refuses_scores_stops_no_scoring() {
    let folder = triplets(4);
    let order = order(folder.path(), &["compact"]);
    let file = folder.path().join("night.destello");
    drop(Project::open_or_create(&file).unwrap());
    let raw = rusqlite::Connection::open(&file).unwrap();
    let refuse = "CREATE TRIGGER no BEFORE INSERT ON scores BEGIN SELECT RAISE(ABORT, 'full'); END";
    raw.execute_batch(refuse).unwrap();
    let (sender, warnings) = bounded(1024);
    let report = score(&order, &CancelToken::default(), move |news| {
        if let ScoreNews::Warning(text) = news {
            sender.send(text).unwrap();
        }
    });
    let warnings: Vec<String> = warnings.iter().collect();
    assert_eq!(report.unwrap().unwrap().counts.computed, 4);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("night.destello"), "{warnings:?}");
    assert!(
        warnings[0].ends_with("no more scores are kept"),
        "{warnings:?}"
    );
}
