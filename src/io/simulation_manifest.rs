//! `simulation.toml`: which order a folder of simulated candidates belongs to, and whether all
//! of them are there.

use std::{fs, io, path::Path};

use serde::{Deserialize, Serialize};

/// Name of the file.
pub const MANIFEST: &str = "simulation.toml";
/// Name of the truth table beside it.
pub const TRUTH_TABLE: &str = "truth.csv";

const HEAD: &str = "# Simulated by destello. The same order with the same version goes on where it \
                    stopped.\n";

/// What the file says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the program: others may make other pixels.
    pub version: String,
    /// True once every file is there.
    pub is_complete: bool,
    /// The order, name by name.
    pub order: toml::Table,
}

impl Manifest {
    /// The manifest of a new folder.
    pub fn new(order: toml::Table) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").into(),
            is_complete: false,
            order,
        }
    }

    /// The manifest of a folder; none where it has none.
    ///
    /// # Errors
    /// Where there is one that cannot be read or understood: a clause.
    pub fn read(folder: &Path) -> Result<Option<Self>, String> {
        let text = match fs::read_to_string(folder.join(MANIFEST)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text.map_err(|error| format!("{MANIFEST} cannot be read: {error}"))?,
        };
        let manifest = toml::from_str(&text);
        manifest.map(Some).map_err(|error| {
            let why = error.message().to_owned();
            format!("{MANIFEST} is none of destello's: {why}")
        })
    }

    /// Its text.
    ///
    /// # Errors
    /// Where the order holds what TOML cannot.
    pub fn text(&self) -> Result<String, toml::ser::Error> {
        Ok(format!("{HEAD}{}", toml::to_string(self)?))
    }

    /// What this folder has that another manifest has otherwise: a clause; none where both are
    /// of one order.
    pub fn difference(&self, other: &Self) -> Option<String> {
        if self.version != other.version {
            let (there, here) = (&self.version, &other.version);
            return Some(format!(
                "it was made by version {there}, and this is {here}"
            ));
        }
        let names = self.order.keys().chain(other.order.keys());
        let mut changed = names.filter(|name| self.order.get(*name) != other.order.get(*name));
        let name = changed.next()?;
        let shown = |order: &toml::Table| order.get(name).map_or("none".into(), shown);
        let (there, here) = (shown(&self.order), shown(&other.order));
        Some(format!("its {name} is {there}, not {here}"))
    }
}

fn shown(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(values) => values.iter().map(shown).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(order: &str) -> Manifest {
        Manifest::new(toml::from_str(order).unwrap())
    }

    #[test]
    fn a_difference_is_named() {
        let old = manifest("seed = 1\nclasses = ['a', 'b']");
        assert_eq!(
            old.difference(&manifest("classes = ['a', 'b']\nseed = 1")),
            None
        );
        let difference = |order| old.difference(&manifest(order)).unwrap();
        assert_eq!(
            difference("seed = 2\nclasses = ['a', 'b']"),
            "its seed is 1, not 2"
        );
        assert_eq!(difference("seed = 1"), "its classes is a,b, not none");
        let mut newer = old.clone();
        newer.version = "9.9.9".into();
        assert!(old.difference(&newer).unwrap().contains("9.9.9"));
    }

    #[test]
    fn a_manifest_comes_back_from_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Manifest::read(folder.path()), Ok(None));
        let written = manifest("seed = 1");
        fs::write(folder.path().join(MANIFEST), written.text().unwrap()).unwrap();
        assert_eq!(Manifest::read(folder.path()), Ok(Some(written)));
        fs::write(folder.path().join(MANIFEST), "title = 'mine'").unwrap();
        assert!(
            Manifest::read(folder.path())
                .unwrap_err()
                .contains(MANIFEST)
        );
    }
}
