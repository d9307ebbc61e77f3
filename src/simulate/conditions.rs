//! Conditions of a visit drawn from a survey's distributions: alike within a night, and seeing,
//! sky, transparency and airmass bad together.

use statrs::distribution::{ContinuousCDF, Normal};

use super::{
    Random,
    exposure::Recorder,
    survey::{BandModel, Site},
};
use crate::domain::Visit;

/// What the weather does to an exposure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conditions {
    /// Full width at half maximum of a point source, arcseconds.
    pub seeing_arcsec: f64,
    pub airmass: f64,
    /// Sky, ADU a pixel.
    pub sky_adu: f64,
    /// Magnitude of one ADU a second.
    pub zero_point: f64,
}

/// Standard normal numbers behind the conditions: airmass, air, transparency and sky.
///
/// A Gaussian copula (Sklar 1959): sums of these numbers are normal, their probabilities
/// uniform, and the survey's quantiles of those have exactly its distributions.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Latent([f64; 4]);

/// Weights of airmass, air, transparency and sky in each condition. Their rank correlations come
/// out near those of the visits of HiTS 2015 in g (measured by us): seeing with zero point −0.7
/// and with sky 0.55, airmass with zero point −0.75 and with seeing 0.4.
const SEEING: [f64; 4] = [0.4, 0.9, 0.0, 0.0];
const ZERO_POINT: [f64; 4] = [-0.7, -0.5, 0.5, 0.0];
const SKY: [f64; 4] = [0.35, 0.45, 0.0, 0.8];

impl Latent {
    fn draw(random: &mut Random) -> Self {
        Self([(); 4].map(|()| random.standard_normal()))
    }

    /// The share of all visits below this mixture.
    fn probability(&self, weights: [f64; 4]) -> f64 {
        let mixed = self.0.iter().zip(weights).map(|(z, weight)| z * weight);
        let norm: f64 = weights.iter().map(|weight| weight * weight).sum();
        Normal::standard().cdf(mixed.sum::<f64>() / norm.sqrt())
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Night(Latent);

impl Night {
    pub fn draw(random: &mut Random) -> Self {
        Self(Latent::draw(random))
    }

    /// The conditions of one of its visits; visits share `site.night_correlation`.
    pub fn conditions(&self, site: &Site, band: &BandModel, random: &mut Random) -> Conditions {
        let own = Latent::draw(random);
        let shared = site.night_correlation.clamp(0.0, 1.0);
        let mut latent = own;
        for (value, night) in latent.0.iter_mut().zip(self.0.0) {
            *value = shared.sqrt() * night + (1.0 - shared).sqrt() * *value;
        }
        Conditions {
            seeing_arcsec: site.seeing_arcsec.quantile(latent.probability(SEEING)),
            airmass: site
                .airmass
                .quantile(latent.probability([1.0, 0.0, 0.0, 0.0])),
            sky_adu: band.sky_adu.quantile(latent.probability(SKY)),
            zero_point: band.zero_point.quantile(latent.probability(ZERO_POINT)),
        }
    }
}

/// Times its error that a source of the limiting magnitude is.
const LIMITING_SNR: f64 = 5.0;

/// The magnitude whose optimal photometry has S/N 5: the counts N with
/// N = 5 √(N/gain + area × variance of the background), the CCD equation (Howell 1989).
pub fn limiting_magnitude(
    visit: &Visit,
    recorder: &Recorder,
    noise_equivalent_area_px: f64,
) -> Option<f64> {
    let background = recorder.counts_error(0.0, noise_equivalent_area_px).powi(2);
    let squared = LIMITING_SNR * LIMITING_SNR;
    let photons = squared / f64::from(recorder.detector.gain_e_per_adu);
    let counts = 0.5 * (photons + (photons * photons + 4.0 * squared * background).sqrt());
    visit.magnitude(counts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{Band, Detector, Mjd},
        simulate::Survey,
    };

    fn ranks(values: &[f64]) -> Vec<f64> {
        let mut order: Vec<_> = (0..values.len()).collect();
        order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
        let mut ranks = vec![0.0; values.len()];
        for (rank, at) in order.into_iter().enumerate() {
            ranks[at] = rank as f64 / values.len() as f64 - 0.5;
        }
        ranks
    }

    fn rank_correlation(a: &[f64], b: &[f64]) -> f64 {
        let products = ranks(a).into_iter().zip(ranks(b)).map(|(a, b)| a * b);
        12.0 * products.sum::<f64>() / a.len() as f64
    }

    #[test]
    fn conditions_have_the_surveys_quantiles_and_are_bad_together() {
        let survey = Survey::built_in("hits2015").unwrap();
        let mut random = Random::of(3, 0, 0);
        let drawn: Vec<_> = (0..6000)
            .map(|_| {
                let night = Night::draw(&mut random);
                night.conditions(&survey.site, &survey.bands[0], &mut random)
            })
            .collect();
        let column = |of: fn(&Conditions) -> f64| drawn.iter().map(of).collect::<Vec<_>>();
        let seeing = column(|c| c.seeing_arcsec);
        let median = survey.site.seeing_arcsec.quantile(0.5);
        let below = seeing.iter().filter(|s| **s < median).count() as f64 / 6000.0;
        // One standard deviation is 0.0065.
        assert!((below - 0.5).abs() < 0.026, "{below}");
        for (a, b, expected) in [
            (&seeing, &column(|c| c.zero_point), -0.7),
            (&seeing, &column(|c| c.sky_adu), 0.55),
            (&column(|c| c.airmass), &column(|c| c.zero_point), -0.7),
            (&column(|c| c.airmass), &seeing, 0.4),
        ] {
            let found = rank_correlation(a, b);
            assert!((found - expected).abs() < 0.08, "{found} {expected}");
        }
    }

    #[test]
    fn visits_of_one_night_are_alike() {
        let survey = Survey::built_in("hits2015").unwrap();
        let mut random = Random::of(4, 0, 0);
        let pairs: [Vec<f64>; 2] = {
            let mut pairs = [Vec::new(), Vec::new()];
            for _ in 0..4000 {
                let night = Night::draw(&mut random);
                for list in &mut pairs {
                    let of = night.conditions(&survey.site, &survey.bands[0], &mut random);
                    list.push(of.seeing_arcsec);
                }
            }
            pairs
        };
        // Spearman's rank correlation of normal numbers of correlation 0.6: 6/π asin(0.3).
        let found = rank_correlation(&pairs[0], &pairs[1]);
        assert!((found - 0.582).abs() < 0.05, "{found}");
    }

    #[test]
    fn a_source_of_the_limiting_magnitude_is_five_times_its_error() {
        let visit = Visit {
            mjd: Mjd::new(57_070.0).unwrap(),
            band: Band::G,
            exposure_s: 86.0,
            seeing_arcsec: 1.3,
            airmass: 1.2,
            sky_adu: 120.0,
            limiting_mag: 0.0,
            zero_point: 25.05,
        };
        let recorder = Recorder {
            detector: Detector {
                pixel_scale_arcsec: 0.27,
                gain_e_per_adu: 4.0,
                read_noise_e: 6.0,
                saturation_adu: 40_000.0,
            },
            sky_adu: 120.0,
            is_quantised: true,
        };
        let limit = limiting_magnitude(&visit, &recorder, 80.0).unwrap();
        let counts = visit.counts(limit);
        assert!((counts / recorder.counts_error(counts, 80.0) - 5.0).abs() < 1e-6);
        // 5 √(80 (30 + 2.25 + 0.083)) = 254 and a few for the source's own photons.
        assert!((counts - 257.0).abs() < 1.0, "{counts}");
    }
}
