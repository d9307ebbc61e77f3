//! Changes of folders, as the system reports them.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use crossbeam_channel::{Receiver, Sender, bounded, never, select, tick};
use notify::{
    EventKind, RecursiveMode, Watcher as _,
    event::{AccessKind, AccessMode},
};

use super::look::is_left_alone;
use crate::tasks::{Wake, thread};

/// How often a folder is looked at whose changes the system does not report.
const EVERY: Duration = Duration::from_secs(10);
/// Changes within this time are one.
const TOGETHER: Duration = Duration::from_millis(200);

/// Changes of files that may be data, and what listens for them. Where the system reports none, there is no listener.
pub(super) fn changes(folders: &[&Path]) -> (Receiver<()>, Option<notify::RecommendedWatcher>) {
    let (sender, changes) = bounded(1);
    let report = move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|event| is_of_data(&event)) {
            // One change that waits to be seen is as good as many.
            sender.try_send(()).unwrap_or_default();
        }
    };
    let watcher = notify::recommended_watcher(report).and_then(|mut watcher| {
        for folder in folders {
            watcher.watch(folder, RecursiveMode::Recursive)?;
        }
        Ok(watcher)
    });
    match watcher {
        Ok(watcher) => (changes, Some(watcher)),
        Err(error) => {
            let folder = folders.first().map(|folder| folder.display().to_string());
            let folder = folder.unwrap_or_default();
            log::warn!("{folder}: changes are not reported: {error}");
            (changes, None)
        }
    }
}

/// Not that a file was read, nor what programs write for themselves.
fn is_of_data(event: &notify::Event) -> bool {
    let is_change = match event.kind {
        EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
        _ => true,
    };
    let is_alone = |path: &PathBuf| {
        let name = path.file_name();
        name.is_some_and(|name| is_left_alone(Path::new(name)))
    };
    is_change && (event.paths.is_empty() || !event.paths.iter().all(is_alone))
}

/// True where other computers may write into a folder, whose changes this system does not report; also where that is
/// not known.
fn is_remote(folder: &Path) -> bool {
    const MOUNTS: &str = "/proc/self/mounts";
    let (Ok(mounts), Ok(folder)) = (fs::read_to_string(MOUNTS), fs::canonicalize(folder)) else {
        return true;
    };
    is_remote_by(&mounts, &folder)
}

/// By the table of mounts: the last one that holds the folder counts.
fn is_remote_by(mounts: &str, folder: &Path) -> bool {
    const REMOTE: [&str; 14] = [
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "9p",
        "afs",
        "ceph",
        "lustre",
        "glusterfs",
        "beegfs",
        "gpfs",
        "virtiofs",
        "vboxsf",
    ];
    let held = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        // A blank is written as its number.
        let place = words.next()?.replace("\\040", " ");
        let kind = words.next()?;
        let depth = Path::new(&place).components().count();
        folder.starts_with(&place).then_some((depth, kind))
    });
    let deepest = held.max_by_key(|(depth, _)| *depth);
    deepest.is_some_and(|(_, kind)| REMOTE.contains(&kind) || kind.starts_with("fuse"))
}

/// Listens for changes of folders on a thread of its own, until it is dropped.
#[derive(Debug)]
pub struct Listener {
    has_changed: Arc<AtomicBool>,
    /// The thread ends when this is gone.
    _goes_on: Sender<()>,
}

impl Listener {
    /// Listens; `wake` is called after each change. Where the system gives no thread there is nothing to hear: the log
    /// has it.
    pub fn start(folders: Vec<PathBuf>, wake: Wake) -> Self {
        let has_changed = Arc::<AtomicBool>::default();
        let (goes_on, must_stop) = bounded(0);
        let flag = has_changed.clone();
        let listen = move || {
            let folders: Vec<&Path> = folders.iter().map(PathBuf::as_path).collect();
            let (changes, watcher) = changes(&folders);
            let is_reported = watcher.is_some() && !folders.iter().any(|folder| is_remote(folder));
            let ticks = if is_reported { never() } else { tick(EVERY) };
            let changes = if watcher.is_some() { changes } else { never() };
            loop {
                select! {
                    recv(must_stop) -> _ => return,
                    recv(changes) -> _ => {}
                    recv(ticks) -> _ => {}
                }
                std::thread::sleep(TOGETHER);
                flag.store(true, Ordering::Release);
                wake();
            }
        };
        if let Err(error) = thread::start("follow folders", listen, |_| {}) {
            log::warn!("the system gives no thread to follow folders: {error}");
        }
        Self {
            has_changed,
            _goes_on: goes_on,
        }
    }

    /// True once after a change.
    pub fn has_changed(&self) -> bool {
        self.has_changed.swap(false, Ordering::AcqRel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disks_of_other_computers_are_known_by_the_table_of_mounts() {
        let mounts = "/dev/sda1 / ext4 rw 0 0\nhost:/data /data nfs4 rw 0 0\ntmpfs /data/fast tmpfs rw 0 0\n\
                      u@h: /home/me/far\\040away fuse.sshfs rw 0 0\n";
        for (folder, is_far) in [
            ("/home/me/night", false),
            ("/data/night", true),
            ("/data/fast/night", false),
            ("/home/me/far away/night", true),
        ] {
            assert_eq!(is_remote_by(mounts, Path::new(folder)), is_far, "{folder}");
        }
    }
}
