//! A disk that is full, and one that cannot be written any more.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command as Process,
};

use destello::workspace::{action::Action, settings::Settings};
use tempfile::TempDir;

use crate::common::{
    BOGUS, InlineWindow, REAL, StampSet,
    on_disk::{agree, classes},
};

/// A small disk in memory, gone when dropped.
struct Disk(TempDir);

impl Disk {
    /// None where disks cannot be mounted: the caller is not root.
    fn mounted(options: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let done = Process::new("mount")
            .args(["-t", "tmpfs", "-o", options, "none"])
            .arg(folder.path())
            .output();
        done.is_ok_and(|done| done.status.success())
            .then(|| Self(folder))
    }

    fn mount(options: &str) -> Self {
        Self::mounted(options).expect("a disk can be mounted")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn make_read_only(&self, is_so: bool) {
        let mode = if is_so { "remount,ro" } else { "remount,rw" };
        let done = Process::new("mount")
            .args(["-o", mode])
            .arg(self.0.path())
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let done = Process::new("umount").arg("-l").arg(self.0.path()).status();
        done.ok();
    }
}

/// True where a disk can be mounted.
pub fn can_be_mounted() -> bool {
    Disk::mounted("size=64k").is_some()
}

/// True where folders can be locked: root may write everywhere.
pub fn can_be_locked() -> bool {
    let folder = locked(tempfile::tempdir().unwrap());
    fs::write(folder.path().join("probe"), b"").is_err()
}

/// Nobody but root can write into it any more.
fn locked(folder: TempDir) -> TempDir {
    let mut permissions = fs::metadata(folder.path()).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(folder.path(), permissions).unwrap();
    folder
}

/// Fills a disk to the last byte.
fn fill(file: &Path) {
    use std::io::Write;
    let mut file = fs::File::create(file).unwrap();
    for size in [4096, 1] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
}

pub fn on_a_full_disk_labels_wait_and_are_written_when_there_is_room() {
    let disk = Disk::mount("size=1m");
    let set = StampSet::new();
    let project = disk.path("night.destello");
    let mut window = InlineWindow::on(&set.path(), &project);
    window.label(REAL);
    fill(&disk.path("filler"));
    // Pages that the project has already take a few more.
    for _ in 0..2_000 {
        if window.state.shared.project.fault.is_some() {
            break;
        }
        window.act(Action::Flag);
    }
    let fault = window
        .state
        .shared
        .project
        .fault
        .clone()
        .expect("the disk is full");
    assert!(fault.contains("the disk is full"), "{fault}");
    assert!(fault.contains("night.destello"), "{fault}");
    let unsaved = window.state.shared.project.unsaved;
    assert!(unsaved > 0);
    window.act(Action::Quit);
    assert!(!window.has_quit);
    let text = format!("{unsaved} label");
    assert!(window.toast().starts_with(&text), "{}", window.toast());
    fs::remove_file(disk.path("filler")).unwrap();
    window.wait_until(|window| window.state.shared.project.unsaved == 0);
    assert_eq!(window.state.shared.project.fault, None);
    assert!(agree(&window, &project));
    window.close();
}

pub fn a_full_disk_is_left_out_for_a_new_project_and_none_is_left() {
    let disk = Disk::mount("size=64k");
    let set = StampSet::new();
    fill(&disk.path("filler"));
    let project = disk.path("night.destello");
    let window = InlineWindow::on(&set.path(), &project);
    assert!(
        window.toast().contains("the disk is full"),
        "{}",
        window.toast()
    );
    assert_eq!(window.queue().len(), 6, "stamps can be looked at");
    window.close();
    assert!(!project.exists());
}

pub fn a_file_system_that_loses_write_permission_keeps_labels_waiting() {
    let disk = Disk::mount("size=4m");
    let set = StampSet::new();
    let project = disk.path("night.destello");
    let mut window = InlineWindow::on(&set.path(), &project);
    window.label(REAL);
    window.close();
    // A disk with files open for writing cannot be made read-only: it is in between.
    disk.make_read_only(true);
    let mut window = InlineWindow::new(Settings::default(), "ana", None);
    window.open(&[set.path()], &project);
    let why = window.toast().to_owned();
    assert!(why.to_lowercase().contains("read-only"), "{why}");
    assert!(why.contains("night.destello"), "{why}");
    window.label(BOGUS);
    assert!(
        window.state.shared.book.events().is_empty(),
        "none that is not kept"
    );
    window.close();
    disk.make_read_only(false);
    assert_eq!(classes(&project, &["hits01"]), ["real"]);
}

pub fn a_folder_that_cannot_be_written_is_named() {
    let set = StampSet::new();
    let folder = locked(tempfile::tempdir().unwrap());
    let project = folder.path().join("night.destello");
    let window = InlineWindow::on(&set.path(), &project);
    assert!(window.toast().contains("read-only"), "{}", window.toast());
    assert_eq!(window.queue().len(), 6);
    window.close();
    assert!(!project.exists());
}
