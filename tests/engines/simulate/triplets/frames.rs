//! Whole frames: a field around the candidate, errors of all of it, and the artefacts that only they have.

use destello::{
    domain::{ImageSequence, Role},
    simulate::{Simulate, triplet_kind::BogusKind},
};

use super::made::{Stamp, candidates, mean, median, share, simulator, snr, survey};

/// Mean |S/N| of the difference on the stars of the reference, beyond 9 pixels from the candidate; none where
/// there are no such stars.
fn left_over(made: &ImageSequence) -> Option<f64> {
    let (reference, found) = (Stamp::of(made, Role::Reference), Stamp::of(made, Role::Snr));
    let [sky, sigma] = reference.sky();
    let middle = reference.middle() as f64;
    let on_stars = reference.places().filter(|([x, y], value)| {
        (x - middle).hypot(y - middle) > 9.0 && *value > sky + 8.0 * sigma
    });
    let values = on_stars.map(|([x, y], _)| found.pixels[y as usize * found.side + x as usize]);
    let values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
    (values.len() > 8).then(|| mean(values.iter().map(|value| value.abs())))
}

/// Pixels that are missing, or equal to those beside and below: filled.
fn filled(made: &ImageSequence, role: Role) -> usize {
    let stamp = Stamp::of(made, role);
    let at = |x: usize, y: usize| stamp.pixels[y * stamp.side + x];
    let places = (1..stamp.side - 1).flat_map(|y| (1..stamp.side - 1).map(move |x| (x, y)));
    let is_filled = |(x, y): &(usize, usize)| {
        let value = at(*x, *y);
        let is_equal = |other: f64| (other - value).abs() < f64::MIN_POSITIVE;
        value.is_nan() || is_equal(at(x + 1, *y)) && is_equal(at(*x, y + 1))
    };
    places.filter(is_filled).count()
}

#[test]
fn every_kind_of_frames_is_detected_in_cutouts_of_63_pixels() {
    for (kind, _) in BogusKind::OF_FRAMES {
        let made = candidates(survey("mixed_frames"), kind.name(), 40);
        assert!(
            made.iter()
                .all(|made| made.width == 63 && made.height == 63)
        );
        let detected = share(&made, |made| snr(made) >= 4.0);
        assert!(detected > 0.9, "{}: {detected}", kind.name());
    }
}

#[test]
fn a_wrong_frame_leaves_all_its_stars() {
    let rest = |kind: &str| {
        let made = candidates(survey("ztf_frames"), kind, 60);
        median(made.iter().filter_map(left_over))
    };
    let real = rest("hostless");
    for kind in ["flux_scale", "frame_width", "frame_shift"] {
        let wrong = rest(kind);
        assert!(wrong > 1.5 * real, "{kind}: {wrong} against {real}");
    }
}

#[test]
fn blanks_are_where_their_kinds_have_them() {
    let made = candidates(survey("mixed_frames"), "half_blank", 40);
    let has_hole = |made: &ImageSequence| {
        let [a, b] = [Role::Science, Role::Reference].map(|role| filled(made, role));
        a.max(b) > 8
    };
    assert!(share(&made, has_hole) > 0.9);
    let made = candidates(survey("mixed_frames"), "masked_star", 40);
    assert!(share(&made, has_hole) > 0.9);
    let made = candidates(survey("mixed_frames"), "blanked_reference", 40);
    let is_blank = |made: &ImageSequence| filled(made, Role::Reference) > 4;
    assert!(share(&made, is_blank) > 0.9);
}

#[test]
fn real_sources_lie_in_the_same_frames() {
    let simulator = simulator(survey("ztf_frames"), &[], 8);
    let all = (0..1200).map(|index| simulator.candidate(index));
    let (real, bogus): (Vec<_>, Vec<_>) = all.partition(|made| made.class() == Some("real"));
    // Kinds that leave the rest of the frame alone.
    let alone = [
        "cosmic_ray",
        "hot_pixel",
        "noise_peak",
        "bad_column",
        "reference_artefact",
    ];
    let is_alone = |made: &ImageSequence| alone.contains(&&*made.truth.as_ref().unwrap().kind);
    let bogus: Vec<_> = bogus.into_iter().filter(is_alone).collect();
    let wrong = |all: &[ImageSequence]| {
        let rests: Vec<f64> = all.iter().filter_map(left_over).collect();
        rests.iter().filter(|rest| **rest > 2.5).count() as f64 / rests.len() as f64
    };
    let holes = |all: &[ImageSequence]| share(all, |made| filled(made, Role::Reference) > 60);
    let found = [[wrong(&real), wrong(&bogus)], [holes(&real), holes(&bogus)]];
    for [of_real, of_bogus] in found {
        // Of 600 and about 110: 0.04 of error.
        assert!((0.03..0.5).contains(&of_real), "{found:?}");
        assert!((of_real - of_bogus).abs() < 0.15, "{found:?}");
    }
    // A real source stands above what the frame leaves: it is found as what it is.
    assert!(share(&real, |made| snr(made) >= 4.0) > 0.97);
}
