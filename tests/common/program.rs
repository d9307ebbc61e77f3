//! The program, run as a command.

use std::{
    path::Path,
    process::{Command, Output},
};

/// The program, without arguments.
pub fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_destello"))
}

/// Runs it with these arguments.
pub fn destello(arguments: &[&str]) -> Output {
    program().args(arguments).output().unwrap()
}

/// Runs it in a folder: exit status, standard output and error.
pub fn destello_in(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let run = program()
        .args(arguments)
        .current_dir(folder)
        // Libraries that ask for a screen complain where this is missing.
        .env("XDG_RUNTIME_DIR", folder)
        .output()
        .unwrap();
    (run.status.code(), text(&run.stdout), text(&run.stderr))
}

/// What a command printed.
///
/// # Panics
/// Where it cannot be run, or fails.
pub fn finished(command: &mut Command) -> String {
    let done = command.output().unwrap();
    assert!(done.status.success(), "{command:?}: {}", text(&done.stderr));
    text(&done.stdout)
}

/// What it prints with these arguments.
///
/// # Panics
/// Where it fails.
pub fn printed(arguments: &[&str]) -> String {
    finished(program().args(arguments))
}

/// What was printed, as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
