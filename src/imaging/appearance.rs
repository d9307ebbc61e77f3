//! What the images of a point source look like in numbers: sky, noise, width, form.
//!
//! Used to hold simulated images against real ones.

use super::{
    photometry::{
        Background, Frame, Measured, Method, Ring, background, light_curve, measure_usual_width,
    },
    statistics::{mad_sigma, median},
};
use crate::domain::{ImageSequence, Role};

/// Sources at least as bright as this tell their width and form.
const SNR_FOR_FORM: f64 = 20.0;
/// Pixels of the ring further from its level than so many sigmas are other sources.
const CLIP_SIGMA: f32 = 4.0;

/// One science image of a target. Numbers that the image does not tell are none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Appearance {
    /// Level of the sky around the target, ADU.
    pub sky_adu: Option<f64>,
    /// Scatter of the sky's pixels, ADU.
    pub noise_adu: Option<f64>,
    /// Correlation of the noise of pixels next to each other along x and along y.
    pub noise_correlation: Option<[f64; 2]>,
    /// Counts of the target by optimal photometry, ADU.
    pub flux_adu: Option<f64>,
    /// The same over its standard deviation.
    pub snr: Option<f64>,
    /// Full width at half maximum of the target, arcseconds.
    pub fwhm_arcsec: Option<f64>,
    /// 1 − minor / major axis.
    pub ellipticity: Option<f64>,
    /// Light between one and two widths from the centre over light within one: the wings.
    pub wings: Option<f64>,
    /// Distance of the fitted centre from where the target should be, pixels.
    pub offset_px: Option<f64>,
}

/// The appearance of the target at every epoch.
pub fn appearances(sequence: &ImageSequence) -> Vec<Appearance> {
    let measured = light_curve(sequence, Method::Optimal, Role::Science);
    let epochs = measured.iter().enumerate();
    epochs
        .map(|(epoch, measured)| {
            let appearance = of_epoch(sequence, epoch, measured.as_ref());
            appearance.unwrap_or_default()
        })
        .collect()
}

fn of_epoch(
    sequence: &ImageSequence,
    epoch: usize,
    measured: Option<&Measured>,
) -> Option<Appearance> {
    let snr = measured.map(Measured::snr);
    let (width, height) = (sequence.width, sequence.height);
    let pixels = sequence.image(Role::Science, epoch)?;
    let saturation = Some(sequence.detector.saturation_adu);
    let frame = Frame::new(width, height, pixels, saturation)?;
    let facts = &sequence.epochs[epoch];
    let scale = f64::from(sequence.detector.pixel_scale_arcsec);
    let center = facts.centroid_px.map(f64::from);
    let ring = Ring::around(f64::from(facts.visit.seeing_arcsec) / scale, width, height);
    let sky = background(&frame, center, ring);
    let mut appearance = Appearance {
        sky_adu: sky.map(|sky| sky.level),
        noise_adu: sky.map(|sky| sky.scatter),
        noise_correlation: sky.and_then(|sky| correlation(sequence, pixels, center, ring, sky)),
        flux_adu: measured.map(|measured| measured.flux),
        snr,
        ..Appearance::default()
    };
    let is_bright = snr.is_some_and(|snr| snr >= SNR_FOR_FORM);
    if let (true, Some(sky)) = (is_bright, sky)
        && let Some(form) = measure_usual_width(&frame, center)
    {
        appearance.fwhm_arcsec = Some(form.ellipse.fwhm_px * scale);
        appearance.ellipticity = Some(form.ellipse.ellipticity);
        let [dx, dy] = [0, 1].map(|axis| form.center_px[axis] - center[axis]);
        appearance.offset_px = Some(dx.hypot(dy));
        appearance.wings = wings(
            pixels,
            width,
            form.center_px,
            form.ellipse.fwhm_px,
            sky.level,
        );
    }
    Some(appearance)
}

/// Correlation coefficients of neighbouring pixels of the ring.
fn correlation(
    sequence: &ImageSequence,
    pixels: &[f32],
    center: [f64; 2],
    ring: Ring,
    sky: Background,
) -> Option<[f64; 2]> {
    let (width, height) = (sequence.width, sequence.height);
    let noise = |x: usize, y: usize| {
        let (dx, dy) = (x as f64 - center[0], y as f64 - center[1]);
        let is_in_ring = (ring.inner_px..=ring.outer_px).contains(&dx.hypot(dy));
        let value = (pixels[y * width + x] - sky.level as f32) / sky.scatter as f32;
        (is_in_ring && value.abs() < CLIP_SIGMA).then_some(f64::from(value))
    };
    let along = |step: [usize; 2]| {
        let (mut product, mut square, mut count) = (0.0, 0.0, 0_u32);
        for y in 0..height - step[1] {
            for x in 0..width - step[0] {
                if let (Some(a), Some(b)) = (noise(x, y), noise(x + step[0], y + step[1])) {
                    product += a * b;
                    square += 0.5 * (a * a + b * b);
                    count += 1;
                }
            }
        }
        (count > 20 && square > 0.0).then(|| product / square)
    };
    Some([along([1, 0])?, along([0, 1])?])
}

fn wings(pixels: &[f32], width: usize, center: [f64; 2], fwhm: f64, sky: f64) -> Option<f64> {
    let (mut core, mut wing) = (0.0, 0.0);
    for (at, pixel) in pixels.iter().enumerate() {
        let (dx, dy) = (
            (at % width) as f64 - center[0],
            (at / width) as f64 - center[1],
        );
        let radius = dx.hypot(dy) / fwhm;
        if radius < 1.0 {
            core += f64::from(*pixel) - sky;
        } else if radius < 2.0 {
            wing += f64::from(*pixel) - sky;
        }
    }
    (core > 0.0).then(|| wing / core)
}

/// Names of the numbers of [`features`].
pub const FEATURES: [&str; 13] = [
    "sky over header",
    "noise over root of sky",
    "noise correlation along x",
    "noise correlation along y",
    "log S/N",
    "width over seeing",
    "scatter of width over seeing",
    "ellipticity",
    "scatter of ellipticity",
    "wings",
    "scatter of wings",
    "offset",
    "scatter of flux over its error",
];

/// Numbers that sum up a target over its epochs; 0 where none of the epochs tells one.
///
/// Medians and scatters over the epochs, free of the conditions themselves: a classifier that
/// sees them cannot tell two fields apart by their sky.
pub fn features(sequence: &ImageSequence, all: &[Appearance]) -> [f64; FEATURES.len()] {
    let of = |number: &dyn Fn(&Appearance, usize) -> Option<f64>| -> Vec<f32> {
        let numbers = all.iter().enumerate();
        let numbers = numbers.filter_map(|(epoch, appearance)| number(appearance, epoch));
        numbers
            .filter(|x| x.is_finite())
            .map(|x| x as f32)
            .collect()
    };
    let visit = |epoch: usize| &sequence.epochs[epoch].visit;
    let middle = |values: &[f32]| median(values).unwrap_or(0.0);
    let spread = |values: &[f32]| mad_sigma(values, middle(values)).unwrap_or(0.0);
    let width = of(&|a, epoch| Some(a.fwhm_arcsec? / f64::from(visit(epoch).seeing_arcsec)));
    let form = of(&|a, _| a.ellipticity);
    let wings = of(&|a, _| a.wings);
    [
        middle(&of(&|a, epoch| {
            Some(a.sky_adu? / f64::from(visit(epoch).sky_adu))
        })),
        middle(&of(&|a, _| {
            Some(a.noise_adu? / a.sky_adu.filter(|sky| *sky > 0.0)?.sqrt())
        })),
        middle(&of(&|a, _| Some(a.noise_correlation?[0]))),
        middle(&of(&|a, _| Some(a.noise_correlation?[1]))),
        middle(&of(&|a, _| Some(a.snr.filter(|snr| *snr > 0.0)?.log10()))),
        middle(&width),
        spread(&width),
        middle(&form),
        spread(&form),
        middle(&wings),
        spread(&wings),
        middle(&of(&|a, _| a.offset_px)),
        flux_scatter(sequence, all),
    ]
}

/// Robust scatter of the fluxes, on one zero point, over their errors: 1 for a constant star.
fn flux_scatter(sequence: &ImageSequence, all: &[Appearance]) -> f64 {
    let rates: Vec<[f64; 2]> = all
        .iter()
        .zip(&sequence.epochs)
        .filter_map(|(appearance, epoch)| {
            let (flux, snr) = (appearance.flux_adu?, appearance.snr?);
            // In units of the counts of a star of magnitude 20 in the same exposure.
            let rate = flux / epoch.visit.counts(20.0);
            Some([rate, rate / snr])
        })
        .collect();
    let fluxes: Vec<f32> = rates.iter().map(|rate| rate[0] as f32).collect();
    let Some(center) = median(&fluxes) else {
        return 0.0;
    };
    let pulls: Vec<f32> = rates
        .iter()
        .map(|[flux, error]| ((flux - center) / error) as f32)
        .filter(|pull| pull.is_finite())
        .collect();
    mad_sigma(&pulls, 0.0).unwrap_or(0.0)
}
