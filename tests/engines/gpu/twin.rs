//! The shader against its twin in Rust, pixel by pixel, on whatever adapter is here.

use destello::{
    domain::{Geometry, Stamp},
    gpu::StampInstance,
    imaging::{ColorMap, Limits, Look, Orientation, PixelMark, Stretch, View},
};

use super::stamp_pictures::{
    assert_twins, compare, fitted, gpu_picture, instance, noisy_stamp, poisoned_stamp, twin_picture,
};

/// Every stretch, map, interval, inversion, contrast and bias.
fn all_looks(stamp: &Stamp) -> Vec<Look> {
    let intervals = [
        Limits::new(-10.0, 100.0),
        Limits::new(55.0, 56.0),
        Limits::new(-1e38, 1e38),
        Limits::new(20.0, 20.0),
        Limits::new(0.0, 1e-38),
    ];
    let adjustments = [
        (false, 1.0, 0.5),
        (true, 1.0, 0.5),
        (false, 3.7, 0.31),
        (true, 0.4, 0.8),
    ];
    let mut looks = Vec::new();
    for stretch in Stretch::ALL {
        for map in ColorMap::ALL {
            for limits in intervals {
                for (is_inverted, contrast, bias) in adjustments {
                    let mut look = Look::new(limits, stretch, map);
                    look.is_inverted = is_inverted;
                    look.contrast = contrast;
                    look.bias = bias;
                    look.equalise_over(&[stamp]);
                    looks.push(look);
                }
            }
        }
    }
    looks
}

#[test]
fn every_stretch_map_and_interval_is_the_twins() {
    let stamps = [poisoned_stamp(), noisy_stamp(16, 16, 3)];
    let looks = all_looks(&stamps[1]);
    let across = 64;
    let mut drawn = Vec::new();
    for (at, look) in (0..looks.len() as u32 * 2).zip((0..).flat_map(|look| [look, look])) {
        let corner = [(at % across * 16) as f32, (at / across * 16) as f32];
        let stamp = at % 2;
        let placement = fitted(&stamps[0], [16.0, 16.0], Orientation::ROW_ZERO_TOP);
        drawn.push(instance(
            stamp,
            [corner[0], corner[1], 16.0, 16.0],
            placement,
            look,
        ));
    }
    let rows = (drawn.len() as u32).div_ceil(across);
    assert_twins([across * 16, rows * 16], &stamps, &drawn, &looks);
}

#[test]
fn unusual_parameters_of_a_stretch_are_the_twins() {
    let stamps = [noisy_stamp(32, 32, 9)];
    let mut looks = Vec::new();
    for stretch in Stretch::ALL {
        let (least, most) = stretch.parameter_range();
        for parameter in [least, (least * most).sqrt(), most, f32::NAN, -3.0, 1e30] {
            let mut look = Look::new(Limits::new(-20.0, 110.0), stretch, ColorMap::Heat);
            look.stretch_parameter = parameter;
            looks.push(look);
        }
    }
    let placement = fitted(&stamps[0], [32.0, 32.0], Orientation::ROW_ZERO_BOTTOM);
    let drawn: Vec<_> = (0..looks.len() as u32)
        .map(|at| {
            let corner = [(at % 8 * 32) as f32, (at / 8 * 32) as f32];
            instance(0, [corner[0], corner[1], 32.0, 32.0], placement, at)
        })
        .collect();
    assert_twins([256, 192], &stamps, &drawn, &looks);
}

#[test]
fn stamps_of_every_size_share_one_draw_call() {
    let sizes = [
        (1, 1),
        (21, 21),
        (30, 30),
        (63, 58),
        (41, 100),
        (200, 255),
        (512, 300),
        (1024, 777),
    ];
    let stamps: Vec<Stamp> = (1..)
        .zip(sizes)
        .map(|(seed, (width, height))| noisy_stamp(width, height, seed))
        .collect();
    let look = Look::new(Limits::new(-25.0, 125.0), Stretch::Asinh, ColorMap::Viridis);
    let mut left = 0.0;
    let drawn: Vec<_> = (0..)
        .zip(&stamps)
        .map(|(id, stamp)| {
            let size = [stamp.width as f64, stamp.height as f64];
            let placement = fitted(stamp, size, Orientation::ROW_ZERO_BOTTOM);
            let rect = [left, 3.0, size[0] as f32, size[1] as f32];
            left += size[0] as f32;
            instance(id, rect, placement, 0)
        })
        .collect();
    assert_twins([left as u32, 800], &stamps, &drawn, &[look]);
}

#[test]
fn quarter_turns_and_mirrors_are_exact() {
    let stamps = [noisy_stamp(20, 34, 5)];
    let look = Look::new(Limits::new(-25.0, 125.0), Stretch::Linear, ColorMap::Grey);
    let mut drawn = Vec::new();
    let mut turned = Vec::new();
    let mut top = 0;
    for zoom in [1_u32, 3, 4] {
        for (is_mirrored, turns) in [false, true]
            .into_iter()
            .flat_map(|m| (0..4).map(move |t| (m, t)))
        {
            let start = Orientation::ROW_ZERO_TOP;
            let start = if is_mirrored { start.mirrored() } else { start };
            let side = 34 * zoom;
            let placement = fitted(&stamps[0], [f64::from(side); 2], start.turned(turns));
            let corner = [turns as u32 * side, top + u32::from(is_mirrored) * side];
            let [left, top] = corner.map(|at| at as f32);
            drawn.push(instance(
                0,
                [left, top, side as f32, side as f32],
                placement,
                0,
            ));
            turned.push((zoom, turns, is_mirrored, corner));
        }
        top += 2 * 34 * zoom;
    }
    let size_px = [34 * 4 * 4, top];
    let gpu = gpu_picture(size_px, &stamps, &drawn, std::slice::from_ref(&look));
    for (zoom, turns, is_mirrored, corner) in turned {
        for (column, row) in (0..20_u32).flat_map(|column| (0..34).map(move |row| (column, row))) {
            let [x, y] = turned_by_hand([column, row], zoom, turns, is_mirrored);
            let shown = gpu.get_pixel(corner[0] + x, corner[1] + y);
            let value = stamps[0].at(column as usize, row as usize).unwrap();
            let shade = look.color(value, PixelMark::Plain);
            assert!(
                shown.0[0].abs_diff(shade[0]) <= 1,
                "zoom {zoom}, {turns} turns, mirrored {is_mirrored}: {column},{row}"
            );
        }
    }
    let cpu = twin_picture(size_px, &stamps, &drawn, &[look]);
    assert_eq!(compare(&gpu, &cpu).1, []);
}

/// Where a pixel of a 20×34 stamp is seen within its square: mirrored, then turned clockwise.
fn turned_by_hand([column, row]: [u32; 2], zoom: u32, turns: i32, is_mirrored: bool) -> [u32; 2] {
    let (mut x, mut y) = (f64::from(column) - 9.5, f64::from(row) - 16.5);
    if is_mirrored {
        x = -x;
    }
    for _ in 0..turns {
        (x, y) = (-y, x);
    }
    let middle = f64::from(34 * zoom) / 2.0;
    [x, y].map(|value| (value * f64::from(zoom) + middle) as u32)
}

#[test]
fn free_rotation_zoom_and_pan_are_the_twins() {
    let geometry = Geometry::HeaderAngle {
        north_clockwise_of_up_deg: 41.58,
        arcsec_per_px: None,
    };
    let stamps = [noisy_stamp(63, 58, 8), noisy_stamp(30, 30, 2)];
    let look = Look::new(Limits::new(-25.0, 125.0), Stretch::Sqrt, ColorMap::Magma);
    let north_up = Orientation::north_up(&geometry).unwrap();
    let drawn: Vec<_> = [
        (0, 1.0, [0.0, 0.0]),
        (1, 2.3, [31.0, -7.5]),
        (0, 0.41, [5.0, 9.0]),
    ]
    .into_iter()
    .enumerate()
    .map(|(at, (stamp, zoom, pan))| {
        let size = [200.0, 180.0];
        let shape = &stamps[stamp as usize];
        let view = View::fit(size, [shape.width, shape.height], north_up);
        let placement = view.zoomed(zoom).panned(pan).placement(size);
        instance(stamp, [at as f32 * 200.0, 10.0, 200.0, 180.0], placement, 0)
    })
    .collect();
    let size_px = [600, 200];
    let gpu = gpu_picture(size_px, &stamps, &drawn, std::slice::from_ref(&look));
    let cpu = twin_picture(size_px, &stamps, &drawn, &[look]);
    // A target pixel whose centre falls on the border of two stamp pixels to within rounding
    // may show either; at such angles that is rare.
    let (_, off) = compare(&gpu, &cpu);
    assert!(off.len() < 12, "{} pixels differ: {off:?}", off.len());
}

#[test]
fn rectangles_beyond_the_target_and_between_pixels_are_the_twins() {
    let stamps = [noisy_stamp(32, 32, 4)];
    let look = Look::new(Limits::new(-25.0, 125.0), Stretch::Linear, ColorMap::Bone);
    let placement = fitted(&stamps[0], [64.0, 64.0], Orientation::ROW_ZERO_TOP);
    let drawn: Vec<_> = [[-20.0, -31.0], [90.25, 40.75], [30.0, 70.5], [500.0, 9.0]]
        .into_iter()
        .map(|[x, y]| instance(0, [x, y, 64.0, 64.0], placement, 0))
        .collect();
    assert_twins([128, 96], &stamps, &drawn, &[look]);
}

#[test]
fn a_negated_difference_flips_values_and_keeps_marks() {
    let stamps = [poisoned_stamp()];
    let mut look = Look::new(Limits::new(-100.0, 100.0), Stretch::Linear, ColorMap::RdBu);
    look.marks.saturated = None;
    let placement = fitted(&stamps[0], [16.0, 16.0], Orientation::ROW_ZERO_TOP);
    let plain = instance(0, [0.0, 0.0, 16.0, 16.0], placement, 0);
    let negated = StampInstance {
        rect_px: [16.0, 0.0, 16.0, 16.0],
        is_negated: true,
        ..plain
    };
    assert_twins([32, 16], &stamps, &[plain, negated], &[look]);
}

/// Stamps that no layer takes as they are: long, wide, of one row, and with marked pixels.
fn large_stamps() -> Vec<Stamp> {
    let sizes = [(1025, 3), (3000, 2000), (8000, 1), (1, 2049), (1400, 1100)];
    let mut stamps: Vec<Stamp> = (1..)
        .zip(sizes)
        .map(|(seed, (width, height))| noisy_stamp(width, height, seed))
        .collect();
    let value = |at: usize, value: f32| match at % 1400 {
        0..40 => f32::NAN,
        40..60 => -9999.0,
        71 | 85 => f32::INFINITY,
        _ => value,
    };
    let pixels = stamps[4].pixels.iter().enumerate();
    let poisoned: Vec<f32> = pixels.map(|(at, pixel)| value(at, *pixel)).collect();
    stamps[4] = Stamp::new(1400, 1100, poisoned);
    stamps[4].saturation = Some(120.0);
    stamps
}

#[test]
fn stamps_larger_than_a_layer_are_the_twins() {
    let stamps = large_stamps();
    let look = Look::new(Limits::new(-25.0, 125.0), Stretch::Asinh, ColorMap::Viridis);
    let size = [210.0, 140.0];
    let mut drawn = Vec::new();
    for (row, stamp) in (0..).zip(&stamps) {
        let shape = [stamp.width, stamp.height];
        for (column, (zoom, pan, turns)) in [
            (1.0, [0.0, 0.0], 0),
            (11.0, [40.0, -13.0], 0),
            (3.3, [0.0, 9.0], 1),
            (40.0, [-700.0, 200.0], 2),
        ]
        .into_iter()
        .enumerate()
        {
            let orientation = Orientation::ROW_ZERO_BOTTOM.turned(turns);
            let view = View::fit(size, shape, orientation).zoomed(zoom).panned(pan);
            let corner = [column as f32 * 210.0, row as f32 * 140.0];
            drawn.push(instance(
                row,
                [corner[0], corner[1], 210.0, 140.0],
                view.placement(size),
                0,
            ));
        }
    }
    let size_px = [840, 700];
    let gpu = gpu_picture(size_px, &stamps, &drawn, std::slice::from_ref(&look));
    let cpu = twin_picture(size_px, &stamps, &drawn, &[look]);
    // Positions of thousands of pixels are rounded: at the border of two either is right.
    let (_, off) = compare(&gpu, &cpu);
    assert!(off.len() < 60, "{} pixels differ: {off:?}", off.len());
    let shown = gpu.pixels().filter(|pixel| pixel.0[..3] != [40, 41, 42]);
    assert!(shown.count() > 200_000);
}

#[test]
fn a_pixel_of_a_large_stamp_is_drawn_where_its_coordinates_say() {
    let (width, height) = (3000, 2000);
    let (column, row) = (2400, 1600);
    let mut pixels = vec![0.0; width * height];
    for (dx, dy) in (0..16).flat_map(|dx| (0..16).map(move |dy| (dx, dy))) {
        pixels[(row + dy) * width + column + dx] = 100.0;
    }
    let stamps = [Stamp::new(width, height, pixels)];
    let look = Look::new(Limits::new(0.0, 100.0), Stretch::Linear, ColorMap::Grey);
    let geometry = Geometry::HeaderAngle {
        north_clockwise_of_up_deg: 30.0,
        arcsec_per_px: None,
    };
    let size = [600.0, 400.0];
    for orientation in [
        Orientation::ROW_ZERO_TOP,
        Orientation::ROW_ZERO_BOTTOM.turned(1),
        Orientation::north_up(&geometry).unwrap(),
    ] {
        let placement = View::fit(size, [width, height], orientation).placement(size);
        let drawn = [instance(0, [0.0, 0.0, 600.0, 400.0], placement, 0)];
        let picture = gpu_picture([600, 400], &stamps, &drawn, std::slice::from_ref(&look));
        let middle = [column as f64 + 7.5, row as f64 + 7.5];
        let [x, y] = placement.offset_of(middle).unwrap();
        let bright: Vec<_> = picture
            .enumerate_pixels()
            .filter(|(_, _, pixel)| pixel.0[0] > 200)
            .collect();
        assert!(!bright.is_empty(), "{orientation:?}");
        for (found_x, found_y, _) in bright {
            let off = (found_x as f32 + 0.5 - x).hypot(found_y as f32 + 0.5 - y);
            assert!(
                off < 2.0,
                "{orientation:?}: {found_x},{found_y} for {x},{y}"
            );
        }
    }
}
