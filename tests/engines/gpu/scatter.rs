//! The scatter plot on the GPU: points fall where the twin says, the view moves them without a new
//! upload, and a slow device draws an even part of them.

use destello::{
    gpu::{Cloud, Headless, Layer, ScatterFrame},
    imaging::ScatterView,
};
use image::RgbaImage;

const SIZE: [u32; 2] = [160, 120];
const MIDDLE: [f32; 2] = [80.0, 60.0];
const BLACK: [u8; 3] = [0; 3];
const RED: [u8; 4] = [255, 0, 0, 255];
const BLUE: [u8; 4] = [0, 0, 255, 255];
const ALL: usize = usize::MAX;

fn headless() -> Headless {
    Headless::new(1 << 20).unwrap()
}

fn cloud(points: &[([f32; 2], [u8; 4])], revision: u64) -> Cloud {
    Cloud {
        positions: points.iter().map(|(position, _)| *position).collect(),
        colors: points.iter().map(|(_, color)| *color).collect(),
        revision,
    }
}

fn frame(view: ScatterView, clouds: &[Cloud]) -> ScatterFrame {
    let layer = |cloud: &Cloud| Layer {
        cloud: cloud.clone(),
        radius_px: 3.0,
        opacity: 1.0,
    };
    ScatterFrame {
        view,
        middle_px: MIDDLE,
        pixels_per_point: 1.0,
        layers: clouds.iter().map(layer).collect(),
    }
}

/// The middle of all light of one colour, in pixels from the upper left corner.
fn light(picture: &RgbaImage, channel: usize) -> Option<[f32; 2]> {
    let (mut x_sum, mut y_sum, mut sum) = (0.0, 0.0, 0.0);
    for (x, y, pixel) in picture.enumerate_pixels() {
        let value = f32::from(pixel.0[channel]);
        x_sum += value * (x as f32 + 0.5);
        y_sum += value * (y as f32 + 0.5);
        sum += value;
    }
    (sum > 0.0).then(|| [x_sum / sum, y_sum / sum])
}

fn assert_near(found: Option<[f32; 2]>, expected: [f32; 2]) {
    let found = found.expect("a point");
    for (found, expected) in found.into_iter().zip(expected) {
        assert!((found - expected).abs() < 0.1, "{found} for {expected}");
    }
}

#[test]
fn points_fall_where_the_twin_says() {
    let mut gpu = headless();
    for (view, red, blue) in [
        (
            ScatterView {
                center: [0.0, 0.0],
                scale: 10.0,
            },
            [2.0, 3.0],
            [-4.5, -1.25],
        ),
        (
            ScatterView {
                center: [5e3, -2e3],
                scale: 0.02,
            },
            [5.5e3, -2.2e3],
            [3e3, 0.0],
        ),
        (
            ScatterView {
                center: [0.1, 0.2],
                scale: 4e4,
            },
            [0.1003, 0.2002],
            [0.0997, 0.199],
        ),
    ] {
        let points = cloud(&[(red, RED), (blue, BLUE)], view.scale.to_bits().into());
        let (picture, drawn) = gpu
            .render_scatter(SIZE, BLACK, &frame(view, &[points]), ALL)
            .unwrap();
        assert_eq!(drawn, [2]);
        assert_near(light(&picture, 0), view.target_px(red, MIDDLE, 1.0));
        assert_near(light(&picture, 2), view.target_px(blue, MIDDLE, 1.0));
    }
}

#[test]
fn the_view_moves_points_that_were_uploaded_once() {
    let mut gpu = headless();
    let mut view = ScatterView {
        center: [0.0; 2],
        scale: 10.0,
    };
    let mut render = |view, cloud: &Cloud| {
        let frame = frame(view, std::slice::from_ref(cloud));
        gpu.render_scatter(SIZE, BLACK, &frame, ALL).unwrap().0
    };
    let first = cloud(&[([1.0, 1.0], RED)], 1);
    assert_near(light(&render(view, &first), 0), [90.0, 50.0]);
    // Of the same revision: what was uploaded before is drawn.
    let same = cloud(&[([3.0, 1.0], RED)], 1);
    view.pan([-20.0, 5.0]);
    assert_near(light(&render(view, &same), 0), [70.0, 55.0]);
    let other = cloud(&[([3.0, 1.0], RED)], 2);
    assert_near(light(&render(view, &other), 0), [90.0, 55.0]);
    let none = cloud(&[], 3);
    assert_eq!(light(&render(view, &none), 0), None);
}

#[test]
fn later_layers_lie_above_and_opacity_mixes() {
    let mut gpu = headless();
    let view = ScatterView::default();
    let clouds = [cloud(&[([0.0; 2], RED)], 1), cloud(&[([0.0; 2], BLUE)], 2)];
    let mut both = frame(view, &clouds);
    let middle = |gpu: &mut Headless, frame: &ScatterFrame| {
        let (picture, _) = gpu.render_scatter(SIZE, BLACK, frame, ALL).unwrap();
        picture.get_pixel(80, 60).0
    };
    assert_eq!(middle(&mut gpu, &both), BLUE);
    both.layers[1].opacity = 0.5;
    let [red, _, blue, _] = middle(&mut gpu, &both);
    assert!(
        red.abs_diff(128) <= 1 && blue.abs_diff(128) <= 1,
        "{red} {blue}"
    );
}

#[test]
fn a_slow_device_draws_the_first_points_and_says_how_many() {
    let mut gpu = headless();
    let points: Vec<_> = (0..50).map(|at| ([at as f32, 0.0], RED)).collect();
    let view = ScatterView {
        center: [5.0, 0.0],
        scale: 10.0,
    };
    let frame = frame(view, &[cloud(&points, 1)]);
    let (picture, drawn) = gpu.render_scatter(SIZE, BLACK, &frame, 10).unwrap();
    assert_eq!(drawn, [10]);
    assert!(picture.get_pixel(119, 60).0[0] > 0 && picture.get_pixel(131, 60).0[0] == 0);
}
