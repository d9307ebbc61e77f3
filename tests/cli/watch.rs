//! Watching a folder that grows: files are waited for until they are whole, and each detection has one row, also where
//! the program is killed again and again.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::common::{
    program::{destello_in, program},
    tables::{csv, numbers, parquet},
};

fn run(folder: &Path, line: &str) -> (Option<i32>, String, String) {
    let words: Vec<&str> = line.split_whitespace().collect();
    destello_in(folder, &words)
}

/// The watch of these tests: quick, so that kills hit it at work.
const WATCH: &str = "watch in --score compact --device cpu --out out --settle 0.2 --poll 0.1";

fn start(folder: &Path) -> Child {
    let mut command = program();
    command
        .args(WATCH.split_whitespace())
        .current_dir(folder)
        .env("XDG_RUNTIME_DIR", folder);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// Scores by object in all tables; each has one row.
fn written(folder: &Path) -> BTreeMap<String, Option<f32>> {
    let mut all = BTreeMap::new();
    let Ok(entries) = fs::read_dir(folder.join("out")) else {
        return all;
    };
    for entry in entries.map(Result::unwrap) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(['.', '_']) {
            continue;
        }
        let table = parquet(&entry.path());
        assert_eq!(
            table.0,
            [
                "id",
                "candid",
                "mjd",
                "time_scale",
                "score",
                "refused",
                "destello_key"
            ]
        );
        for (row, score) in table.1.iter().zip(numbers(&table, "score")) {
            let before = all.insert(row[0].clone(), score);
            assert_eq!(before, None, "{} is there twice", row[0]);
        }
    }
    all
}

/// What `score` finds in the folder.
fn expected(folder: &Path) -> BTreeMap<String, Option<f32>> {
    let (code, _, err) = run(
        folder,
        "score in --model compact --device cpu --out scores.csv",
    );
    assert_eq!(code, Some(0), "{err}");
    let table = csv(&folder.join("scores.csv"));
    let ids = table.1.iter().map(|row| row[0].clone());
    ids.zip(numbers(&table, "score")).collect()
}

fn assert_same(found: &BTreeMap<String, Option<f32>>, expected: &BTreeMap<String, Option<f32>>) {
    assert!(
        found.keys().eq(expected.keys()),
        "{} {}",
        found.len(),
        expected.len()
    );
    for (id, expected) in expected {
        let [found, expected] = [found[id], *expected].map(Option::unwrap);
        assert!((found - expected).abs() < 1e-6, "{id}: {found} {expected}");
    }
}

/// A set to come in: its files in order.
fn set(folder: &Path, count: usize) -> Vec<PathBuf> {
    let line = format!("simulate triplets --survey ztf --count {count} --out set");
    let (code, _, err) = run(folder, &line);
    assert_eq!(code, Some(0), "{err}");
    let entries = fs::read_dir(folder.join("set")).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "fits"));
    files.sort();
    fs::create_dir_all(folder.join("in/later")).unwrap();
    files
}

fn wait_for(what: &str, is_there: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_there() {
        assert!(
            began.elapsed() < Duration::from_mins(1),
            "{what} does not come"
        );
        thread::sleep(Duration::from_millis(30));
    }
}

#[test]
fn what_is_there_is_scored_once_and_then_only_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let files = set(here, 9);
    let into = |file: &PathBuf, at: usize| {
        let to = if at.is_multiple_of(2) {
            "in"
        } else {
            "in/later"
        };
        fs::copy(file, here.join(to).join(file.file_name().unwrap())).unwrap();
    };
    for (at, file) in files[..6].iter().enumerate() {
        into(file, at);
    }
    let once = format!("{WATCH} --once");
    let (code, out, err) = run(here, &once);
    assert_eq!(code, Some(0), "{err}");
    assert!(
        out.contains("6 new detections of 6 files written to out"),
        "{out}"
    );
    let (_, out, _) = run(here, &once);
    assert!(out.contains("0 new detections of 0 files"), "{out}");
    for (at, file) in files.iter().enumerate().skip(6) {
        into(file, at);
    }
    // Written anew, and the same detection.
    into(&files[0], 0);
    let (_, out, _) = run(here, &once);
    assert!(out.contains("3 new detections of 4 files"), "{out}");
    assert_same(&written(here), &expected(here));

    for (line, why) in [
        ("watch in --score cap --out out --once", "not of cap"),
        (
            "watch in --score recurrent --out other --once",
            "from epoch to epoch",
        ),
        ("watch nowhere --out other --once", "no such folder"),
        ("watch in --out other --once --settle -1", "--settle"),
    ] {
        let (code, _, err) = run(here, line);
        assert!(code != Some(0) && err.contains(why), "{line}: {err}");
    }
}

#[test]
fn half_written_files_are_waited_for_and_read_when_they_are_whole() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let files = set(here, 3);
    let bytes = fs::read(&files[0]).unwrap();
    let mut child = start(here);
    // In many small pieces, over longer than a file is waited for.
    let mut slow = File::create(here.join("in/slow.fits")).unwrap();
    for piece in bytes.chunks(bytes.len() / 8) {
        slow.write_all(piece).unwrap();
        slow.flush().unwrap();
        assert_eq!(written(here).len(), 0, "half a file was scored");
        thread::sleep(Duration::from_millis(80));
    }
    drop(slow);
    wait_for("the row of a slow file", || written(here).len() == 1);
    // One that stops in the middle, and goes on after it was looked at.
    let bytes = fs::read(&files[1]).unwrap();
    let stalled = here.join("in/stalled.fits");
    fs::write(&stalled, &bytes[..bytes.len() / 2]).unwrap();
    let notes = || fs::read_dir(here.join("out")).unwrap().count();
    let before = notes();
    wait_for("the look at half a file", || notes() > before);
    assert_eq!(written(here).len(), 1);
    fs::write(&stalled, &bytes).unwrap();
    wait_for("the row of a stalled file", || written(here).len() == 2);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_same(&written(here), &expected(here));
}

/// Visits of a night: a few, or as many as `DESTELLO_SOAK_VISITS` asks for. Rubin makes 738 in eight hours, one every 39 seconds.
fn visits() -> usize {
    let wanted = std::env::var("DESTELLO_SOAK_VISITS").ok();
    wanted.map_or(10, |count| count.parse().expect("a number of visits"))
}

/// Files that come with one visit.
const A_VISIT: usize = 6;

/// Puts a file into the folder; every fifth in two parts, with a rest between them that is longer than files are waited for.
fn arrive(file: &Path, at: usize, here: &Path) {
    let to = here.join("in").join(file.file_name().unwrap());
    let bytes = fs::read(file).unwrap();
    let whole = at % 5 != 4;
    let first = if whole { bytes.len() } else { bytes.len() / 2 };
    let mut written = File::create(to).unwrap();
    written.write_all(&bytes[..first]).unwrap();
    if !whole {
        written.flush().unwrap();
        thread::sleep(Duration::from_millis(350));
        written.write_all(&bytes[first..]).unwrap();
    }
}

#[test]
fn a_night_of_visits_and_kills_loses_nothing_and_writes_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let visits = visits();
    let files = set(here, visits * A_VISIT);
    let mut child = start(here);
    let mut kills = 0;
    for (visit, files) in files.chunks(A_VISIT).enumerate() {
        for (at, file) in files.iter().enumerate() {
            arrive(file, at, here);
        }
        // At moments that lie elsewhere in the work each time.
        thread::sleep(Duration::from_millis(120 + (visit as u64 * 137) % 540));
        if visits <= 10 || visit % 7 == 6 {
            child.kill().unwrap();
            child.wait().unwrap();
            kills += 1;
            child = start(here);
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    println!("{} files in {visits} visits, {kills} kills", files.len());
    assert!(kills >= visits / 7);
    let (code, _, err) = run(here, &format!("{WATCH} --once"));
    assert_eq!(code, Some(0), "{err}");
    assert_same(&written(here), &expected(here));
    let left = fs::read_dir(here.join("out")).unwrap().map(Result::unwrap);
    let left = left.filter(|entry| entry.file_name().to_string_lossy().ends_with(".partial"));
    assert_eq!(left.count(), 0, "left-overs are removed");
}
