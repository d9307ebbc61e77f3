//! FITS files that are a whole object: cubes, extensions, lone images.

use destello::domain::{Band, Geometry, Mjd, Role};

use super::samples::*;

#[test]
fn a_cube_with_its_table_is_an_object() {
    let folder = tempfile::tempdir().unwrap();
    let path = put(
        folder.path(),
        "x.fits.gz",
        &gzipped(&cube_file("SN1", 3, 3)),
    );
    let opened = open(&path);
    assert!(opened.problems.is_empty(), "{:?}", opened.problems);
    let sentence = &opened.recognised[0].1;
    assert!(
        sentence.starts_with("1 FITS cube with an EPOCHS table"),
        "{sentence}"
    );
    let object = candidate(&opened, "SN1");
    assert_eq!(object.truth.as_deref(), Some("SN"));
    assert_eq!(object.epochs.len(), 3);
    let epoch = &object.epochs[1];
    assert_eq!(epoch.mjd, Mjd::new(57_071.0));
    assert_eq!(epoch.band, Some(Band::G));
    assert_eq!(epoch.candid.as_deref(), Some("1127174604415015006"));
    assert_eq!(epoch.mag, Some(20.5));
    assert_eq!(object.epochs[0].mag, None);
    assert_eq!(epoch.fields.number("AIRMASS"), Some(1.25));
    let stamp = stamp(object, 1, Role::Science).unwrap();
    assert_eq!((stamp.width, stamp.height), (3, 2));
    assert_eq!(stamp.pixels[..], [6.0, 7.0, 8.0, 9.0, 10.0, 11.0]);
    assert_eq!(stamp.unit.as_deref(), Some("ADU"));
    assert_eq!(stamp.saturation, Some(45_000.0));
    assert_eq!(
        stamp.geometry,
        Geometry::Scale {
            arcsec_per_px: 0.27
        }
    );
}

#[test]
fn stamps_are_decoded_by_many_threads_at_once() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..8 {
        let name = format!("{number}.fits.gz");
        put(folder.path(), &name, &gzipped(&cube_file(&name, 30, 30)));
    }
    let opened = open(folder.path());
    let stamps: Vec<_> = opened
        .catalogue
        .iter()
        .flat_map(|(_, object)| object.epochs.iter().map(|epoch| epoch.stamps[0].clone()))
        .collect();
    assert_eq!(stamps.len(), 240);
    let decoder = destello::io::Decoder::default();
    let check = || {
        for wanted in stamps.chunks(7) {
            for (wanted, (_, stamp)) in wanted.iter().zip(decoder.decode(wanted)) {
                let destello::domain::Part::Hdu {
                    plane: Some(plane), ..
                } = wanted.part
                else {
                    panic!("{wanted:?}");
                };
                assert_eq!(stamp.unwrap().pixels[0], plane as f32 * 6.0);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(check);
        }
    });
}

#[test]
fn a_table_of_another_length_names_both_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&put(folder.path(), "x.fits", &cube_file("SN1", 3, 4)));
    assert!(opened.catalogue.is_empty());
    let why = &opened.problems[0].why;
    assert!(why.contains("3 planes") && why.contains("4 rows"), "{why}");
}

#[test]
fn the_exchange_layout_has_a_cube_for_each_role() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = header(&[
        ("SIMPLE", "T".into()),
        ("BITPIX", "8".into()),
        ("NAXIS", "0".into()),
        ("OBJECT", quoted("obj")),
    ]);
    let cube: Vec<f32> = (0..8).map(|value| value as f32).collect();
    bytes.extend(image("SCIENCE", &[2, 2, 2], &cube, &[]));
    bytes.extend(image("REFERENCE", &[2, 2], &[9.0; 4], &[]));
    bytes.extend(image("DIFFERENCE", &[2, 2, 2], &cube, &[]));
    bytes.extend(image("PSF", &[2, 2, 2], &cube, &[]));
    bytes.extend(table("EPOCHS", &[Column::doubles("MJD", &[2.0, 1.0])]));
    let opened = open(&put(folder.path(), "x.fits", &bytes));
    let object = candidate(&opened, "obj");
    let roles = [Role::Science, Role::Reference, Role::Difference, Role::Psf];
    assert_eq!(object.roles(), roles);
    // Epochs come in time order: the second plane is the earlier one.
    assert_eq!(
        stamp(object, 0, Role::Science).unwrap().pixels[..],
        cube[4..]
    );
    assert_eq!(
        stamp(object, 0, Role::Reference).unwrap().pixels[..],
        [9.0; 4]
    );
    assert_eq!(
        stamp(object, 1, Role::Reference).unwrap().pixels[..],
        [9.0; 4]
    );
    assert_eq!(
        stamp(object, 1, Role::Difference).unwrap().pixels[..],
        cube[..4]
    );
}

#[test]
fn a_cube_without_table_has_epochs_without_times() {
    let folder = tempfile::tempdir().unwrap();
    let cube: Vec<f32> = (0..12).map(|value| value as f32).collect();
    let bytes = image("", &[2, 2, 3], &cube, &[("FILTER", quoted("r"))]);
    let opened = open(&put(folder.path(), "seq.fits", &bytes));
    let object = candidate(&opened, "seq");
    assert_eq!(object.epochs.len(), 3);
    assert!(object.epochs.iter().all(|epoch| epoch.mjd.is_none()));
    assert_eq!(object.epochs[2].band, Some(Band::R));
    assert_eq!(
        stamp(object, 2, Role::Science).unwrap().pixels[..],
        cube[8..]
    );
}

#[test]
fn extensions_are_roles_by_any_usual_name() {
    let folder = tempfile::tempdir().unwrap();
    let empty = [
        ("SIMPLE", "T".to_owned()),
        ("BITPIX", "8".into()),
        ("NAXIS", "0".into()),
        ("MJD-OBS", "60000.5".into()),
    ];
    for (names, file) in [
        (["SCI", "REF", "DIFF"], "a"),
        (["NEW", "TEMPL", "SUB"], "b"),
        (["IMAGE", "TEMPLATE", "DIFFERENCE"], "c"),
    ] {
        let mut bytes = header(&empty);
        for (at, name) in names.into_iter().enumerate() {
            bytes.extend(image(name, &[2, 2], &[at as f32; 4], &[]));
        }
        let opened = open(&put(folder.path(), &format!("{file}.fits"), &bytes));
        let object = candidate(&opened, file);
        assert_eq!(object.epochs.len(), 1, "{names:?}");
        assert_eq!(object.epochs[0].mjd, Mjd::new(60_000.5));
        for (at, role) in Role::ALL.into_iter().take(3).enumerate() {
            assert_eq!(stamp(object, 0, role).unwrap().pixels[0], at as f32);
        }
    }
}

#[test]
fn numbered_extensions_are_epochs() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = header(&[
        ("SIMPLE", "T".into()),
        ("BITPIX", "8".into()),
        ("NAXIS", "0".into()),
    ]);
    for name in ["SCI1", "REF1", "SCI2", "REF2", "SCI3"] {
        let time = format!("6000{}.0", &name[3..]);
        bytes.extend(image(name, &[2, 2], &[1.0; 4], &[("MJD", time)]));
    }
    let opened = open(&put(folder.path(), "m.fits", &bytes));
    let object = candidate(&opened, "m");
    assert_eq!(object.epochs.len(), 3);
    assert_eq!(object.epochs[1].stamps.len(), 2);
    assert_eq!(object.epochs[2].mjd, Mjd::new(60_003.0));
    assert!(object.epochs[2].stamp(Role::Reference).is_none());
}

#[test]
fn a_lone_image_is_a_candidate_with_one_stamp() {
    let folder = tempfile::tempdir().unwrap();
    let path = put(folder.path(), "odd [1](2) ü.fits", &small_image(7.0, &[]));
    let opened = open(&path);
    let object = candidate(&opened, "odd [1](2) ü");
    let stamp = stamp(object, 0, Role::Science).unwrap();
    assert_eq!(stamp.pixels[0].to_bits(), 7.0_f32.to_bits());
    assert!(stamp.pixels[3].is_nan());
}

#[test]
fn an_image_too_large_for_a_stamp_is_named_with_its_size() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = image("", &[16_385, 2], &vec![0.0; 32_770], &[]);
    let opened = open(&put(folder.path(), "x.fits", &bytes));
    let why = &opened.problems[0].why;
    assert!(why.contains("16385x2") && why.contains("16384"), "{why}");
}

#[test]
fn a_training_bundle_opens_object_by_object() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = header(&[
        ("SIMPLE", "T".into()),
        ("BITPIX", "8".into()),
        ("NAXIS", "0".into()),
        ("DESTELLO", quoted("BUNDLE")),
        ("BUNDVER", "1".into()),
    ]);
    let planes: Vec<f32> = (0..12).map(|value| value as f32).collect();
    bytes.extend(image("SCIENCE", &[2, 2, 3], &planes, &[]));
    let ids = ["a", "b", "a"].map(|id| id.as_bytes().to_vec());
    let columns = [
        Column("objectId", "1A", ids.into()),
        Column::doubles("mjd", &[2.0, 5.0, 1.0]),
    ];
    bytes.extend(table("BUNDLE", &columns));
    let opened = open(&put(folder.path(), "bundle.fits", &bytes));
    assert!(opened.problems.is_empty(), "{:?}", opened.problems);
    assert!(opened.recognised[0].1.contains("training bundle"));
    assert_eq!(opened.catalogue.len(), 2);
    let object = candidate(&opened, "a");
    assert_eq!(object.epochs.len(), 2);
    let first = stamp(object, 0, Role::Science).unwrap();
    assert_eq!(first.pixels[..], planes[8..]);
}
