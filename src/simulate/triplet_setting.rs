//! Under which conditions a triplet is taken: telescope, night, point-spread functions, and how
//! one image is matched to the other.

use super::{
    Random, Survey,
    exposure::Recorder,
    fourier::{Fourier, Spectrum},
    image::Image,
    psf::{Psf, PsfSource},
    psf_place::PsfPlace,
    subtraction::{Input, Matching},
};
use crate::domain::{Detector, Mjd, Visit};

/// One image's optics and camera.
#[derive(Clone, Debug)]
pub struct Camera {
    /// How light is recorded; a stack of exposures has their summed gain.
    pub recorder: Recorder,
    /// Point-spread function before any resampling.
    pub psf: Psf,
    /// Fraction of a pixel to which the recorded image is resampled, if any.
    pub resampled_px: Option<[f32; 2]>,
    /// Point-spread function of the image as it is subtracted: unit sum, on the middle pixel.
    pub psf_image: Image,
    /// Its transform as a kernel.
    pub kernel: Spectrum,
}

/// The conditions of one triplet.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The science exposure.
    pub visit: Visit,
    /// The CCD.
    pub detector: Detector,
    /// Optics and camera of the science image.
    pub science: Camera,
    /// The same of the reference.
    pub reference: Camera,
    /// The kernel between the two, without errors.
    pub matching: Matching,
    /// Standard deviation of a sky pixel of the science image, ADU.
    pub sky_sigma_adu: f64,
    /// The same of the reference.
    pub reference_sigma_adu: f64,
    /// Variance of a sky pixel of the difference, ADU².
    pub difference_variance_adu2: f64,
    /// Pixels of the point-spread function of the difference, 1/ΣP².
    pub noise_area_px: f64,
}

#[derive(Debug)]
pub struct SettingSource<'a> {
    pub survey: &'a Survey,
    /// Its point-spread functions.
    pub psfs: &'a PsfSource,
    /// Transforms of the grid.
    pub fourier: &'a Fourier,
}

/// Seeing below this share of a pixel would be no image.
const SHARPEST_PX: f64 = 0.8;
/// The stack's saturation over that of one exposure, drawn log-uniform: stacks clip elsewhere.
const REFERENCE_SATURATION: [f64; 2] = [0.6, 1.5];
/// Share of the references that were resampled when they were stacked.
const RESAMPLED_REFERENCES: f64 = 0.5;

impl SettingSource<'_> {
    /// Draws the conditions of one triplet.
    pub fn draw(&self, random: &mut Random) -> Setting {
        let survey = self.survey;
        let detector = survey.detector.draw(random);
        let model = &survey.triplets;
        // Seeing as the survey reports it, for one pixel of width in the image.
        let pixel = survey.detector.pixel_scale_arcsec / survey.psf.width_factor;
        let seeing = if let Some(fwhm_px) = &model.fwhm_px {
            fwhm_px.draw(random) * pixel
        } else {
            survey.site.seeing_arcsec.draw(random)
        };
        let seeing = seeing.max(SHARPEST_PX * pixel);
        let reference_seeing = if let Some(factor) = &model.reference_fwhm_factor {
            seeing * factor.draw(random)
        } else {
            let typical = survey.site.seeing_arcsec.quantile(0.5);
            typical * survey.reference.seeing_factor.draw(random)
        };
        let reference_seeing = reference_seeing.max(SHARPEST_PX * pixel);
        let mut visit = draw_visit(survey, seeing, random);
        let science = Recorder {
            detector,
            sky_adu: visit.sky_adu,
            is_quantised: survey.detector.is_quantised,
        };
        let reference = draw_stack(survey, science, random);
        let science = self.camera(science, seeing, survey.psf.resampled_share, random);
        let reference = self.camera(reference, reference_seeing, RESAMPLED_REFERENCES, random);
        let limit = 5.0
            * science
                .recorder
                .counts_error(0.0, science.psf.noise_equivalent_area_px());
        visit.limiting_mag = visit.magnitude(limit).unwrap_or(0.0) as f32;
        Setting::of(visit, science, reference)
    }

    fn camera(
        &self,
        recorder: Recorder,
        seeing_arcsec: f64,
        resampled_share: f64,
        random: &mut Random,
    ) -> Camera {
        let psf = self
            .psfs
            .draw(seeing_arcsec, &PsfPlace::draw(random), random);
        let resampled_px = random
            .chance(resampled_share)
            .then(|| [(); 2].map(|()| random.unit() as f32));
        let mut psf_image = Image::new(self.fourier.side());
        let middle = psf_image.middle() as f64;
        let center = shifted([middle; 2], resampled_px);
        psf.add_to(&mut psf_image, center, 1.0);
        if let Some(fraction) = resampled_px {
            psf_image.resample(fraction);
        }
        let kernel = self.fourier.forward_kernel(&psf_image);
        Camera {
            recorder,
            psf,
            resampled_px,
            psf_image,
            kernel,
        }
    }
}

impl Setting {
    fn of(visit: Visit, science: Camera, reference: Camera) -> Self {
        let matching = Matching::of(
            (&science.kernel, science.psf.fwhm_px()),
            (&reference.kernel, reference.psf.fwhm_px()),
        );
        let factor = matching.variance_factor();
        let [vs, vr] = [&science, &reference].map(Camera::sky_variance);
        let difference_variance = if matching.is_reference_convolved() {
            vs + factor * vr
        } else {
            factor * vs + vr
        };
        let mut setting = Self {
            visit,
            detector: science.recorder.detector,
            sky_sigma_adu: f64::from(vs).sqrt(),
            reference_sigma_adu: f64::from(vr).sqrt(),
            difference_variance_adu2: f64::from(difference_variance),
            noise_area_px: 1.0,
            matching,
            science,
            reference,
        };
        let squares: f32 = setting.filter().pixels.iter().map(|p| p * p).sum();
        setting.noise_area_px = 1.0 / f64::from(squares.max(f32::MIN_POSITIVE));
        setting
    }

    /// The point-spread function of the difference.
    pub fn filter(&self) -> &Image {
        if self.matching.is_reference_convolved() {
            &self.science.psf_image
        } else {
            &self.reference.psf_image
        }
    }

    /// Share of a sky pixel's variance in the difference that is the reference's.
    pub fn reference_share(&self) -> f64 {
        let science = self.sky_sigma_adu * self.sky_sigma_adu;
        let reference = self.reference_sigma_adu * self.reference_sigma_adu;
        let factor = f64::from(self.matching.variance_factor());
        let [science, reference] = if self.matching.is_reference_convolved() {
            [science, factor * reference]
        } else {
            [factor * science, reference]
        };
        reference / (science + reference).max(f64::MIN_POSITIVE)
    }

    /// What a kernel blurs too much whose width is wrong by this share, pixels². A kernel can be
    /// too sharp only by what it blurs at all: where it has less to give, it is too wide.
    pub fn wrong_blur_px2(&self, error: f64) -> f64 {
        const GAUSSIAN: f64 = 2.355;
        let [science, reference] = [&self.science, &self.reference].map(|c| c.psf.fwhm_px());
        let kernel = (science * science - reference * reference).abs() / (GAUSSIAN * GAUSSIAN);
        let variance = (self.fwhm_px() / GAUSSIAN).powi(2);
        let wrong = variance * ((1.0 + error).powi(2) - 1.0);
        if wrong >= -0.8 * kernel {
            wrong
        } else {
            variance * ((1.0 - error).powi(2) - 1.0)
        }
    }

    /// Full width at half maximum in the difference, pixels.
    pub fn fwhm_px(&self) -> f64 {
        self.science.psf.fwhm_px().max(self.reference.psf.fwhm_px())
    }

    /// Counts of a faint point source of S/N 1 in the difference, ADU.
    pub fn unit_adu(&self) -> f64 {
        (self.difference_variance_adu2 * self.noise_area_px)
            .sqrt()
            .max(f64::from(f32::MIN_POSITIVE))
    }

    /// Change of counts that has this S/N in the difference where `light_adu` (a pixel) shines
    /// all the time: its own photons and those of the light are noise too (King 1983). What fades
    /// has its photons in the reference.
    pub fn counts_of_snr(&self, snr: f64, light_adu: f64, is_fading: bool) -> f64 {
        let [science, reference] = [&self.science, &self.reference]
            .map(|camera| 1.0 / f64::from(camera.recorder.detector.gain_e_per_adu));
        let own = if is_fading { reference } else { science };
        let variance = self.difference_variance_adu2 + light_adu.max(0.0) * (science + reference);
        let half = 0.5 * snr * snr * own;
        half + (half * half + snr * snr * variance * self.noise_area_px).sqrt()
    }
}

impl Camera {
    /// Variance of a sky pixel as it is subtracted, ADU².
    fn sky_variance(&self) -> f32 {
        self.recorder.variance_of(0.0) * self.resampled_variance()
    }

    /// What resampling does to the variance of white noise.
    fn resampled_variance(&self) -> f32 {
        let factor = |f: f32| (1.0 - f) * (1.0 - f) + f * f;
        self.resampled_px
            .map_or(1.0, |[fx, fy]| factor(fx) * factor(fy))
    }

    /// Where light has to fall for it to appear at `center` in the end.
    pub fn before_resampling(&self, center: [f64; 2]) -> [f64; 2] {
        shifted(center, self.resampled_px)
    }

    /// Adds a point source, drawn out along a line of this length and direction.
    pub fn add_source(&self, light: &mut Image, center: [f64; 2], counts: f64, trail: [f64; 2]) {
        let center = self.before_resampling(center);
        if trail[0] > 0.0 {
            self.psf.add_trail_to(light, center, counts, trail);
        } else {
            self.psf.add_to(light, center, counts);
        }
    }

    /// Adds a point source as far as a pixel of it has more than `floor` counts.
    pub fn add_star(&self, light: &mut Image, center: [f64; 2], counts: f64, floor: f64) {
        let center = self.before_resampling(center);
        self.psf.add_above(light, center, counts, floor);
    }

    /// Records light on the pixels of the CCD: counts above the sky with their noise.
    pub fn expose(&self, light: &mut Image, random: &mut Random) {
        self.recorder.expose(light, random);
        for pixel in &mut light.pixels {
            *pixel -= self.recorder.sky_adu;
        }
    }

    /// Resamples what was recorded, artefacts and all. Missing pixels take what lies before them
    /// along.
    pub fn resample(&self, recorded: &mut Image) {
        if let Some(fraction) = self.resampled_px {
            recorded.resample(fraction);
        }
    }

    /// Counts above the sky at which pixels are clipped, ADU.
    pub fn ceiling_adu(&self) -> f32 {
        self.recorder.detector.saturation_adu - self.recorder.sky_adu
    }

    /// An image as it is subtracted, with the variance that a pipeline estimates from its pixels.
    pub fn input(&self, image: Image) -> Input {
        let factor = self.resampled_variance();
        let mut variance = Image::new(image.side());
        for (value, counts) in variance.pixels.iter_mut().zip(&image.pixels) {
            // Missing pixels have the sky's.
            let counts = if counts.is_finite() { *counts } else { 0.0 };
            *value = factor * self.recorder.variance_of(counts);
        }
        Input::new(image, variance, self.kernel.clone(), self.psf.fwhm_px())
    }
}

fn shifted(center: [f64; 2], fraction: Option<[f32; 2]>) -> [f64; 2] {
    let [fx, fy] = fraction.unwrap_or_default().map(f64::from);
    [center[0] + fx, center[1] + fy]
}

fn draw_visit(survey: &Survey, seeing_arcsec: f64, random: &mut Random) -> Visit {
    let shares: Vec<_> = survey.bands.iter().map(|band| band.share).collect();
    let band = &survey.bands[random.weighted(&shares)];
    let mjd = survey.cadence.first_mjd.draw(random) + random.unit();
    Visit {
        mjd: Mjd::new(mjd).unwrap_or_default(),
        band: band.band(),
        exposure_s: band.exposure_s as f32,
        seeing_arcsec: seeing_arcsec as f32,
        airmass: survey.site.airmass.draw(random) as f32,
        sky_adu: band.sky_adu.draw(random) as f32,
        limiting_mag: 0.0,
        zero_point: band.zero_point.draw(random) as f32,
    }
}

/// The mean of a stack of exposures like this one, under a sky of its own: as one exposure of
/// many times the gain.
fn draw_stack(survey: &Survey, science: Recorder, random: &mut Random) -> Recorder {
    let count = survey.reference.exposures.draw(random).max(1.0) as f32;
    let saturation = random.log_uniform(REFERENCE_SATURATION[0], REFERENCE_SATURATION[1]) as f32;
    let detector = Detector {
        gain_e_per_adu: count * science.detector.gain_e_per_adu,
        read_noise_e: count.sqrt() * science.detector.read_noise_e,
        saturation_adu: saturation * science.detector.saturation_adu,
        ..science.detector
    };
    // References are stacked from dark nights.
    let sky = science.sky_adu * random.uniform(0.6, 1.0) as f32;
    Recorder {
        detector,
        sky_adu: sky,
        is_quantised: false,
    }
}
