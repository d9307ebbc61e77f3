//! The shader against its twin in Rust, pixel by pixel, on whatever adapter is here.

use std::sync::Arc;

use destello::{
    domain::{Geometry, Stamp, StampId},
    gpu::{AtlasError, Headless, HeadlessError, StampInstance},
    imaging::{ColorMap, Limits, Look, Marks, Orientation, PixelMark, Placement, Stretch, View},
};
use image::{Rgba, RgbaImage};

const BACKGROUND: [u8; 3] = [40, 41, 42];
const BUDGET: u64 = 256 << 20;

/// Numbers in 0..1 that are the same everywhere.
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / (1 << 24) as f32
    }
}

fn noisy_stamp(width: usize, height: usize, seed: u32) -> Stamp {
    let mut noise = Noise(seed);
    let pixels: Vec<f32> = (0..width * height)
        .map(|_| noise.next() * 150.0 - 25.0)
        .collect();
    Stamp::new(width, height, pixels)
}

/// A ramp with every kind of pixel that is no measurement.
fn poisoned_stamp() -> Stamp {
    let mut pixels: Vec<f32> = (0..256).map(|i| i as f32 * 0.6 - 20.0).collect();
    let poison = [
        f32::NAN,
        -f32::NAN,
        f32::from_bits(0x7f80_0001),
        f32::INFINITY,
        f32::NEG_INFINITY,
        1e20,
        -1e30,
        f32::MIN,
        -9999.0,
        -32_768.0,
        9.998e7,
        1e-40,
        -1e-40,
        0.0,
        -0.0,
        1e-30,
    ];
    for (at, value) in poison.into_iter().enumerate() {
        pixels[at * 13 + 5] = value;
    }
    let mut stamp = Stamp::new(16, 16, pixels);
    stamp.saturation = Some(120.0);
    stamp
}

fn instance(stamp: u32, rect_px: [f32; 4], placement: Placement, look: u32) -> StampInstance {
    StampInstance {
        stamp: StampId(stamp),
        rect_px,
        placement,
        look,
        is_negated: false,
    }
}

fn fitted(stamp: &Stamp, size_px: [f64; 2], orientation: Orientation) -> Placement {
    View::fit(size_px, [stamp.width, stamp.height], orientation).placement(size_px)
}

/// What the shader should have drawn.
fn twin_picture(
    [width, height]: [u32; 2],
    stamps: &[Stamp],
    instances: &[StampInstance],
    looks: &[Look],
) -> RgbaImage {
    let [r, g, b] = BACKGROUND;
    let mut picture = RgbaImage::from_pixel(width, height, Rgba([r, g, b, 255]));
    for drawn in instances {
        let stamp = &stamps[drawn.stamp.0 as usize];
        let marks = Marks::of(stamp);
        let look = &looks[drawn.look as usize];
        let [left, top, rect_width, rect_height] = drawn.rect_px;
        let range = |start: f32, length: f32, most: u32| {
            let end = (start + length).ceil().clamp(0.0, most as f32) as u32;
            (start.floor().max(0.0) as u32)..end
        };
        for y in range(top, rect_height, height) {
            for x in range(left, rect_width, width) {
                let offset = [x as f32 + 0.5 - left, y as f32 + 0.5 - top];
                let is_inside = (0.0..rect_width).contains(&offset[0])
                    && (0.0..rect_height).contains(&offset[1]);
                let pixel = drawn
                    .placement
                    .pixel_at(offset, [stamp.width, stamp.height])
                    .filter(|_| is_inside);
                let Some([column, row]) = pixel else {
                    continue;
                };
                let stored = stamp.at(column, row).unwrap();
                let value = if drawn.is_negated { -stored } else { stored };
                let [r, g, b] = look.color(value, marks.classify(stored));
                picture.put_pixel(x, y, Rgba([r, g, b, 255]));
            }
        }
    }
    picture
}

/// Draws with the GPU, with all stamps uploaded as 0, 1, 2, …
fn gpu_picture(
    size_px: [u32; 2],
    stamps: &[Stamp],
    instances: &[StampInstance],
    looks: &[Look],
) -> RgbaImage {
    let mut headless = Headless::new(BUDGET).unwrap();
    println!("drawn by {}", headless.adapter());
    upload(&headless, stamps);
    headless
        .render(size_px, BACKGROUND, instances, looks)
        .unwrap()
}

fn upload(headless: &Headless, stamps: &[Stamp]) {
    for (id, stamp) in (0..).zip(stamps) {
        headless.atlas().upload(StampId(id), stamp).unwrap();
    }
}

/// Largest difference of a channel, and the pixels that differ by more than 1.
fn compare(gpu: &RgbaImage, cpu: &RgbaImage) -> (u8, Vec<(u32, u32)>) {
    assert_eq!(gpu.dimensions(), cpu.dimensions());
    let mut worst = 0;
    let mut off = Vec::new();
    for ((x, y, found), expected) in gpu.enumerate_pixels().zip(cpu.pixels()) {
        let difference = (0..4)
            .map(|c| found.0[c].abs_diff(expected.0[c]))
            .max()
            .unwrap();
        worst = worst.max(difference);
        if difference > 1 {
            off.push((x, y));
        }
    }
    (worst, off)
}

fn assert_twins(size_px: [u32; 2], stamps: &[Stamp], drawn: &[StampInstance], looks: &[Look]) {
    let gpu = gpu_picture(size_px, stamps, drawn, looks);
    let cpu = twin_picture(size_px, stamps, drawn, looks);
    let (worst, off) = compare(&gpu, &cpu);
    println!("largest difference {worst} of 255");
    if let Some((x, y)) = off.first() {
        let found = (gpu.get_pixel(*x, *y), cpu.get_pixel(*x, *y));
        panic!("{} pixels differ; at {x},{y} {found:?}", off.len());
    }
}

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
