//! The demo sky: a survey of its own in the user's cache folder, made once.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;

use super::{
    folder::{Crew, Sky, fill},
    order::{Kind, Naming, SimulationOrder},
    simulate::Simulated,
    simulator::{SimulatorOf, prepare},
};
use crate::{
    domain::{ImageSequence, Role},
    io::simulation_manifest::{MANIFEST, Manifest, TRUTH_TABLE},
    simulate::{Random, Simulate},
};

/// The survey, whose conditions differ from those that networks are trained in.
const SURVEY: &str = "demo";
/// Of the whole demo.
const SEED: u64 = 2015;
/// Candidates.
const COUNT: u64 = 2000;
/// Of so many consecutive candidates …
const CYCLE: usize = 5;
/// … this many are sequences, in an order that tells nothing, and the others triplets.
const SEQUENCES: usize = 2;
/// Which random numbers mix them.
const STREAM: u64 = 100;

/// Where the demo lies; none where there is no home folder.
pub fn demo_folder() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "destello")?;
    Some(folders.cache_dir().join("demo"))
}

/// Sequences and triplets in turn.
struct Mixed {
    sequences: Arc<dyn Simulate>,
    triplets: Arc<dyn Simulate>,
}

impl Simulate for Mixed {
    fn candidate(&self, index: u64) -> ImageSequence {
        let round = index / CYCLE as u64;
        let place = Random::place_in_block(SEED, STREAM, index, CYCLE);
        if place < SEQUENCES {
            self.sequences
                .candidate(round * SEQUENCES as u64 + place as u64)
        } else {
            let each = (CYCLE - SEQUENCES) as u64;
            self.triplets
                .candidate(round * each + (place - SEQUENCES) as u64)
        }
    }
}

/// Makes the demo: 800 sequences of all classes and 1,200 triplets, real and bogus, mixed.
///
/// A finished one is taken as it is, an unfinished one completed, and one of another version
/// replaced.
///
/// # Errors
/// Where the folder holds something else or cannot be written.
pub fn make_demo(
    folder: &Path,
    simulator_of: &SimulatorOf,
    crew: &Crew<'_>,
) -> anyhow::Result<Simulated> {
    let order = |kind| SimulationOrder {
        kind,
        survey: SURVEY.into(),
        templates: None,
        classes: Vec::new(),
        roles: vec![Role::Science, Role::Reference, Role::Difference],
        count: COUNT,
        seed: SEED,
        out: folder.to_owned(),
    };
    let (sequences, triplets) = (order(Kind::Sequences), order(Kind::Triplets));
    let prepared = prepare(&sequences)?;
    let mut table = sequences.table(&prepared);
    table.insert("kind".into(), "demo".into());
    let sky = Sky {
        simulator: Arc::new(Mixed {
            sequences: simulator_of(&sequences, &prepared)?,
            triplets: simulator_of(&triplets, &prepared)?,
        }),
        naming: Naming::new("demo".into(), COUNT),
        count: COUNT,
        survey: prepared.survey.title.clone(),
        seed: SEED,
        order: table,
    };
    clear_other_version(folder, &sky)
        .with_context(|| format!("{}: an older demo cannot be removed", folder.display()))?;
    fill(folder, &sky, crew)
}

/// Removes the files of a demo that this version would make otherwise, and nothing else.
fn clear_other_version(folder: &Path, sky: &Sky) -> std::io::Result<()> {
    let wanted = Manifest::new(sky.order.clone());
    let is_other = |known: &Manifest| {
        let is_demo = known.order.get("kind").and_then(toml::Value::as_str) == Some("demo");
        is_demo && known.difference(&wanted).is_some()
    };
    match Manifest::read(folder) {
        Ok(None) => return Ok(()),
        Ok(Some(known)) if !is_other(&known) => return Ok(()),
        // A power cut may leave the manifest empty: what it belonged to is made again.
        Ok(Some(_)) | Err(_) => {}
    }
    // The manifest last: a removal that is interrupted is begun again.
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name == TRUTH_TABLE || is_of_a_demo(&name) {
            fs::remove_file(path)?;
        }
    }
    fs::remove_file(folder.join(MANIFEST))
}

/// True for `demo-000123.fits`, of a demo of any size.
fn is_of_a_demo(name: &str) -> bool {
    let number = name
        .strip_prefix("demo-")
        .and_then(|name| name.strip_suffix(".fits"));
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}
