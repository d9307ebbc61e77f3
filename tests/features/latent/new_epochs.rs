//! Epochs that come in before those that are there: the latent space has the new numbers, whatever was under way.

use std::{
    thread,
    time::{Duration, Instant},
};

use destello::{
    domain::{CandidateIx, Embedding, Growth, Renewed},
    features::latent::{choice::ColorBy, state::LatentStatus},
    learn::{Compute, latent::LatentModel},
    window::command::{Command, Latent, Session},
    workspace::{action::Action, latent_models, queue::column::Column, settings::Settings},
};

use crate::common::{
    InlineWindow, MadeLatent, StampSet, in_turn, networks::latent_card, stamp_set::OBJECTS,
};

const MADE: MadeLatent = MadeLatent { components: 3 };
/// Epochs of each object.
const EPOCHS: usize = 5;
/// The object that gets one more.
const GROWN: &str = "hits03";

/// An epoch comes in a day before the first.
fn put_epoch_before_all(window: &mut InlineWindow, id: &str) {
    let ix = window.ix(id);
    let shared = &mut window.state.shared;
    let mut candidate = shared.catalogue.get(ix).unwrap().clone();
    let mut first = candidate.epochs[0].clone();
    first.candid = None;
    first.mjd = first.mjd.map(|mjd| (mjd.days() - 1.0).into());
    candidate.epochs.insert(0, first);
    shared.take_growth(Growth {
        new: Vec::new(),
        renewed: vec![Renewed {
            ix,
            candidate,
            places: (1..=EPOCHS).collect(),
            gained: 1,
        }],
    });
    // What it asks of others is carried out with the next command.
    window.begin(Command::Session(Session::DropToast));
}

/// The numbers of the epochs of a candidate, in the order of its points.
fn epochs_of(all: &Embedding, ix: CandidateIx) -> Vec<u32> {
    let of_it = all.points.iter().filter(|point| point.candidate == ix);
    of_it.map(|point| point.epoch).collect()
}

/// Where the epochs of a candidate lie, in the order of its points.
fn means_of(all: &Embedding, ix: CandidateIx) -> Vec<Vec<f32>> {
    let rows = all.points.iter().enumerate();
    let rows = rows.filter(|(_, point)| point.candidate == ix);
    rows.map(|(at, _)| all.mean(at).to_vec()).collect()
}

#[test]
fn places_that_were_on_their_way_are_not_taken_for_those_of_other_epochs() {
    let set = StampSet::new();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    window.embed_by(MADE);
    window.begin(Command::Latent(Latent::Start));
    // They are worked out, and no one has read them.
    let since = Instant::now();
    let done = |window: &InlineWindow| {
        let running = window.state.latent.running.as_ref();
        running.is_none_or(|task| task.progress().done == OBJECTS.len())
    };
    while !done(&window) {
        thread::sleep(Duration::from_millis(2));
        assert!(since.elapsed() < Duration::from_mins(1));
    }
    assert!(window.state.latent.is_under_way());
    put_epoch_before_all(&mut window, GROWN);
    assert!(
        window.toast().contains("stopped: candidates have new"),
        "{}",
        window.toast()
    );
    window.settle();
    assert_eq!(*window.state.latent.status(), LatentStatus::Stopped);
    assert!(window.state.shared.embedding.is_none());
    // Asked for again it has all of them, each where it belongs.
    window.act(Action::Embed);
    assert_eq!(*window.state.latent.status(), LatentStatus::Done);
    let all = window.state.shared.embedding.as_ref().unwrap();
    assert_eq!(all.len(), OBJECTS.len() * EPOCHS + 1);
    for (at, point) in all.points.iter().enumerate() {
        assert_eq!(all.mean(at), MADE.mean(point.candidate, point.epoch));
    }
}

#[test]
fn places_that_the_project_keeps_are_read_again_by_the_new_numbers() {
    // Weights are drawn at random.
    let _turn = in_turn();
    let set = StampSet::new();
    let model = set.beside("made.safetensors");
    let card = latent_card("vade", 21, vec![16], 3, 5);
    let network = LatentModel::untrained(card, &Compute::cpu()).unwrap();
    latent_models::write_model(&network, &model).unwrap();
    let project = set.beside("night.destello");
    let new_window = || {
        let mut window = InlineWindow::new(Settings::default(), "ana", None);
        window.state.latent.choice.source = model.display().to_string().into();
        window
    };
    let mut window = new_window();
    window.open(&[set.path()], &project);
    window.act(Action::Embed);
    let before = (**window.state.shared.embedding.as_ref().unwrap()).clone();
    let grown = window.ix(GROWN);
    window.close();

    let mut window = new_window();
    window.begin(Command::Session(Session::Open {
        paths: vec![set.path()],
        project: Some(project),
    }));
    window.wait_until(|window| window.state.latent.is_reading_kept());
    put_epoch_before_all(&mut window, GROWN);
    window.settle();
    let latent = &window.state.latent;
    assert_eq!(*latent.status(), LatentStatus::Stopped);
    assert_eq!(latent.unplaced(), 1, "the new one has no place yet");
    let all = window.state.shared.embedding.as_ref().unwrap();
    assert_eq!(all.len(), OBJECTS.len() * EPOCHS);
    assert_eq!(epochs_of(&before, grown), [0, 1, 2, 3, 4]);
    assert_eq!(epochs_of(all, grown), [1, 2, 3, 4, 5]);
    for ix in (0..OBJECTS.len() as u32).map(CandidateIx) {
        assert_eq!(means_of(all, ix), means_of(&before, ix), "{ix:?}");
        let error = window.state.shared.scores.latent.error(ix);
        assert!(error.is_some(), "{ix:?}");
    }
}

#[test]
fn colors_are_those_of_the_new_epochs() {
    for (color_by, before, after) in [
        (ColorBy::Epoch, 0, 64),
        (ColorBy::Column(Column::Epochs), 127, 254),
    ] {
        let set = StampSet::new();
        let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
        window.embed_by(MADE);
        window.act(Action::Embed);
        let mut choice = window.state.latent.choice.clone();
        choice.color_by = color_by.clone();
        window.apply(Command::Latent(Latent::Choose(Box::new(choice))));
        let grown = window.ix(GROWN);
        let first_shade = |window: &InlineWindow| {
            let all = window.state.shared.embedding.as_ref().unwrap();
            let mut points = all.points.iter();
            let at = points.position(|point| point.candidate == grown).unwrap();
            window.state.latent.shades().unwrap().index[at]
        };
        assert_eq!(first_shade(&window), before, "{color_by:?}");
        put_epoch_before_all(&mut window, GROWN);
        window.settle();
        assert_eq!(first_shade(&window), after, "{color_by:?}");
    }
}
