//! How one exposure sees the scene: its point-spread function, where the target lies, its sky and
//! how much light comes through.

use super::{
    Random, Survey,
    exposure::Recorder,
    image::Image,
    psf::{Psf, PsfSource},
    psf_place::PsfPlace,
};
use crate::{
    domain::{Detector, Visit},
    imaging::{Moffat, statistics::median},
};

/// Relative scatter of the true width about the one that is reported, of an epoch and of a whole
/// sequence: what real HiTS stars scatter beyond the templates (measured).
const WIDTH_SCATTER: f64 = 0.03;
const SEQUENCE_WIDTH_SCATTER: f64 = 0.01;
/// How much wider stars are where they are elongated most than where they are round.
const WIDTH_OF_ELONGATION: f64 = 0.05;
/// The sky at a target over the sky reported for its CCD: mean and scatter of a sequence, and
/// scatter of an epoch (measured on real HiTS stars).
const LOCAL_SKY: [f64; 2] = [0.987, 0.006];
const SKY_SCATTER: f64 = 0.005;
/// Scatter of the flux beyond photon noise, magnitudes: of each epoch, with the zero point (a
/// slope for each sequence), and of the few epochs that are worse (recipes: measured on HiTS).
const FLUX_SCATTER_MAG: f64 = 0.013;
const ZERO_POINT_SLOPE: f64 = 0.1;
const BAD_EPOCHS_SHARE: f64 = 0.03;
const BAD_FLUX_SCATTER_MAG: f64 = 0.08;
/// Scatter of the target's place in a resampled sequence, pixels, and the share of its epochs
/// that really were resampled.
const REGISTRATION_PX: f64 = 0.05;
const RESAMPLED_EPOCHS_SHARE: f64 = 0.9;

/// One exposure.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Point-spread function on the CCD.
    pub psf: Psf,
    /// CCD and sky.
    pub recorder: Recorder,
    /// Where the target lies in the finished stamp, pixels from its middle: (x, y).
    pub offset_px: [f64; 2],
    /// Fraction of a pixel that the image is shifted by in resampling; 0 where it is not.
    pub fraction_px: [f64; 2],
    /// Light that comes through, in units of what the zero point says.
    pub transparency: f64,
    noise_area_px: f64,
    /// See [`calibrating_light`].
    calibrating_light: f64,
}

#[derive(Clone, Copy, Debug)]
pub struct FrameModel<'a> {
    pub survey: &'a Survey,
    /// Point-spread functions.
    pub psfs: &'a PsfSource,
    /// The candidate's CCD.
    pub detector: Detector,
    /// Share of the sequences that are resampled.
    pub resampled_share: f64,
}

impl FrameModel<'_> {
    /// The frames of a sequence.
    pub fn draw(&self, visits: &[Visit], random: &mut Random) -> Vec<Frame> {
        let jitter = self.survey.psf.centroid_jitter_px;
        let place = |random: &mut Random| [(); 2].map(|()| random.uniform(-jitter, jitter));
        let is_resampled = random.chance(self.resampled_share);
        let fixed = place(random);
        let place_on_ccd = PsfPlace::draw(random);
        let elongated = WIDTH_OF_ELONGATION * (place_on_ccd.elongation() - 0.5);
        let width = elongated + random.normal(0.0, SEQUENCE_WIDTH_SCATTER);
        let slope = random.normal(0.0, ZERO_POINT_SLOPE);
        let local_sky = random.normal(LOCAL_SKY[0], LOCAL_SKY[1]);
        let frame = |visit: &Visit| {
            let median = median_zero_point(visits, visit);
            let excess = slope * (f64::from(visit.zero_point) - median);
            let transparency = draw_transparency(excess, random);
            let mut fraction_px = [0.0; 2];
            let offset_px = if is_resampled {
                if random.chance(RESAMPLED_EPOCHS_SHARE) {
                    fraction_px = [(); 2].map(|()| random.unit());
                }
                fixed.map(|at| at + random.normal(0.0, REGISTRATION_PX))
            } else {
                place(random)
            };
            let scatter = width + random.normal(0.0, WIDTH_SCATTER);
            let seeing = f64::from(visit.seeing_arcsec) * scatter.exp();
            let psf = self.psfs.draw(seeing, &place_on_ccd, random);
            let reported_px = visit.seeing_arcsec / self.detector.pixel_scale_arcsec;
            Frame {
                calibrating_light: calibrating_light(&psf, f64::from(reported_px)),
                noise_area_px: psf.noise_equivalent_area_px(),
                psf,
                recorder: self.recorder(visit, local_sky, random),
                offset_px,
                fraction_px,
                transparency,
            }
        };
        let mut frames: Vec<_> = visits.iter().map(frame).collect();
        let lights: Vec<_> = frames.iter().map(|f| f.calibrating_light as f32).collect();
        let usual = median(&lights).unwrap_or_default();
        for frame in &mut frames {
            if usual > 0.0 && frame.calibrating_light > 0.0 {
                frame.transparency *= usual / frame.calibrating_light;
            }
        }
        frames
    }

    fn recorder(&self, visit: &Visit, local_sky: f64, random: &mut Random) -> Recorder {
        let sky_adu = f64::from(visit.sky_adu) * random.normal(local_sky, SKY_SCATTER);
        Recorder {
            detector: self.detector,
            sky_adu: sky_adu as f32,
            is_quantised: self.survey.detector.is_quantised,
        }
    }
}

/// What photometry of a bright star finds of its light when it takes the reported width for the
/// width of a Moffat profile (β = 4, as stars have it).
///
/// Zero points come from such photometry of the stars in the same exposure: what the profile of an
/// exposure does to it is calibrated away, and the whole light varies instead. Real HiTS stars
/// show it: their fluxes scatter by 2 % under such weights, by 3 % in apertures.
fn calibrating_light(psf: &Psf, reported_fwhm_px: f64) -> f64 {
    // Sky variance over the peak's, of a star of S/N 300 at the usual sky.
    const SKY_OVER_STAR: f32 = 1.2e-3;
    const WIDEST_PX: f64 = 14.0;
    let radius = reported_fwhm_px.clamp(1.0, WIDEST_PX);
    let side = 2 * radius.ceil() as usize + 1;
    let light = psf.image(side);
    let middle = light.middle() as f64;
    let mut assumed = Image::new(side);
    let profile = Moffat::round(reported_fwhm_px.max(0.5), 4.0);
    profile.add_to(&mut assumed.pixels, side, [middle, middle], 1.0);
    let (mut found, mut expected) = (0.0, 0.0);
    for (at, (light, assumed)) in light.pixels.iter().zip(&assumed.pixels).enumerate() {
        let (dx, dy) = ((at % side) as f64 - middle, (at / side) as f64 - middle);
        if dx * dx + dy * dy < radius * radius {
            let weight = f64::from(assumed / (assumed + SKY_OVER_STAR));
            found += weight * f64::from(*light);
            expected += weight * f64::from(*assumed);
        }
    }
    if expected > 0.0 {
        found / expected
    } else {
        1.0
    }
}

/// Median zero point of the visits in the same filter, the visit itself among them.
fn median_zero_point(visits: &[Visit], visit: &Visit) -> f64 {
    let alike = visits.iter().filter(|other| other.band == visit.band);
    let zero_points: Vec<_> = alike.map(|other| other.zero_point).collect();
    median(&zero_points).unwrap_or_else(|| f64::from(visit.zero_point))
}

fn draw_transparency(excess_mag: f64, random: &mut Random) -> f64 {
    let mut magnitudes = excess_mag + random.normal(0.0, FLUX_SCATTER_MAG);
    if random.chance(BAD_EPOCHS_SHARE) {
        magnitudes += random.normal(0.0, BAD_FLUX_SCATTER_MAG);
    }
    10f64.powf(0.4 * magnitudes)
}

impl Frame {
    /// Where the target falls on the CCD, pixels from the middle of the stamp.
    pub fn place_px(&self) -> [f64; 2] {
        [0, 1].map(|axis| self.offset_px[axis] + self.fraction_px[axis])
    }

    /// Whether pixels are averages of neighbours on the CCD.
    pub fn is_resampled(&self) -> bool {
        self.fraction_px.iter().any(|fraction| *fraction != 0.0)
    }

    /// Standard deviation of optimal photometry of a point source of these counts, ADU.
    pub fn counts_error(&self, counts_adu: f64) -> f64 {
        self.recorder.counts_error(counts_adu, self.noise_area_px)
    }

    /// Brings an image from the CCD to the grid of the stamp.
    pub fn resample(&self, image: &mut Image) {
        if self.is_resampled() {
            image.resample(self.fraction_px.map(|fraction| fraction as f32));
        }
    }

    /// The variance of resampled pixels out of the variance on the CCD: the mean of pixels is
    /// less noisy than each of them.
    pub fn resample_variance(&self, variance: &mut Image) {
        self.resample(variance);
        let factor: f64 = self
            .fraction_px
            .iter()
            .map(|f| (1.0 - f).powi(2) + f * f)
            .product();
        for pixel in &mut variance.pixels {
            *pixel *= factor as f32;
        }
    }

    /// The point-spread function of the stamp about the middle pixel; light beyond it is cut off.
    pub fn psf_image(&self, side: usize) -> Image {
        let mut image = Image::new(side);
        let middle = image.middle() as f64;
        let center = self.fraction_px.map(|fraction| middle + fraction);
        self.psf.add_to(&mut image, center, 1.0);
        self.resample(&mut image);
        image
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Band, Mjd, Templates};

    fn frames(resampled_share: f64, seed: u64) -> Vec<Frame> {
        let survey = Survey::built_in("hits2015").unwrap();
        let psfs = PsfSource::new(&survey, &Templates::default()).unwrap();
        let model = FrameModel {
            survey: &survey,
            psfs: &psfs,
            detector: survey.detector.draw(&mut Random::of(1, 0, 0)),
            resampled_share,
        };
        let visit = |at: u32| Visit {
            mjd: Mjd::new(f64::from(at)).unwrap(),
            band: Band::G,
            exposure_s: 86.0,
            seeing_arcsec: 1.35,
            airmass: 1.2,
            sky_adu: 120.0,
            limiting_mag: 23.0,
            zero_point: 25.0,
        };
        let visits: Vec<_> = (0..400).map(visit).collect();
        model.draw(&visits, &mut Random::of(seed, 0, 0))
    }

    #[test]
    fn widths_sky_and_flux_scatter_as_measured() {
        let frames = frames(0.0, 1);
        let scatter = |of: &dyn Fn(&Frame) -> f64| {
            let values: Vec<_> = frames.iter().map(of).collect();
            let mean = values.iter().sum::<f64>() / 400.0;
            let squares = values.iter().map(|value| (value - mean).powi(2));
            (mean, (squares.sum::<f64>() / 400.0).sqrt())
        };
        // Standard errors of 400 values: 0.05 of a standard deviation, 3.5 % of it.
        let (mean, sigma) = scatter(&|frame| (frame.psf.fwhm_px() / (0.78 * 5.0)).ln());
        assert!(
            mean.abs() < 0.1 && (sigma / WIDTH_SCATTER - 1.0).abs() < 0.12,
            "{sigma}"
        );
        let (mean, sigma) = scatter(&|frame| f64::from(frame.recorder.sky_adu));
        // One sequence: its local sky is one draw of 0.987 ± 0.006.
        assert!(
            (mean - 118.4).abs() < 3.0 && (sigma / 0.6 - 1.0).abs() < 0.12,
            "{mean} {sigma}"
        );
        // √(0.013² + 0.03 × 0.08²) = 0.019 mag, and what calibration puts into the whole light:
        // forms and widths that scatter as the survey's do.
        let (mean, sigma) = scatter(&|frame| 2.5 * frame.transparency.log10());
        assert!(
            mean.abs() < 0.01 && (0.019..0.045).contains(&sigma),
            "{mean} {sigma}"
        );
        let (mean, sigma) = scatter(&|frame| frame.offset_px[0]);
        assert!(mean.abs() < 0.06 && (sigma - 0.289).abs() < 0.03, "{sigma}");
    }

    #[test]
    fn a_resampled_sequence_keeps_its_target_in_place() {
        let frames = frames(1.0, 2);
        let first = frames[0].offset_px;
        assert!(
            frames
                .iter()
                .all(|f| (f.offset_px[0] - first[0]).abs() < 0.4)
        );
        let resampled = frames.iter().filter(|frame| frame.is_resampled()).count();
        assert!((330..=388).contains(&resampled), "{resampled}");
        for frame in &frames {
            let psf = frame.psf_image(41);
            let sum: f32 = psf.pixels.iter().sum();
            assert!((sum - 1.0).abs() < 0.1, "{sum}");
            let moment = |axis: usize| {
                let places = psf.pixels.iter().enumerate();
                let weighted = places.map(|(at, p)| [at % 41, at / 41][axis] as f32 * p);
                weighted.sum::<f32>() / sum
            };
            assert!((moment(0) - 20.0).abs() < 0.05 && (moment(1) - 20.0).abs() < 0.05);
        }
    }
}
