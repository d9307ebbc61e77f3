//! Files of arrays: numpy's triplets with a table beside, an array a role, archives of arrays, HDF5.

use std::{collections::BTreeMap, io::Write as _, path::Path};

use destello::{
    domain::{Band, Role, StampRef},
    io::Decoder,
    workspace::open::Opened,
};
use hdf5_writer::{DatasetBuilder, Hdf5Builder, WriteOptions};

use super::samples::{header, padded, put, quoted};
use crate::common::opened::open;

/// Rows, and pixels a side.
const ROWS: usize = 6;
const SIDE: usize = 9;

/// The value of a pixel: its row, its channel, and its place tell it from every other.
fn pixel(row: usize, channel: usize, y: usize, x: usize) -> f32 {
    (row * 10_000 + channel * 1_000 + y * 20 + x) as f32
}

/// All pixels in the order of the axes that are named: `n` row, `c` channel, `y`, `x`.
fn pixels(order: &str, channels: usize) -> Vec<f32> {
    let len = |axis| match axis {
        'n' => ROWS,
        'c' => channels,
        _ => SIDE,
    };
    let total: usize = order.chars().map(len).product();
    let value = |at: usize| {
        let mut rest = at;
        let mut index: BTreeMap<char, usize> = BTreeMap::new();
        for axis in order.chars().rev() {
            index.insert(axis, rest % len(axis));
            rest /= len(axis);
        }
        let of = |axis| index.get(&axis).copied().unwrap_or(0);
        pixel(of('n'), of('c'), of('y'), of('x'))
    };
    (0..total).map(value).collect()
}

/// An `.npy` file.
fn npy(descr: &str, shape: &[usize], values: &[u8]) -> Vec<u8> {
    let sizes: Vec<String> = shape.iter().map(ToString::to_string).collect();
    let sizes = sizes.join(", ") + ",";
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({sizes}), }}");
    let len = (10 + header.len() + 1).next_multiple_of(64) - 10;
    let mut file = b"\x93NUMPY\x01\0".to_vec();
    file.extend((len as u16).to_le_bytes());
    file.extend(format!("{header:<width$}\n", width = len - 1).bytes());
    file.extend(values);
    file
}

fn floats(shape: &[usize], values: &[f32]) -> Vec<u8> {
    let bytes: Vec<u8> = values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    npy("<f4", shape, &bytes)
}

fn integers(values: &[i64]) -> Vec<u8> {
    let bytes: Vec<u8> = values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    npy("<i8", &[values.len()], &bytes)
}

/// Identifiers that a double does not hold.
fn candid(row: usize) -> i64 {
    1_127_174_604_415_015_001 + 2 * row as i64
}

const HEAD: &str = "objectId,candid,jd,fid,magpsf,label\n";

fn table(rows: usize) -> String {
    let line = |row| {
        let jd = 2_458_881.5 + row as f64;
        format!(
            "ZTF18aaaaaa{},{},{jd},2,19.25,{}\n",
            row / 2,
            candid(row),
            row % 2
        )
    };
    HEAD.to_owned() + &(0..rows).map(line).collect::<String>()
}

/// Every epoch's stamps, decoded: by candid, or by the object where it has none.
fn decoded(opened: &Opened) -> BTreeMap<String, BTreeMap<Role, Vec<f32>>> {
    let decoder = Decoder::default();
    let mut all = BTreeMap::new();
    for (_, candidate) in opened.catalogue.iter() {
        for epoch in &candidate.epochs {
            let name = epoch.candid.as_ref().unwrap_or(&candidate.id).to_string();
            let roles: BTreeMap<_, StampRef> = epoch
                .stamps
                .iter()
                .map(|stamp| (stamp.role, stamp.clone()))
                .collect();
            let wanted: Vec<StampRef> = roles.values().cloned().collect();
            let stamps = decoder.decode(&wanted).into_iter();
            let stamps = stamps.map(|(_, stamp)| stamp.unwrap().pixels.to_vec());
            all.insert(name, roles.into_keys().zip(stamps).collect());
        }
    }
    all
}

const TRIPLET: [Role; 3] = [Role::Science, Role::Reference, Role::Difference];

fn expect_pixels(found: &BTreeMap<Role, Vec<f32>>, row: usize, roles: &[Role]) {
    assert!(found.keys().eq(roles), "{:?}", found.keys());
    for (channel, role) in roles.iter().enumerate() {
        let wanted: Vec<f32> = (0..SIDE * SIDE)
            .map(|at| pixel(row, channel, at / SIDE, at % SIDE))
            .collect();
        assert_eq!(found[role], wanted, "row {row}, {role:?}");
    }
}

fn expect_triplets_of_the_table(folder: &Path) {
    let opened = open(folder);
    assert_eq!(opened.problems, []);
    assert_eq!(opened.catalogue.len(), ROWS / 2, "two epochs an object");
    let found = decoded(&opened);
    for row in 0..ROWS {
        expect_pixels(&found[&candid(row).to_string()], row, &TRIPLET);
    }
    let ix = opened.catalogue.find("ZTF18aaaaaa1").unwrap();
    let candidate = opened.catalogue.get(ix).unwrap();
    assert_eq!(candidate.truth.as_deref(), Some("0"));
    let epoch = &candidate.epochs[0];
    assert_eq!(epoch.mjd.unwrap().days(), 58_883.0);
    assert_eq!(epoch.band, Some(Band::R));
    assert_eq!(epoch.mag, Some(19.25));
}

#[test]
fn triplets_with_a_table_open_by_its_identifiers() {
    for (order, shape) in [
        ("nyxc", [ROWS, SIDE, SIDE, 3]),
        ("ncyx", [ROWS, 3, SIDE, SIDE]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        put(
            path,
            "train_triplets_v1.npy",
            &floats(&shape, &pixels(order, 3)),
        );
        put(path, "train_cand_v1.csv", table(ROWS).as_bytes());
        // Of another length, and of the same length but another name.
        put(path, "test_cand_v1.csv", table(2).as_bytes());
        put(
            path,
            "notes_a.csv",
            table(ROWS).replace("ZTF18", "ZTF99").as_bytes(),
        );
        expect_triplets_of_the_table(path);
    }
}

#[test]
fn one_array_a_role_opens_with_arrays_of_one_axis_and_also_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for (channel, name) in ["science", "template", "difference"].iter().enumerate() {
        let all = pixels("ncyx", 3);
        let size = SIDE * SIDE;
        let own: Vec<f32> = all
            .chunks(size)
            .enumerate()
            .filter(|(at, _)| at % 3 == channel)
            .flat_map(|(_, stamp)| stamp.to_vec())
            .collect();
        put(
            path,
            &format!("{name}.npy"),
            &floats(&[ROWS, SIDE, SIDE], &own),
        );
    }
    let ids: Vec<i64> = (0..ROWS).map(candid).collect();
    put(path, "candids.npy", &integers(&ids));
    let mjds: Vec<f64> = (0..ROWS).map(|row| 59_000.125 + row as f64).collect();
    let mjds: Vec<u8> = mjds.iter().flat_map(|mjd| mjd.to_le_bytes()).collect();
    put(path, "mjd.npy", &npy("<f8", &[ROWS], &mjds));
    let opened = open(path);
    assert_eq!(opened.problems, []);
    let found = decoded(&opened);
    assert_eq!(found.len(), ROWS);
    for row in 0..ROWS {
        expect_pixels(&found[&candid(row).to_string()], row, &TRIPLET);
    }
    let ix = opened.catalogue.find(&candid(2).to_string()).unwrap();
    let epoch = &opened.catalogue.get(ix).unwrap().epochs[0];
    assert_eq!(epoch.mjd.unwrap().days(), 59_002.125);
    // The science array alone still has its identifiers.
    let alone = open(&path.join("science.npy"));
    assert_eq!(alone.catalogue.len(), ROWS);
    expect_pixels(
        &decoded(&alone)[&candid(3).to_string()],
        3,
        &[Role::Science],
    );
}

#[test]
fn archives_of_arrays_open_packed_and_plain() {
    for method in [
        zip::CompressionMethod::Stored,
        zip::CompressionMethod::Deflated,
    ] {
        let folder = tempfile::tempdir().unwrap();
        let file = std::fs::File::create(folder.path().join("set.npz")).unwrap();
        let mut archive = zip::ZipWriter::new(file);
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        let ids: Vec<u8> = (0..ROWS)
            .flat_map(|row| format!("SN{row}\0").into_bytes())
            .collect();
        let members = [
            (
                "triplets.npy",
                floats(&[ROWS, SIDE, SIDE, 3], &pixels("nyxc", 3)),
            ),
            ("names.npy", npy("|S4", &[ROWS], &ids)),
            ("labels.npy", integers(&[0, 1, 0, 1, 0, 1])),
        ];
        for (name, bytes) in members {
            archive.start_file(name, options).unwrap();
            archive.write_all(&bytes).unwrap();
        }
        archive.finish().unwrap();
        let opened = open(folder.path());
        assert_eq!(opened.problems, []);
        let found = decoded(&opened);
        for row in 0..ROWS {
            expect_pixels(&found[&format!("SN{row}")], row, &TRIPLET);
        }
        let ix = opened.catalogue.find("SN3").unwrap();
        assert_eq!(
            opened.catalogue.get(ix).unwrap().truth.as_deref(),
            Some("1")
        );
    }
}

#[test]
fn rows_without_names_go_by_their_numbers_and_that_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    put(
        path,
        "src.npy",
        &floats(&[ROWS, SIDE, SIDE, 6], &pixels("nyxc", 6)),
    );
    put(path, "other.csv", table(ROWS + 1).as_bytes());
    let opened = open(path);
    let found = decoded(&opened);
    expect_pixels(&found["src[5]"], 5, &TRIPLET);
    let problems: Vec<String> = opened.problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].contains("other.csv has 7"), "{problems:?}");
    assert!(
        problems[1].contains("6 channels that nothing names"),
        "{problems:?}"
    );
}

#[test]
fn an_array_that_is_cut_or_holds_objects_is_a_problem() {
    let whole = floats(&[ROWS, SIDE, SIDE, 3], &pixels("nyxc", 3));
    for (bytes, why) in [
        (whole[..whole.len() - 1].to_vec(), "cut short"),
        (npy("|O", &[ROWS], b"cos\nsystem\n"), "Python objects"),
        (floats(&[3, 700], &[0.0; 2_100]), "no array of stamps"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let opened = open(&put(folder.path(), "a.npy", &bytes));
        assert_eq!(opened.catalogue.len(), 0);
        assert_eq!(opened.problems.len(), 1);
        assert!(
            opened.problems[0].why.contains(why),
            "{}",
            opened.problems[0]
        );
    }
}

fn hdf5(sets: Vec<DatasetBuilder>) -> Vec<u8> {
    let mut file = Hdf5Builder::new();
    for set in sets {
        file = file.dataset(set);
    }
    file.into_plan()
        .unwrap()
        .encode(WriteOptions::default())
        .unwrap()
}

fn set(name: &str, shape: &[usize], values: &[f32]) -> DatasetBuilder {
    let shape: Vec<u64> = shape.iter().map(|len| *len as u64).collect();
    DatasetBuilder::typed_data(name, shape, values).unwrap()
}

#[test]
fn hdf5_opens_by_its_data_sets_and_by_a_table_beside() {
    let n = ROWS as u64;
    let ids: Vec<String> = (0..ROWS).map(|row| format!("obj-{row}")).collect();
    let candids: Vec<i64> = (0..ROWS).map(candid).collect();
    let triplets = || set("triplets", &[ROWS, SIDE, SIDE, 3], &pixels("nyxc", 3));
    let files = [
        vec![
            triplets().chunked([2, 9, 9, 3]),
            DatasetBuilder::fixed_string_data("ids", [n], &ids).unwrap(),
            DatasetBuilder::typed_data("candid", [n], &candids).unwrap(),
        ],
        vec![
            triplets(),
            DatasetBuilder::vlen_string_data("names", [n], &ids).unwrap(),
            DatasetBuilder::typed_data("meta/candid", [n], &candids).unwrap(),
        ],
    ];
    for sets in files {
        let folder = tempfile::tempdir().unwrap();
        let opened = open(&put(folder.path(), "stamps.h5", &hdf5(sets)));
        assert_eq!(opened.problems, []);
        assert_eq!(opened.catalogue.len(), ROWS);
        assert!(opened.catalogue.find("obj-4").is_some());
        let found = decoded(&opened);
        for row in 0..ROWS {
            expect_pixels(&found[&candid(row).to_string()], row, &TRIPLET);
        }
    }
    // GOTO: six channels, and a table in the order of the rows.
    let folder = tempfile::tempdir().unwrap();
    let src = hdf5(vec![set("src", &[ROWS, SIDE, SIDE, 6], &pixels("nyxc", 6))]);
    put(folder.path(), "data_stamps.h5", &src);
    put(folder.path(), "data_labels.csv", table(ROWS).as_bytes());
    let opened = open(folder.path());
    expect_pixels(&decoded(&opened)[&candid(4).to_string()], 4, &TRIPLET);
    assert_eq!(opened.problems.len(), 1, "that channels are guessed");
}

#[test]
fn flattened_stamps_of_psat_open_column_by_column_by_their_files() {
    let turned: Vec<f32> = (0..ROWS)
        .flat_map(|row| (0..SIDE * SIDE).map(move |at| pixel(row, 0, at % SIDE, at / SIDE)))
        .collect();
    let files: Vec<String> = (0..ROWS)
        .map(|row| format!("{}_57000.{row}_diff.fits", 100 + row / 2))
        .collect();
    let labels: Vec<f32> = (0..ROWS).map(|row| (row % 2) as f32).collect();
    let n = ROWS as u64;
    let bytes = hdf5(vec![
        set("X", &[ROWS, SIDE * SIDE], &turned),
        set("y", &[ROWS], &labels),
        DatasetBuilder::fixed_string_data("train_files", [n], &files).unwrap(),
        set("testX", &[2, SIDE * SIDE], &turned[..2 * SIDE * SIDE]),
        set("testy", &[2], &labels[..2]),
        DatasetBuilder::fixed_string_data("test_files", [2_u64], &["7_1.fits", "8_1.fits"])
            .unwrap(),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&put(folder.path(), "training.h5", &bytes));
    assert_eq!(opened.problems, []);
    let epochs: usize = opened
        .catalogue
        .iter()
        .map(|(_, candidate)| candidate.epochs.len())
        .sum();
    assert_eq!(epochs, ROWS + 2);
    let stamps: Vec<StampRef> = opened
        .catalogue
        .iter()
        .flat_map(|(_, candidate)| {
            candidate
                .epochs
                .iter()
                .flat_map(|epoch| epoch.stamps.clone())
        })
        .collect();
    let first = Decoder::default().decode(&stamps[..1]).remove(0).1.unwrap();
    assert_eq!(first.at(2, 1), Some(pixel(0, 0, 1, 2)));
}

#[test]
fn a_damaged_hdf5_file_is_a_problem() {
    let whole = hdf5(vec![set(
        "triplets",
        &[ROWS, SIDE, SIDE, 3],
        &pixels("nyxc", 3),
    )]);
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&put(folder.path(), "cut.h5", &whole[..100]));
    assert_eq!(opened.catalogue.len(), 0);
    assert_eq!(opened.problems.len(), 1);
    assert!(
        opened.problems[0].why.contains("HDF5"),
        "{}",
        opened.problems[0]
    );
}

/// A FITS file of one table, as BlackGEM writes its transients: numbers, and stamps in two columns.
fn table_of_stamps() -> Vec<u8> {
    let pixels = SIDE * SIDE;
    let primary = [
        ("SIMPLE", "T".to_owned()),
        ("BITPIX", "8".into()),
        ("NAXIS", "0".into()),
        ("MJD-OBS", "60000.25".into()),
        ("FILTER", quoted("q")),
    ];
    let cards = [
        ("XTENSION", quoted("BINTABLE")),
        ("BITPIX", "8".into()),
        ("NAXIS", "2".into()),
        ("NAXIS1", format!("{}", 4 + 8 + 8 + 2 * 4 * pixels)),
        ("NAXIS2", ROWS.to_string()),
        ("PCOUNT", "0".into()),
        ("GCOUNT", "1".into()),
        ("TFIELDS", "5".into()),
        ("TTYPE1", quoted("NUMBER")),
        ("TFORM1", quoted("J")),
        ("TTYPE2", quoted("RA_PSF_D")),
        ("TFORM2", quoted("D")),
        ("TTYPE3", quoted("DEC_PSF_D")),
        ("TFORM3", quoted("D")),
        ("TTYPE4", quoted("THUMBNAIL_RED")),
        ("TFORM4", quoted(&format!("{pixels}E"))),
        ("TDIM4", quoted(&format!("({SIDE},{SIDE})"))),
        ("TTYPE5", quoted("THUMBNAIL_D")),
        ("TFORM5", quoted(&format!("{pixels}E"))),
    ];
    let mut data = Vec::new();
    for row in 0..ROWS {
        data.extend((row as i32).to_be_bytes());
        data.extend((150.0 + row as f64).to_be_bytes());
        data.extend((-30.0_f64).to_be_bytes());
        for channel in 0..2 {
            for at in 0..pixels {
                data.extend(pixel(row, channel, at / SIDE, at % SIDE).to_be_bytes());
            }
        }
    }
    [header(&primary), header(&cards), padded(data, 0)].concat()
}

#[test]
fn stamps_in_the_cells_of_a_fits_table_open_row_by_row() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [
        ("trans.fits", table_of_stamps()),
        (
            "trans_b.fits.gz",
            super::samples::gzipped(&table_of_stamps()),
        ),
    ] {
        let opened = open(&put(folder.path(), name, &bytes));
        assert_eq!(opened.problems, []);
        assert_eq!(opened.catalogue.len(), ROWS);
        let stem = name.split('.').next().unwrap();
        let found = decoded(&opened);
        for row in 0..ROWS {
            let id = format!("{stem}[{row}]");
            expect_pixels(&found[&id], row, &[Role::Science, Role::Difference]);
            let ix = opened.catalogue.find(&id).unwrap();
            let candidate = opened.catalogue.get(ix).unwrap();
            assert_eq!(candidate.position_deg, Some([150.0 + row as f64, -30.0]));
            let epoch = &candidate.epochs[0];
            assert_eq!(epoch.mjd.unwrap().days(), 60_000.25);
            assert_eq!(epoch.fields.number("NUMBER"), Some(row as f64));
        }
    }
    let cut = &table_of_stamps()[..5_000];
    let opened = open(&put(folder.path(), "cut.fits", cut));
    assert_eq!((opened.catalogue.len(), opened.problems.len()), (0, 1));
}
