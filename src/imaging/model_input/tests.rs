//! Inputs as networks take them.
#![expect(clippy::float_cmp, reason = "numbers that must be the very same")]

use super::*;
use crate::domain::Scaling;

fn plan(channels: &[Role], scaling: Scaling) -> InputPlan {
    InputPlan {
        channels: channels.to_vec(),
        side_px: 5,
        pixel_scale_arcsec: None,
        scaling,
        is_in_detection_polarity: true,
        context_px: None,
    }
}

fn plane(role: Role, side: usize, pixels: &[f32]) -> Plane<'_> {
    Plane {
        role,
        width: side,
        height: side,
        pixels,
        arcsec_per_px: None,
    }
}

fn ramp(side: usize) -> Vec<f32> {
    (0..side * side).map(|at| at as f32).collect()
}

#[test]
fn the_middle_is_cut_out() {
    let pixels = ramp(9);
    let plan = plan(&[Role::Science], Scaling::MinMax);
    let input = prepare(&[plane(Role::Science, 9, &pixels)], &plan).unwrap();
    assert_eq!(input.len(), plan.len());
    // 40 is the centre of 9x9; the square runs from 20 to 60.
    assert_eq!((input[0], input[12], input[24]), (0.0, 0.5, 1.0));
}

#[test]
fn a_negative_detection_is_turned_and_its_science_is_not() {
    let science = ramp(5);
    let mut difference = vec![1.0; 25];
    difference[12] = -100.0;
    let planes = [
        plane(Role::Science, 5, &science),
        plane(Role::Difference, 5, &difference),
    ];
    let plan = plan(&[Role::Science, Role::Difference], Scaling::MedianNorm);
    let input = prepare(&planes, &plan).unwrap();
    assert!(input[25 + 12] > 4.9, "{}", input[25 + 12]);
    assert!(input[0] < 0.0 && input[24] > 0.0);
}

#[test]
fn what_is_no_number_becomes_zero_after_the_scaling() {
    let mut pixels = vec![1000.0; 25];
    pixels[3] = f32::NAN;
    pixels[12] = 1100.0;
    let plan = plan(&[Role::Reference], Scaling::MedianNorm);
    let input = prepare(&[plane(Role::Reference, 5, &pixels)], &plan).unwrap();
    assert_eq!(input[3], 0.0);
    assert_eq!(input[12], 5.0);
    assert!(input.iter().all(|value| value.is_finite()));
}

#[test]
fn missing_small_and_blank_images_are_refused_by_name() {
    let pixels = ramp(5);
    let science = plane(Role::Science, 5, &pixels);
    let wanted = plan(&[Role::Science, Role::Reference], Scaling::MinMax);
    let refusal = prepare(&[science], &wanted).unwrap_err().to_string();
    assert_eq!(refusal, "has no reference stamp");
    let wanted = plan(&[Role::Snr], Scaling::MinMax);
    let refusal = prepare(&[science], &wanted).unwrap_err();
    assert_eq!(refusal, InputError::Missing(Role::Snr));
    let wanted = plan(&[Role::Science], Scaling::MinMax);
    let tiny = plane(Role::Science, 2, &pixels[..4]);
    let refusal = prepare(&[tiny], &wanted).unwrap_err().to_string();
    assert!(refusal.contains("2x2"), "{refusal}");
    let blank = [f32::NAN; 25];
    let refusal = prepare(&[plane(Role::Science, 5, &blank)], &wanted);
    assert_eq!(refusal, Err(InputError::Blank(Role::Science)));
}

#[test]
fn an_snr_image_is_computed_from_what_there_is() {
    let mut difference = vec![0.0; 25];
    // From -1 to 1: the median deviation is a half, 0.74 in standard deviations.
    for (at, value) in difference.iter_mut().enumerate() {
        *value = ((at * 7) % 25) as f32 / 12.0 - 1.0;
    }
    difference[12] = 40.0;
    let variance = vec![4.0; 25];
    let given = snr::from_variance(&difference, &variance).unwrap();
    assert_eq!(given[12], 20.0);
    let estimated = snr::estimated(&difference, None).unwrap();
    assert!((45.0..60.0).contains(&estimated[12]), "{}", estimated[12]);
    let mut science = vec![100.0; 25];
    science[12] = 100.0 + 40.0 * 40.0 * 6.2;
    let with_photons = snr::estimated(&difference, Some(&science)).unwrap();
    assert!((with_photons[12] - 1.0).abs() < 0.1, "{}", with_photons[12]);
}

#[test]
fn an_snr_image_is_compressed_and_divided_by_its_peak() {
    let mut snr = vec![0.0; 25];
    (snr[3], snr[7], snr[12]) = (f32::NAN, 2.0, -20.0);
    let wanted = plan(&[Role::Snr], Scaling::AsinhPeak);
    let input = prepare(&[plane(Role::Snr, 5, &snr)], &wanted).unwrap();
    // In detection polarity: the centre is the peak.
    assert_eq!((input[3], input[0], input[12]), (0.0, 0.0, 1.0));
    let expected = -(1.0_f64.asinh() / 10.0_f64.asinh()) as f32;
    assert!((input[7] - expected).abs() < 1e-6, "{}", input[7]);
    // An image of counts is brought to units of its scatter first: its level and unit do not count.
    let counts = |level: f32, unit: f32| -> Vec<f32> {
        let value = |at: usize| level + unit * ((at * 7 % 25) as f32 - 12.0);
        let mut counts: Vec<f32> = (0..25).map(value).collect();
        counts[12] += 100.0 * unit;
        counts
    };
    let wanted = plan(&[Role::Science], Scaling::AsinhPeak);
    let of = |pixels: &[f32]| prepare(&[plane(Role::Science, 5, pixels)], &wanted).unwrap();
    let (one, other) = (of(&counts(0.0, 1.0)), of(&counts(1000.0, 8.0)));
    let pairs = one.iter().zip(&other);
    assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-3));
    assert_eq!(one[12], 1.0);
    // Nothing but one value has no contrast.
    let flat = of(&[7.0; 25]);
    assert!(flat.iter().all(|value| *value == 0.0));
}

#[test]
fn another_pixel_scale_is_resampled() {
    // A plane of slope 1 per pixel of 0.5 arcseconds is one of slope 2 per arcsecond.
    let pixels: Vec<f32> = (0..21 * 21).map(|at| (at % 21) as f32).collect();
    let image = Plane {
        arcsec_per_px: Some(0.5),
        ..plane(Role::Science, 21, &pixels)
    };
    let plan = InputPlan {
        pixel_scale_arcsec: Some(1.0),
        ..plan(&[Role::Science], Scaling::MinMax)
    };
    let square = cutout::square(&image, &pixels, &plan).unwrap();
    assert_eq!(&square[..5], &[6.0, 8.0, 10.0, 12.0, 14.0]);
}

#[test]
fn braai_takes_short_stamps_from_their_corner() {
    let pixels = [3.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let image = Plane {
        role: Role::Science,
        width: 4,
        height: 3,
        pixels: &pixels,
        arcsec_per_px: None,
    };
    let plan = plan(&[Role::Science], Scaling::Norm);
    let input = prepare(&[image], &plan).unwrap();
    assert_eq!(&input[..5], &[0.6, 0.0, 0.0, 0.8, 1e-9]);
}

#[test]
fn a_square_lies_where_it_was_cut_out() {
    // A stamp whose pixels tell their own position.
    let pixels = ramp(9);
    let plan = plan(&[Role::Science], Scaling::MedianNorm);
    let image = plane(Role::Science, 9, &pixels);
    let square = cutout::square(&image, &pixels, &plan).unwrap();
    let footprint = Footprint::of([9, 9], None, &plan);
    for (at, value) in square.iter().enumerate() {
        let place = [at % 5, at / 5].map(|along| along as f64 + 0.5);
        let [x, y] = footprint.position_of(place);
        assert_eq!(f64::from(*value), y * 9.0 + x);
        assert_eq!(footprint.place_of([x, y]), Some(place));
    }
    // It reaches half a pixel beyond the centres of its outermost pixels.
    assert_eq!(footprint.place_of([1.5, 1.5]), Some([0.0, 0.0]));
    assert_eq!(footprint.place_of([1.4, 3.0]), None);
    assert_eq!(footprint.place_of([6.5, 3.0]), None);
    // Of half the pixel scale, twice as many stamp pixels.
    let plan = InputPlan {
        pixel_scale_arcsec: Some(1.0),
        ..plan
    };
    let footprint = Footprint::of([21, 21], Some(0.5), &plan);
    assert_eq!((footprint.first, footprint.step), ([6.0, 6.0], 2.0));
}

#[test]
fn only_what_an_input_is_prepared_from_is_needed() {
    let wanted = plan(&[Role::Science, Role::Snr], Scaling::MinMax);
    let all = |_: Role| true;
    assert_eq!(needed(&wanted, all).unwrap(), [Role::Science, Role::Snr]);
    let no_snr = |role: Role| !matches!(role, Role::Snr | Role::Variance);
    let sources = [Role::Science, Role::Difference, Role::Science];
    assert_eq!(needed(&wanted, no_snr).unwrap(), sources);
    let only_science = |role: Role| role == Role::Science;
    let refusal = needed(&wanted, only_science).unwrap_err();
    assert_eq!(refusal, InputError::Missing(Role::Snr));
}

#[test]
fn wild_pixels_are_no_measurements_and_blank_an_image_for_braai() {
    let mut pixels = ramp(5);
    pixels[3] = f32::MIN;
    for scaling in [Scaling::MinMax, Scaling::MedianNorm] {
        let wanted = plan(&[Role::Reference], scaling);
        let input = prepare(&[plane(Role::Reference, 5, &pixels)], &wanted).unwrap();
        assert_eq!(input[3], 0.0);
        assert!(input[24] > 0.9, "{input:?}");
    }
    let wanted = plan(&[Role::Reference], Scaling::Norm);
    let input = prepare(&[plane(Role::Reference, 5, &pixels)], &wanted).unwrap();
    assert!(input.iter().all(|value| *value == 0.0), "{input:?}");
}
