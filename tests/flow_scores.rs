//! Scores in the window: they come by themselves, a threshold counts and sorts, models stand side
//! by side, labels remember what was shown, and nothing is computed twice.
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

mod common;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use common::{BOGUS, InlineWindow, REAL, StampSet};
use destello::{
    app::{
        Action, AppState, Command,
        column::Column,
        command::{QueueCommand, Scoring},
        scores::{Reading, Standing},
        settings::Settings,
        state::Screen,
    },
    domain::{Candidate, CandidateIx, Epoch, ModelId, Role, Timestamp, Verdict},
    jobs::{
        event::{Batch, JobEvent, LoadedModel, PickFor},
        models,
        reporter::CancelToken,
        simulate,
        simulation_folder::Crew,
        simulation_order::{Kind, SimulationOrder},
        simulator::simulator_of,
        train::{TrainOrder, Training, TrainingData},
    },
    learn::{Architecture, Compute, schedule::Schedule},
};
use tempfile::TempDir;

/// Forty simulated triplets, made once.
fn triplets() -> PathBuf {
    static SET: OnceLock<TempDir> = OnceLock::new();
    let set = SET.get_or_init(|| {
        let set = tempfile::tempdir().unwrap();
        simulate_triplets(&set.path().join("triplets"), 40);
        set
    });
    set.path().join("triplets")
}

fn simulate_triplets(out: &Path, count: u64) {
    let order = SimulationOrder {
        kind: Kind::Triplets,
        survey: "ztf".into(),
        templates: None,
        classes: Vec::new(),
        roles: vec![Role::Science, Role::Reference, Role::Difference],
        count,
        seed: 5,
        out: out.to_owned(),
    };
    let cancel = CancelToken::default();
    let crew = Crew::new(1, &cancel, &|_| ());
    simulate::simulate(&order, &simulator_of, &crew).unwrap();
}

fn scoring(window: &mut InlineWindow, scoring: Scoring) {
    window.apply(Command::Scoring(scoring));
}

fn counts(window: &InlineWindow) -> [usize; 3] {
    let model = window.state.scores.active();
    let real = model.tally.real(model.threshold());
    let scored = model.tally.scored();
    [real, scored - real, window.state.catalogue.len() - scored]
}

fn order_scores(window: &InlineWindow) -> Vec<f32> {
    let order = window.state.queue.order().iter();
    let scores = &window.state.scores;
    order.filter_map(|ix| scores.score(*ix)).collect()
}

fn sort(window: &mut InlineWindow, column: Column, is_descending: bool) {
    window.apply(Command::Queue(QueueCommand::Sort {
        column,
        is_descending,
    }));
}

#[test]
fn scores_come_by_themselves_and_a_threshold_counts_sorts_and_filters() {
    let project = tempfile::tempdir().unwrap();
    let mut window = InlineWindow::on(&triplets(), &project.path().join("night.destello"));
    let model = window.state.scores.active();
    assert_eq!(model.name(), models::DEFAULT);
    assert_eq!(model.standing, Standing::Done);
    assert_eq!((model.tally.scored(), window.computed), (40, 40));
    assert!(window.state.jobs.is_empty());
    let usual = counts(&window);
    assert!(usual[0] > 5 && usual[1] > 5 && usual[2] == 0, "{usual:?}");

    scoring(&mut window, Scoring::Threshold(0.0));
    assert_eq!(counts(&window), [40, 0, 0]);
    let before = window.state.scores.active().threshold();
    window.act(Action::RaiseThreshold);
    let step = window.state.scores.active().threshold() - before;
    assert!((step - 0.01).abs() < 1e-6, "{step}");
    window.act(Action::LowerThreshold);

    sort(&mut window, Column::Score, true);
    let sorted = order_scores(&window);
    assert_eq!(sorted.len(), 40);
    assert!(sorted.is_sorted_by(|a, b| a >= b), "{sorted:?}");
    // The threshold moves the order where the order is made of it.
    sort(&mut window, Column::Margin, false);
    let first = window.queue()[0].to_owned();
    scoring(&mut window, Scoring::Threshold(1.0));
    assert_ne!(window.queue()[0], first);
    let nearest = window.state.queue.order()[0];
    assert_eq!(window.state.scores.score(nearest), Some(sorted[0]));

    window.filter("score>0.5");
    let kept = order_scores(&window);
    assert!(kept.iter().all(|score| *score > 0.5));
    assert_eq!(kept.len(), sorted.iter().filter(|s| **s > 0.5).count());
}

#[test]
fn labels_remember_the_score_and_whether_it_was_shown() {
    let project = tempfile::tempdir().unwrap();
    let mut window = InlineWindow::on(&triplets(), &project.path().join("night.destello"));
    let (here, epoch) = (
        window.state.place.candidate.unwrap(),
        window.state.place.epoch,
    );
    let scores = &window.state.scores;
    let Reading::Score { value, .. } = scores.of_epoch(scores.active(), here, epoch) else {
        panic!("no score")
    };
    let id = scores.active().ready.as_ref().unwrap().id.text().clone();
    window.label(REAL);
    window.act(Action::HideScores);
    window.label(BOGUS);
    let events = window.state.book.events();
    assert_eq!(events[0].model, Some(id.clone()));
    assert!((events[0].score.unwrap() - f64::from(value)).abs() < 1e-6);
    assert!(events[0].shown.as_ref().unwrap().is_score_shown);
    // A blind label: the score was known to the program, and not to the person.
    assert_eq!(events[1].model, Some(id));
    assert!(!events[1].shown.as_ref().unwrap().is_score_shown);
    // On the mosaic only what is on the page was seen.
    window.act(Action::HideScores);
    let ids: Vec<String> = window.queue().iter().map(ToString::to_string).collect();
    window.show_mosaic(&[&ids[4], &ids[5]]);
    window.act(Action::SelectAll);
    window.label(REAL);
    let shown = |id: &str| {
        let mut events = window.state.book.events().iter().rev();
        let event = events.find(|event| *event.candidate == *id).unwrap();
        event.shown.as_ref().unwrap().is_score_shown
    };
    assert!(shown(&ids[4]) && shown(&ids[5]));
    assert!(!shown(&ids[6]), "it was not on the page");
}

#[test]
fn after_a_restart_scores_come_from_the_project() {
    let project = tempfile::tempdir().unwrap();
    let mut window = InlineWindow::on(&triplets(), &project.path().join("night.destello"));
    scoring(&mut window, Scoring::Threshold(0.875));
    window.act(Action::HideScores);
    let before = order_scores(&window);
    let mut window = window.restart();
    assert_eq!(window.computed, 0, "nothing is computed twice");
    assert_eq!(window.state.scores.active().standing, Standing::Done);
    assert_eq!(order_scores(&window), before);
    assert!(window.state.scores.is_hidden);
    assert!((window.state.scores.active().threshold() - 0.875).abs() < 1e-6);
    // Going on where nothing is left does nothing.
    window.act(Action::ScoreAgain);
    assert_eq!(window.computed, 0);
}

#[test]
fn a_threshold_is_chosen_on_labelled_candidates() {
    let project = tempfile::tempdir().unwrap();
    let mut window = InlineWindow::on(&triplets(), &project.path().join("night.destello"));
    window.act(Action::ChooseThreshold);
    assert!(
        window.toast().contains("label some real"),
        "{}",
        window.toast()
    );
    sort(&mut window, Column::Score, true);
    let sorted = order_scores(&window);
    window.state.screen = Screen::Inspect;
    let ids: Vec<String> = window.queue().iter().map(ToString::to_string).collect();
    for id in &ids[..20] {
        window.go_to(id);
        window.label(REAL);
    }
    scoring(&mut window, Scoring::WantedRecall(0.9));
    window.act(Action::ChooseThreshold);
    let threshold = window.state.scores.active().threshold();
    assert!((threshold - sorted[17]).abs() < 1e-6, "{threshold}");
    let evidence = window.state.evidence();
    assert_eq!((evidence.real, evidence.bogus), (20, 0));
    assert!(evidence.found >= 18, "{evidence:?}");
    assert!(
        window.toast().contains("unknown (0 of about 10"),
        "{}",
        window.toast()
    );
    for id in &ids[30..40] {
        window.go_to(id);
        window.label(BOGUS);
    }
    let words = window.state.evidence().rejection_words();
    assert!(words.contains("of 10 labelled bogus"), "{words}");
}

/// A model that has learned nothing to speak of.
fn tiny_model(out: PathBuf) -> PathBuf {
    let schedule = Schedule {
        steps: 2,
        batch: 8,
        validate_every: 2,
        ..Schedule::published(2)
    };
    let order = TrainOrder {
        architecture: Architecture::Compact,
        data: TrainingData::Simulation {
            survey: "ztf".into(),
            templates: None,
        },
        schedule,
        seed: 3,
        members: 1,
        chunk: 16,
        passes: 1,
        validation: 8,
        threads: 1,
        name: Some("tiny".into()),
        command: "a test".into(),
        commit: String::new(),
        out: out.clone(),
    };
    let mut training = Training::start(order, &Compute::cpu()).unwrap();
    while !training.is_finished() {
        training.advance().unwrap();
    }
    training.write().unwrap();
    out
}

#[test]
fn models_stand_side_by_side_and_disagree() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = InlineWindow::on(&triplets(), &folder.path().join("night.destello"));
    window.act(Action::Disagreements);
    assert!(window.toast().contains("where two are shown"));
    window.act(Action::AddModel);
    assert_eq!(window.dialogs, [PickFor::Model]);
    let file = tiny_model(folder.path().join("mine.safetensors"));
    window.apply(Command::News(Box::new(JobEvent::Picked {
        purpose: PickFor::Model,
        paths: vec![file.clone()],
    })));
    assert_eq!(window.saved_settings.as_ref().unwrap().model_files, [file]);
    assert_eq!(window.state.scores.active().name(), "tiny");
    assert_eq!(window.state.scores.active().tally.scored(), 40);
    assert_eq!(window.computed, 80);
    // Everything is real for one of them.
    scoring(&mut window, Scoring::Threshold(0.0));
    window.act(Action::NextModel);
    assert_eq!(window.state.scores.active().name(), models::DEFAULT);
    let [real, bogus, _] = counts(&window);
    window.act(Action::Disagreements);
    assert_eq!(window.queue().len(), bogus);
    // Moving a threshold changes who disagrees, at once.
    scoring(&mut window, Scoring::Threshold(0.0));
    assert_eq!(window.queue().len(), 0);
    window.act(Action::Disagreements);
    assert_eq!(window.queue().len(), real + bogus);
    sort(&mut window, Column::score_of("tiny"), true);
    let of_tiny = window.state.queue.order().iter();
    let of_tiny = of_tiny.filter_map(|ix| window.state.scores.score_of("tiny", *ix));
    assert!(of_tiny.collect::<Vec<_>>().is_sorted_by(|a, b| a >= b));
    // The project remembers both, and one can go.
    let mut window = window.restart();
    assert_eq!((window.state.scores.shown().len(), window.computed), (2, 0));
    let source = window.state.scores.shown()[1].source.clone();
    scoring(&mut window, Scoring::Drop(source));
    assert_eq!(window.state.scores.shown().len(), 1);
}

#[test]
fn a_model_that_cannot_be_used_says_why() {
    let set = StampSet::new();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    let broken = set.beside("broken.safetensors");
    std::fs::write(&broken, b"weights?").unwrap();
    scoring(&mut window, Scoring::Show(broken.to_string_lossy().into()));
    let model = window.state.scores.active();
    assert!(matches!(&model.standing, Standing::Failed(why) if why.contains("broken")));
    assert!(
        window.toast().contains("broken.safetensors"),
        "{}",
        window.toast()
    );
    let here = window.state.place.candidate.unwrap();
    let reading = window.state.scores.of_epoch(model, here, 0);
    assert!(matches!(reading, Reading::Refused(_)), "{reading:?}");
}

#[test]
fn what_has_no_reference_is_refused_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("science");
    let order = SimulationOrder {
        kind: Kind::Triplets,
        survey: "ztf".into(),
        templates: None,
        classes: Vec::new(),
        roles: vec![Role::Science],
        count: 3,
        seed: 1,
        out: out.clone(),
    };
    let cancel = CancelToken::default();
    let crew = Crew::new(1, &cancel, &|_| ());
    simulate::simulate(&order, &simulator_of, &crew).unwrap();
    let window = InlineWindow::on(&out, &folder.path().join("night.destello"));
    let model = window.state.scores.active();
    assert_eq!(model.standing, Standing::Done);
    assert_eq!((model.tally.scored(), model.tally.done()), (0, 3));
    assert_eq!(model.tally.first_refusal(), Some("has no reference stamp"));
    let here = window.state.place.candidate.unwrap();
    let reading = window.state.scores.of_epoch(model, here, 0);
    assert_eq!(reading, Reading::Refused("has no reference stamp"));
}

/// A state with so many scored candidates, without a single stamp.
fn state_of(count: u32) -> AppState {
    let now = Timestamp(0);
    let mut state = AppState::new(Settings::default(), "ana");
    let news = |state: &mut AppState, event| drop(state.apply(Command::News(Box::new(event)), now));
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
        new: Vec::new(),
    };
    news(&mut state, scored);
    state
}

#[test]
fn a_threshold_on_a_hundred_thousand_candidates_is_dragged_smoothly() {
    let mut state = state_of(100_000);
    assert_eq!(state.scores.active().tally.scored(), 100_000);
    let now = Timestamp(1);
    state.apply(
        Command::Queue(QueueCommand::Sort {
            column: Column::Margin,
            is_descending: false,
        }),
        now,
    );
    let mut least = Duration::MAX;
    for step in 1..20 {
        let began = Instant::now();
        let threshold = Scoring::Threshold(step as f32 / 20.0);
        state.apply(Command::Scoring(threshold), now);
        least = least.min(began.elapsed());
    }
    println!("one step of the slider, sorted by margin: {least:?}");
    let model = state.scores.active();
    assert_eq!(model.tally.real(model.threshold()), 5_000);
    // A frame has 17 ms; the bound leaves room for a machine that does other things as well.
    assert!(least < Duration::from_millis(60), "{least:?}");
}
