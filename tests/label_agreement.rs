//! `destello label agreement`: votes of several people out of projects and tables.
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

mod common;

use std::{fmt::Write as _, fs, process::Command};

use common::{BOGUS, InlineWindow, REAL, Sky};
use destello::{app::Action, domain::Origin};

/// The labels of the candidates on screen, as the window may show them.
fn shown(window: &InlineWindow, id: &str) -> Vec<String> {
    let candidate = window.state.catalogue.get(window.ix(id)).unwrap();
    let label = window.state.label_on_screen(candidate);
    label.classes.iter().map(ToString::to_string).collect()
}

#[test]
fn who_judges_again_does_not_see_the_first_label() {
    let sky = Sky::new(12);
    let project = sky.beside("night.destello");
    let mut window = InlineWindow::on(&sky.path(), &project);
    let ids: Vec<String> = window.queue().iter().map(ToString::to_string).collect();
    window.act(Action::RepeatCheck);
    assert!(
        window.toast().contains("needs 5 labels"),
        "{}",
        window.toast()
    );
    for id in &ids[..6] {
        window.go_to(id);
        window.label(REAL);
    }
    // A filter that says what they are would tell.
    window.filter("label:real");
    window.act(Action::RepeatCheck);
    let mut again: Vec<String> = window.queue().iter().map(ToString::to_string).collect();
    again.sort();
    let mut expected = ids[..6].to_vec();
    expected.sort();
    assert_eq!(again, expected);
    assert!(
        shown(&window, &ids[0]).is_empty(),
        "the first label is hidden"
    );
    assert_eq!(window.labels(&ids[0]).classes.len(), 1, "and still there");
    for (at, id) in ids[..6].iter().enumerate() {
        window.go_to(id);
        match at {
            0 => window.label(BOGUS),
            1 => window.act(Action::Unsure),
            _ => window.label(REAL),
        }
        if at == 0 {
            assert_eq!(shown(&window, id), ["bogus"]);
            assert_eq!(window.state.repeat_check.left(), 5);
        }
    }
    let said = window.toast().to_owned();
    assert!(said.contains("4 of 6 judged again as before"), "{said}");
    // Another set has nothing to do with it.
    window.act(Action::RepeatCheck);
    assert_eq!(window.state.repeat_check.left(), 5);
    window.open(&[sky.path()], &project);
    assert_eq!(window.state.repeat_check.left(), 0);
    // The journal knows which words were second ones.
    let window = window.restart();
    let events = window.state.book.events().iter();
    let repeats = events.filter(|event| event.origin == Origin::Repeat);
    assert_eq!(repeats.count(), 6);
    assert!(window.state.repeats_in_words().unwrap().contains("4 of 6"));
    window.close();
    let done = Command::new(env!("CARGO_BIN_EXE_destello"))
        .args(["label", "agreement", "--project"])
        .arg(&project)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(said.contains("4 of 6 as before"), "{said}");
}

#[test]
fn kappas_conflicts_and_consensus_of_tables() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    fs::write(
        place("ana.csv"),
        "id,label\na,real\nb,real\nc,bogus\nd,bogus\n",
    )
    .unwrap();
    fs::write(
        place("ben.csv"),
        "id,label\na,real\nb,bogus\nc,bogus\nd,bogus\n",
    )
    .unwrap();
    let both = "id,label,annotator\nb,real,eva\na,real,eva\n";
    fs::write(place("more.csv"), both).unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_destello"))
        .current_dir(folder.path())
        .args([
            "label",
            "agreement",
            "--labels",
            "ana.csv",
            "ben.csv",
            "more.csv",
        ])
        .args(["--consensus", "together.csv", "--conflicts", "apart.csv"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    // 3 of 4 alike; by chance 1/2 * 1/4 + 1/2 * 3/4 = 1/2.
    assert!(
        said.contains("ana and ben: 3 of 4 alike, Cohen's kappa 0.500"),
        "{said}"
    );
    assert!(said.contains("over 2 candidates"), "{said}");
    let together = fs::read_to_string(place("together.csv")).unwrap();
    assert!(together.contains("b,real,2,3\n"), "{together}");
    // Three voted: their skill can be told, and weighs.
    assert!(
        said.contains("eva: ") && said.contains("% right of 2"),
        "{said}"
    );
    let apart = fs::read_to_string(place("apart.csv")).unwrap();
    assert_eq!(apart, "id,ana,ben,eva\nb,real,bogus,real\n");
}

#[test]
fn the_skilled_outvote_those_who_guess() {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = String::from("id,label,annotator\n");
    for number in 0..60_u32 {
        let truth = if number % 2 == 0 { "real" } else { "bogus" };
        let slip = if number == 7 { "real" } else { truth };
        for (name, said) in [
            ("ana", truth),
            ("udo", slip),
            ("ben", "real"),
            ("eva", "real"),
        ] {
            writeln!(rows, "c{number},{said},{name}").unwrap();
        }
    }
    fs::write(folder.path().join("all.csv"), rows).unwrap();
    let consensus = |by: &str| {
        let done = Command::new(env!("CARGO_BIN_EXE_destello"))
            .current_dir(folder.path())
            .args([
                "label",
                "agreement",
                "--labels",
                "all.csv",
                "--consensus",
                "out.csv",
            ])
            .args(["--by", by])
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        fs::read_to_string(folder.path().join("out.csv")).unwrap()
    };
    // Two against two.
    assert!(consensus("majority").contains("c9,,2,4\n"));
    let by_skill = consensus("skill");
    let row = by_skill.lines().find(|row| row.starts_with("c9,")).unwrap();
    assert!(row.starts_with("c9,bogus,0.9"), "{row}");
}

#[test]
fn what_is_not_there_is_said() {
    let done = Command::new(env!("CARGO_BIN_EXE_destello"))
        .args(["label", "agreement", "--project", "nowhere.destello"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(
        !done.status.success() && said.contains("nowhere.destello"),
        "{said}"
    );
}
