//! Keys: what they ask for, when they are dead, where they stand and how they are changed.

use egui::{Key, Modifiers, pos2, vec2};
use egui_kittest::kittest::Queryable;

use super::{
    NONE,
    harness::{View, click, click_at, press, rect_of, rest, shows, texts, type_text},
    opened, tidy, window,
};
use destello::workspace::{
    action::{ACTIONS, Action, Menu},
    screen::Pane,
};

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
fn closing_is_asked_for_once() {
    let (_set, mut view) = opened();
    // egui would close the window by the same key, which came as a second request.
    assert!(
        view.ctx
            .options(|options| options.quit_shortcuts.is_empty())
    );
    assert_eq!(press(&mut view, Modifiers::COMMAND, Key::Q), ["Do(Quit)"]);
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
    assert!(window(&view).state.shared.book.events().is_empty());
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
fn candidates_are_selected_one_by_one_without_a_pointer() {
    let (_set, mut view) = opened();
    press(&mut view, NONE, Key::M);
    let selected = |view: &View| {
        let state = &window(view).state.shared;
        let all = state.selection.iter();
        let ids = all.map(|ix| state.catalogue.get(ix).unwrap().id.to_string());
        ids.collect::<Vec<_>>()
    };
    let asked = press(&mut view, Modifiers::COMMAND, Key::Space);
    assert_eq!(asked, ["Do(SelectThis)"]);
    press(&mut view, NONE, Key::ArrowRight);
    press(&mut view, NONE, Key::ArrowRight);
    press(&mut view, Modifiers::COMMAND, Key::Space);
    assert_eq!(selected(&view), ["hits01", "hits03"]);
    assert!(shows(&view, "2 selected"));
    press(&mut view, Modifiers::COMMAND, Key::Space);
    assert_eq!(selected(&view), ["hits01"]);
    view.state_mut().window.filter("mag<-99");
    press(&mut view, Modifiers::COMMAND, Key::Space);
    assert!(shows(&view, "no candidate of the list is on the screen"));
}

#[test]
fn every_action_is_reached_by_the_palette() {
    let (_set, mut view) = opened();
    for info in ACTIONS.iter().filter(|info| info.action != Action::Palette) {
        tidy(&mut view);
        let zoom = view.state().memory.view.camera;
        press(&mut view, Modifiers::COMMAND, Key::P);
        type_text(&mut view, info.title());
        view.key_press(Key::Enter);
        // What plays does not come to rest.
        view.run_steps(4);
        let asked = std::mem::take(&mut view.state_mut().asked);
        let wanted = format!("Do({:?})", info.action);
        match info.action {
            Action::ZoomIn | Action::ZoomOut => {
                assert_ne!(view.state().memory.view.camera, zoom, "{}", info.title());
            }
            Action::ZoomReset => assert_eq!(asked, ["Do(Palette)"]),
            _ => assert_eq!(asked[..2], ["Do(Palette)", &*wanted], "{}", info.title()),
        }
        assert!(
            !window(&view).state.shared.panes.contains(&Pane::Palette),
            "{}",
            info.title()
        );
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
            let key = window(&view).state.shared.settings.keys.hint(info.action);
            let name = format!("{} {key}", info.title());
            assert!(found.contains(&name), "{name}: {found:?}");
        }
        click_at(&mut view, pos2(600.0, 790.0), NONE);
    }
    let top = rect_of(&view, "View").center();
    click_at(&mut view, top, NONE);
    click(&mut view, "Zoom in +");
    assert!(view.state().memory.view.camera.zoom > 1.0);
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
        asked[1].contains("Epoch") || asked[1].contains("Play"),
        "{asked:?}"
    );
    press(&mut view, Modifiers::COMMAND, Key::K);
    type_text(&mut view, "no such thing");
    assert!(shows(&view, "No action has this in its name."));
    assert_eq!(press(&mut view, NONE, Key::Escape), ["Do(Palette)"]);
    assert_eq!(press(&mut view, NONE, Key::Num1), ["Label(Class(0))"]);
}

#[test]
fn the_key_help_shows_every_action_and_class() {
    let (_set, mut view) = opened();
    press(&mut view, Modifiers::SHIFT, Key::Questionmark);
    let found = texts(&view);
    for info in ACTIONS {
        assert!(
            found.iter().any(|text| text == info.title()),
            "{}",
            info.title()
        );
    }
    assert!(found.iter().any(|text| text == "real"));
    assert_eq!(press(&mut view, NONE, Key::Escape), ["Do(KeyHelp)"]);
    assert!(window(&view).state.shared.panes.is_empty());
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
    let saved = window(&view).saved_settings().unwrap();
    assert_eq!(saved.keys.hint(Action::Invert), "N");
    assert_eq!(saved.keys.hint(Action::NextUnlabelled), "");
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
