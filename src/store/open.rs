//! Opening a project: what cannot be written is refused here, not after an hour of work.

use std::{
    fs::File,
    io::{ErrorKind, Read},
    path::Path,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::{
    open_files::{FileId, Registered},
    project::{Project, StoreError, refusal},
    schema::{APPLICATION_ID, LAYOUT, LAYOUTS},
};

/// How long a write waits for another window's write before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Between two tries of what SQLite itself does not wait for.
const BETWEEN_TRIES: Duration = Duration::from_millis(5);

/// The first bytes of every SQLite file.
const SQLITE_MAGIC: &[u8; 16] = b"SQLite format 3\0";

impl Project {
    /// Opens a project file, or makes one where there is none or an empty file.
    ///
    /// # Errors
    /// Where the folder is missing, where something else lies there, where the file comes from a
    /// newer program, and where it cannot be written: this is tried with a real transaction.
    pub fn open_or_create(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref().to_path_buf();
        check_folder(&path)?;
        let mut registered = Registered::checked(&path, || check_content(&path))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags)
            .map_err(|error| refusal(&path, "opening the project", error))?;
        let is_new = registered.id().is_none() && FileId::of(&path).is_some();
        if is_new {
            registered = Registered::new(&path);
        }
        let mut project = Self {
            connection,
            path,
            registered,
            last_known: std::cell::Cell::new(0),
            known_reorders: std::cell::Cell::new(0),
            log: None,
            refused: None,
        };
        project.check_owner()?;
        match project.make_ready() {
            Ok(()) => {
                project.note_log();
                Ok(project)
            }
            Err(error) => {
                let error = refusal(&project.path, "opening the project", error);
                if is_new {
                    project.leave_nothing();
                }
                Err(error)
            }
        }
    }

    /// A file that could not become a project (the disk is full) does not stay behind.
    fn leave_nothing(self) {
        let path = self.path.clone();
        drop(self);
        if std::fs::metadata(&path).is_ok_and(|about| about.len() == 0) {
            std::fs::remove_file(&path).ok();
        }
    }

    /// Opens a project file that must be there.
    ///
    /// # Errors
    /// Where there is none, and those of [`Self::open_or_create`].
    pub fn open_existing(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref();
        // A link that leads nowhere, or a disk that is not there, is no reason to make a project.
        match path.try_exists() {
            Ok(true) => Self::open_or_create(path),
            Ok(false) => Err(StoreError::Missing { path: path.into() }),
            Err(error) => Err(StoreError::NotWritable {
                path: path.into(),
                why: error.to_string(),
            }),
        }
    }

    /// Refuses other programs' databases and newer layouts before anything is written.
    fn check_owner(&self) -> Result<(), StoreError> {
        self.connection
            .busy_timeout(BUSY_TIMEOUT)
            .map_err(self.failed("opening the project"))?;
        // One snapshot: another window may be making the tables between two of these reads.
        let snapshot = self
            .connection
            .unchecked_transaction()
            .map_err(self.failed("opening the project"))?;
        let read = |sql: &str| {
            snapshot
                .query_row(sql, [], |row| row.get::<_, i64>(0))
                .map_err(|error| refusal(&self.path, "reading the project", error))
        };
        let owner = read("PRAGMA application_id")?;
        let is_untouched = owner == 0 && read("SELECT count(*) FROM sqlite_master")? == 0;
        if owner != APPLICATION_ID && !is_untouched {
            return Err(StoreError::NotAProject {
                path: self.path.clone(),
                why: "it is a database of another program".into(),
            });
        }
        let found = read("PRAGMA user_version")?;
        if found > LAYOUT {
            return Err(StoreError::Newer {
                path: self.path.clone(),
                found,
                known: LAYOUT,
            });
        }
        Ok(())
    }

    /// Turns write-ahead mode on. SQLite calls no busy handler for the change of mode, so that a window that opens in
    /// the same moment would be an error: it is waited for here.
    fn write_ahead(&self) -> rusqlite::Result<()> {
        let begun = Instant::now();
        loop {
            let changed =
                self.connection
                    .pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()));
            match changed {
                Err(error)
                    if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                        && begun.elapsed() < BUSY_TIMEOUT =>
                {
                    std::thread::sleep(BETWEEN_TRIES);
                }
                outcome => return outcome,
            }
        }
    }

    /// Write-ahead mode, the newest layout, and a line that says who wrote last.
    fn make_ready(&mut self) -> rusqlite::Result<()> {
        self.write_ahead()?;
        self.connection.pragma_update(None, "synchronous", "FULL")?;
        // Every commit moves on into the main file: a copy of it made while a window is open has
        // the labels that the window calls saved.
        self.connection
            .pragma_update(None, "wal_autocheckpoint", 1)?;
        let writing = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Read again: another window may have made the tables while this one waited.
        let found = writing.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))?;
        for script in LAYOUTS.iter().skip(found.max(0) as usize) {
            writing.execute_batch(script)?;
        }
        writing.pragma_update(None, "application_id", APPLICATION_ID)?;
        writing.pragma_update(None, "user_version", LAYOUT)?;
        writing.execute(
            "INSERT INTO about VALUES (1, ?1, ?2, ?1, ?2, 0)
             ON CONFLICT (one) DO UPDATE SET written_by = ?1, written_at_us = ?2",
            (env!("CARGO_PKG_VERSION"), now()),
        )?;
        writing.commit()
    }
}

pub(super) fn check_folder(path: &Path) -> Result<(), StoreError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if folder.is_dir() {
        return Ok(());
    }
    Err(StoreError::FolderMissing {
        path: path.to_path_buf(),
        folder: folder.to_path_buf(),
    })
}

/// Looks at the first bytes, so that a foreign file is never touched; and opens for writing,
/// because SQLite would leave read-only files beside a read-only project.
fn check_content(path: &Path) -> Result<(), StoreError> {
    let foreign = |why: &str| StoreError::NotAProject {
        path: path.to_path_buf(),
        why: why.into(),
    };
    if path.is_dir() {
        return Err(foreign("it is a folder"));
    }
    let unreadable = |error: std::io::Error| StoreError::NotWritable {
        path: path.to_path_buf(),
        why: error.to_string(),
    };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut start = Vec::new();
    file.take(SQLITE_MAGIC.len() as u64)
        .read_to_end(&mut start)
        .map_err(unreadable)?;
    if !start.is_empty() && start != SQLITE_MAGIC {
        return Err(foreign("its first bytes are not those of a database"));
    }
    match File::options().write(true).open(path) {
        Ok(_) => Ok(()),
        Err(error) => Err(StoreError::NotWritable {
            path: path.to_path_buf(),
            why: format!("the file is read-only ({error})"),
        }),
    }
}

/// Microseconds since 1970 UTC; 0 where the clock stands before.
fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_micros() as i64)
}
