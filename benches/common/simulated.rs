//! Simulated triplets that a bench is done with, and what each of them is.
#![allow(dead_code, reason = "each bench uses its part of it")]

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::Context as _;
use destello::{
    domain::{Catalogue, Role},
    features::simulation::{
        folder::Crew,
        order::{Kind, SimulationOrder},
        simulate::simulate,
        simulator::simulator_of,
    },
    tasks::cancel::CancelToken,
};

/// Simulates so many triplets of all kinds into a folder.
///
/// # Errors
/// Where they cannot be written.
pub fn triplets(survey: &str, seed: u64, count: u64, out: &Path) -> anyhow::Result<()> {
    let order = SimulationOrder {
        kind: Kind::Triplets,
        survey: survey.into(),
        templates: None,
        classes: Vec::new(),
        roles: vec![Role::Science, Role::Reference, Role::Difference],
        count,
        seed,
        out: out.to_owned(),
    };
    let cancel = CancelToken::default();
    simulate(&order, &simulator_of, &Crew::new(2, &cancel, &|_| ()))?;
    Ok(())
}

/// The kind of every candidate, in the order of the catalogue.
///
/// # Errors
/// Where the truth cannot be read, or has none of a candidate.
pub fn kinds(catalogue: &Catalogue, out: &Path) -> anyhow::Result<Vec<String>> {
    let truth = fs::read_to_string(out.join("truth.csv"))?;
    let rows = truth.lines().skip(1).filter_map(|line| {
        let mut cells = line.split(',');
        Some((cells.next()?, cells.nth(1)?))
    });
    let of: BTreeMap<&str, &str> = rows.collect();
    let kind = |id: &str| of.get(id).copied().map(str::to_owned).context("no truth");
    catalogue.iter().map(|(_, known)| kind(&known.id)).collect()
}
