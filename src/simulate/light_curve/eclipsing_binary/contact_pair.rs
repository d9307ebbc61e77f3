//! Contact binaries: two stars in one Roche-like envelope.

use std::f64::consts::TAU;

use crate::simulate::Random;

/// A contact binary as a cosine series of its light against phase, w = 2π phase:
/// 1 + a1 cos w + a2 cos 2w + a3 cos 3w + a4 cos 4w + a6 cos 6w.
///
/// Rucinski (1993) showed that such series describe contact binaries well: the distortion of the
/// common envelope gives a2, eclipses sharpen the minima by a4 and a6, and unequal temperatures
/// make them unequal by a1 and a3. How the terms go together is our choice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ContactPair {
    /// a1, a2, a3, a4 and a6, divided by the largest light.
    terms: [f64; 5],
    /// The constant, divided by the largest light.
    constant: f64,
}

/// Cycles of each term in one period.
const ORDERS: [f64; 5] = [1.0, 2.0, 3.0, 4.0, 6.0];

impl ContactPair {
    /// From a weakly distorted pair seen at low inclination to a deep eclipse.
    pub fn draw(random: &mut Random) -> Self {
        let distortion = random.uniform(0.06, 0.28);
        // Eclipses set in where the distortion is large, that is at high inclination.
        let share = (5.0 * (distortion - 0.1) + random.normal(0.1, 0.1)).clamp(0.03, 0.8);
        let eclipse = share * distortion * (0.125 + distortion);
        let difference = -random.uniform(0.0, 0.18) * distortion;
        Self::of_terms([
            difference,
            -distortion,
            0.7 * difference,
            -eclipse,
            -0.4 * eclipse,
        ])
    }

    fn of_terms(terms: [f64; 5]) -> Self {
        let raw = Self {
            terms,
            constant: 1.0,
        };
        let phases = (0..=64).map(|k| f64::from(k) / 128.0);
        let largest = phases.map(|phase| raw.flux(phase)).fold(0.0, f64::max);
        Self {
            terms: terms.map(|term| term / largest),
            constant: 1.0 / largest,
        }
    }

    /// Light at a phase in units of the largest.
    pub fn flux(&self, phase: f64) -> f64 {
        // cos k w by the recurrence of Chebyshev's polynomials: one cosine for all terms.
        let first = (TAU * phase).cos();
        let (mut before, mut now) = (1.0, first);
        let mut light = self.constant;
        let mut order = 1.0;
        for (wanted, term) in ORDERS.iter().zip(self.terms) {
            while order < *wanted {
                (before, now) = (now, 2.0 * first * now - before);
                order += 1.0;
            }
            light += term * now;
        }
        light
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_two_minima_half_a_period_apart_and_no_flat_part() {
        let mut random = Random::of(1, 0, 0);
        for _ in 0..500 {
            let pair = ContactPair::draw(&mut random);
            let light: Vec<_> = (0..256).map(|k| pair.flux(f64::from(k) / 256.0)).collect();
            let minima: Vec<_> = (0..256)
                .filter(|&k| light[k] < light[(k + 255) % 256] && light[k] <= light[(k + 1) % 256])
                .collect();
            assert_eq!(minima, [0, 128], "{pair:?}");
            assert!(
                light[0] <= light[128] + 1e-12,
                "phase 0 is the primary minimum"
            );
            let depth = -2.5 * light[0].log10();
            assert!((0.08..1.2).contains(&depth), "{depth}");
            assert!(light.iter().all(|flux| (0.2..1.001).contains(flux)));
            // A sixteenth of a period from the maximum it is visibly fainter.
            assert!(light[48] < 0.995 * light[64].max(light[60]), "{pair:?}");
        }
    }

    #[test]
    fn the_recurrence_is_the_series() {
        let pair = ContactPair::of_terms([-0.02, -0.2, -0.01, -0.05, -0.02]);
        for phase in [0.0, 0.13, 0.4, 0.77] {
            let terms = ORDERS.iter().zip(pair.terms);
            let sum: f64 = terms.map(|(k, term)| term * (TAU * phase * k).cos()).sum();
            assert!((pair.flux(phase) - pair.constant - sum).abs() < 1e-12);
        }
    }
}
