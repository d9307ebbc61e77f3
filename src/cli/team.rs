//! `destello team`: who judges which candidates, and how far everybody is.

use std::{path::PathBuf, process::ExitCode};

use clap::Subcommand;

use super::{
    label::project_of,
    opened::{book_of, open_some},
    print::print_line,
};
use crate::{
    domain::{Assignment, LabelAction, LabelEvent, Origin},
    features::team::tally::{Shares, TeamTally},
    store::Project,
    workspace::{annotator::annotator, clock},
};

/// Arguments of `team`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Assign candidates to people, each to so many of them
    ///
    /// Who judges which candidate follows from their names alone, so that everybody who has the project has the same shares; the last
    /// assignment counts. In the window a person does not see what others called a candidate that is assigned to them before they
    /// have judged it. Whoever comes in takes a share of each of the others, whoever leaves gives theirs to them; labels stay.
    Assign(AssignArgs),
    /// Print how many of their candidates everybody has judged, and how well they agree
    Status(StatusArgs),
}

#[derive(Debug, clap::Args)]
struct AssignArgs {
    /// The project: its file, or its address on a server; made where there is none
    #[arg(long)]
    project: PathBuf,
    /// Names as they stand in labels, with commas between
    #[arg(long, value_name = "NAMES", required_unless_present = "none")]
    people: Option<String>,
    /// How many judge each candidate
    #[arg(long, value_name = "NUMBER", default_value_t = 2)]
    judges: usize,
    /// Assign no candidate to anybody
    #[arg(long, conflicts_with_all = ["people", "judges"])]
    none: bool,
    /// Who assigns; by default the system's user name
    #[arg(long, value_name = "NAME")]
    annotator: Option<String>,
}

#[derive(Debug, clap::Args)]
struct StatusArgs {
    /// The set that is judged; without it the candidates that somebody has judged are counted
    paths: Vec<PathBuf>,
    /// The project: its file, or its address on a server; by default the one that the window keeps for these paths
    #[arg(long)]
    project: Option<PathBuf>,
}

pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.what {
        What::Assign(args) => assign(args),
        What::Status(args) => status(args),
    }
}

fn assign(args: &AssignArgs) -> anyhow::Result<ExitCode> {
    let assignment = match &args.people {
        Some(people) if !args.none => {
            Assignment::parse(people, args.judges).map_err(anyhow::Error::msg)?
        }
        _ => Assignment::default(),
    };
    let mut project = Project::open_or_create(&args.project)?;
    let words = assignment.in_words();
    let event = LabelEvent {
        step: project.step_ids()?.next_step(),
        candidate: "".into(),
        action: LabelAction::Assign(assignment),
        vocabulary: "".into(),
        annotator: annotator(args.annotator.as_deref()).into(),
        at: clock::now(),
        dwell_ms: None,
        shown: None,
        model: None,
        score: None,
        origin: Origin::CommandLine,
        program: env!("CARGO_PKG_VERSION").into(),
    };
    project.append(&[event])?;
    print_line(&words)?;
    Ok(ExitCode::SUCCESS)
}

fn status(args: &StatusArgs) -> anyhow::Result<ExitCode> {
    let (project, paths) = project_of(args.project.as_deref(), &args.paths)?;
    let book = book_of(&project)?;
    let tally = if paths.is_empty() {
        let known = book.candidates().into_iter().map(|(id, _)| id);
        let judged = known.filter(|id| !book.judges(id).is_empty());
        let shares = Shares::of(book.assignment(), judged);
        TeamTally::of(&book, &shares, |_| true)
    } else {
        let catalogue = open_some(&paths)?;
        let ids = catalogue.iter().map(|(_, candidate)| &candidate.id);
        let shares = Shares::of(book.assignment(), ids);
        TeamTally::of(&book, &shares, |id| catalogue.find(id).is_some())
    };
    if let Some(assignment) = book.assignment() {
        print_line(&assignment.in_words())?;
    }
    print_line(&tally.in_words())?;
    for (person, own) in &tally.people {
        print_line(&format!("{person}: {}", own.in_words()))?;
    }
    for line in &tally.agreement {
        print_line(line)?;
    }
    Ok(ExitCode::SUCCESS)
}
