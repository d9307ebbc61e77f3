//! The views as a person uses them: what is on the screen, what keys and clicks ask for, and
//! that everything comes to rest. Kittest also fails on a missing glyph and on an input
//! without a name.

mod common;
mod view_harness;

use common::{InlineWindow, StampSet};
use destello::app::{
    Action,
    action::{ACTIONS, Menu},
    settings::Theme,
    shelf::Shelved,
    state::{Pane, Screen},
};
use egui::{Event, Key, Modifiers, PointerButton, Rect, pos2, vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use view_harness::{
    View, click, click_at, drag, press, rect_of, rest, shows, texts, type_text, view,
};

const SIZE: [f32; 2] = [1200.0, 800.0];
const NONE: Modifiers = Modifiers::NONE;

/// A set in its window.
fn opened() -> (StampSet, View) {
    let set = StampSet::new();
    let view = view(SIZE, |window| open(window, &set));
    (set, view)
}

fn open(window: &mut InlineWindow, set: &StampSet) {
    window.open(&[set.path()], &set.beside("night.destello"));
}

fn window(view: &View) -> &InlineWindow {
    &view.state().window
}

/// Back to the inspect screen with nothing above it and no keyboard in a field.
fn tidy(view: &mut View) {
    let state = &mut view.state_mut().window.state;
    state.panes.clear();
    state.screen = Screen::Inspect;
    state.motion = None;
    press(view, NONE, Key::Escape);
}

#[test]
fn the_start_page_says_what_belongs_here_and_which_key_brings_it() {
    let mut view = view(SIZE, |_| {});
    assert!(shows(&view, "or drop files and folders on this window"));
    let open_folder = "Open a folder of stamps or alert packets Ctrl+Shift+O";
    assert_eq!(click(&mut view, open_folder), ["Do(OpenFolder)"]);
    assert_eq!(
        press(&mut view, Modifiers::COMMAND, Key::O),
        ["Do(OpenFiles)"]
    );
    assert_eq!(window(&view).dialogs.len(), 2);
    assert_eq!(click(&mut view, "See all keys ?"), ["Do(KeySheet)"]);
    assert!(shows(&view, "Next unlabelled"));
}

#[test]
fn a_recent_project_opens_from_the_start_page() {
    let set = StampSet::new();
    let mut first = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    first.label(common::REAL);
    let settings = first.saved_settings.clone().unwrap();
    first.close();
    let mut view = view(SIZE, |window| window.state.settings = settings);
    let asked = click(&mut view, "night");
    assert_eq!(asked.len(), 1);
    assert_eq!(window(&view).queue().len(), 6);
    assert_eq!(window(&view).classes(&["hits01"]), ["real"]);
    assert!(shows(&view, "labelled 1/6"));
}

#[test]
fn class_buttons_and_keys_label_and_go_on() {
    let (_set, mut view) = opened();
    assert!(shows(&view, "1 of 6 · labelled 0/6"));
    assert!(shows(&view, "truth in file"));
    assert_eq!(click(&mut view, "1 real"), ["Label(Class(0))"]);
    assert_eq!(window(&view).here(), "hits02");
    assert!(shows(&view, "labelled real: hits01 (Ctrl+Z takes back)"));
    assert_eq!(press(&mut view, NONE, Key::Num2), ["Label(Class(1))"]);
    assert_eq!(click(&mut view, "U Unsure"), ["Do(Unsure)"]);
    assert!(shows(&view, "4 of 6 · labelled 2/6"));
    assert_eq!(
        press(&mut view, NONE, Key::ArrowLeft),
        ["Do(PreviousCandidate)"]
    );
    assert!(shows(&view, "unsure — ana"), "the history of labels");
    assert_eq!(press(&mut view, Modifiers::COMMAND, Key::Z), ["Do(Undo)"]);
    assert!(shows(&view, "undone: unsure: hits03"));
    assert_eq!(
        click(&mut view, "hits05"),
        ["Go(To { candidate: CandidateIx(4), open: false })"]
    );
    assert_eq!(window(&view).here(), "hits05");
}

#[test]
fn keys_walk_epochs_and_a_click_on_the_strip_goes_there() {
    let (_set, mut view) = opened();
    assert!(shows(&view, "epoch 3 of 5"), "the brightest first");
    assert_eq!(press(&mut view, NONE, Key::CloseBracket), ["Do(NextEpoch)"]);
    assert!(shows(&view, "epoch 4 of 5"));
    let strip = rect_of(&view, "epoch strip, 5 epochs");
    let asked = click_at(&mut view, strip.left_top() + vec2(5.0, 5.0), NONE);
    assert_eq!(asked, ["Go(Epoch(0))"]);
    assert!(shows(&view, "epoch 1 of 5"));
}

#[test]
fn a_key_held_down_walks_but_does_not_label() {
    let (_set, mut view) = opened();
    // A second press without a release between them is a repeat.
    let hold = |view: &mut View, key| {
        view.key_down(key);
        let first = rest(view);
        assert_eq!(first.len(), 1, "{key:?}");
        view.key_down(key);
        let asked = rest(view);
        view.key_up(key);
        rest(view);
        asked
    };
    for key in [Key::Num1, Key::U, Key::S, Key::F, Key::M] {
        assert_eq!(hold(&mut view, key), [""; 0], "{key:?}");
    }
    assert_eq!(hold(&mut view, Key::ArrowRight), ["Do(NextCandidate)"]);
}

#[test]
fn keys_are_dead_while_a_text_field_has_the_keyboard() {
    let (_set, mut view) = opened();
    for (modifiers, key) in [
        (NONE, Key::E),
        (NONE, Key::Slash),
        (Modifiers::COMMAND, Key::F),
    ] {
        assert_eq!(press(&mut view, modifiers, key).len(), 1, "{key:?}");
        for key in [
            Key::Num1,
            Key::F,
            Key::Space,
            Key::ArrowRight,
            Key::Backspace,
        ] {
            assert_eq!(press(&mut view, NONE, key), [""; 0], "{key:?}");
        }
        press(&mut view, NONE, Key::Escape);
        assert_eq!(
            press(&mut view, NONE, Key::ArrowRight),
            ["Do(NextCandidate)"]
        );
    }
    assert!(window(&view).state.book.events().is_empty());
}

#[test]
fn a_button_reached_with_tab_takes_its_own_keys_only() {
    let (_set, mut view) = opened();
    view.get_by_label("2 bogus").focus();
    rest(&mut view);
    assert_eq!(press(&mut view, NONE, Key::Space), ["Label(Class(1))"]);
    assert_eq!(press(&mut view, NONE, Key::Num1), ["Label(Class(0))"]);
}

#[test]
fn a_note_is_kept_when_the_field_is_left() {
    let (_set, mut view) = opened();
    press(&mut view, NONE, Key::E);
    type_text(&mut view, "faint dipole");
    let asked = press(&mut view, NONE, Key::Enter);
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!(
        window(&view).labels("hits01").note.as_deref(),
        Some("faint dipole")
    );
    // A note begun for one candidate stays with it when another row is clicked.
    press(&mut view, NONE, Key::E);
    type_text(&mut view, ", edge");
    click(&mut view, "hits03");
    let note = window(&view).labels("hits01").note.clone();
    assert_eq!(note.as_deref(), Some("faint dipole, edge"));
    assert_eq!(window(&view).labels("hits03").note, None);
    assert_eq!(window(&view).here(), "hits03");
}

#[test]
fn the_filter_field_filters_while_typing_and_names_a_bad_term() {
    let (_set, mut view) = opened();
    press(&mut view, Modifiers::COMMAND, Key::F);
    type_text(&mut view, "mag<20");
    assert!(shows(&view, "3 of 6 candidates"));
    type_text(&mut view, " rb>");
    assert!(shows(&view, "write column, comparison and value"));
    press(&mut view, NONE, Key::Escape);
    press(&mut view, NONE, Key::Slash);
    type_text(&mut view, "hits06");
    press(&mut view, NONE, Key::Enter);
    assert_eq!(window(&view).here(), "hits06");
    press(&mut view, NONE, Key::Slash);
    press(&mut view, Modifiers::COMMAND, Key::A);
    type_text(&mut view, "hits01");
    press(&mut view, NONE, Key::Enter);
    assert!(shows(
        &view,
        "only among the candidates that the filter hides"
    ));
}

#[test]
fn every_action_is_reached_by_the_palette() {
    let (_set, mut view) = opened();
    for info in ACTIONS.iter().filter(|info| info.action != Action::Palette) {
        tidy(&mut view);
        let zoom = view.state().memory.camera;
        press(&mut view, Modifiers::COMMAND, Key::P);
        type_text(&mut view, info.title);
        view.key_press(Key::Enter);
        // What plays does not come to rest.
        view.run_steps(4);
        let asked = std::mem::take(&mut view.state_mut().asked);
        let wanted = format!("Do({:?})", info.action);
        match info.action {
            Action::ZoomIn | Action::ZoomOut => {
                assert_ne!(view.state().memory.camera, zoom, "{}", info.title);
            }
            Action::ZoomReset => assert_eq!(asked, ["Do(Palette)"]),
            _ => assert_eq!(asked[..2], [&*wanted, "Do(Palette)"], "{}", info.title),
        }
        assert!(!window(&view).state.panes.contains(&Pane::Palette));
    }
    assert!(window(&view).has_quit);
}

#[test]
fn every_action_stands_in_a_menu_with_its_key() {
    let (_set, mut view) = opened();
    for menu in Menu::ALL {
        let top = view.get_all_by_label(menu.title()).next().unwrap();
        let point = top.rect().center();
        click_at(&mut view, point, NONE);
        let found = texts(&view);
        for info in ACTIONS.iter().filter(|info| info.menu == menu) {
            let key = window(&view).state.settings.keys.hint(info.action);
            let name = format!("{} {key}", info.title);
            assert!(found.contains(&name), "{name}: {found:?}");
        }
        click_at(&mut view, pos2(600.0, 790.0), NONE);
    }
    let top = rect_of(&view, "View").center();
    click_at(&mut view, top, NONE);
    click(&mut view, "Zoom in Plus");
    assert!(view.state().memory.camera.zoom > 1.0);
}

#[test]
fn the_palette_lists_by_arrows_and_leaves_with_escape() {
    let (_set, mut view) = opened();
    press(&mut view, Modifiers::COMMAND, Key::K);
    type_text(&mut view, "epoch");
    press(&mut view, NONE, Key::ArrowDown);
    let asked = press(&mut view, NONE, Key::Enter);
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(
        asked[0].contains("Epoch") || asked[0].contains("Play"),
        "{asked:?}"
    );
    press(&mut view, Modifiers::COMMAND, Key::K);
    type_text(&mut view, "no such thing");
    assert!(shows(&view, "No action has this in its name."));
    assert_eq!(press(&mut view, NONE, Key::Escape), ["Do(Palette)"]);
    assert_eq!(press(&mut view, NONE, Key::Num1), ["Label(Class(0))"]);
}

#[test]
fn the_key_sheet_shows_every_action_and_class() {
    let (_set, mut view) = opened();
    press(&mut view, Modifiers::SHIFT, Key::Questionmark);
    let found = texts(&view);
    for info in ACTIONS {
        assert!(
            found.iter().any(|text| text == info.title),
            "{}",
            info.title
        );
    }
    assert!(found.iter().any(|text| text == "real"));
    assert_eq!(press(&mut view, NONE, Key::Escape), ["Do(KeySheet)"]);
    assert!(window(&view).state.panes.is_empty());
}

#[test]
fn a_key_is_changed_in_the_settings_and_taken_from_its_holder() {
    let (_set, mut view) = opened();
    press(&mut view, Modifiers::COMMAND, Key::Comma);
    let row = view.get_by_label("Invert: I");
    row.scroll_to_me();
    rest(&mut view);
    click(&mut view, "Invert: I");
    assert!(shows(&view, "press the key for “Invert”"));
    let asked = press(&mut view, NONE, Key::N);
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(
        shows(&view, "Invert: N"),
        "the new key stands on its button"
    );
    press(&mut view, Modifiers::COMMAND, Key::Comma);
    assert_eq!(press(&mut view, NONE, Key::N), ["Do(Invert)"]);
    assert_eq!(press(&mut view, NONE, Key::I), [""; 0]);
    let saved = window(&view).saved_settings.clone().unwrap();
    assert_eq!(saved.keys.hint(Action::Invert), "N");
    assert_eq!(saved.keys.hint(Action::NextUnlabelled), "");
}

#[test]
fn the_mosaic_selects_by_click_range_toggle_and_drag() {
    let (_set, mut view) = opened();
    press(&mut view, NONE, Key::M);
    let grid = rect_of(&view, "mosaic of 6 candidates");
    // Cells of 104 points and gaps of 6.
    let cell = |at: usize| grid.left_top() + vec2(50.0 + 110.0 * at as f32, 50.0);
    let selected = |view: &View| {
        let state = &window(view).state;
        state.selection.iter().map(|ix| ix.0).collect::<Vec<_>>()
    };
    click_at(&mut view, cell(0), NONE);
    assert_eq!(selected(&view), [0]);
    click_at(&mut view, cell(2), Modifiers::SHIFT);
    assert_eq!(selected(&view), [0, 1, 2]);
    click_at(&mut view, cell(1), Modifiers::COMMAND);
    assert_eq!(selected(&view), [0, 2]);
    assert!(shows(&view, "2 selected") && shows(&view, "labels go to 2 selected"));
    press(&mut view, NONE, Key::Escape);
    assert!(selected(&view).is_empty());
    drag(&mut view, cell(1), cell(3), PointerButton::Primary);
    assert_eq!(selected(&view), [1, 2, 3]);
    press(&mut view, NONE, Key::Num2);
    assert!(shows(&view, "labelled bogus: 3 candidates"));
    assert_eq!(press(&mut view, NONE, Key::R), ["Do(SelectRestOfPage)"]);
    assert_eq!(selected(&view), [0, 4, 5]);
    press(&mut view, Modifiers::COMMAND, Key::Z);
    assert_eq!(window(&view).state.labelled(), 0, "the bulk step is one");
}

#[test]
fn a_double_click_in_the_mosaic_opens_the_candidate() {
    let (_set, mut view) = opened();
    press(&mut view, NONE, Key::M);
    let grid = rect_of(&view, "mosaic of 6 candidates");
    let third = grid.left_top() + vec2(50.0 + 220.0, 50.0);
    for _ in 0..2 {
        view.event(Event::PointerMoved(third));
        for pressed in [true, false] {
            view.event(Event::PointerButton {
                pos: third,
                button: PointerButton::Primary,
                pressed,
                modifiers: NONE,
            });
        }
        view.step();
    }
    rest(&mut view);
    assert_eq!(window(&view).here(), "hits03");
    assert_eq!(window(&view).state.screen, Screen::Inspect);
}

#[test]
fn stamps_read_out_pan_zoom_and_take_contrast_from_the_pointer() {
    let (_set, mut view) = opened();
    let stamp = rect_of(&view, "science of hits01");
    view.hover_at(stamp.center());
    rest(&mut view);
    assert!(shows(&view, "x  10.0  y  10.0"), "{:?}", texts(&view));
    assert!(shows(&view, "ADU") && shows(&view, "σ"));
    drag(
        &mut view,
        stamp.center(),
        stamp.center() + vec2(40.0, 0.0),
        PointerButton::Primary,
    );
    let camera = view.state().memory.camera;
    assert!(camera.offset_px[0] < 0.0, "{camera:?}");
    let tweak = window(&view).state.display.tweak;
    drag(
        &mut view,
        stamp.center(),
        stamp.center() - vec2(0.0, 60.0),
        PointerButton::Secondary,
    );
    assert!(window(&view).state.display.tweak.contrast > tweak.contrast);
    press(&mut view, NONE, Key::C);
    assert_eq!(window(&view).state.display.tweak, tweak);
    press(&mut view, NONE, Key::Equals);
    assert!(view.state().memory.camera.offset_px[0].abs() < 1e-9);
}

#[test]
fn looks_of_another_set_are_not_taken_for_those_of_this_one() {
    let (first, second) = (StampSet::new(), StampSet::with_stamps(9, 2));
    let mut view = view(SIZE, |window| open(window, &first));
    let limits = |view: &mut View| {
        let shown = view.state_mut();
        let state = &shown.window.state;
        let here = state.place.candidate.unwrap();
        let scope = destello::app::display::Scope::Locked;
        let role = destello::domain::Role::Science;
        let look = shown
            .memory
            .looks
            .look(state, here, state.place.epoch, role, scope);
        (
            look.unwrap().limits,
            state.limits(here, state.place.epoch, role).unwrap(),
        )
    };
    let (of_first, _) = limits(&mut view);
    open(&mut view.state_mut().window, &second);
    rest(&mut view);
    let (shown, expected) = limits(&mut view);
    assert_eq!(shown, expected);
    assert_ne!(shown, of_first);
}

#[test]
fn problems_are_listed_with_path_and_reason() {
    let set = StampSet::new();
    std::fs::write(set.path().join("empty.fits"), b"").unwrap();
    let mut view = view(SIZE, |window| open(window, &set));
    assert!(shows(&view, "Problems (1)"));
    assert_eq!(press(&mut view, NONE, Key::F3), ["Do(Problems)"]);
    assert!(shows(&view, "1 problem"));
    assert!(shows(&view, "empty.fits"));
    assert!(shows(&view, "recognised"));
    click(&mut view, "Copy all");
}

#[test]
fn a_refused_project_is_told_in_place() {
    let set = StampSet::new();
    let project = set.beside("thesis.destello");
    std::fs::write(&project, "Chapter 1").unwrap();
    let mut view = view(SIZE, |window| window.open(&[set.path()], &project));
    assert!(shows(&view, "no labels"));
    assert!(shows(&view, "labels cannot be kept"));
    press(&mut view, NONE, Key::F3);
    assert!(shows(&view, "this is not a destello project"));
}

#[test]
fn a_stamp_that_cannot_be_decoded_leaves_the_screen_usable() {
    let set = StampSet::new();
    let mut view = view(SIZE, |window| {
        open(window, &set);
        std::fs::write(set.file("hits01"), b"gone").unwrap();
    });
    let id = window(&view).state.epoch().unwrap().stamps[0].id;
    let shelved = window(&view).state.shelf.get(id);
    assert!(matches!(shelved, Some(Shelved::Failed(_))), "{shelved:?}");
    assert!(shows(&view, "Problems (3)") || shows(&view, "Problems (15)"));
    assert_eq!(press(&mut view, NONE, Key::Num1), ["Label(Class(0))"]);
}

#[test]
fn every_screen_and_pane_comes_to_rest_in_both_themes() {
    let (_set, mut view) = opened();
    for theme in [Theme::Dark, Theme::Light] {
        view.state_mut().window.state.settings.theme = theme;
        for screen in [Screen::Inspect, Screen::Mosaic, Screen::Problems] {
            for pane in [
                Pane::Settings,
                Pane::KeySheet,
                Pane::Palette,
                Pane::Histogram,
                Pane::Header,
            ] {
                tidy(&mut view);
                view.state_mut().window.state.screen = screen;
                view.state_mut().window.state.panes.insert(pane);
                view.run();
            }
        }
    }
    // Also in a window as small as it gets, and with all vocabularies.
    view.set_size(vec2(860.0, 560.0));
    for vocabulary in 0..3 {
        tidy(&mut view);
        view.state_mut().window.state.vocabulary = vocabulary;
        view.run();
    }
}

#[test]
fn nothing_leaves_the_smallest_window() {
    let (_set, mut view) = opened();
    view.set_size(vec2(860.0, 560.0));
    let screen = Rect::from_min_size(pos2(0.0, 0.0), vec2(860.0, 560.0)).expand(1.0);
    for pane in [
        Pane::Settings,
        Pane::KeySheet,
        Pane::Palette,
        Pane::Histogram,
    ] {
        tidy(&mut view);
        view.state_mut().window.state.vocabulary = 1;
        view.state_mut().window.state.panes.insert(pane);
        rest(&mut view);
        let names = [
            "Close window",
            "Search by a part of the identifier; Enter finds the next",
            "saved",
        ];
        for node in view.root().children_recursive() {
            let name = node.accesskit_node().label().unwrap_or_default();
            if names.contains(&&*name) {
                assert!(
                    screen.contains_rect(node.rect()),
                    "{pane:?}: {name} {:?}",
                    node.rect()
                );
            }
        }
    }
}

#[test]
fn panels_keep_their_width() {
    let (_set, mut view) = opened();
    let places = |view: &View| {
        [
            "Sort the queue by this column",
            "1 real",
            "Note on this candidate",
        ]
        .map(|name| rect_of(view, name))
    };
    let before = places(&view);
    for _ in 0..3 {
        press(&mut view, NONE, Key::ArrowRight);
    }
    assert_eq!(places(&view), before);
    view.get_by_label("Refresh the queue");
    view.get_by_label("Smallest first").click();
    rest(&mut view);
    view.get_by_label("Largest first");
}
