//! Finding a source in a difference by its matched filter, as a pipeline does.

use super::{image::Image, subtraction::Difference};

/// The point-spread function of a difference, cut to where its light is.
#[derive(Clone, Debug)]
pub struct MatchedFilter {
    weights: Vec<f32>,
    half: usize,
}

/// A peak of the filtered difference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peak {
    /// Pixels from the middle pixel: (x, y).
    pub offset_px: [isize; 2],
    /// Where the top lies between the pixels, from there: (x, y).
    pub fraction_px: [f64; 2],
    /// Its S/N; negative where science is fainter than the reference.
    pub snr: f64,
}

/// Where peaks are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search {
    /// The peak is the highest within this many pixels of the middle, along each axis …
    pub near_px: usize,
    /// … and, where the slope leads further out, the top at most this far.
    pub far_px: usize,
}

/// The filter reaches this many widths from its middle.
const REACH_WIDTHS: f64 = 1.1;
/// Pixels of less variance (ADU²) are without noise, and have no S/N.
const LEAST_VARIANCE: f32 = 1e-12;
/// It is never wider than this, pixels from the middle.
const WIDEST_PX: usize = 8;

impl MatchedFilter {
    /// The filter of a point-spread function centred on the middle pixel of its image.
    pub fn of(psf: &Image, fwhm_px: f64) -> Self {
        let middle = psf.middle();
        let reach = (REACH_WIDTHS * fwhm_px).ceil().max(2.0) as usize;
        // Room is left for the search.
        let half = reach.min(WIDEST_PX).min(middle.saturating_sub(2));
        let mut weights = Vec::with_capacity((2 * half + 1).pow(2));
        for y in middle - half..=middle + half {
            let row = &psf.pixels[y * psf.side()..][..psf.side()];
            weights.extend_from_slice(&row[middle - half..=middle + half]);
        }
        Self { weights, half }
    }

    /// The peak of S/N = Σ D P / V / √(Σ P² / V) near the middle, the optimal estimate of a point
    /// source's counts over its error; missing pixels have no weight. With `is_positive` only
    /// peaks of that sign are looked for. None where there is none.
    pub fn find(
        &self,
        difference: &Difference,
        search: Search,
        is_positive: Option<bool>,
    ) -> Option<Peak> {
        let weighted = Weighted::of(difference);
        let middle = difference.image.middle() as isize;
        // One pixel further out is looked at too.
        let far = (search.far_px as isize).min(middle - self.half as isize - 1);
        let near = (search.near_px as isize).min(far);
        let value = |[x, y]: [isize; 2]| {
            let snr = self.snr_at(&weighted, (middle + x) as usize, (middle + y) as usize);
            match is_positive {
                Some(true) => (snr, snr),
                Some(false) => (-snr, snr),
                None => (snr.abs(), snr),
            }
        };
        let square = |[x, y]: [isize; 2], by: isize| {
            (y - by..=y + by).flat_map(move |y| (x - by..=x + by).map(move |x| [x, y]))
        };
        let highest = |places: &mut dyn Iterator<Item = [isize; 2]>| {
            places
                .map(|at| (at, value(at)))
                .max_by(|a, b| a.1.0.total_cmp(&b.1.0))
        };
        let (mut at, mut best) = highest(&mut square([0, 0], near))?;
        // Only from the border of the square may the slope lead on.
        while at.iter().any(|x| x.abs() >= near) {
            let (next, found) = highest(&mut square(at, 1))?;
            // Total order: whatever the numbers are, the climb ends.
            if found.0.total_cmp(&best.0).is_le() {
                break;
            }
            if next.iter().any(|x| x.abs() > far) {
                return None;
            }
            (at, best) = (next, found);
        }
        let top = |axis: usize| {
            let beside = |step: isize| {
                let mut place = at;
                place[axis] += step;
                value(place).0
            };
            top_of_parabola([beside(-1), best.0, beside(1)])
        };
        let is_found = best.0 > 0.0;
        is_found.then(|| Peak {
            offset_px: at,
            fraction_px: [top(0), top(1)],
            snr: f64::from(best.1),
        })
    }

    /// The S/N of a point source on the middle pixel.
    pub fn snr_of_middle(&self, difference: &Difference) -> f64 {
        let middle = difference.image.middle();
        f64::from(self.snr_at(&Weighted::of(difference), middle, middle))
    }

    fn snr_at(&self, weighted: &Weighted, x: usize, y: usize) -> f32 {
        let width = 2 * self.half + 1;
        let (mut signal, mut power) = (0.0, 0.0);
        for (row, weights) in self.weights.chunks_exact(width).enumerate() {
            let start = (y + row - self.half) * weighted.side + x - self.half;
            let counts = &weighted.counts[start..start + width];
            let inverse = &weighted.inverse_variance[start..start + width];
            for ((p, d), w) in weights.iter().zip(counts).zip(inverse) {
                signal += p * d;
                power += p * p * w;
            }
        }
        if power > 0.0 {
            signal / power.sqrt()
        } else {
            0.0
        }
    }
}

/// Where a parabola through three neighbouring values has its top, pixels from the middle one; at
/// most half a pixel.
fn top_of_parabola([before, middle, after]: [f32; 3]) -> f64 {
    let curvature = before - 2.0 * middle + after;
    if curvature < 0.0 {
        f64::from(0.5 * (before - after) / curvature).clamp(-0.5, 0.5)
    } else {
        0.0
    }
}

/// A difference over its variance, and one over the variance; 0 where nothing is known.
struct Weighted {
    side: usize,
    counts: Vec<f32>,
    inverse_variance: Vec<f32>,
}

impl Weighted {
    fn of(difference: &Difference) -> Self {
        let pixels = &difference.image.pixels;
        let inverse_variance: Vec<_> = pixels
            .iter()
            .zip(&difference.variance.pixels)
            .map(|(counts, variance)| {
                let is_known = counts.is_finite() && *variance > LEAST_VARIANCE;
                if is_known { 1.0 / variance } else { 0.0 }
            })
            .collect();
        let weigh =
            |(counts, weight): (&f32, &f32)| if *weight > 0.0 { counts * weight } else { 0.0 };
        Self {
            side: difference.image.side(),
            counts: pixels.iter().zip(&inverse_variance).map(weigh).collect(),
            inverse_variance,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{imaging::Moffat, simulate::Random};

    const SIDE: usize = 40;
    const SEARCH: Search = Search {
        near_px: 3,
        far_px: 7,
    };

    fn psf() -> Image {
        let mut image = Image::new(SIDE);
        let middle = image.middle() as f64;
        Moffat::round(3.0, 3.0).add_to(&mut image.pixels, SIDE, [middle; 2], 1.0);
        image
    }

    fn difference(source: [f64; 2], counts: f64, noise: u64) -> Difference {
        let mut image = Image::new(SIDE);
        Moffat::round(3.0, 3.0).add_to(&mut image.pixels, SIDE, source, counts);
        let mut random = Random::of(noise, 0, 0);
        for pixel in &mut image.pixels {
            *pixel += 2.0 * random.standard_normal_f32();
        }
        let mut variance = Image::new(SIDE);
        variance.pixels.fill(4.0);
        Difference { image, variance }
    }

    #[test]
    fn the_mean_snr_is_that_of_optimal_photometry() {
        let filter = MatchedFilter::of(&psf(), 3.0);
        let squares: f32 = psf().pixels.iter().map(|p| p * p).sum();
        let counts = 20.0 * 2.0 / f64::from(squares).sqrt();
        let found = (0..400).map(|seed| {
            let made = difference([19.0, 19.0], counts, seed);
            let peak = filter.find(
                &made,
                Search {
                    near_px: 0,
                    far_px: 0,
                },
                None,
            );
            peak.unwrap().snr
        });
        let values: Vec<_> = found.collect();
        let mean = values.iter().sum::<f64>() / 400.0;
        let scatter = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 399.0;
        // The error of the mean is 0.05; the filter's cut wings hold less than 1 %.
        assert!((mean - 20.0).abs() < 0.3, "{mean}");
        assert!((scatter - 1.0).abs() < 0.25, "{scatter}");
    }

    #[test]
    fn peaks_are_found_where_they_are_with_their_sign() {
        let filter = MatchedFilter::of(&psf(), 3.0);
        let up = filter.find(&difference([24.2, 17.9], 900.0, 1), SEARCH, None);
        let up = up.unwrap();
        assert_eq!(up.offset_px, [5, -1]);
        // At S/N 80 noise moves it by 0.02; a parabola is not quite the top's shape.
        let [x, y] = up.fraction_px;
        assert!((x - 0.2).abs() < 0.1 && (y + 0.1).abs() < 0.1, "{x} {y}");
        let down = difference([20.0, 19.0], -900.0, 2);
        let peak = filter.find(&down, SEARCH, None).unwrap();
        assert!(peak.offset_px == [1, 0] && peak.snr < -20.0, "{peak:?}");
        let only_up = filter.find(&down, SEARCH, Some(true));
        assert!(only_up.is_none_or(|peak| peak.snr < 5.0 && peak.snr > 0.0));
    }

    #[test]
    fn missing_pixels_have_no_weight_and_nothing_is_found_in_nothing() {
        let filter = MatchedFilter::of(&psf(), 3.0);
        let mut made = difference([19.0, 19.0], 900.0, 3);
        for y in 0..SIDE {
            made.image.pixels[y * SIDE + 21] = f32::NAN;
        }
        let peak = filter.find(&made, SEARCH, None).unwrap();
        assert!(peak.snr > 20.0 && peak.offset_px == [0, 0]);
        made.image.pixels.fill(f32::NAN);
        assert_eq!(filter.find(&made, SEARCH, None), None);
    }
}
