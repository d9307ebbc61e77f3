//! `destello label list`: a project's labels, one a line.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use crate::{
    domain::Catalogue,
    io::export::{Selection, rows},
};

/// Arguments of `label list`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The set whose labels are meant, where no project is named
    paths: Vec<PathBuf>,
    /// The project: its file, or its address on a server; by default the one that the window keeps for these paths
    #[arg(long)]
    project: Option<PathBuf>,
}

/// A name without line ends and other control characters: `\n` for one.
fn one_line(name: &str) -> String {
    let plain = |c: char| {
        if c.is_control() {
            c.escape_default().to_string()
        } else {
            c.to_string()
        }
    };
    name.chars().map(plain).collect()
}

/// Prints identifier, label, annotator and time, separated by tabs.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let (project, _) = super::project_of(args.project.as_deref(), &args.paths)?;
    let book = crate::cli::opened::book_of(&project)?;
    let mut out = io::stdout().lock();
    for row in rows(&book, &Catalogue::default(), Selection::Judged) {
        let label = match row.state.classes.as_slice() {
            [] if row.state.is_unsure => "unsure".to_owned(),
            classes => classes.join(";"),
        };
        let (annotator, at) = row.event.map_or(("", String::new()), |event| {
            (&*event.annotator, event.at.to_string())
        });
        writeln!(out, "{}\t{label}\t{annotator}\t{at}", one_line(row.id))?;
    }
    Ok(ExitCode::SUCCESS)
}
