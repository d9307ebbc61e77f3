//! `destello label agreement`: how well annotators agree, where they do not, and what they say together.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, ensure};

use crate::{
    cli::print::print_line,
    domain::agreement::Votes,
    features::labelling::agreement::{self, Gathered},
    io::{
        agreement_csv,
        export::certificate::{self, Certificate, Pair, Shown},
        whole_file::write_whole,
    },
};

/// Arguments of `label agreement`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Project files; annotators are told apart by their names
    #[arg(long, num_args = 1.., required_unless_present = "labels")]
    project: Vec<PathBuf>,
    /// Tables of labels (CSV); one without a column of annotators is one annotator
    #[arg(long, num_args = 1..)]
    labels: Vec<PathBuf>,
    /// Write what annotators say together of each candidate as CSV
    #[arg(long, value_name = "CSV")]
    consensus: Option<PathBuf>,
    /// What they say together: the class with most votes (ties have none), or the likeliest by the skill
    /// of each annotator, which the votes themselves tell (Dawid & Skene 1979)
    #[arg(long, value_enum, default_value_t = By::Majority, requires = "consensus")]
    by: By,
    /// Write the candidates on which annotators differ as CSV, a column for each of them
    #[arg(long, value_name = "CSV")]
    conflicts: Option<PathBuf>,
    /// Write a certificate of agreement of two annotators as one HTML page: figures, table of classes, what they differ on
    #[arg(long, value_name = "HTML")]
    certificate: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum By {
    Majority,
    Skill,
}

/// Prints kappas and skills, and writes what is asked for.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let Gathered {
        votes,
        repeats,
        notes,
    } = agreement::gather(&args.project, &args.labels)?;
    for note in &notes {
        eprintln!("{note}");
    }
    for pair in votes.pairs() {
        print_line(&pair.in_words())?;
    }
    let (kappa, candidates) = votes.fleiss();
    let annotators = votes.annotators().len();
    if annotators > 1 {
        print_line(&format!(
            "all {annotators} annotators: Fleiss' kappa {} over {candidates} candidates",
            in_words(kappa)
        ))?;
    } else {
        print_line("one annotator alone: there is no other to agree with")?;
    }
    for (name, again) in &repeats {
        let (alike, all) = (again.alike, again.all);
        print_line(&format!(
            "{name} again, the first word hidden: {alike} of {all} as before"
        ))?;
    }
    if annotators > 2 {
        for (name, skill) in votes.skills().of_annotators {
            let votes = skill.votes;
            print_line(&skill.accuracy.map_or_else(
                || format!("{name}: not judged, no class and candidate is shared with another"),
                |share| {
                    let percent = 100.0 * share;
                    format!("{name}: {percent:.0} % right of {votes}, by the votes of all")
                },
            ))?;
        }
    }
    if let Some(path) = &args.consensus {
        let table = match args.by {
            By::Majority => agreement_csv::consensus(&votes)?,
            By::Skill => agreement_csv::consensus_by_skill(&votes)?,
        };
        write_whole(path, table.as_bytes()).with_context(|| path.display().to_string())?;
    }
    if let Some(path) = &args.conflicts {
        write_whole(path, agreement_csv::conflicts(&votes)?.as_bytes())
            .with_context(|| path.display().to_string())?;
    }
    if let Some(path) = &args.certificate {
        certify(path, &votes)?;
    }
    Ok(ExitCode::from(if notes.is_empty() { 0 } else { 2 }))
}

/// The certificate of two: the first stands for the truth.
fn certify(path: &Path, votes: &Votes) -> anyhow::Result<()> {
    let mut pairs = votes.pairs();
    ensure!(
        pairs.len() == 1,
        "a certificate is of two annotators, here are {}",
        votes.annotators().len()
    );
    let pair = pairs.remove(0);
    let [first, second] = &pair.annotators;
    let mut apart = Vec::new();
    for (id, given) in votes.iter() {
        if let (Some(a), Some(b)) = (given.get(first), given.get(second))
            && a != b
        {
            apart.push(Shown {
                id,
                words: format!("{first}: {a}; {second}: {b}"),
                epoch: None,
            });
        }
    }
    let certificate = Certificate {
        person: format!("{first} and {second}").into(),
        facts: vec![("both labelled", pair.both.to_string())],
        classes: pair.classes.clone(),
        pairs: vec![Pair {
            first: first.to_string(),
            second: second.to_string(),
            table: pair.table,
        }],
        apart,
        ..Certificate::default()
    };
    certificate::write(path, &certificate, &mut |_| Vec::new())?;
    Ok(())
}

fn in_words(kappa: Option<f64>) -> String {
    kappa.map_or_else(|| "not defined".into(), |kappa| format!("{kappa:.3}"))
}
