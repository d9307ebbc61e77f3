//! Training a network in the window: to its end, stopped and gone on with, closed in between, on
//! labels of the project, and what is told where it cannot be.

use std::path::{Path, PathBuf};

use crate::common::{InlineWindow, Sky, in_turn};
use destello::{
    features::training::{
        plan::labelled_sides,
        state::{LearnFrom, TrainingForm, TrainingStatus},
        train::checkpoint_path,
    },
    learn::{Compute, model_file},
    window::command::{Command, Train},
    workspace::{
        action::Action,
        scores::shown::{ScoringStatus, ShownModel},
        screen::Screen,
        settings::Settings,
    },
};
use tempfile::TempDir;

/// A window whose models go into a folder of the test.
fn window(home: &TempDir) -> InlineWindow {
    let mut window = InlineWindow::new(Settings::default(), "ana", None);
    begin(&mut window, home);
    window
}

fn begin(window: &mut InlineWindow, home: &TempDir) {
    window.state.training.home = Some(home.path().join("models"));
    window.act(Action::Train);
    assert_eq!(window.state.shared.screen, Screen::Train);
}

/// A few steps on the simulation.
fn fill_in(window: &mut InlineWindow, change: impl FnOnce(&mut TrainingForm)) {
    let mut form = window.state.training.form.clone();
    form.steps = 24;
    form.survey = "ztf".into();
    change(&mut form);
    window.apply(Command::Train(Train::Form(Box::new(form))));
}

fn model(home: &TempDir, name: &str) -> PathBuf {
    home.path()
        .join("models")
        .join(format!("{name}.safetensors"))
}

fn version(file: &Path) -> String {
    let model = model_file::read(file, &Compute::cpu()).unwrap();
    model.id().to_string()
}

fn failure(window: &InlineWindow) -> &str {
    match window.state.training.status() {
        TrainingStatus::Failed(why) => why,
        other => panic!("{other:?}"),
    }
}

/// Starts, and goes on until some steps are made.
fn start_and_wait(window: &mut InlineWindow, steps: u64) {
    window.begin(Command::Train(Train::Start));
    window.wait_until(|window| {
        let news = window.state.training.news();
        news.is_some_and(|news| news.step >= steps)
    });
}

/// A model that is shown beside the active one.
fn beside<'a>(window: &'a InlineWindow, name: &str) -> &'a ShownModel {
    let mut shown = window.state.shared.scores.shown().iter();
    shown.find(|model| model.name() == name).expect("shown")
}

#[test]
fn a_network_is_trained_to_its_end_and_shown() {
    let _turn = in_turn();
    let sky = Sky::new(12);
    let home = tempfile::tempdir().unwrap();
    let mut window = InlineWindow::on(&sky.path(), &sky.beside("night.destello"));
    begin(&mut window, &home);
    fill_in(&mut window, |_| ());
    window.apply(Command::Train(Train::Start));
    let pane = &window.state.training;
    let TrainingStatus::Finished(text) = pane.status() else {
        panic!("{:?}", pane.status())
    };
    assert!(text.contains("of 384 validation examples right"), "{text}");
    let news = pane.news().unwrap();
    assert_eq!((news.step, news.steps), (24, 24));
    let steps: Vec<_> = news.curve.iter().map(|point| point.step).collect();
    assert_eq!(steps, (1..=12).map(|at| 2 * at).collect::<Vec<_>>());
    assert_eq!(news.losses.last().unwrap().step, 24);
    assert!(news.examples_per_s > 0.0 && window.state.running().is_empty());
    // The model stands beside the first, has scored the set, and is known at the next start.
    let file = model(&home, "compact-ztf-1");
    assert!(file.exists() && !checkpoint_path(&file).exists());
    assert_eq!(window.state.shared.scores.active().name(), "context");
    let shown = beside(&window, "compact-ztf-1");
    assert_eq!(
        (shown.name(), &shown.status),
        ("compact-ztf-1", &ScoringStatus::Done)
    );
    assert_eq!(shown.tally.done(), 12);
    assert_eq!(
        window.saved_settings().unwrap().model_files,
        std::slice::from_ref(&file)
    );
    // Nothing is written over.
    let before = version(&file);
    window.apply(Command::Train(Train::Start));
    assert!(
        failure(&window).contains("choose another name"),
        "{}",
        failure(&window)
    );
    assert_eq!(version(&file), before);
}

#[test]
fn what_was_cancelled_goes_on_to_the_same_weights() {
    let _turn = in_turn();
    let home = tempfile::tempdir().unwrap();
    let mut window = window(&home);
    fill_in(&mut window, |form| form.name = "whole".into());
    window.apply(Command::Train(Train::Start));
    fill_in(&mut window, |form| form.name = "pieces".into());
    start_and_wait(&mut window, 2);
    window.apply(Command::Train(Train::Stop));
    assert!(
        window.state.training.goes_on(&window.state.shared),
        "{:?}",
        window.state.training.status()
    );
    let file = model(&home, "pieces");
    assert!(checkpoint_path(&file).exists() && !file.exists());
    let stopped_at = window.state.training.news().unwrap().step;
    assert!(stopped_at < 24, "it was at its end before it was stopped");
    // Another order does not go on from there, unless all is thrown away.
    fill_in(&mut window, |form| {
        (form.seed, form.name) = (9, "pieces".into());
    });
    window.apply(Command::Train(Train::Start));
    assert!(
        failure(&window).contains("other settings"),
        "{}",
        failure(&window)
    );
    // A program that is started anew knows nothing but the file.
    let mut window = self::window(&home);
    fill_in(&mut window, |form| form.name = "pieces".into());
    window.apply(Command::Train(Train::Start));
    assert_eq!(window.state.training.begun_at(), stopped_at);
    let whole = model(&home, "whole");
    assert_ne!(
        version(&whole),
        version(&file),
        "names are a part of a version"
    );
    assert_eq!(outputs(&whole), outputs(&file));
}

/// What a model says of a made-up input.
fn outputs(file: &Path) -> Vec<f32> {
    let model = model_file::read(file, &Compute::cpu()).unwrap();
    let size = model.stamps().expect("of single epochs").len();
    let input: Vec<f32> = (0..size).map(|at| (at as f32 * 0.37).sin()).collect();
    model.score(&input).unwrap()
}

#[test]
fn starting_anew_throws_the_unfinished_training_away() {
    let _turn = in_turn();
    let home = tempfile::tempdir().unwrap();
    let mut window = window(&home);
    fill_in(&mut window, |_| ());
    start_and_wait(&mut window, 2);
    window.apply(Command::Train(Train::Stop));
    fill_in(&mut window, |form| form.steps = 2);
    window.apply(Command::Train(Train::StartAnew));
    let status = window.state.training.status();
    assert!(matches!(status, TrainingStatus::Finished(_)), "{status:?}");
    assert_eq!(window.state.training.begun_at(), 0);
}

#[test]
fn closing_the_window_saves_what_was_learned() {
    let _turn = in_turn();
    let home = tempfile::tempdir().unwrap();
    let mut window = window(&home);
    fill_in(&mut window, |form| form.steps = 100);
    start_and_wait(&mut window, 1);
    window.close();
    assert!(checkpoint_path(&model(&home, "compact-ztf-1")).exists());
}

#[test]
fn the_labels_of_the_project_teach_too() {
    let _turn = in_turn();
    let sky = Sky::new(48);
    let home = tempfile::tempdir().unwrap();
    let mut window = InlineWindow::on(&sky.path(), &sky.beside("night.destello"));
    begin(&mut window, &home);
    fill_in(&mut window, |form| form.from = LearnFrom::Labels);
    window.apply(Command::Train(Train::Start));
    assert!(
        failure(&window).contains("so far 0 and 0"),
        "{}",
        failure(&window)
    );
    window.state.shared.screen = Screen::Inspect;
    window.label_truths(40);
    let [real, bogus] = labelled_sides(&window.state.shared);
    assert!(real + bogus == 40 && real > 5 && bogus > 5);
    window.act(Action::Train);
    window.apply(Command::Train(Train::Start));
    let pane = &window.state.training;
    assert!(
        matches!(pane.status(), TrainingStatus::Finished(_)),
        "{:?}",
        pane.status()
    );
    // What nobody labelled was not left out of the labels.
    assert!(pane.notes().is_empty(), "{:?}", pane.notes());
    let shown = window.state.shared.scores.shown();
    let card = &shown.last().unwrap().ready.as_ref().unwrap().card;
    let examples = card.figures["validation_examples"];
    assert!((1.0..15.0).contains(&examples), "{examples}");
    assert!(card.training.data.contains("as labelled in its project"));
}

#[test]
fn a_file_that_cannot_be_written_is_told_where_the_button_is() {
    let _turn = in_turn();
    let home = tempfile::tempdir().unwrap();
    let mut window = window(&home);
    let in_the_way = home.path().join("file");
    std::fs::write(&in_the_way, b"no folder").unwrap();
    let out = in_the_way.join("model.safetensors");
    fill_in(&mut window, |form| form.out = out.display().to_string());
    window.apply(Command::Train(Train::Start));
    assert!(failure(&window).contains("file"), "{}", failure(&window));
    fill_in(&mut window, |form| {
        form.out.clear();
        form.survey = "no_such_survey".into();
    });
    window.apply(Command::Train(Train::Start));
    assert!(
        failure(&window).contains("no_such_survey"),
        "{}",
        failure(&window)
    );
}
