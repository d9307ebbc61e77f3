//! The log of the program: panics of a real process, and `destello log`.

use std::{
    panic::catch_unwind,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use destello::{
    logging::{self, panics},
    tasks::thread,
    workspace::{action::Action, settings::Settings},
};

use crate::common::{InlineWindow, StampSet, in_turn, program::program};

/// Names the log to the process that [`child`] runs in.
const CHILD: &str = "DESTELLO_TEST_LOG";

#[test]
fn a_panic_leaves_a_backtrace_in_the_log_and_one_sentence() {
    let _turn = in_turn();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs").join("x.log");
    let this = std::env::current_exe().unwrap();
    let done = Command::new(this)
        .args(["--exact", "program_log::child", "--nocapture"])
        .env(CHILD, &path)
        .env_remove("RUST_LOG")
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{err}");
    let text = std::fs::read_to_string(&path).unwrap();
    let first = text.lines().next().unwrap();
    assert!(
        first.contains(" ERROR [decode-7] destello::panic: "),
        "{first}"
    );
    assert!(
        first.contains("panicked at tests/faults/program_log.rs"),
        "{first}"
    );
    assert!(first.ends_with("on purpose"), "{first}");
    // Its backtrace, and what the thread wrote of it; five of one place have three backtraces.
    let is_ours = |line: &str| {
        let frame = line.trim_start().split_once(": ");
        frame.is_some_and(|(number, name)| {
            number.parse::<u32>().is_ok()
                && (name.contains("thread::caught") || name.contains("program_log"))
        })
    };
    assert!(text.lines().any(is_ours), "{text}");
    assert!(text.contains("[decode-7] destello::tasks::thread: decode-7 broke off"));
    let is_top = |line: &&str| line.trim_start().starts_with("0: ");
    assert_eq!(text.lines().filter(is_top).count(), 4, "{text}");
    assert!(text.contains("INFO  [") && text.contains(": a record of our own"));
    // One sentence each, and no backtrace.
    let told: Vec<_> = err
        .lines()
        .filter(|line| line.starts_with("destello: "))
        .collect();
    assert_eq!(told.len(), 6, "{err}");
    assert!(told[0].contains(&path.display().to_string()), "{}", told[0]);
    assert!(
        !err.contains("stack backtrace") && !err.contains("   0: "),
        "{err}"
    );
}

#[test]
fn child() {
    let Some(path) = std::env::var_os(CHILD).map(PathBuf::from) else {
        return;
    };
    logging::start(Some(path.clone()));
    panics::install();
    let nudges = Arc::new(AtomicUsize::new(0));
    let counter = nudges.clone();
    panics::nudge_by(move || {
        counter.fetch_add(1, Ordering::SeqCst);
    });
    let thread = thread::start("decode-7", || panic!("on purpose"), |_: Result<(), _>| ());
    thread.unwrap().join().unwrap();
    let told = panics::take();
    assert_eq!((told.len(), nudges.load(Ordering::SeqCst)), (1, 1));
    let log = path.display().to_string();
    for part in ["(decode-7) broke off: on purpose", "labels are safe", &*log] {
        assert!(told[0].contains(part), "{}", told[0]);
    }
    for _ in 0..5 {
        thread::caught("again", || -> () { panic!("again and again") }).unwrap_err();
    }
    assert_eq!(panics::take().len(), 5);
    // What is expected disturbs nobody.
    let expected = panics::expected(|| catch_unwind(|| panic!("a driver that is not there")));
    assert!(expected.is_err() && panics::take().is_empty());
    log::info!(target: "destello::tests", "a record of our own");
    log::debug!(target: "destello::tests", "too fine");
    let kept = logging::snapshot();
    assert_eq!(kept.path, Some(path));
    assert_eq!(kept.revision, logging::revision());
    assert!(
        kept.lines
            .iter()
            .any(|line| line.text.contains("on purpose"))
    );

    // The window shows the sentence, and keeps it in Problems.
    let mut window = InlineWindow::new(Settings::default(), "ana", None);
    window.state.shared.log = kept;
    let cx = window.context.at(window.now());
    window.state.shared.report_fault(told[0].clone(), &cx);
    assert_eq!(window.toast(), told[0]);
    assert!(window.state.shared.toast.as_ref().unwrap().is_error);
    assert!(
        window.state.shared.problems[0]
            .to_string()
            .contains(&told[0])
    );
    window.act(Action::ReportProblem);
    assert!(window.copied.unwrap().contains("panicked at tests/faults"));
}

fn run(home: &Path, arguments: &[&str]) -> Output {
    program()
        .args(arguments)
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_DATA_HOME", home.join("data"))
        .env_remove("RUST_LOG")
        .output()
        .unwrap()
}

fn printed(home: &Path, arguments: &[&str]) -> String {
    let done = run(home, arguments);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8(done.stdout).unwrap()
}

#[test]
fn the_log_command_prints_where_the_log_is_and_its_last_lines() {
    let _turn = in_turn();
    let home = tempfile::tempdir().unwrap();
    let usual = home.path().join("data/destello/logs/destello.log");
    let path = printed(home.path(), &["log"]);
    assert_eq!(path.trim_end(), usual.display().to_string());
    let other = home.path().join("other.log");
    let named = other.display().to_string();
    for arguments in [["log", "--log", &*named], ["--log", &*named, "log"]] {
        assert_eq!(printed(home.path(), &arguments).trim_end(), named);
    }
    let missing = run(home.path(), &["log", "--tail", "3"]);
    let why = String::from_utf8_lossy(&missing.stderr);
    assert!(why.contains("destello.log: no log can be read"), "{why}");
    assert_eq!(missing.status.code(), Some(1));
    std::fs::write(&other, "one\ntwo\nthree\n").unwrap();
    std::fs::write(home.path().join("other.log.1"), "zero\n").unwrap();
    let last = |count: &str| printed(home.path(), &["log", "--log", &named, "--tail", count]);
    assert_eq!(last("2"), "two\nthree\n");
    assert_eq!(last("4"), "zero\none\ntwo\nthree\n");
}

#[test]
fn a_command_without_faults_prints_no_more_than_before_and_makes_no_log() {
    let _turn = in_turn();
    let home = tempfile::tempdir().unwrap();
    let set = StampSet::new();
    let stamps = set.path().display().to_string();
    let done = run(home.path(), &["inspect", &stamps]);
    assert!(done.status.success());
    assert_eq!(String::from_utf8_lossy(&done.stderr), "");
    assert!(!home.path().join("data/destello/logs").exists());
}
