//! The stamp atlas and what a painter uploads: once, from any thread, within a budget.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use destello::{
    domain::{Stamp, StampId},
    gpu::{
        AtlasError, DeviceWatch, Frame, Headless, HeadlessError, StampAtlas, StampPainter, device,
    },
    imaging::{ColorMap, Limits, Look, Orientation, Stretch},
};
use egui_kittest::wgpu::{create_render_state, default_wgpu_setup};

use super::stamp_pictures::{
    BACKGROUND, BUDGET, assert_twins, compare, fitted, instance, noisy_stamp, twin_picture, upload,
};

#[test]
fn a_change_of_look_uploads_no_pixels() {
    let stamps = [noisy_stamp(63, 63, 1), noisy_stamp(21, 21, 2)];
    let mut headless = Headless::new(BUDGET).unwrap();
    upload(&headless, &stamps);
    let placement = fitted(&stamps[0], [63.0, 63.0], Orientation::ROW_ZERO_TOP);
    let drawn = [instance(0, [0.0, 0.0, 63.0, 63.0], placement, 0)];
    let mut pictures = Vec::new();
    for (map, stretch) in ColorMap::ALL.into_iter().zip(Stretch::ALL) {
        let mut look = Look::new(Limits::new(0.0, 100.0), stretch, map);
        look.equalise_over(&[&stamps[0]]);
        let picture = headless.render([63, 63], BACKGROUND, &drawn, &[look]);
        pictures.push(picture.unwrap());
    }
    assert_eq!(headless.atlas().status().uploads, 2);
    assert!(pictures.windows(2).all(|pair| pair[0] != pair[1]));
    upload(&headless, &stamps);
    assert_eq!(headless.atlas().status().uploads, 2);
}

#[test]
fn the_atlas_grows_and_keeps_what_it_held() {
    let stamps: Vec<Stamp> = (0..10).map(|seed| noisy_stamp(500, 500, seed)).collect();
    let look = Look::new(Limits::new(-25.0, 125.0), Stretch::Linear, ColorMap::Grey);
    let placement = fitted(&stamps[0], [50.0, 50.0], Orientation::ROW_ZERO_TOP);
    let drawn: Vec<_> = (0..10)
        .map(|id| instance(id, [id as f32 * 50.0, 0.0, 50.0, 50.0], placement, 0))
        .collect();
    assert_twins([500, 50], &stamps, &drawn, &[look]);
}

#[test]
fn a_full_atlas_forgets_what_is_longest_unused() {
    let stamps: Vec<Stamp> = (0..6).map(|seed| noisy_stamp(512, 512, seed)).collect();
    let mut headless = Headless::new(4 << 20).unwrap();
    upload(&headless, &stamps[..4]);
    let look = [Look::new(
        Limits::new(-25.0, 125.0),
        Stretch::Linear,
        ColorMap::Grey,
    )];
    let placement = fitted(&stamps[0], [64.0, 64.0], Orientation::ROW_ZERO_TOP);
    let one = |id| instance(id, [id as f32 * 64.0, 0.0, 64.0, 64.0], placement, 0);
    let drawn = [one(1), one(2), one(3)];
    headless
        .render([512, 64], BACKGROUND, &drawn, &look)
        .unwrap();
    headless.atlas().upload(StampId(4), &stamps[4]).unwrap();
    assert!(!headless.atlas().contains(StampId(0)));
    let now = [one(1), one(2), one(3), one(4)];
    let gpu = headless.render([512, 64], BACKGROUND, &now, &look).unwrap();
    assert_eq!(
        compare(&gpu, &twin_picture([512, 64], &stamps, &now, &look)).1,
        []
    );
    let full = headless.atlas().upload(StampId(5), &stamps[5]);
    assert_eq!(
        full,
        Err(AtlasError::Full {
            budget_bytes: 4 << 20
        })
    );
    let refused = headless.render([512, 64], BACKGROUND, &[one(0), one(1), one(0)], &look);
    assert!(matches!(refused, Err(HeadlessError::Missing(1))));
}

#[test]
fn uploads_come_from_many_threads() {
    let headless = Headless::new(BUDGET).unwrap();
    let atlas = Arc::clone(headless.atlas());
    std::thread::scope(|scope| {
        for worker in 0..4_u32 {
            let atlas = &atlas;
            scope.spawn(move || {
                for id in (worker..200).chain(0..50) {
                    atlas.upload(StampId(id), &noisy_stamp(63, 63, id)).unwrap();
                }
            });
        }
    });
    let status = atlas.status();
    assert_eq!(
        (status.stamps, status.uploads, status.evictions),
        (200, 200, 0)
    );
}

#[test]
fn what_cannot_be_drawn_is_refused_with_a_sentence() {
    let mut headless = Headless::new(BUDGET).unwrap();
    let empty = headless
        .atlas()
        .upload(StampId(0), &Stamp::new(0, 5, vec![]));
    assert_eq!(
        empty,
        Err(AtlasError::Empty {
            width: 0,
            height: 5
        })
    );
    for size_px in [[0, 5], [5, 1 << 20]] {
        let refused = headless.render(size_px, BACKGROUND, &[], &[]);
        assert!(matches!(refused, Err(HeadlessError::Size { .. })));
    }
    let blank = headless.render([3, 2], [1, 2, 3], &[], &[]).unwrap();
    assert!(blank.pixels().all(|pixel| pixel.0 == [1, 2, 3, 255]));
}

#[test]
fn an_instance_without_its_look_is_not_drawn() {
    let stamps = [noisy_stamp(21, 21, 1)];
    let mut headless = Headless::new(BUDGET).unwrap();
    upload(&headless, &stamps);
    let placement = fitted(&stamps[0], [21.0, 21.0], Orientation::ROW_ZERO_TOP);
    let drawn = [instance(0, [0.0, 0.0, 21.0, 21.0], placement, 7)];
    let picture = headless.render([21, 21], BACKGROUND, &drawn, &[Look::default()]);
    let [r, g, b] = BACKGROUND;
    assert!(
        picture
            .unwrap()
            .pixels()
            .all(|pixel| pixel.0 == [r, g, b, 255])
    );
}

/// A painter whose frames have what they miss uploaded, as the window does.
struct Screen {
    painter: StampPainter,
    frame: u64,
}

/// How a screen came to rest.
struct Rest {
    frames: u64,
    /// Stamps without room.
    left_out: BTreeSet<StampId>,
}

impl Screen {
    fn new(budget: u64) -> Self {
        let predictable = egui_wgpu::RendererOptions::PREDICTABLE;
        let state = create_render_state(default_wgpu_setup(), predictable);
        let atlas = Arc::new(StampAtlas::new(&state.device, &state.queue, budget));
        let format = state.target_format;
        let painter = StampPainter::new(&state.device, &state.queue, format, atlas);
        Self { painter, frame: 0 }
    }

    fn atlas(&self) -> &StampAtlas {
        self.painter.atlas()
    }

    /// Draws stamps as squares of so many target pixels until nothing more is asked for.
    fn rest(&mut self, stamps: &[Stamp], ids: &[u32], side_px: f64) -> Rest {
        let look = [Look::default()];
        let drawn: Vec<_> = ids
            .iter()
            .map(|id| {
                let size = [side_px, side_px];
                let placement = fitted(&stamps[*id as usize], size, Orientation::ROW_ZERO_TOP);
                instance(
                    *id,
                    [0.0, 0.0, side_px as f32, side_px as f32],
                    placement,
                    0,
                )
            })
            .collect();
        for frames in 1..20 {
            self.frame += 1;
            let frame = Frame {
                number: self.frame,
                size_px: [64, 64],
            };
            let missing = self.painter.prepare(frame, 0, &drawn, &look);
            let end = self.painter.end_frame().expect("the end of a frame");
            assert_eq!(self.painter.end_frame(), None);
            for id in &missing {
                // Where there is no room is known to the atlas.
                self.atlas().upload(*id, &stamps[id.0 as usize]).ok();
            }
            if missing.is_empty() && !end.is_unsettled {
                return Rest {
                    frames,
                    left_out: end.left_over,
                };
            }
        }
        panic!("the screen does not come to rest");
    }
}

#[test]
fn thousands_of_stamps_on_a_small_gpu_come_to_rest() {
    let stamps: Vec<Stamp> = (0..3000).map(|seed| noisy_stamp(64, 64, seed)).collect();
    let all: Vec<u32> = (0..3000).collect();
    let mut screen = Screen::new(4 << 20);
    // A layer holds 256 stamps of 64 pixels, or 1024 of half of that.
    for (side_px, most, level) in [(40.0, 256, 0), (20.0, 1024, 1), (40.0, 256, 0)] {
        let rest = screen.rest(&stamps, &all, side_px);
        assert!(rest.frames <= 10, "{} frames at {side_px}", rest.frames);
        let held: Vec<u32> = all
            .iter()
            .copied()
            .filter(|id| screen.atlas().contains(StampId(*id)))
            .collect();
        assert_eq!((held.len(), rest.left_out.len()), (most, 3000 - most));
        assert!(held.iter().all(|id| !rest.left_out.contains(&StampId(*id))));
        let coarse = held.iter().map(|id| screen.atlas().level(StampId(*id)));
        assert!(coarse.into_iter().all(|held| held.unwrap() <= level));
        // Nothing changes, nothing is done.
        let before = screen.atlas().status();
        let again = screen.rest(&stamps, &all, side_px);
        assert_eq!((again.frames, again.left_out), (1, rest.left_out));
        assert_eq!(screen.atlas().status(), before);
    }
}

#[test]
fn what_had_no_room_comes_back_when_less_is_on_screen() {
    let stamps: Vec<Stamp> = (0..600).map(|seed| noisy_stamp(64, 64, seed)).collect();
    let all: Vec<u32> = (0..600).collect();
    let mut screen = Screen::new(4 << 20);
    let crowded = screen.rest(&stamps, &all, 40.0);
    let lost: Vec<u32> = crowded.left_out.iter().map(|id| id.0).collect();
    assert_eq!(lost.len(), 344);
    let rest = screen.rest(&stamps, &lost[..200], 40.0);
    assert_eq!(rest.left_out, BTreeSet::new());
    // Small ones are coarse; shown large, they are uploaded anew as they are.
    let rest = screen.rest(&stamps, &all, 20.0);
    assert_eq!(rest.left_out, BTreeSet::new());
    assert_eq!(screen.atlas().level(StampId(7)), Some(1));
    let rest = screen.rest(&stamps, &[7], 64.0);
    assert_eq!(
        (rest.left_out, screen.atlas().level(StampId(7))),
        (BTreeSet::new(), Some(0))
    );
}

#[test]
fn a_large_stamp_is_held_as_fine_as_a_layer_takes() {
    let sizes = [(1025, 3, 1), (3000, 2000, 2), (8000, 1, 3), (1024, 1024, 0)];
    let mut screen = Screen::new(64 << 20);
    let stamps: Vec<Stamp> = (1..)
        .zip(sizes)
        .map(|(seed, (width, height, _))| noisy_stamp(width, height, seed))
        .collect();
    for (id, (.., level)) in (0..).zip(sizes) {
        let rest = screen.rest(&stamps, &[id], 500.0);
        assert_eq!(rest.left_out, BTreeSet::new());
        assert!(rest.frames <= 2);
        assert_eq!(screen.atlas().level(StampId(id)), Some(level));
    }
}

#[test]
fn what_may_be_drawn_soon_takes_no_room_from_what_is() {
    let stamps: Vec<Stamp> = (0..300).map(|seed| noisy_stamp(64, 64, seed)).collect();
    let shown: Vec<u32> = (0..256).collect();
    let mut screen = Screen::new(4 << 20);
    assert_eq!(screen.rest(&stamps, &shown, 64.0).left_out, BTreeSet::new());
    for id in 256..300 {
        let stamp = &stamps[id as usize];
        screen.atlas().offer(StampId(id), stamp).ok();
    }
    assert_eq!(screen.rest(&stamps, &shown, 64.0).frames, 1);
    assert!(shown.iter().all(|id| screen.atlas().contains(StampId(*id))));
}

#[test]
fn a_lost_device_is_noticed_and_what_is_uploaded_to_it_does_no_harm() {
    let predictable = egui_wgpu::RendererOptions::PREDICTABLE;
    let state = create_render_state(default_wgpu_setup(), predictable);
    let woken = Arc::new(AtomicUsize::new(0));
    let wakes = woken.clone();
    let watch = DeviceWatch::over(&state.device, move || {
        wakes.fetch_add(1, Ordering::Relaxed);
    });
    let atlas = Arc::new(StampAtlas::new(&state.device, &state.queue, BUDGET));
    let format = state.target_format;
    let mut painter = StampPainter::new(&state.device, &state.queue, format, atlas);
    let stamps: Vec<Stamp> = (0..6).map(|seed| noisy_stamp(900, 900, seed)).collect();
    painter.atlas().upload(StampId(0), &stamps[0]).unwrap();
    assert!(!watch.is_lost());
    device::lose(&state.device);
    assert!(watch.is_lost());
    assert_eq!(woken.load(Ordering::Relaxed), 1);
    assert_eq!(watch.sentence(), "the graphics device was lost");
    // Workers and the frame under way may still use it: the atlas even tries to grow.
    for (id, stamp) in (0..).zip(&stamps) {
        painter.atlas().upload(StampId(id), stamp).ok();
    }
    let placement = fitted(&stamps[0], [64.0, 64.0], Orientation::ROW_ZERO_TOP);
    let drawn = [instance(0, [0.0, 0.0, 64.0, 64.0], placement, 0)];
    let frame = Frame {
        number: 1,
        size_px: [64, 64],
    };
    painter.prepare(frame, 0, &drawn, &[Look::default()]);
}
