//! `destello team`: who judges what, and how far everybody is.

use std::{fs, path::Path};

use crate::common::program::destello_in;

fn team(folder: &Path, arguments: &str) -> (Option<i32>, String, String) {
    let all: Vec<&str> = std::iter::once("team")
        .chain(arguments.split_whitespace())
        .collect();
    destello_in(folder, &all)
}

#[test]
fn shares_and_agreement_of_a_set_are_printed() {
    let set = crate::common::StampSet::new();
    let folder = set.beside("");
    let (code, said, err) = team(
        &folder,
        "assign --project p.destello --people mei,ana --annotator ana",
    );
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(said.trim(), "2 of 2 people judge each candidate: ana, mei");
    let rows = "id,label,annotator\nhits01,real,ana\nhits02,real,ana\nhits01,real,mei\nhits02,bogus,mei\nhits03,real,zoe\n";
    fs::write(folder.join("labels.csv"), rows).unwrap();
    let stamps = set.path().display().to_string();
    let import = [
        "label",
        "import",
        &stamps,
        "--project",
        "p.destello",
        "--labels",
        "labels.csv",
    ];
    let (code, _, err) = destello_in(&folder, &import);
    assert_eq!(code, Some(0), "{err}");

    let (code, said, err) = team(&folder, &format!("status {stamps} --project p.destello"));
    assert_eq!(code, Some(0), "{err}");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(
        lines[..5],
        [
            "2 of 2 people judge each candidate: ana, mei",
            "2 of 6 candidates have 2 judgements or more; people contradict each other on 1 candidate",
            "ana: 2 of 6 judged",
            "mei: 2 of 6 judged",
            "zoe: 1 judged",
        ]
    );
    assert!(
        lines[5].starts_with("ana and mei: 1 of 2 alike, Cohen's kappa"),
        "{said}"
    );
    // Without the stamps: of what somebody has judged.
    let (_, said, _) = team(&folder, "status --project p.destello");
    assert!(
        said.contains("2 of 3 candidates have 2 judgements"),
        "{said}"
    );
    assert!(said.contains("ana: 2 of 3 judged"), "{said}");
    let (code, said, _) = team(&folder, "assign --project p.destello --none");
    assert_eq!(
        (code, said.trim()),
        (Some(0), "no candidate is assigned to anybody")
    );
    let (_, said, _) = team(&folder, "status --project p.destello");
    assert!(
        said.starts_with("3 of 3 candidates have 1 judgement or more"),
        "{said}"
    );
}

#[test]
fn what_cannot_be_assigned_is_refused_and_makes_no_project() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, part) in [
        ("--people ana --judges 2", "1 is named"),
        ("--people ana,ben --judges 0", "one person at least"),
        ("--people ,", "nobody is named"),
    ] {
        let order = format!("assign --project p.destello {arguments}");
        let (code, said, err) = team(folder.path(), &order);
        assert_eq!((code, &*said), (Some(1), ""), "{arguments}");
        assert!(err.contains(part), "{arguments}: {err}");
        assert!(!folder.path().join("p.destello").exists());
    }
    let (code, ..) = team(folder.path(), "assign --project p.destello");
    assert_eq!(code, Some(2), "nobody is named");
    let (code, _, err) = team(folder.path(), "status --project p.destello");
    assert_eq!(code, Some(1));
    assert!(err.contains("there is no such project"), "{err}");
}
