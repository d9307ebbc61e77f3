//! Two views of each image: the middle at full resolution and the whole cutout at a lower one, each with a mask
//! of what is measured.
//!
//! Where a stamp is smaller than the whole cutout, the rest of the second view is masked: one network serves
//! stamps of any size.

use std::borrow::Cow;

use super::images::{InputError, Plane, channel};
use crate::{
    domain::{InputPlan, Role},
    imaging::{fast_math::log2, statistics},
};

/// Larger pixels are no measurements.
const LARGEST: f32 = 1e9;
/// Root of the sum of squares of the middle view of an image.
const NORM: f32 = 5.0;
/// Electrons per count of ZTF's camera, which stands for others where no gain is given.
const USUAL_GAIN: f32 = 6.2;
/// Median and scatter are taken from every second pixel along each axis, where enough of them are measured.
const STEP: usize = 2;
const ENOUGH: usize = 40;
/// Limits of what is put in.
const IMAGE_LIMITS: [f32; 2] = [-2.0, 4.0];
const SNR_LIMIT: f32 = 4.0;
const RATIO_LIMIT: f32 = 3.0;

/// An image as far as it is seen: `side * side` pixels, NaN where nothing is measured.
struct Whole {
    role: Role,
    pixels: Vec<f32>,
    /// Level of the background; already subtracted from the pixels.
    median: f32,
    /// Standard deviation of the background.
    sigma: f32,
}

/// In words, for those who do the same in a program of their own: what follows the cutting out.
pub(super) fn in_words(plan: &InputPlan, whole: usize) -> String {
    let block = whole / plan.side_px.max(1);
    format!(
        "; pixels are no measurements that are no number, beyond {LARGEST:e}, outside of the stamp, or in 2x2 equal \
         ones (S/N: where the difference is none); of each image but S/N the median of every second pixel of the \
         {whole}x{whole} is subtracted, and sigma is 1.4826 times the median absolute deviation. An S/N image that \
         is not given is the difference over the root of its variance, else over the root of sigma squared plus \
         the science image above its median, if positive, over {USUAL_GAIN}. First view: {side}x{side} in the middle, \
         each image times {NORM} over the root of its sum of squares, S/N as asinh(S/N / 2) / 2 within {SNR_LIMIT}; \
         then a mask, 1 where it is measured, for each image but S/N. Second view: means of the measurements in \
         {block}x{block} pixels of the {whole}x{whole}: images as asinh(mean / sigma) / 2 within {low} and {high}, the \
         difference over the largest absolute mean of the central 3x3 within {RATIO_LIMIT}, S/N as asinh(1.5 \
         mean) / 2 within {SNR_LIMIT}; then the shares of measured pixels. What is no measurement is 0",
        side = plan.side_px,
        low = IMAGE_LIMITS[0],
        high = IMAGE_LIMITS[1],
    )
}

/// (plane, y, x): channels and masks of the middle, then those of the whole.
pub(super) fn prepare(
    planes: &[Plane<'_>],
    plan: &InputPlan,
    whole: usize,
) -> Result<Vec<f32>, InputError> {
    let mut images = Vec::with_capacity(plan.channels.len());
    for role in plan.masked() {
        let (plane, pixels) = channel(planes, role)?;
        images.push(measured(&plane, &pixels, plan, whole)?);
    }
    let wants_snr = plan.channels.contains(&Role::Snr);
    let mut snr = if wants_snr {
        Some(snr_of(planes, &images, plan, whole)?)
    } else {
        None
    };
    let negative = plan.is_in_detection_polarity && is_negative(&images, snr.as_deref(), whole);
    if negative {
        let signed = images.iter_mut().filter(|image| image.role.is_signed());
        let signed = signed.flat_map(|image| &mut image.pixels);
        let all = signed.chain(snr.iter_mut().flatten());
        all.for_each(|value| *value = -*value);
    }
    let mut input = Vec::with_capacity(plan.len());
    let find = |role: Role| images.iter().find(|image| image.role == role);
    let size = plan.side_px * plan.side_px;
    for role in &plan.channels {
        if let Some(image) = find(*role) {
            let middle = middle(&image.pixels, whole, plan.side_px);
            let is_blank = middle.iter().all(|value| !value.is_finite());
            if is_blank && *role != Role::Reference {
                return Err(InputError::Blank(*role));
            }
            put_normed(&middle, &mut input);
        } else {
            let snr = snr.as_deref().unwrap_or_default();
            let values = middle(snr, whole, plan.side_px).into_iter();
            input.extend(values.map(|snr| soft(snr, 0.5, SNR_LIMIT)));
        }
    }
    for image in &images {
        let middle = middle(&image.pixels, whole, plan.side_px);
        input.extend(middle.iter().map(|value| f32::from(value.is_finite())));
    }
    let block = whole / plan.side_px;
    let mut shares = Vec::with_capacity(images.len() * size);
    for role in &plan.channels {
        if let Some(image) = find(*role) {
            let (means, share) = blocks(&image.pixels, whole, block);
            shares.extend(share);
            if role.is_signed() {
                put_over_peak(&means, plan.side_px, &mut input);
            } else {
                let over = 1.0 / image.sigma;
                let values = means.iter().map(|mean| {
                    let [low, high] = IMAGE_LIMITS;
                    (0.5 * asinh(mean * over)).clamp(low, high)
                });
                input.extend(values);
            }
        } else {
            let (means, _) = blocks(snr.as_deref().unwrap_or_default(), whole, block);
            input.extend(means.iter().map(|mean| soft(*mean, 1.5, SNR_LIMIT)));
        }
    }
    input.extend(shares);
    Ok(input)
}

/// The whole cutout of an image, less its background.
fn measured(
    plane: &Plane<'_>,
    pixels: &[f32],
    plan: &InputPlan,
    whole: usize,
) -> Result<Whole, InputError> {
    let reach = plan.side_px.div_ceil(2);
    if plane.width < reach || plane.height < reach || pixels.len() != plane.width * plane.height {
        return Err(InputError::Small {
            role: plane.role,
            width: plane.width,
            height: plane.height,
            side: plan.side_px,
        });
    }
    let mut pixels = cut(plane, pixels, whole);
    mask(&mut pixels, whole);
    let (median, sigma) = background(&pixels, whole);
    for value in &mut pixels {
        *value -= median;
    }
    Ok(Whole {
        role: plane.role,
        pixels,
        median,
        sigma,
    })
}

/// The square of that side about the stamp's centre, NaN outside of the stamp.
fn cut(plane: &Plane<'_>, pixels: &[f32], side: usize) -> Vec<f32> {
    let [x0, y0] = [plane.width, plane.height]
        .map(|sides| sides / 2)
        .map(|middle| {
            // Of the stamp's first pixel within the square, and of the square's within the stamp.
            let half = side / 2;
            (middle.saturating_sub(half), half.saturating_sub(middle))
        });
    let mut square = vec![f32::NAN; side * side];
    let wide = (plane.width - x0.0).min(side - x0.1);
    let high = (plane.height - y0.0).min(side - y0.1);
    for row in 0..high {
        let from = (y0.0 + row) * plane.width + x0.0;
        let to = (y0.1 + row) * side + x0.1;
        square[to..to + wide].copy_from_slice(&pixels[from..from + wide]);
    }
    square
}

/// Takes out what is no measurement: wild numbers, and 2x2 equal pixels, which are fills or saturated.
fn mask(pixels: &mut [f32], side: usize) {
    let mut equal = Vec::new();
    for y in 0..side - 1 {
        let (row, below) = (
            &pixels[y * side..][..side],
            &pixels[(y + 1) * side..][..side],
        );
        for x in 0..side - 1 {
            let value = row[x].to_bits();
            let others = [row[x + 1], below[x], below[x + 1]];
            if others.iter().all(|other| other.to_bits() == value) {
                equal.push(y * side + x);
            }
        }
    }
    for at in equal {
        for at in [at, at + 1, at + side, at + side + 1] {
            pixels[at] = f32::NAN;
        }
    }
    for value in pixels {
        if !is_sound(*value) {
            *value = f32::NAN;
        }
    }
}

/// True for what may be a measurement.
fn is_sound(value: f32) -> bool {
    value.abs() <= LARGEST
}

/// Median and standard deviation of the background; 0 and 1 where there is none.
fn background(pixels: &[f32], side: usize) -> (f32, f32) {
    let rows = pixels.chunks_exact(side).step_by(STEP);
    let some = rows.flat_map(|row| row.iter().step_by(STEP));
    let mut values: Vec<f32> = some.copied().filter(|value| value.is_finite()).collect();
    if values.len() < ENOUGH {
        values = pixels.iter().copied().filter(|v| v.is_finite()).collect();
    }
    let Some(median) = statistics::percentile(&mut values, 50.0) else {
        return (0.0, 1.0);
    };
    let median = median as f32;
    for value in &mut values {
        *value = (*value - median).abs();
    }
    let mad = statistics::percentile(&mut values, 50.0).unwrap_or_default();
    let sigma = (mad * statistics::SIGMA_PER_MAD) as f32;
    (median, if sigma > 0.0 { sigma } else { 1.0 })
}

/// The S/N of the whole cutout, NaN where the difference is not measured.
fn snr_of(
    planes: &[Plane<'_>],
    images: &[Whole],
    plan: &InputPlan,
    whole: usize,
) -> Result<Vec<f32>, InputError> {
    let find = |role: Role| images.iter().find(|image| image.role == role);
    let has = |role: Role| planes.iter().any(|plane| plane.role == role);
    if has(Role::Snr) || has(Role::Variance) && has(Role::Difference) {
        let (plane, pixels): (Plane<'_>, Cow<'_, [f32]>) = channel(planes, Role::Snr)?;
        if pixels.len() == plane.width * plane.height {
            let mut snr = cut(&plane, &pixels, whole);
            for (at, value) in snr.iter_mut().enumerate() {
                let is_hidden = find(Role::Difference).is_some_and(|d| !d.pixels[at].is_finite());
                if is_hidden || !is_sound(*value) {
                    *value = f32::NAN;
                }
            }
            if middle(&snr, whole, plan.side_px)
                .iter()
                .any(|v| v.is_finite())
            {
                return Ok(snr);
            }
        }
    }
    let own;
    let difference = if let Some(difference) = find(Role::Difference) {
        difference
    } else {
        let (plane, pixels) = channel(planes, Role::Difference)?;
        own = measured(&plane, &pixels, plan, whole)?;
        &own
    };
    let noise = difference.sigma * difference.sigma;
    let science = find(Role::Science);
    let snr = difference.pixels.iter().enumerate().map(|(at, value)| {
        let light = science.map_or(0.0, |science| science.pixels[at].max(0.0) / USUAL_GAIN);
        value / (noise + if light.is_finite() { light } else { 0.0 }).sqrt()
    });
    Ok(snr.collect())
}

/// True where the 3x3 pixels at the centre of the difference (else of the S/N) sum below zero. The background
/// counts: it is what the sum of the image as it comes would be.
fn is_negative(images: &[Whole], snr: Option<&[f32]>, side: usize) -> bool {
    let difference = images.iter().find(|image| image.role == Role::Difference);
    let (pixels, level) = match (difference, snr) {
        (Some(image), _) => (&image.pixels[..], image.median),
        (None, Some(snr)) => (snr, 0.0),
        (None, None) => return false,
    };
    let middle = side / 2;
    let near = middle - 1..middle + 2;
    let rows = near.clone().map(|y| y * side);
    let center = rows.flat_map(|row| near.clone().map(move |x| pixels[row + x]));
    let known = center.filter(|value| value.is_finite());
    known.map(|value| value + level).sum::<f32>() < 0.0
}

/// The middle of a square.
fn middle(pixels: &[f32], whole: usize, side: usize) -> Vec<f32> {
    let first = (whole - side) / 2;
    let rows = pixels.chunks_exact(whole).skip(first).take(side);
    rows.flat_map(|row| row[first..first + side].iter().copied())
        .collect()
}

fn put_normed(values: &[f32], input: &mut Vec<f32>) {
    let known = values.iter().filter(|value| value.is_finite());
    let squares: f64 = known.map(|value| f64::from(*value).powi(2)).sum();
    let factor = if squares > 0.0 {
        NORM / squares.sqrt() as f32
    } else {
        0.0
    };
    input.extend(values.iter().map(|value| {
        if value.is_finite() {
            value * factor
        } else {
            0.0
        }
    }));
}

/// Means over the finite pixels of blocks, 0 where there is none, and the shares of finite pixels.
fn blocks(pixels: &[f32], whole: usize, block: usize) -> (Vec<f32>, Vec<f32>) {
    let side = whole / block;
    let (mut sums, mut counts) = (vec![0.0_f32; side * side], vec![0.0_f32; side * side]);
    for (y, row) in pixels.chunks_exact(whole).enumerate() {
        let first = y / block * side;
        let (sums, counts) = (
            &mut sums[first..first + side],
            &mut counts[first..first + side],
        );
        for ((values, sum), count) in row.chunks_exact(block).zip(sums).zip(counts) {
            for value in values {
                let is_known = value.is_finite();
                *sum += if is_known { *value } else { 0.0 };
                *count += f32::from(is_known);
            }
        }
    }
    for (sum, count) in sums.iter_mut().zip(&mut counts) {
        *sum /= count.max(1.0);
        *count /= (block * block) as f32;
    }
    (sums, counts)
}

/// Means over the largest one in the middle.
fn put_over_peak(means: &[f32], side: usize, input: &mut Vec<f32>) {
    let middle = side / 2;
    let near = middle - 1..middle + 2;
    let rows = near.clone().map(|y| y * side);
    let center = rows.flat_map(|row| near.clone().map(move |x| means[row + x].abs()));
    let peak = center.fold(0.0, f32::max);
    let factor = if peak > 0.0 { 1.0 / peak } else { 0.0 };
    let values = means.iter();
    input.extend(values.map(|mean| (mean * factor).clamp(-RATIO_LIMIT, RATIO_LIMIT)));
}

/// Half the inverse hyperbolic sine of a value times a factor, within a limit; 0 for what is no number.
fn soft(value: f32, factor: f32, limit: f32) -> f32 {
    if value.is_finite() {
        (0.5 * asinh(factor * value)).clamp(-limit, limit)
    } else {
        0.0
    }
}

fn asinh(value: f32) -> f32 {
    let size = value.abs().min(1e18);
    let soft = log2(size + (size * size + 1.0).sqrt()) * std::f32::consts::LN_2;
    soft.copysign(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Scaling;
    use crate::imaging::model_input;

    const SIDE: usize = 21;
    const WHOLE: usize = 63;

    fn plan() -> InputPlan {
        InputPlan {
            channels: vec![Role::Reference, Role::Science, Role::Difference, Role::Snr],
            side_px: SIDE,
            pixel_scale_arcsec: None,
            scaling: Scaling::MedianNorm,
            is_in_detection_polarity: true,
            context_px: Some(WHOLE),
        }
    }

    /// A pattern that stands for noise, with a source in the middle.
    fn image(side: usize, peak: f32) -> Vec<f32> {
        let noise = |at: usize| ((at as u32).wrapping_mul(2_654_435_761) >> 20) as f32 / 4096.0;
        let pixel = |at: usize| {
            let [x, y] = [at % side, at / side].map(|place| place as f32 - (side / 2) as f32);
            100.0 + 6.0 * noise(at) + peak * (-(x * x + y * y) / 4.0).exp()
        };
        (0..side * side).map(pixel).collect()
    }

    fn prepared(images: &[(Role, &[f32])], side: usize) -> Result<Vec<f32>, InputError> {
        let planes: Vec<Plane<'_>> = images
            .iter()
            .map(|(role, pixels)| Plane {
                role: *role,
                width: side,
                height: side,
                pixels,
                arcsec_per_px: None,
            })
            .collect();
        model_input::prepare(&planes, &plan())
    }

    fn plane(input: &[f32], at: usize) -> &[f32] {
        &input[at * SIDE * SIDE..(at + 1) * SIDE * SIDE]
    }

    #[test]
    fn both_views_have_their_planes_and_the_detection_is_positive() {
        let difference: Vec<f32> = image(WHOLE, -400.0).iter().map(|v| v - 100.0).collect();
        let images = [
            (Role::Science, &image(WHOLE, 50.0)[..]),
            (Role::Reference, &image(WHOLE, 450.0)[..]),
            (Role::Difference, &difference[..]),
        ];
        let input = prepared(&images, WHOLE).unwrap();
        assert_eq!(input.len(), 14 * SIDE * SIDE);
        assert_eq!(input.len(), plan().len());
        assert!(input.iter().all(|value| value.is_finite()));
        let center = SIDE * SIDE / 2;
        for (signed, least) in [(2, 1.0), (3, 1.0), (9, 0.99), (10, 1.0)] {
            let value = plane(&input, signed)[center];
            assert!(value >= least, "{signed}: {value}");
        }
        for mask in [4, 5, 6, 11, 12, 13] {
            let is_one = |value: &f32| (value - 1.0).abs() < 1e-6;
            assert!(plane(&input, mask).iter().all(is_one), "{mask}");
        }
        // Scale and level of the images do not matter.
        let scaled: Vec<Vec<f32>> = images
            .iter()
            .map(|(role, pixels)| {
                let level = if *role == Role::Difference { 0.0 } else { 32.0 };
                pixels.iter().map(|v| v * 4.0 + level).collect()
            })
            .collect();
        let again = images.iter().zip(&scaled);
        let again: Vec<(Role, &[f32])> = again.map(|((r, _), s)| (*r, &s[..])).collect();
        let again = prepared(&again, WHOLE).unwrap();
        for at in [0, 1, 2, 7, 8, 9] {
            for (a, b) in plane(&input, at).iter().zip(plane(&again, at)) {
                assert!((a - b).abs() < 1e-3, "{at}: {a} {b}");
            }
        }
    }

    #[test]
    fn small_stamps_leave_the_second_view_masked_and_the_first_alike() {
        let whole = [20.0, 20.0, 400.0].map(|peak| image(WHOLE, peak));
        let roles = [Role::Reference, Role::Science, Role::Difference];
        let large: Vec<_> = roles
            .iter()
            .zip(&whole)
            .map(|(r, p)| (*r, &p[..]))
            .collect();
        let small = whole.each_ref().map(|pixels| middle(pixels, WHOLE, SIDE));
        let small: Vec<_> = roles
            .iter()
            .zip(&small)
            .map(|(r, p)| (*r, &p[..]))
            .collect();
        let [large, small] = [
            prepared(&large, WHOLE).unwrap(),
            prepared(&small, SIDE).unwrap(),
        ];
        let measured = |input: &[f32]| plane(input, 11).iter().filter(|v| **v > 0.0).count();
        assert_eq!([measured(&large), measured(&small)], [441, 49]);
        for (a, b) in plane(&large, 2).iter().zip(plane(&small, 2)) {
            assert!((a - b).abs() < 0.05, "{a} {b}");
        }
        // Outside of the stamp there is nothing.
        assert!(plane(&small, 9)[..SIDE * 7].iter().all(|v| v.abs() < 1e-9));
    }

    #[test]
    fn blank_and_constant_pixels_are_masked_and_a_blank_science_image_is_refused() {
        let mut reference = image(WHOLE, 30.0);
        for (at, value) in reference.iter_mut().enumerate() {
            if at % WHOLE < 31 {
                *value = if at / WHOLE < 30 { 0.0 } else { f32::NAN };
            }
        }
        let (science, difference) = (image(WHOLE, 300.0), image(WHOLE, 270.0));
        let images = [
            (Role::Reference, &reference[..]),
            (Role::Science, &science[..]),
            (Role::Difference, &difference[..]),
        ];
        let input = prepared(&images, WHOLE).unwrap();
        let masked = plane(&input, 4).iter().filter(|v| **v < 0.5).count();
        assert_eq!(masked, 10 * SIDE);
        let share: f32 = plane(&input, 11).iter().sum::<f32>() / 441.0;
        assert!((share - 32.0 / 63.0).abs() < 1e-4, "{share}");
        let blank = vec![f32::NAN; WHOLE * WHOLE];
        let without = [images[0], (Role::Science, &blank[..]), images[2]];
        let refusal = prepared(&without, WHOLE).unwrap_err();
        assert_eq!(refusal, InputError::Blank(Role::Science));
        let without = [(Role::Reference, &blank[..]), images[1], images[2]];
        assert!(prepared(&without, WHOLE).is_ok());
        let missing = prepared(&images[..2], WHOLE).unwrap_err();
        assert_eq!(missing, InputError::Missing(Role::Difference));
    }
}
