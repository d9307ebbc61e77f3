//! `destello join`: the columns of joined tables beside the candidates, and the joined tables of a project.

use std::{path::PathBuf, process::ExitCode};

use super::join_option::{Joins, columns};
use crate::{
    features::open::kept_joins::{self, absolute},
    io::export::{
        FilledColumn,
        columns::{Kind, Value},
    },
    workspace::table,
};

/// Arguments of `join`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, folders and archives; by default those that the project remembers
    #[arg(required_unless_present = "project")]
    paths: Vec<PathBuf>,
    /// The project whose joined tables are meant: given ones are kept in it, and it has them when it is opened next
    #[arg(long, value_name = "FILE")]
    project: Option<PathBuf>,
    #[command(flatten)]
    joins: Joins,
    /// Take this table out of the project; may be given several times
    #[arg(long, value_name = "TABLE", requires = "project")]
    forget: Vec<PathBuf>,
    /// The table to write, with a row for each candidate: .csv, .parquet or .fits; by default CSV on standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Joins, writes the table, and prints how much; exit status 2 where a kept table could not be joined.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if let Some(out) = &args.out {
        // Before the work, not after it.
        table::format_of(out)?;
    }
    let mut project = match &args.project {
        Some(file) => Some(super::label::open_existing(file)?),
        None => None,
    };
    if let Some(project) = &mut project {
        for known in &args.forget {
            let meant = absolute(known);
            let count = kept_joins::forget(project, |join| join.table == meant)?;
            anyhow::ensure!(
                count > 0,
                "{}: no such table is joined in the project",
                meant.display()
            );
        }
    }
    let paths = match &project {
        Some(project) if args.paths.is_empty() => project.paths()?,
        _ => args.paths.clone(),
    };
    let mut catalogue = super::opened::open_some(&paths)?;
    let is_complete = args.joins.join(&mut catalogue, project.as_mut())?;
    let ids: Vec<&str> = catalogue
        .iter()
        .map(|(_, candidate)| &*candidate.id)
        .collect();
    let named: Vec<_> = ids.iter().map(|id| Some(*id)).collect();
    let mut table = vec![FilledColumn {
        name: "objectId".into(),
        kind: Kind::Text,
        unit: "",
        meaning: "identifier of the object".into(),
        values: ids.iter().map(|id| Value::Text((*id).into())).collect(),
    }];
    table.extend(columns(&catalogue, &named));
    table::write("JOINED", &table, args.out.as_deref())?;
    if let Some(out) = &args.out {
        super::print::print_line(&format!(
            "{} candidates with {} joined columns written to {}",
            ids.len(),
            table.len() - 1,
            out.display()
        ))?;
    }
    Ok(ExitCode::from(if is_complete { 0 } else { 2 }))
}
