//! Bad input: each fault is one line, everything else opens, and nothing panics.

use destello::domain::Role;

use crate::common::program::program;

use super::{
    packets::{Packet, codecs, ztf_file},
    samples::*,
};

#[test]
fn each_bad_file_is_one_line_and_the_good_one_opens() {
    let folder = tempfile::tempdir().unwrap();
    let good = cube_file("GOOD", 2, 2);
    let avro = ztf_file(&[Packet::new("ZTF18aaa", 5, 2_458_881.5)], codecs()[0]);
    let empty_avro = ztf_file(&[], codecs()[0]);
    put(folder.path(), "good.fits", &good);
    let bad: [(&str, &[u8], &str); 12] = [
        ("empty.fits", b"", "0 bytes"),
        ("cut.fits", &good[..2890], "cut short"),
        ("cut.fits.gz", &gzipped(&good)[..300], "gzip"),
        ("foreign.fits", b"this is no picture of the sky", "text"),
        ("noise.avro", b"\xfe\xed\xfa\xce\x01\x02\x03", "no format"),
        ("cut.avro", &avro[..avro.len() - 500], "cut short"),
        ("head.avro", &avro[..200], "truncated"),
        ("none.avro", &empty_avro, "without a record"),
        ("framed.avro", b"\0\0\0\x03\x84\xb4\x82\x80", "schema"),
        ("x.parquet", b"PAR1\x15\x04", "Parquet"),
        ("x.h5", b"\x89HDF\r\n\x1a\n\0", "HDF5"),
        ("x.pkl", b"\x80\x04\x95\x10", "pickle"),
    ];
    for (name, bytes, _) in &bad {
        put(folder.path(), name, bytes);
    }
    put(
        folder.path(),
        "README.md",
        b"notes beside the data are no fault",
    );
    let opened = open(folder.path());
    assert_eq!(opened.catalogue.len(), 1);
    assert!(stamp(candidate(&opened, "GOOD"), 0, Role::Science).is_ok());
    for (name, _, word) in &bad {
        let path = folder.path().join(name).display().to_string();
        let told: Vec<_> = opened.problems.iter().filter(|p| p.path == path).collect();
        assert_eq!(told.len(), 1, "{name}: {told:?}");
        assert!(told[0].why.contains(word), "{}", told[0]);
    }
    assert_eq!(opened.problems.len(), bad.len(), "{:?}", opened.problems);
}

#[test]
fn what_is_not_there_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&folder.path().join("nowhere.fits"));
    assert_eq!(opened.problems.len(), 1);
    assert!(opened.problems[0].why.contains("cannot be read"));
}

#[test]
fn a_file_that_is_gone_when_its_stamps_are_wanted_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let path = put(folder.path(), "x.fits", &cube_file("SN1", 2, 2));
    let opened = open(&path);
    std::fs::remove_file(&path).unwrap();
    let problem = stamp(candidate(&opened, "SN1"), 0, Role::Science).unwrap_err();
    assert_eq!(problem.what, "stamp science");
    std::fs::write(&path, small_image(1.0, &[])).unwrap();
    assert!(stamp(candidate(&opened, "SN1"), 1, Role::Science).is_err());
}

#[test]
fn links_in_circles_end() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "a/x.fits", &cube_file("SN1", 2, 2));
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path(), folder.path().join("a/loop")).unwrap();
    assert_eq!(open(folder.path()).catalogue.len(), 1);
}

#[test]
fn inspect_counts_and_tells_by_its_exit_status() {
    let folder = tempfile::tempdir().unwrap();
    let good = put(folder.path(), "a.fits", &cube_file("SN1", 3, 3));
    let mut damaged = Packet::new("ZTF18aaa", 5, 2_458_881.5);
    damaged.has_cutout = [true, true, false];
    let alert = put(folder.path(), "b.avro", &ztf_file(&[damaged], codecs()[0]));
    let run = |paths: &[&std::path::Path]| {
        let output = program()
            .arg("inspect")
            .arg("--json")
            .args(paths)
            .output()
            .unwrap();
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), told)
    };
    let (code, told) = run(&[&good, &alert]);
    assert_eq!(code, Some(0));
    assert_eq!(
        (&told["objects"], &told["epochs"], &told["stamps"]),
        (&2.into(), &4.into(), &5.into())
    );
    assert_eq!(told["roles"], serde_json::json!(["science", "reference"]));
    assert_eq!(told["bands"], serde_json::json!(["g", "r"]));
    assert_eq!(told["sizes"], serde_json::json!(["2x2", "3x2"]));
    assert_eq!(told["mjd_range"], serde_json::json!([57_070.0, 58_881.0]));
    assert_eq!(told["problems"][0]["why"], "is null");
    let nothing = put(folder.path(), "nothing.fits", b"");
    let (code, told) = run(&[&nothing]);
    assert_eq!(code, Some(2));
    assert_eq!(told["problems"][0]["path"], nothing.display().to_string());
}
