//! `destello inspect`: what is in these files.

use std::{path::PathBuf, process::ExitCode};

use crate::{
    domain::StampRef, features::open::inspect::inspect, io::RULE_BOOK, workspace::open::read_all,
};

/// Arguments of `inspect`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, folders and archives
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Print by which rule each file was read, and what made files one object or several
    #[arg(long, conflicts_with = "json")]
    why: bool,
}

/// Prints what was found; exit status 2 where nothing could be opened or a path is not there.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if args.why {
        return why(&args.paths);
    }
    let inspection = inspect(&args.paths);
    if args.json {
        super::print::print_line(&serde_json::to_string_pretty(&inspection)?)?;
    } else {
        super::print::print_line(&inspection.report())?;
    }
    Ok(status(&args.paths, inspection.objects == 0))
}

/// The rules that were applied, and each object with what it was made of.
fn why(paths: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let opened = read_all(paths);
    super::print::print_line(RULE_BOOK)?;
    for (path, rule) in &opened.recognised {
        super::print::print_line(&format!("{}: {rule}", path.display()))?;
    }
    for problem in &opened.problems {
        super::print::print_line(&format!("problem    {problem}"))?;
    }
    for (_, candidate) in opened.catalogue.iter() {
        let place = candidate
            .position_deg
            .map_or_else(String::new, |[ra, dec]| format!(" at {ra:.6} {dec:+.6}"));
        let epochs = candidate.epochs.len();
        super::print::print_line(&format!("{}{place}: {epochs} epochs", candidate.id))?;
        for epoch in &candidate.epochs {
            let time = epoch.mjd.map_or_else(
                || "no time".to_owned(),
                |mjd| format!("MJD {} {}", mjd.days(), mjd.scale().name()),
            );
            let stamp = |stamp: &StampRef| {
                format!(
                    "{} {} ({})",
                    stamp.role.name(),
                    stamp.source.path.display(),
                    stamp.part
                )
            };
            let stamps: Vec<_> = epoch.stamps.iter().map(stamp).collect();
            let candid = epoch.candid.as_deref().unwrap_or("no candid");
            super::print::print_line(&format!("  {candid}, {time}: {}", stamps.join(", ")))?;
        }
    }
    if let Some(copies) = opened.catalogue.copies_in_words() {
        super::print::print_line(&format!("note       {copies}"))?;
    }
    Ok(status(paths, opened.catalogue.is_empty()))
}

/// 2 where nothing could be opened, or something that was named is not there.
fn status(paths: &[PathBuf], is_empty: bool) -> ExitCode {
    let is_missing = paths.iter().any(|path| !path.exists());
    ExitCode::from(if is_empty || is_missing { 2 } else { 0 })
}
