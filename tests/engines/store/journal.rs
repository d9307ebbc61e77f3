//! The project file: what is appended stays, exactly; what is no project is refused.

use std::{fs, path::Path, path::PathBuf};

use destello::{
    domain::{Assignment, LabelAction, LabelEvent, Origin, Shown, StepId, Timestamp},
    store::{Project, StoreError},
};

use crate::common::events::{event, set};

fn refusal(path: &Path) -> String {
    Project::open_or_create(path).unwrap_err().to_string()
}

#[test]
fn every_kind_of_event_survives_exactly() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("night.destello");
    let class = || "real".into();
    let mut events: Vec<_> = [
        LabelAction::Set { class: class() },
        LabelAction::Tag { class: class() },
        LabelAction::Untag { class: class() },
        LabelAction::Clear,
        LabelAction::Unsure,
        LabelAction::Skip,
        LabelAction::Flag { on: true },
        LabelAction::Flag { on: false },
        LabelAction::Note {
            text: "a \"dipole\",\nor ★?\0".into(),
        },
        LabelAction::Note { text: "".into() },
        LabelAction::Import {
            table: "night.csv".into(),
        },
        LabelAction::Component {
            what: "component 3 of vade, 20 of 312 looked at".into(),
        },
        LabelAction::Assign(Assignment::parse("ana, \"ben\" ★", 2).unwrap()),
        LabelAction::Assign(Assignment::default()),
        LabelAction::Undo {
            of: StepId(i64::MAX),
        },
        LabelAction::Redo { of: StepId(-1) },
    ]
    .into_iter()
    .map(|action| event(1, "1127174604415015005", action))
    .collect();
    for origin in [
        Origin::Bulk,
        Origin::Import,
        Origin::Component,
        Origin::CommandLine,
    ] {
        events.push(LabelEvent {
            origin,
            ..set(1, "é/★", "bogus")
        });
    }
    events.push(LabelEvent {
        dwell_ms: Some(u32::MAX),
        shown: Some(Shown {
            epoch: "1127174604415015005".into(),
            stretch: "asinh".into(),
            limits: "zscale".into(),
            science_limits: Some([-0.1, 3.4e38]),
            color_map: "grey".into(),
            is_score_shown: true,
        }),
        model: Some("braai d6_m9".into()),
        score: Some(0.1 + 0.2),
        ..set(1, "a", "real")
    });
    events.push(LabelEvent {
        shown: Some(Shown::default()),
        at: Timestamp(-1),
        ..set(1, "", "real")
    });
    let last = Project::open_or_create(&path)
        .unwrap()
        .append(&events)
        .unwrap();
    assert_eq!(last, events.len() as i64);

    let project = Project::open_or_create(&path).unwrap();
    let (numbers, kept): (Vec<_>, Vec<_>) = project.events_since(0).unwrap().into_iter().unzip();
    assert_eq!(kept, events);
    assert_eq!(numbers, (1..=last).collect::<Vec<_>>());
    assert_eq!(project.events_since(last - 1).unwrap().len(), 1);
    assert_eq!(project.events_since(last).unwrap(), []);
    project.check_integrity().unwrap();
}

#[test]
fn appending_nothing_tells_the_last_number() {
    let folder = tempfile::tempdir().unwrap();
    let mut project = Project::open_or_create(folder.path().join("p.destello")).unwrap();
    assert_eq!(project.append(&[]).unwrap(), 0);
    project
        .append(&[set(1, "a", "real"), set(1, "b", "real")])
        .unwrap();
    assert_eq!(project.append(&[]).unwrap(), 2);
}

#[test]
fn no_program_can_change_delete_or_replace_an_event() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.destello");
    let mut project = Project::open_or_create(&path).unwrap();
    project.append(&[set(1, "a", "real")]).unwrap();
    let raw = rusqlite::Connection::open(&path).unwrap();
    for (sql, word) in [
        ("UPDATE label_events SET class = 'bogus'", "never changed"),
        ("DELETE FROM label_events", "never deleted"),
        (
            "INSERT OR REPLACE INTO label_events
             SELECT seq, step, candidate, action, 'bogus', is_on, text, of_step, vocabulary,
                annotator, at_us, dwell_ms, shown_epoch, shown_stretch, shown_limits,
                shown_science_low, shown_science_high, shown_color_map, is_score_shown, model,
                score, origin, program FROM label_events",
            "never replaced",
        ),
    ] {
        let why = raw.execute(sql, []).unwrap_err().to_string();
        assert!(why.contains(word), "{sql}: {why}");
    }
    let events = project.events_since(0).unwrap();
    assert_eq!(events, [(1, set(1, "a", "real"))]);
}

#[test]
fn what_is_no_project_is_refused_with_a_sentence_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let inside = |name: &str| folder.path().join(name);

    fs::write(inside("notes.txt"), "buy milk").unwrap();
    assert!(refusal(&inside("notes.txt")).contains("notes.txt: this is not a destello project"));
    assert_eq!(fs::read_to_string(inside("notes.txt")).unwrap(), "buy milk");

    let other = rusqlite::Connection::open(inside("other.db")).unwrap();
    other
        .execute_batch("CREATE TABLE birds (name TEXT)")
        .unwrap();
    drop(other);
    let before = fs::read(inside("other.db")).unwrap();
    assert!(refusal(&inside("other.db")).contains("database of another program"));
    assert_eq!(fs::read(inside("other.db")).unwrap(), before);

    assert!(refusal(folder.path()).contains("it is a folder"));
    let why = refusal(&inside("no/such/p.destello"));
    assert!(why.contains("there is no folder"), "{why}");
    let why = refusal(&inside("notes.txt/p.destello"));
    assert!(why.contains("there is no folder"), "{why}");

    let mut cut = b"SQLite format 3\0".to_vec();
    cut.extend([7; 300]);
    fs::write(inside("cut.destello"), &cut).unwrap();
    let error = Project::open_or_create(inside("cut.destello")).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
}

#[test]
fn a_newer_layout_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.destello");
    drop(Project::open_or_create(&path).unwrap());
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.pragma_update(None, "user_version", 99).unwrap();
    drop(raw);
    let error = Project::open_or_create(&path).unwrap_err();
    assert!(
        matches!(error, StoreError::Newer { found: 99, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("newer destello"));
}

#[test]
fn an_empty_file_becomes_a_project_and_says_who_made_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.destello");
    fs::write(&path, "").unwrap();
    let about = Project::open_or_create(&path).unwrap().about().unwrap();
    assert_eq!(about.created_by, env!("CARGO_PKG_VERSION"));
    let again = Project::open_or_create(&path).unwrap().about().unwrap();
    assert_eq!(again.created_at, about.created_at);
    assert!(again.written_at >= about.written_at);
}

#[test]
fn session_and_paths_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.destello");
    let mut project = Project::open_or_create(&path).unwrap();
    assert_eq!(project.session_get("view").unwrap(), None);
    project.session_put("view", "{\"a\":1}").unwrap();
    project.session_put("view", "{\"a\":2}").unwrap();
    let mut paths = vec![PathBuf::from("/data/é ★"), PathBuf::from("/data/a;b,c")];
    project.put_paths(&paths).unwrap();
    paths.reverse();
    paths.push(not_utf8());
    project.put_paths(&paths).unwrap();
    drop(project);
    let project = Project::open_or_create(&path).unwrap();
    assert_eq!(project.session_get("view").unwrap().unwrap(), "{\"a\":2}");
    assert_eq!(project.paths().unwrap(), paths);
}

#[cfg(unix)]
fn not_utf8() -> PathBuf {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    Path::new("/data").join(OsStr::from_bytes(b"caf\xe9"))
}

#[cfg(not(unix))]
fn not_utf8() -> PathBuf {
    PathBuf::from("/data/cafe")
}

/// Root may write everywhere, so there the real program is started as the user "nobody".
#[cfg(unix)]
#[test]
fn a_project_that_cannot_be_written_is_refused_at_opening() {
    use std::os::unix::{fs::PermissionsExt, process::CommandExt};
    use std::process::{Command, Stdio};

    const NOBODY: u32 = 65_534;
    let set_mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let folder = tempfile::tempdir().unwrap();
    set_mode(folder.path(), 0o755);
    let program = folder.path().join("destello");
    fs::copy(env!("CARGO_BIN_EXE_destello"), &program).unwrap();
    let is_root = fs::File::create("/proc/self/comm").is_ok() && {
        use std::os::unix::fs::MetadataExt;
        fs::metadata(&program).unwrap().uid() == 0
    };
    let answer_of = |project: &Path| {
        let mut command = Command::new(&program);
        command
            .args(["label", "stream", "--project"])
            .arg(project)
            .stdin(Stdio::null());
        if is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        let output = command.output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };

    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    let new = closed.join("new.destello");
    let old = closed.join("old.destello");
    Project::open_or_create(&old)
        .unwrap()
        .append(&[set(1, "a", "real")])
        .unwrap();
    set_mode(&old, 0o444);
    set_mode(&closed, 0o555);
    for path in [&new, &old] {
        let (code, said) = answer_of(path);
        assert_eq!(code, Some(1), "{said}");
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(
            said.contains(name) && said.contains("cannot be written"),
            "{said}"
        );
    }
    // A writable file in a folder that is not: SQLite needs to make files beside it.
    set_mode(&old, 0o666);
    let (code, said) = answer_of(&old);
    assert_eq!(code, Some(1), "{said}");
    // A read-only file in a writable folder.
    set_mode(&closed, 0o777);
    set_mode(&old, 0o444);
    let (code, said) = answer_of(&old);
    assert!(code == Some(1) && said.contains("read-only"), "{said}");
    set_mode(&old, 0o666);
    let (code, said) = answer_of(&old);
    assert_eq!(code, Some(0), "{said}");
}
