//! Whether a supernova is seen to be one: a detection, and a change of brightness.

use super::SupernovaCurve;
use crate::simulate::Random;
use crate::simulate::light_curve::sampling::DETECTION_SNR;
use crate::simulate::light_curve::{Sampling, passband};

/// Share of the supernovae that need not rise within the visits.
const SHARE_ANY: f64 = 0.1;

/// A rise of more than this, from one visit to a later detection, magnitudes.
const RISE_MAG: f64 = 1.0;

/// A fading of more than this: half the flux.
const FADING_MAG: f64 = 0.75;

/// The change of brightness that is demanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A rise by more than a magnitude.
    Rise,
    /// That, or fading to less than half the flux.
    Any,
}

impl Change {
    /// Mostly a rise.
    pub fn draw(random: &mut Random) -> Self {
        if random.chance(SHARE_ANY) {
            Self::Any
        } else {
            Self::Rise
        }
    }
}

/// What the visits see of a supernova.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// Largest signal to noise.
    pub largest_snr: f64,
    /// At least one detection, and the change that is demanded; where no band has two visits,
    /// there is no change to demand.
    pub is_accepted: bool,
}

/// Looks at a supernova with all visits. Changes are those of the true magnitudes, within a band.
pub fn judge(curve: &SupernovaCurve, sampling: &Sampling<'_>, demanded: Change) -> Seen {
    // Faintest magnitude so far and brightest detection so far, in each band.
    let mut faintest = [f64::NEG_INFINITY; passband::COUNT];
    let mut brightest = [f64::INFINITY; passband::COUNT];
    let mut largest_snr = 0.0_f64;
    let (mut rise, mut fading) = (0.0_f64, 0.0_f64);
    let mut is_comparable = false;
    for (at, visit) in sampling.visits.iter().enumerate() {
        let place = passband::place(&visit.band);
        let magnitude = curve.magnitude(visit.mjd.days(), place);
        let snr = sampling.snr(at, magnitude);
        largest_snr = largest_snr.max(snr);
        is_comparable |= faintest[place] > f64::NEG_INFINITY;
        if snr > DETECTION_SNR {
            rise = rise.max(faintest[place] - magnitude);
            brightest[place] = brightest[place].min(magnitude);
        }
        if magnitude.is_finite() {
            fading = fading.max(magnitude - brightest[place]);
        }
        faintest[place] = faintest[place].max(magnitude);
    }
    let is_seen_to_change = match demanded {
        Change::Rise => rise > RISE_MAG,
        Change::Any => rise > RISE_MAG || fading > FADING_MAG,
    };
    Seen {
        largest_snr,
        is_accepted: largest_snr > DETECTION_SNR && (is_seen_to_change || !is_comparable),
    }
}
