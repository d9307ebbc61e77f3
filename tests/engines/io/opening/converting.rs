//! Converting: a set written as Parquet or as FITS cubes opens as it was.

use std::{collections::BTreeMap, path::Path};

use super::samples::*;
use crate::common::opened::{candidate, open, stamp};
use destello::{
    domain::{Band, Candidate, Epoch, FieldValue, Geometry, Mjd, Stamp, TimeScale},
    io::{
        Decoder,
        convert::{Conversion, cubes::to_cubes, to_parquet},
    },
    workspace::open::{Opened, read_all},
};

fn bits(stamp: &Stamp) -> Vec<u32> {
    stamp.pixels.iter().map(|pixel| pixel.to_bits()).collect()
}

/// Everything else that is known of an epoch, but for values that are missing.
fn fields(epoch: &Epoch) -> BTreeMap<String, FieldValue> {
    let all = epoch.fields.iter();
    let all = all.filter(|(_, value)| !value.number().is_some_and(f64::is_nan));
    all.map(|(name, value)| (name.to_string(), value)).collect()
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
    let converted = to_parquet(
        &Conversion::of(&before.catalogue, &Decoder::default()),
        &parquet,
    )
    .unwrap();
    assert_eq!((converted.rows, converted.problems), (epochs, Vec::new()));
    let after = open(&parquet);
    expect_same(&before, &after);

    let cubes = folder.path().join("cubes");
    let converted = to_cubes(
        &Conversion::of(&after.catalogue, &Decoder::default()),
        &cubes,
    )
    .unwrap();
    assert_eq!((converted.rows, converted.problems), (epochs, Vec::new()));
    let again = read_all(std::slice::from_ref(&cubes));
    expect_same(&before, &again);

    // And out of cubes once more.
    let back = folder.path().join("back.parquet");
    to_parquet(
        &Conversion::of(&again.catalogue, &Decoder::default()),
        &back,
    )
    .unwrap();
    expect_same(&before, &open(&back));
    let refused = to_cubes(
        &Conversion::of(&before.catalogue, &Decoder::default()),
        &cubes,
    )
    .unwrap_err();
    assert!(refused.contains("not empty"), "{refused}");
}

/// A Rubin alert as FITS, with a flux in nJy.
fn rubin_alert(number: i64, flux_njy: f64) -> Vec<u8> {
    let mut bytes = extensions(&["DIFFIM", "SCIENCE", "TEMPLATE"], &[]);
    let identifiers = [
        Column::longs("diaSourceId", &[9_007_199_254_740_995 + number]),
        Column::longs("diaObjectId", &[9_007_199_254_740_997 + number]),
        Column::doubles("midpointMjdTai", &[61_000.123_456_789]),
        Column("band", "1A", vec![b"r".to_vec()]),
    ];
    bytes.extend(table("ALERT", &identifiers));
    let fluxes = [
        Column::doubles("psfFlux", &[flux_njy]),
        Column::doubles("psfFluxErr", &[246.062_5]),
        Column::doubles("snr", &[(flux_njy / 246.062_5).abs()]),
        Column::longs("isNegative", &[i64::from(flux_njy < 0.0)]),
    ];
    bytes.extend(table("DIASOURCE", &fluxes));
    bytes
}

#[test]
fn fluxes_their_signs_and_all_other_fields_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("set");
    put(&set, "fades.fits", &rubin_alert(0, -3_000.5));
    put(&set, "rises.fits", &rubin_alert(10, 3_000.5));
    let before = open(&set);
    let ids = ["9007199254740997", "9007199254741007"];
    let are_fading = |opened: &Opened| ids.map(|id| candidate(opened, id).epochs[0].is_fading());
    assert_eq!(are_fading(&before), [true, false]);
    let epoch = &candidate(&before, ids[0]).epochs[0];
    assert_eq!(epoch.fields.number("psfFlux"), Some(-3_000.5));
    assert_eq!((&epoch.band, epoch.mag.is_some()), (&Some(Band::R), true));
    assert_eq!(epoch.mjd.map(Mjd::scale), Some(TimeScale::Tai));

    let decoder = Decoder::default();
    let parquet = folder.path().join("set.parquet");
    to_parquet(&Conversion::of(&before.catalogue, &decoder), &parquet).unwrap();
    let of_parquet = open(&parquet);
    let cubes = folder.path().join("cubes");
    to_cubes(&Conversion::of(&before.catalogue, &decoder), &cubes).unwrap();
    let of_cubes = read_all(std::slice::from_ref(&cubes));
    // From one form to the other, too.
    let back = folder.path().join("back.parquet");
    to_parquet(&Conversion::of(&of_cubes.catalogue, &decoder), &back).unwrap();
    for after in [&of_parquet, &of_cubes, &open(&back)] {
        expect_same(&before, after);
        assert_eq!(are_fading(after), [true, false]);
        for id in ids {
            let [old, new] = [&before, after].map(|set| fields(&candidate(set, id).epochs[0]));
            for name in ["psfFlux", "psfFluxErr", "snr", "isNegative"] {
                assert!(old.contains_key(name), "{name}");
            }
            for (name, value) in &old {
                // They have columns of their own, by their usual names.
                if !["band", "diaSourceId", "diaObjectId"].contains(&name.as_str()) {
                    assert_eq!(new.get(name), Some(value), "{name} of {id}");
                }
            }
        }
    }
}

#[test]
fn groups_of_rows_that_are_read_side_by_side_give_the_stamps_of_their_rows() {
    let folder = tempfile::tempdir().unwrap();
    // More than one group of 1,000 rows.
    let bytes = cube_file("SN1", 2_500, 2_500);
    let before = open(&put(folder.path(), "cube.fits", &bytes));
    let out = folder.path().join("set.parquet");
    to_parquet(
        &Conversion::of(&before.catalogue, &Decoder::default()),
        &out,
    )
    .unwrap();
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
