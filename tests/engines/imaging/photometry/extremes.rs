//! What holds no star gives nothing, and nothing makes it fall.

use destello::imaging::photometry::{
    Frame, Method, Noise, PsfShape, Request, best_aperture, measure, measure_width,
};

fn all(width: usize, height: usize, pixels: &[f32]) -> Vec<Option<f64>> {
    let psf = PsfShape::moffat(4.0);
    let variance = vec![1.0; pixels.len()];
    let noises = [
        Noise::Scatter {
            gain_e_per_adu: None,
        },
        Noise::Variance(&variance),
        Noise::Variance(&[]),
        Noise::Detector {
            gain_e_per_adu: 0.0,
            read_noise_e: f64::NAN,
        },
    ];
    let Some(frame) = Frame::new(width, height, pixels, Some(1e4)) else {
        return Vec::new();
    };
    let middle = frame.middle_px();
    assert!(measure_width(&frame, middle).is_none_or(|found| found.flux.is_finite()));
    let mut found = Vec::new();
    for noise in noises {
        for method in Method::ALL {
            for position_px in [
                middle,
                [f64::NAN, 0.0],
                [-50.0, 3.0],
                [1e300, f64::INFINITY],
            ] {
                for radius_px in [None, Some(0.0), Some(1e-9), Some(1e9), Some(f64::NAN)] {
                    let request = Request {
                        method,
                        position_px,
                        psf: &psf,
                        noise,
                        radius_px,
                    };
                    let measured = measure(&frame, &request);
                    if let Some(measured) = measured {
                        assert!(measured.flux.is_finite() && measured.flux_err > 0.0);
                    }
                    assert!(best_aperture(&frame, &request, &[]).is_none());
                    found.push(measured.map(|measured| measured.flux));
                }
            }
        }
    }
    found
}

#[test]
fn stamps_without_a_measurement_give_none() {
    for (width, height) in [(1, 1), (1, 21), (2, 2), (21, 21), (63, 3)] {
        let count = width * height;
        for value in [f32::NAN, f32::INFINITY, -9999.0, 1e30, 2e4] {
            let pixels = vec![value; count];
            let found = all(width, height, &pixels);
            assert!(!found.is_empty(), "{width}x{height}");
            assert!(
                found.iter().all(Option::is_none),
                "{width}x{height} of {value}"
            );
        }
    }
    assert!(all(1, 1, &[5.0]).iter().all(Option::is_none));
    assert!(all(0, 0, &[]).is_empty());
    assert!(all(3, 3, &[1.0]).is_empty());
}

#[test]
fn a_constant_stamp_tells_no_noise() {
    for value in [0.0, 7.0, -3.0, 1e-40] {
        let pixels = [value; 441];
        let frame = Frame::new(21, 21, &pixels, None).unwrap();
        let psf = PsfShape::moffat(4.0);
        for method in Method::ALL {
            let request = Request {
                method,
                position_px: [10.0, 10.0],
                psf: &psf,
                noise: Noise::Scatter {
                    gain_e_per_adu: None,
                },
                radius_px: None,
            };
            assert_eq!(measure(&frame, &request), None, "{value}");
        }
    }
}

#[test]
fn odd_pixels_and_widths_never_panic() {
    let values = [0.0, f32::NAN, 1e19, -1e19, 1e-40, f32::MAX, -9999.0, 5.0];
    let pixels: Vec<f32> = (0..441).map(|at| values[(at * 7) % values.len()]).collect();
    all(21, 21, &pixels);
    let frame = Frame::new(21, 21, &pixels, None).unwrap();
    for fwhm_px in [0.0, 1e-9, -4.0, 1e9, f64::NAN, f64::INFINITY] {
        let psf = PsfShape::moffat(fwhm_px);
        for method in Method::ALL {
            let request = Request {
                method,
                position_px: [10.0, 10.0],
                psf: &psf,
                noise: Noise::Scatter {
                    gain_e_per_adu: Some(1.0),
                },
                radius_px: None,
            };
            let found = measure(&frame, &request);
            assert!(
                found.is_none_or(|found| found.flux.is_finite()),
                "{fwhm_px}"
            );
        }
    }
}
