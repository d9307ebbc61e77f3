//! Reference and difference images.

use destello::{
    domain::{DifferenceSign, Role},
    simulate::{SequenceClass, Survey},
};

use super::{compact, make, mean, plain, uniform};

/// Nothing that a pipeline gets wrong.
fn perfect(mut survey: Survey) -> Survey {
    let subtraction = &mut survey.subtraction;
    subtraction.shift_px = 0.0;
    subtraction.width = 0.0;
    subtraction.ellipticity = 0.0;
    subtraction.flux = 0.0;
    subtraction.gradient_share = 0.0;
    survey
}

#[test]
fn a_reference_is_less_noisy_than_science() {
    let roles = [Role::Science, Role::Reference];
    let scatter = |stamp: &[f32]| {
        let ring = &stamp[..3 * 21];
        let values: Vec<_> = ring.iter().map(|p| f64::from(*p)).collect();
        super::deviation(&values)
    };
    let mut ratios = Vec::new();
    for sequence in make(plain(), SequenceClass::Asteroid, &roles, 40) {
        for at in 0..sequence.epochs.len() {
            let [science, reference] = roles.map(|role| scatter(sequence.image(role, at).unwrap()));
            ratios.push(reference / science);
        }
    }
    // 5 to 15 exposures: 1/√10 or so, a little less where the science sky is bright.
    let found = super::quantile(&mut ratios, 0.5);
    assert!((0.24..0.4).contains(&found), "{found}");
}

#[test]
fn differences_of_constant_stars_are_noise_of_their_variance() {
    let mut survey = perfect(plain());
    survey.magnitudes.star = uniform(18.0, 22.0);
    let roles = [Role::Difference, Role::Snr];
    let mut squares = Vec::new();
    for sequence in make(survey, SequenceClass::NonVariable, &roles, 40) {
        for (at, epoch) in sequence.epochs.iter().enumerate() {
            assert_eq!(epoch.difference_sign, DifferenceSign::ScienceMinusReference);
            let snr = sequence.image(Role::Snr, at).unwrap();
            // One image in a hundred has a hot pixel.
            if snr.iter().all(|s| s.abs() < 7.0) {
                squares.push(mean(
                    &snr.iter().map(|s| f64::from(s * s)).collect::<Vec<_>>(),
                ));
            }
        }
    }
    let found = mean(&squares);
    println!(
        "chi squared a pixel: {found:.3} over {} epochs",
        squares.len()
    );
    assert!((found - 1.0).abs() < 0.12, "{found}");
}

#[test]
fn what_is_new_is_in_the_difference_with_its_counts() {
    let mut survey = perfect(compact(1.6));
    survey.magnitudes.asteroid = uniform(17.0, 18.0);
    let mut ratios = Vec::new();
    for sequence in make(survey, SequenceClass::Asteroid, &[Role::Difference], 60) {
        for (at, epoch) in sequence.epochs.iter().enumerate() {
            let counts = f64::from(epoch.true_counts_adu.unwrap());
            if counts > 0.0 {
                let difference = sequence.image(Role::Difference, at).unwrap();
                let sum: f64 = difference.iter().map(|p| f64::from(*p)).sum();
                ratios.push(sum / counts);
            }
        }
    }
    // 0.5 % of the sky left by its own scatter is 0.6 ADU over 441 pixels: 260 of 30,000 counts.
    assert!((mean(&ratios) - 1.0).abs() < 0.01, "{}", mean(&ratios));
}

#[test]
fn a_pipelines_errors_show_on_bright_stars() {
    let squares = |mut survey: Survey| {
        survey.magnitudes.star = uniform(16.5, 17.0);
        let made = make(survey, SequenceClass::NonVariable, &[Role::Snr], 15);
        let all = made.iter().flat_map(|s| s.cube(Role::Snr).unwrap());
        mean(&all.map(|s| f64::from(s * s)).collect::<Vec<_>>())
    };
    let (with, without) = (squares(plain()), squares(perfect(plain())));
    assert!(with > 1.5 * without, "{with} {without}");
}

#[test]
fn references_of_moving_and_exploding_things_are_empty_sky() {
    for class in [SequenceClass::Supernova, SequenceClass::Asteroid] {
        let mut survey = plain();
        survey.magnitudes.host = destello::simulate::Distribution::Constant(39.0);
        for sequence in make(survey, class, &[Role::Reference], 20) {
            let stamp = sequence.image(Role::Reference, 0).unwrap();
            let level = destello::imaging::statistics::median(stamp).unwrap() as f32;
            let brightest = stamp.iter().copied().fold(0.0, f32::max);
            // Sky of 120 ADU has a noise of 6, the stack's is a third of that or less.
            assert!(
                brightest - level < 6.0 * (level / 4.0).sqrt(),
                "{brightest} over {level}"
            );
        }
    }
}
