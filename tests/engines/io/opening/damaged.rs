//! Two thousand damaged files of every format: cut, with bits flipped, lengths changed, pieces lost and doubled. None
//! panics, none takes long, none takes memory beyond its reason.
//!
//! `DESTELLO_FUZZ_S=300` goes on for so many seconds a format, with other damage each time; `DESTELLO_FUZZ_CORPUS=DIR`
//! puts the whole files where the fuzzer of `tests/fuzz` begins.

use std::{
    io::Write as _,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use destello::{
    io::{
        Decoder,
        convert::{Conversion, to_parquet},
        labels_csv,
    },
    workspace::open::read_all,
};
use hdf5_writer::{DatasetBuilder, Hdf5Builder, WriteOptions};

use super::{
    packets::{Packet, codecs, ztf_file},
    samples::*,
};

/// Files of each format.
const FILES: usize = 2_000;
/// No file takes longer, also on a machine that does other work.
const LONGEST: Duration = Duration::from_secs(20);
/// Memory that a damaged file may ask for at most.
const MOST_BYTES: u64 = 8 << 30;

/// Numbers of the files of one run: the usual ones, then for as long as `DESTELLO_FUZZ_S` wants.
fn turns() -> impl Iterator<Item = usize> {
    let seconds = std::env::var("DESTELLO_FUZZ_S").ok();
    let seconds = seconds.map_or(0, |text| text.parse().expect("DESTELLO_FUZZ_S: seconds"));
    let end = Instant::now() + Duration::from_secs(seconds);
    (0..).take_while(move |turn| *turn < FILES || Instant::now() < end)
}

/// Keeps a whole file for the fuzzer, where it is wanted.
fn keep_for_the_fuzzer(target: &str, number: usize, whole: &[u8]) {
    if let Some(folder) = std::env::var_os("DESTELLO_FUZZ_CORPUS") {
        put(&Path::new(&folder).join(target), &number.to_string(), whole);
    }
}

/// The target of `tests/fuzz` that reads a file of this name.
fn target_of(file: &str) -> &str {
    match file {
        "x.fits" => "fits",
        "x.fits.fz" => "tiles",
        "x.fits.gz" | "x.tar.gz" => "gzip",
        "x.h5" => "hdf5",
        other => other.rsplit('.').next().unwrap_or(other),
    }
}

/// A small generator, so that every run damages the same bytes.
struct Damage(u64);

impl Damage {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % below.max(1)
    }

    /// The bytes with some of them changed, taken away, doubled or cut off.
    fn of(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.next(4) {
            let at = self.next(bytes.len());
            match self.next(6) {
                0 => bytes.truncate(at),
                1 => drop(bytes.drain(at..(at + self.next(50)).min(bytes.len()))),
                2 => {
                    let copy = bytes[at..(at + self.next(50)).min(bytes.len())].to_vec();
                    bytes.splice(at..at, copy);
                }
                3 => bytes[at..].iter_mut().take(8).for_each(|byte| *byte = 0xff),
                // A length with its highest bit changed.
                4 => bytes[at..]
                    .iter_mut()
                    .take(1)
                    .for_each(|byte| *byte = byte.wrapping_add(0x7f)),
                _ => bytes[at..]
                    .iter_mut()
                    .take(1)
                    .for_each(|byte| *byte ^= 1 << (at % 8)),
            }
            if bytes.is_empty() {
                break;
            }
        }
        bytes
    }

    /// Every other time the damage is in the first kilobytes, where it does most.
    fn somewhere(&mut self, turn: usize, bytes: &[u8]) -> Vec<u8> {
        if turn.is_multiple_of(2) {
            let (head, tail) = bytes.split_at(bytes.len().min(3_000));
            return [self.of(head), tail.to_vec()].concat();
        }
        self.of(bytes)
    }
}

/// Lets this process have no more than so much memory beside what it has: a larger allocation ends it, and the
/// test fails. Only where the system has a command for that.
fn limit_memory() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let size = status.lines().find_map(|line| {
        let kilobytes = line.strip_prefix("VmSize:")?.trim().strip_suffix("kB")?;
        kilobytes.trim().parse::<u64>().ok()
    });
    if let Some(size) = size {
        let limit = (size << 10) + MOST_BYTES;
        let pid = std::process::id().to_string();
        let mut limiting = Command::new("prlimit");
        limiting.args(["--pid", &pid, &format!("--as={limit}:")]);
        // A system without it tests everything else.
        drop(limiting.status());
    }
}

/// Opens damaged files of a format and decodes what they still hold; at least so many must still open, or the damage
/// was too great to test anything (what has checksums opens only where they were hit in vain).
fn survives(name: &str, file: &str, wholes: &[Vec<u8>], least: usize) {
    limit_memory();
    let folder = tempfile::tempdir().unwrap();
    for (number, whole) in wholes.iter().enumerate() {
        keep_for_the_fuzzer(target_of(file), number + whole.len(), whole);
        let (wanted, good, problems) = open_all_and_decode(&put(folder.path(), file, whole));
        assert!(
            wanted > 0 && wanted == good && problems == 0,
            "{name}: {wanted} {good} {problems}"
        );
    }
    let mut damage = Damage(2_026);
    let (mut opened, mut faulty) = (0, 0);
    for turn in turns() {
        let bytes = damage.somewhere(turn, &wholes[turn / 2 % wholes.len()]);
        let path = put(folder.path(), file, &bytes);
        let begin = Instant::now();
        let (_, good, problems) = open_all_and_decode(&path);
        let time = begin.elapsed();
        assert!(time < LONGEST, "{name}, file {turn}: {time:?}");
        opened += usize::from(good > 0);
        faulty += usize::from(problems > 0);
    }
    assert!(opened >= least, "{name}: only {opened} still open");
    assert!(faulty > FILES / 20, "{name}: only {faulty} are faulty");
}

fn packets() -> [Packet; 2] {
    [
        Packet::new("ZTF18aaa", 5, 2_458_881.5),
        Packet::new("ZTF18bbb", 6, 2_458_882.5),
    ]
}

fn cube() -> Vec<u8> {
    let mut bytes = cube_file("SN1", 3, 3);
    bytes.extend(image("REFERENCE", &[3, 2], &[1.0; 6], &[]));
    bytes
}

#[test]
fn fits_files() {
    survives("FITS", "x.fits", &[cube(), small_image(5.0, &[])], 200);
    survives("FITS, gzip", "x.fits.gz", &[gzipped(&cube())], 1);
}

#[test]
fn tile_compressed_fits_files() {
    let folder = tempfile::tempdir().unwrap();
    let values: Vec<i32> = (0..900).map(|value| value * value % 777).collect();
    for way in ["R", "G", "P"] {
        let whole = compressed_by(folder.path(), way, &values, [30, 30]);
        survives(way, "x.fits.fz", &[whole], 20);
    }
    let whole = compressed_by(folder.path(), "H 30,30", &values, [30, 30]);
    survives("HCOMPRESS", "x.fits.fz", &[whole], 20);
}

#[test]
fn avro_files() {
    survives(
        "Avro",
        "x.avro",
        &codecs().map(|codec| ztf_file(&packets(), codec)),
        20,
    );
}

#[test]
fn archives() {
    let [null, deflate, _] = codecs().map(|codec| ztf_file(&packets(), codec));
    let tar = tarred(&[("a.avro", null), ("b.avro", deflate), ("c.fits", cube())]);
    survives("tar.gz", "x.tar.gz", &[gzipped(&tar)], 1);
    survives("tar", "x.tar", &[tar], 20);
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("c.fits", zip::write::SimpleFileOptions::default())
        .unwrap();
    zip.write_all(&cube()).unwrap();
    survives("zip", "x.zip", &[zip.finish().unwrap().into_inner()], 1);
}

fn parquet(folder: &Path) -> Vec<u8> {
    let set = put(folder, "set/cube.fits", &cube());
    let opened = read_all(&[set]);
    let out = folder.join("set.parquet");
    to_parquet(
        &Conversion::of(&opened.catalogue, &Decoder::default()),
        &out,
    )
    .unwrap();
    std::fs::read(out).unwrap()
}

#[test]
fn parquet_files() {
    let folder = tempfile::tempdir().unwrap();
    survives("Parquet", "x.parquet", &[parquet(folder.path())], 1);
}

#[test]
fn json_files() {
    use base64::Engine as _;
    let stamp = base64::engine::general_purpose::STANDARD.encode(small_image(5.0, &[]));
    let alert = format!(
        r#"{{"objectId": "ZTF18a", "candid": 1127174604415015005, "candidate": {{"jd": 2458881.5, "fid": 2}},
        "prv_candidates": [{{"jd": 2458880.5, "fid": 1, "candid": null, "diffmaglim": 20.5}}],
        "cutoutScience": {{"stampData": "{stamp}"}}}}"#
    );
    let lines = alert.replace('\n', " ");
    survives(
        "JSON",
        "x.json",
        &[format!("[{alert}]").into_bytes(), lines.into_bytes()],
        20,
    );
}

/// An `.npy` file of floats.
fn npy(shape: [usize; 4]) -> Vec<u8> {
    let header = format!(
        "{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}, {}, {}), }}",
        shape[0], shape[1], shape[2], shape[3]
    );
    let len = (10 + header.len() + 1).next_multiple_of(64) - 10;
    let mut file = b"\x93NUMPY\x01\0".to_vec();
    file.extend((len as u16).to_le_bytes());
    file.extend(format!("{header:<width$}\n", width = len - 1).bytes());
    let values = 0..shape.iter().product::<usize>();
    file.extend(values.flat_map(|value| (value as f32).to_le_bytes()));
    file
}

/// Opens with one problem: that nothing names its rows.
fn survives_arrays(name: &str, file: &str, whole: &[u8]) {
    limit_memory();
    let folder = tempfile::tempdir().unwrap();
    keep_for_the_fuzzer(target_of(file), whole.len(), whole);
    let (wanted, good, problems) = open_all_and_decode(&put(folder.path(), file, whole));
    assert_eq!((wanted, good, problems), (9, 9, 1), "{name}");
    let mut damage = Damage(2_026);
    let (mut opened, mut tried) = (0, 0);
    for turn in turns() {
        let path = put(folder.path(), file, &damage.somewhere(turn, whole));
        let begin = Instant::now();
        opened += usize::from(open_all_and_decode(&path).1 > 0);
        tried += 1;
        let time = begin.elapsed();
        assert!(time < LONGEST, "{name}, file {turn}: {time:?}");
    }
    assert!((1..tried).contains(&opened), "{name}: {opened} still open");
}

#[test]
fn files_of_arrays() {
    let array = npy([3, 8, 8, 3]);
    survives_arrays("npy", "x.npy", &array);
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("t.npy", zip::write::SimpleFileOptions::default())
        .unwrap();
    zip.write_all(&array).unwrap();
    survives_arrays("npz", "x.npz", &zip.finish().unwrap().into_inner());
    let values: Vec<f32> = (0_u16..576).map(f32::from).collect();
    let set = |set: DatasetBuilder| {
        let plan = Hdf5Builder::new().dataset(set).into_plan().unwrap();
        plan.encode(WriteOptions::default()).unwrap()
    };
    let plain = || DatasetBuilder::typed_data("group/t", [3_u64, 8, 8, 3], &values).unwrap();
    survives_arrays("HDF5", "x.h5", &set(plain()));
    survives_arrays(
        "HDF5, in chunks",
        "x.h5",
        &set(plain().chunked([2_u64, 8, 8, 3])),
    );
}

#[test]
fn tables_of_labels() {
    limit_memory();
    let folder = tempfile::tempdir().unwrap();
    let csv =
        b"id,label,annotator,time\nZTF18a,real,ana,2026-11-22T12:00:00Z\n\"b,c\",bogus,,61366.5\n"
            .to_vec();
    let votable = br#"<?xml version="1.0"?><VOTABLE version="1.4"><RESOURCE><TABLE>
        <FIELD name="id" datatype="char" arraysize="*"/><FIELD name="label" datatype="char" arraysize="*"/>
        <DATA><TABLEDATA><TR><TD>ZTF18a</TD><TD>real</TD></TR></TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>"#;
    let json = br#"[{"id": 1127174604415015005, "label": {"value": "real"}}, {"id": "x", "label": "bogus"}]"#;
    let fits = table(
        "LABELS",
        &[
            Column::longs("id", &[1, 2]),
            Column::doubles("label", &[1.0, 0.0]),
        ],
    );
    let wholes = [
        csv,
        votable.to_vec(),
        json.to_vec(),
        fits,
        parquet(folder.path()),
    ];
    let mut damage = Damage(2_026);
    let (mut read, mut tried) = (0, 0);
    for (number, whole) in wholes.iter().enumerate() {
        keep_for_the_fuzzer("table", number, whole);
        keep_for_the_fuzzer("labels", number, whole);
    }
    for turn in turns() {
        let bytes = damage.somewhere(turn, &wholes[turn / 2 % wholes.len()]);
        let begin = Instant::now();
        tried += 1;
        read += usize::from(labels_csv::parse(&bytes, "x").is_ok());
        assert!(begin.elapsed() < LONGEST, "table {turn}");
    }
    assert!((tried / 10..tried).contains(&read), "{read} still read");
}
