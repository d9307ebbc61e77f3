//! Detached and semi-detached binaries: two limb-darkened spheres on a circular orbit, with the
//! tidal bulges that turn with them.

use std::f64::consts::TAU;

use super::occultation;
use crate::simulate::Random;

/// Radius of the Roche lobe of a star whose mass is `ratio` times its companion's, in units of
/// the separation (Eggleton 1983).
pub fn roche_lobe(ratio: f64) -> f64 {
    let root = ratio.cbrt();
    0.49 * root * root / (0.6 * root * root + (1.0 + root).ln())
}

/// Two stars; the first has the brighter surface and is eclipsed at phase 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpherePair {
    /// Radii in units of the separation.
    pub radii: [f64; 2],
    /// Shares of the light at quadrature; they sum to 1.
    pub light: [f64; 2],
    /// Cosine of the inclination; 0 is edge on.
    pub cos_inclination: f64,
    /// Coefficient of linear limb darkening.
    pub darkening: f64,
    /// Share of each star's light that the bulges take away at phase 0.
    pub bulges: [f64; 2],
}

impl SpherePair {
    /// Main-sequence stars well inside their Roche lobes. Masses, radii and surface brightnesses
    /// are our choice (R ∝ M^0.8, J ∝ M^2.4); the separation is Kepler's.
    pub fn detached(random: &mut Random, period_days: f64) -> Self {
        // Separation of a solar mass at a period of one day, solar radii.
        const SOLAR_SEPARATION: f64 = 4.208;
        const LARGEST_SHARE_OF_LOBE: f64 = 0.85;
        let radius = random.log_uniform(0.8, 2.5);
        let mass = radius.powf(1.25);
        let ratio = random.uniform(0.5, 1.0);
        let separation =
            SOLAR_SEPARATION * (mass * (1.0 + ratio)).cbrt() * period_days.powf(2.0 / 3.0);
        let radii = [
            (radius / separation).min(LARGEST_SHARE_OF_LOBE * roche_lobe(1.0 / ratio)),
            (radius * ratio.powf(0.8) / separation).min(LARGEST_SHARE_OF_LOBE * roche_lobe(ratio)),
        ];
        let brightness = (ratio.powf(2.4) * random.normal(0.0, 0.15).exp()).min(1.0);
        Self::new(random, radii, ratio, brightness)
    }

    /// A cool star that fills its Roche lobe and its hotter, more massive companion; mass ratio,
    /// radius and surface brightness are our choice.
    pub fn semi_detached(random: &mut Random) -> Self {
        let ratio = random.uniform(0.15, 0.6);
        let radii = [random.uniform(0.12, 0.3), roche_lobe(ratio)];
        let brightness = random.uniform(0.1, 0.5);
        Self::new(random, radii, ratio, brightness)
    }

    /// `ratio` is the mass of the second star over the first, `brightness` that of its surface.
    fn new(random: &mut Random, radii: [f64; 2], ratio: f64, brightness: f64) -> Self {
        let second = brightness * (radii[1] / radii[0]).powi(2);
        // Orbits have no preferred direction: uniform in the cosine, as far as eclipses go.
        let cos_inclination = random.uniform(0.0, radii[0] + radii[1]);
        let sin_squared = 1.0 - cos_inclination * cos_inclination;
        // Bulges take 2 α (m'/m) (R/a)³ sin²i (Morris 1985); α for solar limb and gravity
        // darkening is about 1.3.
        let bulge = |masses: f64, radius: f64| 2.6 * masses * radius.powi(3) * sin_squared;
        Self {
            radii,
            light: [1.0 / (1.0 + second), second / (1.0 + second)],
            cos_inclination,
            darkening: random.uniform(0.4, 0.7),
            bulges: [bulge(ratio, radii[0]), bulge(1.0 / ratio, radii[1])],
        }
    }

    /// Light at a phase in units of that at quadrature, where it is largest.
    pub fn flux(&self, phase: f64) -> f64 {
        let (sin, cos) = (TAU * phase).sin_cos();
        let bulging = |star: usize| 1.0 - self.bulges[star] * cos * cos;
        let light = [0, 1].map(|star| self.light[star] * bulging(star));
        let distance = sin.hypot(cos * self.cos_inclination);
        if distance >= self.radii[0] + self.radii[1] {
            return light[0] + light[1];
        }
        let [behind, front] = if cos > 0.0 { [0, 1] } else { [1, 0] };
        let hidden = occultation::hidden_share(
            self.radii[behind],
            self.darkening,
            self.radii[front],
            distance,
        );
        light[front] + light[behind] * (1.0 - hidden).max(0.0)
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "light out of eclipse is exact")]
mod tests {
    use super::*;

    fn twins(cos_inclination: f64) -> SpherePair {
        SpherePair {
            radii: [0.2, 0.2],
            light: [0.5, 0.5],
            cos_inclination,
            darkening: 0.6,
            bulges: [0.0, 0.0],
        }
    }

    #[test]
    fn equal_stars_seen_edge_on_lose_half_of_their_light() {
        let depth = -2.5 * twins(0.0).flux(0.0).log10();
        assert!((depth - 0.7526).abs() < 1e-4, "{depth}");
        let pair = twins(0.0);
        assert!((pair.flux(0.0) - pair.flux(0.5)).abs() < 1e-12);
        assert_eq!(pair.flux(0.25), 1.0);
        // First contact at sin(2 pi phase) = 0.4.
        let contact = 0.4f64.asin() / TAU;
        assert_eq!(pair.flux(contact + 1e-4), 1.0);
        assert!(pair.flux(contact - 1e-3) < 1.0);
        // No eclipse where the stars pass beside each other.
        assert_eq!(twins(0.41).flux(0.0), 1.0);
    }

    #[test]
    fn light_is_never_above_the_sum_nor_below_what_is_left() {
        let mut random = Random::of(1, 0, 0);
        for _ in 0..500 {
            let period_days = random.log_uniform(0.35, 8.0);
            for pair in [
                SpherePair::detached(&mut random, period_days),
                SpherePair::semi_detached(&mut random),
            ] {
                assert!((pair.light[0] + pair.light[1] - 1.0).abs() < 1e-12);
                for k in 0..200 {
                    let flux = pair.flux(f64::from(k) / 200.0);
                    assert!((0.0..=1.0 + 1e-12).contains(&flux), "{flux} {pair:?}");
                }
                assert!(pair.flux(0.0) < pair.flux(0.5) + 0.05, "{pair:?}");
            }
        }
    }

    #[test]
    fn roche_lobes_are_those_of_eggleton() {
        // Equal masses: 0.379; a tenth: 0.207.
        assert!((roche_lobe(1.0) - 0.379).abs() < 1e-3);
        assert!((roche_lobe(0.1) - 0.207).abs() < 1e-3);
    }
}
