//! The point-spread function of one exposure: a Moffat profile or a template.

use super::{
    Random, SimulationError, Survey,
    fourier::{Fourier, Spectrum},
    image::Image,
    psf_place::PsfPlace,
    survey::PsfModel,
    template_psf::{PsfLibrary, TemplatePsf},
};
use crate::{domain::Templates, imaging::Moffat};

/// A point-spread function of unit sum, wings included.
#[derive(Clone, Debug)]
pub enum Psf {
    /// By formula.
    Moffat(Moffat),
    Template(TemplatePsf),
}

impl Psf {
    /// Full width at half maximum, pixels.
    pub fn fwhm_px(&self) -> f64 {
        match self {
            Self::Moffat(moffat) => moffat.fwhm_px,
            Self::Template(psf) => psf.fwhm_px(),
        }
    }

    /// Pixels of uniform weight with the noise of its optimal weights, 1/ΣP².
    pub fn noise_equivalent_area_px(&self) -> f64 {
        match self {
            Self::Moffat(moffat) => moffat.noise_equivalent_area_px(),
            Self::Template(psf) => psf.noise_equivalent_area_px(),
        }
    }

    /// Adds a point source of these counts at `center`, pixels from the middle of the first.
    pub fn add_to(&self, image: &mut Image, center: [f64; 2], counts: f64) {
        if counts == 0.0 {
            return;
        }
        let side = image.side();
        match self {
            Self::Moffat(moffat) => moffat.add_to(&mut image.pixels, side, center, counts),
            Self::Template(psf) => psf.add_to(&mut image.pixels, side, center, counts),
        }
    }

    /// The same as far as a pixel of it has more than `floor` counts.
    pub fn add_above(&self, image: &mut Image, center: [f64; 2], counts: f64, floor: f64) {
        if counts == 0.0 {
            return;
        }
        let side = image.side();
        match self {
            Self::Moffat(moffat) => {
                let reach = moffat.reach_px(counts, floor);
                moffat.add_within(&mut image.pixels, side, center, counts, reach);
            }
            Self::Template(psf) => psf.add_to(&mut image.pixels, side, center, counts),
        }
    }

    /// Its image, centred on the middle pixel; light beyond the image is not in it.
    pub fn image(&self, side: usize) -> Image {
        let mut image = Image::new(side);
        let middle = image.middle() as f64;
        self.add_to(&mut image, [middle, middle], 1.0);
        image
    }

    /// Its transform as a kernel that moves nothing.
    pub fn spectrum(&self, fourier: &Fourier) -> Spectrum {
        fourier.forward_kernel(&self.image(fourier.side()))
    }

    /// Adds a point source drawn out along a straight line of this length and direction
    /// (radians from x to y), its middle at `center`.
    pub fn add_trail_to(
        &self,
        image: &mut Image,
        center: [f64; 2],
        counts: f64,
        [length_px, angle_rad]: [f64; 2],
    ) {
        // Steps of a third of the width cannot be told from a line.
        let steps = (3.0 * length_px / self.fwhm_px()).ceil() as usize + 1;
        let (sin, cos) = angle_rad.sin_cos();
        for step in 0..steps {
            let along = length_px * ((step as f64 + 0.5) / steps as f64 - 0.5);
            let at = [center[0] + along * cos, center[1] + along * sin];
            self.add_to(image, at, counts / steps as f64);
        }
    }
}

/// Where the point-spread functions of exposures come from.
#[derive(Clone, Debug)]
pub enum PsfSource {
    /// Templates, stretched to the seeing.
    Library(PsfLibrary),
    /// The survey's Moffat profiles.
    Model {
        /// Exponents and ellipticities.
        model: Box<PsfModel>,
        /// Side of a pixel, arcseconds.
        pixel_scale_arcsec: f64,
    },
}

impl PsfSource {
    /// The templates where there are any, else the survey's model.
    ///
    /// # Errors
    /// Where a template has no light.
    pub fn new(survey: &Survey, templates: &Templates) -> Result<Self, SimulationError> {
        let pixel_scale_arcsec = survey.detector.pixel_scale_arcsec;
        if templates.psfs.is_empty() {
            return Ok(Self::Model {
                model: Box::new(survey.psf.clone()),
                pixel_scale_arcsec,
            });
        }
        PsfLibrary::new(&templates.psfs).map(Self::Library)
    }

    /// The point-spread function of an exposure with this seeing, as the survey reports it.
    pub fn draw(&self, seeing_arcsec: f64, place: &PsfPlace, random: &mut Random) -> Psf {
        match self {
            Self::Library(library) => Psf::Template(library.draw(seeing_arcsec, place, random)),
            Self::Model {
                model,
                pixel_scale_arcsec,
            } => {
                let fwhm_px = model.width_factor * seeing_arcsec / pixel_scale_arcsec;
                draw_moffat(model, fwhm_px, place, random)
            }
        }
    }
}

/// Draws Moffat profiles as a survey describes them.
pub fn draw_moffat(model: &PsfModel, fwhm_px: f64, place: &PsfPlace, random: &mut Random) -> Psf {
    Psf::Moffat(Moffat {
        fwhm_px,
        beta: model.moffat_beta.draw(random),
        ellipticity: model
            .ellipticity
            .quantile(place.elongation_of_exposure(random)),
        angle_rad: place.angle_of_exposure_rad(random),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trail_keeps_the_counts_and_is_as_long_as_asked() {
        let psf = Psf::Moffat(Moffat::round(4.0, 4.0));
        let mut image = Image::new(61);
        psf.add_trail_to(&mut image, [30.0, 30.0], 1000.0, [15.0, 0.0]);
        let sum: f32 = image.pixels.iter().sum();
        assert!((sum - 1000.0).abs() < 8.0, "{sum}");
        let peak = image.at(30, 30);
        assert!((image.at(37, 30) / peak - 0.5).abs() < 0.12);
        assert!(image.at(30, 37) < 0.1 * peak);
    }

    #[test]
    fn no_counts_leave_the_image_alone() {
        let mut image = Image::new(5);
        Psf::Moffat(Moffat::round(2.0, 3.0)).add_to(&mut image, [2.0, 2.0], 0.0);
        assert_eq!(image, Image::new(5));
    }
}
