//! What makes files one object or two: positions, names, roles in names, the same packet twice.

use std::io::Write as _;

use destello::domain::Role;

use super::{
    packets::{Packet, codecs, ztf_file},
    samples::*,
};
use crate::common::opened::open;

#[test]
fn the_name_of_a_field_joins_no_candidates() {
    let folder = tempfile::tempdir().unwrap();
    for at in 0..5 {
        let more = [
            ("OBJECT", quoted("field 42")),
            ("RA", format!("{}", 150 + at)),
            ("DEC", "-30.0".into()),
            ("MJD-OBS", "59000.25".into()),
        ];
        put(
            folder.path(),
            &format!("cand{at}.fits"),
            &extensions(&["SCI", "REF"], &more),
        );
    }
    let opened = open(folder.path());
    assert_eq!(opened.catalogue.len(), 5);
    assert_eq!(opened.problems.len(), 1);
    assert!(
        opened.problems[0].why.contains("lie elsewhere"),
        "{:?}",
        opened.problems
    );
}

#[test]
fn words_in_names_are_roles_only_where_the_files_agree() {
    for name in ["SN00", "target", "img000", "cand"] {
        let folder = tempfile::tempdir().unwrap();
        for at in 1..=5 {
            let more = [("RA", format!("{}", 10 * at)), ("DEC", "1.0".into())];
            put(
                folder.path(),
                &format!("{name}{at}.fits"),
                &small_image(1.0, &more),
            );
        }
        let opened = open(folder.path());
        assert_eq!(opened.catalogue.len(), 5, "{name}");
        let all: Vec<_> = opened
            .catalogue
            .iter()
            .flat_map(|(_, candidate)| candidate.roles())
            .collect();
        assert_eq!(all, [Role::Science; 5], "{name}");
    }
    let folder = tempfile::tempdir().unwrap();
    for name in ["science_a.fits", "ref_a.fits", "diff_a.fits"] {
        put(folder.path(), name, &small_image(1.0, &[]));
    }
    let opened = open(folder.path());
    assert_eq!(candidate(&opened, "a").roles().len(), 3);
}

#[test]
fn role_files_that_lie_apart_are_two_objects() {
    let folder = tempfile::tempdir().unwrap();
    for (role, ra) in [("sci", 10.0), ("ref", 10.0), ("diff", 40.0)] {
        let more = [("RA", format!("{ra:.1}")), ("DEC", "1.0".into())];
        put(
            folder.path(),
            &format!("a_{role}.fits"),
            &small_image(1.0, &more),
        );
    }
    let opened = open(folder.path());
    assert_eq!(opened.catalogue.len(), 2);
    assert_eq!(
        candidate(&opened, "a").roles(),
        [Role::Science, Role::Reference]
    );
    assert!(
        opened.problems[0].why.contains("lies elsewhere"),
        "{:?}",
        opened.problems
    );
}

#[test]
fn the_same_packet_in_a_zip_and_beside_it_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let avro = ztf_file(&[Packet::new("ZTF18aaa", 5, 2_458_881.5)], codecs()[0]);
    put(folder.path(), "one.avro", &avro);
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("in/one.avro", zip::write::SimpleFileOptions::default())
        .unwrap();
    zip.write_all(&avro).unwrap();
    put(
        folder.path(),
        "night.zip",
        &zip.finish().unwrap().into_inner(),
    );
    let opened = open(folder.path());
    assert_eq!(candidate(&opened, "ZTF18aaa").epochs.len(), 1);
    assert_eq!(opened.catalogue.duplicates(), 1);
}

/// Two objects with an image of each role, in folders named for the roles.
fn in_role_folders() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for (value, role) in [(1.0, "science"), (2.0, "template"), (3.0, "difference")] {
        for (more, object) in [(0.0, "p"), (10.0, "q")] {
            files.push((
                format!("{role}/{object}.fits"),
                small_image(value + more, &[]),
            ));
        }
    }
    files
}

#[test]
fn folders_named_for_roles_hold_the_images_of_the_same_objects() {
    let folder = tempfile::tempdir().unwrap();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in in_role_folders() {
        put(folder.path(), &format!("set/{name}"), &bytes);
        zip.start_file(
            format!("down/{name}"),
            zip::write::SimpleFileOptions::default(),
        )
        .unwrap();
        zip.write_all(&bytes).unwrap();
    }
    // A folder within one of them is a set of its own.
    put(
        folder.path(),
        "set/science/more/r.fits",
        &small_image(7.0, &[]),
    );
    let zip = put(
        folder.path(),
        "set.zip",
        &zip.finish().unwrap().into_inner(),
    );
    let unpacked = open(&folder.path().join("set"));
    assert_eq!(unpacked.catalogue.len(), 3);
    let packed = open(&zip);
    assert_eq!(packed.catalogue.len(), 2);
    for opened in [unpacked, packed] {
        assert_eq!(opened.problems, []);
        for (id, more) in [("p", 0.0), ("q", 10.0)] {
            let found = candidate(&opened, id);
            assert_eq!(found.epochs.len(), 1, "{id}");
            for (role, value) in [
                (Role::Science, 1.0),
                (Role::Reference, 2.0),
                (Role::Difference, 3.0),
            ] {
                assert_eq!(
                    stamp(found, 0, role).unwrap().pixels[0],
                    value + more,
                    "{id}"
                );
            }
        }
    }
}

#[test]
fn folders_named_for_roles_whose_files_differ_are_sets_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["science/p.fits", "reference/q.fits", "new/r.fits"] {
        put(folder.path(), name, &small_image(1.0, &[]));
    }
    let opened = open(folder.path());
    assert_eq!(opened.catalogue.len(), 3);
    let all = opened
        .catalogue
        .iter()
        .flat_map(|(_, candidate)| candidate.roles());
    assert!(all.eq([Role::Science; 3]));
}

#[test]
fn the_difference_of_zogy_is_one_of_its_object() {
    let folder = tempfile::tempdir().unwrap();
    for (name, value) in [
        ("o_new", 1.0),
        ("o_ref", 2.0),
        ("o_D", 3.0),
        ("lone_D", 4.0),
    ] {
        put(
            folder.path(),
            &format!("{name}.fits"),
            &small_image(value, &[]),
        );
    }
    let opened = open(folder.path());
    assert_eq!(opened.catalogue.len(), 2);
    let of_object = candidate(&opened, "o");
    assert_eq!(
        stamp(of_object, 0, Role::Difference).unwrap().pixels[0],
        3.0
    );
    assert_eq!(candidate(&opened, "lone_D").roles(), [Role::Science]);
}
