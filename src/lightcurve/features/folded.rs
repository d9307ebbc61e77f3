//! The light curve folded at twice its best period.

use super::named::Named;
use crate::lightcurve::{LightCurve, period::Period};

/// Fills in `Psi_CS` and `Psi_eta`: `Rcs` and the von Neumann ratio of the fluxes in the order of
/// phase. FATS folds with twice the period, which parts unequal minima of binaries; phase 0 is the
/// first epoch, where FATS has the zero of the times.
pub(super) fn fill(curve: &LightCurve, period: Option<&Period>, named: &mut Named) {
    let Some(period) = period else {
        return;
    };
    let twice = Period {
        days: 2.0 * period.days,
        ..*period
    };
    let fluxes: Vec<f64> = super::super::period::fold(curve, &twice)
        .iter()
        .map(|point| point.value)
        .collect();
    let n = fluxes.len() as f64;
    let mean = fluxes.iter().sum::<f64>() / n;
    let variance = fluxes.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / n;
    let (mut sum, mut least, mut most) = (0.0, f64::INFINITY, f64::NEG_INFINITY);
    for flux in &fluxes {
        sum += flux - mean;
        least = sum.min(least);
        most = sum.max(most);
    }
    named.set("Psi_CS", Some((most - least) / (n * variance.sqrt())));
    let steps: f64 = fluxes
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).powi(2))
        .sum();
    named.set("Psi_eta", Some(steps / ((n - 1.0) * variance)));
}

#[cfg(test)]
mod tests {
    use super::{
        super::test_curve::{check, curve},
        *,
    };

    #[test]
    fn the_order_of_phase_counts() {
        // A period of 1 folds at 2: phases 0 (0), .25 (.5), .6 (1.2), .75 (3.5), .9 (7.8).
        let times = [0.0, 1.2, 2.5, 5.5, 7.8];
        let light = curve(&times, &[1.0, 5.0, 2.0, 6.0, 3.0], &[1.0; 5]);
        let period = Period {
            days: 1.0,
            power: 1.0,
            false_alarm: 0.0,
            zero_mjd: 0.0,
        };
        // In order: 1 2 5 6 3; mean 3.4, squares 17.2 (variance 3.44).
        // Sums of deviations: -2.4 -3.8 -2.2 .4 0.
        let expected = [
            ("Psi_CS", 4.2 / (5.0 * 3.44_f64.sqrt())),
            ("Psi_eta", (1.0 + 9.0 + 1.0 + 9.0) / (4.0 * 3.44)),
        ];
        check(|named| fill(&light, Some(&period), named), &expected);
        check(
            |named| fill(&light, None, named),
            &[("Psi_CS", 0.0), ("Psi_eta", 0.0)],
        );
    }
}
