//! Layers and tiles.

use super::*;

const fn square(id: u32, side: u32) -> Placed {
    Placed {
        id: StampId(id),
        size: [side, side],
        level: 0,
        marks: Marks {
            sentinel_from: f32::INFINITY,
            saturated_from: f32::INFINITY,
        },
    }
}

fn holding(layers: u32, stamps: &[Placed]) -> Layers {
    let mut held = Layers::default();
    held.grow_to(layers);
    for stamp in stamps {
        assert!(held.place(*stamp, None).is_some(), "{stamp:?}");
    }
    held
}

fn draw(layers: &mut Layers, ids: impl IntoIterator<Item = u32>) {
    layers.begin_frame();
    for id in ids {
        layers.use_tile(StampId(id), 0);
    }
    layers.end_frame();
}

fn contains(layers: &Layers, id: u32) -> bool {
    layers.level(StampId(id)).is_some()
}

#[test]
fn every_size_has_a_class_and_a_level() {
    for (size, level, side) in [
        ([1, 1], 0, 32),
        ([21, 21], 0, 32),
        ([58, 63], 0, 64),
        ([64, 2], 0, 64),
        ([65, 65], 0, 128),
        ([1024, 1], 0, 1024),
        ([1025, 3], 1, 1024),
        ([3000, 2000], 2, 1024),
        ([8000, 1], 3, 1024),
    ] {
        assert_eq!(finest_level(size), level, "{size:?}");
        assert_eq!(tile_side(size, level), side, "{size:?}");
    }
}

#[test]
fn no_resolution_is_given_up_for_nothing() {
    assert_eq!(thrifty_level([64, 64], 0), 0);
    assert_eq!(thrifty_level([64, 64], 1), 1);
    // Half and an eighth of 64 pixels take the same tile.
    assert_eq!(thrifty_level([64, 64], 3), 1);
    assert_eq!(thrifty_level([30, 30], 2), 0);
    assert_eq!(thrifty_level([3000, 2000], 0), 2);
    assert_eq!(thrifty_level([3000, 2000], 4), 4);
}

#[test]
fn tiles_of_a_layer_do_not_overlap() {
    let mut layers = holding(1, &[]);
    let mut corners: Vec<[u32; 2]> = (0..16)
        .map(|id| layers.place(square(id, 256), None).unwrap().origin)
        .collect();
    corners.sort_unstable();
    corners.dedup();
    assert_eq!(corners.len(), 16);
    assert!(
        corners
            .iter()
            .flatten()
            .all(|at| at % 256 == 0 && *at < 1024)
    );
    assert_eq!(layers.place(square(16, 256), None), None);
    assert_eq!(layers.place(square(17, 32), None), None);
}

#[test]
fn what_is_on_screen_is_never_evicted() {
    let four = [0, 1, 2, 3].map(|id| square(id, 512));
    let mut layers = holding(1, &four);
    draw(&mut layers, [0, 1, 3]);
    assert_eq!(layers.evict_for(&four[0]), Ok(()));
    assert!(!contains(&layers, 2) && layers.len() == 3);
    assert!(layers.place(square(9, 512), None).is_some());
    layers.use_tile(StampId(9), 0);
    assert_eq!(layers.evict_for(&four[0]), Err(Full));
    assert_eq!(layers.evict_for(&square(0, 64)), Err(Full));
    // A frame that has only begun may still draw what the one before drew.
    layers.begin_frame();
    layers.use_tile(StampId(0), 0);
    assert_eq!(layers.evict_for(&four[0]), Err(Full));
    layers.end_frame();
    assert_eq!(layers.evict_for(&four[0]), Ok(()));
    assert!(!contains(&layers, 1) && contains(&layers, 0));
}

#[test]
fn another_class_gives_up_its_oldest_layer() {
    let mut layers = holding(2, &[square(0, 1024), square(1, 512)]);
    layers.begin_frame();
    layers.end_frame();
    assert_eq!(layers.evict_for(&square(2, 32)), Ok(()));
    assert!(!contains(&layers, 0) && contains(&layers, 1));
    assert!(layers.place(square(2, 32), None).is_some());
    assert_eq!(layers.evictions(), 1);
}

#[test]
fn an_emptied_layer_changes_its_class() {
    let mut layers = holding(1, &[square(0, 64)]);
    assert!(layers.remove(StampId(0)) && !layers.remove(StampId(0)));
    assert_eq!(layers.use_tile(StampId(0), 0), None);
    assert!(layers.place(square(1, 128), None).is_some());
}

#[test]
fn a_stamp_placed_again_at_another_level_frees_its_tile() {
    let mut layers = holding(2, &[square(0, 1024)]);
    let coarse = Placed {
        level: 2,
        ..square(0, 1024)
    };
    let placed = layers.place(coarse, None).unwrap();
    assert_eq!((placed.texels(), placed.size), ([256, 256], [1024, 1024]));
    assert_eq!(layers.level(StampId(0)), Some(2));
    assert!(
        layers.place(square(1, 1024), None).is_some(),
        "a layer is free"
    );
}

#[test]
fn what_is_scattered_over_layers_makes_room_for_another_class() {
    let eight: Vec<_> = (0..8).map(|id| square(id, 512)).collect();
    let mut layers = holding(2, &eight);
    draw(&mut layers, [0, 1, 4]);
    let large = square(9, 1024);
    layers.evict_for(&large).unwrap_err();
    assert_eq!(layers.in_the_way(), [StampId(4)]);
    layers.begin_frame();
    layers.evict([4].into_iter().map(StampId));
    draw(&mut layers, [0, 1]);
    assert_eq!(layers.evict_for(&large), Ok(()));
    assert!(layers.place(large, None).is_some());
    // One layer of the class is left: there is nowhere to move its stamps to.
    draw(&mut layers, [0, 1, 9]);
    assert_eq!(layers.in_the_way(), []);
}

#[test]
fn what_is_larger_or_coarser_than_the_screen_needs_is_in_the_way() {
    let coarse = Placed {
        level: 1,
        ..square(3, 1024)
    };
    let stamps = [square(0, 512), square(1, 512), square(2, 512), coarse];
    let mut layers = holding(1, &stamps);
    layers.begin_frame();
    for (id, needed) in [(0, 2), (0, 0), (1, 2), (3, 0)] {
        layers.use_tile(StampId(id), needed);
    }
    layers.end_frame();
    assert_eq!(layers.layers_at_finest(), 2);
    // The first is also shown large; the third is not on screen.
    let mut found = layers.in_the_way();
    found.sort_unstable();
    assert_eq!(found, [StampId(1), StampId(3)]);
}

#[test]
fn a_tile_that_a_frame_draws_is_not_written_before_the_gpu_has_the_frame() {
    let mut layers = holding(1, &[square(0, 1024)]);
    draw(&mut layers, [0]);
    assert!(layers.remove(StampId(0)));
    assert_eq!(layers.place(square(1, 1024), None), None);
    assert_eq!(layers.evict_for(&square(1, 1024)), Err(Full));
    layers.begin_frame();
    assert!(layers.place(square(1, 1024), None).is_some());
    // The same where the end of the frame is known.
    draw(&mut layers, [1]);
    layers.submit_frame();
    assert!(layers.remove(StampId(1)));
    assert!(layers.place(square(2, 1024), None).is_some());
}

#[test]
fn what_the_screen_waits_for_is_not_evicted_before_it_is_drawn() {
    let mut layers = holding(1, &[]);
    draw(&mut layers, []);
    for id in 0..4 {
        assert!(layers.place(square(id, 512), Some(0)).is_some());
    }
    assert_eq!(layers.evict_for(&square(9, 512)), Err(Full));
    draw(&mut layers, [2]);
    assert_eq!(layers.evict_for(&square(9, 512)), Ok(()));
}
