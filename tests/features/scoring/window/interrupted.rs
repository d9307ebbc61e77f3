//! Scoring that is stopped, late or of a file that changed.

use std::sync::Arc;

use super::{scoring, tiny_model, triplets};
use crate::common::InlineWindow;
use destello::{
    app::{
        Action, AppState, Command, Effect,
        command::{Scoring, Session},
        event::{JobEvent, JobId},
        settings::Settings,
    },
    domain::{Candidate, Epoch, ModelId, Timestamp},
    features::{
        open::index::Batch,
        scoring::{state::Standing, task::ScoringEnd},
    },
    workspace::{context::Context, model_registry::LoadedModel, models},
};

const NOW: Timestamp = Timestamp(0);

#[test]
fn a_model_that_is_being_read_can_be_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = InlineWindow::on(&triplets(), &folder.path().join("night.destello"));
    let file = tiny_model(folder.path().join("mine.safetensors"), 3);
    let source = file.to_string_lossy().into();
    window.begin(Command::Scoring(Scoring::Show(source)));
    assert_eq!(window.state.scores.active().standing, Standing::Reading);
    window.apply(Command::Session(Session::Cancel(JobId::Score)));
    assert_eq!(window.state.scores.active().standing, Standing::Stopped);
    assert!(window.state.jobs.is_empty());
    window.act(Action::ScoreAgain);
    let model = window.state.scores.active();
    assert_eq!(
        (&model.standing, model.tally.scored()),
        (&Standing::Done, 40)
    );
}

#[test]
fn a_file_that_became_another_model_is_scored_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = InlineWindow::on(&triplets(), &folder.path().join("night.destello"));
    let file = tiny_model(folder.path().join("mine.safetensors"), 3);
    scoring(&mut window, Scoring::Show(file.to_string_lossy().into()));
    let first = window.state.scores.active().ready.clone().unwrap().id;
    // As if the user had stopped it: of two models the second run is this one's.
    window.apply(Command::News(Box::new(JobEvent::ScoringEnded {
        generation: window.state.generation,
        model: first.clone(),
        run: 2,
        end: ScoringEnd::Stopped,
    })));
    assert_eq!(window.state.scores.active().standing, Standing::Stopped);
    tiny_model(file, 4);
    window.act(Action::ScoreAgain);
    let model = window.state.scores.active();
    assert_ne!(model.ready.as_ref().unwrap().id, first);
    assert_eq!(
        (&model.standing, model.tally.scored()),
        (&Standing::Done, 40)
    );
    assert_eq!(window.state.scores.book.count(&first), 0);
}

fn tell(state: &mut AppState, event: JobEvent) -> Vec<Effect> {
    state.apply(Command::News(Box::new(event)), &Context::inline(NOW))
}

/// One candidate, and a model that has just been read for it.
fn read(state: &mut AppState) -> ModelId {
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
    let effects = tell(state, loaded);
    let is_read = |effect: &Effect| matches!(effect, Effect::ReadScores(_));
    assert!(effects.iter().any(is_read), "{effects:?}");
    id
}

/// The project has answered: the number of the run that begins.
fn begin(state: &mut AppState, model: &ModelId) -> u64 {
    let stored = JobEvent::StoredScores {
        generation: 0,
        model: model.clone(),
        rows: Arc::new([]),
    };
    let effects = tell(state, stored);
    let run = effects.iter().find_map(|effect| match effect {
        Effect::Score(order) => Some(order.run),
        _ => None,
    });
    run.expect("scoring begins")
}

fn ended(model: &ModelId, run: u64, end: ScoringEnd) -> JobEvent {
    JobEvent::ScoringEnded {
        generation: 0,
        model: model.clone(),
        run,
        end,
    }
}

#[test]
fn the_late_end_of_a_run_that_was_given_up_strands_no_model() {
    let mut state = AppState::new(Settings::default(), "ana");
    let candidate = Candidate {
        id: "a".into(),
        epochs: vec![Epoch::default()],
        ..Candidate::default()
    };
    let batch = Batch {
        candidates: vec![candidate],
        ..Batch::default()
    };
    tell(
        &mut state,
        JobEvent::Found {
            generation: 0,
            batch,
        },
    );
    let done = JobEvent::IndexDone {
        generation: 0,
        is_cancelled: false,
        missing: Vec::new(),
    };
    tell(&mut state, done);
    let model = read(&mut state);
    let first = begin(&mut state, &model);
    tell(
        &mut state,
        ended(&model, first, ScoringEnd::Failed("no memory".into())),
    );
    state.apply(Command::Do(Action::ScoreAgain), &Context::inline(NOW));
    let model = read(&mut state);
    // It is waiting for what the project holds, then scores: the first run's end is nobody's.
    let stopped = || ScoringEnd::Stopped;
    tell(&mut state, ended(&model, first, stopped()));
    let second = begin(&mut state, &model);
    assert_ne!(first, second);
    tell(&mut state, ended(&model, first, stopped()));
    assert_eq!(state.scores.active().standing, Standing::Scoring);
    tell(&mut state, ended(&model, second, ScoringEnd::Finished));
    assert_eq!(state.scores.active().standing, Standing::Done);
}
