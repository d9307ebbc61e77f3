//! Light curves of pulsating stars as a few Fourier terms, tabulated.

use std::f64::consts::TAU;

use super::PhaseTable;

/// Steps of phase of a table: the rise of an RRab, a tenth of the cycle, takes 26.
const STEPS: usize = 256;

/// One harmonic relative to the first: its amplitude ratio `R_k1` and phase difference
/// `φ_k1 = φ_k − k φ_1` in radians, of a cosine series in magnitudes (Simon & Lee 1981).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Harmonic {
    /// Amplitude over that of the first harmonic.
    pub ratio: f64,
    /// Phase difference, radians.
    pub phase: f64,
}

/// One cycle of cos w + Σ R_k1 cos(k w + φ_k1), k = 2, 3, …: turned to have its maximum of light
/// (smallest magnitude) at phase 0, moved to mean 0 and scaled to a peak-to-peak amplitude of 1.
pub fn table(harmonics: &[Harmonic]) -> PhaseTable {
    let mut cycle = [0.0; STEPS];
    let first = Harmonic {
        ratio: 1.0,
        phase: 0.0,
    };
    for (order, harmonic) in (1_u32..).zip([first].iter().chain(harmonics)) {
        // Turning a vector by a constant angle is much faster than a cosine for each value.
        let (sin_step, cos_step) = (f64::from(order) * TAU / STEPS as f64).sin_cos();
        let (mut sin, mut cos) = harmonic.phase.sin_cos();
        for value in &mut cycle {
            *value += harmonic.ratio * cos;
            (sin, cos) = (
                sin * cos_step + cos * sin_step,
                cos * cos_step - sin * sin_step,
            );
        }
    }
    let of_value = |a: &(usize, f64), b: &(usize, f64)| a.1.total_cmp(&b.1);
    let values = || cycle.iter().copied().enumerate();
    let (brightest, low) = values().min_by(of_value).unwrap_or_default();
    let (_, high) = values().max_by(of_value).unwrap_or_default();
    cycle.rotate_left(brightest);
    let mean = cycle.iter().sum::<f64>() / STEPS as f64;
    let scale = 1.0 / (high - low).max(f64::MIN_POSITIVE);
    PhaseTable::from_cycle(cycle.map(|value| ((value - mean) * scale) as f32))
}

/// Amplitude ratio and phase difference of harmonic `order` of a tabulated curve.
#[cfg(test)]
pub fn harmonic_of(shape: &PhaseTable, order: u32) -> Harmonic {
    let term = |order: u32| {
        let sums = (0..STEPS).fold((0.0, 0.0), |(re, im), k| {
            let phase = k as f64 / STEPS as f64;
            let (sin, cos) = (TAU * phase * f64::from(order)).sin_cos();
            (re + shape.at(phase) * cos, im - shape.at(phase) * sin)
        });
        (sums.0.hypot(sums.1), sums.1.atan2(sums.0))
    };
    let (first, harmonic) = (term(1), term(order));
    Harmonic {
        ratio: harmonic.0 / first.0,
        phase: (harmonic.1 - f64::from(order) * first.1).rem_euclid(TAU),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_the_terms_it_was_made_of() {
        let terms =
            [(0.45, 3.9), (0.3, 1.9), (0.2, 6.2)].map(|(ratio, phase)| Harmonic { ratio, phase });
        let shape = table(&terms);
        assert!((shape.range() - 1.0).abs() < 1e-6);
        assert!((0..64).all(|k| shape.at(f64::from(k) / 64.0) >= shape.at(0.0)));
        for (order, term) in (2..).zip(terms) {
            let found = harmonic_of(&shape, order);
            assert!(
                (found.ratio - term.ratio).abs() < 1e-3,
                "{order}: {found:?}"
            );
            assert!(
                (found.phase - term.phase).abs() < 1e-3,
                "{order}: {found:?}"
            );
        }
    }
}
