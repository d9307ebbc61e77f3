//! Simulated sets on disk, made in this process by the built-in simulators.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use destello::{
    features::simulation::{
        folder::Crew,
        order::{Kind, SimulationOrder},
        simulate,
        simulator::simulator_of,
    },
    tasks::cancel::CancelToken,
};
use tempfile::TempDir;

use super::InlineWindow;

/// An order of so many candidates of any class, with the images that are usual.
pub fn order(kind: Kind, survey: &str, count: u64, seed: u64, out: &Path) -> SimulationOrder {
    SimulationOrder {
        kind,
        survey: survey.into(),
        templates: None,
        classes: Vec::new(),
        roles: kind.usual_roles().to_vec(),
        count,
        seed,
        out: out.to_owned(),
    }
}

/// Has an order carried out on one thread.
///
/// # Panics
/// Where that fails.
pub fn simulate(order: &SimulationOrder) {
    let cancel = CancelToken::default();
    let crew = Crew::new(1, &cancel, &|_| ());
    simulate::simulate(order, &simulator_of, &crew).unwrap();
}

/// ZTF triplets of three kinds in a folder of their own, two of artefacts and one of real ones, and the kind of each.
pub struct ThreeKinds {
    folder: TempDir,
    pub of: BTreeMap<String, String>,
}

impl ThreeKinds {
    /// # Panics
    /// Where they cannot be made.
    pub fn new(count: u64, seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("night");
        let kinds = ["psf_ring", "bad_column", "hostless"];
        simulate(&SimulationOrder {
            classes: kinds.map(Into::into).to_vec(),
            ..order(Kind::Triplets, "ztf", count, seed, &out)
        });
        let truth = fs::read_to_string(out.join("truth.csv")).unwrap();
        let rows = truth.lines().skip(1).map(|line| {
            let mut cells = line.split(',');
            let id = cells.next().unwrap().to_owned();
            (id, cells.nth(1).unwrap().to_owned())
        });
        let of = rows.collect();
        Self { folder, of }
    }

    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn path(&self) -> PathBuf {
        self.beside("night")
    }

    pub fn window(&self) -> InlineWindow {
        InlineWindow::on(&self.path(), &self.beside("night.destello"))
    }

    /// Identifiers of some of a kind.
    pub fn some(&self, kind: &str, count: usize) -> Vec<&str> {
        let all = self.of.iter().filter(|(_, of)| **of == *kind);
        all.map(|(id, _)| &**id).take(count).collect()
    }
}
