//! Whether anything is seen yet: the significance of a light curve's detections.
//!
//! A class of a source that was never detected is no finding: no model can know it, and what it names is its
//! prior. The strongest single epoch counts, and all epochs together, for a faint source may be seen in
//! none and yet in their sum.

use super::LightCurve;

/// Standard deviations from which on something is seen.
const SEEN: f64 = 4.0;

/// How significantly a light curve is above zero, standard deviations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Significance {
    /// Of the strongest epoch; it is lowered by the number of epochs that were tried, as the largest of n normal
    /// numbers is about the root of 2 ln n.
    pub strongest: f64,
    /// Of all epochs together, weighted by the inverse of their variances.
    pub together: f64,
}

impl Significance {
    /// Of a light curve in fluxes; none without a measurement.
    pub fn of(curve: &LightCurve) -> Option<Self> {
        let both = curve.fluxes().iter().zip(curve.errors());
        let known = both.filter(|(flux, error)| flux.is_finite() && **error > 0.0);
        let (mut strongest, mut sum, mut weight, mut count) = (f64::NEG_INFINITY, 0.0, 0.0, 0.0);
        for (flux, error) in known {
            strongest = strongest.max(flux / error);
            sum += flux / error.powi(2);
            weight += error.powi(2).recip();
            count += 1.0;
        }
        (count > 0.0).then(|| {
            let by_chance = (2.0 * f64::ln(count)).sqrt();
            Self {
                strongest: strongest - by_chance,
                together: sum / f64::sqrt(weight),
            }
        })
    }

    /// True where something is seen, in one epoch or in all together.
    pub fn is_seen(self) -> bool {
        self.strongest.max(self.together) >= SEEN
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Point, *};

    fn curve(fluxes: &[f64]) -> LightCurve {
        LightCurve::new(fluxes.iter().zip(0..).map(|(flux, at)| Point {
            mjd: f64::from(at),
            flux: *flux,
            error: 1.0,
        }))
    }

    #[test]
    fn a_blank_place_is_not_seen_and_a_source_is() {
        // Nine epochs of noise, the largest 2.1 sigma.
        let noise = [0.3, -1.2, 2.1, -0.4, 0.9, -0.8, 0.1, -1.7, 0.6];
        let blank = Significance::of(&curve(&noise)).unwrap();
        assert!(!blank.is_seen() && blank.strongest < 0.1, "{blank:?}");
        let mut once = noise;
        once[4] = 7.0;
        assert!(Significance::of(&curve(&once)).unwrap().is_seen());
        // 2 sigma in each of nine epochs are 6 sigma together.
        let faint = Significance::of(&curve(&noise.map(|flux| flux + 2.0))).unwrap();
        assert!(faint.is_seen() && faint.together > 5.5, "{faint:?}");
        assert_eq!(Significance::of(&curve(&[])), None);
    }
}
