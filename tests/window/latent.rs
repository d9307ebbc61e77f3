//! The Latent screen: what stands there before and after embedding, hover, lasso, labels by the
//! component, and two pictures of it.

use egui::{Key, Modifiers, PointerButton, Pos2, Rect, pos2, vec2};

use super::{
    NONE,
    common::{self, InlineWindow, MadeLatent, Sky},
    harness::{
        View, click, click_at, drag, drawn_view, gpu_snapshot, press, rect_of, shows, texts, view,
    },
    window,
};
use destello::{
    domain::CandidateIx,
    features::latent::choice::{ColorBy, LatentChoice, Projection},
    imaging::ScatterView,
    window::command::{Command, Go, Latent, QueueCommand},
    workspace::{action::Action, queue::column::Column, screen::Screen},
};

const SIZE: [f32; 2] = [1320.0, 800.0];
const MADE: MadeLatent = MadeLatent { components: 4 };
const CANDIDATES: usize = 48;

fn embed(window: &mut InlineWindow, sky: &Sky) {
    window.open(&[sky.path()], &sky.beside("night.destello"));
    window.embed_by(MADE);
    window.act(Action::Embed);
}

fn screen() -> (Sky, View) {
    let sky = Sky::new(CANDIDATES);
    let view = view(SIZE, |window| {
        embed(window, &sky);
        // Then the plot holds the points, and nothing besides.
        choose(window, |choice| choice.shows_components = false);
    });
    (sky, view)
}

fn choose(window: &mut InlineWindow, change: impl FnOnce(&mut LatentChoice)) {
    let mut choice = window.state.latent.choice.clone();
    change(&mut choice);
    window.apply(Command::Latent(Latent::Choose(Box::new(choice))));
}

fn hover(view: &mut View, at: Pos2) {
    view.event(egui::Event::PointerMoved(at));
    view.run();
}

#[test]
fn before_it_is_read_the_screen_says_what_brings_it() {
    let sky = Sky::new(4);
    let mut view = view(SIZE, |window| {
        window.open(&[sky.path()], &sky.beside("night.destello"));
        window.embed_by(MADE);
    });
    press(&mut view, NONE, Key::F4);
    assert_eq!(window(&view).state.shared.screen, Screen::Latent);
    assert!(
        shows(&view, "puts every stamp into its latent space"),
        "{:?}",
        texts(&view)
    );
    assert!(click(&mut view, "Embed the set (Shift+F4)")[0].contains("Start"));
    assert!(
        shows(&view, "latent space of 4 points"),
        "{:?}",
        texts(&view)
    );
}

#[test]
fn the_point_under_the_pointer_shows_its_own_candidate_whatever_the_filter() {
    let (_sky, mut view) = screen();
    for (line, ix) in [("", 5), ("", 30), ("anomaly>0.2", 30), ("anomaly>0.2", 41)] {
        let window_of = &mut view.state_mut().window;
        window_of.apply(Command::Queue(QueueCommand::Sort {
            column: Column::Anomaly,
            is_descending: true,
        }));
        window_of.filter(line);
        view.run();
        let id = window(&view)
            .state
            .shared
            .catalogue
            .get(CandidateIx(ix))
            .unwrap()
            .id
            .clone();
        let at = point_of(&view, ix);
        hover(&mut view, at);
        let dot = view.state().memory.latent.hover.expect("a point");
        assert_eq!(dot.candidate, CandidateIx(ix), "{line}");
        assert!(
            texts(&view).iter().any(|text| *text == *id),
            "{id} under {line:?}"
        );
        // A click goes there, with the very epoch.
        click_at(&mut view, at, NONE);
        assert_eq!(
            window(&view).state.shared.place.candidate,
            Some(CandidateIx(ix))
        );
        assert_eq!(
            window(&view).state.shared.targets().unwrap().candidates,
            [CandidateIx(ix)]
        );
        press(&mut view, NONE, Key::Escape);
        hover(&mut view, pos2(2.0, 2.0));
    }
}

/// The plot, however many points it names.
fn plot_rect(view: &View) -> Rect {
    let seen = window(view)
        .state
        .latent
        .latent_dots(&window(view).state.shared)
        .count();
    rect_of(view, &format!("latent space of {seen} points"))
}

/// Where a candidate's point is on the screen: all points fit into the plot when it is first shown.
fn point_of(view: &View, ix: u32) -> Pos2 {
    let rect = plot_rect(view);
    let state = &window(view).state;
    let map = state.latent.map().expect("it is mapped");
    let shown = ScatterView::fit(&map.positions, [rect.width(), rect.height()]);
    let mut dots = state.latent.latent_dots(&state.shared);
    let dot = dots
        .find(|dot| dot.candidate == CandidateIx(ix))
        .expect("it is drawn");
    let [x, y] = shown.screen(dot.position);
    rect.center() + vec2(x, y)
}

#[test]
fn a_box_selects_and_a_key_labels_the_selection() {
    let (_sky, mut view) = screen();
    click(&mut view, "box");
    let plot = plot_rect(&view);
    let (from, to) = (
        plot.left_top() + vec2(2.0, 2.0),
        plot.right_bottom() - vec2(2.0, 2.0),
    );
    let asked = drag(&mut view, from, to, PointerButton::Primary);
    assert!(
        asked.iter().any(|text| text.contains("Enclose")),
        "{asked:?}"
    );
    assert_eq!(window(&view).state.shared.selection.len(), CANDIDATES);
    assert!(shows(&view, "48 selected"));
    // Dragging with the other button only moves the plot.
    drag(
        &mut view,
        plot.center(),
        plot.center() + vec2(40.0, 0.0),
        PointerButton::Secondary,
    );
    assert_eq!(window(&view).state.shared.selection.len(), CANDIDATES);
    // A label goes to those whose stamps stand below the plot; the others come up next.
    press(&mut view, NONE, Key::Num1);
    let first = window(&view).state.shared.labelled();
    assert!((1..CANDIDATES).contains(&first), "{first}");
    assert_eq!(
        window(&view).state.shared.selection.len(),
        CANDIDATES - first
    );
    assert!(shows(&view, "were not on the screen and stay selected"));
    let mut steps = 1;
    while window(&view).state.shared.labelled() < CANDIDATES {
        press(&mut view, NONE, Key::Num1);
        steps += 1;
        assert!(
            steps < 10,
            "{} of {CANDIDATES}",
            window(&view).state.shared.labelled()
        );
    }
    for _ in 0..steps {
        press(&mut view, NONE, Key::Backspace);
    }
    assert_eq!(window(&view).state.shared.labelled(), 0);
}

#[test]
fn members_are_looked_at_and_labelled() {
    let (_sky, mut view) = screen();
    click(&mut view, "check component 2");
    assert!(
        shows(&view, "12 of 12 unlabelled members"),
        "{:?}",
        texts(&view)
    );
    click(&mut view, "Resample");
    click(&mut view, "all are real");
    assert_eq!(window(&view).state.shared.labelled(), 12);
    assert!(shows(
        &view,
        "4 components by the share of members labelled real"
    ));
    press(&mut view, Modifiers::COMMAND, Key::Z);
    assert_eq!(window(&view).state.shared.labelled(), 0);
    click(&mut view, "component 3");
    assert_eq!(window(&view).state.latent.chosen(), Some(2));
    click(&mut view, "Walk");
    assert!(shows(&view, "axis 4"), "{:?}", texts(&view));
}

#[test]
fn pictures_of_the_space() {
    let sky = Sky::new(CANDIDATES);
    let mut view = drawn_view(SIZE, |window| {
        embed(window, &sky);
        window.apply(Command::Latent(Latent::Check(0)));
        window.apply(Command::Latent(Latent::LabelMembers(common::REAL)));
        window.apply(Command::Latent(Latent::Check(3)));
        window.apply(Command::Latent(Latent::LabelMembers(common::BOGUS)));
        window.apply(Command::Latent(Latent::SelectMembers(1)));
        window.apply(Command::Go(Go::To {
            candidate: CandidateIx(6),
            open: false,
        }));
        choose(window, |choice| choice.radius = 3.5);
        window.state.shared.toast = None;
    });
    gpu_snapshot(&mut view, part(0.0, SIZE[1]), "latent");
    let window_of = &mut view.state_mut().window;
    window_of.act(Action::SelectNone);
    choose(window_of, |choice| {
        choice.projection = Projection::Axes(0, 2);
        choice.color_by = ColorBy::Error;
        choice.radius = 4.0;
    });
    window_of.act(Action::ToggleTheme);
    view.run();
    click(&mut view, "Walk");
    gpu_snapshot(&mut view, part(0.0, SIZE[1]), "latent_walk");
}

fn part(top: f32, bottom: f32) -> Rect {
    Rect::from_min_max(pos2(0.0, top), pos2(SIZE[0], bottom))
}
