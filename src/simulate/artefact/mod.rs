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
    Random, detection::THRESHOLD, image::Image, triplet_kind::BogusKind, triplet_scene::Scene,
    triplet_setting::Setting,
};
pub use plates::Plates;

/// One kind of artefact.
pub trait Artefact: Sync {
    /// Puts its objects on the sky, spoils the subtraction.
    fn compose(&self, _setting: &Setting, _scene: &mut Scene, _random: &mut Random) {}

    /// Adds light, ADU without noise, to science image and reference.
    fn shine(
        &self,
        _setting: &Setting,
        _scene: &Scene,
        _light: &mut [Image; 2],
        _random: &mut Random,
    ) {
    }

    /// Changes recorded pixels, those of the CCD: where something lies on them tells
    /// [`Side::before_resampling`](plates::Side::before_resampling).
    fn scar(&self, _setting: &Setting, _scene: &Scene, _plates: &mut Plates, _random: &mut Random) {
    }

    /// The S/N, negative too, that the noise shall have in the difference where it is the noise
    /// that is detected.
    fn noise_snr(&self, _random: &mut Random) -> Option<f64> {
        None
    }

    /// True where it is small, so that it may as well lie on or beside a star or galaxy.
    fn is_small(&self) -> bool {
        false
    }
}

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
