//! North, east and scale of real Rubin stamps, against what was verified of them.

use std::{collections::HashMap, fs, path::Path};

use destello::{
    domain::{Geometry, Wcs},
    imaging::{Orientation, orientation::north_clockwise_of_up_deg, sky_at},
};

use crate::data;

/// The numeric cards of the primary header.
fn cards(file: &Path) -> HashMap<String, f64> {
    let bytes = fs::read(file).expect("a readable file");
    bytes
        .chunks(80)
        .take_while(|card| !card.starts_with(b"END "))
        .filter_map(|card| {
            let text = String::from_utf8_lossy(card);
            let (name, value) = text.split_once('=')?;
            let value = value.split('/').next()?.trim().parse().ok()?;
            Some((name.trim().to_owned(), value))
        })
        .collect()
}

fn rubin_wcs(cards: &HashMap<String, f64>) -> Geometry {
    let scale = [cards["CDELT1"], cards["CDELT2"]];
    let row = |i: usize| {
        ["1", "2"].map(|j| scale[i] * cards.get(&format!("PC{}_{j}", i + 1)).unwrap_or(&0.0))
    };
    Geometry::Wcs(Wcs {
        crpix: [cards["CRPIX1"], cards["CRPIX2"]],
        crval_deg: [cards["CRVAL1"], cards["CRVAL2"]],
        cd_deg: [row(0), row(1)],
        is_ctype_assumed: true,
    })
}

pub fn rubin_stamps_lie_as_their_position_angle_says() {
    let mut angles = Vec::new();
    for folder in fs::read_dir(data("rubin")).unwrap().flatten() {
        let Ok(files) = fs::read_dir(folder.path()) else {
            continue;
        };
        for file in files.flatten().map(|entry| entry.path()) {
            if !file.to_string_lossy().ends_with("_science.fits") {
                continue;
            }
            let cards = cards(&file);
            let geometry = rubin_wcs(&cards);
            let angle = north_clockwise_of_up_deg(&geometry).unwrap();
            // ROTPA is the telescope's; the chip's own angle differs by up to 0.8 degrees.
            let off = (angle - cards["ROTPA"] + 540.0).rem_euclid(360.0) - 180.0;
            assert!(
                off.abs() < 1.0,
                "{}: {angle} and {}",
                file.display(),
                cards["ROTPA"]
            );
            let scale = geometry.arcsec_per_px().unwrap();
            assert!((scale - 0.2).abs() < 0.001, "{}: {scale}", file.display());
            check_compass(&geometry);
            check_reference(&geometry);
            angles.push(off.abs());
        }
    }
    assert!(angles.len() >= 25, "{} stamps", angles.len());
    let worst = angles.iter().copied().fold(0.0, f64::max);
    println!(
        "{} stamps, ROTPA off by at most {worst:.2} degrees",
        angles.len()
    );
}

/// East lies a quarter turn to the left of north, as stored and turned.
fn check_compass(geometry: &Geometry) {
    let turned = Orientation::north_up(geometry).expect("north");
    for orientation in [Orientation::as_stored(geometry), turned] {
        let compass = orientation.compass(geometry).expect("north");
        // Counter-clockwise by a quarter, y down: (x, y) becomes (y, -x).
        let left = [compass.north[1], -compass.north[0]];
        let along = left[0] * compass.east[0] + left[1] * compass.east[1];
        assert!(along > 0.999, "{compass:?}");
    }
}

/// The reference pixel is where the header says; a pixel is 0.2 arcseconds further on.
fn check_reference(geometry: &Geometry) {
    let Geometry::Wcs(wcs) = geometry else {
        panic!("no WCS");
    };
    let [x, y] = wcs.crpix.map(|value| value - 1.0);
    let (ra, dec) = sky_at(geometry, x, y).expect("a position");
    assert!((ra - wcs.crval_deg[0]).abs() < 1e-9 && (dec - wcs.crval_deg[1]).abs() < 1e-9);
    let (ra_next, dec_next) = sky_at(geometry, x + 1.0, y).expect("a position");
    let step = ((ra_next - ra) * dec.to_radians().cos()).hypot(dec_next - dec) * 3600.0;
    assert!((step - 0.2).abs() < 0.001, "{step}");
}
