//! What brokers and archives hand out: tables beside stamps, alerts in FITS and JSON, Parquet with cutouts.

use destello::domain::{Role, TimeScale};

use super::samples::*;
use crate::common::opened::open;

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
