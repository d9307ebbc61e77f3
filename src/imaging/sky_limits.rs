//! Limits that follow the sky of each stamp: its level and scatter are taken from the border, so
//! that a bright host, moonlight, or one bad epoch do not hide what lies in the middle.

use crate::domain::Stamp;

use super::{
    limits::Limits,
    marks::Marks,
    statistics::{mad_sigma, median, percentile},
};

/// The border begins at this share of the shorter side from the middle.
const BORDER_FROM: f64 = 0.38;
/// Fewer pixels than these make no border: the whole stamp is taken.
const FEWEST: usize = 16;
/// Pixels looked at, at most.
const MOST: usize = 10_000;
/// The interval reaches at least so many standard deviations of the sky above it: mere noise
/// stays dark.
const LEAST_REACH: f64 = 5.0;
/// From so many stamps on, the brightest tenth of them does not stretch the interval.
const MANY_STAMPS: usize = 5;
/// Percent of the stamps whose bright ends lie within the interval, where there are many.
const STAMPS_WITHIN: f64 = 90.0;

/// The sky of a stamp, in the unit of its pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StampSky {
    /// Median of the border.
    pub level: f64,
    /// Standard deviation of the border, from the median absolute deviation.
    pub sigma: f64,
}

impl StampSky {
    /// The sky of a stamp; none where no pixel is usable.
    pub fn of(stamp: &Stamp) -> Option<Self> {
        let values = Values::of(stamp);
        let border = if values.border.len() < FEWEST {
            &values.all
        } else {
            &values.border
        };
        let level = median(border)?;
        Some(Self {
            level,
            sigma: mad_sigma(border, level)?,
        })
    }
}

/// Usable pixels.
struct Values {
    all: Vec<f32>,
    border: Vec<f32>,
}

impl Values {
    fn of(stamp: &Stamp) -> Self {
        let marks = Marks::of(stamp);
        let middle = [stamp.width, stamp.height].map(|side| (side as f64 - 1.0) / 2.0);
        let from = BORDER_FROM * stamp.width.min(stamp.height) as f64;
        let stride = (stamp.pixels.len() / MOST).max(1);
        let mut values = Self {
            all: Vec::new(),
            border: Vec::new(),
        };
        for (at, value) in stamp.pixels.iter().enumerate().step_by(stride) {
            if !marks.is_usable(*value) {
                continue;
            }
            let (x, y) = (at % stamp.width, at / stamp.width);
            if (x as f64 - middle[0]).hypot(y as f64 - middle[1]) > from {
                values.border.push(*value);
            }
            values.all.push(*value);
        }
        values
    }
}

/// Common limits of stamps, as values above the sky of each: from `below` standard deviations
/// under it to the `upper` percentile of the pixels.
pub(super) fn limits_above_sky(stamps: &[&Stamp], below: f64, upper: f64) -> Limits {
    let parts = stamps.iter().filter_map(|stamp| {
        let sky = StampSky::of(stamp)?;
        let bright = percentile(&mut Values::of(stamp).all, upper)?;
        Some(((bright - sky.level) as f32, sky.sigma as f32))
    });
    let (bright, sigmas): (Vec<f32>, Vec<f32>) = parts.unzip();
    let Some(sigma) = median(&sigmas) else {
        return Limits::default();
    };
    let reach = reach_of(bright).max(LEAST_REACH * sigma);
    Limits::new(-below * sigma, reach)
}

/// Common limits about zero, of stamps whose sky is zero: differences.
pub(super) fn limits_about_zero(stamps: &[&Stamp], upper: f64) -> Limits {
    let parts = stamps.iter().filter_map(|stamp| {
        let sky = StampSky::of(stamp)?;
        let values = Values::of(stamp).all;
        let mut sizes: Vec<f32> = values.into_iter().map(f32::abs).collect();
        Some((percentile(&mut sizes, upper)? as f32, sky.sigma as f32))
    });
    let (sizes, sigmas): (Vec<f32>, Vec<f32>) = parts.unzip();
    let Some(sigma) = median(&sigmas) else {
        return Limits::default();
    };
    let reach = reach_of(sizes).max(LEAST_REACH * sigma);
    Limits::new(-reach, reach)
}

/// The largest; of many, the one that nine tenths do not exceed.
fn reach_of(mut values: Vec<f32>) -> f64 {
    let percent = if values.len() < MANY_STAMPS {
        100.0
    } else {
        STAMPS_WITHIN
    };
    percentile(&mut values, percent).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noise of 5 about a level, with a source of that height over 3×3 pixels in the middle.
    fn stamp(level: f32, source: f32) -> Stamp {
        let pixels = (0..441).map(|at| {
            let (x, y) = (at % 21, at / 21);
            let noise = ((at * 37) % 101) as f32 / 101.0 - 0.5;
            let is_source = (9..12).contains(&x) && (9..12).contains(&y);
            level + 17.3 * noise + if is_source { source } else { 0.0 }
        });
        Stamp::new(21, 21, pixels.collect::<Vec<f32>>())
    }

    #[test]
    fn the_sky_is_that_of_the_border() {
        let sky = StampSky::of(&stamp(300.0, 10_000.0)).unwrap();
        assert!((sky.level - 300.0).abs() < 1.5, "{sky:?}");
        assert!((sky.sigma - 6.4).abs() < 1.0, "{sky:?}");
        let none = Stamp::new(3, 3, vec![f32::NAN; 9]);
        assert_eq!(StampSky::of(&none), None);
        assert_eq!(limits_above_sky(&[&none], 2.0, 99.8), Limits::default());
        assert_eq!(limits_about_zero(&[], 99.8), Limits::default());
    }

    #[test]
    fn another_sky_changes_nothing_and_one_bad_epoch_little() {
        let epochs = |levels: &[f32]| -> Vec<Stamp> {
            levels.iter().map(|level| stamp(*level, 400.0)).collect()
        };
        let limits =
            |stamps: &[Stamp]| limits_above_sky(&stamps.iter().collect::<Vec<_>>(), 2.0, 99.8);
        let same = limits(&epochs(&[100.0; 12]));
        assert!((380.0..430.0).contains(&same.high), "{same:?}");
        let moon = limits(&epochs(&[
            100.0, 2000.0, 150.0, 90.0, 1200.0, 110.0, 100.0, 100.0, 95.0, 105.0, 1800.0, 100.0,
        ]));
        assert!((moon.high - same.high).abs() < 2.0, "{moon:?} {same:?}");
        let mut bad = epochs(&[100.0; 12]);
        bad[3] = stamp(100.0, 60_000.0);
        assert!((limits(&bad).high - same.high).abs() < 20.0);
        // Of few, each counts.
        assert!(limits(&bad[2..5]).high > 50_000.0);
    }

    #[test]
    fn mere_noise_stays_dark_and_a_difference_keeps_its_zero() {
        let noise = limits_above_sky(&[&stamp(50.0, 0.0)], 2.0, 99.8);
        assert!(noise.fraction(0.0) < 0.35, "{noise:?}");
        let difference = limits_about_zero(&[&stamp(3.0, -900.0)], 99.7);
        assert!((difference.low + difference.high).abs() < 1e-3);
        assert!(difference.high > 850.0, "{difference:?}");
    }
}
