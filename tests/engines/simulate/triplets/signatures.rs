//! Each artefact's signature, measured.

use destello::domain::{ImageSequence, Role};

use super::made::{Stamp, brightest, candidates, fwhm_px, plain_survey, share, snr, target};

fn made(kind: &str) -> Vec<ImageSequence> {
    candidates(plain_survey("hits2015"), kind, 150)
}

/// The S/N stamp of science minus reference.
fn significance(made: &ImageSequence) -> Stamp {
    Stamp::of(made, Role::Snr)
}

/// Pixels near the target that stand out of an image by this many sigmas.
fn outstanding(made: &ImageSequence, role: Role, sigmas: f64, reach: f64) -> usize {
    let stamp = Stamp::of(made, role);
    let [sky, sigma] = stamp.sky();
    let inside = stamp.by_radius(target(made)).filter(|(r, _)| *r < reach);
    inside
        .filter(|(_, value)| (value - sky).abs() > sigmas * sigma)
        .count()
}

#[test]
fn dipoles_have_two_lobes_on_opposite_sides() {
    let found = share(&made("dipole"), |made| {
        let stamp = significance(made);
        let lobes = [1.0, -1.0].map(|sign| stamp.centroid(sign, 3.0));
        let [Some([x1, y1, up]), Some([x2, y2, down])] = lobes else {
            return false;
        };
        let [cx, cy] = brightest(made);
        let opposite = (x1 - cx) * (x2 - cx) + (y1 - cy) * (y2 - cy) < 0.0;
        let apart = (x1 - x2).hypot(y1 - y2) > 0.4 * fwhm_px(made);
        opposite && apart && (0.2..5.0).contains(&(up / down))
    });
    assert!(found > 0.7, "{found}");
}

#[test]
fn rings_change_their_sign_with_radius() {
    let found = share(&made("psf_ring"), |made| {
        let stamp = significance(made);
        let width = fwhm_px(made);
        let center = brightest(made);
        let middle = stamp.ring_mean(center, [0.0, 0.25 * width]);
        let around = stamp.ring_mean(center, [0.75 * width, 1.1 * width]);
        middle * around < 0.0 && middle.abs() > 1.0
    });
    assert!(found > 0.7, "{found}");
}

#[test]
fn saturated_stars_have_a_flat_top_and_half_of_them_bleed() {
    let all = made("saturated_star");
    let flat = share(&all, |made| {
        let stamp = Stamp::of(made, Role::Science);
        let top = f64::from(made.detector.saturation_adu);
        // Resampling keeps the inside of the plateau.
        let level = stamp
            .pixels
            .iter()
            .filter(|value| (**value - top).abs() < 1.5);
        level.count() >= 3
    });
    assert!(flat > 0.9, "{flat}");
    // Near the border of the stamp one direction has less room than the other.
    let inside: Vec<_> = all
        .into_iter()
        .filter(|made| {
            brightest(made)
                .iter()
                .all(|place| (place - 10.0).abs() < 2.5)
        })
        .collect();
    let bleeding = share(&inside, |made| {
        let stamp = Stamp::of(made, Role::Science);
        let [cx, cy] = brightest(made);
        let high = 0.4 * f64::from(made.detector.saturation_adu);
        // Bright along one axis only, away from the star.
        let along = |axis: usize| {
            stamp
                .places()
                .filter(|(place, value)| {
                    let [dx, dy] = [place[0] - cx, place[1] - cy];
                    let (a, b) = if axis == 0 { (dx, dy) } else { (dy, dx) };
                    a.abs() < 2.0 && b.abs() > 0.5 * fwhm_px(made) && *value > high
                })
                .count()
        };
        along(0).abs_diff(along(1)) >= 3
    });
    // Half of them, and some that are only elongated; of about 70, to 0.06.
    assert!((0.3..0.75).contains(&bleeding), "{bleeding}");
}

#[test]
fn cosmic_rays_are_sharper_than_the_point_spread_function() {
    let found = share(&made("cosmic_ray"), |made| {
        let stamp = Stamp::of(made, Role::Science);
        let [sky, sigma] = stamp.sky();
        let psf = Stamp::of(made, Role::Psf);
        // The steepest step to a neighbour over the peak.
        let steepness = |stamp: &Stamp, sky: f64| {
            let side = stamp.side;
            let peak = stamp.pixels.iter().copied().fold(f64::MIN, f64::max) - sky;
            let rows = (0..side * side - side).map(|at| stamp.pixels[at + side] - stamp.pixels[at]);
            let columns = (1..side * side).map(|at| stamp.pixels[at] - stamp.pixels[at - 1]);
            rows.chain(columns).map(f64::abs).fold(0.0, f64::max) / peak
        };
        let is_bright = stamp.pixels.iter().any(|value| value - sky > 15.0 * sigma);
        !is_bright || steepness(&stamp, sky) > 1.5 * steepness(&psf, 0.0)
    });
    assert!(found > 0.85, "{found}");
}

#[test]
fn hot_and_dead_pixels_are_single_pixels() {
    let mut survey = plain_survey("hits2015");
    // Resampled images share a pixel among its neighbours.
    survey.psf.resampled_share = 0.0;
    let found = share(&candidates(survey, "hot_pixel", 150), |made| {
        let single = outstanding(made, Role::Science, 5.0, 2.5);
        (1..=3).contains(&single)
    });
    assert!(found > 0.6, "{found}");
}

#[test]
fn columns_are_constant_along_themselves() {
    let found = share(&made("bad_column"), |made| {
        let stamp = significance(made);
        let side = stamp.side;
        let line = |at: usize, axis: usize, range: std::ops::Range<usize>| {
            let values = range.clone().map(|k| {
                let [x, y] = if axis == 0 { [at, k] } else { [k, at] };
                stamp.pixels[y * side + x]
            });
            values.sum::<f64>() / range.len() as f64
        };
        // Half a column above or below the middle is as bright as the middle and the columns
        // beside it are dark.
        [0, 1].into_iter().any(|axis| {
            [0..side / 2, side / 2 + 1..side].into_iter().any(|range| {
                let middle = (9..12).map(|at| line(at, axis, range.clone()));
                let strongest = middle.max_by(|a, b| a.abs().total_cmp(&b.abs()));
                let strongest = strongest.unwrap_or(0.0);
                let beside = line(2, axis, range.clone()).abs() + line(18, axis, range).abs();
                strongest.abs() > 1.5 && strongest.abs() > 2.0 * beside
            })
        })
    });
    assert!(found > 0.7, "{found}");
}

#[test]
fn trails_are_long() {
    let all = made("satellite_trail");
    let found = share(&all, |made| {
        let ratio = significance(made).axis_ratio(3.0);
        ratio.is_some_and(|ratio| ratio < 0.6)
    });
    assert!(found > 0.6, "{found}");
}

#[test]
fn noise_peaks_are_low() {
    let all = made("noise_peak");
    assert!(share(&all, |made| (4.0..=6.0).contains(&snr(made))) > 0.98);
    let below = share(&all, |made| snr(made) < 4.8);
    assert!((0.3..0.8).contains(&below), "{below}");
}

#[test]
fn artefacts_of_the_reference_leave_the_science_image_clean() {
    let all = made("reference_artefact");
    let in_reference = share(&all, |made| {
        outstanding(made, Role::Reference, 5.0, 4.0) > 0
    });
    let in_science = share(&all, |made| outstanding(made, Role::Science, 5.0, 4.0) > 0);
    assert!(in_reference > 0.8, "{in_reference}");
    // Neighbours at the border of that circle.
    assert!(in_science < 0.15, "{in_science}");
    let is_negative = share(&all, |made| {
        significance(made).ring_mean(target(made), [0.0, 2.0]) < 0.0
    });
    assert!((0.55..0.85).contains(&is_negative), "{is_negative}");
}

#[test]
fn ghosts_are_wider_than_any_star() {
    let found = share(&made("ghost"), |made| {
        let stamp = significance(made);
        let width = fwhm_px(made);
        stamp
            .ring_mean([10.0, 10.0], [0.8 * width, 1.5 * width])
            .abs()
            > 0.6
    });
    assert!(found > 0.7, "{found}");
}

#[test]
fn edges_and_blocks_miss_pixels_or_replace_them() {
    let constant = |made: &ImageSequence, role: Role| {
        let mut pixels = Stamp::of(made, role).pixels;
        let missing = pixels.iter().filter(|value| value.is_nan()).count();
        pixels.retain(|value| value.is_finite());
        pixels.sort_by(f64::total_cmp);
        let mut run = 1;
        let mut longest = 1;
        for pair in pixels.windows(2) {
            run = if pair[0].to_bits() == pair[1].to_bits() {
                run + 1
            } else {
                1
            };
            longest = longest.max(run);
        }
        missing.max(longest)
    };
    let edges = share(&made("edge"), |made| constant(made, Role::Difference) >= 60);
    assert!(edges > 0.97, "{edges}");
    let blocks = share(&made("masked_block"), |made| {
        constant(made, Role::Reference) >= 4 || constant(made, Role::Science) >= 4
    });
    assert!(blocks > 0.95, "{blocks}");
}

#[test]
fn cores_and_bright_stars_leave_much_less_than_they_are() {
    for kind in ["galaxy_core", "bright_star_residual"] {
        let found = share(&made(kind), |made| {
            let [science, difference] = [Role::Science, Role::Difference].map(|role| {
                let stamp = Stamp::of(made, role);
                let [sky, _] = stamp.sky();
                stamp
                    .pixels
                    .iter()
                    .map(|value| (value - sky).abs())
                    .fold(0.0, f64::max)
            });
            difference < 0.5 * science
        });
        assert!(found > 0.7, "{kind}: {found}");
    }
}
