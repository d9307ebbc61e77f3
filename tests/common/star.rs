//! Simulated stamps for these tests: a star on a noisy sky.

use destello::imaging::photometry::{Frame, Measured, Method, Noise, PsfShape, Request, measure};
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, Poisson, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Side of the stamps, pixels.
pub const SIDE: usize = 21;
/// Electrons for one ADU.
pub const GAIN: f64 = 4.0;
/// Read noise, electrons.
pub const READ_NOISE: f64 = 6.0;
/// Sky, ADU a pixel.
pub const SKY: f64 = 110.0;

/// Makes stamps.
pub struct Sky(Xoshiro256PlusPlus);

impl Sky {
    /// The same at every run.
    pub fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// A position near the middle of the stamp.
    pub fn position(&mut self) -> [f64; 2] {
        [0, 1].map(|_| 9.5 + self.0.random::<f64>())
    }

    /// Pixels in ADU of a star of that flux: photons of star and sky, read noise.
    pub fn stamp(&mut self, psf: &PsfShape, position: [f64; 2], flux_adu: f64) -> Vec<f32> {
        self.square(psf, SIDE, position, flux_adu)
    }

    /// The same on a square of another side.
    pub fn square(
        &mut self,
        psf: &PsfShape,
        side: usize,
        position: [f64; 2],
        flux_adu: f64,
    ) -> Vec<f32> {
        let shares = psf.sample(side, side, position);
        let pixel = |share: &f32| {
            let electrons = GAIN * (SKY + flux_adu * f64::from(*share));
            let photons: f64 = Poisson::new(electrons).unwrap().sample(&mut self.0);
            let noise: f64 = StandardNormal.sample(&mut self.0);
            ((photons + READ_NOISE * noise) / GAIN) as f32
        };
        shares.iter().map(pixel).collect()
    }
}

/// The flux, ADU, at which the ideal measurement on a known sky has this S/N.
pub fn flux_at_snr(psf: &PsfShape, snr: f64) -> f64 {
    let shares = psf.sample(SIDE, SIDE, [10.0, 10.0]);
    let of_sky = SKY / GAIN + (READ_NOISE / GAIN).powi(2);
    let told = |flux: f64| {
        let terms = shares.iter().map(|share| {
            let share = f64::from(*share);
            share * share / (of_sky + flux * share / GAIN)
        });
        flux * terms.sum::<f64>().sqrt()
    };
    let (mut low, mut high) = (1.0, 1e9);
    for _ in 0..100 {
        let middle: f64 = f64::sqrt(low * high);
        if told(middle) < snr {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// What the detector's own numbers say of the noise.
pub const DETECTOR: Noise<'static> = Noise::Detector {
    gain_e_per_adu: GAIN,
    read_noise_e: READ_NOISE,
};

/// Measures a stamp.
pub fn measured(
    pixels: &[f32],
    psf: &PsfShape,
    position_px: [f64; 2],
    method: Method,
    noise: Noise<'_>,
) -> Option<Measured> {
    let frame = Frame::new(SIDE, SIDE, pixels, None)?;
    let request = Request {
        method,
        position_px,
        psf,
        noise,
        radius_px: None,
    };
    measure(&frame, &request)
}
