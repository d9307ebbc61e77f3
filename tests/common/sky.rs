//! A small simulated sky on disk, made by the program itself.

use std::{path::PathBuf, process::Command};

use tempfile::TempDir;

/// Triplets of real and bogus detections, half of each.
pub struct Sky {
    folder: TempDir,
}

impl Sky {
    /// So many of them.
    ///
    /// # Panics
    /// Where they cannot be simulated.
    pub fn new(count: usize) -> Self {
        Self::simulated("mixed", tempfile::tempdir().unwrap(), count)
    }

    /// So many of a survey that is told as TOML.
    pub fn of_survey(survey: &str, count: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("survey.toml");
        std::fs::write(&file, survey).unwrap();
        Self::simulated(&file.display().to_string(), folder, count)
    }

    fn simulated(survey: &str, folder: tempfile::TempDir, count: usize) -> Self {
        let sky = Self { folder };
        let mut command = Command::new(env!("CARGO_BIN_EXE_destello"));
        command.args(["simulate", "triplets", "--survey", survey, "--seed", "7"]);
        command.arg("--count").arg(count.to_string());
        finished(command.arg("--out").arg(sky.path()));
        sky
    }

    /// Its folder.
    pub fn path(&self) -> PathBuf {
        self.beside("sky")
    }

    /// A place beside it.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// What a command printed.
///
/// # Panics
/// Where it cannot be run, or fails.
pub fn finished(command: &mut Command) -> String {
    let done = command.output().unwrap();
    let why = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{why}");
    String::from_utf8_lossy(&done.stdout).into_owned()
}
