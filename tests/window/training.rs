//! The Train screen: its form, how it runs, and how it ended.

use std::sync::Arc;

use egui::{Key, Rect, pos2, vec2};

use super::{
    NONE,
    common::InlineWindow,
    harness::{View, click, press, shows, texts, ui_snapshot, view},
    window,
};
use destello::{
    domain::ModelId,
    features::training::{
        state::{Architecture, CurvePoint, TrainingNews},
        task::{TrainUpdate, Trained},
        train::LossPoint,
    },
    tasks::{TaskEvent, Tasks},
    window::command::{Command, Train},
    workspace::{action::Action, context::Context, models},
};

const SIZE: [f32; 2] = [1100.0, 700.0];

fn news(step: u64) -> TrainingNews {
    let fall = |step: u64| (-(step as f64) / 600.0).exp();
    let loss = |at: u64| LossPoint {
        step: 20 * at,
        loss: 0.2 + 0.5 * fall(20 * at) + 0.02 * (at as f64).sin(),
    };
    let point = |at: u64| CurvePoint {
        step: 200 * at,
        loss: None,
        validation_loss: 0.22 + 0.48 * fall(200 * at),
        validation_accuracy: 0.93 - 0.4 * fall(200 * at),
    };
    TrainingNews {
        step,
        steps: 2_000,
        losses: (1..=step / 20).map(loss).collect(),
        curve: (1..=step / 200).map(point).collect(),
        examples_per_s: 530.0,
        seconds_left: Some((2_000 - step) as f64 * 64.0 / 530.0),
    }
}

fn take(window: &mut InlineWindow, event: TaskEvent<TrainUpdate, Trained>) {
    let cx = Context::inline(window.now());
    window
        .state
        .training
        .take_training(&mut window.state.shared, event, &cx);
}

fn progress(step: u64) -> TaskEvent<TrainUpdate, Trained> {
    TaskEvent::Update(TrainUpdate::Progress(news(step)))
}

fn screen() -> View {
    view(SIZE, |window| {
        window.state.training.home = Some("models".into());
        window.act(Action::Train);
    })
}

/// The state of the screen while a training runs elsewhere.
fn begin(view: &mut View) {
    let window = &mut view.state_mut().window;
    window.state.training.form.steps = 2_000;
    // It is not begun: the news are made up.
    let cx = Context {
        tasks: Tasks::never(),
        ..Context::inline(window.now())
    };
    window.state.apply(Command::Train(Train::Start), &cx);
    let started = TrainUpdate::Started {
        device: "CPU".into(),
        notes: Vec::new(),
        news: news(0),
    };
    take(window, TaskEvent::Update(started));
    take(window, progress(1_240));
    view.run();
}

fn whole() -> Rect {
    Rect::from_min_size(pos2(0.0, 0.0), vec2(SIZE[0], SIZE[1]))
}

#[test]
fn the_form_says_what_will_happen() {
    let mut view = screen();
    ui_snapshot(&mut view, whole(), "train_form");
    assert!(
        shows(&view, "Learns 20,000 batches of 64"),
        "{:?}",
        texts(&view)
    );
    click(&mut view, "published");
    assert!(shows(&view, "Learns 20,000 batches of 50"));
    click(&mut view, "the labels of the opened set");
    assert!(shows(&view, "label some real and some bogus"));
    click(&mut view, "simulated triplets of a survey");
    view.state_mut().window.state.training.form.network = Architecture::Cape;
    view.run();
    assert!(shows(&view, "for each of 5 members"));
    // What is pressed here labels nobody, and the start page is a key away.
    assert!(press(&mut view, NONE, Key::Num1).is_empty());
    press(&mut view, NONE, Key::Enter);
    assert!(shows(&view, "Open a stamp set"));
    press(&mut view, NONE, Key::F7);
    assert!(shows(&view, "Train a real/bogus network"));
}

#[test]
fn while_it_runs_the_curve_grows_and_it_can_be_stopped() {
    let mut view = screen();
    begin(&mut view);
    ui_snapshot(&mut view, whole(), "train_running");
    for part in ["530 examples/s", "2 min left", "training 1240/2000"] {
        assert!(shows(&view, part), "{part} among {:?}", texts(&view));
    }
    assert!(click(&mut view, "Cancel")[0].contains("Train(Stop)"));
    assert!(shows(&view, "being saved"));
    let window_of = &mut view.state_mut().window;
    take(window_of, TaskEvent::Cancelled);
    view.run();
    assert!(shows(&view, "the same order goes on from there"));
    assert!(
        shows(&view, "Go on")
            && window(&view)
                .state
                .training
                .goes_on(&window(&view).state.shared)
    );
}

#[test]
fn at_the_end_it_says_how_good_the_model_is() {
    let mut view = screen();
    begin(&mut view);
    let mut card = models::shipped().remove(0);
    card.name = "compact-mixed-1".into();
    for (name, value) in [
        ("validation_accuracy", 0.912),
        ("validation_examples", 4_000.0),
        ("validation_loss", 0.231),
    ] {
        card.figures.insert(name.into(), value);
    }
    let trained = Trained {
        file: "models/compact-mixed-1.safetensors".into(),
        id: ModelId::new("compact-mixed-1", 1),
        card: Arc::new(card),
    };
    let window_of = &mut view.state_mut().window;
    take(window_of, progress(2_000));
    take(window_of, TaskEvent::Finished(trained));
    window_of.state.shared.toast = None;
    view.run();
    assert!(
        shows(&view, "91.2 % of 4,000 validation examples right"),
        "{:?}",
        texts(&view)
    );
    ui_snapshot(&mut view, whole(), "train_finished");
}
