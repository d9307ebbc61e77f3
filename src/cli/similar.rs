//! `destello similar`: candidates that are like examples, the nearest first, or of each candidate the nearest labelled
//! ones, as a table.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use super::{
    opened::{OpenedForTable, TableArgs},
    progress::{INTERRUPTED, cancel_by_signal, unless_cancelled, with_progress},
};
use crate::{
    domain::{CandidateIx, Catalogue},
    features::similar::{
        labelled_table::{self, NearestLabelled},
        task::{CompareStamps, RankAlike, columns, nearest},
    },
    io::{Decoder, labels_csv},
    learn::similarity::AlikeVectors,
    tasks::{cancel::CancelToken, run_here},
    workspace::{model_registry::ModelRegistry, models},
};

/// Arguments of `similar`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    table: TableArgs,
    /// Identifiers of examples
    #[arg(long, value_name = "ID", required_unless_present = "labels", num_args = 1..)]
    like: Vec<String>,
    /// Identifiers of what is not wanted
    #[arg(long, value_name = "ID", num_args = 1.., conflicts_with = "labels")]
    unlike: Vec<String>,
    /// Rows of the table at most
    #[arg(long, default_value_t = 50)]
    count: usize,
    /// A table of labels (CSV): of every candidate the nearest labelled one of each class, with the likeness
    #[arg(long, value_name = "CSV", conflicts_with = "like")]
    labels: Option<PathBuf>,
    /// The network whose features are compared: one of those that come with destello, or a model file
    #[arg(long, value_name = "NAME|FILE", default_value = models::FEATURES)]
    model: String,
}

/// Ranks them and writes the table; exit status 2 where an input could not be used.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let cancel = cancel_by_signal()?;
    let decoder = Decoder::default();
    let opened = args.table.open(&decoder, &cancel)?;
    let catalogue = &opened.catalogue;
    let [more, less] = [&args.like, &args.unlike].map(|ids| places(catalogue, ids));
    let (more, less) = (more?, less?);
    let labels = args.labels.as_deref();
    let labels = labels
        .map(|table| labels_of(table, catalogue))
        .transpose()?;
    let task = CompareStamps {
        source: args.model.as_str().into(),
        catalogue: catalogue.clone(),
        models: ModelRegistry::default(),
        decoder: Arc::new(decoder),
    };
    let Some(vectors) = unless_cancelled(with_progress(task, cancel.clone()))? else {
        eprintln!("stopped; no table was written");
        return Ok(ExitCode::from(INTERRUPTED));
    };
    if let Some(labels) = labels {
        return write_labelled(&opened, vectors, labels, cancel);
    }
    let task = RankAlike {
        vectors,
        more,
        less,
    };
    let likeness = run_here(task, cancel, |()| ())?;
    let mut order = nearest(&likeness);
    let without = catalogue.len() - order.len();
    order.truncate(args.count);
    let table = columns(&order, &likeness, catalogue);
    let missing = match without {
        0 => String::new(),
        count => format!("; {count} have no stamp that can be compared"),
    };
    let summary = format!(
        "the {} nearest of {} candidates{missing}",
        order.len(),
        catalogue.len()
    );
    opened.write("SIMILAR", &table, &summary)
}

/// The candidates of these identifiers.
fn places(catalogue: &Catalogue, ids: &[String]) -> anyhow::Result<Vec<CandidateIx>> {
    let place = |id: &String| {
        let mut all = catalogue.iter();
        let found = all.find(|(_, candidate)| *candidate.id == **id);
        let found = found.map(|(ix, _)| ix);
        found.ok_or_else(|| anyhow::anyhow!("there is no candidate {id}"))
    };
    ids.iter().map(place).collect()
}

/// The labelled candidates of a table, the last row of each.
fn labels_of(
    table: &Path,
    catalogue: &Catalogue,
) -> anyhow::Result<BTreeMap<CandidateIx, Arc<str>>> {
    let read = labels_csv::read(table)?;
    let rows = read.rows.iter().filter(|row| !row.label.is_empty());
    let (mut labels, mut unknown) = (BTreeMap::new(), 0);
    for row in rows {
        match catalogue.find(&row.id) {
            Some(ix) => drop(labels.insert(ix, row.label.clone())),
            None => unknown += 1,
        }
    }
    if unknown > 0 {
        eprintln!(
            "{}: {unknown} rows name no candidate of this set",
            table.display()
        );
    }
    anyhow::ensure!(
        !labels.is_empty(),
        "{}: no row has a label of a candidate of this set",
        table.display()
    );
    Ok(labels)
}

fn write_labelled(
    opened: &OpenedForTable<'_>,
    vectors: Arc<AlikeVectors>,
    labels: BTreeMap<CandidateIx, Arc<str>>,
    cancel: CancelToken,
) -> anyhow::Result<ExitCode> {
    let count = labels.len();
    let task = NearestLabelled { vectors, labels };
    let Some(nearest) = unless_cancelled(with_progress(task, cancel))? else {
        eprintln!("stopped; no table was written");
        return Ok(ExitCode::from(INTERRUPTED));
    };
    let without = nearest.iter().filter(|one| one.is_empty()).count();
    let missing = match without {
        0 => String::new(),
        count => format!("; {count} have none"),
    };
    let summary = format!(
        "the nearest of {count} labelled ones for {} candidates{missing}",
        nearest.len()
    );
    let table = labelled_table::columns(&nearest, &opened.catalogue);
    opened.write("NEAREST", &table, &summary)
}
