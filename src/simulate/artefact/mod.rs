//! Artefacts: everything that is taken for a source and is none, each as it arises.
//!
//! An [`Artefact`] may act at three moments: on the scene before any light is drawn, on the light
//! before it is recorded (then it has photon noise), and on the recorded pixels. Its signature in
//! the difference is never painted: the subtraction makes it. Recorded pixels are those of the
//! CCD: images that are resampled are so with their artefacts in them.

pub mod bad_column;
pub mod bright_star;
pub mod cosmic_ray;
pub mod dipole;
pub mod edge;
pub mod galaxy_core;
pub mod ghost;
pub mod hot_pixel;
pub mod masked_block;
pub mod noise;
pub mod plates;
pub mod psf_ring;
pub mod reference;
pub mod saturated_star;
pub mod scattered_light;
pub mod shape;
pub mod spike;
pub mod trail;

use super::{
    Random, survey_triplet::THRESHOLD, triplet_kind::BogusKind, triplet_scene::Scene,
    triplet_setting::Setting,
};
pub use plates::{Artefact, Plates};

impl BogusKind {
    /// How it is made.
    pub fn artefact(self) -> &'static dyn Artefact {
        match self {
            Self::Dipole => &dipole::Dipole,
            Self::PsfRing => &psf_ring::PsfRing,
            Self::SaturatedStar => &saturated_star::SaturatedStar,
            Self::BrightStarResidual => &bright_star::BrightStarResidual,
            Self::CosmicRay => &cosmic_ray::CosmicRay,
            Self::HotPixel => &hot_pixel::HotPixel,
            Self::BadColumn => &bad_column::BadColumn,
            Self::SatelliteTrail => &trail::SatelliteTrail,
            Self::DiffractionSpike => &spike::DiffractionSpike,
            Self::NoisePeak => &noise::NoisePeak,
            Self::CorrelatedNoise => &noise::CorrelatedNoise,
            Self::GalaxyCore => &galaxy_core::GalaxyCore,
            Self::Edge => &edge::Edge,
            Self::MaskedBlock => &masked_block::MaskedBlock,
            Self::ReferenceArtefact => &reference::ReferenceArtefact,
            Self::Ghost => &ghost::Ghost,
            Self::ScatteredLight => &scattered_light::ScatteredLight,
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
