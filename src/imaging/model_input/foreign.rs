//! From stamps to what a network of others takes, by the recipe that came with it.

use super::{
    cutout::{self, Footprint},
    images::{InputError, Plane, channel, needed_of, turn},
    scaling,
};
use crate::domain::{
    Role,
    foreign::{Axes, Fit, ForeignImages, ForeignPlan},
};

/// The images that an epoch's input is prepared from, among those that it `has`.
///
/// # Errors
/// Where an image is missing and cannot be computed.
pub fn needed_foreign(
    plan: &ForeignPlan,
    has: impl Fn(Role) -> bool,
) -> Result<Vec<Role>, InputError> {
    let mut all: Vec<Role> = Vec::new();
    for images in &plan.images {
        for role in needed_of(&images.channels, &has)? {
            if !all.contains(&role) {
                all.push(role);
            }
        }
    }
    Ok(all)
}

/// Prepares the images of one epoch: all inputs one after the other, each in the order of its axes.
///
/// # Errors
/// Where an image is missing and cannot be computed, or cannot be used.
pub fn prepare_foreign(planes: &[Plane<'_>], plan: &ForeignPlan) -> Result<Vec<f32>, InputError> {
    let mut input = Vec::with_capacity(plan.len());
    for images in &plan.images {
        input.extend(one(planes, images)?);
    }
    Ok(input)
}

fn one(planes: &[Plane<'_>], images: &ForeignImages) -> Result<Vec<f32>, InputError> {
    let mut squares = Vec::with_capacity(images.channels.len());
    let mut outside = Vec::with_capacity(images.channels.len());
    for role in &images.channels {
        let (plane, pixels) = channel(planes, *role)?;
        let footprint = footprint(&plane, images);
        footprint.check(&plane, &pixels)?;
        squares.push((*role, footprint.cut(&plane, &pixels)));
        outside.push(is_outside(&footprint, &plane));
    }
    if images.is_in_detection_polarity {
        turn(&mut squares, images.side_px);
    }
    let mut channels = Vec::with_capacity(squares.len());
    for ((role, mut square), outside) in squares.into_iter().zip(outside) {
        // Zeros beyond the edge stay out of every median and sum.
        let unknown: Vec<bool> = square.iter().map(|value| !value.is_finite()).collect();
        if unknown.iter().all(|is_unknown| *is_unknown) {
            return Err(InputError::Blank(role));
        }
        if images.is_missing_first {
            fill(&mut square, &unknown, &outside, images.missing);
        }
        if !scaling::scale_foreign(&mut square, images.scaling) {
            return Err(InputError::Blank(role));
        }
        for ((value, is_unknown), is_outside) in square.iter_mut().zip(unknown).zip(outside) {
            if is_outside {
                *value = images.padding.unwrap_or(images.missing);
            } else if is_unknown && !images.is_missing_first {
                *value = images.missing;
            }
        }
        channels.push(square);
    }
    Ok(in_order(&channels, images.axes))
}

/// Sets the pixels of the stamp that are no number.
fn fill(square: &mut [f32], unknown: &[bool], outside: &[bool], missing: f32) {
    let pixels = square.iter_mut().zip(unknown).zip(outside);
    for ((value, _), _) in pixels.filter(|((_, unknown), outside)| **unknown && !**outside) {
        *value = missing;
    }
}

fn footprint(plane: &Plane<'_>, images: &ForeignImages) -> Footprint {
    let side = images.side_px;
    let sides = [plane.width, plane.height];
    if images.fit == Fit::Resample {
        let step = sides[0].max(sides[1]) as f64 / side.max(1) as f64;
        let start = |sides: usize| (sides as f64 - 1.0) / 2.0 - (side as f64 - 1.0) / 2.0 * step;
        let first = sides.map(start);
        return Footprint { first, step, side };
    }
    let step = cutout::step_px(plane.arcsec_per_px, images.pixel_scale_arcsec);
    let start = |sides: usize| match images.fit {
        Fit::Corner if sides <= side => 0.0,
        _ => (sides / 2) as f64 - (side / 2) as f64 * step,
    };
    let first = sides.map(start);
    Footprint { first, step, side }
}

/// Which pixels of the square lie beyond the stamp.
fn is_outside(footprint: &Footprint, plane: &Plane<'_>) -> Vec<bool> {
    let is_inside = |at: f64, sides: usize| at.round() >= 0.0 && at.round() < sides as f64;
    footprint
        .places()
        .map(|[x, y]| !(is_inside(x, plane.width) && is_inside(y, plane.height)))
        .collect()
}

fn in_order(channels: &[Vec<f32>], axes: Axes) -> Vec<f32> {
    match axes {
        Axes::Nchw => channels.concat(),
        Axes::Nhwc => {
            let pixels = channels.first().map_or(0, Vec::len);
            let of_pixel = |at: usize| channels.iter().map(move |channel| channel[at]);
            (0..pixels).flat_map(of_pixel).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::foreign::{ForeignOutput, ForeignScaling, OutputKind};

    const STAMP: [f32; 9] = [1.0, 2.0, 3.0, 4.0, f32::NAN, 6.0, 7.0, 8.0, 9.0];

    fn plan(images: ForeignImages) -> ForeignPlan {
        ForeignPlan {
            images: vec![images],
            fields: None,
            output: ForeignOutput {
                output: "score".into(),
                kind: OutputKind::Sigmoid,
            },
        }
    }

    fn images(side_px: usize) -> ForeignImages {
        ForeignImages {
            input: "stamps".into(),
            channels: vec![Role::Science],
            side_px,
            axes: Axes::Nchw,
            fit: Fit::Cut,
            pixel_scale_arcsec: None,
            scaling: ForeignScaling::None,
            missing: -1.0,
            is_missing_first: false,
            padding: None,
            is_in_detection_polarity: false,
        }
    }

    fn prepared(images: ForeignImages) -> Result<Vec<f32>, InputError> {
        let of = |role, pixels| Plane {
            role,
            width: 3,
            height: 3,
            pixels,
            arcsec_per_px: None,
        };
        let difference = STAMP.map(|value| -value);
        let planes = [of(Role::Science, &STAMP), of(Role::Difference, &difference)];
        prepare_foreign(&planes, &plan(images))
    }

    #[test]
    fn stamps_are_cut_padded_or_interpolated() {
        let center = prepared(images(2)).unwrap();
        assert_eq!(center, [1.0, 2.0, 4.0, -1.0]);
        // Its only pixel is no number.
        assert_eq!(prepared(images(1)), Err(InputError::Blank(Role::Science)));
        let corner = ForeignImages {
            fit: Fit::Corner,
            padding: Some(0.5),
            ..images(4)
        };
        let corner = prepared(corner).unwrap();
        assert_eq!(corner[..5], [1.0, 2.0, 3.0, 0.5, 4.0]);
        assert_eq!(corner[12..], [0.5; 4]);
        let cut = prepared(images(5)).unwrap();
        assert_eq!(cut[..7], [-1.0, -1.0, -1.0, -1.0, -1.0, -1.0, 1.0]);
        let whole = ForeignImages {
            fit: Fit::Resample,
            ..images(6)
        };
        let whole = prepared(whole).unwrap();
        assert_eq!((whole[0], whole[35]), (1.0, 9.0));
    }

    #[test]
    fn axes_sign_and_missing_pixels_are_as_the_recipe_says() {
        let both = ForeignImages {
            channels: vec![Role::Science, Role::Difference],
            axes: Axes::Nhwc,
            is_in_detection_polarity: true,
            ..images(3)
        };
        let both = prepared(both).unwrap();
        // The difference is negative, and was turned.
        assert_eq!(both[..4], [1.0, 1.0, 2.0, 2.0]);
        assert_eq!(both[8..10], [-1.0, -1.0]);
        let first = ForeignImages {
            scaling: ForeignScaling::MinMax,
            missing: 11.0,
            is_missing_first: true,
            ..images(3)
        };
        let first = prepared(first).unwrap();
        assert_eq!((first[0], first[4], first[8]), (0.0, 1.0, 0.8));
    }

    #[test]
    fn every_scaling_is_that_of_its_formula() {
        let scaled = |scaling| {
            let images = ForeignImages {
                scaling,
                ..images(3)
            };
            prepared(images).unwrap()[8]
        };
        let norm = |about: f32| {
            let known = STAMP.iter().filter(|value| value.is_finite());
            known
                .map(|value| (value - about).powi(2))
                .sum::<f32>()
                .sqrt()
        };
        let close = |a: f32, b: f32| assert!((a - b).abs() < 1e-6, "{a} {b}");
        close(scaled(ForeignScaling::None), 9.0);
        close(scaled(ForeignScaling::MinMax), 1.0);
        close(scaled(ForeignScaling::L2), 9.0 / norm(0.0));
        close(scaled(ForeignScaling::MedianNorm), 4.0 / norm(5.0));
        close(
            scaled(ForeignScaling::Asinh { softening: 2.0 }),
            4.5_f32.asinh(),
        );
        let fixed = ForeignScaling::Fixed {
            offset: 1.0,
            scale: -4.0,
        };
        close(scaled(fixed), -2.0);
    }

    #[test]
    fn what_is_missing_is_named() {
        let reference = ForeignImages {
            channels: vec![Role::Reference],
            ..images(3)
        };
        assert_eq!(
            prepared(reference.clone()),
            Err(InputError::Missing(Role::Reference))
        );
        let needed = needed_foreign(&plan(reference), |role| role == Role::Science);
        assert_eq!(needed, Err(InputError::Missing(Role::Reference)));
        assert!(matches!(prepared(images(9)), Err(InputError::Small { .. })));
    }
}
