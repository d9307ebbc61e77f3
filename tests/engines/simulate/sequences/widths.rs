//! Widths of bright stars against the seeing.

use destello::{
    domain::Role,
    imaging::Moffat,
    simulate::{Distribution, SequenceClass, Survey},
};

use super::{deviation, make, mean, uniform};

/// Width of the Moffat profile (of this exponent) that fits a stamp best, pixels.
fn fitted_fwhm(stamp: &[f32], side: usize, center: [f32; 2], beta: f64, near: f64) -> f64 {
    let sky = destello::imaging::statistics::median(
        &stamp
            .iter()
            .enumerate()
            .filter(|(at, _)| {
                let (x, y) = (
                    (at % side) as f32 - center[0],
                    (at / side) as f32 - center[1],
                );
                x.hypot(y) > side as f32 / 2.0
            })
            .map(|(_, p)| *p)
            .collect::<Vec<_>>(),
    );
    let sky = f64::from(sky.unwrap() as f32);
    let misfit = |fwhm: f64| {
        let mut model = vec![0.0; side * side];
        let at = center.map(f64::from);
        Moffat::round(fwhm, beta).add_to(&mut model, side, at, 1.0);
        let (mut dm, mut mm, mut dd) = (0.0, 0.0, 0.0);
        for (pixel, m) in stamp.iter().zip(&model) {
            let (d, m) = (f64::from(*pixel) - sky, f64::from(*m));
            dm += d * m;
            mm += m * m;
            dd += d * d;
        }
        dd - dm * dm / mm
    };
    let widths = (0..121).map(|step| near * (0.7 + 0.005 * f64::from(step)));
    widths
        .min_by(|a, b| misfit(*a).total_cmp(&misfit(*b)))
        .unwrap()
}

fn width_ratios(name: &str, widest_arcsec: f64, mags: [f64; 2]) -> Vec<f64> {
    let mut survey = Survey::built_in(name).unwrap();
    survey.neighbours.share = 0.0;
    survey.psf.resampled_share = 0.0;
    survey.psf.resampled_share_of_stars = None;
    survey.psf.moffat_beta = Distribution::Constant(3.5);
    survey.psf.ellipticity = Distribution::Constant(0.0);
    survey.magnitudes.star = uniform(mags[0], mags[1]);
    let scale = survey.detector.pixel_scale_arcsec / survey.psf.width_factor;
    let mut ratios = Vec::new();
    for sequence in make(survey, SequenceClass::NonVariable, &[Role::Science], 24) {
        for (at, epoch) in sequence.epochs.iter().enumerate() {
            let stamp = sequence.image(Role::Science, at).unwrap();
            let brightest = stamp.iter().copied().fold(0.0, f32::max);
            let seeing = f64::from(epoch.visit.seeing_arcsec);
            if brightest < 0.8 * sequence.detector.saturation_adu && seeing < widest_arcsec {
                let near = seeing / scale;
                let side = sequence.width;
                let fwhm = fitted_fwhm(stamp, side, epoch.centroid_px, 3.5, near);
                ratios.push(fwhm / near);
            }
        }
    }
    ratios
}

#[test]
fn bright_stars_are_as_wide_as_the_seeing() {
    // √(0.03² + 0.01² + 0.05²/12) = 0.035 is the scatter of the true width about the reported
    // one; 24 sequences of 27 epochs give the mean to 0.005, as the part of a sequence is shared.
    for (name, widest, mags) in [("hits2015", 2.0, [17.0, 18.0]), ("ztf", 3.0, [15.0, 16.0])] {
        let ratios = width_ratios(name, widest, mags);
        assert!(ratios.len() > 200, "{}", ratios.len());
        let (center, scatter) = (mean(&ratios), deviation(&ratios));
        assert!((center - 1.0).abs() < 0.025, "{name}: {center}");
        assert!((scatter - 0.035).abs() < 0.012, "{name}: {scatter}");
    }
}
