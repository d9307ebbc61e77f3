//! Scores of a share of a set's objects, as a part of the table of all: the same rows and columns, whatever the others
//! hold.

use std::{hash::Hasher as _, path::Path};

use anyhow::ensure;
use twox_hash::XxHash64;

use super::{
    class_shares::ShareChoice,
    report::ScoreReport,
    run::{Ready, ScoreNews, ScoreOrder},
    table::with_candid,
};
use crate::{
    domain::{Catalogue, Mjd, Shard, shard::ROW},
    io::{
        export::{
            FilledColumn, Format,
            columns::{Kind, Value},
            write_columns,
        },
        parts::{PartsFolder, What, WholeTable, notes},
    },
    tasks::cancel::CancelToken,
};

/// Name of the table of scores in files that give names to tables.
pub const TABLE: &str = "SCORES";

/// What came of a share.
pub enum Part {
    /// It was there already, and whole.
    Kept,
    Scored(Box<ScoreReport>),
}

/// Scores the objects of a share and puts them among the parts of the table `out`; none where it was cancelled.
///
/// # Errors
/// As [`super::run::score`]; where what is wanted depends on all objects; where parts of another table lie there.
pub fn score_part(
    order: &ScoreOrder,
    shard: Shard,
    out: &Path,
    cancel: &CancelToken,
    report: impl Fn(ScoreNews) + Send + Sync + 'static,
) -> anyhow::Result<Option<Part>> {
    ensure!(
        order.shares == ShareChoice::default(),
        "class shares are those of all objects, which a shard does not know: leave out --shares"
    );
    ensure!(
        order.project.is_none(),
        "a project is one file for all shards: leave out --project, and score with it what is merged"
    );
    let Some(mut ready) = Ready::open(order, cancel, &report)? else {
        return Ok(None);
    };
    let rows = RowsOfSet::of(&ready.catalogue, shard);
    let order_of_all = fingerprint(order, &ready);
    ready.catalogue = ready.catalogue.part(|candidate| shard.holds(&candidate.id));
    let folder = PartsFolder::of(out);
    let whole = WholeTable {
        what: What::Table,
        name: TABLE.into(),
        order: format!("{order_of_all:016x}"),
        rows: rows.all as u64,
    };
    if folder.is_done(shard, &whole).map_err(anyhow::Error::msg)? {
        return Ok(Some(Part::Kept));
    }
    let Some(mut scored) = ready.score(order, cancel, report)? else {
        return Ok(None);
    };
    if rows.has_candid {
        scored.columns = with_candid(scored.columns);
    }
    let about = notes(&scored.columns);
    scored.columns.push(rows.column());
    let write = |beside: &Path| {
        let written = write_columns(beside, Format::Parquet, TABLE, &scored.columns);
        written.map_err(|error| error.to_string())?;
        Ok(rows.mine.len() as u64)
    };
    folder
        .put(shard, whole, about, write)
        .map_err(anyhow::Error::msg)?;
    Ok(Some(Part::Scored(Box::new(scored))))
}

/// The rows of the whole table, and which are those of a share.
struct RowsOfSet {
    all: usize,
    mine: Vec<usize>,
    has_candid: bool,
}

impl RowsOfSet {
    fn of(catalogue: &Catalogue, shard: Shard) -> Self {
        let (mut all, mut mine, mut has_candid) = (0, Vec::new(), false);
        for (_, candidate) in catalogue.iter() {
            let rows = all..all + candidate.epochs.len();
            all = rows.end;
            if shard.holds(&candidate.id) {
                mine.extend(rows);
            }
            has_candid |= candidate.epochs.iter().any(|epoch| epoch.candid.is_some());
        }
        Self {
            all,
            mine,
            has_candid,
        }
    }

    fn column(&self) -> FilledColumn {
        let row = |row: &usize| Value::Int(i64::try_from(*row).unwrap_or(i64::MAX));
        FilledColumn {
            name: ROW.into(),
            kind: Kind::Int,
            unit: "",
            meaning: "number of the row in the whole table".into(),
            values: self.mine.iter().map(row).collect(),
        }
    }
}

/// Models, options, and all objects with their epochs. Where files lie and when they were written does not count: a
/// set may be copied to each machine.
fn fingerprint(order: &ScoreOrder, ready: &Ready) -> u64 {
    let mut hash = XxHash64::with_seed(0);
    let mut add = |text: &str| {
        hash.write(text.as_bytes());
        hash.write(&(text.len() as u64).to_le_bytes());
    };
    for id in ready.model_ids() {
        add(&id);
    }
    add(&format!("{:?} {}", order.orientations, order.level));
    add(&set_fingerprint(&ready.catalogue).to_string());
    hash.finish()
}

/// Of all objects with their epochs.
pub fn set_fingerprint(catalogue: &Catalogue) -> u64 {
    let mut hash = XxHash64::with_seed(0);
    for (_, candidate) in catalogue.iter() {
        hash.write(candidate.id.as_bytes());
        for (epoch, key) in candidate.epochs.iter().zip(candidate.epoch_keys()) {
            hash.write(key.as_bytes());
            hash.write(&epoch.mjd.map_or(f64::NAN, Mjd::days).to_le_bytes());
            hash.write(&(epoch.stamps.len() as u64).to_le_bytes());
        }
        hash.write(b"\n");
    }
    hash.finish()
}
