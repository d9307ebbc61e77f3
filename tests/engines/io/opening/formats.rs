//! Pixel types of FITS, scaling, blanks, compression, and what is kept bit by bit.

use destello::domain::{Geometry, Role};

use super::samples::*;

fn pixels_of(bytes: &[u8]) -> Vec<f32> {
    let folder = tempfile::tempdir().unwrap();
    let path = put(folder.path(), "x.fits", bytes);
    let opened = open(&path);
    let object = candidate(&opened, "x");
    stamp(object, 0, Role::Science).unwrap().pixels.to_vec()
}

#[test]
fn every_pixel_type_becomes_a_float() {
    let cases: [(i32, Vec<u8>); 6] = [
        (8, vec![0, 1, 2, 255]),
        (
            16,
            [0_i16, 1, -2, 255]
                .iter()
                .flat_map(|v| v.to_be_bytes())
                .collect(),
        ),
        (
            32,
            [0_i32, 1, -2, 255]
                .iter()
                .flat_map(|v| v.to_be_bytes())
                .collect(),
        ),
        (
            64,
            [0_i64, 1, -2, 255]
                .iter()
                .flat_map(|v| v.to_be_bytes())
                .collect(),
        ),
        (
            -32,
            [0_f32, 1.0, -2.0, 255.0]
                .iter()
                .flat_map(|v| v.to_be_bytes())
                .collect(),
        ),
        (
            -64,
            [0_f64, 1.0, -2.0, 255.0]
                .iter()
                .flat_map(|v| v.to_be_bytes())
                .collect(),
        ),
    ];
    for (bitpix, data) in cases {
        let third = if bitpix == 8 { 2.0 } else { -2.0 };
        let pixels = pixels_of(&raw_image("", bitpix, &[2, 2], data, &[]));
        assert_eq!(pixels, [0.0, 1.0, third, 255.0], "BITPIX {bitpix}");
    }
}

#[test]
fn scale_zero_and_blank_are_applied() {
    let data = [-32_768_i16, 0, 10, -7]
        .iter()
        .flat_map(|v| v.to_be_bytes())
        .collect();
    let more = [
        ("BSCALE", "0.5".to_owned()),
        ("BZERO", "100.0".into()),
        ("BLANK", "-7".into()),
    ];
    let pixels = pixels_of(&raw_image("", 16, &[2, 2], data, &more));
    assert_eq!(pixels[..3], [-16_284.0, 100.0, 105.0]);
    assert!(pixels[3].is_nan());
}

#[test]
fn infinities_and_tiny_values_come_through() {
    let odd = [f32::INFINITY, f32::NEG_INFINITY, 1e-42, 9.998e7];
    assert_eq!(pixels_of(&image("", &[2, 2], &odd, &[])), odd);
    let wide = [f64::INFINITY, 1e300, -1e-300, f64::NAN];
    let data = wide.iter().flat_map(|v| v.to_be_bytes()).collect();
    let pixels = pixels_of(&raw_image("", -64, &[2, 2], data, &[]));
    assert_eq!(pixels[..3], [f32::INFINITY, f32::INFINITY, 0.0]);
    assert!(pixels[3].is_nan());
}

#[test]
fn a_file_without_its_last_padding_opens() {
    let mut bytes = image("", &[2, 2], &[1.0, 2.0, 3.0, 4.0], &[]);
    bytes.truncate(2880 + 16);
    assert_eq!(pixels_of(&bytes), [1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn tile_compressed_images_open() {
    let folder = tempfile::tempdir().unwrap();
    let values: Vec<i32> = (0..320).map(|value| value * 3 - 100).collect();
    let bytes = compressed(folder.path(), &values, [16, 20]);
    assert!(
        bytes.windows(6).any(|word| word == b"ZIMAGE"),
        "not compressed"
    );
    let expected: Vec<f32> = values.iter().map(|value| *value as f32).collect();
    assert_eq!(pixels_of(&bytes), expected);
}

#[test]
fn every_way_of_tile_compression_gives_the_pixels_that_cfitsio_packed() {
    let folder = tempfile::tempdir().unwrap();
    let values: Vec<i32> = (0..37 * 41)
        .map(|at| (at * at) % 977 + 30 * (at % 41))
        .collect();
    let expected: Vec<f32> = values.iter().map(|value| *value as f32).collect();
    for way in ["R", "G", "P", "R 10,10", "G 41,7", "H", "H 16,16"] {
        let bytes = compressed_by(folder.path(), way, &values, [37, 41]);
        assert_eq!(pixels_of(&bytes), expected, "{way}");
    }
}

#[test]
fn a_ztf_cutout_is_known_by_its_header() {
    let mut bytes = image("", &[2, 2], &[1.0; 4], &[("BUNIT", quoted("DN"))]);
    bytes[..80].copy_from_slice(format!("{:<80}", "SIMPLE  =  T").as_bytes());
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&put(folder.path(), "x.fits.gz", &gzipped(&bytes)));
    let stamp = stamp(candidate(&opened, "x"), 0, Role::Science).unwrap();
    let expected = Geometry::ZtfRowZeroNorth {
        arcsec_per_px: 1.01,
    };
    assert_eq!(stamp.geometry, expected);
}
