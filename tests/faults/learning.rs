//! Work with networks: training, fine-tuning, learning curves, latent models.

use crate::{
    common::{InlineWindow, Sky},
    in_turn, names_the_log, task_breaks,
};
use destello::{
    features::{
        adaptation::update::FineTuneStatus,
        latent::{
            choice::{ColorBy, Projection},
            state::LatentStatus,
        },
        training::state::TrainingStatus,
    },
    tasks::fault,
    window::command::{Command, FineTune, Latent, Train},
    workspace::action::Action,
};

fn window(sky: &Sky) -> InlineWindow {
    InlineWindow::on(&sky.path(), &sky.beside("night.destello"))
}

/// Begins something and stops it.
fn begin_and_stop(window: &mut InlineWindow, command: Command, stop: Command) {
    let before = window.state.running().len();
    window.begin(command);
    assert_eq!(window.state.running().len(), before + 1);
    window.apply(stop);
}

#[test]
fn a_training_that_breaks_off_anywhere_says_so_and_another_can_begin() {
    let _turn = in_turn();
    let sky = Sky::new(8);
    let mut window = window(&sky);
    window.state.training.home = Some(sky.beside("models"));
    window.act(Action::Train);
    let mut form = window.state.training.form.clone();
    form.steps = 24;
    form.survey = "ztf".into();
    window.apply(Command::Train(Train::Form(Box::new(form))));
    // The task, one that shares in making the first examples, and the one that makes examples ahead.
    for name in ["training", "stream", "chunks"] {
        task_breaks(&mut window, name, |window| {
            window.apply(Command::Train(Train::Start));
        });
        let TrainingStatus::Failed(why) = window.state.training.status() else {
            panic!("{name}: {:?}", window.state.training.status());
        };
        assert!(names_the_log(why), "{name}: {why}");
    }
    begin_and_stop(
        &mut window,
        Command::Train(Train::Start),
        Command::Train(Train::Stop),
    );
    let status = window.state.training.status();
    assert!(!matches!(status, TrainingStatus::Failed(_)), "{status:?}");
}

/// A sky whose candidates are labelled as what they are.
fn labelled(sky: &Sky) -> InlineWindow {
    let mut window = window(sky);
    window.label_truths(usize::MAX);
    window
}

#[test]
fn a_fine_tuning_and_a_learning_curve_that_break_off_say_so_and_others_can_begin() {
    let _turn = in_turn();
    let sky = Sky::new(24);
    let mut window = labelled(&sky);
    task_breaks(&mut window, "fine-tuning", |window| {
        window.apply(Command::FineTune(FineTune::Start));
    });
    let FineTuneStatus::Failed(why) = window.state.fine_tuning.status() else {
        panic!("{:?}", window.state.fine_tuning.status());
    };
    assert!(names_the_log(why), "{why}");
    begin_and_stop(
        &mut window,
        Command::FineTune(FineTune::Start),
        Command::FineTune(FineTune::Stop),
    );
    let status = window.state.fine_tuning.status();
    assert!(!matches!(status, FineTuneStatus::Failed(_)), "{status:?}");

    task_breaks(&mut window, "learning curve", |window| {
        window.apply(Command::FineTune(FineTune::Curve));
    });
    assert!(names_the_log(window.toast()), "{}", window.toast());
    let curve = Command::FineTune(FineTune::Curve);
    begin_and_stop(&mut window, curve, Command::FineTune(FineTune::StopCurve));
    assert!(
        !window.state.shared.toast.as_ref().unwrap().is_error,
        "{}",
        window.toast()
    );
}

#[test]
fn latent_work_that_breaks_off_says_so_and_can_be_asked_for_again() {
    let _turn = in_turn();
    let sky = Sky::new(16);
    let mut window = window(&sky);
    fault::arm("embedding", 1);
    window.act(Action::Embed);
    assert_eq!(fault::left("embedding"), 0);
    let LatentStatus::Failed(why) = window.state.latent.status() else {
        panic!("{:?}", window.state.latent.status());
    };
    assert!(names_the_log(why), "{why}");
    window.assert_idle();

    // The map, the pictures of centroids and the stamp drawn again follow an embedding.
    for name in ["latent map", "decoding", "reconstruction"] {
        fault::arm(name, 1);
    }
    window.act(Action::Embed);
    for name in ["latent map", "decoding", "reconstruction"] {
        assert_eq!(fault::left(name), 0, "nothing passed {name}");
    }
    let latent = &window.state.latent;
    assert_eq!(*latent.status(), LatentStatus::Done);
    assert!(latent.map().is_none());
    assert!(names_the_log(latent.map_fault().unwrap()));
    assert!(latent.centroids().unwrap().is_err());
    window.assert_idle();
    let here = (
        window.state.shared.place.candidate.unwrap(),
        window.state.shared.place.epoch,
    );
    let why = latent.reconstruction(here).unwrap().as_ref().unwrap_err();
    assert!(names_the_log(why), "{why}");
    let mut choice = window.state.latent.choice.clone();
    choice.projection = Projection::Axes(0, 1);
    window.apply(Command::Latent(Latent::Choose(Box::new(choice))));
    assert!(window.state.latent.map().is_some());
    window.act(Action::Embed);
    assert!(window.state.latent.centroids().unwrap().is_ok());
    let redrawn = window.state.latent.reconstruction(here);
    assert!(redrawn.unwrap().is_ok());
}

#[test]
fn colors_and_points_that_cannot_be_made_leave_those_that_are_there() {
    let _turn = in_turn();
    let sky = Sky::new(16);
    let mut window = window(&sky);
    window.act(Action::Embed);
    let color_by = |window: &mut InlineWindow, color_by| {
        let mut choice = window.state.latent.choice.clone();
        choice.color_by = color_by;
        window.apply(Command::Latent(Latent::Choose(Box::new(choice))));
    };
    assert_eq!(window.state.latent.seen(), 16);
    fault::arm("latent colours", 1);
    color_by(&mut window, ColorBy::Error);
    assert_eq!(fault::left("latent colours"), 0);
    assert!(names_the_log(window.toast()), "{}", window.toast());
    let shades = window.state.latent.shades().unwrap();
    assert_eq!(shades.color_by, ColorBy::Component);
    color_by(&mut window, ColorBy::Epoch);
    let shades = window.state.latent.shades().unwrap();
    assert_eq!(shades.color_by, ColorBy::Epoch);
    fault::arm("latent points", 1);
    window.filter("anomaly<0");
    assert_eq!(fault::left("latent points"), 0);
    assert!(names_the_log(window.toast()), "{}", window.toast());
    assert_eq!(window.state.latent.seen(), 16);
    window.filter("component=99");
    assert_eq!(window.state.latent.seen(), 0);
    window.assert_idle();
}

#[test]
fn a_latent_model_whose_training_breaks_off_is_left_as_it_was() {
    let _turn = in_turn();
    let sky = Sky::new(16);
    let mut window = window(&sky);
    fault::arm("latent fine-tuning", 1);
    window.apply(Command::Latent(Latent::Adapt));
    assert_eq!(fault::left("latent fine-tuning"), 0);
    assert!(names_the_log(window.toast()), "{}", window.toast());
    window.assert_idle();
    begin_and_stop(
        &mut window,
        Command::Latent(Latent::Adapt),
        Command::Latent(Latent::StopAdapting),
    );
    assert_eq!(window.toast(), "stopped; all is as it was");
    window.assert_idle();
    assert!(window.state.shared.versions.all().is_empty());
}
