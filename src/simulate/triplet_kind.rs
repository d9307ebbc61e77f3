//! The kinds of real and bogus detections, their weights, and what an order makes of them.

use super::{Random, SimulationError, survey_frames::FramesModel};
use crate::domain::Vocabulary;

/// Keeps the random numbers that say which candidate is real apart from all others.
const MIXING: u64 = 0x5eb;

/// What a real source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RealKind {
    /// A point source on blank sky, in one of the images only.
    Hostless,
    /// A point source in the disc of a galaxy, in one of the images only.
    InHost,
    /// At the centre of a galaxy, brighter or fainter than before.
    Nuclear,
    /// A star, brighter or fainter than in the reference.
    VariableStar,
    /// A change whose fainter state is barely seen.
    FaintInReference,
    /// A moving source, drawn out or not, in one of the images only.
    Asteroid,
}

/// What was taken for a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BogusKind {
    /// A wrong registration of the two images.
    Dipole,
    /// A wrong width of the kernel.
    PsfRing,
    /// A saturated star, bleeding or not.
    SaturatedStar,
    /// Ringing, speckle or a one-sided rest of a bright star.
    BrightStarResidual,
    /// A spot, a straight track or a worm.
    CosmicRay,
    /// One to three hot or dead pixels.
    HotPixel,
    /// One to three bad columns or rows, whole or in part.
    BadColumn,
    /// A satellite or an aircraft, across the stamp or ending in it.
    SatelliteTrail,
    /// The spike of a bright star.
    DiffractionSpike,
    /// Chance.
    NoisePeak,
    /// A peak of correlated noise.
    CorrelatedNoise,
    /// The rest of a galaxy's core.
    GalaxyCore,
    /// The border of a detector.
    Edge,
    /// A block of masked or spoilt pixels through an object.
    MaskedBlock,
    /// Something in the reference that was never on the sky.
    ReferenceArtefact,
    /// A reflection out of focus.
    Ghost,
    /// Bands, feathers and borders of light that strayed through the telescope.
    ScatteredLight,
    /// Of frames: the whole frame is scaled wrongly, every star is left over.
    FluxScale,
    /// The whole frame was matched to the wrong width.
    FrameWidth,
    /// The whole frame is registered wrongly: shifted, or turned.
    FrameShift,
    /// Half of an image, a strip or blocks are blank, and the candidate lies at the border.
    HalfBlank,
    /// The reference is blank or saturated where the source is.
    BlankedReference,
    /// A bright star whose saturated core is masked: the candidate lies on what is left around it.
    MaskedStar,
    /// Waves around a bright star.
    Ringing,
    /// The halo and the spikes of a star elsewhere, also outside of the cutout.
    Halo,
    /// Fringes, or a background that is left in patches.
    SkyStructure,
    /// Two streaks that cross.
    CrossedStreaks,
    /// A cosmic ray in one of several exposures that were averaged.
    StackedCosmicRay,
}

impl RealKind {
    /// All kinds with their weights (our choice after prototypes).
    pub const ALL: [(Self, f64); 6] = [
        (Self::Hostless, 0.28),
        (Self::InHost, 0.22),
        (Self::Nuclear, 0.12),
        (Self::VariableStar, 0.20),
        (Self::FaintInReference, 0.10),
        (Self::Asteroid, 0.08),
    ];

    /// Name in orders and truth tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hostless => "hostless",
            Self::InHost => "in_host",
            Self::Nuclear => "nuclear",
            Self::VariableStar => "variable_star",
            Self::FaintInReference => "faint_in_reference",
            Self::Asteroid => "asteroid",
        }
    }
}

impl BogusKind {
    /// All kinds with their weights (our choice after prototypes, noise peaks in number).
    pub const ALL: [(Self, f64); 17] = [
        (Self::Dipole, 0.10),
        (Self::PsfRing, 0.07),
        (Self::SaturatedStar, 0.06),
        (Self::BrightStarResidual, 0.08),
        (Self::CosmicRay, 0.07),
        (Self::HotPixel, 0.05),
        (Self::BadColumn, 0.05),
        (Self::SatelliteTrail, 0.05),
        (Self::DiffractionSpike, 0.03),
        (Self::NoisePeak, 0.11),
        (Self::CorrelatedNoise, 0.05),
        (Self::GalaxyCore, 0.05),
        (Self::Edge, 0.03),
        (Self::MaskedBlock, 0.05),
        (Self::ReferenceArtefact, 0.05),
        (Self::Ghost, 0.03),
        (Self::ScatteredLight, 0.07),
    ];

    /// The kinds that only frames have, with their usual shares among all bogus (our choice).
    pub const OF_FRAMES: [(Self, f64); 11] = [
        (Self::FluxScale, 0.09),
        (Self::FrameWidth, 0.03),
        (Self::FrameShift, 0.04),
        (Self::HalfBlank, 0.05),
        (Self::BlankedReference, 0.03),
        (Self::MaskedStar, 0.09),
        (Self::Ringing, 0.03),
        (Self::Halo, 0.04),
        (Self::SkyStructure, 0.03),
        (Self::CrossedStreaks, 0.015),
        (Self::StackedCosmicRay, 0.025),
    ];

    /// Name in orders and truth tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dipole => "dipole",
            Self::PsfRing => "psf_ring",
            Self::SaturatedStar => "saturated_star",
            Self::BrightStarResidual => "bright_star_residual",
            Self::CosmicRay => "cosmic_ray",
            Self::HotPixel => "hot_pixel",
            Self::BadColumn => "bad_column",
            Self::SatelliteTrail => "satellite_trail",
            Self::DiffractionSpike => "diffraction_spike",
            Self::NoisePeak => "noise_peak",
            Self::CorrelatedNoise => "correlated_noise",
            Self::GalaxyCore => "galaxy_core",
            Self::Edge => "edge",
            Self::MaskedBlock => "masked_block",
            Self::ReferenceArtefact => "reference_artefact",
            Self::Ghost => "ghost",
            Self::ScatteredLight => "scattered_light",
            Self::FluxScale => "flux_scale",
            Self::FrameWidth => "frame_width",
            Self::FrameShift => "frame_shift",
            Self::HalfBlank => "half_blank",
            Self::BlankedReference => "blanked_reference",
            Self::MaskedStar => "masked_star",
            Self::Ringing => "ringing",
            Self::Halo => "halo",
            Self::SkyStructure => "sky_structure",
            Self::CrossedStreaks => "crossed_streaks",
            Self::StackedCosmicRay => "stacked_cosmic_ray",
        }
    }
}

/// A kind of either class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A source on the sky.
    Real(RealKind),
    /// None.
    Bogus(BogusKind),
}

impl Kind {
    /// Name in orders and truth tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Real(kind) => kind.name(),
            Self::Bogus(kind) => kind.name(),
        }
    }

    /// Class in the `real_bogus` vocabulary.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Real(_) => "real",
            Self::Bogus(_) => "bogus",
        }
    }

    /// All kinds, real ones first.
    pub fn all() -> impl Iterator<Item = Self> {
        let real = RealKind::ALL.into_iter().map(|(kind, _)| Self::Real(kind));
        let bogus = BogusKind::ALL.into_iter().chain(BogusKind::OF_FRAMES);
        real.chain(bogus.map(|(kind, _)| Self::Bogus(kind)))
    }
}

/// The kinds of an order.
#[derive(Clone, Debug, PartialEq)]
pub struct KindPlan {
    real: Vec<(RealKind, f64)>,
    bogus: Vec<(BogusKind, f64)>,
}

impl KindPlan {
    /// The plan of an order: names of kinds, `real` and `bogus` with their aliases; all kinds
    /// where nothing is named. Case, spaces and `-` for `_` do not matter. Kinds of frames belong to
    /// surveys with `frames`, which have their shares.
    ///
    /// # Errors
    /// Where a name is not known; the error names all.
    pub fn of(names: &[String], frames: Option<&FramesModel>) -> Result<Self, SimulationError> {
        let vocabulary = Vocabulary::real_bogus();
        let mut wanted = Vec::new();
        for name in names {
            let folded = name.trim().to_ascii_lowercase().replace([' ', '-'], "_");
            let class = vocabulary.class(name).map(|class| class.name.clone());
            let before = wanted.len();
            wanted
                .extend(Kind::all().filter(|kind| {
                    kind.name() == folded || class.as_deref() == Some(kind.class())
                }));
            if wanted.len() == before {
                let known: Vec<_> = Kind::all().map(Kind::name).collect();
                return Err(SimulationError::UnknownClass {
                    name: name.clone(),
                    known: format!("real, bogus, {}", known.join(", ")),
                });
            }
        }
        let is_wanted = |kind: Kind| wanted.is_empty() || wanted.contains(&kind);
        let of_frames = frames.map_or_else(Vec::new, |frames| {
            let kinds = BogusKind::OF_FRAMES.into_iter();
            kinds
                .map(|(kind, _)| (kind, frames.share_of(kind)))
                .collect()
        });
        let rest = 1.0 - of_frames.iter().map(|(_, share)| share).sum::<f64>();
        let bogus = BogusKind::ALL.into_iter();
        let bogus = bogus.map(|(kind, weight)| (kind, rest * weight));
        let plan = Self {
            real: RealKind::ALL
                .into_iter()
                .filter(|(kind, _)| is_wanted(Kind::Real(*kind)))
                .collect(),
            bogus: bogus
                .chain(of_frames)
                .filter(|(kind, _)| is_wanted(Kind::Bogus(*kind)))
                .collect(),
        };
        if plan.real.is_empty() && plan.bogus.is_empty() {
            let names = names.join(", ");
            return Err(SimulationError::Order(format!(
                "{names}: kinds of whole frames, and this survey has no [triplets.frames]"
            )));
        }
        Ok(plan)
    }

    /// The kind of candidate `index` of the simulation `seed`: of every two one is real and one
    /// bogus, as far as both are wanted, in an order that tells nothing; within the class by weight.
    pub fn draw(&self, seed: u64, index: u64, random: &mut Random) -> Kind {
        let is_real = match (self.real.is_empty(), self.bogus.is_empty()) {
            (false, false) => Random::place_in_block(seed, MIXING, index, 2) == 0,
            (is_without_real, _) => !is_without_real,
        };
        if is_real {
            Kind::Real(by_weight(&self.real, random))
        } else {
            Kind::Bogus(by_weight(&self.bogus, random))
        }
    }
}

fn by_weight<K: Copy>(kinds: &[(K, f64)], random: &mut Random) -> K {
    let mut left = random.unit() * kinds.iter().map(|(_, weight)| weight).sum::<f64>();
    let found = kinds.iter().find(|(_, weight)| {
        left -= weight;
        left < 0.0
    });
    found.unwrap_or(&kinds[kinds.len() - 1]).0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(names: &[&str]) -> Result<KindPlan, SimulationError> {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        KindPlan::of(&names, None)
    }

    #[test]
    fn kinds_of_frames_have_the_shares_of_the_survey() {
        let mut frames = FramesModel::default();
        frames.kinds.insert("halo".into(), 0.3);
        let plan = KindPlan::of(&["bogus".into()], Some(&frames)).unwrap();
        let kinds = (0..4000).map(|index| plan.draw(3, index, &mut Random::of(3, 0, index)));
        let halos = kinds.filter(|kind| kind.name() == "halo").count();
        // 1200, standard deviation 29.
        assert!(halos.abs_diff(1200) < 120, "{halos}");
        let refusal = super::tests::plan(&["halo"]).unwrap_err().to_string();
        assert!(refusal.contains("triplets.frames"), "{refusal}");
    }

    #[test]
    fn pairs_have_both_classes_and_kinds_follow_their_weights() {
        let plan = plan(&[]).unwrap();
        let mut counts = std::collections::BTreeMap::new();
        let (mut first_is_real, mut real_first) = (false, 0);
        for index in 0..20_000 {
            let kind = plan.draw(3, index, &mut Random::of(3, 0, index));
            let is_real = matches!(kind, Kind::Real(_));
            if index % 2 == 0 {
                first_is_real = is_real;
                real_first += i32::from(is_real);
            } else {
                assert_ne!(is_real, first_is_real);
            }
            *counts.entry(kind.name()).or_insert(0) += 1;
        }
        // Half of 10,000 pairs, four standard deviations of 50.
        assert!((real_first - 5000).abs() < 200, "{real_first}");
        let weights = RealKind::ALL.map(|(kind, weight)| (kind.name(), weight));
        let bogus = BogusKind::ALL.map(|(kind, weight)| (kind.name(), weight));
        for weights in [&weights[..], &bogus[..]] {
            let sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
            assert!((sum - 1.0).abs() < 1e-9, "{sum}");
            for (name, weight) in weights {
                let expected = 10_000.0 * weight;
                let found = f64::from(counts[name]);
                assert!(
                    (found - expected).abs() < 5.0 * expected.sqrt(),
                    "{name}: {found}"
                );
            }
        }
    }

    #[test]
    fn single_kinds_and_classes_can_be_ordered() {
        let only = plan(&["Cosmic-Ray"]).unwrap();
        let kind = only.draw(1, 4, &mut Random::of(1, 0, 0));
        assert_eq!(kind, Kind::Bogus(BogusKind::CosmicRay));
        let real = plan(&["real"]).unwrap();
        assert!((0..9).all(|at| real.draw(1, at, &mut Random::of(1, 0, at)).class() == "real"));
        let both = plan(&["hostless", "bogus"]).unwrap();
        let pair = [0, 1].map(|at| both.draw(1, at, &mut Random::of(1, 0, at)));
        assert!(pair.iter().any(|kind| kind.name() == "hostless"));
        assert!(pair.iter().any(|kind| kind.class() == "bogus"));
    }

    #[test]
    fn unknown_kinds_are_refused_with_all_that_there_are() {
        let error = plan(&["hostless", "gremlin"]).unwrap_err().to_string();
        assert!(error.contains("gremlin"), "{error}");
        assert!(
            Kind::all().all(|kind| error.contains(kind.name())),
            "{error}"
        );
    }
}
