//! Converting: a set written as Parquet or as FITS cubes opens as it was.

use std::path::Path;

use destello::{
    domain::{Candidate, Geometry, Mjd, Stamp},
    io::{Decoder, convert::to_parquet, convert_cubes::to_cubes},
    workspace::open::{Opened, read_all},
};

use super::samples::*;
use crate::common::opened::{candidate, open, stamp};

fn bits(stamp: &Stamp) -> Vec<u32> {
    stamp.pixels.iter().map(|pixel| pixel.to_bits()).collect()
}

/// Asserts that both hold the same objects, epochs, times, positions and pixels.
fn expect_same(before: &Opened, after: &Opened) {
    assert_eq!(after.problems, []);
    assert_eq!(after.catalogue.len(), before.catalogue.len());
    for (_, old) in before.catalogue.iter() {
        let new = candidate(after, &old.id);
        assert_eq!(new.epochs.len(), old.epochs.len());
        assert_eq!(new.position_deg, old.position_deg);
        assert_eq!(new.truth, old.truth);
        for at in 0..old.epochs.len() {
            expect_same_epoch(old, new, at);
        }
    }
}

fn expect_same_epoch(old: &Candidate, new: &Candidate, at: usize) {
    let (a, b) = (&old.epochs[at], &new.epochs[at]);
    assert_eq!(
        (&a.candid, a.mjd, &a.band, a.mag, a.mag_err, a.limiting_mag),
        (&b.candid, b.mjd, &b.band, b.mag, b.mag_err, b.limiting_mag)
    );
    assert_eq!(a.mjd.map(Mjd::scale), b.mjd.map(Mjd::scale));
    assert_eq!(a.difference_sign, b.difference_sign);
    let roles = |candidate: &Candidate| -> Vec<_> {
        candidate.epochs[at]
            .stamps
            .iter()
            .map(|stamp| stamp.role)
            .collect()
    };
    assert_eq!(roles(old), roles(new), "{} epoch {at}", old.id);
    for role in roles(old) {
        let (x, y) = (stamp(old, at, role).unwrap(), stamp(new, at, role).unwrap());
        assert_eq!((x.width, x.height, bits(&x)), (y.width, y.height, bits(&y)));
        assert_eq!((x.unit, x.saturation), (y.unit, y.saturation));
        match (x.geometry, y.geometry) {
            // Measured anew at the middle of the stamp.
            (Geometry::Wcs(a), Geometry::Wcs(b)) => {
                for (a, b) in a.cd_deg.iter().flatten().zip(b.cd_deg.iter().flatten()) {
                    assert!((a - b).abs() < 1e-12, "{a} {b}");
                }
                for (a, b) in a.crval_deg.iter().zip(b.crval_deg) {
                    assert!((a - b).abs() < 1e-10, "{a} {b}");
                }
            }
            (a, b) => assert_eq!(a, b),
        }
    }
}

/// Cubes, files of roles, an object whose epochs differ in coordinates, and names of every kind.
fn put_set(folder: &Path) {
    put(folder, "cube.fits", &cube_file("SN1", 3, 3));
    let more = |mjd: &str, wcs: f64| {
        vec![
            ("MJD-OBS", mjd.to_owned()),
            ("TIMESYS", quoted("TAI")),
            ("FILTER", quoted("r")),
            ("RA", "150.500000000001".into()),
            ("DEC", "-30.25".into()),
            ("CLASS", quoted("SN Ia")),
            ("BUNIT", quoted("nJy")),
            ("SATURATE", "60000.5".into()),
            ("CTYPE1", quoted("RA---TAN")),
            ("CTYPE2", quoted("DEC--TAN")),
            ("CRPIX1", "1.5".into()),
            ("CRPIX2", "1.5".into()),
            ("CRVAL1", "150.5".into()),
            ("CRVAL2", "-30.25".into()),
            ("CD1_1", format!("{}", -wcs)),
            ("CD1_2", "0.0".into()),
            ("CD2_1", "0.0".into()),
            ("CD2_2", format!("{wcs}")),
        ]
    };
    for (epoch, mjd, wcs) in [(1, "60000.123456789", 1e-4), (2, "60001.987654321", 2e-4)] {
        let more = more(mjd, wcs);
        put(
            folder,
            &format!("b_{epoch}_sci.fits"),
            &small_image(5.0, &more),
        );
        put(
            folder,
            &format!("b_{epoch}_diff.fits"),
            &small_image(f32::NAN, &more),
        );
    }
    for name in [
        "größe-β",
        "quote's \"x\"",
        "tab\tname",
        &"long".repeat(50),
        "[1](2)!",
        "-=1+1",
        "C:\\new",
    ] {
        put(folder, &format!("{name}.fits"), &small_image(7.0, &[]));
    }
}

#[test]
fn a_set_comes_back_from_parquet_and_from_cubes() {
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("set");
    put_set(&set);
    let before = open(&set);
    let epochs: usize = before.catalogue.iter().map(|(_, c)| c.epochs.len()).sum();
    assert_eq!((before.catalogue.len(), epochs), (9, 12));

    let parquet = folder.path().join("set.parquet");
    let converted = to_parquet(&before.catalogue, &Decoder::default(), &parquet).unwrap();
    assert_eq!((converted.rows, converted.problems), (epochs, Vec::new()));
    let after = open(&parquet);
    expect_same(&before, &after);

    let cubes = folder.path().join("cubes");
    let converted = to_cubes(&after.catalogue, None, &Decoder::default(), &cubes).unwrap();
    assert_eq!((converted.rows, converted.problems), (epochs, Vec::new()));
    let again = read_all(std::slice::from_ref(&cubes));
    expect_same(&before, &again);

    // And out of cubes once more.
    let back = folder.path().join("back.parquet");
    to_parquet(&again.catalogue, &Decoder::default(), &back).unwrap();
    expect_same(&before, &open(&back));
    let refused = to_cubes(&before.catalogue, None, &Decoder::default(), &cubes).unwrap_err();
    assert!(refused.contains("not empty"), "{refused}");
}

#[test]
fn groups_of_rows_that_are_read_side_by_side_give_the_stamps_of_their_rows() {
    let folder = tempfile::tempdir().unwrap();
    // More than one group of 1,000 rows.
    let bytes = cube_file("SN1", 2_500, 2_500);
    let before = open(&put(folder.path(), "cube.fits", &bytes));
    let out = folder.path().join("set.parquet");
    to_parquet(&before.catalogue, &Decoder::default(), &out).unwrap();
    // Threads that shared a place in the file would now and then read each other's bytes.
    for _ in 0..5 {
        let after = open(&out);
        assert_eq!(after.problems, []);
        let epochs = &candidate(&after, "SN1").epochs;
        assert_eq!(epochs.len(), 2_500);
        let wanted: Vec<_> = epochs.iter().map(|epoch| epoch.stamps[0].clone()).collect();
        for (at, (_, stamp)) in Decoder::default().decode(&wanted).into_iter().enumerate() {
            assert_eq!(
                stamp.unwrap().pixels[0].to_bits(),
                ((at * 6) as f32).to_bits()
            );
        }
    }
}
