//! Whether the visits see an eclipsing binary vary.

use crate::simulate::Random;
use crate::simulate::light_curve::{Sampling, StarMagnitudes, passband};

/// Visits of a HiTS field, which the published number of deviating visits is for.
const USUAL_VISITS: f64 = 25.0;

/// Least range of the visits' magnitudes.
pub const RANGE_MAG: f64 = 0.08;

/// What is demanded of a binary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Demand {
    /// More visits than this must differ from their mean by more than their error.
    deviating: f64,
}

/// What the visits see of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// How well it does, for comparison.
    pub merit: f64,
    /// All that is demanded.
    pub is_accepted: bool,
}

impl Demand {
    /// U(6, 10) visits, in proportion where there are fewer than usual.
    pub fn draw(random: &mut Random, visits: usize) -> Self {
        let usual = random.uniform(6.0, 10.0);
        Self {
            deviating: usual * (visits as f64 / USUAL_VISITS).min(1.0),
        }
    }

    /// Looks at a star of these magnitudes that varies so (MJD → magnitudes, the same in all
    /// bands) with all visits.
    pub fn judge(
        self,
        sampling: &Sampling<'_>,
        magnitudes: &StarMagnitudes,
        variation: impl Fn(f64) -> f64,
    ) -> Seen {
        let visits = sampling.visits.iter();
        let varied: Vec<_> = visits.map(|visit| variation(visit.mjd.days())).collect();
        let mean = varied.iter().sum::<f64>() / varied.len().max(1) as f64;
        let high = varied.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let low = varied.iter().copied().fold(f64::INFINITY, f64::min);
        // Most of those that fail do so here, before the noise of every visit is asked for.
        if varied.is_empty() || high - low <= RANGE_MAG {
            return Seen {
                merit: 0.0,
                is_accepted: false,
            };
        }
        let deviates = |(at, varied): (usize, &f64)| {
            let place = passband::place(&sampling.visits[at].band);
            let deviation = varied - mean;
            let magnitude = magnitudes.at(place) + deviation;
            deviation.abs() > sampling.magnitude_error(at, magnitude)
        };
        let deviating = varied.iter().enumerate().filter(|seen| deviates(*seen));
        let deviating = deviating.count() as f64;
        Seen {
            merit: high - low + deviating,
            is_accepted: deviating > self.deviating,
        }
    }
}
