//! Stamps to draw, and pictures of them by GPU and by twin.

use destello::{
    domain::{Stamp, StampId},
    gpu::{Headless, StampInstance},
    imaging::{
        Look, Marks, Orientation, Placement, View,
        shrink::{level_to_fit, shrink, texels},
    },
};
use image::{Rgba, RgbaImage};

/// What is seen where no stamp is.
pub const BACKGROUND: [u8; 3] = [40, 41, 42];
/// Texture memory for tests.
pub const BUDGET: u64 = 256 << 20;

/// Numbers in 0..1 that are the same everywhere.
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / (1 << 24) as f32
    }
}

/// Values from -25 to 125.
pub fn noisy_stamp(width: usize, height: usize, seed: u32) -> Stamp {
    let mut noise = Noise(seed);
    let pixels: Vec<f32> = (0..width * height)
        .map(|_| noise.next() * 150.0 - 25.0)
        .collect();
    Stamp::new(width, height, pixels)
}

/// A ramp with every kind of pixel that is no measurement.
pub fn poisoned_stamp() -> Stamp {
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

/// A stamp in a rectangle.
pub fn instance(stamp: u32, rect_px: [f32; 4], placement: Placement, look: u32) -> StampInstance {
    StampInstance {
        stamp: StampId(stamp),
        rect_px,
        placement,
        look,
        is_negated: false,
    }
}

/// The whole stamp in a rectangle of that size.
pub fn fitted(stamp: &Stamp, size_px: [f64; 2], orientation: Orientation) -> Placement {
    View::fit(size_px, [stamp.width, stamp.height], orientation).placement(size_px)
}

/// A stamp as the atlas holds it: as fine as a layer takes.
struct Shrunk {
    texels: Vec<f32>,
    columns: usize,
    level: u32,
}

impl Shrunk {
    fn of(stamp: &Stamp) -> Self {
        let level = level_to_fit([stamp.width, stamp.height], 1024);
        Self {
            texels: shrink(&stamp.pixels, stamp.width, Marks::of(stamp), level),
            columns: texels(stamp.width, level),
            level,
        }
    }

    fn at(&self, column: usize, row: usize) -> f32 {
        self.texels[(row >> self.level) * self.columns + (column >> self.level)]
    }
}

/// What the shader should have drawn.
pub fn twin_picture(
    [width, height]: [u32; 2],
    stamps: &[Stamp],
    instances: &[StampInstance],
    looks: &[Look],
) -> RgbaImage {
    let [r, g, b] = BACKGROUND;
    let mut picture = RgbaImage::from_pixel(width, height, Rgba([r, g, b, 255]));
    let shrunk: Vec<Shrunk> = stamps.iter().map(Shrunk::of).collect();
    for drawn in instances {
        let stamp = &stamps[drawn.stamp.0 as usize];
        let shrunk = &shrunk[drawn.stamp.0 as usize];
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
                let stored = shrunk.at(column, row);
                let value = if drawn.is_negated { -stored } else { stored };
                let [r, g, b] = look.color(value, marks.classify(stored));
                picture.put_pixel(x, y, Rgba([r, g, b, 255]));
            }
        }
    }
    picture
}

/// Draws with the GPU, with all stamps uploaded as 0, 1, 2, …
pub fn gpu_picture(
    size_px: [u32; 2],
    stamps: &[Stamp],
    instances: &[StampInstance],
    looks: &[Look],
) -> RgbaImage {
    let mut headless = Headless::new(BUDGET).expect("a graphics driver");
    println!("drawn by {}", headless.adapter());
    upload(&headless, stamps);
    headless
        .render(size_px, BACKGROUND, instances, looks)
        .expect("a picture")
}

/// Uploads stamps as 0, 1, 2, …
pub fn upload(headless: &Headless, stamps: &[Stamp]) {
    for (id, stamp) in (0..).zip(stamps) {
        headless
            .atlas()
            .upload(StampId(id), stamp)
            .expect("room in the atlas");
    }
}

/// Largest difference of a channel, and the pixels that differ by more than 1.
pub fn compare(gpu: &RgbaImage, cpu: &RgbaImage) -> (u8, Vec<(u32, u32)>) {
    assert_eq!(gpu.dimensions(), cpu.dimensions());
    let mut worst = 0;
    let mut off = Vec::new();
    for ((x, y, found), expected) in gpu.enumerate_pixels().zip(cpu.pixels()) {
        let difference = (0..4)
            .map(|c| found.0[c].abs_diff(expected.0[c]))
            .max()
            .expect("four channels");
        worst = worst.max(difference);
        if difference > 1 {
            off.push((x, y));
        }
    }
    (worst, off)
}

/// Draws both ways and compares.
///
/// # Panics
/// Where a channel differs by more than 1 of 255.
pub fn assert_twins(size_px: [u32; 2], stamps: &[Stamp], drawn: &[StampInstance], looks: &[Look]) {
    let gpu = gpu_picture(size_px, stamps, drawn, looks);
    let cpu = twin_picture(size_px, stamps, drawn, looks);
    let (worst, off) = compare(&gpu, &cpu);
    println!("largest difference {worst} of 255");
    if let Some((x, y)) = off.first() {
        let found = (gpu.get_pixel(*x, *y), cpu.get_pixel(*x, *y));
        panic!("{} pixels differ; at {x},{y} {found:?}", off.len());
    }
}
