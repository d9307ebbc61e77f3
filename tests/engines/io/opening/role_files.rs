//! Separate FITS files for each role: folders of objects, flat folders, tables beside them.

use destello::domain::{Band, DifferenceSign, Mjd, Role};

use super::samples::*;

const CANDID: u64 = 1_127_174_604_415_015_005;

fn triplet(folder: &std::path::Path, prefix: &str) {
    for (value, role) in [(1.0, "science"), (2.0, "template"), (3.0, "difference")] {
        let bytes = gzipped(&small_image(value, &[]));
        put(folder, &format!("{prefix}_{role}.fits.gz"), &bytes);
    }
}

#[test]
fn a_folder_for_each_object() {
    let folder = tempfile::tempdir().unwrap();
    for (object, candid) in [
        ("ZTF18aaa", CANDID),
        ("ZTF18aaa", CANDID + 1),
        ("ZTF18bbb", 7),
    ] {
        triplet(folder.path(), &format!("{object}/{candid}"));
    }
    let opened = open(folder.path());
    assert!(opened.problems.is_empty(), "{:?}", opened.problems);
    assert_eq!(opened.catalogue.len(), 2);
    assert!(opened.recognised[0].1.contains("one folder per object"));
    let object = candidate(&opened, "ZTF18aaa");
    assert_eq!(object.epochs.len(), 2);
    assert_eq!(
        object.epochs[0].candid.as_deref(),
        Some("1127174604415015005")
    );
    assert_eq!(
        object.roles(),
        [Role::Science, Role::Reference, Role::Difference]
    );
    for (value, role) in [
        (1.0, Role::Science),
        (2.0, Role::Reference),
        (3.0, Role::Difference),
    ] {
        assert_eq!(stamp(object, 1, role).unwrap().pixels[0], value);
    }
}

#[test]
fn a_table_beside_them_tells_object_time_and_brightness() {
    let folder = tempfile::tempdir().unwrap();
    triplet(folder.path(), &format!("anything/{CANDID}"));
    let table = format!(
        "objectId,candid,jd,fid,magpsf,isdiffpos,rb\nZTF18xyz,{CANDID},2458881.5,2,19.25,f,0.75\n"
    );
    put(folder.path(), "index.csv", table.as_bytes());
    let opened = open(folder.path());
    let object = candidate(&opened, "ZTF18xyz");
    let epoch = &object.epochs[0];
    assert_eq!(epoch.mjd, Mjd::new(58_881.0));
    assert_eq!(epoch.band, Some(Band::R));
    assert_eq!(epoch.mag, Some(19.25));
    assert_eq!(epoch.difference_sign, DifferenceSign::ReferenceMinusScience);
    assert_eq!(epoch.fields.number("rb"), Some(0.75));
    // The object's folder alone, with the table beside it.
    let alone = open(&folder.path().join("anything"));
    assert_eq!(candidate(&alone, "ZTF18xyz").epochs.len(), 1);
}

#[test]
fn a_flat_folder_has_objects_and_epochs_in_the_names() {
    let folder = tempfile::tempdir().unwrap();
    for prefix in ["sn1_1", "sn1_2", "sn2_1"] {
        triplet(folder.path(), prefix);
    }
    let opened = open(folder.path());
    assert_eq!(opened.catalogue.len(), 2);
    assert_eq!(candidate(&opened, "sn1").epochs.len(), 2);
    assert_eq!(candidate(&opened, "sn2").epochs[0].stamps.len(), 3);
}

#[test]
fn other_spellings_and_missing_roles_open() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a-sci.fits", "a-ref.fits", "b_diff.fits", "cube.fits"] {
        put(folder.path(), name, &small_image(5.0, &[]));
    }
    put(folder.path(), "c_sci.fits", &cube_file("C", 2, 2));
    let opened = open(folder.path());
    assert_eq!(opened.catalogue.len(), 4);
    assert_eq!(
        candidate(&opened, "a").roles(),
        [Role::Science, Role::Reference]
    );
    assert_eq!(candidate(&opened, "b").roles(), [Role::Difference]);
    assert_eq!(candidate(&opened, "cube").roles(), [Role::Science]);
    assert_eq!(candidate(&opened, "C").epochs.len(), 2);
}

#[test]
fn files_named_one_by_one_are_put_together() {
    let folder = tempfile::tempdir().unwrap();
    triplet(folder.path(), "x");
    let paths = ["science", "template", "difference"]
        .map(|role| folder.path().join(format!("x_{role}.fits.gz")));
    let opened = destello::workspace::open::read_all(&paths);
    assert_eq!(opened.catalogue.len(), 1);
    assert_eq!(candidate(&opened, "x").epochs[0].stamps.len(), 3);
}

#[test]
fn a_broken_role_leaves_the_others() {
    let folder = tempfile::tempdir().unwrap();
    triplet(folder.path(), "x");
    put(folder.path(), "x_template.fits.gz", b"");
    let opened = open(folder.path());
    assert_eq!(opened.problems.len(), 1);
    assert!(opened.problems[0].path.ends_with("x_template.fits.gz"));
    assert_eq!(
        candidate(&opened, "x").roles(),
        [Role::Science, Role::Difference]
    );
}

#[test]
fn variance_and_psf_come_with_the_science_file() {
    let folder = tempfile::tempdir().unwrap();
    let wcs = [
        ("CRPIX1", "1.5".to_owned()),
        ("CRPIX2", "1.5".into()),
        ("CRVAL1", "10.0".into()),
        ("CRVAL2", "-5.0".into()),
        ("CDELT1", "-5.0E-5".into()),
        ("CDELT2", "5.0E-5".into()),
        ("BUNIT", quoted("nJy")),
    ];
    let mut bytes = small_image(1.0, &wcs);
    bytes.extend(image("UNCERT", &[2, 2], &[4.0; 4], &[]));
    bytes.extend(image("PSFIMAGE", &[3, 3], &[0.1; 9], &[]));
    for role in ["science", "template"] {
        put(folder.path(), &format!("1_{role}.fits"), &bytes);
    }
    let opened = open(folder.path());
    let (_, object) = opened.catalogue.iter().next().unwrap();
    let roles = [Role::Science, Role::Reference, Role::Variance, Role::Psf];
    assert_eq!(object.roles(), roles);
    assert_eq!(stamp(object, 0, Role::Psf).unwrap().width, 3);
    let science = stamp(object, 0, Role::Science).unwrap();
    assert_eq!(science.geometry.rule(), "WCS without CTYPE, TAN assumed");
    assert_eq!(
        stamp(object, 0, Role::Variance).unwrap().geometry,
        science.geometry
    );
}
