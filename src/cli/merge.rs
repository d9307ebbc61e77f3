//! `destello merge`: the parts of a table, put together.

use std::{path::PathBuf, process::ExitCode};

use crate::{
    io::{
        export::Format,
        parts::{PartsFolder, merge},
    },
    workspace::table,
};

/// Arguments of `merge`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What `score` or `convert` was given as `--out`: its parts lie beside it, in a folder that ends in .parts
    #[arg(required = true, value_name = "OUT")]
    tables: Vec<PathBuf>,
}

/// Merges each table, and prints its rows.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    for out in &args.tables {
        table::format_of(out)?;
        let merged = merge(out, Format::of_path(out)).map_err(anyhow::Error::msg)?;
        super::print::print_line(&format!(
            "{} rows of {} parts written to {}; {} is not needed any more",
            merged.rows,
            merged.parts,
            out.display(),
            PartsFolder::of(out).path().display()
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}
