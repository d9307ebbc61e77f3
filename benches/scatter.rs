//! What a frame of the scatter plot costs, by the number of points: a pan, all draw calls, and the
//! picture read back. A software rasteriser says so.

use destello::{
    gpu::{Cloud, Headless, Layer, ScatterFrame},
    imaging::{Polygon, ScatterView},
};
use divan::Bencher;

const SIZE: [u32; 2] = [900, 700];
const COUNTS: [usize; 3] = [10_000, 100_000, 1_000_000];

fn main() {
    match Headless::new(1 << 20) {
        Ok(gpu) => println!("drawn by {}", gpu.adapter()),
        Err(why) => println!("{why}"),
    }
    divan::main();
}

/// Ten clouds of normal numbers, by the sum of four uniform ones.
fn positions(count: usize) -> Vec<[f32; 2]> {
    let mut state = 7_u32;
    let mut unit = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32 - 0.5
    };
    let mut normal = |at: f32| at + (0..4).map(|_| unit()).sum::<f32>();
    let place = |at: usize| {
        let angle = std::f32::consts::TAU * (at % 10) as f32 / 10.0;
        [normal(4.0 * angle.cos()), normal(4.0 * angle.sin())]
    };
    (0..count).map(place).collect()
}

fn frame(count: usize) -> ScatterFrame {
    let positions = positions(count);
    let view = ScatterView::fit(&positions, SIZE.map(|side| side as f32));
    let color = |at: usize| [(at % 10 * 25) as u8, 160, 220, 255];
    let cloud = Cloud {
        positions: positions.into(),
        colors: (0..count).map(color).collect(),
        revision: count as u64,
    };
    ScatterFrame {
        view,
        middle_px: SIZE.map(|side| side as f32 / 2.0),
        pixels_per_point: 1.0,
        layers: vec![Layer {
            cloud,
            radius_px: 1.5,
            opacity: 0.6,
        }],
    }
}

#[divan::bench(args = COUNTS, sample_count = 20, sample_size = 1)]
fn pan_and_draw(bencher: Bencher<'_, '_>, count: usize) {
    let mut gpu = Headless::new(1 << 20).expect("a device");
    let mut frame = frame(count);
    bencher.bench_local(|| {
        frame.view.pan([1.0, 0.5]);
        gpu.render_scatter(SIZE, [0; 3], &frame, usize::MAX)
    });
}

/// A lasso of 200 corners.
#[divan::bench(args = COUNTS, sample_count = 20, sample_size = 1)]
fn points_in_a_lasso(bencher: Bencher<'_, '_>, count: usize) {
    let positions = positions(count);
    let corner = |at: usize| {
        let angle = std::f32::consts::TAU * at as f32 / 200.0;
        let radius = 3.0 + (9.0 * angle).sin();
        [radius * angle.cos(), radius * angle.sin()]
    };
    let lasso = Polygon::new((0..200).map(corner));
    bencher.bench(|| positions.iter().filter(|at| lasso.contains(**at)).count());
}
