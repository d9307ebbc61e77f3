//! Nothing but the sky and the artefacts may tell real from bogus.

use std::collections::BTreeMap;

use destello::{
    domain::{DifferenceSign, ImageSequence, Role},
    simulate::{
        Simulate,
        triplet_kind::{BogusKind, RealKind},
    },
};

use super::made::{Stamp, mean, share, simulator, survey};

fn both(count: u64) -> [Vec<ImageSequence>; 2] {
    let simulator = simulator(survey("mixed"), &[], 5);
    let all = (0..count).map(|index| simulator.candidate(index));
    let (real, bogus) = all.partition(|made| made.class() == Some("real"));
    [real, bogus]
}

/// Distance of the highest of the nine middle pixels' neighbourhoods from the middle pixel.
fn off_center(made: &ImageSequence) -> f64 {
    let stamp = Stamp::of(made, Role::Snr);
    let middle = stamp.middle();
    let smooth = |x: usize, y: usize| {
        let square = (y - 1..=y + 1).flat_map(|y| (x - 1..=x + 1).map(move |x| [x, y]));
        let values = square.map(|[x, y]| stamp.pixels[y * stamp.side + x]);
        mean(values.filter(|value| value.is_finite())).abs()
    };
    let around =
        (middle - 2..=middle + 2).flat_map(|y| (middle - 2..=middle + 2).map(move |x| [x, y]));
    let best = around.max_by(|a, b| smooth(a[0], a[1]).total_cmp(&smooth(b[0], b[1])));
    best.map_or(0.0, |[x, y]| {
        (x as f64 - middle as f64).hypot(y as f64 - middle as f64)
    })
}

#[test]
fn both_classes_are_centred_on_their_peak() {
    let [real, bogus] = both(1200).map(|made| mean(made.iter().map(off_center)));
    assert!(real < 0.7 && bogus < 0.9, "{real} {bogus}");
    assert!((real - bogus).abs() < 0.45, "{real} {bogus}");
}

#[test]
fn missing_strips_and_signs_are_shared() {
    let [real, bogus] = both(3000);
    let has_gap = |made: &ImageSequence| {
        let stamp = Stamp::of(made, Role::Difference);
        stamp
            .pixels
            .iter()
            .filter(|value| value.is_nan() || **value == 0.0)
            .count()
            > 15
    };
    let missing = share(&real, has_gap);
    // 4 %, 0.5 % of error; in one of twenty the science image and the reference are both whole.
    assert!((0.02..0.055).contains(&missing), "{missing}");
    // Differences are turned where the detection is negative, but for 15 % of either class.
    let turned = [&real, &bogus].map(|made| {
        share(made, |made| {
            made.epochs[0].difference_sign == DifferenceSign::ReferenceMinusScience
        })
    });
    let [of_real, of_bogus] = turned;
    // Of 1500 each: 0.018 of error.
    assert!((of_real - of_bogus).abs() < 0.08 * 0.85, "{turned:?}");
    assert!((0.2..0.5).contains(&of_bogus), "{turned:?}");
    let positive = |made: &ImageSequence| {
        let stamp = Stamp::of(made, Role::Snr);
        let middle = stamp.middle();
        let center = [middle as f64; 2];
        stamp.ring_mean(center, [0.0, 1.5]) > 0.0
    };
    let [a, b] = [&real, &bogus].map(|made| share(made, positive));
    assert!(a > 0.93 && b > 0.85, "{a} {b}");
}

#[test]
fn kinds_come_in_their_shares() {
    let [real, bogus] = both(3000);
    assert_eq!(real.len(), bogus.len());
    let mut counts = BTreeMap::new();
    for made in real.iter().chain(&bogus) {
        let truth = made.truth.as_ref().unwrap();
        *counts.entry(truth.kind.clone()).or_insert(0.0) += 1.0;
    }
    let weights = RealKind::ALL.map(|(kind, weight)| (kind.name(), weight));
    let others = BogusKind::ALL.map(|(kind, weight)| (kind.name(), weight));
    for (name, weight) in weights.into_iter().chain(others) {
        let expected = 1500.0 * weight;
        let found: f64 = counts[name];
        assert!(
            (found - expected).abs() < 5.0 * expected.sqrt(),
            "{name}: {found}"
        );
    }
}

#[test]
fn the_same_index_gives_the_same_pixels_in_any_order_and_on_any_thread() {
    let simulator = simulator(survey("mixed"), &[], 9);
    let bits = |made: &ImageSequence| -> Vec<u32> {
        let pixels = made.images.iter().flat_map(|(_, cube)| cube);
        pixels.map(|pixel| pixel.to_bits()).collect()
    };
    let forward: Vec<_> = (0..120)
        .map(|index| bits(&simulator.candidate(index)))
        .collect();
    let simulator = &simulator;
    std::thread::scope(|scope| {
        let workers = [0, 1, 2].map(|first| {
            scope.spawn(move || {
                let mine = (0..120).rev().filter(|index| index % 3 == first);
                mine.map(|index| (index, simulator.candidate(index)))
                    .collect::<Vec<_>>()
            })
        });
        for worker in workers {
            for (index, made) in worker.join().unwrap() {
                assert_eq!(bits(&made), forward[index as usize], "{index}");
                assert_eq!(&*made.id, format!("T{index:07}"));
            }
        }
    });
    assert_ne!(forward[0], forward[2]);
}
