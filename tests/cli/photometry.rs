//! The command: files in, table out, faults told.

use std::{fs, path::Path};

use crate::common::{
    program::destello_in,
    star_cubes::{self as cubes, EPOCHS},
};

/// Runs `destello photometry` in a folder: exit status, standard output and error.
fn photometry(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    destello_in(folder, &[&["photometry"], arguments].concat())
}

fn numbers(csv: &str, column: &str) -> Vec<Option<f64>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let at = reader
        .headers()
        .unwrap()
        .iter()
        .position(|name| name == column);
    let rows = reader
        .records()
        .map(|row| row.unwrap()[at.unwrap()].parse().ok());
    rows.collect()
}

#[test]
fn magnitudes_come_back_and_a_broken_file_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    cubes::write(&folder.path().join("star.fits"), true, 1);
    fs::write(
        folder.path().join("broken.fits"),
        b"SIMPLE  =                    T",
    )
    .unwrap();
    for method in ["optimal", "psf", "aperture"] {
        let (code, out, err) = photometry(folder.path(), &[".", "--method", method]);
        assert_eq!(code, Some(2), "{err}");
        assert!(err.contains("broken.fits"), "{err}");
        let (mags, errors) = (numbers(&out, "mag"), numbers(&out, "mag_err"));
        assert_eq!(mags.len(), EPOCHS);
        for (epoch, (mag, error)) in mags.iter().zip(&errors).enumerate() {
            let pull = (mag.unwrap() - cubes::mag(epoch)) / error.unwrap();
            assert!(pull.abs() < 4.5, "{method} epoch {epoch}: {pull}");
        }
    }
}

#[test]
fn without_zero_points_fluxes_stay_in_counts_and_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    cubes::write(&folder.path().join("star.fits"), false, 2);
    let out = folder.path().join("out.parquet");
    let (code, said, err) = photometry(folder.path(), &["star.fits", "--out", "out.parquet"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(said.contains("8 epochs of 1 candidate written"), "{said}");
    assert!(err.contains("8 of 8 epochs have no zero point"), "{err}");
    assert_eq!(&fs::read(&out).unwrap()[..4], b"PAR1");
    let (_, table, _) = photometry(folder.path(), &["star.fits"]);
    assert!(
        table.starts_with("id,candid,mjd,time_scale,band,flux,flux_err,snr,mag,mag_err,limit,")
    );
    assert_eq!(numbers(&table, "mag"), [None; EPOCHS]);
    let snr = numbers(&table, "snr");
    assert_eq!(snr.len(), EPOCHS);
    assert!(snr.iter().all(|snr| snr.unwrap() > 20.0), "{snr:?}");
    let left = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 2, "nothing lies beside the table");
}

#[test]
fn orders_that_cannot_be_carried_out_are_refused_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    cubes::write(&folder.path().join("star.fits"), true, 3);
    for (arguments, sentence) in [
        (
            &["star.fits", "--on", "difference"][..],
            "no candidate has a difference stamp",
        ),
        (&["star.fits", "--radius=-1"][..], "more than 0 arcseconds"),
        (
            &["star.fits", "--out", "table.doc"][..],
            "the ending should be",
        ),
        (&["nothing_here"][..], "nothing_here"),
        (
            &["star.fits", "--out", "no/such/folder.csv"][..],
            "no/such/folder.csv",
        ),
    ] {
        let (code, _, err) = photometry(folder.path(), arguments);
        assert_eq!(code, Some(1), "{arguments:?}: {err}");
        assert!(err.contains(sentence), "{arguments:?}: {err}");
    }
}
