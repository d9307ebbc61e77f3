//! Work with networks: training, fine-tuning, learning curves, latent models.

use destello::{
    app::{
        Action, Command,
        command::{FineTune, Latent, Session, Train},
        event::JobEvent,
    },
    features::{
        adaptation::update::FineTuneStanding,
        latent::{
            adapt_task::AdaptUpdate,
            news::LatentNews,
            state::{LatentStanding, Projection},
        },
        training::state::{JobId, TrainingStanding},
    },
    tasks::fault,
};

use crate::{
    breaks,
    common::{self, InlineWindow, Sky},
    ends_once, in_turn, names_the_log,
};

fn window(sky: &Sky) -> InlineWindow {
    InlineWindow::on(&sky.path(), &sky.beside("night.destello"))
}

/// Begins something and stops it.
fn begin_and_stop(window: &mut InlineWindow, command: Command, job: JobId) {
    window.begin(command);
    assert!(window.state.jobs.contains_key(&job));
    window.apply(Command::Session(Session::Cancel(job)));
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
    let ends = |window: &mut InlineWindow| window.count += 1;
    // The task, one that shares in making the first examples, and the one that makes examples ahead.
    for name in ["training", "stream", "chunks"] {
        breaks(
            &mut window,
            name,
            |_| false,
            |window| {
                window.apply(Command::Train(Train::Start));
                ends(window);
            },
        );
        let TrainingStanding::Failed(why) = window.state.training.standing() else {
            panic!("{name}: {:?}", window.state.training.standing());
        };
        assert!(names_the_log(why), "{name}: {why}");
    }
    begin_and_stop(&mut window, Command::Train(Train::Start), JobId::Train);
    let standing = window.state.training.standing();
    assert!(
        !matches!(standing, TrainingStanding::Failed(_)),
        "{standing:?}"
    );
}

/// A sky whose candidates are labelled as what they are.
fn labelled(sky: &Sky) -> InlineWindow {
    let mut window = window(sky);
    let all = window.state.catalogue.iter();
    let known: Vec<(String, bool)> = all
        .map(|(_, one)| (one.id.to_string(), one.truth.as_deref() != Some("bogus")))
        .collect();
    for (id, is_real) in &known {
        window.go_to(id);
        let class = if *is_real {
            common::REAL
        } else {
            common::BOGUS
        };
        window.label(class);
    }
    window
}

#[test]
fn a_fine_tuning_and_a_learning_curve_that_break_off_say_so_and_others_can_begin() {
    let _turn = in_turn();
    let sky = Sky::new(24);
    let mut window = labelled(&sky);
    let none = |_: &JobEvent| false;
    let ends = |window: &mut InlineWindow| window.count += 1;
    breaks(&mut window, "fine-tuning", none, |window| {
        window.apply(Command::FineTune(FineTune::Start));
        ends(window);
    });
    let FineTuneStanding::Failed(why) = window.state.fine_tuning.standing() else {
        panic!("{:?}", window.state.fine_tuning.standing());
    };
    assert!(names_the_log(why), "{why}");
    begin_and_stop(
        &mut window,
        Command::FineTune(FineTune::Start),
        JobId::FineTune,
    );
    let standing = window.state.fine_tuning.standing();
    assert!(
        !matches!(standing, FineTuneStanding::Failed(_)),
        "{standing:?}"
    );

    breaks(&mut window, "learning curve", none, |window| {
        window.apply(Command::FineTune(FineTune::Curve));
        ends(window);
    });
    assert!(names_the_log(window.toast()), "{}", window.toast());
    let curve = Command::FineTune(FineTune::Curve);
    begin_and_stop(&mut window, curve, JobId::LearningCurve);
    assert!(
        !window.state.toast.as_ref().unwrap().is_error,
        "{}",
        window.toast()
    );
}

#[test]
fn latent_work_that_breaks_off_says_so_and_can_be_asked_for_again() {
    let _turn = in_turn();
    let sky = Sky::new(16);
    let mut window = window(&sky);
    let is_end = |event: &JobEvent| matches!(event, JobEvent::Latent(LatentNews::Ended { .. }));
    breaks(&mut window, "EmbedTask", is_end, |window| {
        window.act(Action::Embed);
    });
    let LatentStanding::Failed(why) = window.state.latent.standing() else {
        panic!("{:?}", window.state.latent.standing());
    };
    assert!(names_the_log(why), "{why}");

    // The map, the pictures of centroids and the stamp drawn again follow an embedding.
    for name in ["latent map", "DecodeTask", "ReconstructTask"] {
        fault::arm(name, 1);
    }
    ends_once(&mut window, "EmbedTask", is_end, |window| {
        window.act(Action::Embed);
    });
    for name in ["latent map", "DecodeTask", "ReconstructTask"] {
        assert_eq!(fault::left(name), 0, "nothing passed {name}");
    }
    let latent = &window.state.latent;
    assert_eq!(*latent.standing(), LatentStanding::Done);
    assert!(latent.map().is_none());
    assert!(latent.centroids().unwrap().is_err());
    let here = (
        window.state.place.candidate.unwrap(),
        window.state.place.epoch,
    );
    let why = latent.reconstruction(here).unwrap().as_ref().unwrap_err();
    assert!(names_the_log(why), "{why}");
    let is_map = |event: &JobEvent| matches!(event, JobEvent::Mapped(_));
    ends_once(&mut window, "the next map", is_map, |window| {
        let mut choice = window.state.latent.choice.clone();
        choice.projection = Projection::Axes(0, 1);
        window.apply(Command::Latent(Latent::Choose(Box::new(choice))));
    });
    assert!(window.state.latent.map().is_some());
    window.act(Action::Embed);
    assert!(window.state.latent.centroids().unwrap().is_ok());
    let redrawn = window.state.latent.reconstruction(here);
    assert!(redrawn.unwrap().is_ok());
}

#[test]
fn a_latent_model_whose_training_breaks_off_is_left_as_it_was() {
    let _turn = in_turn();
    let sky = Sky::new(16);
    let mut window = window(&sky);
    let is_end = |event: &JobEvent| {
        let JobEvent::Adapting(_, update) = event else {
            return false;
        };
        !matches!(update, AdaptUpdate::Progress(_))
    };
    for name in ["AdaptTask", "stamps"] {
        breaks(&mut window, name, is_end, |window| {
            window.apply(Command::Latent(Latent::Adapt));
        });
        assert!(names_the_log(window.toast()), "{name}: {}", window.toast());
    }
    ends_once(&mut window, "the next one", is_end, |window| {
        begin_and_stop(window, Command::Latent(Latent::Adapt), JobId::Adapt);
    });
    assert!(window.state.fine_tuning.versions().is_empty());
}
