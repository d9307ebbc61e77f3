//! Alert packets: what becomes of their fields, histories and cutouts.

use destello::{
    domain::{Band, DifferenceSign, Geometry, Mjd, Role},
    io::{Decoder, header},
};

use super::{
    packets::{Packet, codecs, snake_case_file, ztf_file},
    samples::*,
};

const CANDID: i64 = 1_127_174_604_415_015_005;

#[test]
fn packets_of_one_object_are_its_epochs_in_every_codec() {
    for codec in codecs() {
        let folder = tempfile::tempdir().unwrap();
        let mut later = Packet::new("ZTF18aaa", CANDID + 9, 2_458_885.5);
        later.is_diff_pos = "f";
        later.has_history = true;
        let records = [
            later,
            Packet::new("ZTF18bbb", CANDID + 1, 2_458_882.5),
            Packet::new("ZTF18aaa", CANDID, 2_458_881.5),
        ];
        let opened = open(&put(folder.path(), "x.avro", &ztf_file(&records, codec)));
        assert!(
            opened.problems.is_empty(),
            "{codec:?} {:?}",
            opened.problems
        );
        assert_eq!(opened.catalogue.len(), 2);
        let object = candidate(&opened, "ZTF18aaa");
        let [first, second] = &object.epochs[..] else {
            panic!("{} epochs", object.epochs.len());
        };
        assert_eq!(first.candid.as_deref(), Some("1127174604415015005"));
        assert_eq!(first.mjd, Mjd::new(58_881.0));
        assert_eq!(first.band, Some(Band::R));
        assert_eq!((first.mag, first.mag_err), (Some(18.25), Some(0.125)));
        assert_eq!(first.limiting_mag, Some(20.5));
        assert_eq!(first.seeing_arcsec, Some(2.02));
        assert_eq!(first.difference_sign, DifferenceSign::ScienceMinusReference);
        assert_eq!(
            second.difference_sign,
            DifferenceSign::ReferenceMinusScience
        );
        assert_eq!(object.position_deg, Some([185.728_848_4, 15.823_616_8]));
        assert_eq!(first.fields.number("rb"), Some(0.5));
        let ps1 = first.fields.text("objectidps1").map(|id| &**id);
        assert_eq!(ps1, Some("126981857287178773"));
        for (value, role) in [
            (1.0, Role::Science),
            (2.0, Role::Reference),
            (3.0, Role::Difference),
        ] {
            let stamp = stamp(object, 1, role).unwrap();
            assert_eq!(stamp.pixels[0], value, "{codec:?}");
            let ztf = Geometry::ZtfRowZeroNorth {
                arcsec_per_px: 1.01,
            };
            assert_eq!(stamp.geometry, ztf);
            assert_eq!(stamp.unit.as_deref(), Some("DN"));
        }
    }
}

#[test]
fn earlier_measurements_are_detections_and_upper_limits() {
    let folder = tempfile::tempdir().unwrap();
    let mut packet = Packet::new("ZTF18aaa", CANDID, 2_458_881.5);
    packet.has_history = true;
    let bytes = ztf_file(&[packet], codecs()[0]);
    let opened = open(&put(folder.path(), "x.avro", &bytes));
    let history = &candidate(&opened, "ZTF18aaa").history;
    assert_eq!(history.len(), 2);
    assert!(history[0].is_upper_limit && !history[1].is_upper_limit);
    assert_eq!((history[0].mag, history[0].mag_err), (19.5, None));
    assert_eq!((history[1].mag, history[1].mag_err), (18.5, Some(0.25)));
    assert_eq!(history[1].band, Some(Band::G));
    assert_eq!(Some(history[1].mjd), Mjd::new(58_880.0));
}

#[test]
fn null_cutouts_are_problems_and_the_rest_opens() {
    let folder = tempfile::tempdir().unwrap();
    let mut without = Packet::new("ZTF18aaa", CANDID, 2_458_881.5);
    without.has_cutout = [false; 3];
    let mut partly = Packet::new("ZTF18bbb", CANDID + 1, 2_458_882.5);
    partly.has_cutout = [true, false, true];
    let bytes = ztf_file(&[without, partly], codecs()[0]);
    let opened = open(&put(folder.path(), "x.avro", &bytes));
    assert_eq!(opened.catalogue.len(), 1);
    assert_eq!(
        candidate(&opened, "ZTF18bbb").roles(),
        [Role::Science, Role::Difference]
    );
    let told: Vec<_> = opened.problems.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("1127174604415015005") && told[0].contains("no usable cutout"));
    assert!(told[1].contains("cutoutTemplate") && told[1].contains("is null"));
}

#[test]
fn other_surveys_open_by_their_own_names() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&put(folder.path(), "w.avro", &snake_case_file()));
    let object = candidate(&opened, "WNTR24a");
    let epoch = &object.epochs[0];
    assert_eq!(epoch.candid.as_deref(), Some("3608694"));
    assert_eq!(epoch.band, Some(Band::Other("J".into())));
    assert_eq!(epoch.difference_sign, DifferenceSign::ReferenceMinusScience);
    let stamp = stamp(object, 0, Role::Science).unwrap();
    assert_eq!(stamp.pixels[0], 3.0);
    assert_eq!(stamp.geometry, Geometry::Unknown);
    assert_eq!(opened.problems.len(), 2);
}

#[test]
fn a_detection_in_two_files_is_one_epoch() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = ztf_file(&[Packet::new("ZTF18aaa", CANDID, 2_458_881.5)], codecs()[0]);
    put(folder.path(), "a.avro", &bytes);
    put(folder.path(), "b.avro", &bytes);
    let opened = open(folder.path());
    assert_eq!(candidate(&opened, "ZTF18aaa").epochs.len(), 1);
    assert_eq!(opened.catalogue.duplicates(), 1);
}

#[test]
fn the_header_of_a_stamp_has_fields_and_cards() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = ztf_file(&[Packet::new("ZTF18aaa", CANDID, 2_458_881.5)], codecs()[1]);
    let packet = open(&put(folder.path(), "a.avro", &bytes));
    let cube = open(&put(folder.path(), "c.fits", &cube_file("SN1", 2, 2)));
    let decoder = Decoder::default();
    let lines = |opened, id| {
        let stamp = candidate(opened, id).epochs[0].stamps[0].clone();
        header(&stamp, &decoder).unwrap()
    };
    let has = |lines: &[(String, String)], name: &str, value: &str| {
        let is_it = |(n, v): &(String, String)| n == name && v == value;
        assert!(lines.iter().any(is_it), "{name} = {value} in {lines:?}");
    };
    let packet = lines(&packet, "ZTF18aaa");
    has(&packet, "candid", "1127174604415015005");
    has(&packet, "magpsf", "18.25");
    has(&packet, "BUNIT", "'DN      '");
    has(&lines(&cube, "SN1"), "OBJECT", "'SN1     '");
}
