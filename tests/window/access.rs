//! For people who use a screen reader or no pointer: what is read out on every screen, and the way that Tab goes.
//!
//! Kittest reads the same tree of names as a screen reader does. It fails by itself, in every test of this program, where a
//! field, slider or button of egui has no name; here stands what is painted by hand, and what changes.

use std::collections::HashSet;

use egui::{
    Id, Key, Modifiers, Rect, Shape,
    accesskit::{Action as Ask, Live, Role},
};
use egui_kittest::kittest::{NodeT, Queryable};

use super::{
    NONE, SIZE,
    common::{InlineWindow, MadeLatent, Sky, StampSet},
    harness::{View, press, rest, shows, texts, view},
    open, opened, window,
};
use destello::workspace::{action::Action, screen::Screen};

/// Steps of Tab after which it must have come round.
const ROUND: usize = 400;

/// A node as a screen reader finds it.
#[derive(Clone, Debug, PartialEq)]
struct Spoken {
    role: Role,
    name: String,
    words: String,
    is_live: bool,
    is_reached: bool,
    has_keyboard: bool,
    rect: Rect,
}

fn spoken(view: &View) -> Vec<Spoken> {
    let nodes = view.root().children_recursive();
    // Pieces of text that stand once more below their labels.
    let nodes = nodes.filter(|node| node.accesskit_node().role() != Role::TextRun);
    let nodes = nodes.map(|node| {
        let rect = node.accesskit_node().bounding_box();
        let rect = rect.map_or(Rect::NOTHING, |_| node.rect());
        let node = node.accesskit_node();
        let placeholder = node.data().placeholder().map(str::to_owned);
        let name = node.label().or_else(|| node.value()).or(placeholder);
        Spoken {
            role: node.role(),
            name: name.unwrap_or_default().trim().to_owned(),
            words: node.description().unwrap_or_default(),
            is_live: node.data().live().is_some_and(|live| live != Live::Off),
            is_reached: node.data().supports_action(Ask::Focus) && !node.is_disabled(),
            has_keyboard: node.is_focused(),
            rect,
        }
    });
    nodes.collect()
}

/// The one of that name.
fn one(view: &View, name: &str) -> Spoken {
    let all = spoken(view);
    let mut named: Vec<_> = all.iter().filter(|node| node.name == name).collect();
    assert_eq!(named.len(), 1, "{name} among {:?}", texts(view));
    named.remove(0).clone()
}

/// The line that is read out when another candidate comes.
fn here(view: &View) -> String {
    let all = spoken(view);
    let line = all.iter().find(|node| node.role == Role::Status);
    let line = line.expect("a line on what is current");
    assert!(line.is_live, "{line:?}");
    line.name.clone()
}

/// A set of which everything is known, on that screen.
fn on_screen(screen: Screen) -> (Sky, View) {
    let sky = Sky::new(12);
    let view = view(SIZE, |window: &mut InlineWindow| {
        window.open(&[sky.path()], &sky.beside("night.destello"));
        window.embed_by(MadeLatent { components: 4 });
        window.act(Action::Embed);
        window.act(Action::Evaluate);
        window.state.shared.screen = screen;
    });
    (sky, view)
}

#[test]
fn what_tab_reaches_has_a_name_on_every_screen() {
    let check = |view: &View, what: &str| {
        let all = spoken(view);
        let reached: Vec<_> = all.iter().filter(|node| node.is_reached).collect();
        assert!(reached.len() > 8, "{what}: {reached:?}");
        let unnamed = reached.iter().find(|node| node.name.is_empty());
        assert_eq!(unnamed, None, "{what}");
    };
    check(&view(SIZE, |_| {}), "start page");
    for screen in [
        Screen::Inspect,
        Screen::Mosaic,
        Screen::Latent,
        Screen::Evaluate,
        Screen::Train,
        Screen::Problems,
    ] {
        let (_sky, view) = on_screen(screen);
        check(&view, &format!("{screen:?}"));
    }
}

#[test]
fn what_is_painted_by_hand_is_read_out() {
    let (_set, mut view) = opened();
    let science = one(&view, "science of hits01");
    assert_eq!(science.role, Role::Image);
    for part in ["epoch 3 of 5", "UTC", "not labelled", "score "] {
        assert!(science.words.contains(part), "{part} in {science:?}");
    }
    let strip = one(&view, "epoch strip, 5 epochs");
    assert!(strip.words.starts_with("epoch 3, "), "{strip:?}");
    for epoch in 1..=5 {
        let cell = one(&view, &format!("epoch {epoch}"));
        assert_eq!(cell.role, Role::ListBoxOption, "{cell:?}");
        assert!(cell.words.contains("score "), "{cell:?}");
    }
    let curve = one(&view, "light curve of hits01");
    assert!(curve.words.contains("5 points"), "{curve:?}");
    press(&mut view, NONE, Key::Num1);
    let row = one(&view, "hits01");
    for part in ["candidate 1 of 6", "labelled real"] {
        assert!(row.words.contains(part), "{part} in {row:?}");
    }
    press(&mut view, NONE, Key::M);
    let grid = one(&view, "mosaic of 6 candidates");
    assert!(
        grid.words.starts_with("at hits02, candidate 2 of 6"),
        "{grid:?}"
    );
    let cell = one(&view, "cell hits01");
    assert!(cell.words.contains("labelled real"), "{cell:?}");
}

#[test]
fn plots_of_latent_and_evaluate_are_read_out() {
    let (_sky, view) = on_screen(Screen::Latent);
    let map = one(&view, "latent space of 12 points");
    assert!(map.words.contains("12 points"), "{map:?}");
    let row = one(&view, "component 1");
    assert!(row.words.contains("spread"), "{row:?}");
    let (_sky, view) = on_screen(Screen::Evaluate);
    let report = window(&view).state.evaluation.report().unwrap();
    let plot = report.plots.iter().find(|plot| !plot.is_empty()).unwrap();
    let all = spoken(&view);
    let read = all
        .iter()
        .find(|node| node.name == plot.title && node.role == Role::Image);
    let read = read.unwrap_or_else(|| panic!("{} among {:?}", plot.title, texts(&view)));
    assert!(read.words.contains(" points"), "{read:?}");
    assert!(read.words.starts_with(&plot.y.title), "{read:?}");
}

#[test]
fn what_is_current_is_announced_as_it_changes() {
    let (_set, mut view) = opened();
    let before = here(&view);
    let expected = "hits01, candidate 1 of 6, not labelled, epoch 3 of 5, score ";
    assert!(before.starts_with(expected), "{before}");
    press(&mut view, NONE, Key::Num1);
    assert!(
        here(&view).starts_with("hits02, candidate 2 of 6, "),
        "{}",
        here(&view)
    );
    let message = "labelled real: hits01 (Ctrl+Z takes back)";
    assert!(one(&view, message).is_live);
    press(&mut view, NONE, Key::ArrowLeft);
    assert!(here(&view).contains("labelled real"), "{}", here(&view));
    view.state_mut().window.filter("mag<-99");
    rest(&mut view);
    assert!(!here(&view).contains("candidate 1 of"), "{}", here(&view));
}

#[test]
fn hidden_scores_are_not_read_out() {
    let (_set, mut view) = opened();
    press(&mut view, Modifiers::SHIFT, Key::S);
    for screen in [Screen::Inspect, Screen::Mosaic] {
        view.state_mut().window.state.shared.screen = screen;
        rest(&mut view);
        // Tooltips are read out, too, and explain what a score is.
        let ours = [Role::Image, Role::ListBoxOption, Role::Status];
        let all = spoken(&view);
        let is_ours = |node: &&Spoken| ours.contains(&node.role) || node.name.starts_with("hits");
        let of_ours: Vec<_> = all.iter().filter(is_ours).collect();
        assert!(of_ours.len() > 12, "{of_ours:?}");
        for node in of_ours {
            for trace in ["score", "probability"] {
                let is_there = node.words.contains(trace) || node.name.contains(trace);
                assert!(!is_there, "{screen:?}: {trace} in {node:?}");
            }
        }
    }
}

#[test]
fn a_screen_reader_presses_cells_and_epochs() {
    let (_set, mut view) = opened();
    view.get_by_label("epoch 1").click_accesskit();
    assert_eq!(rest(&mut view), ["Go(Epoch(0))"]);
    press(&mut view, NONE, Key::M);
    view.get_by_label("cell hits03").click_accesskit();
    let asked = rest(&mut view);
    assert_eq!(
        asked[0],
        "Go(To { candidate: CandidateIx(2), open: false })"
    );
    assert_eq!(window(&view).here(), "hits03");
    assert!(shows(&view, "1 selected"));
}

fn focused(view: &View) -> Option<Id> {
    view.ctx.memory(egui::Memory::focused)
}

/// One step of Tab; where the round closes nothing has the keyboard for one frame.
fn tab(view: &mut View, modifiers: Modifiers) -> Id {
    press(view, modifiers, Key::Tab);
    if focused(view).is_none() {
        view.step();
    }
    focused(view).expect("Tab leads to something")
}

/// The name of what has the keyboard.
fn name_there(view: &View) -> String {
    let all = spoken(view);
    let there = all.into_iter().find(|node| node.has_keyboard);
    there.expect("a node with the keyboard").name
}

#[test]
fn tab_goes_round_and_back() {
    let both = [
        "hits01",
        "hits06",
        "1 real",
        "U Unsure",
        "Refresh the queue",
    ];
    for (action, own) in [
        (
            Action::Inspect,
            [
                "science of hits01",
                "difference of hits01",
                "epoch strip, 5 epochs",
                "light curve of hits01",
            ],
        ),
        (
            Action::Mosaic,
            [
                "mosaic of 6 candidates",
                "Size of a stamp",
                "triplet",
                "Select rest of page (R)",
            ],
        ),
    ] {
        let (_set, mut view) = opened();
        view.state_mut().window.act(action);
        rest(&mut view);
        let first = tab(&mut view, NONE);
        let mut way = vec![first];
        let mut names = vec![name_there(&view)];
        let mut seen = HashSet::from([first]);
        loop {
            let next = tab(&mut view, NONE);
            if next == first {
                break;
            }
            assert!(
                seen.insert(next),
                "{action:?}: a circle without its beginning: {names:?}"
            );
            way.push(next);
            names.push(name_there(&view));
            assert!(
                way.len() < ROUND,
                "{action:?}: Tab does not come round: {names:?}"
            );
        }
        for name in both.iter().chain(&own) {
            assert!(
                names.iter().any(|there| there == name),
                "{action:?}: {name} among {names:?}"
            );
        }
        assert_eq!(tab(&mut view, Modifiers::SHIFT), way[way.len() - 1]);
        assert_eq!(tab(&mut view, Modifiers::SHIFT), way[way.len() - 2]);
    }
}

fn count_rings(shape: &Shape, around: Rect) -> usize {
    match shape {
        Shape::Vec(shapes) => shapes.iter().map(|shape| count_rings(shape, around)).sum(),
        Shape::Rect(rect) => {
            let is_there = (rect.rect.min - around.min).length() < 0.6
                && (rect.rect.max - around.max).length() < 0.6;
            usize::from(is_there && rect.stroke.width >= 2.0)
        }
        _ => 0,
    }
}

/// How many frames are painted round that rectangle.
fn rings(view: &View, around: Rect) -> usize {
    let shapes = view.output().shapes.iter();
    shapes
        .map(|clipped| count_rings(&clipped.shape, around))
        .sum()
}

#[test]
fn what_has_the_keyboard_has_a_frame() {
    let (_set, mut view) = opened();
    for name in [
        "hits03",
        "2 bogus",
        "science of hits01",
        "light curve of hits01",
    ] {
        let rect = one(&view, name).rect;
        assert_eq!(rings(&view, rect), 0, "{name}");
        view.get_by_label(name).focus();
        rest(&mut view);
        assert_eq!(rings(&view, rect), 1, "{name}");
    }
}

#[test]
fn what_tab_leads_to_is_scrolled_into_view() {
    let set = StampSet::new();
    let size = [900.0, 560.0];
    let mut view = view(size, |window: &mut InlineWindow| open(window, &set));
    let first = tab(&mut view, NONE);
    let mut in_panel = 0;
    for _ in 0..ROUND {
        let id = tab(&mut view, NONE);
        if id == first {
            break;
        }
        let there = view.ctx.read_response(id).expect("what has the keyboard");
        // Of the panel at the right, which is higher than this window.
        if there.rect.left() > 900.0 - 240.0 && there.rect.top() > 60.0 {
            in_panel += 1;
            let is_whole = there.interact_rect.expand(1.0).contains_rect(there.rect);
            assert!(
                is_whole && there.rect.bottom() < size[1],
                "{}",
                name_there(&view)
            );
        }
    }
    assert!(in_panel > 10, "{in_panel}");
}

#[test]
fn on_a_stamp_or_the_mosaic_keys_stay_commands() {
    let (_set, mut view) = opened();
    view.get_by_label("science of hits01").focus();
    rest(&mut view);
    let stamp = focused(&view);
    for (key, action) in [
        (Key::ArrowRight, "Do(NextCandidate)"),
        (Key::ArrowDown, "Do(NextEpoch)"),
        (Key::Enter, "Do(Inspect)"),
        (Key::Num1, "Label(Class(0))"),
    ] {
        assert_eq!(press(&mut view, NONE, key), [action]);
        assert_eq!(focused(&view), stamp, "{key:?}");
    }
    press(&mut view, NONE, Key::M);
    view.get_by_label("mosaic of 6 candidates").focus();
    rest(&mut view);
    assert_eq!(
        press(&mut view, NONE, Key::ArrowLeft),
        ["Do(PreviousCandidate)"]
    );
    assert_eq!(press(&mut view, NONE, Key::Enter), ["Do(Inspect)"]);
    // A row of the queue is a button: arrows lead from one to the next, Enter presses it.
    view.get_by_label("hits05").focus();
    rest(&mut view);
    let asked = press(&mut view, NONE, Key::Enter);
    assert_eq!(asked, ["Go(To { candidate: CandidateIx(4), open: false })"]);
    assert_eq!(press(&mut view, NONE, Key::ArrowUp), [""; 0]);
    assert!(view.get_by_label("hits04").is_focused());
}
