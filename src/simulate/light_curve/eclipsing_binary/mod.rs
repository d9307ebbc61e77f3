//! Eclipsing binaries: detached, semi-detached and contact, drawn until the visits see them vary.

mod acceptance;
mod contact_pair;
mod occultation;
mod shape;
mod sphere_pair;

use self::acceptance::Demand;
use self::shape::{Kind, Shape};
use super::{Drawn, LightCurve, PeriodicStar, Sampling, StarMagnitudes};
use crate::domain::{Templates, Truth};
use crate::simulate::{Random, survey::Magnitudes};

/// Kinds that are tried, and binaries tried of each. A kind is kept for several tries, or short
/// periods and large amplitudes would leave contact binaries only.
const KINDS_TRIED: usize = 4;
const BINARIES: usize = 12;

/// Temperatures, kelvin; our choice.
const TEMPERATURES_K: [f64; 2] = [4500.0, 8500.0];

/// A binary, not yet tabulated.
struct Binary {
    kind: Kind,
    shape: Shape,
    period_days: f64,
    /// A primary minimum, MJD.
    epoch_mjd: f64,
    mag: f64,
    magnitudes: StarMagnitudes,
}

/// An eclipsing binary of which more than U(6, 10) visits differ from the mean by their error, by
/// more than 0.08 mag from peak to peak.
pub fn draw(
    random: &mut Random,
    magnitudes: &Magnitudes,
    templates: &Templates,
    sampling: &Sampling<'_>,
) -> Drawn {
    let demand = Demand::draw(random, sampling.visits.len());
    let mut best: Option<(f64, Binary)> = None;
    for _ in 0..KINDS_TRIED {
        let kind = Kind::draw(random);
        for _ in 0..BINARIES {
            let binary = Binary::draw(random, kind, magnitudes, templates, sampling);
            if !binary.is_deep() {
                continue;
            }
            let quick = demand.judge(sampling, &binary.magnitudes, |mjd| binary.variation(mjd));
            if quick.is_accepted {
                // The table is the curve: what is demanded must hold for it.
                let drawn = binary.drawn(sampling, demand);
                if drawn.is_accepted {
                    return drawn;
                }
            }
            if best.as_ref().is_none_or(|(merit, _)| quick.merit > *merit) {
                best = Some((quick.merit, binary));
            }
        }
    }
    let binary = best.map_or_else(
        || Binary::draw(random, Kind::Contact, magnitudes, templates, sampling),
        |(_, binary)| binary,
    );
    binary.drawn(sampling, demand)
}

impl Binary {
    fn draw(
        random: &mut Random,
        kind: Kind,
        magnitudes: &Magnitudes,
        templates: &Templates,
        sampling: &Sampling<'_>,
    ) -> Self {
        let law_days = kind.period_days(random);
        let of_template = shape::template(random, templates, kind.name(), law_days);
        let (shape, period_days) =
            of_template.unwrap_or_else(|| (Shape::built_in(random, kind, law_days), law_days));
        let mag = magnitudes.star.draw(random);
        let [coolest, hottest] = TEMPERATURES_K;
        let temperature_k = random.uniform(coolest, hottest);
        let [first_mjd, _] = sampling.window_mjd();
        Self {
            kind,
            shape,
            period_days,
            epoch_mjd: first_mjd + random.unit() * period_days,
            mag,
            magnitudes: StarMagnitudes::of_black_body(mag, sampling.band, temperature_k),
        }
    }

    /// Whether its primary minimum alone is deep enough; most that are not fail by this.
    fn is_deep(&self) -> bool {
        self.shape.magnitude(0.0) > acceptance::RANGE_MAG
    }

    /// Magnitudes below maximum light at a time (MJD).
    fn variation(&self, mjd: f64) -> f64 {
        let phase = (mjd - self.epoch_mjd) / self.period_days;
        self.shape.magnitude(phase)
    }

    fn drawn(&self, sampling: &Sampling<'_>, demand: Demand) -> Drawn {
        let star = PeriodicStar {
            epoch_mjd: self.epoch_mjd,
            period_days: self.period_days,
            mean: self.magnitudes,
            amplitudes: [1.0; _],
            shape: self.shape.table().centred(),
        };
        let seen = demand.judge(sampling, &star.mean, |mjd| star.variation(mjd));
        let amplitude_mag = star.shape.range();
        Drawn {
            curve: LightCurve::Periodic(star),
            truth: Truth {
                kind: self.kind.name().into(),
                mag: Some(self.mag),
                period_days: Some(self.period_days),
                amplitude_mag: Some(amplitude_mag),
                epoch_mjd: Some(self.epoch_mjd),
                ..Truth::default()
            },
            is_accepted: seen.is_accepted,
        }
    }
}

#[cfg(test)]
mod tests;
