//! Packed files, archives of stamps and tile-compressed images, whole and damaged.

use std::io::Write as _;

use destello::domain::Role;

use super::samples::*;
use crate::common::opened::open;

#[test]
fn packed_files_and_archives_of_stamps_open() {
    let folder = tempfile::tempdir().unwrap();
    let plain = small_image(7.0, &[]);
    let mut bz2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bz2.write_all(&plain).unwrap();
    let members = [
        ("set/a_sci.fits", small_image(1.0, &[])),
        ("set/a_diff.fits", small_image(2.0, &[])),
        ("set/b_sci.fits", gzipped(&small_image(3.0, &[]))),
    ];
    let tar = tarred(&members);
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in &members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(bytes).unwrap();
    }
    let zip = zip.finish().unwrap().into_inner();
    let path = put(folder.path(), "x.fits.bz2", &bz2.finish().unwrap());
    assert_eq!(
        stamp(candidate(&open(&path), "x"), 0, Role::Science)
            .unwrap()
            .pixels[0],
        7.0
    );
    let path = put(
        folder.path(),
        "x.fits.zst",
        &zstd::encode_all(&plain[..], 1).unwrap(),
    );
    assert_eq!(
        stamp(candidate(&open(&path), "x"), 0, Role::Science)
            .unwrap()
            .pixels[0],
        7.0
    );
    for (name, bytes) in [
        ("s.tar", tar.clone()),
        ("s.tar.gz", gzipped(&tar)),
        ("s.tar.zst", zstd::encode_all(&tar[..], 1).unwrap()),
        ("s.zip", zip),
    ] {
        let opened = open(&put(folder.path(), name, &bytes));
        assert_eq!(opened.problems, [], "{name}");
        assert_eq!(opened.catalogue.len(), 2, "{name}");
        let (a, b) = (candidate(&opened, "a"), candidate(&opened, "b"));
        assert_eq!(
            stamp(a, 0, Role::Difference).unwrap().pixels[0],
            2.0,
            "{name}"
        );
        assert_eq!(stamp(b, 0, Role::Science).unwrap().pixels[0], 3.0, "{name}");
        // Scores are kept by epoch: no two may share a key.
        assert_ne!(a.epochs[0].key(), b.epochs[0].key(), "{name}");
    }
}

#[test]
fn damaged_archives_and_packings_are_problems() {
    let folder = tempfile::tempdir().unwrap();
    let tar = tarred(&[("a.fits", small_image(1.0, &[]))]);
    let packed = zstd::encode_all(&tar[..], 1).unwrap();
    for (name, bytes) in [
        ("a.zip", &b"PK\x03\x04 and no more"[..]),
        ("b.tar.zst", &packed[..packed.len() / 2]),
        ("c.bz2", b"BZh9 nothing"),
        ("d.xz", b"\xfd7zXZ\0nothing"),
    ] {
        let opened = open(&put(folder.path(), name, bytes));
        assert_eq!(
            (opened.catalogue.len(), opened.problems.len()),
            (0, 1),
            "{name}: {:?}",
            opened.problems
        );
    }
}

#[test]
fn zeros_behind_a_gzip_stream_are_no_fault() {
    let folder = tempfile::tempdir().unwrap();
    for (name, tail) in [("a", 1), ("b", 512)] {
        let bytes = [gzipped(&small_image(4.0, &[])), vec![0; tail]].concat();
        let opened = open(&put(folder.path(), &format!("{name}.fits.gz"), &bytes));
        assert_eq!(opened.problems, []);
        assert_eq!(
            stamp(candidate(&opened, name), 0, Role::Science)
                .unwrap()
                .pixels[0],
            4.0
        );
    }
}

#[test]
fn damaged_tile_compressed_images_end_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let values: Vec<i32> = (0..320).map(|value| value * 37 % 101).collect();
    let good = compressed(folder.path(), &values, [16, 20]);
    let mut state = 7_u64;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for _ in 0..2_000 {
        let mut bytes = good.clone();
        for _ in 0..=random(6) {
            let at = 2880 + random(bytes.len() - 2880);
            bytes[at] = [0, 0xff, 0x80, b'9', random(256) as u8][random(5)];
        }
        bytes.truncate(bytes.len() - random(3) * random(200));
        let path = put(folder.path(), "bad.fits.fz", &bytes);
        let (_, good, problems) = open_all_and_decode(&path);
        assert!(good + problems <= 4);
    }
}

#[test]
fn what_macos_and_windows_put_into_archives_is_no_fault() {
    use zip::{CompressionMethod, write::SimpleFileOptions};
    let folder = tempfile::tempdir().unwrap();
    for (name, method) in [
        ("stored", CompressionMethod::Stored),
        ("deflated", CompressionMethod::Deflated),
        ("bzip2", CompressionMethod::Bzip2),
    ] {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(method);
        for (member, bytes) in [
            ("set/a_sci.fits", &small_image(1.0, &[])[..]),
            (
                "__MACOSX/set/._a_sci.fits",
                b"\0\x05\x16\x07\0\x02\0\0Mac OS X",
            ),
            ("set/.DS_Store", b"\0\0\0\x01Bud1"),
            ("set/Thumbs.txt", b"none"),
        ] {
            zip.start_file(member, options).unwrap();
            zip.write_all(bytes).unwrap();
        }
        let zip = zip.finish().unwrap().into_inner();
        let opened = open(&put(folder.path(), &format!("{name}.zip"), &zip));
        assert_eq!(opened.problems, [], "{name}");
        assert_eq!(opened.catalogue.len(), 1, "{name}");
    }
}
