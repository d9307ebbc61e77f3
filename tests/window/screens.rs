//! Screens and panes: what they say, and that everything comes to rest inside the window.

use egui::{Key, Modifiers, Rect, pos2, vec2};
use egui_kittest::kittest::{NodeT, Queryable};

use super::{
    NONE, SIZE,
    common::{self, InlineWindow, PlacedSet, StampSet, samp_hub::SampHub},
    harness::{View, click, click_at, press, rect_of, rest, shows, type_text, view},
    open, opened, tidy, window,
};
use destello::{
    features::simulation::state::Kind,
    workspace::{
        action::Action,
        screen::{Pane, Screen},
        settings::Theme,
        stamp_cache::CachedStamp,
    },
};

#[test]
fn the_start_page_says_what_belongs_here_and_which_key_brings_it() {
    let mut view = view(SIZE, |_| {});
    assert!(shows(&view, "or drop files and folders on this window"));
    // There is nothing to count, and no stamp to point at.
    assert!(!shows(&view, "labelled 0/0") && !shows(&view, "point at a stamp"));
    let open_folder = "Open a stamp set Ctrl+Shift+O";
    assert_eq!(click(&mut view, open_folder), ["Do(OpenFolder)"]);
    assert!(shows(&view, "Open the demo set Ctrl+D"));
    assert_eq!(
        press(&mut view, Modifiers::COMMAND, Key::O),
        ["Do(OpenFiles)"]
    );
    assert_eq!(window(&view).dialogs.len(), 2);
    assert_eq!(click(&mut view, "See all keys ?"), ["Do(KeyHelp)"]);
    assert!(shows(&view, "Next unlabelled"));
}

#[test]
fn a_recent_project_opens_from_the_start_page() {
    let set = StampSet::new();
    let mut first = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    first.label(common::REAL);
    let settings = first.saved_settings().unwrap();
    first.close();
    let mut view = view(SIZE, |window| window.state.shared.settings = settings);
    let asked = click(&mut view, "night");
    assert_eq!(asked.len(), 1);
    assert_eq!(window(&view).queue().len(), 6);
    assert_eq!(window(&view).classes(&["hits01"]), ["real"]);
    assert!(shows(&view, "labelled 1/6"));
}

#[test]
fn the_simulation_pane_edits_an_order_and_says_what_is_wrong_with_it() {
    let (skies, _) = common::test_survey::test_skies();
    let folder = tempfile::tempdir().unwrap();
    let mut view = view(SIZE, |window| {
        window.simulate_by(skies, folder.path().join("demo"));
        window.state.simulation.home = Some(folder.path().to_owned());
    });
    let asked = click(&mut view, "Simulate a set Ctrl+N");
    assert_eq!(asked, ["Do(NewSimulation)"]);
    assert!(shows(&view, "Cepheid") && shows(&view, "Choose…"));
    for role in ["science", "reference", "difference"] {
        let name = format!("{role} of asteroid");
        assert_eq!(view.query_all_by_label(&name).count(), 3, "{name}");
    }
    click(&mut view, "triplets");
    assert_eq!(window(&view).state.simulation.form.kind, Kind::Triplets);
    assert!(shows(&view, "Only these kinds"));
    click(&mut view, "image sequences");
    for class in [
        "Supernova",
        "RR Lyrae",
        "Cepheid",
        "Eclipsing binary",
        "Non-variable",
        "Galaxy",
        "Asteroid",
    ] {
        let all: Vec<_> = view
            .query_all_by_role_and_label(egui::accesskit::Role::CheckBox, class)
            .collect();
        assert_eq!(all.len(), 1, "{class}");
        all[0].click();
        drop(all);
        rest(&mut view);
    }
    assert!(shows(&view, "choose at least one class"));
    press(&mut view, NONE, Key::Escape);
    assert!(!window(&view).state.shared.panes.contains(&Pane::Simulation));
}

#[test]
fn looks_of_another_set_are_not_taken_for_those_of_this_one() {
    let (first, second) = (StampSet::new(), StampSet::with_stamps(9, 2));
    let mut view = view(SIZE, |window| open(window, &first));
    let limits = |view: &mut View| {
        let shown = view.state_mut();
        let state = &shown.window.state;
        let here = state.shared.place.candidate.unwrap();
        let scope = destello::workspace::display::Scope::Locked;
        let role = destello::domain::Role::Science;
        let look = shown.memory.view.looks.look(
            &state.shared,
            here,
            state.shared.place.epoch,
            role,
            scope,
        );
        (
            look.unwrap().limits,
            state
                .shared
                .limits(here, state.shared.place.epoch, role)
                .unwrap(),
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
    let id = window(&view).state.shared.epoch().unwrap().stamps[0].id;
    let shelved = window(&view).state.shared.stamps.get(id);
    assert!(
        matches!(shelved, Some(CachedStamp::Failed(_))),
        "{shelved:?}"
    );
    assert!(shows(&view, "Problems (3)") || shows(&view, "Problems (15)"));
    assert_eq!(press(&mut view, NONE, Key::Num1), ["Label(Class(0))"]);
}

#[test]
fn close_pairs_are_listed_and_one_click_opens_both() {
    let set = PlacedSet::with_a_pair();
    let mut view = view(SIZE, |window| {
        window.open(&[set.path()], &set.beside("night.destello"));
        window.act(Action::ClosePairs);
    });
    assert_eq!(click(&mut view, "Find"), ["ClosePairs(Start)"]);
    assert!(shows(&view, "0.50 arcsec"));
    assert_eq!(click(&mut view, "left   right"), ["ClosePairs(Open(0))"]);
    assert_eq!(window(&view).queue(), ["left", "right"]);
}

#[test]
fn what_is_typed_into_the_menu_of_views_is_a_name_and_no_command() {
    let (_set, mut view) = opened();
    click(&mut view, "Views ⏷");
    // A click into the field of the name does not end the menu.
    let field = rect_of(&view, "Save").left_center() - vec2(60.0, 0.0);
    click_at(&mut view, field, NONE);
    let commands = type_text(&mut view, "good 1");
    assert!(
        !commands.iter().any(|command| command.contains("Label")),
        "{commands:?}"
    );
    press(&mut view, NONE, Key::Enter);
    let views = &window(&view).state.shared.settings.views;
    let names: Vec<_> = views.iter().map(|view| view.name.as_str()).collect();
    assert_eq!(names, ["good 1"]);
    assert!(shows(&view, "good 1 ⏷"));
}

#[test]
fn what_goes_to_other_programs_is_offered_where_it_is_there() {
    let set = PlacedSet::with_a_pair();
    let mut view = view(SIZE, |window| {
        window.open(&[set.path()], &set.beside("night.destello"));
        window.act(Action::Samp);
    });
    assert!(shows(&view, "Select 0 candidates there"));
    assert!(shows(&view, "Send the table of 4 candidates"));
    let hub = SampHub::start();
    view.state_mut().window.state.samp.address = Some(hub.address());
    assert_eq!(click(&mut view, "Connect"), ["Samp(Connect)"]);
    view.state_mut().window.settle();
    view.run();
    assert!(shows(&view, "there: topcat"));
    let sent = click(&mut view, "Point at this candidate (Shift+G)");
    assert_eq!(sent, ["Samp(Send(Position))"]);
}

#[test]
fn every_screen_and_pane_comes_to_rest_in_both_themes() {
    let (_set, mut view) = opened();
    for theme in [Theme::Dark, Theme::Light] {
        view.state_mut().window.state.shared.settings.theme = theme;
        for screen in [Screen::Inspect, Screen::Mosaic, Screen::Problems] {
            for pane in [
                Pane::Settings,
                Pane::KeyHelp,
                Pane::Palette,
                Pane::Histogram,
                Pane::Header,
                Pane::ClosePairs,
                Pane::Samp,
                Pane::Server,
                Pane::Team,
            ] {
                tidy(&mut view);
                view.state_mut().window.state.shared.screen = screen;
                view.state_mut().window.state.shared.panes.insert(pane);
                view.run();
            }
        }
    }
    // Also in a window as small as it gets, and with all vocabularies.
    view.set_size(vec2(860.0, 560.0));
    for vocabulary in 0..3 {
        tidy(&mut view);
        view.state_mut().window.state.shared.vocabulary = vocabulary;
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
        Pane::KeyHelp,
        Pane::Palette,
        Pane::Histogram,
    ] {
        tidy(&mut view);
        view.state_mut().window.state.shared.vocabulary = 1;
        view.state_mut().window.state.shared.panes.insert(pane);
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
fn bars_of_the_mosaic_wrap_in_the_smallest_window() {
    let (_set, mut view) = opened();
    view.set_size(vec2(860.0, 560.0));
    view.state_mut().window.state.shared.vocabulary = 1;
    press(&mut view, NONE, Key::M);
    press(&mut view, Modifiers::COMMAND, Key::A);
    let middle = Rect::from_min_max(pos2(232.0, 0.0), pos2(628.0, 560.0));
    let select_none = "Escape Select none";
    for name in ["Size of a stamp", "Select rest of page (R)", select_none] {
        let rect = rect_of(&view, name);
        assert!(middle.contains_rect(rect), "{name} at {rect:?}");
    }
    click(&mut view, select_none);
    assert!(window(&view).state.shared.selection.is_empty());
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

#[test]
fn bad_news_can_be_read_in_a_narrow_window() {
    let set = StampSet::new();
    let why = format!("labels cannot be kept: {}", "/proc/of/a/project".repeat(7));
    let width = 700.0;
    let view = view([width, 650.0], |window| {
        open(window, &set);
        let now = window.now();
        window.state.shared.warn(why.clone(), now);
    });
    let message = rect_of(&view, &why);
    assert!(
        message.left() >= 0.0 && message.right() <= width,
        "{message:?}"
    );
    // Whole, on two lines.
    let saved = rect_of(&view, "saved");
    assert!(message.height() > 1.5 * saved.height(), "{message:?}");
    assert!(message.bottom() <= saved.top() + 1.0, "{saved:?}");
    assert!(saved.right() <= width, "{saved:?}");
}
