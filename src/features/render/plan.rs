//! What pictures are made of: which candidates, epochs and roles stand in which cell.

use anyhow::{Context, bail, ensure};

use super::pictures::{Kind, RenderOrder};
use crate::domain::{Candidate, CandidateIx, Catalogue, Epoch, Role};

/// Most pictures of a set whose identifiers an error names.
const NAMED: usize = 3;

/// One stamp of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shot {
    pub candidate: CandidateIx,
    /// From 0.
    pub epoch: usize,
    pub role: Role,
}

/// Cells of one picture, row by row; a cell stays empty where there is no such stamp.
pub(crate) struct Plan {
    /// The file's name, where a folder is given.
    pub name: String,
    pub rows: Vec<Vec<Option<Shot>>>,
    /// Cells that stand close together: the roles of one candidate.
    pub group: usize,
    /// Each row in words.
    pub words: Vec<String>,
}

/// Pictures whose stamps are decoded together.
pub(crate) type Batch = Vec<Plan>;

/// All pictures of an order.
pub(crate) fn plan(order: &RenderOrder, catalogue: &Catalogue) -> anyhow::Result<Vec<Batch>> {
    let chosen = choose(&order.ids, catalogue)?;
    let roles = choose_roles(order, catalogue, &chosen)?;
    let found = |ix: &CandidateIx| catalogue.get(*ix).map(|candidate| (*ix, candidate));
    let chosen: Vec<_> = chosen.iter().filter_map(found).collect();
    match order.kind {
        Kind::Sheet => sheets(order, &roles, &chosen),
        Kind::Stamps => chosen
            .iter()
            .map(|(ix, candidate)| stamps(order, &roles, *ix, candidate))
            .collect(),
        Kind::Strip => {
            ensure!(order.epoch.is_none(), "--epoch: a strip shows all epochs");
            Ok(chosen
                .iter()
                .map(|(ix, candidate)| strip(&roles, *ix, candidate))
                .collect())
        }
    }
}

/// The candidates asked for, in that order; all where none is named.
fn choose(ids: &[String], catalogue: &Catalogue) -> anyhow::Result<Vec<CandidateIx>> {
    if ids.is_empty() {
        return Ok(catalogue.iter().map(|(ix, _)| ix).collect());
    }
    let find = |id: &String| {
        catalogue.find(id).with_context(|| {
            let known: Vec<_> = catalogue.iter().take(NAMED).map(|(_, c)| &*c.id).collect();
            let count = catalogue.len();
            format!(
                "--id {id}: not among the {count} candidates ({}, …)",
                known.join(", ")
            )
        })
    };
    ids.iter().map(find).collect()
}

/// The roles asked for, checked; else those there are that this kind of picture shows.
fn choose_roles(
    order: &RenderOrder,
    catalogue: &Catalogue,
    chosen: &[CandidateIx],
) -> anyhow::Result<Vec<Role>> {
    let candidates = || chosen.iter().filter_map(|ix| catalogue.get(*ix));
    let has = |role: &Role| {
        let mut epochs = candidates().flat_map(|candidate| &candidate.epochs);
        epochs.any(|epoch| epoch.stamp(*role).is_some())
    };
    let known: Vec<Role> = Role::ALL.into_iter().filter(has).collect();
    if let Some(missing) = order.roles.iter().find(|role| !known.contains(role)) {
        let known: Vec<_> = known.iter().map(|role| role.name()).collect();
        let there = if known.is_empty() {
            "none at all".into()
        } else {
            known.join(", ")
        };
        bail!(
            "--role {}: no stamp shows it; there are: {there}",
            missing.name()
        );
    }
    if !order.roles.is_empty() {
        return Ok(order.roles.clone());
    }
    let is_shown = |role: &Role| match order.kind {
        // As in the window's mosaic.
        Kind::Sheet => matches!(role, Role::Science | Role::Reference | Role::Difference),
        Kind::Stamps | Kind::Strip => true,
    };
    Ok(known.into_iter().filter(is_shown).collect())
}

/// The epoch asked for, else the one that the window looks at first; from 0.
fn epoch_of(order: &RenderOrder, candidate: &Candidate) -> anyhow::Result<usize> {
    let Some(number) = order.epoch else {
        return Ok(candidate.first_look());
    };
    let epochs = candidate.epochs.len();
    ensure!(
        (1..=epochs).contains(&number),
        "--epoch {number}: {} has {epochs} epochs, numbered from 1",
        candidate.id
    );
    Ok(number - 1)
}

fn stamps(
    order: &RenderOrder,
    roles: &[Role],
    ix: CandidateIx,
    candidate: &Candidate,
) -> anyhow::Result<Batch> {
    let epoch = epoch_of(order, candidate)?;
    let shots = roles
        .iter()
        .filter_map(|role| shot(ix, candidate, epoch, *role));
    let plans = shots.map(|shot| {
        let role = shot.role.name();
        Plan {
            name: format!("{}_{}_{role}.png", file_name(&candidate.id), epoch + 1),
            rows: vec![vec![Some(shot)]],
            group: 1,
            words: vec![format!("{} {role}", place(candidate, epoch))],
        }
    });
    Ok(plans.collect())
}

fn strip(roles: &[Role], ix: CandidateIx, candidate: &Candidate) -> Batch {
    let epochs = candidate.epochs.len();
    let roles: Vec<_> = candidate
        .roles()
        .into_iter()
        .filter(|role| roles.contains(role))
        .collect();
    let row = |role: &Role| {
        (0..epochs)
            .map(|epoch| shot(ix, candidate, epoch, *role))
            .collect()
    };
    let words = |role: &Role| format!("{} {}, epochs 1 to {epochs}", candidate.id, role.name());
    let plan = Plan {
        name: format!("{}_strip.png", file_name(&candidate.id)),
        rows: roles.iter().map(row).collect(),
        group: 1,
        words: roles.iter().map(words).collect(),
    };
    vec![plan]
}

fn sheets(
    order: &RenderOrder,
    roles: &[Role],
    chosen: &[(CandidateIx, &Candidate)],
) -> anyhow::Result<Vec<Batch>> {
    let columns = order.columns.max(1);
    let pages = chosen.chunks(columns * order.rows.max(1));
    let is_only = pages.len() == 1;
    let page = |(number, page): (usize, &[(CandidateIx, &Candidate)])| {
        let mut rows = Vec::new();
        let mut words = Vec::new();
        for row in page.chunks(columns) {
            let mut cells = Vec::new();
            let mut names = Vec::new();
            for (ix, candidate) in row {
                let epoch = epoch_of(order, candidate)?;
                cells.extend(roles.iter().map(|role| shot(*ix, candidate, epoch, *role)));
                names.push(place(candidate, epoch));
            }
            rows.push(cells);
            words.push(names.join(", "));
        }
        let name = if is_only {
            "sheet.png".into()
        } else {
            format!("sheet_{:04}.png", number + 1)
        };
        let plan = Plan {
            name,
            rows,
            group: roles.len(),
            words,
        };
        Ok(vec![plan])
    };
    pages.enumerate().map(page).collect()
}

fn shot(ix: CandidateIx, candidate: &Candidate, epoch: usize, role: Role) -> Option<Shot> {
    candidate.epochs.get(epoch)?.stamp(role)?;
    Some(Shot {
        candidate: ix,
        epoch,
        role,
    })
}

/// Candidate and epoch in words.
fn place(candidate: &Candidate, epoch: usize) -> String {
    let exposure = candidate.epochs.get(epoch);
    let mjd = exposure.and_then(|epoch: &Epoch| epoch.mjd);
    let mjd = mjd.map_or_else(String::new, |mjd| format!(" (MJD {:.4})", mjd.days()));
    format!("{} epoch {}{mjd}", candidate.id, epoch + 1)
}

/// An identifier as a part of a file's name.
fn file_name(id: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    let name: String = id
        .chars()
        .map(|c| if is_plain(c) { c } else { '_' })
        .collect();
    name.trim_start_matches('.').to_owned()
}
