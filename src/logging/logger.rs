//! Records of the `log` crate: filtered, put into one text, written.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    path::PathBuf,
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use log::{Level, LevelFilter, Log, Metadata, Record};

use super::{
    file::{FILES, MOST_BYTES, RotatingFile},
    lines::{LogLines, Ring},
};

/// The program's own name in the log: records of its modules begin with it.
const OURS: &str = "destello";

static PROGRAM: OnceLock<Logger> = OnceLock::new();

/// Starts the log of this process. The file is made with the first record.
///
/// Without `RUST_LOG` the program's own records of level info and those of its libraries of level
/// warn are written.
pub fn start(path: Option<PathBuf>) {
    let rules = std::env::var("RUST_LOG").unwrap_or_default();
    let logger = PROGRAM.get_or_init(|| Logger::new(path, &rules));
    // A second start leaves the first one's log.
    if log::set_logger(logger).is_ok() {
        log::set_max_level(logger.filter.filter());
    }
}

/// Number of records written so far.
pub fn revision() -> u64 {
    let written = |logger: &Logger| logger.written.load(Ordering::Acquire);
    PROGRAM.get().map_or(0, written)
}

/// The last records, and the file; empty where no log was started.
pub fn snapshot() -> LogLines {
    PROGRAM.get().map(Logger::snapshot).unwrap_or_default()
}

/// Writes a record whatever the rules are: what a panic leaves behind.
pub(super) fn write_in_any_case(target: &str, text: &str) {
    if let Some(logger) = PROGRAM.get() {
        logger.write(Level::Error, target, text);
    }
}

/// Where records go.
struct Sink {
    path: Option<PathBuf>,
    file: Option<RotatingFile>,
    has_complained: bool,
}

impl Sink {
    fn append(&mut self, text: &str) -> Result<(), String> {
        let Some(path) = &self.path else {
            return Err("there is no home folder to keep the log in".into());
        };
        let mut written = || -> io::Result<()> {
            let file = match &mut self.file {
                Some(file) => file,
                none => none.insert(RotatingFile::open(path, MOST_BYTES, FILES)?),
            };
            file.write(text)
        };
        written().map_err(|error| format!("{}: the log cannot be written: {error}", path.display()))
    }
}

struct Logger {
    filter: env_filter::Filter,
    path: Option<PathBuf>,
    sink: Mutex<Sink>,
    ring: Mutex<Ring>,
    written: AtomicU64,
}

impl Logger {
    fn new(path: Option<PathBuf>, rules: &str) -> Self {
        let mut filter = env_filter::Builder::new();
        if rules.trim().is_empty() {
            filter.filter_level(LevelFilter::Warn);
            filter.filter_module(OURS, LevelFilter::Info);
        } else {
            filter.parse(rules);
        }
        Self {
            filter: filter.build(),
            path: path.clone(),
            sink: Mutex::new(Sink {
                path,
                file: None,
                has_complained: false,
            }),
            ring: Mutex::default(),
            written: AtomicU64::new(0),
        }
    }

    fn snapshot(&self) -> LogLines {
        LogLines {
            revision: self.written.load(Ordering::Acquire),
            path: self.path.clone(),
            lines: locked(&self.ring).lines(),
        }
    }

    fn write(&self, level: Level, target: &str, message: &str) {
        let thread = thread::current();
        let text = record_text(level, thread.name().unwrap_or("-"), target, message);
        locked(&self.ring).push(level, &text);
        self.written.fetch_add(1, Ordering::Release);
        let mut sink = locked(&self.sink);
        match sink.append(&text) {
            Ok(()) => sink.has_complained = false,
            Err(why) => {
                // The disk may take records again later: each is tried.
                let mut err = io::stderr().lock();
                if !sink.has_complained {
                    sink.has_complained = true;
                    writeln!(err, "destello: {why}; warnings come here").unwrap_or_default();
                }
                if level <= Level::Warn {
                    err.write_all(text.as_bytes()).unwrap_or_default();
                }
            }
        }
    }
}

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.filter.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if self.filter.matches(record) {
            self.write(record.level(), record.target(), &record.args().to_string());
        }
    }

    fn flush(&self) {}
}

/// One record with its line end: time (UTC), level, thread, module, message. Further lines of the
/// message are set in, and signs that would act on a terminal are spelled out.
fn record_text(level: Level, thread: &str, target: &str, message: &str) -> String {
    let now = jiff::Timestamp::now();
    let mut text = format!("{now:.3} {level:<5} [{thread}] {target}: ");
    for sign in message.trim_end().chars() {
        match sign {
            '\n' => text.push_str("\n    "),
            '\t' => text.push(sign),
            control if control.is_control() => {
                // Writing to a text cannot fail.
                write!(text, "{}", control.escape_default()).unwrap_or_default();
            }
            other => text.push(other),
        }
    }
    text.push('\n');
    text
}

fn locked<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(logger: &Logger, level: Level, target: &str, message: &str) {
        let args = format_args!("{message}");
        let record = Record::builder()
            .level(level)
            .target(target)
            .args(args)
            .build();
        logger.log(&record);
    }

    #[test]
    fn own_records_of_level_info_and_warnings_of_libraries_are_written_with_time_and_thread() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logs").join("destello.log");
        let logger = Logger::new(Some(path.clone()), "");
        assert!(!path.exists());
        log(
            &logger,
            Level::Info,
            "destello::features",
            "one\ntwo\x1b[0m",
        );
        log(&logger, Level::Debug, "destello::features", "too fine");
        log(&logger, Level::Info, "wgpu_core", "not ours");
        log(&logger, Level::Warn, "wgpu_core", "of a library");
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        let (time, rest) = lines[0].split_once(' ').unwrap();
        assert!(time.ends_with('Z') && time.parse::<jiff::Timestamp>().is_ok());
        let thread = thread::current();
        let name = thread.name().unwrap();
        assert_eq!(rest, format!("INFO  [{name}] destello::features: one"));
        assert_eq!(lines[1], r"    two\u{1b}[0m");
        assert!(lines[2].ends_with("wgpu_core: of a library"));
        // The window has the same.
        let kept = logger.snapshot();
        assert_eq!((kept.revision, kept.lines.len()), (2, 2));
        assert_eq!(kept.lines[1].level, Level::Warn);
        assert_eq!(kept.path, Some(path));
    }

    #[test]
    fn rules_choose_what_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.log");
        let logger = Logger::new(Some(path.clone()), "error,destello::features=debug");
        log(&logger, Level::Debug, "destello::features::open", "fine");
        log(&logger, Level::Info, "destello::app", "not wanted");
        log(&logger, Level::Error, "other", "grave");
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 2, "{text}");
    }

    #[test]
    fn a_log_that_cannot_be_written_is_kept_in_memory_and_tried_again() {
        let folder = tempfile::tempdir().unwrap();
        let blocked = folder.path().join("logs");
        std::fs::write(&blocked, "a file").unwrap();
        let path = blocked.join("destello.log");
        let logger = Logger::new(Some(path.clone()), "");
        log(&logger, Level::Info, "destello", "first");
        assert!(locked(&logger.sink).has_complained);
        assert_eq!(logger.snapshot().lines.len(), 1);
        std::fs::remove_file(&blocked).unwrap();
        log(&logger, Level::Info, "destello", "second");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.ends_with("destello: second\n"), "{text}");
        assert!(!locked(&logger.sink).has_complained);
        assert!(Logger::new(None, "").snapshot().path.is_none());
    }
}
