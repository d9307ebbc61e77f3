//! Conditions of HiTS 2015 against the published percentiles.

use destello::{
    domain::Role,
    simulate::{Distribution, SequenceClass},
};

use super::{hits, make, quantile};

#[test]
fn conditions_have_the_published_percentiles() {
    let mut survey = hits();
    survey.cadence.dropout = Distribution::Constant(0.0);
    survey.cadence.late_start_share = 0.0;
    let sequences = make(survey, SequenceClass::NonVariable, &[Role::Psf], 1500);
    for sequence in &sequences {
        assert!(
            (25..=29).contains(&sequence.epochs.len()),
            "{}",
            sequence.epochs.len()
        );
        let days = |at: usize| sequence.epochs[at].visit.mjd.days();
        let span = days(sequence.epochs.len() - 1) - days(0);
        assert!((3.0..80.0).contains(&span), "{span}");
    }
    let visits: Vec<_> = sequences
        .iter()
        .flat_map(|s| &s.epochs)
        .map(|e| &e.visit)
        .collect();
    let column = |of: fn(&destello::domain::Visit) -> f32| {
        visits
            .iter()
            .map(|visit| f64::from(of(visit)))
            .collect::<Vec<_>>()
    };
    // Published 5th, 50th and 95th percentiles (Carrasco-Davis et al. 2019) and tolerances: of
    // 1500 sequences whose visits share nights, percentiles scatter by one or two per cent.
    // Limiting magnitudes are those of optimal photometry by the CCD equation with the true width
    // of stars. The published ones are of the survey's own photometry, half a magnitude less deep
    // at the median and with a wider spread.
    for (name, mut values, published, tolerances) in [
        (
            "seeing",
            column(|v| v.seeing_arcsec),
            [1.06, 1.34, 2.70],
            [0.03, 0.04, 0.12],
        ),
        (
            "airmass",
            column(|v| v.airmass),
            [1.11, 1.27, 1.83],
            [0.01, 0.03, 0.02],
        ),
        (
            "sky",
            column(|v| v.sky_adu),
            [105.0, 120.0, 591.0],
            [1.0, 2.0, 60.0],
        ),
        (
            "zero point",
            column(|v| v.zero_point),
            [24.91, 25.05, 25.11],
            [0.03, 0.01, 0.01],
        ),
        (
            "limiting magnitude",
            column(|v| v.limiting_mag),
            [22.4, 23.6, 24.9],
            [0.7, 0.7, 0.6],
        ),
    ] {
        let found = [0.05, 0.5, 0.95].map(|share| quantile(&mut values, share));
        println!("{name}: {found:.2?}, published {published:?}");
        for at in 0..3 {
            let apart = (found[at] - published[at]).abs();
            assert!(apart <= tolerances[at], "{name}: {found:?} {published:?}");
        }
    }
}

#[test]
fn losses_leave_what_the_recipe_says() {
    let sequences = make(hits(), SequenceClass::NonVariable, &[Role::Psf], 1000);
    let mut epochs: Vec<_> = sequences.iter().map(|s| s.epochs.len() as f64).collect();
    assert!(epochs.iter().all(|count| (12.0..=29.0).contains(count)));
    let found = [0.05, 0.5, 0.95].map(|share| quantile(&mut epochs, share));
    println!("epochs: {found:?}");
    assert!(
        (18.0..23.0).contains(&found[0]) && (25.0..28.0).contains(&found[1]),
        "{found:?}"
    );
}
