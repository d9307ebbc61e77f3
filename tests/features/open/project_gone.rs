//! A project that is removed or exchanged while it is open. SQLite would go on writing to a file
//! without a name.

use std::{fs, path::Path};

use destello::{
    domain::LabelAction,
    store::{Place, Project, StoreError},
    window::command::{Command, Session},
    workspace::action::Action,
};

use crate::common::{
    BOGUS, InlineWindow, REAL, StampSet, events,
    on_disk::{self, agree, classes},
};

fn remove(project: &Path) {
    for ending in ["", "-wal", "-shm"] {
        let mut name = project.as_os_str().to_owned();
        name.push(ending);
        fs::remove_file(name).ok();
    }
}

#[test]
fn a_project_that_is_removed_is_written_again_with_all_labels() {
    let set = StampSet::new();
    let project = set.beside("night.destello");
    let mut window = InlineWindow::on(&set.path(), &project);
    window.label(REAL);
    window.label(BOGUS);
    remove(&project);
    window.label(REAL);
    window.wait_until(|window| {
        window
            .state
            .shared
            .problems
            .iter()
            .any(|p| p.what == "project")
    });
    window.settle();
    let why = &window.state.shared.problems[0].why;
    assert!(why.contains("was removed while it was open"), "{why}");
    assert_eq!(window.state.shared.project.unsaved, 0);
    assert_eq!(window.state.shared.project.fault, None);
    let all = ["hits01", "hits02", "hits03"];
    assert_eq!(classes(&project, &all), ["real", "bogus", "real"]);
    window.wait_until(|window| agree(window, &project));
    // Work goes on, also undo of what was given before.
    window.act(Action::Undo);
    window.act(Action::Undo);
    window.label(REAL);
    let shown = window.classes(&all);
    window.close();
    assert_eq!(
        classes(&project, &all).join(""),
        shown.join("").replace('-', "")
    );
    let again = Project::open_existing(&project).unwrap();
    again.check_integrity().unwrap();
    assert_eq!(again.paths().unwrap().len(), 1, "it knows what was opened");
    assert!(again.session_get("window").unwrap().is_some());
}

#[test]
fn a_removed_project_comes_back_without_a_label_too() {
    let set = StampSet::new();
    let project = set.beside("night.destello");
    let mut window = InlineWindow::on(&set.path(), &project);
    window.label(REAL);
    // Only the file itself: what lies beside it must not be played into the new one.
    fs::remove_file(&project).unwrap();
    window.wait_until(|_| project.exists());
    window.wait_until(|window| window.toast().contains("was removed"));
    window.settle();
    window.close();
    assert_eq!(classes(&project, &["hits01"]), ["real"]);
}

#[test]
fn labels_wait_for_a_folder_that_is_gone_and_are_written_when_it_is_back() {
    let set = StampSet::new();
    let folder = set.beside("projects");
    fs::create_dir(&folder).unwrap();
    let project = folder.join("night.destello");
    let mut window = InlineWindow::on(&set.path(), &project);
    window.label(REAL);
    fs::remove_dir_all(&folder).unwrap();
    window.label(BOGUS);
    let fault = window.state.shared.project.fault.clone().unwrap();
    assert!(fault.contains("there is no folder"), "{fault}");
    assert!(fault.contains("night.destello"), "{fault}");
    assert_eq!(window.state.shared.project.unsaved, 1);
    // All labels are at stake, not only the last one.
    window.act(Action::Quit);
    assert!(!window.has_quit);
    assert!(
        window.toast().starts_with("2 labels are not on disk"),
        "{}",
        window.toast()
    );
    fs::create_dir(&folder).unwrap();
    window.wait_until(|window| window.state.shared.project.unsaved == 0);
    window.settle();
    assert_eq!(window.state.shared.project.fault, None);
    window.close();
    assert_eq!(classes(&project, &["hits01", "hits02"]), ["real", "bogus"]);
}

#[test]
fn a_project_that_is_replaced_by_another_file_is_left_alone_and_labels_are_kept() {
    let set = StampSet::new();
    let project = set.beside("night.destello");
    let other = set.beside("thesis.txt");
    let mut window = InlineWindow::on(&set.path(), &project);
    window.label(REAL);
    fs::write(&other, "Chapter 1").unwrap();
    fs::rename(&other, &project).unwrap();
    window.label(BOGUS);
    let fault = window.state.shared.project.fault.clone().unwrap();
    assert!(fault.contains("was replaced by another file"), "{fault}");
    assert_eq!(fs::read(&project).unwrap(), b"Chapter 1");
    // The labels can be taken out without the project.
    let out = set.beside("labels.csv");
    window.apply(Command::Session(Session::Export(out.clone())));
    let table = fs::read_to_string(&out).unwrap();
    assert!(
        table.contains("hits01") && table.contains("hits02"),
        "{table}"
    );
    fs::rename(&project, &other).unwrap();
    window.wait_until(|window| window.state.shared.project.unsaved == 0);
    window.close();
    assert_eq!(fs::read(&other).unwrap(), b"Chapter 1");
    assert_eq!(classes(&project, &["hits01", "hits02"]), ["real", "bogus"]);
}

#[test]
fn another_project_in_its_place_is_not_written_to() {
    let set = StampSet::new();
    let project = set.beside("night.destello");
    let mut other = InlineWindow::on(&set.path(), &set.beside("other.destello"));
    other.label(BOGUS);
    other.close();
    let mut window = InlineWindow::on(&set.path(), &project);
    window.label(REAL);
    fs::rename(set.beside("other.destello"), &project).unwrap();
    window.label(REAL);
    let fault = window.state.shared.project.fault.clone().unwrap();
    assert!(fault.contains("another project that lacks"), "{fault}");
    assert_eq!(window.state.shared.project.unsaved, 1);
    assert_eq!(
        on_disk::events(&project).len(),
        1,
        "the other project is as it was"
    );
}

#[test]
fn a_copy_with_the_same_labels_is_taken_up() {
    let set = StampSet::new();
    let project = set.beside("night.destello");
    let copy = set.beside("copy.destello");
    let mut window = InlineWindow::on(&set.path(), &project);
    window.label(REAL);
    // A program that keeps folders in step writes beside and renames.
    fs::copy(&project, &copy).unwrap();
    fs::rename(&copy, &project).unwrap();
    window.label(BOGUS);
    window.wait_until(|window| window.state.shared.project.unsaved == 0);
    assert_eq!(window.state.shared.project.fault, None);
    window.close();
    assert_eq!(classes(&project, &["hits01", "hits02"]), ["real", "bogus"]);
}

#[test]
fn an_older_copy_written_over_the_open_file_takes_no_label() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("night.destello");
    let event = |candidate: &str| events::event(1, candidate, LabelAction::Unsure);
    let mut project = Project::open_or_create(&path).unwrap();
    project.append(&[event("a"), event("b")]).unwrap();
    // As another program would: the same file, fewer events, by SQLite's own means.
    let mut other = Project::open_or_create(folder.path().join("older.destello")).unwrap();
    other.append(&[event("a")]).unwrap();
    drop(other);
    assert_eq!(project.place(), Place::Same);
    fs::rename(folder.path().join("older.destello"), &path).unwrap();
    assert_eq!(project.place(), Place::Replaced);
    assert!(matches!(project.adopt(), Err(StoreError::Replaced { .. })));
    fs::remove_file(&path).unwrap();
    assert_eq!(project.place(), Place::Gone);
    project.make_again().unwrap();
    assert_eq!(project.place(), Place::Same);
    assert_eq!(project.append(&[event("c")]).unwrap(), 3);
    assert_eq!(project.events_since(0).unwrap().len(), 3);
}

/// POSIX takes away all locks of a process on a file when it closes any descriptor of it.
#[cfg(target_os = "linux")]
#[test]
fn a_second_look_at_an_open_project_leaves_sqlites_locks_alone() {
    use std::os::unix::fs::MetadataExt;
    let set = StampSet::new();
    let project = set.path().join("night.destello");
    let mut first = Project::open_or_create(&project).unwrap();
    first.session_put("window", "{}").unwrap();
    first.events_since(0).unwrap();
    let inode = fs::metadata(&project).unwrap().ino();
    let locks = || {
        let pid = std::process::id().to_string();
        let all = fs::read_to_string("/proc/locks").unwrap();
        let ours = all.lines().filter(|line| {
            let words: Vec<_> = line.split_whitespace().collect();
            words.contains(&&*pid)
                && words
                    .iter()
                    .any(|word| word.ends_with(&format!(":{inode}")))
        });
        ours.count()
    };
    assert_eq!(locks(), 1, "a connection in write-ahead mode holds one");
    drop(Project::open_or_create(&project).unwrap());
    assert_eq!(locks(), 1);
    // Indexing the folder in which it lies looks at every file.
    destello::workspace::open::read_all(&[set.path()]);
    assert_eq!(locks(), 1);
    drop(first);
    assert_eq!(locks(), 0);
}
