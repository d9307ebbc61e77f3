//! What holds no candidate leaves no project, is not remembered, and says what was looked for.

use std::{
    fs,
    path::{Path, PathBuf},
};

use destello::{
    store::Project,
    window::command::{Command, Session},
    workspace::{action::Action, settings::Settings},
};

use crate::common::{InlineWindow, REAL, StampSet, on_disk, program::program};

fn window() -> InlineWindow {
    InlineWindow::new(Settings::default(), "ana", None)
}

/// Files of that folder.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn an_empty_folder_a_wrong_file_and_a_missing_path_leave_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let [empty, wrong, missing] =
        ["empty", "notes.txt", "gone"].map(|name| folder.path().join(name));
    fs::create_dir(&empty).unwrap();
    fs::write(&wrong, "Chapter 1").unwrap();
    let project = folder.path().join("night.destello");
    for (path, why) in [
        (&empty, "no candidate was found in "),
        (&wrong, "no candidate was found in "),
        (&missing, "there is no such file or folder: "),
    ] {
        let mut window = window();
        window.open(std::slice::from_ref(path), &project);
        let toast = window.toast().to_owned();
        assert!(toast.starts_with(why), "{toast}");
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(toast.contains(name), "{toast}");
        if path != &missing {
            let formats = "looked for stamps in FITS, Avro, Parquet, JSON, numpy and HDF5 files";
            assert!(toast.contains(formats), "{toast}");
        }
        assert_eq!(
            window.state.shared.project.nothing_found.as_ref(),
            Some(&toast)
        );
        assert!(window.state.shared.shows_start_page());
        assert!(window.state.shared.settings.recent_projects.is_empty());
        assert!(window.saved_settings().is_none(), "nothing is remembered");
        // There is nothing to label, and no project for it.
        window.label(REAL);
        assert!(window.state.shared.book.events().is_empty());
        window.close();
        assert_eq!(names(folder.path()), ["empty", "notes.txt"]);
    }
}

#[test]
fn the_project_is_made_and_remembered_with_the_first_candidate() {
    let set = StampSet::new();
    let project = set.beside("night.destello");
    let mut window = window();
    window.begin(Command::Session(Session::Open {
        paths: vec![set.path()],
        project: Some(project.clone()),
    }));
    window.wait_until(|window| !window.state.shared.catalogue.is_empty());
    assert!(project.is_file());
    assert_eq!(window.state.shared.project.path.as_ref(), Some(&project));
    window.settle();
    assert_eq!(
        window.state.shared.settings.recent_projects,
        std::slice::from_ref(&project)
    );
    assert!(window.saved_settings().is_some());
    // A label that is given at once is kept.
    window.label(REAL);
    window.close();
    assert_eq!(on_disk::classes(&project, &["hits01"]), ["real"]);
}

#[test]
fn an_existing_project_keeps_its_paths_where_others_hold_nothing() {
    let set = StampSet::new();
    let project = set.beside("night.destello");
    let mut first = InlineWindow::on(&set.path(), &project);
    first.label(REAL);
    first.close();
    let empty = set.beside("empty");
    fs::create_dir(&empty).unwrap();
    let mut window = window();
    window.open(&[empty], &project);
    assert!(window.toast().contains("no candidate was found in"));
    assert!(window.toast().contains("is open with 1 label event"));
    window.close();
    let paths = Project::open_existing(&project).unwrap().paths().unwrap();
    assert_eq!(paths, [set.path().canonicalize().unwrap()]);
    // With candidates the new paths count.
    let other = StampSet::with_stamps(9, 2);
    let mut window = self::window();
    window.open(&[other.path()], &project);
    window.close();
    let paths = Project::open_existing(&project).unwrap().paths().unwrap();
    assert_eq!(paths, [other.path().canonicalize().unwrap()]);
}

#[test]
fn a_project_whose_stamps_are_gone_stays_and_names_them() {
    let set = StampSet::new();
    let project = set.beside("night.destello");
    let mut first = InlineWindow::on(&set.path(), &project);
    first.label(REAL);
    first.close();
    let away = set.beside("unplugged");
    fs::rename(set.path(), &away).unwrap();
    let mut window = window();
    window.open(&[], &project);
    let toast = window.toast().to_owned();
    assert!(toast.contains("its stamps are not there ("), "{toast}");
    assert!(toast.contains("night)"), "{toast}");
    assert_eq!(window.state.shared.project.path.as_ref(), Some(&project));
    assert_eq!(window.state.shared.book.events().len(), 1);
    assert!(window.state.shared.shows_start_page(), "there is a way on");
    // The disk is back.
    fs::rename(&away, set.path()).unwrap();
    window.open(&[], &project);
    assert_eq!(window.labels("hits01").classes.len(), 1);
    assert_eq!(window.state.shared.project.nothing_found, None);
    assert!(!window.state.shared.shows_start_page());
}

#[test]
fn a_broken_last_project_leads_to_the_start_page_with_a_sentence() {
    let set = StampSet::new();
    let [missing, foreign, newer, damaged] =
        ["a", "b", "c", "d"].map(|name| set.beside(&format!("{name}.destello")));
    fs::write(&foreign, "Chapter 1").unwrap();
    drop(Project::open_or_create(&newer).unwrap());
    // The layout number lies at byte 60 of the header.
    let mut bytes = fs::read(&newer).unwrap();
    bytes[60..64].copy_from_slice(&9_999_u32.to_be_bytes());
    fs::write(&newer, bytes).unwrap();
    drop(Project::open_or_create(&damaged).unwrap());
    let mut bytes = fs::read(&damaged).unwrap();
    bytes[100..].fill(0xa5);
    fs::write(&damaged, bytes).unwrap();
    let recent = vec![missing.clone(), set.beside("good.destello")];
    for (project, why) in [
        (&missing, "there is no such project"),
        (&foreign, "this is not a destello project"),
        (&newer, "was written by a newer destello (layout 9999"),
        (&damaged, "damaged"),
    ] {
        let settings = Settings {
            recent_projects: recent.clone(),
            ..Settings::default()
        };
        let mut window = InlineWindow::new(settings, "ana", None);
        window.open(&[], project);
        assert!(window.toast().contains(why), "{}", window.toast());
        let name = project.display().to_string();
        assert!(window.toast().contains(&name), "{}", window.toast());
        assert!(window.state.shared.shows_start_page());
        assert!(window.state.shared.project.nothing_found.is_some());
        assert_eq!(window.state.shared.settings.recent_projects, recent);
        window.close();
    }
    assert!(!missing.exists());
    assert_eq!(fs::read(&foreign).unwrap(), b"Chapter 1");
}

#[test]
fn a_closed_set_leads_to_the_start_page_and_can_be_opened_again() {
    let set = StampSet::new();
    let project = set.beside("night.destello");
    let mut window = InlineWindow::on(&set.path(), &project);
    window.label(REAL);
    window.act(Action::CloseSet);
    assert!(window.state.shared.is_blank() && window.state.shared.shows_start_page());
    assert!(window.state.shared.book.events().is_empty());
    window.act(Action::CloseSet);
    assert_eq!(window.toast(), "no set is open");
    window.label(REAL);
    window.open(&[], &project);
    assert_eq!(window.labels("hits01").classes.len(), 1);
    assert_eq!(window.state.shared.book.events().len(), 1);
}

#[test]
fn the_command_line_makes_no_project_where_nothing_is_found() {
    let set = StampSet::new();
    let project = set.beside("night.destello");
    let empty = set.beside("empty");
    fs::create_dir(&empty).unwrap();
    let table = set.beside("labels.csv");
    fs::write(&table, "id,label\nhits01,real\n").unwrap();
    let run = |arguments: &[&std::ffi::OsStr]| {
        program()
            .args(arguments)
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap()
    };
    let no_table: PathBuf = set.beside("no.csv");
    let night = set.path();
    for (command, paths, labels) in [
        ("import", &empty, Some(&table)),
        ("import", &night, Some(&no_table)),
        ("stream", &empty, None),
    ] {
        let mut arguments: Vec<&std::ffi::OsStr> = vec!["label".as_ref(), command.as_ref()];
        arguments.extend([paths.as_os_str(), "--project".as_ref(), project.as_ref()]);
        if let Some(labels) = labels {
            arguments.extend(["--labels".as_ref(), labels.as_os_str()]);
        }
        let done = run(&arguments);
        assert!(!done.status.success(), "{command} {done:?}");
        assert!(!project.exists(), "{command}");
    }
}
