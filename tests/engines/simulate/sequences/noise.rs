//! Noise of the sky in finished stamps.

use destello::{
    domain::{ImageSequence, Role},
    simulate::SequenceClass,
};

use super::{make, mean, plain};

/// Variance of a stamp over what gain and read noise say, for each epoch without any source.
fn ratios(sequences: &[ImageSequence]) -> Vec<(f32, f64)> {
    let mut ratios = Vec::new();
    for sequence in sequences {
        let gain = f64::from(sequence.detector.gain_e_per_adu);
        let read = f64::from(sequence.detector.read_noise_e) / gain;
        for (at, epoch) in sequence.epochs.iter().enumerate() {
            if epoch.true_counts_adu != Some(0.0) {
                continue;
            }
            let stamp = sequence.image(Role::Science, at).unwrap();
            let level = destello::imaging::statistics::median(stamp).unwrap();
            // One image in a hundred has a hot pixel.
            let expected = level / gain + read * read + 1.0 / 12.0;
            let limit = 7.0 * expected.sqrt();
            let pixels: Vec<_> = stamp.iter().map(|p| f64::from(*p)).collect();
            let inside: Vec<_> = pixels
                .iter()
                .filter(|p| (**p - level).abs() < limit)
                .collect();
            let center = inside.iter().copied().sum::<f64>() / inside.len() as f64;
            let squares = inside.iter().map(|p| (**p - center).powi(2)).sum::<f64>();
            let variance = squares / (inside.len() as f64 - 1.0);
            ratios.push((epoch.visit.sky_adu, variance / expected));
        }
    }
    ratios
}

#[test]
fn sky_varies_as_gain_and_read_noise_say() {
    let sequences = make(plain(), SequenceClass::Asteroid, &[Role::Science], 300);
    let ratios = ratios(&sequences);
    for [low, high] in [[0.0, 112.0], [112.0, 130.0], [130.0, 300.0], [300.0, 1e5]] {
        let here: Vec<_> = ratios
            .iter()
            .filter(|(sky, _)| (low..high).contains(sky))
            .map(|(_, ratio)| *ratio)
            .collect();
        assert!(here.len() > 300, "{}", here.len());
        // The variance of 441 pixels has an error of 6.7 %, the mean of 300 such one of 0.4 %.
        let found = mean(&here);
        assert!((found - 1.0).abs() < 0.012, "sky {low} to {high}: {found}");
    }
}

#[test]
fn the_level_is_the_sky_and_the_variance_image_is_the_noise() {
    let roles = [Role::Science, Role::Variance];
    let mut levels = Vec::new();
    let mut squares = Vec::new();
    for sequence in make(plain(), SequenceClass::Asteroid, &roles, 60) {
        for (at, epoch) in sequence.epochs.iter().enumerate() {
            if epoch.true_counts_adu != Some(0.0) {
                continue;
            }
            let stamp = sequence.image(Role::Science, at).unwrap();
            let variance = sequence.image(Role::Variance, at).unwrap();
            let level = destello::imaging::statistics::median(stamp).unwrap();
            levels.push(f64::from(level as f32 / epoch.visit.sky_adu));
            let pulls = stamp.iter().zip(variance);
            let pulls = pulls.map(|(p, v)| f64::from(*p - level as f32) / f64::from(*v).sqrt());
            squares.extend(
                pulls
                    .filter(|pull| pull.abs() < 7.0)
                    .map(|pull| pull * pull),
            );
        }
    }
    // The sky at a target is 0.987 ± 0.006 of the reported one: 60 of them, to 0.0008.
    assert!((mean(&levels) - 0.987).abs() < 0.003, "{}", mean(&levels));
    // The variance is estimated from the noisy counts themselves, which costs a little.
    assert!((mean(&squares) - 1.0).abs() < 0.03, "{}", mean(&squares));
}

#[test]
fn resampling_correlates_neighbours_and_lowers_the_noise() {
    let mut survey = plain();
    survey.psf.resampled_share = 1.0;
    let correlation = |sequences: &[ImageSequence]| {
        let (mut products, mut squares) = (0.0, 0.0);
        for sequence in sequences {
            for (at, epoch) in sequence.epochs.iter().enumerate() {
                if epoch.true_counts_adu != Some(0.0) {
                    continue;
                }
                let stamp = sequence.image(Role::Science, at).unwrap();
                let level = destello::imaging::statistics::median(stamp).unwrap();
                let offsets: Vec<_> = stamp
                    .iter()
                    .map(|p| f64::from(*p) - f64::from(level as f32))
                    .collect();
                if offsets.iter().any(|offset| offset.abs() > 200.0) {
                    continue;
                }
                for row in offsets.chunks_exact(sequence.width) {
                    products += row.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>();
                    squares += row.windows(2).map(|pair| pair[0] * pair[0]).sum::<f64>();
                }
            }
        }
        products / squares
    };
    let plain_ones = make(plain(), SequenceClass::Asteroid, &[Role::Science], 40);
    let resampled = make(survey, SequenceClass::Asteroid, &[Role::Science], 40);
    assert!(correlation(&plain_ones).abs() < 0.02);
    // f (1 − f) over (1 − f)² + f², each averaged over f: (1/6)/(2/3) = 0.25; 90 % of the epochs
    // are resampled, but the others are noisier: about 0.2.
    let found = correlation(&resampled);
    assert!((0.15..0.3).contains(&found), "{found}");
}
