//! The real program is killed at random moments: every acknowledged decision is still there.

use std::{
    fmt::Write as _,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Stdio},
};

use destello::{domain::LabelAction, store::Project};

use crate::common::program::program;

const KILLS: u64 = 50;
const LINES: u64 = 400;

/// A small seeded generator (SplitMix64), so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

fn start(project: &Path) -> Child {
    program()
        .args(["label", "stream", "--annotator", "ana", "--project"])
        .arg(project)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// One life of the program: it has many lines to do, and dies after some answers and a moment
/// more. Returns what it acknowledged: number, id, label.
fn live_and_die(project: &Path, life: u64, random: &mut Random) -> Vec<(i64, String, String)> {
    let mut child = start(project);
    let mut input = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut lines = String::new();
    for number in 0..LINES {
        let label = ["real", "bogus", "unsure"][random.below(3) as usize];
        writeln!(lines, "life{life}-{number},{label}").unwrap();
    }
    // The pipe holds all of it, so the program is at work when it dies.
    input.write_all(lines.as_bytes()).unwrap();
    let answers_before = random.below(40) as usize;
    let mut acknowledged: Vec<_> = answers.by_ref().take(answers_before).collect();
    for _ in 0..random.below(200_000) {
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    assert!(
        !child.wait().unwrap().success(),
        "it was done before it was killed"
    );
    // What it had said before it died is in the pipe still.
    acknowledged.extend(answers);
    let is_whole = |line: &String| line.split(' ').count() == 4;
    acknowledged
        .into_iter()
        .map(Result::unwrap)
        .filter(is_whole)
        .map(|line| {
            let words: Vec<_> = line.split(' ').collect();
            assert_eq!(words[0], "ok", "{line}");
            (words[1].parse().unwrap(), words[2].into(), words[3].into())
        })
        .collect()
}

fn label_of(action: &LabelAction) -> &str {
    match action {
        LabelAction::Set { class } => class,
        LabelAction::Unsure => "unsure",
        other => panic!("nobody sent {other:?}"),
    }
}

#[test]
fn every_acknowledged_decision_survives_fifty_kills() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("night.destello");
    let mut random = Random(2026);
    let mut acknowledged = Vec::new();
    for life in 0..KILLS {
        acknowledged.extend(live_and_die(&path, life, &mut random));
        // Every other time the next life has to recover by itself.
        if life % 2 == 0 {
            continue;
        }
        let project = Project::open_or_create(&path).unwrap();
        project.check_integrity().unwrap();
        let events = project.events_since(0).unwrap();
        let numbers: Vec<_> = events.iter().map(|(seq, _)| *seq).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b));
        for (seq, id, label) in &acknowledged {
            let at = numbers
                .binary_search(seq)
                .expect("an acknowledged decision is lost");
            let event = &events[at].1;
            assert_eq!(
                (&*event.candidate, label_of(&event.action)),
                (&**id, &**label)
            );
        }
    }
    assert!(
        acknowledged.is_sorted_by_key(|(seq, ..)| *seq),
        "out of order"
    );
    assert!(
        acknowledged.len() > 500,
        "only {} answers",
        acknowledged.len()
    );
    println!(
        "{} acknowledged decisions in {KILLS} lives",
        acknowledged.len()
    );
}
