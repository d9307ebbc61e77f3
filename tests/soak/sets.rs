//! Stamp sets, projects and tables that a soak opens, and some that cannot be opened.

use std::path::PathBuf;

use crate::common::{StampSet, test_survey::test_skies};
use destello::features::simulation::simulator::SimulatorOf;

/// What there is to open.
pub struct Sets {
    first: StampSet,
    second: StampSet,
    /// Simulators that take no time.
    pub skies: std::sync::Arc<SimulatorOf>,
}

impl Sets {
    /// Two sets, a table of labels, and files that are none.
    pub fn new() -> Self {
        let sets = Self {
            first: StampSet::many(40, 11, 3),
            second: StampSet::many(12, 15, 1),
            skies: test_skies().0,
        };
        std::fs::write(
            sets.first.beside("labels.csv"),
            "id,label\nobject003,real\nobject004,bogus\nobject009,real\nnobody,real\n",
        )
        .unwrap();
        std::fs::write(sets.first.beside("wrong.csv"), "a;b\n1;2\n").unwrap();
        std::fs::create_dir(sets.first.beside("empty")).unwrap();
        std::fs::write(sets.first.path().join("broken.fits"), b"SIMPLE  =").unwrap();
        sets
    }

    /// Paths and project: the first set and its project, most of the time.
    pub fn opening(&self, number: u64) -> (Vec<PathBuf>, Option<PathBuf>) {
        let project = |set: &StampSet| Some(set.beside("night.destello"));
        match number % 8 {
            0..=3 => (vec![self.first.path()], project(&self.first)),
            4 => (Vec::new(), project(&self.first)),
            5 => (vec![self.second.path()], project(&self.second)),
            6 => (
                vec![self.first.beside("empty")],
                Some(self.first.beside("none.destello")),
            ),
            _ => (
                vec![self.first.beside("missing")],
                Some(self.first.beside("none.destello")),
            ),
        }
    }

    /// The project that both seats share.
    pub fn shared_project(&self) -> PathBuf {
        self.first.beside("night.destello")
    }

    /// A file for a dialog: good and bad ones.
    pub fn file(&self, number: u64) -> PathBuf {
        let name = match number % 6 {
            0 => "labels.csv",
            1 => "wrong.csv",
            2 => "nothing.csv",
            3 => "out.csv",
            4 => "out.jsonl",
            _ => "no such folder/out.csv",
        };
        self.first.beside(name)
    }

    /// Where simulations go.
    pub fn demo_folder(&self) -> PathBuf {
        self.first.beside("demo")
    }
}
