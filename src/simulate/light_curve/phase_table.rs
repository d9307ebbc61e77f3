//! A periodic curve as a table on a uniform grid of phases, for evaluation by one look-up.

use crate::domain::PhaseCurve;

/// Values of one cycle at equal steps of phase, straight lines between.
#[derive(Clone, Debug, PartialEq)]
pub struct PhaseTable {
    /// Phase of the first value.
    first_phase: f64,
    /// One value for each step, and the first one again at the end.
    values: Box<[f32]>,
}

impl PhaseTable {
    /// From values at phases 0, 1/N, 2/N, … of one cycle.
    pub fn from_cycle<const N: usize>(cycle: [f32; N]) -> Self {
        const { assert!(N > 0, "a cycle has a value") };
        Self {
            first_phase: 0.0,
            values: cycle.iter().chain(&cycle[..1]).copied().collect(),
        }
    }

    /// From a template. Equal steps of phase are kept as they are, others brought to a fine grid;
    /// none where phases and values do not make one cycle.
    pub fn from_template(template: &PhaseCurve) -> Option<Self> {
        const FINE: usize = 512;
        let (phases, values) = (&template.phases[..], &template.values[..]);
        let (first, last) = (*phases.first()?, *phases.last()?);
        let ascends = phases.windows(2).all(|pair| pair[0] < pair[1]);
        let is_finite = values.iter().all(|value| value.is_finite());
        let spans_a_cycle = (last - first - 1.0).abs() < 1e-6;
        if phases.len() != values.len() || !ascends || !is_finite || !spans_a_cycle {
            return None;
        }
        let steps = phases.len() - 1;
        let step = 1.0 / steps as f64;
        let mut numbered = phases.iter().enumerate();
        let is_uniform =
            numbered.all(|(k, phase)| (phase - first - k as f64 * step).abs() < 1e-3 * step);
        let values = if is_uniform {
            values.into()
        } else {
            let fine = (0..=FINE).map(|k| first + k as f64 / FINE as f64);
            fine.map(|phase| interpolated(phases, values, phase))
                .collect()
        };
        Some(Self {
            first_phase: first,
            values,
        })
    }

    /// The value at a phase; phases one apart are the same.
    pub fn at(&self, phase: f64) -> f64 {
        let steps = self.values.len() - 1;
        let turned = phase - self.first_phase;
        let place = (turned - turned.floor()) * steps as f64;
        let below = (place as usize).min(steps.saturating_sub(1));
        let [left, right] = [below, below + 1].map(|k| f64::from(self.values[k]));
        left + (right - left) * (place - below as f64)
    }

    /// Largest minus smallest value.
    pub fn range(&self) -> f64 {
        let nothing = [f32::INFINITY, f32::NEG_INFINITY];
        let [low, high] = self.values.iter().fold(nothing, |[low, high], &value| {
            [low.min(value), high.max(value)]
        });
        f64::from(high - low)
    }

    /// Moved so that the mean over the cycle is 0.
    #[must_use]
    pub fn centred(mut self) -> Self {
        let cycle = &self.values[..self.values.len() - 1];
        let mean = cycle.iter().map(|value| f64::from(*value)).sum::<f64>() / cycle.len() as f64;
        for value in &mut self.values {
            *value = (f64::from(*value) - mean) as f32;
        }
        self
    }
}

fn interpolated(phases: &[f64], values: &[f32], phase: f64) -> f32 {
    let above = phases.partition_point(|known| *known < phase);
    let right = above.clamp(1, phases.len() - 1);
    let (x0, x1) = (phases[right - 1], phases[right]);
    let share = ((phase - x0) / (x1 - x0)).clamp(0.0, 1.0) as f32;
    values[right - 1] + (values[right] - values[right - 1]) * share
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "small binary fractions are exact")]
mod tests {
    use super::*;

    fn template(phases: &[f64], values: &[f32]) -> PhaseCurve {
        PhaseCurve {
            kind: String::new(),
            period_days: None,
            phases: phases.into(),
            values: values.into(),
        }
    }

    #[test]
    fn a_table_repeats_and_is_straight_between_its_values() {
        let table = PhaseTable::from_cycle([0.0, 2.0, 4.0, 2.0]);
        for (phase, expected) in [(0.0, 0.0), (0.125, 1.0), (0.5, 4.0), (0.875, 1.0)] {
            for cycle in [-7.0, -1.0, 0.0, 1.0, 70_000.0] {
                let found = table.at(phase + cycle);
                assert!((found - expected).abs() < 1e-9, "{phase} {cycle}: {found}");
            }
        }
        assert_eq!(table.range(), 4.0);
        assert_eq!(table.centred().at(0.0), -2.0);
    }

    #[test]
    fn a_template_is_interpolated_as_by_hand() {
        let even = template(&[-0.5, -0.25, 0.0, 0.25, 0.5], &[0.2, 0.0, 0.6, 0.1, 0.2]);
        let table = PhaseTable::from_template(&even).unwrap();
        for (phase, expected) in [
            (0.0, 0.6),
            (0.5, 0.2),
            (0.7, 0.04),
            (0.125, 0.35),
            (-0.3, 0.04),
        ] {
            assert!((table.at(phase) - expected).abs() < 1e-6, "{phase}");
        }
        let uneven = template(&[0.0, 0.1, 0.7, 1.0], &[0.0, 0.5, 1.0, 0.0]);
        let table = PhaseTable::from_template(&uneven).unwrap();
        for (phase, expected) in [(0.05, 0.25), (0.4, 0.75), (0.85, 0.5)] {
            // Corners between two values of the fine grid are cut by at most a step of phase.
            assert!((table.at(phase) - expected).abs() < 0.01, "{phase}");
        }
    }

    #[test]
    fn what_is_no_cycle_is_refused() {
        for (phases, values) in [
            (&[][..], &[][..]),
            (&[0.0, 1.0], &[0.0]),
            (&[0.0, 0.5], &[0.0, 1.0]),
            (&[0.0, 0.6, 0.5, 1.0], &[0.0; 4]),
            (&[0.0, 1.0], &[0.0, f32::NAN]),
        ] {
            assert_eq!(PhaseTable::from_template(&template(phases, values)), None);
        }
    }
}
