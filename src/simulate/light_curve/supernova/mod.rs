//! Supernovae: type Ia and core collapse, half and half, drawn until they are seen to appear.

mod acceptance;
mod core_collapse;
mod curve;
mod table;
mod template;
mod type_ia;

pub use curve::SupernovaCurve;

use std::sync::{Arc, LazyLock};

use self::acceptance::Change;
use self::table::SupernovaTable;
use super::{Drawn, LightCurve, Sampling};
use crate::domain::{Templates, Truth};
use crate::simulate::{Random, survey::Magnitudes};

/// Share of type Ia.
const SHARE_IA: f64 = 0.5;

/// Supernovae that are tried, and times of maximum tried for each.
const SUPERNOVAE: usize = 10;
const TIMES: usize = 6;

/// Maximum lies from so many days before the first visit to so many after the last: all that rise,
/// peak or fade within the visits, and those that appear only in the last ones.
const MAXIMUM_BEFORE_DAYS: f64 = 12.0;
const MAXIMUM_AFTER_DAYS: f64 = 20.0;

/// A type of supernova.
struct Kind {
    name: &'static str,
    /// Share among those of its half.
    share: f64,
    /// Mean and standard deviation of the absolute magnitude at maximum; our choice. It only
    /// connects apparent magnitude and redshift.
    absolute_mag: [f64; 2],
    table: Arc<SupernovaTable>,
}

/// Type Ia first, then core collapse with shares close to those of nearby galaxies (Li et al.
/// 2011); type IIn is left out.
static KINDS: LazyLock<[Kind; 5]> = LazyLock::new(|| {
    let kind = |name, share, absolute_mag, table| Kind {
        name,
        share,
        absolute_mag,
        table: Arc::new(table),
    };
    [
        kind("Ia", 1.0, [-19.2, 0.3], type_ia::table()),
        kind("II-P", 0.55, [-16.8, 0.9], core_collapse::plateau()),
        kind("II-L", 0.1, [-17.7, 0.7], core_collapse::linear()),
        kind("IIb", 0.1, [-17.2, 0.7], core_collapse::two_peaks()),
        kind("Ib/c", 0.25, [-17.4, 0.8], core_collapse::stripped()),
    ]
});

/// A supernova with its maximum at an MJD that is still to be drawn.
struct Supernova {
    kind: String,
    redshift: f64,
    peak_mag: f64,
    curve: SupernovaCurve,
}

/// A supernova with at least one detection above 5 sigma that is seen to rise by a magnitude or,
/// seldom, only to fade.
pub fn draw(
    random: &mut Random,
    magnitudes: &Magnitudes,
    templates: &Templates,
    sampling: &Sampling<'_>,
) -> Drawn {
    let demanded = Change::draw(random);
    let [first_mjd, last_mjd] = sampling.window_mjd();
    let (earliest, latest) = (
        first_mjd - MAXIMUM_BEFORE_DAYS,
        last_mjd + MAXIMUM_AFTER_DAYS,
    );
    let mut best: Option<(f64, Drawn)> = None;
    for _ in 0..SUPERNOVAE {
        let mut supernova = Supernova::draw(random, magnitudes, templates, sampling);
        for _ in 0..TIMES {
            supernova.curve.peak_mjd = random.uniform(earliest, latest);
            let seen = acceptance::judge(&supernova.curve, sampling, demanded);
            if seen.is_accepted {
                return supernova.drawn(true);
            }
            if best.as_ref().is_none_or(|(snr, _)| seen.largest_snr > *snr) {
                best = Some((seen.largest_snr, supernova.drawn(false)));
            }
        }
    }
    match best {
        Some((_, drawn)) => drawn,
        None => Supernova::draw(random, magnitudes, templates, sampling).drawn(false),
    }
}

impl Supernova {
    fn draw(
        random: &mut Random,
        magnitudes: &Magnitudes,
        templates: &Templates,
        sampling: &Sampling<'_>,
    ) -> Self {
        let is_ia = random.chance(SHARE_IA);
        let kind = if is_ia {
            &KINDS[0]
        } else {
            let core_collapse = &KINDS[1..];
            let shares = [0, 1, 2, 3].map(|at| core_collapse[at].share);
            &core_collapse[random.weighted(&shares)]
        };
        let peak_mag = magnitudes.supernova_peak.draw(random);
        let [mean, sigma] = kind.absolute_mag;
        let redshift = curve::redshift_at(peak_mag - random.normal(mean, sigma));
        // Ia: the range of stretch of normal ones. Others: lengths of plateaus and widths.
        let stretch = if is_ia {
            random.uniform(0.8, 1.2)
        } else {
            random.normal_within(1.0, 0.12, [0.7, 1.4])
        };
        let of_template = template::draw(random, templates, is_ia, redshift, sampling.band);
        let (name, curve) = if let Some(template) = of_template {
            let pace = (1.0 + template.redshift) / (1.0 + redshift) / stretch;
            let columns = template.table.nearest_columns();
            let curve = SupernovaCurve::new(template.table, columns, pace, sampling.band, peak_mag);
            (template.model, curve)
        } else {
            let pace = 1.0 / (1.0 + redshift) / stretch;
            let table = Arc::clone(&kind.table);
            let columns = table.columns(redshift);
            let curve = SupernovaCurve::new(table, columns, pace, sampling.band, peak_mag);
            (kind.name.to_owned(), curve)
        };
        Self {
            kind: name,
            redshift,
            peak_mag,
            curve,
        }
    }

    fn drawn(&self, is_accepted: bool) -> Drawn {
        Drawn {
            curve: LightCurve::Supernova(self.curve.clone()),
            truth: Truth {
                kind: self.kind.clone(),
                mag: Some(self.peak_mag),
                epoch_mjd: Some(self.curve.peak_mjd),
                redshift: Some(self.redshift),
                ..Truth::default()
            },
            is_accepted,
        }
    }
}

#[cfg(test)]
mod tests;
