//! Limits against astropy's golden numbers and against a table of poison.

use serde::Deserialize;

use super::{LimitRule, Limits};
use crate::domain::Stamp;

/// Written by `tests/golden/limits.py`, which says how the pixels are made.
const GOLDEN: &str = include_str!("../../tests/golden/limits.json");

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    width: usize,
    height: usize,
    /// Bits of the 32-bit values, so that NaN survives JSON.
    bits: Vec<u32>,
    expected: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    rule: LimitRule,
    low: f64,
    high: f64,
}

#[test]
fn limits_are_those_of_astropy() {
    let golden: Golden = serde_json::from_str(GOLDEN).unwrap();
    assert!(golden.cases.len() >= 8);
    for case in &golden.cases {
        let pixels: Vec<f32> = case.bits.iter().map(|bits| f32::from_bits(*bits)).collect();
        let stamp = Stamp::new(case.width, case.height, pixels);
        for expected in &case.expected {
            let found = expected.rule.limits(&stamp);
            let scale = expected.low.abs().max(expected.high.abs());
            for (found, expected_value) in [(found.low, expected.low), (found.high, expected.high)]
            {
                let difference = (f64::from(found) - expected_value).abs();
                assert!(
                    difference <= 2e-7 * scale,
                    "{} {:?}: {found} is not {expected_value}",
                    case.name,
                    expected.rule,
                );
            }
        }
    }
}

#[test]
fn poison_gives_finite_limits_that_differ() {
    let table: [&[f32]; 9] = [
        &[],
        &[5.0],
        &[3.0; 50],
        &[f32::NAN; 20],
        &[f32::INFINITY, f32::NEG_INFINITY],
        &[1e-40, 2e-40, 3e-40],
        &[1e38, -1e38, 1.0],
        &[1e19, -1e19, 3.0, 4.0, 5.0, 6.0],
        &[0.0; 30],
    ];
    for pixels in table {
        for rule in LimitRule::ALL {
            let Limits { low, high } = rule.limits_of_pixels(pixels);
            assert!(low.is_finite() && high.is_finite(), "{pixels:?} {rule:?}");
            assert!(
                low < high && (high - low).is_normal(),
                "{pixels:?} {rule:?}"
            );
        }
    }
}

#[test]
fn a_constant_is_shown_in_the_middle() {
    for value in [0.0, 5.0, -3e6, 1e-12] {
        let fraction = LimitRule::MinMax
            .limits_of_pixels(&[value; 4])
            .fraction(value);
        assert!((fraction - 0.5).abs() < 0.1, "{value}: {fraction}");
    }
}

#[test]
fn bad_pixels_take_no_part() {
    let good = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
    let mut bad = good.to_vec();
    bad.extend([
        f32::NAN,
        f32::INFINITY,
        f32::NEG_INFINITY,
        1e30,
        f32::MIN,
        9.998e7,
        -9999.0,
    ]);
    for rule in LimitRule::ALL {
        if !matches!(rule, LimitRule::CentralBox { .. }) {
            assert_eq!(
                rule.limits_of_pixels(&bad),
                rule.limits_of_pixels(&good),
                "{rule:?}"
            );
        }
    }
}

#[test]
fn stamps_together_share_limits_that_hold_each() {
    let faint = Stamp::new(2, 2, vec![1.0, 2.0, 3.0, 4.0]);
    let bright = Stamp::new(2, 1, vec![-10.0, 100.0]);
    let both = LimitRule::MinMax.limits_over(&[&faint, &bright]);
    assert_eq!(
        both,
        Limits {
            low: -10.0,
            high: 100.0
        }
    );
    let boxes = LimitRule::ALL[5].limits_over(&[&faint, &bright]);
    assert!(boxes.low < 1.3, "{boxes:?}");
    assert_eq!(boxes.high.to_bits(), 100.0_f32.to_bits());
}

#[test]
fn limits_turn_about_zero() {
    let limits = Limits::new(-3.0, 7.0);
    assert_eq!(
        limits.symmetric(),
        Limits {
            low: -7.0,
            high: 7.0
        }
    );
    assert_eq!(
        limits.negated(),
        Limits {
            low: -7.0,
            high: 3.0
        }
    );
    assert_eq!(Limits::new(7.0, -3.0), limits);
    assert_eq!(Limits::new(f64::NAN, 1.0), Limits::default());
}

#[test]
fn alerces_box_ignores_a_brighter_neighbour() {
    let mut pixels = vec![10.0; 63 * 63];
    pixels[31 * 63 + 31] = 500.0;
    pixels[5 * 63 + 5] = 9000.0;
    let limits = LimitRule::ALL[5].limits(&Stamp::new(63, 63, pixels));
    assert_eq!(
        limits,
        Limits {
            low: 10.0,
            high: 500.0
        }
    );
}

#[test]
fn rules_survive_being_written_down() {
    for rule in LimitRule::ALL {
        let text = serde_json::to_string(&rule).unwrap();
        assert_eq!(serde_json::from_str::<LimitRule>(&text).unwrap(), rule);
    }
}
