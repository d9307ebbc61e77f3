//! `destello project merge`: projects of several people put together.

use std::{fs, io::Write as _, path::Path, process::Stdio};

use crate::common::program::{destello_in, program, text};

/// Labels by lines, as one person.
fn label(folder: &Path, person: &str, lines: &str) {
    let mut child = program()
        .args(["label", "stream", "--annotator", person, "--project"])
        .arg(folder.join(person).with_extension("destello"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(lines.as_bytes()).unwrap();
    drop(input);
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success());
    let answers = text(&done.stdout);
    assert!(!answers.contains("error"), "{answers}");
}

fn merge(folder: &Path, arguments: &str) -> (Option<i32>, String, String) {
    let all: Vec<&str> = ["project", "merge"]
        .into_iter()
        .chain(arguments.split_whitespace())
        .collect();
    destello_in(folder, &all)
}

fn list(folder: &Path, project: &str) -> Vec<String> {
    let (code, said, err) = destello_in(folder, &["label", "list", "--project", project]);
    assert_eq!(code, Some(0), "{err}");
    let without_time = |line: &str| line.rsplit_once('\t').unwrap().0.replace('\t', " ");
    said.lines().map(without_time).collect()
}

#[test]
fn labels_of_all_are_in_one_project_whatever_the_order() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    label(folder, "ana", "m31,real\nm33,real\n");
    label(folder, "ben", "m31,bogus\nm51,real\nm77,real\nundo\n");
    let (code, said, err) = merge(folder, "ana.destello ben.destello --into all.destello");
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(
        said.trim(),
        "all.destello has 6 label events of 2 people, 6 of them new; people contradict each other on 1 candidate"
    );
    // Ben's undo took back a label of his.
    let expected = ["m31 bogus ben", "m33 real ana", "m51 real ben"];
    assert_eq!(list(folder, "all.destello"), expected);
    let (code, said, _) = merge(folder, "ben.destello ana.destello --into turned.destello");
    assert_eq!((code, said.contains("6 of them new")), (Some(0), true));
    assert_eq!(list(folder, "turned.destello"), expected);

    // What comes later is merged later; it changes what Ben's label was before.
    label(folder, "ana", "m51,bogus\n");
    let (code, said, err) = merge(folder, "ana.destello --into all.destello");
    assert_eq!(code, Some(0), "{err}");
    assert!(
        said.contains("7 label events of 2 people, 1 of them new"),
        "{said}"
    );
    assert!(
        said.contains("1 candidate has another label than before"),
        "{said}"
    );
    let both = "label agreement --project all.destello";
    let both: Vec<&str> = both.split(' ').collect();
    let (_, said, _) = destello_in(folder, &both);
    assert!(said.contains("ana and ben: 0 of 2 alike"), "{said}");
}

#[test]
fn what_cannot_be_merged_is_named_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    label(folder, "ana", "m31,real\n");
    fs::write(folder.join("notes.txt"), "buy milk").unwrap();
    for (arguments, part) in [
        (
            "ana.destello notes.txt --into new.destello",
            "notes.txt: this is not a destello project",
        ),
        (
            "ana.destello ben.destello --into new.destello",
            "ben.destello: there is no such project",
        ),
        (
            "ana.destello --into notes.txt",
            "notes.txt: this is not a destello project",
        ),
        (
            "ana.destello --into none/new.destello",
            "there is no folder none",
        ),
        (
            "ana.destello --into postgresql://ana:s3cret@db/night",
            ".pgpass",
        ),
    ] {
        let (code, said, err) = merge(folder, arguments);
        assert_eq!((code, &*said), (Some(1), ""), "{arguments}");
        assert!(
            err.contains(part) && !err.contains("s3cret"),
            "{arguments}: {err}"
        );
        assert!(!folder.join("new.destello").exists(), "{arguments}");
    }
    assert_eq!(
        fs::read_to_string(folder.join("notes.txt")).unwrap(),
        "buy milk"
    );
    let (code, ..) = merge(folder, "ana.destello");
    assert_eq!(code, Some(2), "where it goes is not said");
}
