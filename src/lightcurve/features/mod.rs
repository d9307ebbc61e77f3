//! The 58 single-band features of FATS (Nun et al. 2015, arXiv 1506.00010) of a light curve.
//!
//! The library of that name defines 63 for one band; the five that are slow or unstable are left
//! out: `CAR_sigma`, `CAR_tau`, `CAR_mean`, `SlottedA_length` and `StetsonK_AC`. Names and
//! definitions are those of its code, so that "magnitude" there is flux here: the numbers are of
//! fluxes in counts on a common zero point, which may be negative, and a brightening is a rise.
//! `light-curve-feature` computes those that it defines alike but for a factor (`shared`).
//!
//! Where a definition gives no finite number (one epoch, equal values, equal times), the feature is
//! 0, and `Period_fit` is 1: no period stands out. Where FATS itself would fail, what stands in is
//! said at the feature.

mod distribution;
mod folded;
mod harmonics;
mod named;
mod order;
mod shared;
mod structure;
#[cfg(test)]
mod test_curve;

use self::named::Named;
pub use self::named::{COUNT, Features, NAMES, place};
use super::{
    LightCurve,
    period::{Grid, Period, Weighting, find},
};

/// All features of a light curve.
///
/// The period is searched by the periodogram with a floating mean and equal weights on the usual
/// [`Grid`], where FATS has the one without, on frequencies up to a hundred times the mean Nyquist
/// frequency: that takes ten times as long on a month of four visits a night, and its shortest
/// periods are half an hour.
pub fn features(curve: &LightCurve) -> Features {
    let grid = Grid::default();
    let period = find(curve, Weighting::Equal, &grid);
    let mut named = Named::default();
    shared::fill(curve, &mut named);
    distribution::fill_beyond(curve, &mut named);
    distribution::fill(curve, &mut named);
    order::fill(curve, &mut named);
    structure::fill(curve, &mut named);
    folded::fill(curve, period.as_ref(), &mut named);
    harmonics::fill(curve, period.as_ref(), &grid, &mut named);
    named.set("PeriodLS", period.map(|period| period.days));
    let false_alarm = |period: &Period| period.false_alarm;
    named.set("Period_fit", Some(period.as_ref().map_or(1.0, false_alarm)));
    named.0
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "numbers that no arithmetic touches")]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::lightcurve::Point;

    #[test]
    fn there_are_58_different_names() {
        assert_eq!(NAMES.iter().collect::<BTreeSet<_>>().len(), COUNT);
        assert_eq!(place("Q31"), Some(24));
        assert_eq!(place("CAR_sigma"), None);
    }

    // A name that is misspelt at its computation would stay 0 for ever.
    #[test]
    fn every_feature_is_computed() {
        let curve = test_curve::uneven();
        let found = features(&curve);
        let zeros: Vec<&str> = NAMES
            .into_iter()
            .zip(found)
            .filter(|(_, x)| *x == 0.0)
            .map(|(name, _)| name)
            .collect();
        // Phases are told from the first harmonic's own, and nothing lies three times in a row
        // beyond two standard deviations.
        let expected = [
            "Con",
            "Freq1_harmonics_rel_phase_0",
            "Freq2_harmonics_rel_phase_0",
            "Freq3_harmonics_rel_phase_0",
        ];
        assert_eq!(zeros, expected);
    }

    #[test]
    fn every_light_curve_has_finite_features() {
        let point = |mjd: f64, flux: f64, error: f64| Point { mjd, flux, error };
        let mut poison = vec![
            vec![],
            vec![point(1.0, 5.0, 1.0)],
            vec![point(1.0, 5.0, 1.0), point(2.0, 5.0, 1.0)],
            vec![point(1.0, 5.0, 1.0), point(1.0, 7.0, 1.0)],
            vec![
                point(1.0, 1e300, 1e-300),
                point(2.0, -1e300, 1e300),
                point(2.5, 0.0, 1.0),
            ],
            vec![
                point(1.0, f64::NAN, 1.0),
                point(2.0, 3.0, 1.0),
                point(3.0, 4.0, f64::NAN),
            ],
        ];
        for count in [3, 4, 5, 8, 25] {
            let at = |k: i32| f64::from(k);
            poison.push((0..count).map(|k| point(at(k), 7.0, 1.0)).collect());
            poison.push((0..count).map(|k| point(3.0, at(k), 1.0)).collect());
            poison.push(
                (0..count)
                    .map(|k| point(at(k / 2), at(k % 3), 1.0))
                    .collect(),
            );
            poison.push(
                (0..count)
                    .map(|k| point(at(k) * 1e-9, at(k % 2), 1.0))
                    .collect(),
            );
            poison.push(
                (0..count)
                    .map(|k| point(at(k) * 1e6, at(k % 2) - 0.5, 1.0))
                    .collect(),
            );
        }
        for points in poison {
            let curve = LightCurve::new(points);
            let found = features(&curve);
            assert!(
                found.iter().all(|value| value.is_finite()),
                "{curve:?} {found:?}"
            );
        }
        let single = features(&LightCurve::new([point(1.0, 5.0, 1.0)]));
        assert_eq!(single[place("Mean").unwrap()], 5.0);
        assert_eq!(single[place("PeriodLS").unwrap()], 0.0);
        assert_eq!(single[place("Period_fit").unwrap()], 1.0);
    }

    #[test]
    fn the_date_does_not_matter() {
        let curve = test_curve::uneven();
        let moved = LightCurve::new((0..curve.len()).map(|at| Point {
            mjd: curve.times()[at] + 512.0,
            flux: curve.fluxes()[at],
            error: curve.errors()[at],
        }));
        for ((a, b), name) in features(&curve)
            .into_iter()
            .zip(features(&moved))
            .zip(NAMES)
        {
            assert!((a - b).abs() <= 1e-3 * a.abs().max(1.0), "{name}: {a} {b}");
        }
    }
}
