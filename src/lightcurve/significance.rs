//! Whether anything is seen yet: the significance of a light curve's detections.
//!
//! A class of a source that was never detected is no finding: no model can know it, and what it names is its
//! prior. The strongest single epoch counts, and all epochs together, for a faint source may be seen in
//! none and yet in their sum.

use crate::domain::detections::SEEN;

/// How significantly a light curve is above zero, standard deviations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Significance {
    /// Of the strongest epoch; it is lowered by the number of epochs that were tried, as the largest of n normal
    /// numbers is about the root of 2 ln n.
    pub strongest: f64,
    /// Of all epochs together, weighted by the inverse of their variances.
    pub together: f64,
}

/// What is known of the fluxes so far.
#[derive(Clone, Copy, Debug)]
pub struct SoFar {
    strongest: f64,
    sum: f64,
    weight: f64,
    count: f64,
}

impl Default for SoFar {
    fn default() -> Self {
        Self {
            strongest: f64::NEG_INFINITY,
            sum: 0.0,
            weight: 0.0,
            count: 0.0,
        }
    }
}

impl SoFar {
    /// Takes in one more measurement, a flux and its standard deviation in the same unit; what is no measurement is
    /// passed over.
    pub fn add(&mut self, flux: f64, error: f64) {
        if !flux.is_finite() || !error.is_finite() || error <= 0.0 {
            return;
        }
        self.strongest = self.strongest.max(flux / error);
        self.sum += flux / error.powi(2);
        self.weight += error.powi(2).recip();
        self.count += 1.0;
    }

    /// The significance of all of them; none without a measurement.
    pub fn significance(&self) -> Option<Significance> {
        (self.count > 0.0).then(|| {
            let by_chance = (2.0 * f64::ln(self.count)).sqrt();
            Significance {
                strongest: self.strongest - by_chance,
                together: self.sum / f64::sqrt(self.weight),
            }
        })
    }
}

impl Significance {
    /// That of one epoch or that of all together, whichever is larger.
    pub const fn value(self) -> f64 {
        self.strongest.max(self.together)
    }

    /// True where something is seen, in one epoch or in all together.
    pub fn is_seen(self) -> bool {
        self.value() >= f64::from(SEEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(fluxes: &[f64]) -> Option<Significance> {
        let mut so_far = SoFar::default();
        for flux in fluxes {
            so_far.add(*flux, 1.0);
        }
        so_far.add(f64::NAN, 1.0);
        so_far.add(1e9, 0.0);
        so_far.significance()
    }

    #[test]
    fn a_blank_place_is_not_seen_and_a_source_is() {
        // Nine epochs of noise, the largest 2.1 sigma.
        let noise = [0.3, -1.2, 2.1, -0.4, 0.9, -0.8, 0.1, -1.7, 0.6];
        let blank = of(&noise).unwrap();
        assert!(!blank.is_seen() && blank.strongest < 0.1, "{blank:?}");
        let mut once = noise;
        once[4] = 7.0;
        assert!(of(&once).unwrap().is_seen());
        // 2 sigma in each of nine epochs are 6 sigma together.
        let faint = of(&noise.map(|flux| flux + 2.0)).unwrap();
        assert!(faint.is_seen() && faint.together > 5.5, "{faint:?}");
        assert_eq!(of(&[]), None);
    }
}
