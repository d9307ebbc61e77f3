//! Shards: what many processes write is what one writes, byte by byte; a part that was lost is done again, and nothing
//! twice.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::common::program::{destello_in, program};

/// Runs a command of words: what it printed.
fn run(folder: &Path, line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (code, out, err) = destello_in(folder, &words);
    assert_eq!(code, Some(0), "{line}: {err}");
    out
}

/// Runs one that is refused: why.
fn refused(folder: &Path, line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (code, _, err) = destello_in(folder, &words);
    assert!(code != Some(0), "{line}: not refused");
    err
}

fn start(folder: &Path, line: &str) -> Child {
    let words = line.split_whitespace();
    let mut command = program();
    command
        .args(words)
        .current_dir(folder)
        .env("XDG_RUNTIME_DIR", folder);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// Files by name that are not hidden, with their bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let named = entries.map(|entry| {
        (
            entry.file_name().to_string_lossy().into_owned(),
            entry.path(),
        )
    });
    named
        .filter(|(name, path)| !name.starts_with('.') && path.is_file())
        .map(|(name, path)| (name, fs::read(path).unwrap()))
        .collect()
}

fn read(folder: &Path, name: &str) -> Vec<u8> {
    fs::read(folder.join(name)).unwrap()
}

#[test]
fn shards_of_scores_merge_into_the_table_of_one_process() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    run(here, "simulate triplets --survey ztf --count 30 --out set");
    for (ending, count) in [("csv", 4), ("parquet", 3), ("fits", 1), ("csv", 40)] {
        let score = |out: &str| {
            format!("score set --model compact --model cap --device cpu --out {out}.{ending}")
        };
        run(here, &score("one"));
        let out = format!("of_{count}");
        for number in 1..=count {
            run(here, &format!("{} --shard {number}/{count}", score(&out)));
        }
        let printed = run(here, &format!("merge {out}.{ending}"));
        assert!(
            printed.contains(&format!("30 rows of {count} parts")),
            "{printed}"
        );
        let [one, merged] = ["one", &out].map(|name| read(here, &format!("{name}.{ending}")));
        assert!(one == merged, "{ending} of {count}");
    }
}

#[test]
fn classes_of_sequences_merge_too() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    run(
        here,
        "simulate sequences --survey hits2015 --count 7 --out set",
    );
    let score = "score set --model recurrent --device cpu";
    run(here, &format!("{score} --out one.csv"));
    for number in [2, 3, 1] {
        run(here, &format!("{score} --out many.csv --shard {number}/3"));
    }
    run(here, "merge many.csv");
    assert!(read(here, "one.csv") == read(here, "many.csv"));
}

#[test]
fn what_is_missing_damaged_or_foreign_is_named_and_done_again() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    run(here, "simulate triplets --survey ztf --count 12 --out set");
    let score = "score set --model compact --device cpu --out scores.csv";
    run(here, &format!("{score} --shard 1/2"));
    let err = refused(here, "merge scores.csv");
    assert!(
        err.contains("1 of 2 parts are missing") && err.contains("--shard 2/2"),
        "{err}"
    );
    assert!(!here.join("scores.csv").exists());
    run(here, &format!("{score} --shard 2/2"));
    let printed = run(here, &format!("{score} --shard 2/2"));
    assert!(printed.contains("already"), "{printed}");
    run(here, "merge scores.csv");
    let whole = read(here, "scores.csv");

    let part = here.join("scores.csv.parts/1of2.parquet");
    let mut bytes = fs::read(&part).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    fs::write(&part, bytes).unwrap();
    let err = refused(here, "merge scores.csv");
    assert!(
        err.contains("missing or damaged") && err.contains("--shard 1/2"),
        "{err}"
    );
    assert_eq!(read(here, "scores.csv"), whole, "the table is as it was");
    let printed = run(here, &format!("{score} --shard 1/2"));
    assert!(!printed.contains("already"), "{printed}");
    run(here, "merge scores.csv");
    assert_eq!(read(here, "scores.csv"), whole);

    // Another model, and another set.
    let err = refused(here, "score set --model cap --out scores.csv --shard 1/2");
    assert!(err.contains("part of another table"), "{err}");
    run(
        here,
        "simulate triplets --survey ztf --count 13 --out larger",
    );
    let err = refused(
        here,
        "score larger --model compact --out scores.csv --shard 1/2",
    );
    assert!(err.contains("of 12 rows, not 13"), "{err}");
    for (line, why) in [
        ("score set --shard 1/2", "--out"),
        ("score set --out a.csv --shard 3/2", "counted from 1"),
        (
            "score set --out a.csv --shard 1/2 --project p.destello",
            "cannot be used with",
        ),
        (
            "score set --out a.csv --shard 1/2 --shares estimate",
            "cannot be used with",
        ),
        ("merge nothing.csv", "there is no part"),
        ("merge scores.txt", "ending should be"),
    ] {
        let err = refused(here, line);
        assert!(err.contains(why), "{line}: {err}");
    }
}

#[test]
fn a_killed_shard_leaves_no_half_part() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    run(here, "simulate triplets --survey ztf --count 60 --out set");
    let score = "score set --model context --device cpu --out scores.csv";
    let began = Instant::now();
    run(
        here,
        &format!("{} --shard 1/1", score.replace("scores", "timed")),
    );
    let whole = began.elapsed();
    let mut killed = 0;
    for at in 1..=8 {
        let mut child = start(here, &format!("{score} --shard 1/1"));
        thread::sleep(whole * at / 9);
        if child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
            killed += 1;
        }
        child.wait().unwrap();
        let parts = here.join("scores.csv.parts");
        if parts.join("_1of1.json").exists() {
            // It was quicker: then all is there.
            run(here, "merge scores.csv");
            fs::remove_dir_all(&parts).unwrap();
        }
    }
    assert!(killed > 2, "{killed} of 8 were killed");
    run(here, &format!("{score} --shard 1/1"));
    run(here, "merge scores.csv timed.csv");
    assert!(read(here, "scores.csv") == read(here, "timed.csv"));
}

#[test]
fn shards_of_stamps_merge_and_folders_are_filled_together() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    run(
        here,
        "simulate sequences --survey hits2015 --count 9 --out set",
    );
    run(here, "convert set --out one.parquet");
    run(here, "convert set --out one");
    for number in [3, 1, 2] {
        run(
            here,
            &format!("convert set --out many.parquet --shard {number}/3"),
        );
        run(here, &format!("convert set --out many --shard {number}/3"));
    }
    let printed = run(here, "convert set --out many.parquet --shard 3/3");
    assert!(printed.contains("already"), "{printed}");
    run(here, "merge many.parquet");
    assert!(read(here, "one.parquet") == read(here, "many.parquet"));
    assert!(files(&here.join("one")) == files(&here.join("many")));
    // Nothing twice, and nothing into another set.
    let printed = run(here, "convert set --out many --shard 2/3");
    assert!(printed.contains("0 epochs of 0 candidates"), "{printed}");
    fs::write(here.join("many/mine.txt"), "x").unwrap();
    let err = refused(here, "convert set --out many --shard 2/3");
    assert!(err.contains("holds mine.txt"), "{err}");
}

#[test]
fn shards_of_a_simulation_make_the_same_folder_though_one_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let order = "simulate triplets --survey ztf --count 45 --seed 7";
    run(here, &format!("{order} --out one"));
    let share = |number: u32| format!("{order} --out many --threads 1 --shard {number}/3");
    let mut shares: Vec<Child> = (1..=3).map(|number| start(here, &share(number))).collect();
    thread::sleep(Duration::from_millis(150));
    shares[1].kill().unwrap();
    for (at, child) in shares.iter_mut().enumerate() {
        let status = child.wait().unwrap();
        assert!(status.success() || at == 1, "shard {}: {status}", at + 1);
    }
    let whole = files(&here.join("one"));
    for (name, bytes) in files(&here.join("many")) {
        let is_table = name == "simulation.toml" || name == "truth.csv";
        assert!(is_table || whole[&name] == bytes, "{name} is half");
    }
    run(here, &share(2));
    assert!(whole == files(&here.join("many")));
    let printed = run(here, &share(2));
    assert!(printed.contains("shard 2/3: 15 candidates"), "{printed}");
    assert!(whole == files(&here.join("many")));
    let err = refused(
        here,
        "simulate triplets --survey ztf --count 45 --seed 8 --out many --shard 1/3",
    );
    assert!(err.contains("its seed is 7, not 8"), "{err}");
}
