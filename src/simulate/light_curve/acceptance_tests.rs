//! Every class at every kind of field: recipes hold, and nothing breaks where nothing can be seen.

use super::test_survey::{self, TestSurvey};
use super::{Drawn, draw};
use crate::domain::{Band, Templates};
use crate::simulate::{Random, SequenceClass};

fn drawn(sky: &TestSurvey, class: SequenceClass, seed: u64, index: u64) -> Drawn {
    let magnitudes = test_survey::magnitudes();
    let mut random = Random::of(seed, 9, index);
    sky.sample(|at| draw(class, &mut random, &magnitudes, &Templates::default(), at))
}

fn only(visits: usize) -> TestSurvey {
    let mut sky = test_survey::hits();
    sky.visits.truncate(visits);
    sky
}

#[test]
fn recipes_hold_for_every_candidate_of_a_usual_field() {
    // Magnitudes of the law are those of HiTS: the visits must be as deep.
    let skies = [
        test_survey::hits(),
        test_survey::ztf().with_limit(23.5),
        test_survey::rubin(),
    ];
    for (seed, sky) in (0..).zip(&skies) {
        for class in SequenceClass::ALL {
            for index in 0..400 {
                let one = drawn(sky, class, seed, index);
                assert!(one.is_accepted, "{seed} {:?}", one.truth);
                assert_eq!(one.truth.class, class.name());
                let snr = |visit| sky.sample(|at| at.snr(visit, sky.magnitude(&one.curve, visit)));
                let largest = (0..sky.visits.len()).map(snr).fold(0.0, f64::max);
                let is_seen = match class {
                    SequenceClass::Galaxy => largest == 0.0,
                    SequenceClass::Supernova | SequenceClass::Asteroid => largest > 5.0,
                    _ => largest > 0.0,
                };
                assert!(is_seen, "{largest} {:?}", one.truth);
            }
        }
    }
}

#[test]
fn nothing_breaks_where_nothing_can_be_seen() {
    let other = Band::Other("clear".into());
    let unnamed = TestSurvey {
        visits: vec![test_survey::visit(57_000.0, other.clone(), 22.0); 3],
        band: other.clone(),
    };
    for sky in [
        only(0),
        only(1),
        only(2),
        unnamed,
        test_survey::hits().with_limit(5.0),
        test_survey::rubin().with_limit(40.0),
    ] {
        for class in SequenceClass::ALL {
            for index in 0..50 {
                let one = drawn(&sky, class, 3, index);
                let bands = [Band::U, Band::G, Band::Y, other.clone()];
                for mjd in [0.0, 57_000.0, 57_070.1, 1e6] {
                    for band in &bands {
                        let magnitude = one.curve.magnitude(mjd, band);
                        assert!(!magnitude.is_nan() && magnitude > 0.0, "{one:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_seen_is_said_to_fail() {
    let hopeless = test_survey::hits().with_limit(5.0);
    for class in [
        SequenceClass::Supernova,
        SequenceClass::EclipsingBinary,
        SequenceClass::Asteroid,
    ] {
        assert!(!drawn(&hopeless, class, 4, 0).is_accepted);
        assert!(!drawn(&only(0), class, 4, 0).is_accepted);
    }
    // A single visit shows no change, but it can show a supernova.
    let lone = (0..50).map(|index| drawn(&only(1), SequenceClass::Supernova, 5, index));
    assert!(lone.into_iter().all(|one| one.is_accepted));
}

#[test]
fn the_same_random_numbers_give_the_same_curve() {
    for class in SequenceClass::ALL {
        for sky in [test_survey::hits(), test_survey::rubin()] {
            assert_eq!(drawn(&sky, class, 6, 7), drawn(&sky, class, 6, 7));
        }
        let is_fixed = class == SequenceClass::Galaxy;
        let sky = test_survey::hits();
        assert_eq!(
            drawn(&sky, class, 6, 7) == drawn(&sky, class, 6, 8),
            is_fixed
        );
    }
}
