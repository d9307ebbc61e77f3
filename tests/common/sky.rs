//! A small simulated sky on disk, made by the program itself.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::program::{finished, program};

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
        simulate("triplets", survey, 7, count, &sky.path());
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

/// Has the program simulate so many of `what` into a folder.
///
/// # Panics
/// Where it fails.
pub fn simulate(what: &str, survey: &str, seed: u64, count: usize, out: &Path) {
    let mut command = program();
    command.args(["simulate", what, "--survey", survey]);
    command.arg("--seed").arg(seed.to_string());
    command.arg("--count").arg(count.to_string());
    finished(command.arg("--out").arg(out));
}
