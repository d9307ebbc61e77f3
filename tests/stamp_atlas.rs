//! The stamp atlas and what a painter uploads: once, from any thread, within a budget.

mod stamp_pictures;

use std::sync::Arc;

use destello::{
    domain::{Stamp, StampId},
    gpu::{AtlasError, Headless, HeadlessError},
    imaging::{ColorMap, Limits, Look, Orientation, Stretch},
};

use stamp_pictures::{
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
    let long = headless
        .atlas()
        .upload(StampId(0), &noisy_stamp(1025, 2, 1));
    assert!(long.unwrap_err().to_string().contains("1025×2"));
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
