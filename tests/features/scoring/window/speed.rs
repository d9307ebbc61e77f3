//! A hundred thousand scored candidates.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use destello::{
    app::{
        AppState, Command,
        command::{QueueCommand, Scoring},
        event::JobEvent,
        settings::Settings,
    },
    domain::{Candidate, CandidateIx, Epoch, ModelId, NewScores, Timestamp, Verdict},
    features::{open::index::Batch, queue::column::Column},
    workspace::{context::Context, model_registry::LoadedModel, models},
};

/// A state with so many scored candidates, without a single stamp.
fn state_of(count: u32) -> AppState {
    let cx = Context::inline(Timestamp(0));
    let mut state = AppState::new(Settings::default(), "ana");
    let news = |state: &mut AppState, event| drop(state.apply(Command::News(Box::new(event)), &cx));
    let candidate = |ix: u32| Candidate {
        id: format!("c{ix}").into(),
        epochs: vec![Epoch::default()],
        ..Candidate::default()
    };
    let found = Batch {
        candidates: (0..count).map(candidate).collect(),
        ..Batch::default()
    };
    news(
        &mut state,
        JobEvent::Found {
            generation: 0,
            batch: found,
        },
    );
    let done = JobEvent::IndexDone {
        generation: 0,
        is_cancelled: false,
        missing: Vec::new(),
    };
    news(&mut state, done);
    let card = models::shipped().remove(0);
    let id = ModelId::new(&card.name, 1);
    let loaded = LoadedModel {
        id: id.clone(),
        card: Arc::new(card),
        warning: None,
    };
    let loaded = JobEvent::ModelLoaded {
        generation: 0,
        source: models::DEFAULT.into(),
        model: Ok(loaded),
    };
    news(&mut state, loaded);
    let said = |ix: u32| {
        let real = (f64::from(ix) * 0.618_034).fract() as f32;
        let verdict = Verdict::Probabilities([1.0 - real, real].into());
        (CandidateIx(ix), [verdict].into())
    };
    let scored = JobEvent::Scored {
        generation: 0,
        model: id,
        scores: (0..count).map(said).collect(),
        new: NewScores::default(),
    };
    news(&mut state, scored);
    state
}

#[test]
fn a_threshold_on_a_hundred_thousand_candidates_is_dragged_smoothly() {
    // No training beside it.
    let _turn = crate::common::in_turn();
    let mut state = state_of(100_000);
    assert_eq!(state.scores.active().tally.scored(), 100_000);
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
    let model = state.scores.active();
    assert_eq!(model.tally.real(model.threshold()), 5_000);
    // A frame has 17 ms; the bound leaves room for a machine that does other things as well.
    assert!(least < Duration::from_millis(60), "{least:?}");
}
