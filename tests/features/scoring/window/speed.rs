//! A hundred thousand scored candidates.

use std::time::{Duration, Instant};

use destello::{
    domain::{Candidate, Epoch, Mjd, Prediction, ScoreRow, ScoredFrom, Timestamp},
    features::open::{
        index::{Batch, OpeningUpdate},
        opening::{finish_opening, take_opening},
    },
    store::Project,
    window::{
        command::{Command, QueueCommand, Scoring},
        state::AppState,
    },
    workspace::{context::Context, models, queue::column::Column, settings::Settings},
};
use tempfile::TempDir;

/// A state with so many candidates that were scored before, without a single stamp.
fn state_of(count: u32, folder: &TempDir) -> AppState {
    let cx = Context::inline(Timestamp(0));
    let mut state = AppState::new(Settings::default(), "ana");
    let candidate = |ix: u32| Candidate {
        id: format!("c{ix}").into(),
        epochs: vec![Epoch {
            mjd: Mjd::new(59_000.5),
            ..Epoch::default()
        }],
        ..Candidate::default()
    };
    let candidates: Vec<Candidate> = (0..count).map(candidate).collect();
    let loaded = cx.models.load(models::DEFAULT).unwrap();
    let rows = (0..).zip(&candidates).flat_map(|(ix, candidate)| {
        let real = (f64::from(ix) * 0.618_034).fract() as f32;
        let prediction = Prediction::Probabilities([1.0 - real, real].into());
        ScoreRow::of(candidate, &loaded.card.input, &[prediction], |_, _| {
            ScoredFrom::default()
        })
    });
    let rows: Vec<ScoreRow> = rows.collect();
    let path = folder.path().join("night.destello");
    let mut project = Project::open_or_create(&path).unwrap();
    project.put_scores(&loaded.id, &rows.into()).unwrap();
    state.shared.project.path = Some(path);
    let found = Batch {
        candidates,
        ..Batch::default()
    };
    take_opening(&mut state.shared, OpeningUpdate::Found(found), &cx);
    finish_opening(&mut state.shared, false, &[], &cx);
    // The first poll carries out the request, and the task is done at once; the second takes in its end.
    state.poll(&cx);
    state.poll(&cx);
    assert_eq!(state.shared.scores.active().counts.computed, 0);
    state
}

#[test]
fn a_threshold_on_a_hundred_thousand_candidates_is_dragged_smoothly() {
    // No training beside it.
    let _turn = crate::common::in_turn();
    let folder = tempfile::tempdir().unwrap();
    let mut state = state_of(100_000, &folder);
    assert_eq!(state.shared.scores.active().tally.scored(), 100_000);
    let cx = Context::inline(Timestamp(1));
    state.apply(
        Command::Queue(QueueCommand::Sort {
            column: Column::Margin,
            is_descending: false,
        }),
        &cx,
    );
    let mut least = Duration::MAX;
    for step in 1..20 {
        let began = Instant::now();
        let threshold = Scoring::Threshold(step as f32 / 20.0);
        state.apply(Command::Scoring(threshold), &cx);
        least = least.min(began.elapsed());
    }
    println!("one step of the slider, sorted by margin: {least:?}");
    let model = state.shared.scores.active();
    assert_eq!(model.tally.real(model.threshold()), 5_000);
    // A frame has 17 ms; the bound leaves room for a machine that does other things as well.
    assert!(least < Duration::from_millis(60), "{least:?}");
}
