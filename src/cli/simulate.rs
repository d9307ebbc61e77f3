//! `destello simulate`: a sky by recipe, into a folder.

mod compare;

use std::{path::PathBuf, process::ExitCode};

use clap::Subcommand;

use super::progress::{INTERRUPTED, cancel_by_signal, with_progress};
use crate::{
    domain::{Role, Shard},
    features::simulation::{
        order::{Kind, SimulationOrder},
        simulator::{Simulators, surveys},
        task::{RunSimulation, Wanted},
    },
};

/// Arguments of `simulate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Image sequences of supernovae, variable stars, constant stars, galaxies and asteroids
    Sequences {
        /// Only these classes, such as supernova,rr_lyrae; by default all seven
        #[arg(long, value_delimiter = ',', value_name = "CLASS,…")]
        classes: Vec<String>,
        #[command(flatten)]
        order: OrderArgs,
    },
    /// Triplets of real and bogus detections
    Triplets {
        /// Only these: real, bogus, or kinds such as dipole; by default all, half of them real
        #[arg(long, alias = "classes", value_delimiter = ',', value_name = "KIND,…")]
        kinds: Vec<String>,
        #[command(flatten)]
        order: OrderArgs,
    },
    /// List the surveys that come with the program
    Surveys,
    /// Hold simulated sequences against real ones of the same class, conditions and magnitudes
    Compare(compare::Args),
}

#[derive(Debug, clap::Args)]
struct OrderArgs {
    /// A survey that comes with the program (see `destello simulate surveys`), or a file
    #[arg(long, value_name = "NAME|FILE.toml")]
    survey: String,
    /// A folder of empirical point-spread functions, light curves and observing conditions
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
    /// How many candidates
    #[arg(long, allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..))]
    count: u64,
    /// Which of all skies: the same seed gives the same pixels
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A new folder, or one in which the same order was begun
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The images wanted: science, reference, difference, snr, variance, psf; by default science
    /// for sequences, the first three for triplets
    #[arg(long, value_delimiter = ',', value_name = "ROLE,…", value_parser = super::render::role)]
    roles: Vec<Role>,
    /// Threads; by default one on each core
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    threads: usize,
    /// Make only this share of the candidates, such as 2/4, while others make the rest into the same folder; whoever
    /// is last writes the truth table of all
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
}

/// Simulates, and says what is there.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let (kind, classes, args) = match &args.what {
        What::Surveys => return list(),
        What::Compare(args) => return compare::run(args),
        What::Sequences { classes, order } => (Kind::Sequences, classes, order),
        What::Triplets { kinds, order } => (Kind::Triplets, kinds, order),
    };
    let mut roles = args.roles.clone();
    roles.sort_unstable();
    roles.dedup();
    let order = SimulationOrder {
        kind,
        survey: args.survey.clone(),
        templates: args.templates.clone(),
        classes: classes.iter().map(|name| name.trim().to_owned()).collect(),
        roles: if roles.is_empty() {
            kind.usual_roles().to_vec()
        } else {
            roles
        },
        count: args.count,
        seed: args.seed,
        out: args.out.clone(),
    };
    let cancel = cancel_by_signal()?;
    let task = RunSimulation {
        wanted: Wanted::Order(Box::new(order)),
        simulators: Simulators::default(),
        threads: args.threads,
        shard: args.shard,
    };
    let simulated = with_progress(task, cancel)?;
    super::print::print_line(&simulated.sentence())?;
    Ok(ExitCode::from(if simulated.is_cancelled {
        INTERRUPTED
    } else {
        0
    }))
}

fn list() -> anyhow::Result<ExitCode> {
    for [name, title, source] in surveys() {
        super::print::print_line(&format!("{name:<10} {title}\n           {source}"))?;
    }
    Ok(ExitCode::SUCCESS)
}
