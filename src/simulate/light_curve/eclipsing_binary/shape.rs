//! The kinds of eclipsing binaries, and their light curve against phase in whatever form it comes.

use super::contact_pair::ContactPair;
use super::sphere_pair::SpherePair;
use crate::domain::Templates;
use crate::simulate::Random;
use crate::simulate::light_curve::PhaseTable;

/// How the two stars sit in their Roche lobes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Detached,
    SemiDetached,
    Contact,
}

impl Kind {
    /// Shares are our choice: contact binaries are the most common variables.
    pub fn draw(random: &mut Random) -> Self {
        [Self::Detached, Self::SemiDetached, Self::Contact][random.weighted(&[0.35, 0.2, 0.45])]
    }

    /// As templates and truth tables write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Detached => "detached",
            Self::SemiDetached => "semidetached",
            Self::Contact => "contact",
        }
    }

    /// Contact binaries have about a third of a day, the others up to a week.
    pub fn period_days(self, random: &mut Random) -> f64 {
        match self {
            Self::Detached => random.log_uniform(0.35, 8.0),
            Self::SemiDetached => random.log_uniform(0.35, 4.0),
            Self::Contact => (0.37 * random.normal(0.0, 0.3).exp()).clamp(0.2, 1.2),
        }
    }
}

/// A light curve; phase 0 is the primary minimum.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Detached or semi-detached.
    Spheres(SpherePair),
    Contact(ContactPair),
    /// An empirical one.
    Template(PhaseTable),
}

impl Shape {
    /// By the physics of its kind.
    pub fn built_in(random: &mut Random, kind: Kind, period_days: f64) -> Self {
        match kind {
            Kind::Detached => Self::Spheres(SpherePair::detached(random, period_days)),
            Kind::SemiDetached => Self::Spheres(SpherePair::semi_detached(random)),
            Kind::Contact => Self::Contact(ContactPair::draw(random)),
        }
    }

    /// Magnitudes below maximum light at a phase.
    pub fn magnitude(&self, phase: f64) -> f64 {
        match self {
            Self::Spheres(pair) => magnitudes(pair.flux(phase)),
            Self::Contact(pair) => magnitudes(pair.flux(phase)),
            Self::Template(table) => table.at(phase),
        }
    }

    /// The same as a table, with finer steps where eclipses are short.
    pub fn table(&self) -> PhaseTable {
        match self {
            Self::Template(table) => table.clone(),
            Self::Spheres(pair) if pair.radii[0] + pair.radii[1] < 0.35 => self.mirrored::<512>(),
            Self::Spheres(_) | Self::Contact(_) => self.mirrored::<256>(),
        }
    }

    /// Built-in curves are symmetric about the minima: half a cycle is computed.
    fn mirrored<const STEPS: usize>(&self) -> PhaseTable {
        let mut cycle = [0.0; STEPS];
        for step in 0..=STEPS / 2 {
            let value = self.magnitude(step as f64 / STEPS as f64) as f32;
            cycle[step] = value;
            cycle[(STEPS - step) % STEPS] = value;
        }
        PhaseTable::from_cycle(cycle)
    }
}

fn magnitudes(flux: f64) -> f64 {
    // A total eclipse by a dark star would be infinite.
    const FAINTEST: f64 = 1e-4;
    -2.5 * flux.max(FAINTEST).log10()
}

/// A template of this kind and its period, which is changed by a tenth so that few templates are
/// not few periods; `law_days` where it has none of its own. None where there is no template.
pub fn template(
    random: &mut Random,
    templates: &Templates,
    kind: &str,
    law_days: f64,
) -> Option<(Shape, f64)> {
    let curves = templates.eclipsing_binaries.iter();
    let of_kind = || curves.clone().filter(|curve| curve.kind == kind);
    let count = of_kind().count();
    let curve = of_kind().nth(random.below(count))?;
    let table = PhaseTable::from_template(curve)?;
    let own = curve.period_days.filter(|period| *period > 0.0);
    let period_days = own.map_or(law_days, |own| own * random.normal(0.0, 0.1).exp());
    Some((Shape::Template(table), period_days))
}
