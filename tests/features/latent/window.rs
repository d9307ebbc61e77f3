//! The latent space in the window: embedded by a made-up model, selected by lasso, filtered, sorted
//! by anomaly, labelled by the component, undone, and found again after a restart.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

use crate::common::{
    self, InlineWindow, MadeLatent, Sky,
    events::set,
    program::{finished, program},
};
use destello::{
    domain::{CandidateIx, LabelAction, LabelEvent, Origin},
    features::latent::{
        check::LOOKED_AT,
        choice::{ColorBy, LatentChoice, Projection},
        parts::Legend,
        state::LatentStatus,
    },
    imaging::Polygon,
    window::command::{Command, Go, Latent, QueueCommand, Select, TeamCommand},
    workspace::{action::Action, queue::column::Column, screen::Screen},
};

const MADE: MadeLatent = MadeLatent { components: 3 };
const CANDIDATES: usize = 60;

fn project(sky: &Sky) -> PathBuf {
    sky.beside("night.destello")
}

/// A set in its latent space.
fn embedded() -> (Sky, InlineWindow) {
    let sky = Sky::new(CANDIDATES);
    let mut window = InlineWindow::on(&sky.path(), &project(&sky));
    window.embed_by(MADE);
    window.act(Action::Embed);
    assert_eq!(window.state.shared.screen, Screen::Latent);
    (sky, window)
}

fn latent(window: &mut InlineWindow, latent: Latent) {
    window.apply(Command::Latent(latent));
}

fn choose(window: &mut InlineWindow, change: impl FnOnce(&mut LatentChoice)) {
    let mut choice = window.state.latent.choice.clone();
    change(&mut choice);
    latent(window, Latent::Choose(Box::new(choice)));
}

fn enclose(window: &mut InlineWindow, corners: [[f32; 2]; 2], adds: bool) {
    let region = Polygon::rectangle(corners[0], corners[1]);
    latent(window, Latent::Enclose { region, adds });
}

fn selected(window: &InlineWindow) -> BTreeSet<u32> {
    window
        .state
        .shared
        .selection
        .iter()
        .map(|ix| ix.0)
        .collect()
}

/// A small model that was trained on simulated stamps.
fn small_model(sky: &Sky) -> String {
    let model = sky.beside("small.safetensors").display().to_string();
    finished(
        program()
            .args(["train", "latent", "--examples", "200", "--validation", "50"])
            .args(["--components", "4", "--dimensions", "3", "--widths", "24"])
            .args(["--pretraining", "2", "--passes", "2", "--device", "cpu"])
            .args(["--out", &model]),
    );
    model
}

#[test]
fn the_model_is_taught_the_stamps_of_the_set_and_the_project_keeps_it() {
    let sky = Sky::new(CANDIDATES);
    let model = small_model(&sky);
    let mut window = InlineWindow::on(&sky.path(), &project(&sky));
    choose(&mut window, |choice| choice.source = model.as_str().into());
    latent(&mut window, Latent::Adapt);
    let versions = window.state.shared.versions.all();
    let [version] = versions else {
        panic!("{versions:?}: {}", window.toast())
    };
    let figure = |name: &str| version.card.figures[name];
    assert!(figure("new_sky_error_after") < figure("new_sky_error_before"));
    assert!((figure("old_sky_examples") - 1000.0).abs() < 1e-9);
    assert!(
        version
            .card
            .training
            .data
            .contains("simulated triplets, after")
    );
    // The set lies in its space now, also after a restart.
    let id = version.id.clone();
    assert_eq!(window.state.latent.space().unwrap().model, id);
    assert_eq!(
        window.state.shared.embedding.as_ref().unwrap().len(),
        CANDIDATES
    );
    let figures = window.state.latent.adapted().unwrap();
    assert!(
        figures.contains("is trained; reconstruction error"),
        "{figures}"
    );
    let known = window
        .state
        .latent
        .known_latent_models(&window.state.shared);
    assert!(known.iter().any(|source| source.contains(&**id.text())));
    let scoring = window.state.shared.known_models();
    assert!(!scoring.iter().any(|source| source.contains(&**id.text())));
    let window = window.restart();
    assert_eq!(window.state.shared.versions.all()[0].id, id);
    assert!(window.state.latent.choice.source.contains(&**id.text()));
    let places = window.state.shared.embedding.as_ref().unwrap();
    assert_eq!((places.len(), &places.space.model), (CANDIDATES, &id));
    assert_eq!(window.state.latent.counts().computed, 0);
    window.close();
    let table = sky.beside("places.csv");
    let source = format!("{}#{id}", project(&sky).display());
    finished(
        program()
            .args(["latent", "export", "--model", &source, "--out"])
            .arg(&table)
            .arg(sky.path()),
    );
    assert!(table.exists());
}

const EVERYTHING: [[f32; 2]; 2] = [[-1e6, -1e6], [1e6, 1e6]];

#[test]
fn the_set_is_embedded_laid_on_a_plane_and_drawn() {
    let (_sky, mut window) = embedded();
    let pane = &window.state.latent;
    assert_eq!(*pane.status(), LatentStatus::Done);
    assert_eq!(
        window.state.shared.embedding.as_ref().unwrap().len(),
        CANDIDATES
    );
    window.assert_idle();
    let map = pane.map().unwrap();
    assert_eq!((map.projection, map.placed), (Projection::Pca, CANDIDATES));
    assert_eq!(pane.rows().len(), MADE.components);
    assert!(pane.rows().iter().all(|row| row.size == CANDIDATES / 3));
    // The decoded centroids and where the sliders stand.
    assert!(pane.centroid(2).is_some() && pane.walked().is_some());
    let here = (window.state.shared.place.candidate.unwrap(), 0);
    assert!(matches!(pane.reconstruction(here), Some(Ok(_))));
    for projection in [Projection::Axes(3, 1), Projection::Tsne, Projection::Pca] {
        choose(&mut window, |choice| choice.projection = projection);
        let map = window.state.latent.map().unwrap();
        assert_eq!(map.projection, projection);
        assert_eq!(map.plane.is_none(), projection == Projection::Tsne);
    }
}

#[test]
fn a_lasso_holds_exactly_what_lies_inside() {
    let (_sky, mut window) = embedded();
    choose(&mut window, |choice| {
        choice.projection = Projection::Axes(0, 1);
    });
    // The third component alone lies below the middle.
    enclose(&mut window, [[-9.0, -9.0], [9.0, -3.0]], false);
    let third: BTreeSet<u32> = (0..CANDIDATES as u32).filter(|ix| ix % 3 == 2).collect();
    assert_eq!(selected(&window), third);
    // Three of them: round each a small square.
    window.act(Action::SelectNone);
    for ix in [2, 5, 8] {
        let place = MADE.mean(CandidateIx(ix), 0);
        let [x, y] = [place[0], place[1]];
        enclose(
            &mut window,
            [[x - 1e-4, y - 1e-4], [x + 1e-4, y + 1e-4]],
            true,
        );
    }
    assert_eq!(selected(&window), BTreeSet::from([2, 5, 8]));
    enclose(&mut window, EVERYTHING, false);
    assert_eq!(selected(&window).len(), CANDIDATES);
    // The selection is the same everywhere.
    window.act(Action::Mosaic);
    assert_eq!(window.state.shared.selection.len(), CANDIDATES);
    window.apply(Command::Select(Select::Only(CandidateIx(7))));
    window.act(Action::Latent);
    assert_eq!(selected(&window), BTreeSet::from([7]));
}

#[test]
fn a_point_is_its_candidate_under_every_filter_and_order() {
    let (_sky, mut window) = embedded();
    let lines = [
        "",
        "component=2",
        "anomaly>0.3",
        "anomaly>0.3 component!=1",
        "anomaly<0.005",
    ];
    for (line, is_descending) in lines.into_iter().zip([true, false].into_iter().cycle()) {
        window.apply(Command::Queue(QueueCommand::Sort {
            column: Column::Anomaly,
            is_descending,
        }));
        window.filter(line);
        for every_epoch in [true, false] {
            choose(&mut window, |choice| choice.shows_every_epoch = every_epoch);
            let state = &window.state;
            let dots: Vec<_> = state.latent.latent_dots(&state.shared).collect();
            assert_eq!(dots.len(), state.shared.queue.order().len(), "{line}");
            let map = state.latent.map().unwrap();
            let plane = map.plane.clone().unwrap();
            for dot in &dots {
                assert!(state.shared.queue.rank(dot.candidate).is_some());
                // What the model said of this candidate lies here, and nowhere else.
                let expected = plane.project(&MADE.mean(dot.candidate, dot.epoch as u32));
                assert_eq!(
                    dot.position.map(f32::to_bits),
                    expected.map(f32::to_bits),
                    "{line}"
                );
                let near = state
                    .latent
                    .latent_dot_near(&state.shared, dot.position, 1e-3)
                    .unwrap();
                assert_eq!(near.candidate, dot.candidate, "{line}");
            }
        }
        enclose(&mut window, EVERYTHING, false);
        let queue: BTreeSet<u32> = window
            .state
            .shared
            .queue
            .order()
            .iter()
            .map(|ix| ix.0)
            .collect();
        assert_eq!(selected(&window), queue, "{line}");
    }
}

#[test]
fn the_reconstruction_error_sorts_and_filters_as_any_column() {
    let (_sky, mut window) = embedded();
    window.apply(Command::Queue(QueueCommand::Sort {
        column: Column::from_name("anomaly"),
        is_descending: true,
    }));
    let order: Vec<u32> = window
        .state
        .shared
        .queue
        .order()
        .iter()
        .map(|ix| ix.0)
        .collect();
    assert!(order.is_sorted_by(|a, b| a > b) && order.len() == CANDIDATES);
    window.filter("reconstruction_error>0.555");
    assert_eq!(window.queue().len(), 5);
    assert!(
        window
            .state
            .shared
            .score_columns()
            .contains(&Column::Anomaly)
    );
}

#[test]
fn colors_follow_what_is_chosen() {
    let (_sky, mut window) = embedded();
    let shades = window.state.latent.shades().unwrap();
    assert_eq!(shades.index[..4], [0, 1, 2, 0]);
    choose(&mut window, |choice| choice.color_by = ColorBy::Error);
    let shades = window.state.latent.shades().unwrap();
    assert!(shades.index.is_sorted() && matches!(shades.legend, Legend::Range { .. }));
    choose(&mut window, |choice| {
        choice.color_by = ColorBy::Column(Column::Label);
    });
    let nothing = window.state.latent.shades().unwrap();
    assert!(matches!(nothing.legend, Legend::Nothing(_)));
    window.apply(Command::Go(Go::To {
        candidate: CandidateIx(4),
        open: false,
    }));
    window.label(common::REAL);
    let Legend::Classes(classes) = &window.state.latent.shades().unwrap().legend else {
        panic!("no class")
    };
    assert_eq!(classes[..], [(Arc::from("real"), 1)]);
    assert_eq!(window.state.latent.shades().unwrap().index[4], 0);
    choose(&mut window, |choice| {
        choice.color_by = ColorBy::Column(Column::Score);
    });
    window.act(Action::HideScores);
    let hidden = &window.state.latent.shades().unwrap().legend;
    assert_eq!(*hidden, Legend::Nothing("scores and truth are hidden"));
}

#[test]
fn old_colors_stand_until_the_new_are_ready_but_for_what_is_to_be_hidden() {
    let (_sky, mut window) = embedded();
    let mut choice = window.state.latent.choice.clone();
    choice.color_by = ColorBy::Error;
    window.begin(Command::Latent(Latent::Choose(Box::new(choice))));
    let pane = &window.state.latent;
    assert!(pane.is_coloring(), "a task makes them");
    assert_eq!(pane.shades().unwrap().color_by, ColorBy::Component);
    assert_eq!(pane.seen(), CANDIDATES);
    window.settle();
    let pane = &window.state.latent;
    assert_eq!(pane.shades().unwrap().color_by, ColorBy::Error);
    let colors = |window: &InlineWindow| {
        let clouds = window.state.latent.clouds().unwrap();
        clouds.all.colors.iter().collect::<BTreeSet<_>>().len()
    };
    assert!(colors(&window) > 10, "{}", colors(&window));
    // Who labels blindly sees nothing of the errors from then on.
    window.begin(Command::Do(Action::HideScores));
    let pane = &window.state.latent;
    assert!(pane.shades().is_none() && pane.clouds().is_none());
    window.settle();
    assert_eq!(window.state.latent.seen(), CANDIDATES);
    assert_eq!(colors(&window), 1, "all are grey");
}

#[test]
fn points_are_gathered_anew_for_filter_and_selection() {
    let (_sky, mut window) = embedded();
    assert_eq!(window.state.latent.seen(), CANDIDATES);
    window.filter("component=2");
    assert_eq!(window.state.latent.seen(), CANDIDATES / 3);
    let selected = |window: &InlineWindow| {
        let clouds = window.state.latent.clouds().unwrap();
        (clouds.selected.positions.len(), clouds.rings.colors.len())
    };
    assert_eq!(selected(&window), (0, 0));
    window.apply(Command::Select(Select::Only(CandidateIx(7))));
    assert_eq!(selected(&window), (1, 1));
    let clouds = window.state.latent.clouds().unwrap();
    let pane = &window.state.latent;
    let mut dots = pane.latent_dots(&window.state.shared);
    let dot = dots.find(|dot| dot.candidate == CandidateIx(7)).unwrap();
    assert_eq!(clouds.selected.positions[..], [dot.position]);
}

#[test]
fn a_component_is_labelled_in_one_step_and_the_journal_says_by_what() {
    let (sky, mut window) = embedded();
    // Two of the third component are judged already; those stay as they are.
    for (ix, class) in [(2, common::BOGUS), (5, common::REAL)] {
        let candidate = CandidateIx(ix);
        window.apply(Command::Go(Go::To {
            candidate,
            open: false,
        }));
        window.label(class);
    }
    latent(&mut window, Latent::Check(2));
    let check = window.state.latent.check().unwrap().clone();
    assert_eq!(check.shown.len(), (CANDIDATES / 3 - 2).min(LOOKED_AT));
    assert!(check.shown.iter().all(|ix| ix.0 % 3 == 2 && ix.0 > 5));
    latent(&mut window, Latent::LabelMembers(common::REAL));
    assert!(window.state.latent.check().is_none());
    assert_eq!(window.toast(), "labelled real: 18 members of component 3");
    let labelled = |window: &InlineWindow, class: &str| {
        let ids = window.state.shared.catalogue.iter();
        let states = ids.map(|(_, candidate)| window.state.shared.book.state(&candidate.id));
        states
            .filter(|state| state.classes.iter().any(|c| **c == *class))
            .count()
    };
    assert_eq!(
        (labelled(&window, "real"), labelled(&window, "bogus")),
        (19, 1)
    );
    let row = window
        .state
        .latent
        .rows()
        .iter()
        .find(|row| row.component == 2);
    let majority = row.unwrap().majority.clone().unwrap();
    assert_eq!(
        (&*majority.class, majority.count, majority.labelled),
        ("real", 19, 20)
    );
    // The step is found again in the project, and undone there.
    let mut window = window.restart();
    assert_eq!(labelled(&window, "real"), 19);
    let events = window.state.shared.book.events();
    let first = &events[2];
    let LabelAction::Component { what } = &first.action else {
        panic!("{:?}", first.action)
    };
    assert!(what.starts_with("component 3 of made@"), "{what}");
    assert!(what.ends_with(", 18 of 18 looked at"), "{what}");
    assert!(
        events[2..]
            .iter()
            .all(|event| event.origin == Origin::Component)
    );
    assert!(events[2..].iter().all(|event| event.step == first.step));
    assert!(events[3..].iter().all(|event| event.shown.is_some()));
    window.act(Action::Undo);
    assert_eq!(
        (labelled(&window, "real"), labelled(&window, "bogus")),
        (1, 1)
    );
    assert!(
        window.toast().contains("18 candidates"),
        "{}",
        window.toast()
    );
    window.act(Action::Redo);
    assert_eq!(labelled(&window, "real"), 19);
    drop(sky);
}

#[test]
fn members_that_the_filter_hides_are_not_labelled() {
    let (_sky, mut window) = embedded();
    window.filter("anomaly>0.3");
    latent(&mut window, Latent::Check(0));
    latent(&mut window, Latent::CheckOthers);
    let shown = window.state.latent.check().unwrap().shown.clone();
    assert_eq!(shown.len(), 10);
    assert!(shown.iter().all(|ix| ix.0 >= 30));
    latent(&mut window, Latent::LabelMembers(common::BOGUS));
    assert_eq!(window.state.shared.labelled(), 10);
    latent(&mut window, Latent::Check(0));
    assert!(window.toast().contains("is judged"), "{}", window.toast());
}

#[test]
fn members_that_wait_to_be_judged_without_the_labels_of_others_are_not_labelled() {
    let (_sky, mut window) = embedded();
    let person = window.state.shared.annotator();
    let assign = |window: &mut InlineWindow, judges| {
        window.apply(Command::Team(TeamCommand::People(format!("{person},ben"))));
        window.apply(Command::Team(TeamCommand::Judges(judges)));
        window.apply(Command::Team(TeamCommand::Assign));
    };
    // Both judge every candidate: there is none that may be labelled without being looked at.
    assign(&mut window, 2);
    latent(&mut window, Latent::Check(0));
    assert!(window.state.latent.check().is_none());
    assert!(window.toast().contains("one by one"), "{}", window.toast());
    // One judges each: only what Ben has judged of the other's is left out.
    assign(&mut window, 1);
    let shared = &window.state.shared;
    let assignment = shared.book.assignment().unwrap();
    let own = shared
        .catalogue
        .iter()
        .find(|(ix, candidate)| ix.0 % 3 == 0 && assignment.is_to(&candidate.id, &person));
    let id = own.unwrap().1.id.clone();
    let of_ben = LabelEvent {
        annotator: "ben".into(),
        ..set(7 << 40, &id, "bogus")
    };
    Arc::make_mut(&mut window.state.shared.book).push(Arc::new(of_ben));
    latent(&mut window, Latent::Check(0));
    let unjudged = window.state.latent.check().unwrap().unjudged;
    assert_eq!(unjudged, CANDIDATES / 3 - 1);
    latent(&mut window, Latent::LabelMembers(common::REAL));
    assert_eq!(window.state.shared.labelled(), CANDIDATES / 3 - 1);
    let mut all = (*window.state.shared.book).clone();
    all.set_viewer(None);
    assert_eq!(all.state(&id).classes.join("+"), "bogus");
}

#[test]
fn rows_stand_by_what_labels_say() {
    let (_sky, mut window) = embedded();
    for (component, class) in [(0, common::BOGUS), (1, common::REAL)] {
        latent(&mut window, Latent::Check(component));
        latent(&mut window, Latent::LabelMembers(class));
    }
    let order: Vec<_> = window
        .state
        .latent
        .rows()
        .iter()
        .map(|row| row.component)
        .collect();
    assert_eq!((order[0], order[2]), (1, 0));
    latent(&mut window, Latent::SelectMembers(1));
    let members = selected(&window);
    assert_eq!(members.len(), CANDIDATES / 3);
    assert!(members.iter().all(|ix| ix % 3 == 1));
}

#[test]
fn nothing_of_an_earlier_run_or_set_arrives() {
    let (_sky, mut window) = embedded();
    // Each run has every point once.
    let run = window.state.latent.run();
    window.act(Action::Embed);
    assert!(window.state.latent.run() > run);
    assert_eq!(
        window.state.shared.embedding.as_ref().unwrap().len(),
        CANDIDATES
    );
    // Another set begins anew, also while the one before is embedded, laid on a plane and drawn.
    let others = [Sky::new(4), Sky::new(4)];
    for (other, goes_on) in others.iter().zip([true, false]) {
        window.act(Action::Embed);
        if goes_on {
            window.begin(Command::Latent(Latent::Start));
            assert!(window.state.latent.is_under_way());
        }
        window.open(&[other.path()], &project(other));
        let latent = &window.state.latent;
        assert_eq!(*latent.status(), LatentStatus::Idle);
        assert!(window.state.shared.embedding.is_none() && !latent.is_busy());
        assert_eq!(
            window.state.shared.scores.latent.error(CandidateIx(0)),
            None
        );
        window.assert_idle();
    }
}

#[test]
fn an_embedding_that_is_stopped_keeps_what_came_before() {
    let (_sky, mut window) = embedded();
    window.begin(Command::Latent(Latent::Start));
    window.apply(Command::Latent(Latent::Stop));
    let latent = &window.state.latent;
    assert!(!latent.is_under_way());
    let embedded = window
        .state
        .shared
        .embedding
        .as_ref()
        .map_or(0, |embedding| embedding.len());
    // It may have been through before the wish came.
    match latent.status() {
        LatentStatus::Stopped => {
            assert!(embedded <= CANDIDATES);
            assert!(window.toast().contains("stopped"), "{}", window.toast());
        }
        LatentStatus::Done => assert_eq!(embedded, CANDIDATES),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_model_that_cannot_be_read_says_why() {
    let sky = Sky::new(4);
    let mut window = InlineWindow::on(&sky.path(), &project(&sky));
    choose(&mut window, |choice| choice.source = "no_such_model".into());
    window.act(Action::Embed);
    let LatentStatus::Failed(why) = window.state.latent.status() else {
        panic!("{:?}", window.state.latent.status())
    };
    assert!(why.contains("no_such_model"), "{why}");
}
