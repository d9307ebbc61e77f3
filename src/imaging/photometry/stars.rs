//! The width of the stars of a stamp: larger stamps have some beside the candidate.

use super::{
    background::{Ring, background},
    frame::Frame,
    width::{Width, measure_usual_width},
};
use crate::imaging::statistics::percentile;

/// A peak this far above the noise of the sky may be a star.
const PEAK_SIGMA: f64 = 15.0;
/// The brightest peaks are looked at.
const MOST_STARS: usize = 12;
/// Fewer than these tell nothing: one of them may be a galaxy.
const LEAST_STARS: usize = 2;
/// Stars nearer to the edge lack their wings, pixels.
const EDGE_PX: usize = 5;
const LEAST_SNR: f64 = 30.0;
const MOST_ELLIPTIC: f64 = 0.35;
/// Galaxies and blends are wider than stars, so the width is taken below the median.
const PERCENT: f64 = 35.0;

/// Full width at half maximum of the stars on a stamp, pixels: a low percentile over its bright,
/// round peaks. None where there are fewer than two of them.
pub fn stars_width(frame: &Frame<'_>) -> Option<f64> {
    let everything = Ring {
        inner_px: 0.0,
        outer_px: frame.width.max(frame.height) as f64,
    };
    let sky = background(frame, frame.middle_px(), everything)?;
    let level = sky.level + PEAK_SIGMA * sky.scatter;
    let mut peaks = peaks(frame, level);
    peaks.sort_by(|a, b| frame.values[b.0].total_cmp(&frame.values[a.0]));
    let widths = peaks.iter().take(MOST_STARS).filter_map(|(_, near)| {
        let width = measure_usual_width(frame, *near)?;
        let [x, y] = width.center_px;
        let is_same = (x - near[0]).hypot(y - near[1]) < 1.5;
        (is_same && is_star(&width)).then_some(width.ellipse.fwhm_px as f32)
    });
    let mut widths: Vec<f32> = widths.collect();
    (widths.len() >= LEAST_STARS).then(|| percentile(&mut widths, PERCENT))?
}

fn is_star(width: &Width) -> bool {
    width.snr >= LEAST_SNR
        && width.ellipse.ellipticity <= MOST_ELLIPTIC
        && width.ellipse.fwhm_px > 1.2
}

/// Pixels above a level that are not below any of their eight neighbours, all of them good:
/// indices and positions.
fn peaks(frame: &Frame<'_>, level: f64) -> Vec<(usize, [f64; 2])> {
    let inner = |side: usize| EDGE_PX..side.saturating_sub(EDGE_PX).max(EDGE_PX);
    let mut found = Vec::new();
    for y in inner(frame.height) {
        for x in inner(frame.width) {
            let at = y * frame.width + x;
            let value = frame.values[at];
            if !(f64::from(value) > level && frame.is_good(at)) {
                continue;
            }
            let rows = (y - 1..=y + 1).map(|row| row * frame.width);
            let mut around = rows.flat_map(|row| row + x - 1..=row + x + 1);
            if around.all(|at| frame.is_good(at) && frame.values[at] <= value) {
                found.push((at, [x as f64, y as f64]));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::photometry::{PsfShape, test_sky::Noise};

    #[test]
    fn stars_beside_the_candidate_tell_the_width() {
        let mut noise = Noise::new(21);
        let mut values: Vec<f32> = (0..63 * 63).map(|_| 30.0 + 4.0 * noise.normal()).collect();
        let shape = PsfShape::moffat(2.6);
        for (place, flux) in [
            ([12.3, 40.1], 9e3),
            ([45.6, 20.2], 5e3),
            ([50.4, 51.7], 3e3),
        ] {
            for (value, share) in values.iter_mut().zip(shape.sample(63, 63, place)) {
                *value += flux * share;
            }
        }
        // A galaxy in the middle, brighter than all of them.
        for (value, share) in values
            .iter_mut()
            .zip(PsfShape::moffat(7.0).sample(63, 63, [31.0; 2]))
        {
            *value += 60_000.0 * share;
        }
        let frame = Frame::new(63, 63, &values, None).unwrap();
        let found = stars_width(&frame).unwrap();
        assert!((found / 2.6 - 1.0).abs() < 0.08, "{found}");
        let blank: Vec<f32> = (0..63 * 63).map(|_| noise.normal()).collect();
        let blank = Frame::new(63, 63, &blank, None).unwrap();
        assert_eq!(stars_width(&blank), None);
    }
}
