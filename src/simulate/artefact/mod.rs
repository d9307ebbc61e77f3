//! Artefacts: everything that is taken for a source and is none, each as it arises.
//!
//! An [`Artefact`] may act at three moments: on the scene before any light is drawn, on the light
//! before it is recorded (then it has photon noise), and on the recorded pixels. Its signature in
//! the difference is never painted: the subtraction makes it. Recorded pixels are those of the
//! CCD: images that are resampled are so with their artefacts in them.

pub mod around_stars;
pub mod background;
pub mod bad_pixels;
pub mod blanks;
pub mod bright_stars;
pub mod frames;
pub mod misfit;
pub mod missing_pixels;
pub mod noise;
pub mod plates;
pub mod reference;
pub mod shape;
pub mod stray_light;
pub mod tracks;

use super::{
    Random, survey_triplet::THRESHOLD, triplet_kind::BogusKind, triplet_scene::Scene,
    triplet_setting::Setting,
};
pub use plates::{Artefact, Plates};

impl BogusKind {
    pub fn artefact(self) -> &'static dyn Artefact {
        match self {
            Self::Dipole => &misfit::Dipole,
            Self::PsfRing => &misfit::PsfRing,
            Self::SaturatedStar => &bright_stars::SaturatedStar,
            Self::BrightStarResidual => &bright_stars::BrightStarResidual,
            Self::CosmicRay => &tracks::CosmicRay,
            Self::HotPixel => &bad_pixels::HotPixel,
            Self::BadColumn => &bad_pixels::BadColumn,
            Self::SatelliteTrail => &tracks::SatelliteTrail,
            Self::DiffractionSpike => &bright_stars::DiffractionSpike,
            Self::NoisePeak => &noise::NoisePeak,
            Self::CorrelatedNoise => &noise::CorrelatedNoise,
            Self::GalaxyCore => &misfit::GalaxyCore,
            Self::Edge => &missing_pixels::Edge,
            Self::MaskedBlock => &missing_pixels::MaskedBlock,
            Self::ReferenceArtefact => &reference::ReferenceArtefact,
            Self::Ghost => &stray_light::Ghost,
            Self::ScatteredLight => &stray_light::ScatteredLight,
            Self::FluxScale => &frames::FluxScale,
            Self::FrameWidth => &frames::FrameWidth,
            Self::FrameShift => &frames::FrameShift,
            Self::HalfBlank => &blanks::HalfBlank,
            Self::BlankedReference => &blanks::BlankedReference,
            Self::MaskedStar => &blanks::MaskedStar,
            Self::Ringing => &around_stars::Ringing,
            Self::Halo => &around_stars::Halo,
            Self::SkyStructure => &background::SkyStructure,
            Self::CrossedStreaks => &background::CrossedStreaks,
            Self::StackedCosmicRay => &background::StackedCosmicRay,
        }
    }

    /// S/N in the difference between which it is detected.
    pub const fn snr_range(self) -> [f64; 2] {
        match self {
            Self::NoisePeak => [THRESHOLD, 6.0],
            Self::CorrelatedNoise => [THRESHOLD, 20.0],
            _ => [THRESHOLD, f64::INFINITY],
        }
    }
}

/// Puts a constant star or galaxy on or beside the target.
pub fn add_companion(setting: &Setting, scene: &mut Scene, random: &mut Random) {
    let counts = setting.unit_adu() * random.log_uniform(5.0, 800.0);
    let reach = if random.chance(0.5) {
        2.0
    } else {
        2.0 * setting.fwhm_px()
    };
    let center = scene.near_target(reach, random);
    if random.chance(0.6) {
        scene.add_constant_star(center, counts);
    } else {
        scene.add_galaxy(center, 2.0 * counts, random.log_uniform(0.6, 7.0), random);
    }
}
