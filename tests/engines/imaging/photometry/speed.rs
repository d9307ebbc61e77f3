//! A sequence in memory is measured right, and quickly.

use std::{fs, time::Instant};

use destello::{
    domain::{Band, Detector, DifferenceSign, ImageSequence, Mjd, Role, SequenceEpoch, Visit},
    imaging::photometry::{Method, PsfShape, light_curve},
};

use crate::common::star::{GAIN, READ_NOISE, SIDE, SKY, Sky};

const EPOCHS: usize = 25;
const SCALE: f32 = 0.27;

fn sequence(sky: &mut Sky) -> ImageSequence {
    let mut science = Vec::new();
    let mut epochs = Vec::new();
    for epoch in 0..EPOCHS {
        let fwhm_px = 3.5 + 0.1 * epoch as f64;
        let position = sky.position();
        let counts = 2_000.0 + 100.0 * epoch as f64;
        science.extend(sky.stamp(&PsfShape::moffat(fwhm_px), position, counts));
        let visit = Visit {
            mjd: Mjd::new(57_070.0 + epoch as f64).unwrap(),
            band: Band::G,
            exposure_s: 86.0,
            seeing_arcsec: fwhm_px as f32 * SCALE,
            airmass: 1.2,
            sky_adu: SKY as f32,
            limiting_mag: 23.6,
            zero_point: 25.0,
        };
        epochs.push(SequenceEpoch {
            visit,
            centroid_px: position.map(|at| at as f32),
            difference_sign: DifferenceSign::ReferenceMinusScience,
            psf_fwhm_px: None,
            measured_mag: None,
            true_counts_adu: Some(counts as f32),
        });
    }
    ImageSequence {
        id: "a".into(),
        width: SIDE,
        height: SIDE,
        detector: Detector {
            pixel_scale_arcsec: SCALE,
            gain_e_per_adu: GAIN as f32,
            read_noise_e: READ_NOISE as f32,
            saturation_adu: 4e4,
        },
        epochs,
        images: vec![
            (Role::Difference, science.clone()),
            (Role::Science, science),
        ],
        truth: None,
    }
}

#[test]
fn a_sequence_gives_its_light_curve() {
    let mut sky = Sky::new(4);
    let sequence = sequence(&mut sky);
    for method in Method::ALL {
        let science = light_curve(&sequence, method, Role::Science);
        let difference = light_curve(&sequence, method, Role::Difference);
        assert_eq!(science.len(), EPOCHS);
        let mut squares = 0.0;
        for ((found, turned), epoch) in science.iter().zip(&difference).zip(&sequence.epochs) {
            let (found, turned) = (found.unwrap(), turned.unwrap());
            let truth = f64::from(epoch.true_counts_adu.unwrap());
            squares += ((found.flux - truth) / found.flux_err).powi(2) / EPOCHS as f64;
            assert!((found.flux - truth).abs() < 4.5 * found.flux_err);
            // This difference is reference minus science: more light there is a fading.
            assert!((turned.flux + truth).abs() < 5.0 * turned.flux_err);
        }
        assert!(squares > 0.4 && squares < 2.0, "{method:?}: {squares}");
    }
    let none = light_curve(&sequence, Method::Optimal, Role::Reference);
    assert!(none.iter().all(Option::is_none));
}

/// Seconds that this thread has had of a core, so that others at work do not count; where the
/// system does not say, seconds since the start.
fn seconds_of_core(start: Instant) -> f64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = stat.and_then(|stat| stat.split_whitespace().next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| start.elapsed().as_secs_f64(), |time| time / 1e9)
}

#[test]
fn a_core_measures_tens_of_thousands_of_stamps_a_second() {
    let mut sky = Sky::new(5);
    let sequences: Vec<_> = (0..40).map(|_| sequence(&mut sky)).collect();
    let start = Instant::now();
    let run = |method| {
        let begin = seconds_of_core(start);
        let mut measured = 0;
        for _ in 0..5 {
            for sequence in &sequences {
                let curve = light_curve(sequence, method, Role::Science);
                measured += curve.iter().flatten().count();
            }
        }
        measured as f64 / (seconds_of_core(start) - begin)
    };
    let rates = Method::ALL.map(|method| (method, run(method)));
    println!("stamps of {SIDE}x{SIDE} a second on one core: {rates:.0?}");
    // The aim is 50,000; half of it leaves room for slower machines and shared caches.
    assert!(rates[0].1 > 25_000.0, "{rates:?}");
}
