//! What others have on disk: names, masks, odd headers, archives and packings; and that nothing is said
//! wrongly of it.

use std::io::Write as _;

use destello::domain::{Geometry, Role, TimeScale};

use super::{
    packets::{Packet, codecs, ztf_file},
    samples::*,
};
use crate::common::opened::open;

/// A file of named images, each of 2 x 2 pixels of its number; nothing in the primary HDU.
fn extensions(names: &[&str], more: &[(&str, String)]) -> Vec<u8> {
    let mut cards = vec![
        ("SIMPLE", "T".to_owned()),
        ("BITPIX", "8".into()),
        ("NAXIS", "0".into()),
    ];
    cards.extend(more.iter().cloned());
    let mut bytes = header(&cards);
    for (at, name) in names.iter().enumerate() {
        bytes.extend(image(name, &[2, 2], &[at as f32; 4], &[]));
    }
    bytes
}

fn roles(bytes: &[u8]) -> Vec<Role> {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&put(folder.path(), "x.fits", bytes));
    opened
        .catalogue
        .iter()
        .flat_map(|(_, candidate)| candidate.roles())
        .collect()
}

#[test]
fn masks_and_weights_are_never_stamps() {
    for (names, expected) in [
        (
            &["MASK", "DIFF", "TEMPLATE"][..],
            &[Role::Reference, Role::Difference][..],
        ),
        (&["WEIGHT", "DIFF"], &[Role::Difference]),
        (&["DQ", "ERR", "SCI"], &[Role::Science]),
        (
            &["IMAGE", "MASK", "VARIANCE"],
            &[Role::Science, Role::Variance],
        ),
        (
            &["SCI", "REF", "FULLFRAME"],
            &[Role::Science, Role::Reference],
        ),
        (&["SEGMAP", "INVVAR"], &[]),
    ] {
        assert_eq!(roles(&extensions(names, &[])), expected, "{names:?}");
    }
}

#[test]
fn stamps_are_known_by_their_type_where_extensions_have_no_name() {
    // The keyword has ten characters and stands with HIERARCH; it takes the place of another card.
    let typed = |mut bytes: Vec<u8>, place: &[u8; 8], name: &str| {
        let at = bytes.windows(8).position(|word| word == place).unwrap();
        let card = format!("{:<80}", format!("HIERARCH STAMP_TYPE = '{name}'"));
        bytes[at..at + 80].copy_from_slice(card.as_bytes());
        bytes
    };
    let first = image("", &[2, 2], &[0.0; 4], &[("GAIN", "1".into())]);
    let mut bytes = typed(first, b"GAIN    ", "science");
    for name in ["template", "difference"] {
        bytes.extend(typed(
            image("X", &[2, 2], &[1.0; 4], &[]),
            b"EXTNAME ",
            name,
        ));
    }
    assert_eq!(
        roles(&bytes),
        [Role::Science, Role::Reference, Role::Difference]
    );
}

#[test]
fn padding_that_is_not_whole_is_no_fault() {
    let whole = image("", &[2, 2], &[1.0, 2.0, 3.0, 4.0], &[]);
    for end in [2880 + 16, 2880 + 17, 2880 + 512] {
        assert_eq!(roles(&whole[..end]), [Role::Science], "{end}");
    }
}

#[test]
fn of_a_file_that_is_cut_the_whole_images_open_and_the_rest_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let whole = extensions(&["SCI", "REF", "DIFF"], &[]);
    let opened = open(&put(folder.path(), "a.fits", &whole[..whole.len() - 2880]));
    assert_eq!(
        candidate(&opened, "a").roles(),
        [Role::Science, Role::Reference]
    );
    assert!(
        opened.problems[0].why.contains("cut short"),
        "{:?}",
        opened.problems
    );
    let cube = image("", &[2, 2, 10], &[5.0; 40], &[]);
    let opened = open(&put(folder.path(), "cube.fits", &cube[..2880 + 16 * 7 + 3]));
    let cube = candidate(&opened, "cube");
    assert_eq!(cube.epochs.len(), 7);
    assert!(stamp(cube, 6, Role::Science).is_ok());
    assert_eq!(opened.problems.len(), 1);
    assert!(
        opened.problems[0].why.contains("of the 10 planes"),
        "{:?}",
        opened.problems
    );
}

#[test]
fn one_odd_extension_spoils_only_itself() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = extensions(&["SCI", "REF"], &[]);
    let mut odd = image("DIFF", &[2, 2], &[1.0; 4], &[]);
    let at = odd.windows(8).position(|word| word == b"BITPIX  ").unwrap();
    odd[at..at + 80]
        .copy_from_slice(format!("{:<80}", "BITPIX  =                  -33").as_bytes());
    bytes.extend(odd);
    let opened = open(&put(folder.path(), "a.fits", &bytes));
    assert_eq!(
        candidate(&opened, "a").roles(),
        [Role::Science, Role::Reference]
    );
    assert_eq!(opened.problems.len(), 1);
}

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
fn the_scale_of_a_time_and_its_day_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let time = |name: &str, more: &[(&str, String)]| {
        let opened = open(&put(
            folder.path(),
            &format!("{name}.fits"),
            &small_image(1.0, more),
        ));
        candidate(&opened, name).epochs[0].mjd
    };
    let date = ("DATE-OBS", quoted("2015-02-17"));
    assert_eq!(time("day", std::slice::from_ref(&date)), None);
    let mjd = time("both", &[date, ("UT", quoted("03:39:53.5"))]).unwrap();
    assert!((mjd.days() - 57_070.152_702_546_3).abs() < 1e-9);
    let tai = time(
        "tai",
        &[("MJD-OBS", "60000.5".into()), ("TIMESYS", quoted("TAI"))],
    )
    .unwrap();
    assert_eq!((tai.days(), tai.scale()), (60_000.5, TimeScale::Tai));
}

#[test]
fn north_is_that_of_old_matrices_too() {
    let folder = tempfile::tempdir().unwrap();
    let more = [
        ("CTYPE1", quoted("RA---TAN")),
        ("CTYPE2", quoted("DEC--TAN")),
        ("CRPIX1", "1.0".into()),
        ("CRPIX2", "1.0".into()),
        ("CRVAL1", "59.4".into()),
        ("CRVAL2", "-48.1".into()),
        ("CDELT1", "-1E-4".into()),
        ("CDELT2", "1E-4".into()),
        ("PC001001", "-1.0".into()),
        ("PC002002", "-1.0".into()),
    ];
    let opened = open(&put(folder.path(), "a.fits", &small_image(1.0, &more)));
    let a = candidate(&opened, "a");
    let Geometry::Wcs(wcs) = stamp(a, 0, Role::Science).unwrap().geometry else {
        panic!("no coordinates");
    };
    assert!(wcs.cd_deg[1][1] < 0.0 && wcs.cd_deg[0][0] > 0.0);
    // The stamp's own middle is where the object lies.
    let [ra, dec] = a.position_deg.unwrap();
    assert!((ra - wcs.crval_deg[0]).abs() < 1e-12 && (dec - wcs.crval_deg[1]).abs() < 1e-12);
}

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
fn tables_beside_stamps_are_read_in_every_form() {
    let ids = ["1127174604415015005", "1127174604415015006"];
    let rows = |between: &str| {
        let row = |at: usize| [ids[at], ["ZTF1", "ZTF2"][at], "2458881.5", "2"].join(between);
        format!(
            "{}\n{}\n{}\n",
            ["candid", "objectId", "jd", "fid"].join(between),
            row(0),
            row(1)
        )
    };
    for (name, text) in [
        ("index.csv", rows(",")),
        ("INDEX.CSV", rows(",")),
        ("index.csv", rows(";")),
        ("index.tsv", rows("\t")),
        ("index.csv", rows(", ")),
        ("index.csv", format!("\u{feff}{}", rows(","))),
        ("index.csv", rows(",").to_uppercase()),
    ] {
        let folder = tempfile::tempdir().unwrap();
        for id in ids {
            put(
                folder.path(),
                &format!("{id}_science.fits"),
                &small_image(1.0, &[]),
            );
        }
        put(folder.path(), name, text.as_bytes());
        // Scores of destello, a table of labels, and another table say nothing of the stamps.
        put(folder.path(), "aaa.csv", b"candid,score\n1,0.5\n");
        let scores = format!("id,candid,mjd,score,refused\n{0},{0},,0.5,\n", ids[0]);
        put(folder.path(), "scores.csv", scores.as_bytes());
        put(
            folder.path(),
            "labels.csv",
            format!("candid,label\n{},bogus\n", ids[0]).as_bytes(),
        );
        let opened = open(folder.path());
        let epoch = &candidate(&opened, "ZTF1").epochs[0];
        assert_eq!(
            epoch.mjd.map(destello::domain::Mjd::days),
            Some(58_881.0),
            "{name} {text}"
        );
        assert_eq!(candidate(&opened, "ZTF1").truth, None);
        assert_eq!(opened.catalogue.len(), 2);
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

#[test]
fn a_rubin_alert_in_fits_is_described_by_its_tables() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = extensions(&["DIFFIM", "SCIENCE", "TEMPLATE"], &[]);
    let text = |value: &str| vec![value.as_bytes().to_vec()];
    bytes.extend(table(
        "DIASOURCE",
        &[
            Column::longs("diaSourceId", &[9_007_199_254_740_995]),
            Column::longs("diaObjectId", &[9_007_199_254_740_997]),
            Column::doubles("midpointMjdTai", &[61_000.123_456_789]),
            Column("band", "1A", text("r")),
        ],
    ));
    let opened = open(&put(folder.path(), "alert.fits", &bytes));
    let alert = candidate(&opened, "9007199254740997");
    assert_eq!(
        alert.roles(),
        [Role::Science, Role::Reference, Role::Difference]
    );
    let epoch = &alert.epochs[0];
    assert_eq!(epoch.candid.as_deref(), Some("9007199254740995"));
    let mjd = epoch.mjd.unwrap();
    assert_eq!(
        (mjd.days(), mjd.scale()),
        (61_000.123_456_789, TimeScale::Tai)
    );
    assert_eq!(epoch.band, Some(destello::domain::Band::R));
    assert_eq!(stamp(alert, 0, Role::Difference).unwrap().pixels[0], 0.0);
}

#[test]
fn alerts_in_json_open_with_their_stamps() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let folder = tempfile::tempdir().unwrap();
    let alert = |id: &str, value: f32| {
        let science = STANDARD.encode(gzipped(&small_image(value, &[])));
        format!(
            r#"{{"objectId":"{id}","candid":1127174604415015005,"candidate":{{"jd":2458881.5,"fid":2,"magpsf":19.25}},"cutoutScience":{{"stampData":"{science}"}},"cutoutTemplate":null}}"#
        )
    };
    let text = format!("{}\n{}\n", alert("ZTF18a", 3.0), alert("ZTF18b", 4.0));
    let path = put(folder.path(), "alerts.json", text.as_bytes());
    // Any other text in JSON beside them is no fault.
    put(folder.path(), "notes.json", b"{\"a\": 1}");
    for opened in [open(&path), open(folder.path())] {
        let b = candidate(&opened, "ZTF18b");
        assert_eq!(b.epochs[0].candid.as_deref(), Some("1127174604415015005"));
        assert_eq!(b.epochs[0].mag, Some(19.25));
        assert_eq!(stamp(b, 0, Role::Science).unwrap().pixels[0], 4.0);
        // The null cutouts of both are named.
        assert_eq!(opened.problems.len(), 2, "{:?}", opened.problems);
    }
    assert_eq!(
        open(&put(folder.path(), "cut.json", &text.as_bytes()[..90]))
            .problems
            .len(),
        1
    );
}

/// Three rows in two groups: an object, a detection, and the stamps of two roles, one of them missing.
fn parquet_file() -> Vec<u8> {
    use parquet::{
        data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type},
        file::writer::SerializedFileWriter,
        schema::parser::parse_message_type,
    };
    let schema = "message ztf { required binary objectId (UTF8); required int64 candid; required group candidate { \
                  required double jd; required int32 fid; } optional group cutoutScience { required binary fileName \
                  (UTF8); required binary stampData; } optional binary cutoutDifference; }";
    let schema = std::sync::Arc::new(parse_message_type(schema).unwrap());
    let mut bytes = Vec::new();
    let mut writer =
        SerializedFileWriter::new(&mut bytes, schema, std::sync::Arc::default()).unwrap();
    for rows in [vec![0_i64, 1], vec![2]] {
        let texts = |text: &dyn Fn(i64) -> Vec<u8>| {
            rows.iter()
                .map(|row| ByteArray::from(text(*row)))
                .collect::<Vec<_>>()
        };
        let image = |value: i64| gzipped(&small_image(value as f32, &[]));
        let mut group = writer.next_row_group().unwrap();
        for column in 0..7 {
            let mut out = group.next_column().unwrap().unwrap();
            let all = vec![1_i16; rows.len()];
            let has_difference: Vec<i16> = rows.iter().map(|row| i16::from(*row != 1)).collect();
            match column {
                0 => out.typed::<ByteArrayType>().write_batch(
                    &texts(&|row| format!("ZTF{row}").into_bytes()),
                    None,
                    None,
                ),
                1 => out.typed::<Int64Type>().write_batch(
                    &rows
                        .iter()
                        .map(|row| 1_127_174_604_415_015_005 + row)
                        .collect::<Vec<_>>(),
                    None,
                    None,
                ),
                2 => out.typed::<DoubleType>().write_batch(
                    &vec![2_458_881.5; rows.len()],
                    None,
                    None,
                ),
                3 => out
                    .typed::<Int32Type>()
                    .write_batch(&vec![2; rows.len()], None, None),
                4 => out.typed::<ByteArrayType>().write_batch(
                    &texts(&|_| b"x".to_vec()),
                    Some(&all),
                    None,
                ),
                5 => out
                    .typed::<ByteArrayType>()
                    .write_batch(&texts(&image), Some(&all), None),
                _ => {
                    let some: Vec<i64> = rows.iter().copied().filter(|row| *row != 1).collect();
                    let values: Vec<_> = some
                        .iter()
                        .map(|row| ByteArray::from(small_image(10.0 + *row as f32, &[])))
                        .collect();
                    out.typed::<ByteArrayType>()
                        .write_batch(&values, Some(&has_difference), None)
                }
            }
            .unwrap();
            out.close().unwrap();
        }
        group.close().unwrap();
    }
    writer.close().unwrap();
    bytes
}

#[test]
fn parquet_files_with_cutouts_open_row_by_row() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = parquet_file();
    put(folder.path(), "part-0.parquet", &bytes);
    let opened = open(folder.path());
    assert_eq!(opened.problems, []);
    assert_eq!(opened.catalogue.len(), 3);
    for row in 0..3 {
        let found = candidate(&opened, &format!("ZTF{row}"));
        let epoch = &found.epochs[0];
        assert_eq!(
            epoch.candid.as_deref(),
            Some(&*format!("{}", 1_127_174_604_415_015_005_i64 + row))
        );
        assert_eq!(epoch.mjd.map(destello::domain::Mjd::days), Some(58_881.0));
        assert_eq!(
            stamp(found, 0, Role::Science).unwrap().pixels[0],
            row as f32
        );
        if row == 1 {
            assert!(epoch.stamp(Role::Difference).is_none(), "null is no stamp");
        } else {
            let difference = stamp(found, 0, Role::Difference).unwrap();
            assert_eq!(difference.pixels[0], 10.0 + row as f32);
        }
    }
    let opened = open(&put(
        folder.path(),
        "cut.parquet",
        &bytes[..bytes.len() / 2],
    ));
    assert_eq!((opened.catalogue.len(), opened.problems.len()), (0, 1));
}

#[test]
fn a_large_image_is_cut_to_the_candidate() {
    let folder = tempfile::tempdir().unwrap();
    let side = 1_100;
    let pixels: Vec<f32> = (0..side * side).map(|at| at as f32).collect();
    let more = |ra: &str| {
        vec![
            ("RA", ra.to_owned()),
            ("DEC", "0.0".into()),
            ("CTYPE1", quoted("RA---TAN")),
            ("CTYPE2", quoted("DEC--TAN")),
            ("CRPIX1", "550.5".into()),
            ("CRPIX2", "550.5".into()),
            ("CRVAL1", "10.0".into()),
            ("CRVAL2", "0.0".into()),
            ("CD1_1", "-0.0001".into()),
            ("CD1_2", "0.0".into()),
            ("CD2_1", "0.0".into()),
            ("CD2_2", "0.0001".into()),
        ]
    };
    // 300 pixels west of the middle: to the right.
    for (name, ra, x) in [("a", "9.97", 850), ("b", "10.0", 550), ("c", "50.0", 550)] {
        let bytes = image("", &[side, side], &pixels, &more(ra));
        let opened = open(&put(folder.path(), &format!("{name}.fits"), &bytes));
        let stamp = stamp(candidate(&opened, name), 0, Role::Science).unwrap();
        assert_eq!((stamp.width, stamp.height), (255, 255), "{name}");
        // The middle of the stamp shows the candidate, to a pixel.
        let middle = stamp.at(127, 127).unwrap() as usize;
        let off = [(middle % side).abs_diff(x), (middle / side).abs_diff(550)];
        assert!(off.iter().all(|off| *off <= 1), "{name}: {off:?}");
        let Geometry::Wcs(wcs) = stamp.geometry else {
            panic!("{:?}", stamp.geometry)
        };
        let at = [middle % side, middle / side].map(|px| px as f64 + 1.0 - 550.5);
        let here = [128.0 - wcs.crpix[0], 128.0 - wcs.crpix[1]];
        assert!((at[0] - here[0]).abs() < 1e-6 && (at[1] - here[1]).abs() < 1e-6);
    }
}
