//! The input of sequences: what it depends on and what it does not.

use super::*;
use crate::{
    domain::{Band, SequenceForm},
    imaging::photometry::Calibration,
};

const SIDE: usize = 21;

/// A star on a sky, as a camera of that zero point and exposure sees it.
fn image(flux: f32, sky: f32, zero_point: f64, exposure_s: f64) -> Vec<f32> {
    let scale = (10f64.powf(0.4 * (zero_point - 25.0)) * exposure_s / 86.0) as f32;
    (0..SIDE * SIDE)
        .map(|at| {
            let (x, y) = ((at % SIDE) as f32 - 10.0, (at / SIDE) as f32 - 10.0);
            let noise = ((at * 7919) % 13) as f32 - 6.0;
            sky + scale * (flux * (-(x * x + y * y) / 8.0).exp() + noise)
        })
        .collect()
}

fn shot(pixels: &[f32], zero_point: f64, exposure_s: f64, mjd: f64) -> Shot<'_> {
    Shot {
        width: SIDE,
        height: SIDE,
        pixels,
        calibration: Calibration::new(zero_point, exposure_s),
        mjd: Some(mjd),
        fwhm_px: Some(4.7),
        band: Some(Band::G),
    }
}

fn epoch(flux: f32, mjd: f64) -> CalibratedEpoch {
    let pixels = image(flux, 120.0, 25.0, 86.0);
    CalibratedEpoch::of(&shot(&pixels, 25.0, 86.0, mjd), SIDE).unwrap()
}

#[test]
fn sky_zero_point_and_exposure_leave_no_trace() {
    let first = epoch(500.0, 1.0);
    let pixels = image(500.0, 3000.0, 26.2, 30.0);
    let second = CalibratedEpoch::of(&shot(&pixels, 26.2, 30.0, 1.0), SIDE).unwrap();
    for (a, b) in first.pixels.iter().zip(&second.pixels) {
        assert!((a - b).abs() < 0.05, "{a} {b}");
    }
    assert!((first.noise / second.noise - 1.0).abs() < 0.01);
}

#[test]
fn a_constant_star_makes_no_difference_and_a_new_one_does() {
    let mut history = History::new(SequenceForm::RunningDifference, SIDE);
    let mut channels = Vec::new();
    let first = history.next(&epoch(500.0, 1.0), &mut channels);
    assert!(first[4] > 0.5 && channels.len() == CHANNELS * SIDE * SIDE);
    assert!(channels[SIDE * SIDE..].iter().all(|value| *value == 0.0));
    channels.clear();
    let second = history.next(&epoch(500.0, 2.0), &mut channels);
    assert!(second[4] < 0.5);
    assert!(
        channels[SIDE * SIDE..]
            .iter()
            .all(|value| value.abs() < 1e-3)
    );
    channels.clear();
    history.next(&epoch(900.0, 3.0), &mut channels);
    let middle = SIDE * SIDE / 2;
    assert!(channels[SIDE * SIDE + middle] > 1.0, "relative");
    assert!(channels[2 * SIDE * SIDE + middle] > 1.0, "significant");
    assert_eq!(history.epochs(), 3);
}

#[test]
fn filters_are_not_compared_with_one_another() {
    let mut history = History::new(SequenceForm::RunningDifference, SIDE);
    let mut channels = Vec::new();
    history.next(&epoch(500.0, 1.0), &mut channels);
    let mut red = epoch(5000.0, 2.0);
    red.band = Some(Band::R);
    channels.clear();
    let conditions = history.next(&red, &mut channels);
    assert!(conditions[4] > 0.5, "the first of its filter");
    assert!(channels[SIDE * SIDE..].iter().all(|value| *value == 0.0));
}

#[test]
fn a_window_holds_the_last_three_images() {
    let mut history = History::new(SequenceForm::Window, SIDE);
    let middle = SIDE * SIDE / 2;
    let mut seen = Vec::new();
    for flux in [100.0, 400.0, 1600.0, 6400.0] {
        let mut channels = Vec::new();
        history.next(&epoch(flux, f64::from(flux)), &mut channels);
        seen.push([0, 1, 2].map(|past| channels[past * SIDE * SIDE + middle]));
    }
    assert_eq!(seen[0][1..], [0.0, 0.0]);
    assert_eq!(seen[3][1..], [seen[2][0], seen[1][0]]);
}

#[test]
fn wild_and_missing_pixels_stay_finite() {
    let mut history = History::new(SequenceForm::RunningDifference, SIDE);
    let mut pixels = image(500.0, 120.0, 25.0, 86.0);
    pixels[30] = 1e8;
    pixels[31] = f32::NAN;
    let broken = CalibratedEpoch::of(&shot(&pixels, 25.0, 86.0, 2.0), SIDE).unwrap();
    let mut channels = Vec::new();
    for epoch in [&broken, &epoch(500.0, 1.0), &broken] {
        history.next(epoch, &mut channels);
    }
    assert!(channels.iter().all(|value| value.is_finite()));
}

#[test]
fn what_cannot_be_followed_says_why() {
    let pixels = image(500.0, 120.0, 25.0, 86.0);
    let good = shot(&pixels, 25.0, 86.0, 1.0);
    let refusal = |shot: Shot<'_>| CalibratedEpoch::of(&shot, SIDE).unwrap_err();
    let nowhen = Shot {
        mjd: None,
        ..good.clone()
    };
    assert_eq!(refusal(nowhen), SequenceInputError::Time);
    let uncalibrated = Shot {
        calibration: None,
        ..good.clone()
    };
    assert_eq!(refusal(uncalibrated), SequenceInputError::ZeroPoint);
    let blank = vec![f32::NAN; SIDE * SIDE];
    let blank = Shot {
        pixels: &blank,
        ..good.clone()
    };
    assert_eq!(refusal(blank), SequenceInputError::Blank);
    let small = Shot {
        width: 20,
        height: 20,
        pixels: &pixels[..400],
        ..good
    };
    assert!(refusal(small).to_string().contains("20x20"));
}
