//! A person of a team at the command line, with a home folder of their own.

use std::{
    fs,
    io::{BufRead as _, BufReader, Lines, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use destello::{domain::LabelEvent, store::Project};
use tempfile::TempDir;

use crate::common::program::{finished, program, text};

/// A person, the address of the project, and what is kept at home.
pub struct Person {
    pub name: &'static str,
    home: TempDir,
    address: String,
}

impl Person {
    pub fn new(name: &'static str, address: &str) -> Self {
        Self {
            name,
            home: tempfile::tempdir().unwrap(),
            address: address.to_owned(),
        }
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The program at this person's home, without passwords of whoever runs the tests.
    pub fn program(&self) -> Command {
        let mut program = program();
        let home = self.home.path();
        program
            .env("HOME", home)
            .env("XDG_DATA_HOME", home.join("data"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env_remove("PGPASSWORD")
            .env_remove("PGPASSFILE");
        program
    }

    /// What `label list` prints: a line a candidate, identifier, label and annotator. With that labels are exchanged.
    pub fn list(&self) -> Vec<String> {
        let mut list = self.program();
        list.args(["label", "list", "--project", &self.address]);
        let lines = finished(&mut list);
        let without_time = |line: &str| line.rsplit_once('\t').unwrap().0.replace('\t', " ");
        lines.lines().map(without_time).collect()
    }

    /// The same while the server is away: what is printed on standard error.
    pub fn list_offline(&self) -> String {
        let mut list = self.program();
        list.args(["label", "list", "--project", &self.address]);
        let done = list.output().unwrap();
        assert!(done.status.success(), "{}", text(&done.stderr));
        text(&done.stderr)
    }

    /// The local copy.
    pub fn copy(&self) -> PathBuf {
        let folder = self.home.path().join("data/destello/projects");
        let files = fs::read_dir(folder).unwrap().flatten();
        let mut copies: Vec<PathBuf> = files.map(|file| file.path()).collect();
        copies.retain(|file| file.extension().is_some_and(|ending| ending == "destello"));
        assert_eq!(copies.len(), 1, "{copies:?}");
        copies.remove(0)
    }

    /// All events of the local copy, in the order in which they count.
    pub fn history(&self) -> Vec<LabelEvent> {
        Project::open_existing(self.copy())
            .unwrap()
            .history()
            .unwrap()
            .0
    }

    /// Begins to label.
    pub fn stream(&self) -> Stream {
        let mut stream = self.program();
        stream
            .args(["label", "stream", "--annotator", self.name, "--project"])
            .arg(&self.address)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = stream.spawn().unwrap();
        Stream {
            input: child.stdin.take(),
            answers: BufReader::new(child.stdout.take().unwrap()).lines(),
            child,
        }
    }
}

/// A person who labels by lines.
pub struct Stream {
    input: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
    child: Child,
}

impl Stream {
    /// The answer to a line.
    pub fn answer(&mut self, line: &str) -> String {
        let input = self.input.as_mut().unwrap();
        writeln!(input, "{line}").unwrap();
        input.flush().unwrap();
        self.answers.next().unwrap().unwrap()
    }

    /// Gives a decision that is to be acknowledged.
    pub fn decide(&mut self, line: &str) {
        let answer = self.answer(line);
        assert!(answer.starts_with("ok "), "{line}: {answer}");
    }

    /// Ends it; what it printed on standard error.
    pub fn end(mut self) -> String {
        self.input = None;
        let done = self.child.wait_with_output().unwrap();
        assert!(done.status.success(), "{}", text(&done.stderr));
        text(&done.stderr)
    }
}
