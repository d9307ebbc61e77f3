//! The index that is kept: the same as a scan after whatever happened to the files. That it is so for every kind of
//! input `common::opened::open` holds, by which the other tests open.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use apache_avro::Codec;
use destello::io::{
    Decoder, KeptIndex,
    convert::{Conversion, to_parquet},
    kept_index::Reuse,
};

use super::{
    packets::{Packet, ztf_file},
    samples::*,
};
use crate::common::kept::{Given, assert_same, scanned, scanned_at, scanned_by};

/// An hour ago, when all files of a set are written.
fn earlier() -> SystemTime {
    SystemTime::now() - Duration::from_hours(1)
}

fn set_time(path: &Path, time: SystemTime) {
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(time).unwrap();
}

/// A `.npy` file of three stamps of 9 x 9 pixels.
fn triplets() -> Vec<u8> {
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 9, 9), }";
    let mut file = b"\x93NUMPY\x01\0".to_vec();
    file.extend(118_u16.to_le_bytes());
    file.extend(format!("{header:<117}\n").bytes());
    file.extend((0..243_u16).flat_map(|value| f32::from(value).to_le_bytes()));
    file
}

const DETECTIONS: &str = "objectId,candid,jd,fid,magpsf\nZTF18xyz,1127,2458881.5,2,19.25\n";
const ROWS: &str = "objectId,magpsf\nROW1,17.5\nROW2,18.5\nROW3,19.5\n";

/// A set of every kind: cubes, extensions, a damaged file, an epoch of role files with its table, packets, rows of
/// Parquet, an archive, arrays with their table, a note.
struct Mixed {
    folder: tempfile::TempDir,
}

impl Mixed {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let set = folder.path().join("set");
        put(&set, "cube1.fits", &cube_file("SN1", 3, 3));
        put(&set, "cube2.fits.gz", &gzipped(&cube_file("SN2", 2, 2)));
        let triplet = extensions(&["SCI", "REF", "DIFF"], &[("OBJECT", quoted("SN3"))]);
        put(&set, "triplet.fits", &triplet);
        put(&set, "damaged.fits", &cube_file("SN4", 3, 2));
        put(&set, "note.txt", b"a clear night");
        for (role, value) in [("science", 1.0), ("template", 2.0), ("difference", 3.0)] {
            let file = small_image(value, &[]);
            put(&set, &format!("roles/1127_{role}.fits"), &file);
        }
        put(&set, "roles/index.csv", DETECTIONS.as_bytes());
        let packets = [
            Packet::new("ZTF18aaa", 5, 2_458_881.5),
            Packet::new("ZTF18bbb", 6, 2_458_882.5),
        ];
        let avro = ztf_file(&packets, Codec::Null);
        put(&set, "alerts/two.avro", &avro);
        let more = ztf_file(&[Packet::new("ZTF18ccc", 7, 2_458_883.5)], Codec::Null);
        let members = [
            ("night/a.avro", more),
            ("night/b.fits", cube_file("SN6", 2, 2)),
        ];
        put(&set, "night.tar.gz", &gzipped(&tarred(&members)));
        put(&set, "arrays/triplets.npy", &triplets());
        put(&set, "arrays/candidates.csv", ROWS.as_bytes());
        let cube = put(folder.path(), "made/cube.fits", &cube_file("SN5", 2, 2));
        let made = destello::workspace::open::read_all(&[cube]);
        let part = set.join("part-0.parquet");
        to_parquet(&Conversion::of(&made.catalogue, &Decoder::default()), &part).unwrap();
        let mixed = Self { folder };
        for file in mixed.files() {
            set_time(&file, earlier());
        }
        mixed
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("set")
    }

    fn index(&self) -> PathBuf {
        self.folder.path().join("set.destello-index")
    }

    fn files(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.path()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push(path);
                }
            }
        }
        files
    }

    /// Opens by the index, which must give what a scan gives; what was read for it.
    fn open(&self, what: &str) -> (Given, usize) {
        let paths = [self.path()];
        let (kept, reuse) = scanned_by(&self.index(), &paths);
        assert_same(what, &scanned(&paths), &kept);
        (kept, reuse.read)
    }

    /// The same; so many files must be read.
    fn expect(&self, what: &str, read: usize) {
        assert_eq!(self.open(what).1, read, "{what}");
    }
}

fn has(given: &Given, name: &str) -> bool {
    given.lines.iter().any(|line| line.contains(name))
}

#[test]
fn whatever_happens_to_files_the_index_gives_what_a_scan_gives() {
    let set = Mixed::new();
    let (first, read) = set.open("first opening");
    for name in [
        "SN1",
        "SN3",
        "SN6",
        "ZTF18xyz",
        "ZTF18ccc",
        "ROW3",
        "damaged.fits",
    ] {
        assert!(has(&first, name), "{name}");
    }
    // Tables of detections are read at every opening, and again as files of the folder.
    assert!(read >= 13, "{read}");
    set.expect("nothing happened", 0);

    put(&set.path(), "cube3.fits", &cube_file("SN7", 2, 2));
    set.expect("a file was added", 1);
    put(&set.path(), "cube1.fits", &cube_file("SN1", 3, 3)[..8_640]);
    set.expect("a file became shorter", 1);
    fs::remove_file(set.path().join("triplet.fits")).unwrap();
    let (without, read) = set.open("a file was removed");
    assert!(read == 0 && !has(&without, "SN3"));
    fs::rename(set.path().join("cube3.fits"), set.path().join("cube9.fits")).unwrap();
    set.expect("a file was renamed", 1);

    // The table gives another magnitude to the epoch: its files, and the table as a file, are read.
    let table = DETECTIONS.replace("19.25", "18.75");
    put(&set.path(), "roles/index.csv", table.as_bytes());
    let (after, read) = set.open("a row of a table was changed");
    assert!(read == 4 && has(&after, "18.75"), "{read}");
    let more = table + "ZTF18new,1128,2458882.5,2,19.25\n";
    put(&set.path(), "roles/index.csv", more.as_bytes());
    set.expect("a row that no file has was added", 1);
    put(
        &set.path(),
        "roles/1127_variance.fits",
        &small_image(4.0, &[]),
    );
    set.expect("a role was added to an epoch", 4);

    // A table beside arrays: the arrays are looked at again with it.
    let rows = ROWS.replace("ROW2", "ROW7");
    put(&set.path(), "arrays/candidates.csv", rows.as_bytes());
    let (after, read) = set.open("a table beside arrays was changed");
    assert!(read == 3 && has(&after, "ROW7"), "{read}");

    let members = [("night/b.fits", cube_file("SN8", 2, 2))];
    put(&set.path(), "night.tar.gz", &gzipped(&tarred(&members)));
    let (after, read) = set.open("another archive");
    assert!(read == 1 && has(&after, "SN8") && !has(&after, "SN6"));
    set.expect("nothing happened since", 0);
}

#[test]
fn rules_are_asked_again_about_all_parts() {
    // Files of one OBJECT at one place are one object; a further one elsewhere is another.
    let set = tempfile::tempdir().unwrap();
    let index = set.path().join("set.destello-index");
    let at = |ra: &str| {
        let more = [
            ("OBJECT", quoted("FIELD")),
            ("RA", ra.to_owned()),
            ("DEC", "10.0".to_owned()),
        ];
        extensions(&["SCI", "REF"], &more)
    };
    let paths = [set.path().join("set")];
    for (number, ra) in ["150.0", "150.0", "150.1", "150.2"].iter().enumerate() {
        put(&paths[0], &format!("{number}.fits"), &at(ra));
        let (kept, reuse) = scanned_by(&index, &paths);
        assert_same(ra, &scanned(&paths), &kept);
        let expected = Reuse {
            kept: number,
            read: 1,
        };
        assert_eq!(reuse, expected);
        let is_split = has(&kept, "lie elsewhere on the sky");
        assert_eq!(is_split, number >= 2, "{number}");
    }
}

#[test]
fn a_file_in_the_place_of_another_is_noticed_by_its_entry() {
    let set = Mixed::new();
    set.open("first opening");
    // As rsync and cp keep times: same size, same time.
    let path = put(&set.path(), "cube1.fits", &cube_file("SN9", 3, 3));
    set_time(&path, earlier());
    let (after, read) = set.open("exchanged");
    let is_noticed = cfg!(unix);
    assert_eq!((read == 1, has(&after, "SN9")), (is_noticed, is_noticed));
}

#[test]
fn a_file_that_may_change_within_a_tick_of_the_clock_is_read_again() {
    let set = Mixed::new();
    let fresh = put(&set.path(), "fresh.fits", &cube_file("SN7", 2, 2));
    // Times of entries were all set a moment ago.
    std::thread::sleep(Duration::from_millis(100));
    let paths = [set.path()];
    let open = || {
        let kept = KeptIndex::open(&set.index());
        let (given, reuse) = scanned_at(kept, &set.index(), &paths);
        assert_same("by the clock", &scanned(&paths), &given);
        reuse.read
    };
    set_time(&fresh, SystemTime::now());
    assert!(open() > 10, "first opening");
    set_time(&fresh, SystemTime::now());
    assert_eq!(open(), 1, "the fresh file only");
    set_time(&fresh, SystemTime::now() + Duration::from_hours(1));
    assert_eq!(open(), 1, "a clock that is ahead");
    set_time(&fresh, earlier());
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!((open(), open()), (1, 0), "it is old now");
}

#[test]
fn a_damaged_index_is_none() {
    let set = Mixed::new();
    let (_, all) = set.open("first opening");
    let whole = fs::read(set.index()).unwrap();
    assert_eq!(set.open("whole").1, 0);
    let middle = whole.len() / 2;
    for at in [0, 9, 20, 100, middle, whole.len() - 30, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        fs::write(set.index(), bytes).unwrap();
        assert_eq!(set.open("a bit flipped").1, all, "byte {at}");
    }
    for len in [0, 7, 31, 33, middle, whole.len() - 1] {
        fs::write(set.index(), &whole[..len]).unwrap();
        assert_eq!(set.open("cut").1, all, "{len} bytes");
    }
    fs::write(set.index(), [&whole[..], b"x"].concat()).unwrap();
    assert_eq!(set.open("longer").1, all);
    fs::remove_file(set.index()).unwrap();
    fs::create_dir(set.index()).unwrap();
    let kept = KeptIndex::open(&set.index());
    assert!(kept.write(&set.index()).is_err(), "a folder is in the way");
}

#[test]
fn another_way_to_the_same_files_is_the_same_set() {
    let set = Mixed::new();
    set.open("first opening");
    let here = std::env::current_dir().unwrap();
    let up: PathBuf = here.components().skip(1).map(|_| "..").collect();
    let relative = up.join(set.path().strip_prefix("/").unwrap_or(&set.path()));
    let paths = [relative];
    let (kept, _) = scanned_by(&set.index(), &paths);
    assert_same("by a relative path", &scanned(&paths), &kept);
}

#[test]
fn what_is_cancelled_is_not_taken_for_read() {
    let set = Mixed::new();
    let mut kept = KeptIndex::default().at(SystemTime::now() + Duration::from_hours(1));
    destello::io::scan_kept(
        &[set.path()],
        &Decoder::default(),
        &destello::io::StampIds::default(),
        &|| true,
        &mut |_| {},
        &mut kept,
    );
    kept.write(&set.index()).unwrap();
    set.open("after an opening that was cancelled");
}

#[test]
fn a_project_and_its_index_within_a_set_are_no_stamps() {
    let set = Mixed::new();
    fs::write(set.path().join("night.destello"), b"SQLite").unwrap();
    let index = set.path().join("night.destello-index");
    let paths = [set.path()];
    let (first, reuse) = scanned_by(&index, &paths);
    let (second, again) = scanned_by(&index, &paths);
    assert_same("twice", &first, &second);
    assert!(reuse.read > 10 && again.read == 0, "{reuse:?} {again:?}");
    assert!(!has(&second, "night.destello"));
}
