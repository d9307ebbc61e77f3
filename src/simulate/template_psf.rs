//! Empirical point-spread functions: templates turned, widened and moved by fractions of a pixel.

use std::sync::Arc;

use super::{Random, SimulationError, psf_place::PsfPlace};
use crate::{
    domain::PsfTemplate,
    imaging::{
        CubicTaps, Moffat,
        photometry::{Frame, moments::moments},
    },
};

/// Templates ready for use, in the order of their seeing.
#[derive(Clone, Debug)]
pub struct PsfLibrary {
    prepared: Vec<Arc<Prepared>>,
}

/// A template with a tapered edge and unit sum.
#[derive(Debug)]
struct Prepared {
    side: usize,
    center_px: [f64; 2],
    seeing_arcsec: f64,
    /// Width of its light; the seeing that a survey reports may be another.
    fwhm_px: f64,
    /// (y, x), and the same with the axes exchanged.
    pixels: [Vec<f32>; 2],
    sum_of_squares: f64,
    elongation: f64,
    /// Share of all templates that are rounder.
    elongation_rank: f64,
}

/// A template as it appears in one exposure.
#[derive(Clone, Debug)]
pub struct TemplatePsf {
    prepared: Arc<Prepared>,
    /// Width of the exposure over width of the template.
    stretch: f64,
    is_transposed: bool,
    flips: [bool; 2],
}

/// Templates whose seeing differs by no more than this are as good as each other, arcseconds.
const NEAR_ARCSEC: f64 = 0.06;
/// Share of the light in the aureole that a template, cut at its edge, does not show, and its width
/// over the template's: a Moffat profile of β = 2. The sky around bright HiTS stars is lifted so
/// much (measured: 2 % at S/N 300).
const AUREOLE_SHARE: f64 = 0.03;
const AUREOLE_WIDTH: f64 = 3.0;
/// Templates that are looked at for one of the wanted elongation.
const TRIES: usize = 3;
/// Fewest templates to choose from.
const FEWEST: usize = 10;
/// Full width at half maximum over the root of the noise-equivalent area, for the usual form of
/// stars: a Moffat profile of β = 4, 2 √(2^¼ − 1) · (β − 1) / √(π (2β − 1)).
const WIDTH_OF_AREA: f64 = 0.5565;
/// Width of the taper at a template's edge, pixels.
const TAPER_PX: f64 = 2.0;

impl PsfLibrary {
    /// Prepares templates; the pixels of all of them must be as large as the survey's.
    ///
    /// # Errors
    /// Where there is none, or one has no light in its middle.
    pub fn new(templates: &[PsfTemplate]) -> Result<Self, SimulationError> {
        let mut prepared = Vec::with_capacity(templates.len());
        for (at, template) in templates.iter().enumerate() {
            let ready = Prepared::of(template).ok_or_else(|| {
                SimulationError::Templates(format!(
                    "point-spread function {at} (counted from 0) has no light in its middle"
                ))
            })?;
            prepared.push(ready);
        }
        if prepared.is_empty() {
            return Err(SimulationError::Templates(
                "there is no point-spread function".into(),
            ));
        }
        rank_by_elongation(&mut prepared);
        prepared.sort_by(|a, b| a.seeing_arcsec.total_cmp(&b.seeing_arcsec));
        Ok(Self {
            prepared: prepared.into_iter().map(Arc::new).collect(),
        })
    }

    /// One of the templates nearest to this seeing, as elongated as the place on the CCD makes
    /// them, turned as it says and stretched to the seeing.
    pub fn draw(&self, seeing_arcsec: f64, place: &PsfPlace, random: &mut Random) -> TemplatePsf {
        let position = |limit: f64| self.prepared.partition_point(|p| p.seeing_arcsec < limit);
        let (mut first, mut end) = (
            position(seeing_arcsec - NEAR_ARCSEC),
            position(seeing_arcsec + NEAR_ARCSEC),
        );
        while end - first < FEWEST.min(self.prepared.len()) {
            let distance = |at: usize| {
                let found = self.prepared.get(at);
                found.map_or(f64::INFINITY, |p| (p.seeing_arcsec - seeing_arcsec).abs())
            };
            let below = first.checked_sub(1).map_or(f64::INFINITY, distance);
            if below < distance(end) {
                first -= 1;
            } else {
                end += 1;
            }
        }
        let wanted = place.elongation_of_exposure(random);
        let near = &self.prepared[first..end];
        let mut prepared = random.choose(near);
        for _ in 1..TRIES {
            let other = random.choose(near);
            if (other.elongation_rank - wanted).abs() < (prepared.elongation_rank - wanted).abs() {
                prepared = other;
            }
        }
        TemplatePsf {
            stretch: seeing_arcsec / prepared.seeing_arcsec,
            prepared: prepared.clone(),
            is_transposed: place.is_transposed,
            flips: place.flips,
        }
    }
}

fn rank_by_elongation(prepared: &mut [Prepared]) {
    prepared.sort_by(|a, b| a.elongation.total_cmp(&b.elongation));
    let count = prepared.len() as f64;
    for (rank, template) in prepared.iter_mut().enumerate() {
        template.elongation_rank = (rank as f64 + 0.5) / count;
    }
}

impl Prepared {
    fn of(template: &PsfTemplate) -> Option<Self> {
        let side = template.side;
        let center_px = template.center_px.map(f64::from);
        let mut pixels = template.pixels.to_vec();
        // The largest circle about the centre that lies inside.
        let reach = center_px
            .iter()
            .map(|center| center.min(side as f64 - 1.0 - center))
            .fold(f64::INFINITY, f64::min);
        for (at, pixel) in pixels.iter_mut().enumerate() {
            let dx = (at % side) as f64 - center_px[0];
            let dy = (at / side) as f64 - center_px[1];
            let weight = ((reach + 0.5 - dx.hypot(dy)) / TAPER_PX).clamp(0.0, 1.0);
            *pixel *= weight as f32;
        }
        let sum: f64 = pixels.iter().map(|pixel| f64::from(*pixel)).sum();
        if sum.is_nan() || sum <= 0.0 || reach < TAPER_PX {
            return None;
        }
        for pixel in &mut pixels {
            *pixel /= sum as f32;
        }
        let squares = pixels.iter().map(|pixel| f64::from(*pixel).powi(2));
        let sum_of_squares: f64 = squares.sum();
        let elongation = Frame::new(side, side, &pixels, None)
            .and_then(|frame| moments(&frame, center_px, 0.0))
            .map_or(0.0, |moments| moments.ellipticity());
        let transposed = (0..pixels.len()).map(|at| pixels[at % side * side + at / side]);
        Some(Self {
            side,
            center_px,
            seeing_arcsec: f64::from(template.seeing_arcsec),
            fwhm_px: WIDTH_OF_AREA / sum_of_squares.sqrt(),
            sum_of_squares,
            elongation,
            elongation_rank: 0.0,
            pixels: [transposed.collect(), pixels].map(|p: Vec<f32>| p),
        })
    }
}

impl TemplatePsf {
    /// Full width at half maximum, pixels.
    pub fn fwhm_px(&self) -> f64 {
        self.prepared.fwhm_px * self.stretch
    }

    /// 1/ΣP², pixels.
    pub fn noise_equivalent_area_px(&self) -> f64 {
        (self.stretch / (1.0 - AUREOLE_SHARE)).powi(2) / self.prepared.sum_of_squares
    }

    /// Adds a source of these counts to an image, `center` in pixels from the middle of the
    /// first, by bicubic interpolation of the template.
    pub fn add_to(&self, pixels: &mut [f32], width: usize, center: [f64; 2], counts: f64) {
        let height = pixels.len() / width.max(1);
        let template = &self.prepared.pixels[usize::from(!self.is_transposed)];
        // With the axes exchanged the template's x is along the image's y.
        let [cx, cy] = self.prepared.center_px;
        let origin = if self.is_transposed {
            [cy, cx]
        } else {
            [cx, cy]
        };
        let side = self.prepared.side;
        let columns = self.taps(width, center[0], origin[0], self.flips[0]);
        let rows = self.taps(height, center[1], origin[1], self.flips[1]);
        let aureole = Moffat::round(AUREOLE_WIDTH * self.fwhm_px(), 2.0);
        aureole.add_to(pixels, width, center, AUREOLE_SHARE * counts);
        let in_template = (1.0 - AUREOLE_SHARE) * counts;
        let scale = (in_template / (self.stretch * self.stretch)) as f32;
        let mut line = vec![0.0_f32; side];
        for (row, tap) in pixels.chunks_exact_mut(width.max(1)).zip(&rows) {
            let Some((first, weights)) = tap else {
                continue;
            };
            line.fill(0.0);
            for (k, weight) in weights.iter().enumerate() {
                let from = &template[(first + k) * side..][..side];
                for (value, pixel) in line.iter_mut().zip(from) {
                    *value += weight * pixel;
                }
            }
            for (pixel, tap) in row.iter_mut().zip(&columns) {
                if let Some((first, weights)) = tap {
                    let taken = &line[*first..first + 4];
                    let sum: f32 = taken.iter().zip(weights).map(|(v, w)| v * w).sum();
                    *pixel += scale * sum;
                }
            }
        }
    }

    /// For each pixel along an axis the first of four template pixels and their weights; none
    /// outside of the template.
    fn taps(
        &self,
        count: usize,
        center: f64,
        origin: f64,
        is_flipped: bool,
    ) -> Vec<Option<(usize, [f32; 4])>> {
        let sign = if is_flipped { -1.0 } else { 1.0 };
        let tap = |at: usize| {
            let place = origin + sign * (at as f64 - center) / self.stretch;
            CubicTaps::at(place).all_inside(self.prepared.side)
        };
        (0..count).map(tap).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A template of a known profile, its centre off the middle.
    fn template(fwhm_px: f64, ellipticity: f64) -> PsfTemplate {
        let center = [9.7, 10.2];
        let mut pixels = vec![0.0; 441];
        let moffat = Moffat {
            ellipticity,
            ..Moffat::round(fwhm_px, 4.0)
        };
        moffat.add_to(&mut pixels, 21, center, 1.0);
        PsfTemplate {
            side: 21,
            pixels: pixels.into(),
            seeing_arcsec: (fwhm_px * 0.27) as f32,
            center_px: center.map(|c| c as f32),
        }
    }

    fn drawn(templates: &[PsfTemplate], seeing: f64, seed: u64) -> TemplatePsf {
        let library = PsfLibrary::new(templates).unwrap();
        let mut random = Random::of(seed, 0, 0);
        let place = PsfPlace::draw(&mut random);
        library.draw(seeing, &place, &mut random)
    }

    #[test]
    fn the_profile_comes_back_anywhere_in_a_pixel() {
        for offset in [0.0, 0.3, 0.5] {
            let psf = drawn(&[template(5.0, 0.0)], 5.0 * 0.27, 1);
            let mut found = vec![0.0; 41 * 41];
            psf.add_to(&mut found, 41, [20.0 + offset, 20.0 - offset], 1000.0);
            let mut expected = vec![0.0; 41 * 41];
            let moffat = Moffat::round(5.0, 4.0);
            moffat.add_to(&mut expected, 41, [20.0 + offset, 20.0 - offset], 1000.0);
            let sum: f32 = found.iter().sum();
            // A quarter of the aureole lies outside.
            assert!((sum - 992.0).abs() < 8.0, "{sum}");
            let peak = expected.iter().copied().fold(0.0, f32::max);
            for (a, b) in found.iter().zip(&expected) {
                assert!((a - b).abs() < 0.05 * peak, "{a} {b}");
            }
        }
    }

    #[test]
    fn stretching_widens_and_keeps_the_sum() {
        let psf = drawn(&[template(5.0, 0.0)], 7.5 * 0.27, 2);
        // The taper takes off a little of the wings.
        assert!((psf.fwhm_px() - 7.5).abs() < 0.3, "{}", psf.fwhm_px());
        let mut image = vec![0.0; 61 * 61];
        psf.add_to(&mut image, 61, [30.0, 30.0], 1.0);
        let at = |x: usize| image[30 * 61 + x];
        let half = 0.5 * (at(33) + at(34)) / at(30);
        // (1 + (3.5/3.75)² (2^¼ − 1))⁻⁴.
        assert!((half - 0.541).abs() < 0.03, "{half}");
        assert!((image.iter().sum::<f32>() - 0.992).abs() < 0.01);
        let squares: f32 = image.iter().map(|p| p * p).sum();
        assert!((f64::from(squares) * psf.noise_equivalent_area_px() - 1.0).abs() < 0.05);
    }

    #[test]
    fn all_eight_views_of_a_template_occur() {
        let library = PsfLibrary::new(&[template(5.0, 0.3)]).unwrap();
        let mut random = Random::of(7, 0, 0);
        let mut elongated = [0; 2];
        for _ in 0..200 {
            let mut image = vec![0.0; 21 * 21];
            let place = PsfPlace::draw(&mut random);
            library
                .draw(1.35, &place, &mut random)
                .add_to(&mut image, 21, [10.0, 10.0], 1.0);
            elongated[usize::from(image[10 * 21 + 13] > image[13 * 21 + 10])] += 1;
        }
        assert!(elongated.iter().all(|count| *count > 60), "{elongated:?}");
    }

    #[test]
    fn the_nearest_templates_are_chosen() {
        let templates: Vec<_> = (0..60)
            .map(|k| template(3.8 + 0.05 * f64::from(k), 0.0))
            .collect();
        let library = PsfLibrary::new(&templates).unwrap();
        let mut random = Random::of(1, 0, 0);
        for seeing in [0.5, 1.3, 3.0] {
            for _ in 0..30 {
                let psf = library.draw(seeing, &PsfPlace::draw(&mut random), &mut random);
                let nearest = seeing.clamp(3.8 * 0.27, 6.75 * 0.27);
                assert!((psf.prepared.seeing_arcsec - nearest).abs() < 0.16);
            }
        }
        assert!(PsfLibrary::new(&[]).is_err());
        let dark = PsfTemplate {
            pixels: vec![0.0; 441].into(),
            ..template(5.0, 0.0)
        };
        assert!(PsfLibrary::new(&[dark]).is_err());
    }
}
