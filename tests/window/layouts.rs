//! Sizes of the window: what stands side by side does not collide, and everything can be reached, from small windows to the
//! first size of the program.

use super::{
    common::{InlineWindow, sky::simulate},
    harness::{
        View, drawn_view, drawn_view_of_scale, gpu_snapshot, picture, places, rect_of, ui_snapshot,
        view,
    },
    window,
};
use destello::{
    text,
    window::command::{Command, Scoring, Session},
    workspace::{
        action::Action,
        settings::{Density, Settings},
    },
};
use egui::{Rect, accesskit::Role, pos2};
use tempfile::TempDir;

/// The smallest that the program asks for, a small one, and the first.
const SIZES: [[f32; 2]; 3] = [[860.0, 560.0], [900.0, 600.0], [1320.0, 860.0]];

/// So many simulated sequences, for a model of seven classes that is active.
fn sequences(count: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    simulate(
        "sequences",
        "hits2015",
        5,
        count,
        &folder.path().join("sky"),
    );
    folder
}

fn open_sequences(window: &mut InlineWindow, folder: &TempDir) {
    let project = folder.path().join("night.destello");
    window.open(&[folder.path().join("sky")], &project);
    for scoring in [Scoring::Show, Scoring::Activate] {
        window.apply(Command::Scoring(scoring("recurrent".into())));
    }
}

/// The buttons that are laid out, with their names.
fn buttons(view: &View) -> Vec<(String, Rect)> {
    let mut all = places(view, Role::Button);
    all.retain(|(_, rect)| rect.is_positive());
    all
}

/// All lie in the window, and none over another.
fn assert_apart(size: [f32; 2], buttons: &[(String, Rect)]) {
    let whole = Rect::from_min_max(pos2(0.0, 0.0), size.into()).expand(0.5);
    for (name, rect) in buttons {
        assert!(whole.contains_rect(*rect), "{size:?}: {name} at {rect:?}");
    }
    assert_none_over_another(size, buttons);
}

fn assert_none_over_another(size: [f32; 2], buttons: &[(String, Rect)]) {
    for (at, (name, rect)) in buttons.iter().enumerate() {
        for (other, place) in &buttons[..at] {
            let both = rect.shrink(1.0).intersect(place.shrink(1.0));
            assert!(!both.is_positive(), "{size:?}: {name} over {other}");
        }
    }
}

#[test]
pub(crate) fn bars_and_curves_are_whole_in_every_size() {
    let folder = sequences(2);
    for size in SIZES {
        let view = view(size, |window: &mut InlineWindow| {
            open_sequences(window, &folder);
        });
        let queue_top = rect_of(&view, text!("Smallest first")).top();
        let mut bars = buttons(&view);
        bars.retain(|(_, rect)| rect.bottom() < queue_top);
        for name in [
            text!("Problems"),
            text!("Disagreements"),
            text!("Hide scores"),
        ] {
            let is_there = bars.iter().any(|(known, _)| known.starts_with(name));
            assert!(is_there, "{size:?}: {name} among {bars:?}");
        }
        assert_apart(size, &bars);
        // What is between the panels stays there.
        let id = window(&view).here().to_owned();
        let curve = picture(&view, &text!("light curve of {candidate}", candidate = id));
        let classes = picture(
            &view,
            &text!("class probabilities of {candidate}", candidate = id),
        );
        assert!(
            curve.bottom() <= classes.top(),
            "{size:?}: {curve:?} {classes:?}"
        );
        let queue = rect_of(&view, text!("Smallest first")).right();
        let classes_to_give = buttons(&view);
        let first_class = classes_to_give
            .iter()
            .find(|(name, _)| name.starts_with("1 "));
        let labels = first_class.expect("a class to label with").1.left();
        for rect in [curve, classes] {
            assert!(
                rect.left() >= queue && rect.right() <= labels,
                "{size:?}: {rect:?} between {queue} and {labels}"
            );
        }
        assert!(
            labels - queue >= 0.35 * size[0],
            "{size:?}: the images have room"
        );
    }
}

#[test]
pub(crate) fn bars_of_real_or_bogus_are_whole_in_every_size() {
    let set = super::StampSet::new();
    for size in SIZES {
        let view = view(size, |window: &mut InlineWindow| {
            super::open(window, &set);
            window.label(super::common::REAL);
            window.label(super::common::BOGUS);
        });
        let queue_top = rect_of(&view, text!("Smallest first")).top();
        let mut bars = buttons(&view);
        bars.retain(|(_, rect)| rect.bottom() < queue_top);
        let choose = Action::ChooseThreshold.info().title();
        assert!(bars.iter().any(|(known, _)| known == choose), "{bars:?}");
        assert_apart(size, &bars);
    }
}

/// Gives the window settings that were changed.
fn choose(view: &mut View, change: impl FnOnce(&mut Settings)) {
    let window = &mut view.state_mut().window;
    let mut settings = window.state.shared.settings.clone();
    change(&mut settings);
    window.apply(Command::Session(Session::Settings(Box::new(settings))));
    // What is laid out in the first frame has the old sizes still.
    view.run_steps(3);
}

#[test]
fn text_and_buttons_have_the_size_and_the_room_that_were_chosen() {
    let set = super::StampSet::new();
    let mut view = view([1320.0, 860.0], |window: &mut InlineWindow| {
        super::open(window, &set);
    });
    let room = |view: &View| view.ctx.style_of(egui::Theme::Dark).spacing.item_spacing;
    let class = |view: &View| {
        let classes = buttons(view);
        classes
            .iter()
            .find(|(name, _)| name.starts_with("2 "))
            .expect("a class")
            .1
            .top()
    };
    let zoom = |view: &View| (100.0 * view.ctx.zoom_factor()).round() as u32;
    let (usual, second) = (room(&view), class(&view));
    choose(&mut view, |settings| settings.density = Density::Dense);
    assert!(room(&view).x < usual.x - 2.0, "{usual:?}");
    assert!(class(&view) < second, "classes are nearer to each other");
    choose(&mut view, |settings| settings.size_percent = 150);
    assert_eq!(zoom(&view), 150);
    // Keys change it too, and that is kept.
    view.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Minus);
    view.run();
    let size = window(&view).state.shared.settings.size_percent;
    assert_eq!((size, zoom(&view)), (140, 140));
    // Nothing but a size that can be read is taken out of a file.
    choose(&mut view, |settings| settings.size_percent = 1);
    assert_eq!(zoom(&view), 50);
}

#[test]
fn a_small_window_as_it_is_seen() {
    let folder = sequences(2);
    let [width, height] = [900.0, 600.0];
    let mut view = drawn_view([width, height], |window| open_sequences(window, &folder));
    // Below that stands the path of this test.
    let part = Rect::from_min_max(pos2(0.0, 0.0), pos2(width, height - 40.0));
    gpu_snapshot(&mut view, part, "window_900");
}

#[test]
fn a_large_window_and_a_fine_screen_as_they_are_seen() {
    let folder = sequences(2);
    for (name, [width, height], scale) in [
        ("window_1000", [1000.0, 650.0], 1.0),
        ("window_2500", [2500.0, 1400.0], 1.0),
        ("window_scale_2", [900.0, 600.0], 2.0),
    ] {
        let open = |window: &mut InlineWindow| open_sequences(window, &folder);
        let mut view = drawn_view_of_scale(scale, [width, height], open);
        let part = Rect::from_min_max(pos2(0.0, 0.0), pos2(width, height - 40.0));
        gpu_snapshot(&mut view, part * scale, name);
    }
}

#[test]
fn every_column_of_the_matrix_of_seven_classes_is_there_in_the_first_size() {
    let folder = sequences(14);
    let mut view = view([1320.0, 860.0], |window: &mut InlineWindow| {
        open_sequences(window, &folder);
        window.act(Action::Evaluate);
    });
    let mut cells = buttons(&view);
    cells.retain(|(name, _)| name.contains(" predicted as "));
    assert_eq!(cells.len(), 49, "{cells:?}");
    let plots = rect_of(&view, "DET").left();
    assert!(
        cells
            .iter()
            .all(|(_, cell)| cell.left() > 0.0 && cell.right() < plots)
    );
    assert_none_over_another([1320.0, 860.0], &cells);
    let is_named = |name: &str| cells.iter().any(|(title, _)| title.ends_with(name));
    assert!(
        is_named("RR Lyrae predicted as Eclipsing binary"),
        "{cells:?}"
    );
    let left = cells
        .iter()
        .map(|(_, cell)| cell.left())
        .fold(plots, f32::min);
    let top = cells
        .iter()
        .map(|(_, cell)| cell.top())
        .fold(860.0, f32::min);
    let part = Rect::from_min_max(pos2(left - 120.0, top - 40.0), pos2(plots - 8.0, 830.0));
    ui_snapshot(&mut view, part, "matrix_of_seven");
}
