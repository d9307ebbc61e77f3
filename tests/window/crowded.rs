//! More stamps on screen than the memory of the GPU takes: the window shows what it can, names the
//! rest, and comes to rest.

use super::{
    common::StampSet,
    harness::{View, drawn_view_within, paint_until_rest, rect_of},
    open, window,
};
use egui::Key;

use destello::{
    domain::{Role, StampId},
    gpu::StampAtlas,
    widgets::sight::{Outcome, Sight},
    window::command::{Command, Go, Session},
    workspace::{action::Action, screen::MOSAIC_SIDES},
};

/// Two layers: 8 stamps of 300 pixels, 32 at half of that resolution, or 128 at a quarter.
const BUDGET: u64 = 8 << 20;
const SIZE: [f32; 2] = [1200.0, 800.0];

fn side(view: &mut View, side: f32) {
    let command = Command::Session(Session::MosaicSide(side));
    view.state_mut().window.apply(command);
}

/// The stamp of the first epoch of a candidate.
fn stamp(view: &View, id: &str, role: Role) -> StampId {
    let window = window(view);
    let candidate = window
        .state
        .shared
        .catalogue
        .get(window.ix(id))
        .expect("a candidate");
    candidate.epochs[0].stamp(role).expect("a stamp").id
}

fn held(view: &View, atlas: &StampAtlas) -> usize {
    let candidates = window(view).state.shared.catalogue.iter();
    let stamps = candidates.flat_map(|(_, candidate)| &candidate.epochs[0].stamps);
    stamps.filter(|stamp| atlas.contains(stamp.id)).count()
}

#[test]
fn a_mosaic_beyond_the_memory_of_the_gpu_comes_to_rest() {
    let set = StampSet::with_stamps(300, 1);
    let (mut view, atlas) = drawn_view_within(BUDGET, SIZE, |window| {
        open(window, &set);
        window.act(Action::Mosaic);
        window.apply(Command::Session(Session::MosaicRole(None)));
        window.apply(Command::Session(Session::MosaicSide(100.0)));
    });
    // Small cells: all are drawn, coarser than they are.
    let frames = paint_until_rest(&mut view);
    println!("{frames} frames for small cells");
    assert_eq!(view.state().memory.view.lost.left_out(), 0);
    assert_eq!(held(&view, &atlas), 18);
    let science = stamp(&view, "hits02", Role::Science);
    assert_eq!(atlas.level(science), Some(1));
    let done = atlas.status();
    paint_until_rest(&mut view);
    assert_eq!(atlas.status(), done, "nothing is uploaded again");

    // Large cells: not all have room, and the others have a word in their place.
    side(&mut view, MOSAIC_SIDES.1);
    println!("{} frames for large cells", paint_until_rest(&mut view));
    let lost = view.state().memory.view.lost.clone();
    assert!(lost.left_out() > 0);
    let page = window(&view).state.shared.page.clone();
    for ix in page.iter() {
        let candidate = window(&view).state.shared.catalogue.get(*ix).unwrap();
        for stamp in &candidate.epochs[0].stamps {
            assert_ne!(
                atlas.contains(stamp.id),
                lost.is_left_out(stamp.id),
                "either drawn or named"
            );
        }
    }
    let done = atlas.status();
    paint_until_rest(&mut view);
    assert_eq!(atlas.status(), done, "nothing is uploaded again");

    // Smaller cells again: there is room again.
    side(&mut view, 100.0);
    println!("{} frames for small cells", paint_until_rest(&mut view));
    assert_eq!(view.state().memory.view.lost.left_out(), 0);
    assert_eq!(held(&view, &atlas), 18);

    // Shown large, a stamp is as fine as it is.
    let candidate = window(&view).ix("hits02");
    view.state_mut().window.apply(Command::Go(Go::To {
        candidate,
        open: true,
    }));
    println!("{} frames for inspect", paint_until_rest(&mut view));
    assert_eq!(view.state().memory.view.lost.left_out(), 0);
    assert_eq!(atlas.level(science), Some(0));
}

#[test]
fn large_images_are_cut_to_the_candidate_drawn_and_read_out() {
    let set = StampSet::with_stamps(1300, 1);
    let (mut view, atlas) = drawn_view_within(64 << 20, SIZE, |window| open(window, &set));
    paint_until_rest(&mut view);
    let science = stamp(&view, "hits01", Role::Science);
    assert_eq!(atlas.level(science), Some(0));
    let width = {
        let stamp = window(&view).state.shared.stamps.ready(science).unwrap();
        stamp.stamp.width as f64
    };
    assert!(width < 300.0, "{width} of 1300");
    assert_eq!(window(&view).state.shared.problems, []);
    // Both ends of a diagonal, in the stamp's own pixels.
    let rect = rect_of(&view, "science of hits01");
    for (share, expected) in [(0.1, 0.1), (0.75, 0.75)] {
        let point = rect.min + rect.size() * share;
        view.event(egui::Event::PointerMoved(point));
        paint_until_rest(&mut view);
        let hover = view.state().memory.view.hover.unwrap();
        let [x, _] = hover.position;
        let found = (x + 0.5) / width;
        assert!((found - expected).abs() < 0.01, "{found} for {expected}");
    }
}

#[test]
fn one_key_and_one_click_are_one_painted_frame_each() {
    let set = StampSet::with_stamps(21, 3);
    let (mut view, _) = drawn_view_within(64 << 20, SIZE, |window| open(window, &set));
    paint_until_rest(&mut view);
    // All are on the GPU once they were looked at.
    for id in ["hits02", "hits03", "hits04", "hits01"] {
        let candidate = window(&view).ix(id);
        let go = Go::To {
            candidate,
            open: true,
        };
        view.state_mut().window.apply(Command::Go(go));
        paint_until_rest(&mut view);
    }
    let is_drawn = |view: &View, id: &str| {
        let ix = window(view).ix(id);
        let stamps = view.state().memory.view.sight.stamps();
        let mut large = stamps.iter().filter(|laid| laid.sight == Sight::Large);
        large.clone().count() > 0
            && large.all(|laid| laid.candidate == ix && laid.outcome == Outcome::Laid)
    };
    view.key_down(Key::ArrowRight);
    view.step();
    assert!(is_drawn(&view, "hits02"), "by the frame of the key itself");
    // The list of candidates may scroll after it.
    assert!(paint_until_rest(&mut view) <= 2);
    view.key_up(Key::ArrowRight);
    assert_eq!(paint_until_rest(&mut view), 1);
    let button = rect_of(&view, "1 real").center();
    view.event(egui::Event::PointerMoved(button));
    paint_until_rest(&mut view);
    for pressed in [true, false] {
        view.event(egui::Event::PointerButton {
            pos: button,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: egui::Modifiers::NONE,
        });
        assert!(paint_until_rest(&mut view) <= 3, "{pressed}");
    }
    assert_eq!(window(&view).here(), "hits03", "the label leads on");
    assert!(is_drawn(&view, "hits03"));
    // Over a stamp the cross-hair is in all of them at once, over nothing nothing happens.
    for name in ["science of hits03", "epoch strip, 3 epochs"] {
        let over = rect_of(&view, name).center();
        view.event(egui::Event::PointerMoved(over));
        assert!(paint_until_rest(&mut view) <= 2, "{name}");
    }
}
