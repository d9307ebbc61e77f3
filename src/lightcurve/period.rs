//! Period search: the Lomb-Scargle periodogram with a floating mean.
//!
//! At each frequency a sine, a cosine and a constant are fitted at once (the generalised
//! periodogram of Zechmeister & Kürster 2009, A&A 496, 577); the power is the share of the sum of
//! squares that the wave takes away, 0 to 1. Without the constant it is that of Lomb (1976) and
//! Scargle (1982).

use std::f64::consts::TAU;

use super::LightCurve;

/// Frequencies that are computed side by side.
const LANES: usize = 8;
/// Numbers that a sine, a cosine and a constant take away from the freedom of the points.
const FITTED: usize = 3;
/// Halvings of the interval in which the highest peak is refined.
const REFINEMENTS: usize = 12;

/// How measurements count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weighting {
    /// All the same, as FATS has it.
    Equal,
    /// By the inverse square of their errors.
    ByError,
}

/// Which frequencies are tried: multiples of `1 / (oversampling × span)` up to the highest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    /// The highest frequency, a day.
    pub highest_per_day: f64,
    /// Frequencies tried over the width of a peak.
    pub oversampling: f64,
    /// More are not tried: of a long light curve the highest frequency is lowered.
    pub most: usize,
}

impl Default for Grid {
    /// Our choice: periods from 0.125 days, which holds RR Lyrae and the half periods of all but
    /// the shortest binaries, in about 1,200 steps over a month.
    fn default() -> Self {
        Self {
            highest_per_day: 8.0,
            oversampling: 5.0,
            most: 20_000,
        }
    }
}

impl Grid {
    /// Step and number of the frequencies for a span in days; none where there is no span.
    fn steps(&self, span_days: f64) -> Option<(f64, usize)> {
        let step = 1.0 / (self.oversampling * span_days);
        let count = (self.highest_per_day / step).floor();
        let is_usable = span_days > 0.0 && step.is_finite() && step > 0.0 && count >= 1.0;
        is_usable.then(|| (step, (count as usize).min(self.most)))
    }
}

/// The best period of a light curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Period {
    /// The period, days.
    pub days: f64,
    /// Share of the sum of squares about the mean that its wave takes away, 0 to 1.
    pub power: f64,
    /// An estimate of the probability that noise without any period has a peak as high:
    /// `1 - (1 - (1 - p)^((N - 3) / 2))^M` with `M` the highest frequency times the span
    /// (Zechmeister & Kürster 2009, with the number of independent frequencies after Cumming 2004).
    pub false_alarm: f64,
    /// Where phase 0 lies: the first measurement, modified Julian date.
    pub zero_mjd: f64,
}

impl Period {
    /// The phase of a time, 0 to 1.
    pub fn phase(&self, mjd: f64) -> f64 {
        let cycles = (mjd - self.zero_mjd) / self.days;
        // A remainder of nearly one cycle may be rounded to a whole one.
        Some(cycles.rem_euclid(1.0))
            .filter(|phase| *phase < 1.0)
            .unwrap_or(0.0)
    }
}

/// One measurement of a folded light curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Folded {
    /// 0 to 1.
    pub phase: f64,
    /// Flux.
    pub value: f64,
    /// Its standard deviation.
    pub error: f64,
}

/// The light curve over one cycle, in the order of phase.
pub fn fold(curve: &LightCurve, period: &Period) -> Vec<Folded> {
    let points = curve.times().iter().zip(curve.fluxes()).zip(curve.errors());
    let mut folded: Vec<Folded> = points
        .map(|((mjd, value), error)| Folded {
            phase: period.phase(*mjd),
            value: *value,
            error: *error,
        })
        .collect();
    folded.sort_by(|a, b| a.phase.total_cmp(&b.phase));
    folded
}

/// The best period.
///
/// None for fewer than three measurements, for equal values, and where all have one time.
pub fn find(curve: &LightCurve, weighting: Weighting, grid: &Grid) -> Option<Period> {
    let days = curve.days_since_first();
    let weights = match weighting {
        Weighting::Equal => vec![1.0; curve.len()],
        Weighting::ByError => curve.errors().iter().map(|e| (e * e).recip()).collect(),
    };
    let peak = highest_peak(&days, curve.fluxes(), &weights, grid)?;
    Some(Period {
        days: peak.frequency.recip(),
        power: peak.power,
        false_alarm: peak.false_alarm,
        zero_mjd: curve.times().first().copied()?,
    })
}

/// The highest peak of a periodogram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Peak {
    /// A day.
    pub frequency: f64,
    pub power: f64,
    pub false_alarm: f64,
}

/// The highest peak of values at these days since the first, ascending.
pub(super) fn highest_peak(
    days: &[f64],
    values: &[f64],
    weights: &[f64],
    grid: &Grid,
) -> Option<Peak> {
    if days.len() < FITTED {
        return None;
    }
    let span = days.last()? - days.first()?;
    let (step, count) = grid.steps(span)?;
    let samples = Samples::new(days, values, weights)?;
    let powers = samples.powers(step, count);
    let best = (0..count).max_by(|a, b| powers[*a].total_cmp(&powers[*b]))?;
    let (frequency, power) = samples.refined((best + 1) as f64 * step, step, powers[best]);
    let free = days.len() - FITTED;
    let independent = (count as f64 * step * span).max(1.0);
    // ln(1 - z) keeps its digits where z, the probability at one frequency, is tiny.
    let alone = (1.0 - power).max(0.0).powf(free as f64 / 2.0);
    let false_alarm = -(independent * (-alone).ln_1p()).exp_m1();
    Some(Peak {
        frequency,
        power,
        false_alarm: false_alarm.clamp(0.0, 1.0),
    })
}

/// Values less their mean, with weights that sum to 1.
struct Samples<'a> {
    days: &'a [f64],
    weights: Vec<f64>,
    weighted: Vec<f64>,
    /// Weighted mean square of the values.
    mean_square: f64,
}

/// Sums over the samples at one frequency; `c` and `s` are cosine and sine, `y` the value.
#[derive(Clone, Copy, Default)]
struct Sums {
    c: f64,
    s: f64,
    yc: f64,
    ys: f64,
    cc: f64,
    cs: f64,
}

impl Sums {
    /// Share of the mean square that the wave takes away: equation 5 of Zechmeister & Kürster.
    fn power(&self, mean_square: f64) -> f64 {
        let cc = self.cc - self.c * self.c;
        let ss = 1.0 - self.cc - self.s * self.s;
        let cs = self.cs - self.c * self.s;
        let det = cc * ss - cs * cs;
        // Times that all fall on few phases determine no wave.
        if det <= 1e-9 {
            return 0.0;
        }
        let Self { yc, ys, .. } = self;
        let taken = (ss * yc * yc + cc * ys * ys - 2.0 * cs * yc * ys) / det;
        (taken / mean_square).clamp(0.0, 1.0)
    }
}

impl<'a> Samples<'a> {
    /// None where all values are the same but for rounding.
    fn new(days: &'a [f64], values: &[f64], weights: &[f64]) -> Option<Self> {
        let sum: f64 = weights.iter().sum();
        let weights: Vec<f64> = weights.iter().map(|weight| weight / sum).collect();
        let mean: f64 = weights.iter().zip(values).map(|(w, y)| w * y).sum();
        let of_mean = |(w, y): (&f64, &f64)| w * (y - mean);
        let weighted: Vec<f64> = weights.iter().zip(values).map(of_mean).collect();
        let squares = weighted.iter().zip(values).map(|(wy, y)| wy * (y - mean));
        let mean_square: f64 = squares.sum();
        let largest = values.iter().fold(0.0_f64, |most, y| most.max(y.abs()));
        let is_usable = sum.is_finite() && mean_square > (1e-12 * largest).powi(2);
        is_usable.then_some(Self {
            days,
            weights,
            weighted,
            mean_square,
        })
    }

    fn power_at(&self, frequency: f64) -> f64 {
        let mut sums = Sums::default();
        let samples = self.days.iter().zip(&self.weights).zip(&self.weighted);
        for ((day, w), wy) in samples {
            let (s, c) = (TAU * frequency * day).sin_cos();
            sums.c += w * c;
            sums.s += w * s;
            sums.yc += wy * c;
            sums.ys += wy * s;
            sums.cc += w * c * c;
            sums.cs += w * c * s;
        }
        sums.power(self.mean_square)
    }

    /// Powers at `step`, `2 step`, …: sines and cosines are turned on from block to block, which
    /// costs four products rather than a sine.
    #[expect(
        clippy::needless_range_loop,
        reason = "lanes side by side in several arrays: the compiler makes vectors of them"
    )]
    fn powers(&self, step: f64, count: usize) -> Vec<f64> {
        let wave = |day: &f64| -> Wave {
            let angle = TAU * step * day;
            let lanes = std::array::from_fn(|lane| ((lane + 1) as f64 * angle).sin_cos());
            let (turn_s, turn_c) = (LANES as f64 * angle).sin_cos();
            Wave {
                s: lanes.map(|(s, _)| s),
                c: lanes.map(|(_, c)| c),
                turn_s,
                turn_c,
            }
        };
        let mut waves: Vec<Wave> = self.days.iter().map(wave).collect();
        let mut powers = Vec::with_capacity(count + LANES);
        while powers.len() < count {
            let mut sums = [[0.0; LANES]; 6];
            let samples = waves.iter_mut().zip(&self.weights).zip(&self.weighted);
            for ((wave, w), wy) in samples {
                for lane in 0..LANES {
                    let (s, c) = (wave.s[lane], wave.c[lane]);
                    let wc = w * c;
                    sums[0][lane] += wc;
                    sums[1][lane] += w * s;
                    sums[2][lane] += wy * c;
                    sums[3][lane] += wy * s;
                    sums[4][lane] += wc * c;
                    sums[5][lane] += wc * s;
                    wave.s[lane] = s * wave.turn_c + c * wave.turn_s;
                    wave.c[lane] = c * wave.turn_c - s * wave.turn_s;
                }
            }
            powers.extend((0..LANES).map(|lane| {
                let [c, s, yc, ys, cc, cs] = [0, 1, 2, 3, 4, 5].map(|sum: usize| sums[sum][lane]);
                Sums {
                    c,
                    s,
                    yc,
                    ys,
                    cc,
                    cs,
                }
                .power(self.mean_square)
            }));
        }
        powers.truncate(count);
        powers
    }

    /// The top of a peak, within half a step of the best frequency of the grid.
    fn refined(&self, frequency: f64, step: f64, power: f64) -> (f64, f64) {
        let mut best = (frequency, power);
        let mut reach = step / 2.0;
        for _ in 0..REFINEMENTS {
            for tried in [best.0 - reach, best.0 + reach] {
                let power = self.power_at(tried);
                if tried > 0.0 && power > best.1 {
                    best = (tried, power);
                }
            }
            reach /= 2.0;
        }
        best
    }
}

/// Sine and cosine of one sample at consecutive frequencies.
struct Wave {
    s: [f64; LANES],
    c: [f64; LANES],
    turn_s: f64,
    turn_c: f64,
}

#[cfg(test)]
#[path = "period_tests.rs"]
mod tests;
