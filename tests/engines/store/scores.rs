//! Scores in the project file: what a model said comes back, by version; old files are taken along.

use std::{path::Path, time::Instant};

use destello::{
    domain::{ModelId, NewScores, Prediction, Remembered, ScoreRow, ScoredFrom},
    store::Project,
};

use crate::common::events;

fn row(candidate: &str, epoch: &str, prediction: Prediction) -> ScoreRow {
    ScoreRow {
        candidate: candidate.into(),
        epoch: epoch.into(),
        prediction,
        scored_from: ScoredFrom {
            files: Some(u64::MAX - epoch.len() as u64),
            pixels: (epoch.len() > 1).then_some(7),
        },
    }
}

fn said(probabilities: &[f32]) -> Prediction {
    Prediction::Probabilities(probabilities.into())
}

fn model() -> ModelId {
    ModelId::new("cap", 7 << 32)
}

#[test]
fn scores_come_back_exactly_by_version_and_the_last_word_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("night.destello");
    let mut project = Project::open_or_create(&path).unwrap();
    let mut rows = vec![
        row("a", "472263571115115000", said(&[0.25, 0.75])),
        row(
            "a",
            "mjd 59000.5",
            said(&[1.0 - f32::EPSILON, f32::MIN_POSITIVE]),
        ),
        row(
            "é \"b\"",
            "1",
            Prediction::Refused("has no reference stamp".into()),
        ),
        row("é \"b\"", "2", said(&[0.1, 0.2, 0.3, 0.4])),
    ];
    project.put_scores(&model(), &rows.clone().into()).unwrap();
    let other = ModelId::new("cap", 8 << 32);
    project
        .put_scores(
            &other,
            &vec![row("a", "472263571115115000", said(&[0.5, 0.5]))].into(),
        )
        .unwrap();
    assert_eq!(project.scores_of(&model()).unwrap(), rows);
    rows[2].prediction = said(&[0.0, 1.0]);
    project
        .put_scores(&model(), &rows[2..3].to_vec().into())
        .unwrap();
    project.put_scores(&model(), &NewScores::default()).unwrap();
    drop(project);
    let project = Project::open_or_create(&path).unwrap();
    assert_eq!(project.scores_of(&model()).unwrap(), rows);
    assert_eq!(project.scores_of(&other).unwrap().len(), 1);
    let never = ModelId::new("compact", 0);
    assert_eq!(project.scores_of(&never).unwrap(), []);
}

#[test]
fn scores_are_known_by_the_name_of_their_model_whatever_its_version() {
    let folder = tempfile::tempdir().unwrap();
    let mut project = Project::open_or_create(folder.path().join("night.destello")).unwrap();
    for name in ["vade_conv", "VADE", "vad", "vade2"] {
        let rows = vec![row("a", "1", said(&[0.5, 0.5]))];
        let model = ModelId::new(name, 7);
        project.put_scores(&model, &rows.into()).unwrap();
        assert!(project.has_scores_of(name).unwrap(), "{name}");
        assert!(!project.has_scores_of("vade").unwrap(), "after {name}");
    }
    let rows = vec![row("a", "1", said(&[0.5, 0.5]))];
    let model = ModelId::new("vade", u64::MAX);
    project.put_scores(&model, &rows.into()).unwrap();
    assert!(project.has_scores_of("vade").unwrap());
}

/// Takes away what layout 6 added.
const WITHOUT_IDENTITIES: &str =
    "DROP TRIGGER label_events_id; DROP TABLE event_ids; DROP TABLE server;";

/// Brings a project back to what layout 1 was.
fn make_layout_1(path: &Path) {
    let raw = rusqlite::Connection::open(path).unwrap();
    raw.execute_batch(WITHOUT_IDENTITIES).unwrap();
    raw.execute_batch("DROP TABLE scores; DROP TABLE memories; DROP TABLE model_versions; PRAGMA user_version = 1;")
        .unwrap();
}

#[test]
fn a_project_of_layout_1_is_taken_along_with_its_labels() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.destello");
    let event = events::set(1, "a", "real");
    let mut project = Project::open_or_create(&path).unwrap();
    project.append(std::slice::from_ref(&event)).unwrap();
    project.session_put("window", "{}").unwrap();
    drop(project);
    make_layout_1(&path);

    let mut project = Project::open_or_create(&path).unwrap();
    assert_eq!(project.events_since(0).unwrap(), [(1, event)]);
    assert_eq!(project.session_get("window").unwrap().unwrap(), "{}");
    let rows = vec![row("a", "1", said(&[0.5, 0.5]))];
    project.put_scores(&model(), &rows.clone().into()).unwrap();
    assert_eq!(project.scores_of(&model()).unwrap(), rows);
    project.check_integrity().unwrap();
    let raw = rusqlite::Connection::open(&path).unwrap();
    let version = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
    let found = raw.query_row("PRAGMA user_version", [], version).unwrap();
    assert_eq!(found, 6);
}

#[test]
fn scores_of_a_project_of_layout_4_do_not_say_what_they_were_computed_from() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.destello");
    let mut rows = vec![row("a", "1", said(&[0.5, 0.5]))];
    let mut project = Project::open_or_create(&path).unwrap();
    project.put_scores(&model(), &rows.clone().into()).unwrap();
    drop(project);
    let raw = rusqlite::Connection::open(&path).unwrap();
    let back = "ALTER TABLE scores DROP COLUMN files; ALTER TABLE scores DROP COLUMN pixels;
                PRAGMA user_version = 4;";
    raw.execute_batch(back).unwrap();
    raw.execute_batch(WITHOUT_IDENTITIES).unwrap();
    drop(raw);
    let project = Project::open_or_create(&path).unwrap();
    rows[0].scored_from = ScoredFrom::default();
    assert_eq!(project.scores_of(&model()).unwrap(), rows);
    project.check_integrity().unwrap();
}

#[test]
fn damaged_scores_are_told_and_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("night.destello");
    let mut project = Project::open_or_create(&path).unwrap();
    let rows = vec![row("a", "1", said(&[0.5, 0.5]))];
    project.put_scores(&model(), &rows.clone().into()).unwrap();
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute("UPDATE scores SET probabilities = x'010203'", [])
        .unwrap();
    let refusal = project.scores_of(&model()).unwrap_err().to_string();
    assert!(
        refusal.contains("night.destello") && refusal.contains("a score cannot be read"),
        "{refusal}"
    );
}

#[test]
fn a_hundred_thousand_scores_are_a_matter_of_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("night.destello");
    let mut project = Project::open_or_create(&path).unwrap();
    let rows: Vec<_> = (0..100_000)
        .map(|at| row(&format!("T{at:07}"), "mjd 59000.5", said(&[0.5, 0.5])))
        .collect();
    let start = Instant::now();
    project.put_scores(&model(), &rows.clone().into()).unwrap();
    let written = start.elapsed();
    let reading = Instant::now();
    assert_eq!(project.scores_of(&model()).unwrap(), rows);
    let read = reading.elapsed();
    println!("100,000 scores written in {written:.1?}, read in {read:.1?}");
    assert!(start.elapsed().as_secs() < 30, "{written:?} {read:?}");
}

#[test]
fn what_a_model_remembers_is_that_after_the_last_epoch_it_saw() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("night.destello");
    let mut project = Project::open_or_create(&path).unwrap();
    let after = |epoch: &str, memory: &[u8]| Remembered {
        candidate: "a".into(),
        epoch: epoch.into(),
        memory: memory.into(),
    };
    for kept in [after("mjd 1", &[1, 2]), after("mjd 2", &[0, 255, 3])] {
        let new = NewScores {
            rows: Vec::new(),
            memories: vec![kept],
        };
        project.put_scores(&model(), &new).unwrap();
    }
    drop(project);
    let project = Project::open_or_create(&path).unwrap();
    let found = |model: &ModelId, id: &str| project.memory_of(model, &id.into()).unwrap();
    assert_eq!(found(&model(), "a"), Some(after("mjd 2", &[0, 255, 3])));
    assert_eq!(found(&model(), "b"), None);
    assert_eq!(found(&ModelId::new("cap", 8 << 32), "a"), None);
}
