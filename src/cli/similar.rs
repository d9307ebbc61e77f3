//! `destello similar`: candidates that are like examples, the nearest first, as a table.

use std::{process::ExitCode, sync::Arc};

use super::{
    opened::TableArgs,
    progress::{INTERRUPTED, cancel_by_signal, unless_cancelled, with_progress},
};
use crate::{
    domain::{CandidateIx, Catalogue},
    features::similar::task::{CompareStamps, RankAlike, columns, nearest},
    io::Decoder,
    tasks::run_here,
    workspace::{model_registry::ModelRegistry, models},
};

/// Arguments of `similar`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    table: TableArgs,
    /// Identifiers of examples
    #[arg(long, value_name = "ID", required = true, num_args = 1..)]
    like: Vec<String>,
    /// Identifiers of what is not wanted
    #[arg(long, value_name = "ID", num_args = 1..)]
    unlike: Vec<String>,
    /// Rows of the table at most
    #[arg(long, default_value_t = 50)]
    count: usize,
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
