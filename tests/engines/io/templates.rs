//! Templates of any survey: what is read, and what is said of a folder that cannot be used.

use std::path::Path;

use destello::{domain::Band, io::templates::read_templates};
use fitsio::{FitsFile, tables::ColumnDataType};

use crate::common::fits::{column, image_file};

/// A FITS file with a primary image (axes slowest first) and cards.
fn image(path: &Path, axes: &[usize], pixels: &[f32], cards: &[(&str, &str)]) -> FitsFile {
    let mut file = image_file(path, axes, pixels);
    let hdu = file.primary_hdu().unwrap();
    for (name, value) in cards {
        hdu.write_key(&mut file, name, *value).unwrap();
    }
    file
}

/// Adds a table; a column is texts or numbers.
fn table(file: &mut FitsFile, name: &str, texts: &[(&str, &[&str])], numbers: &[(&str, &[f64])]) {
    let mut columns: Vec<_> = texts
        .iter()
        .map(|(name, _)| column(name, ColumnDataType::String, 20))
        .collect();
    columns.extend(
        numbers
            .iter()
            .map(|(name, _)| column(name, ColumnDataType::Double, 1)),
    );
    file.create_table(name, &columns).unwrap();
    let hdu = file.hdu(name).unwrap();
    for (column, values) in texts {
        let values: Vec<String> = values.iter().map(|text| (*text).to_owned()).collect();
        hdu.write_col(file, *column, &values).unwrap();
    }
    for (column, values) in numbers {
        hdu.write_col(file, *column, values).unwrap();
    }
}

/// Two point-spread functions of 3x3 pixels with this sum.
fn write_psfs(folder: &Path, sum: f32, rows: usize) {
    let mut pixels = vec![sum / 9.0; 18];
    pixels[4] += 0.0;
    let mut file = image(&folder.join("psf_x.fits"), &[2, 3, 3], &pixels, &[]);
    let (seeing, center) = (vec![1.25; rows], vec![1.0; rows]);
    let columns = [("SEEING", &*seeing), ("CX", &*center), ("CY", &*center)];
    table(&mut file, "PSF", &[], &columns);
}

/// One supernova in two bands at eight phases, whose model starts at the third.
fn write_supernova(folder: &Path, bands: &str) {
    let mut flux = vec![0.5; 16];
    for at in [0, 1, 8, 9] {
        flux[at] = f32::NAN;
    }
    let path = folder.join("supernovae_x.fits");
    let mut file = image(&path, &[1, 2, 8], &flux, &[("AXIS2", bands)]);
    let days: Vec<f64> = (0..8).map(|day| f64::from(day) * 5.0 - 20.0).collect();
    table(&mut file, "PHASE", &[], &[("PHASE", &days)]);
    table(
        &mut file,
        "MODELS",
        &[("MODEL", &["Ia-x"])],
        &[("Z", &[0.1])],
    );
}

fn write_stars(folder: &Path, name: &str, [table_name, kind]: [&str; 2], last_phase: f64) {
    let mut file = image(&folder.join(name), &[1, 5], &[0.0, 0.5, 1.0, 0.5, 0.0], &[]);
    let phases = [0.0, 0.25, 0.5, 0.75, last_phase];
    table(&mut file, "PHASE", &[], &[("PHASE", &phases)]);
    let kinds: [&str; 1] = ["contact"];
    table(
        &mut file,
        table_name,
        &[(kind, &kinds)],
        &[("PERIOD", &[0.4])],
    );
}

#[test]
fn every_layout_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    write_psfs(path, 1.0, 2);
    write_supernova(path, "BAND g r");
    write_stars(path, "eclipsing_binaries.fits", ["BINARIES", "KIND"], 1.0);
    write_stars(path, "rr_lyrae_g.fits", ["TEMPLATES", "TYPE"], 1.0);
    std::fs::write(path.join("README.md"), "mine").unwrap();
    let read = read_templates(path).unwrap().templates;
    assert_eq!(read.psfs.len(), 2);
    assert_eq!((read.psfs[0].side, read.psfs[0].center_px), (3, [1.0; 2]));
    let [supernova] = &read.supernovae[..] else {
        panic!("{:?}", read.supernovae)
    };
    assert_eq!(
        supernova.phases_days[..],
        [-10.0, -5.0, 0.0, 5.0, 10.0, 15.0]
    );
    assert_eq!(supernova.flux[1], (Band::R, vec![0.5; 6]));
    assert_eq!(read.eclipsing_binaries[0].kind, "contact");
    assert_eq!(read.eclipsing_binaries[0].period_days, Some(0.4));
    assert_eq!(read.rr_lyrae[0].values, [0.0, 0.5, 1.0, 0.5, 0.0]);
}

/// What is said of a folder that `write` filled.
fn refusal(write: impl FnOnce(&Path)) -> String {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let error = read_templates(folder.path()).unwrap_err().to_string();
    let place = folder.path().display().to_string();
    assert!(error.starts_with(&place), "{error}");
    error[place.len()..].to_owned()
}

#[test]
fn wrong_shapes_are_refused_by_file_and_cause() {
    type Write<'a> = &'a dyn Fn(&Path);
    let cases: [(Write<'_>, &str); 9] = [
        (&|_| {}, ": holds no templates"),
        (
            &|folder| write_psfs(folder, 0.9, 2),
            "/psf_x.fits: point-spread function 1 sums to 0.9000; it must sum to 1",
        ),
        (
            &|folder| write_psfs(folder, f32::NAN, 2),
            "/psf_x.fits: point-spread function 1 holds NaN",
        ),
        (
            &|folder| write_psfs(folder, 1.0, 3),
            "/psf_x.fits: the table PSF has 3 rows, but there are 2 point-spread functions",
        ),
        (
            &|folder| drop(image(&folder.join("psf_x.fits"), &[2, 3], &[0.1; 6], &[])),
            "/psf_x.fits: the primary image has 2 axes, where three (template, y, x) are wanted",
        ),
        (
            &|folder| {
                drop(image(
                    &folder.join("rr_lyrae.fits"),
                    &[1, 6],
                    &[0.1; 6],
                    &[],
                ));
            },
            "/rr_lyrae.fits: the table PHASE is missing",
        ),
        (
            &|folder| write_supernova(folder, "BAND g W2"),
            "/supernovae_x.fits: \"W2\" is no known band",
        ),
        (
            &|folder| write_stars(folder, "rr_lyrae.fits", ["TEMPLATES", "TYPE"], 0.9),
            "/rr_lyrae.fits: the phases cover 0.9 cycles",
        ),
        (
            &|folder| std::fs::write(folder.join("supernovae.fits.gz"), "nothing").unwrap(),
            "/supernovae.fits.gz: ",
        ),
    ];
    for (write, words) in cases {
        let said = refusal(write);
        assert!(said.starts_with(words), "{said}\nis not\n{words}");
    }
    let said = read_templates(Path::new("/no/such/folder")).unwrap_err();
    assert!(said.to_string().starts_with("/no/such/folder: "));
}
