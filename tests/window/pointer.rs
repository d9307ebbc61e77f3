//! The pointer: selecting in the mosaic, and reading, moving and stretching stamps.

use egui::{Event, Key, Modifiers, PointerButton, vec2};

use super::{
    NONE,
    harness::{View, click_at, drag, press, rect_of, rest, shows, texts},
    opened, window,
};
use destello::workspace::screen::Screen;

#[test]
fn the_mosaic_selects_by_click_range_toggle_and_drag() {
    let (_set, mut view) = opened();
    press(&mut view, NONE, Key::M);
    let grid = rect_of(&view, "mosaic of 6 candidates");
    // Cells of 104 points and gaps of 6.
    let cell = |at: usize| grid.left_top() + vec2(50.0 + 110.0 * at as f32, 50.0);
    let selected = |view: &View| {
        let state = &window(view).state;
        state
            .shared
            .selection
            .iter()
            .map(|ix| ix.0)
            .collect::<Vec<_>>()
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
    assert_eq!(
        window(&view).state.shared.labelled(),
        0,
        "the bulk step is one"
    );
}

#[test]
fn a_double_click_in_the_mosaic_opens_the_candidate() {
    let (_set, mut view) = opened();
    press(&mut view, NONE, Key::M);
    let grid = rect_of(&view, "mosaic of 6 candidates");
    let third = grid.left_top() + vec2(50.0 + 220.0, 50.0);
    // Kittest gives every event a frame of a quarter of a second.
    view.ctx
        .options_mut(|options| options.input_options.max_double_click_delay = 10.0);
    view.event(Event::PointerMoved(third));
    for pressed in [true, false, true, false] {
        view.event(Event::PointerButton {
            pos: third,
            button: PointerButton::Primary,
            pressed,
            modifiers: NONE,
        });
    }
    rest(&mut view);
    assert_eq!(window(&view).here(), "hits03");
    assert_eq!(window(&view).state.shared.screen, Screen::Inspect);
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
    let camera = view.state().memory.view.camera;
    assert!(camera.offset_px[0] < 0.0, "{camera:?}");
    let tweak = window(&view).state.shared.display.tweak;
    drag(
        &mut view,
        stamp.center(),
        stamp.center() - vec2(0.0, 60.0),
        PointerButton::Secondary,
    );
    assert!(window(&view).state.shared.display.tweak.contrast > tweak.contrast);
    press(&mut view, NONE, Key::C);
    assert_eq!(window(&view).state.shared.display.tweak, tweak);
    press(&mut view, NONE, Key::Equals);
    assert!(view.state().memory.view.camera.offset_px[0].abs() < 1e-9);
}
