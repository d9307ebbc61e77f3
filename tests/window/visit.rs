//! The visit of a demanding new user (29 November 2026) once more, by key and mouse: each of its 23 bugs is a test, here or
//! where it belongs.
//!
//! | bug | | test |
//! |---|---|---|
//! | 1 | class keys label what is not in the list | `acting::where_no_candidate_matches_a_class_key_labels_nobody_and_says_so`, `acting::a_candidate_outside_of_the_list_is_not_labelled`, `acting::doubtful_labels_and_what_to_label_next_begin_with_their_first` |
//! | 2 | typing with a quick Esc runs commands | `acting::a_note_that_is_left_by_escape_in_the_same_frame_is_kept_and_runs_no_command` |
//! | 3 | label and Skip both lit | `acting::skip_leaves_a_label_as_it_is_on_screen_in_the_list_and_in_the_book` |
//! | 4 | nothing happens without a portal | `paths::sets_labels_and_vocabularies_come_and_go_by_keys_alone` |
//! | 5 | an empty folder becomes the last project | `features: open::nothing_found`, `paths::nothing_found_is_said_on_the_start_page_and_leads_to_the_problems` |
//! | 6 | a long name overprints the menu bar | `paths::a_long_name_is_cut_wherever_it_stands` |
//! | 7 | a quick lasso drops places | here |
//! | 8 | figures of Evaluate disagree | `features: evaluation`, unit tests of `features/evaluation/judge.rs` |
//! | 9 | a version is judged on what it has learned | `features: adaptation::honest` |
//! | 10 | bands and light curve on two axes | here |
//! | 11 | the caption overprints the buttons | here |
//! | 12 | folding by periods longer than the data | here, `features: scoring::classes::the_light_curve_folds_and_two_models_stand_side_by_side` |
//! | 13 | the queue does not scroll after a filter | here |
//! | 14 | `/` appends | `acting::a_search_begins_anew_each_time` |
//! | 15 | Ctrl+A selects the caption | here |
//! | 16 | `R` takes rows that are cut off, and flagged ones | `acting::the_rest_of_a_page_is_what_is_whole_unjudged_and_not_flagged` |
//! | 17 | hidden scores leave the truth | `blind` |
//! | 18 | an unknown column without a word | `acting::an_unknown_column_is_named_and_all_candidates_come_back_without_the_filter` |
//! | 19 | playing runs off the strip, blinking one image does nothing | here |
//! | 20 | the file's polarity | here |
//! | 21 | a network of 200 steps becomes active | `features: training::window::a_network_is_trained_to_its_end_and_shown` |
//! | 22 | keys that need a set do nothing | here |
//! | 23 | cut hover, matrix, "spread -0.00" | pictures |

use egui::{Event, Key, Modifiers, PointerButton, Pos2, Rect, accesskit, vec2};

use super::{
    NONE, SIZE,
    common::{InlineWindow, MadeLatent, PlacedSet, Sky, StampSet, sky::simulate},
    harness::{
        View, click, click_at, picture, places, press, rect_of, rest, shows, texts, type_text, view,
    },
    open, opened, window,
};
use destello::{
    domain::{DifferenceSign, Role},
    window::command::{Command, Scoring},
    workspace::action::Action,
};

/// Draws the lasso with so many places a frame; how many points it holds.
fn lasso(view: &mut View, line: &[Pos2], a_frame: usize) -> usize {
    press(view, NONE, Key::Escape);
    let button = |pos, pressed| Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    let mut events = vec![Event::PointerMoved(line[0]), button(line[0], true)];
    events.extend(line.iter().map(|at| Event::PointerMoved(*at)));
    events.push(button(line[line.len() - 1], false));
    for frame in events.chunks(a_frame) {
        view.input_mut().events.extend_from_slice(frame);
        view.step();
    }
    // What has to wait for its turn.
    view.run_steps(3);
    rest(view);
    window(view).state.shared.selection.len()
}

#[test]
fn bug_7_a_quick_lasso_holds_what_a_slow_one_holds() {
    let sky = Sky::new(48);
    let mut view = view([1320.0, 800.0], |window: &mut InlineWindow| {
        window.open(&[sky.path()], &sky.beside("night.destello"));
        window.embed_by(MadeLatent { components: 4 });
        window.act(Action::Embed);
    });
    click(&mut view, "lasso");
    let plot = rect_of(&view, "latent space of 48 points");
    // Round the left half, in many short steps.
    let corners = [
        plot.left_top() + vec2(3.0, 3.0),
        plot.center_top() + vec2(0.0, 3.0),
        plot.center_bottom() - vec2(0.0, 3.0),
        plot.left_bottom() + vec2(3.0, -3.0),
    ];
    let mut line = Vec::new();
    for (at, from) in corners.iter().enumerate() {
        let to = corners[(at + 1) % corners.len()];
        line.extend((0..10).map(|step| from.lerp(to, step as f32 / 10.0)));
    }
    let slow = lasso(&mut view, &line, 1);
    assert!((1..48).contains(&slow), "{slow}");
    for a_frame in [7, 100] {
        assert_eq!(
            lasso(&mut view, &line, a_frame),
            slow,
            "{a_frame} places a frame"
        );
    }
}

#[test]
fn bug_10_bands_of_classes_lie_below_the_light_curve_on_one_axis() {
    let folder = tempfile::tempdir().unwrap();
    let sky = folder.path().join("sky");
    simulate("sequences", "hits2015", 5, 1, &sky);
    let view = view([1320.0, 860.0], |window: &mut InlineWindow| {
        window.open(&[sky], &folder.path().join("night.destello"));
    });
    let id = window(&view).here().to_owned();
    let curve = picture(&view, &format!("light curve of {id}"));
    let bands = picture(&view, &format!("class probabilities of {id}"));
    assert!(bands.top() >= curve.bottom(), "{curve:?} {bands:?}");
    assert!(
        (bands.left() - curve.left()).abs() < 1.0,
        "{curve:?} {bands:?}"
    );
    assert!(
        (bands.right() - curve.right()).abs() < 1.0,
        "{curve:?} {bands:?}"
    );
}

#[test]
fn bug_11_nothing_overprints_above_the_light_curve() {
    for size in [[1320.0, 860.0], [1000.0, 650.0]] {
        let set = StampSet::new();
        let view = view(size, |window: &mut InlineWindow| {
            open(window, &set);
            window.apply(Command::Scoring(Scoring::Show("recurrent".into())));
        });
        let curve = picture(&view, "light curve of hits01");
        let mut above = places(&view, accesskit::Role::Button);
        above.extend(places(&view, accesskit::Role::Label));
        let head = Rect::from_x_y_ranges(curve.x_range(), curve.top() - 30.0..=curve.top());
        above.retain(|(name, rect)| !name.is_empty() && head.contains(rect.center()));
        assert!(above.len() > 3, "{size:?}: {above:?}");
        for (at, (name, rect)) in above.iter().enumerate() {
            for (other, place) in &above[..at] {
                let both = rect.shrink(1.0).intersect(place.shrink(1.0));
                assert!(!both.is_positive(), "{size:?}: {name} over {other}");
            }
        }
    }
}

#[test]
fn bug_12_a_few_epochs_are_not_folded() {
    let (_set, mut view) = opened();
    for _ in 0..3 {
        view.state_mut().window.act(Action::FoldCurve);
        rest(&mut view);
        assert!(!shows(&view, "folded light curve"), "{:?}", texts(&view));
        picture(&view, "light curve of hits01");
    }
}

#[test]
fn bug_13_after_a_filter_the_queue_shows_the_current_candidate() {
    let set = StampSet::many(60, 9, 1);
    let mut view = view(SIZE, |window: &mut InlineWindow| open(window, &set));
    press(&mut view, NONE, Key::End);
    let here = window(&view).here().to_owned();
    let is_in_view = |view: &View| {
        let rows = places(view, accesskit::Role::Button);
        let row = rows.iter().find(|(name, _)| *name == here);
        row.is_some_and(|(_, rect)| rect.top() > 60.0 && rect.bottom() < SIZE[1])
    };
    assert!(is_in_view(&view), "{here}");
    press(&mut view, Modifiers::COMMAND, Key::F);
    type_text(&mut view, &here);
    press(&mut view, NONE, Key::Enter);
    assert!(is_in_view(&view) && shows(&view, "1 of 60 candidates"));
    press(&mut view, Modifiers::COMMAND, Key::F);
    // What was there is selected, and goes.
    press(&mut view, NONE, Key::Backspace);
    press(&mut view, NONE, Key::Enter);
    assert!(texts(&view).iter().any(|text| text == "60 candidates"));
    view.run_steps(2);
    assert!(is_in_view(&view), "{here}");
}

#[test]
fn bug_15_after_a_click_on_a_caption_all_candidates_are_selected_and_no_text() {
    let (_set, mut view) = opened();
    press(&mut view, NONE, Key::M);
    let labels = places(&view, accesskit::Role::Label);
    let caption = labels.iter().find(|(name, _)| name == "6 candidates");
    let caption = caption.expect("the caption of the queue").1.center();
    click_at(&mut view, caption, NONE);
    let copied = |view: &mut View| {
        view.event(Event::Copy);
        view.step();
        format!("{:?}", view.output().platform_output.commands)
    };
    let before = copied(&mut view);
    press(&mut view, Modifiers::COMMAND, Key::A);
    assert_eq!(window(&view).state.shared.selection.len(), 6);
    assert_eq!(copied(&mut view), before, "no text was selected by it");
}

#[test]
fn bug_19_what_plays_stays_in_view_and_what_cannot_blink_is_named() {
    let set = StampSet::with_stamps(9, 40);
    let mut view = view(SIZE, |window: &mut InlineWindow| open(window, &set));
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..12 {
        press(&mut view, NONE, Key::Space);
        view.run_steps(5);
        press(&mut view, NONE, Key::Space);
        assert_eq!(window(&view).state.shared.motion, None);
        let epoch = window(&view).state.shared.place.epoch;
        let name = format!("epoch {}", epoch + 1);
        let parts = places(&view, accesskit::Role::ListBoxOption);
        let part = parts.iter().find(|(known, _)| *known == name);
        let (_, rect) = part.unwrap_or_else(|| panic!("{name} among {parts:?}"));
        let is_in_view = rect.left() > 200.0 && rect.right() < SIZE[0] - 200.0;
        assert!(is_in_view, "{name}: {rect:?}");
        seen.insert(epoch);
    }
    assert!(seen.len() > 6, "{seen:?}");
    let set = PlacedSet::with_a_pair();
    let mut single = super::harness::view(SIZE, |window: &mut InlineWindow| {
        window.open(&[set.path()], &set.beside("night.destello"));
    });
    press(&mut single, NONE, Key::B);
    assert!(shows(
        &single,
        "nothing to blink: there is one image an epoch"
    ));
    assert_eq!(window(&single).state.shared.motion, None);
}

#[test]
fn bug_20_differences_are_science_minus_reference_whatever_the_file_has() {
    use DifferenceSign::{ReferenceMinusScience, ScienceMinusReference};
    let (_set, mut view) = opened();
    let negates = |view: &View, sign| {
        let display = &window(view).state.shared.display;
        display.negates(Role::Difference, sign)
    };
    assert!(negates(&view, ReferenceMinusScience));
    assert!(!negates(&view, ScienceMinusReference));
    // The key shows what the file has.
    press(&mut view, NONE, Key::X);
    assert!(!negates(&view, ReferenceMinusScience));
    assert!(!negates(&view, ScienceMinusReference));
}

#[test]
fn bug_22_keys_that_need_a_set_name_what_brings_one() {
    for key in [
        Key::F2,
        Key::F4,
        Key::F6,
        Key::ArrowRight,
        Key::U,
        Key::Space,
    ] {
        let mut view = view(SIZE, |_| {});
        press(&mut view, NONE, key);
        assert!(
            shows(&view, "Open a set first (Ctrl+Shift+O)"),
            "{key:?}: {:?}",
            texts(&view)
        );
    }
    let mut view = view(SIZE, |_| {});
    press(&mut view, Modifiers::COMMAND, Key::L);
    assert!(!shows(&view, "not read yet"), "{:?}", texts(&view));
}
