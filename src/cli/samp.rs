//! `destello samp`: what is at the hub, and sending to it.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::{Context as _, anyhow, bail};

use super::{
    opened::{book_of, open_some},
    print::print_line,
    progress::{INTERRUPTED, cancel_by_signal, unless_cancelled},
    render::role,
};
use crate::{
    domain::{CandidateIx, Catalogue, LabelBook, Role},
    features::samp::{
        parcel::Parcel,
        state::folder,
        task::{FindPeers, SendParcels},
    },
    io::samp::{Hub, HubAddress},
    store::Project,
    tasks::run_here,
};

/// Arguments of `samp`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// List the programs at the hub
    List,
    /// Load the table of all candidates elsewhere, and select some of its rows
    Table(TableArgs),
    /// Have others look at the position of a candidate
    Position(OneArgs),
    /// Load a stamp elsewhere, with its coordinates
    Image(ImageArgs),
}

#[derive(Debug, clap::Args)]
struct TableArgs {
    /// Files, folders and archives
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// The project whose labels stand in the table
    #[arg(long, value_name = "FILE")]
    project: Option<PathBuf>,
    /// Candidates whose rows are selected
    #[arg(long, value_name = "ID", num_args = 1..)]
    select: Vec<String>,
    /// The only program that is to have it, such as topcat; by default all that take it
    #[arg(long, value_name = "NAME")]
    to: Option<String>,
}

#[derive(Debug, clap::Args)]
struct OneArgs {
    /// Files, folders and archives
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// The candidate
    #[arg(long, value_name = "ID")]
    id: String,
    /// The only program that is to have it, such as aladin; by default all that take it
    #[arg(long, value_name = "NAME")]
    to: Option<String>,
}

#[derive(Debug, clap::Args)]
struct ImageArgs {
    #[command(flatten)]
    one: OneArgs,
    /// The epoch, from 1; by default the one that is looked at first
    #[arg(long, value_name = "NUMBER")]
    epoch: Option<usize>,
    /// Which image: science, reference, difference
    #[arg(long, value_name = "ROLE", default_value = "science", value_parser = role)]
    role: Role,
}

/// Lists or sends; exit status 1 where there is no hub or nothing takes what is sent.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let (parcels, to) = match &args.what {
        What::List => return list(),
        What::Table(args) => (table(args)?, &args.to),
        What::Position(args) => (vec![position(args)?], &args.to),
        What::Image(args) => (vec![image(args)?], &args.one.to),
    };
    let cancel = cancel_by_signal()?;
    let folder = folder().map_err(|why| anyhow!(why))?;
    let hub = register()?;
    let task = SendParcels {
        hub: hub.clone(),
        parcels,
        to: to.clone(),
        folder,
    };
    let sent = unless_cancelled(run_here(task, cancel, |()| ()));
    leave(&hub);
    match sent? {
        Some(sent) => print_line(&sent.sentence)?,
        None => return Ok(ExitCode::from(INTERRUPTED)),
    }
    Ok(ExitCode::SUCCESS)
}

/// What was sent counts, also where the hub refuses to let go.
fn leave(hub: &Hub) {
    if let Err(why) = hub.unregister() {
        log::info!("SAMP: {why}");
    }
}

fn register() -> anyhow::Result<Arc<Hub>> {
    let address = HubAddress::find().map_err(|why| anyhow!(why))?;
    Ok(Arc::new(
        Hub::register(&address).map_err(|why| anyhow!(why))?,
    ))
}

fn list() -> anyhow::Result<ExitCode> {
    let hub = register()?;
    let peers = run_here(FindPeers { hub: hub.clone() }, cancel_by_signal()?, |()| ());
    leave(&hub);
    for peer in peers? {
        print_line(&format!("{}  {}", peer.id, peer.name))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn table(args: &TableArgs) -> anyhow::Result<Vec<Parcel>> {
    let catalogue = Arc::new(open_some(&args.paths)?);
    let book = match &args.project {
        Some(path) => book_of(&Project::open_existing(path)?)?,
        None => LabelBook::default(),
    };
    let table = format!("destello-{}", std::process::id());
    let rows: Vec<usize> = args
        .select
        .iter()
        .map(|id| Ok(place(&catalogue, id)?.0 as usize))
        .collect::<anyhow::Result<_>>()?;
    let name = args.paths[0].file_stem();
    let mut parcels = vec![Parcel::Table {
        table: table.clone(),
        name: name.map_or_else(
            || "destello".into(),
            |stem| stem.to_string_lossy().into_owned(),
        ),
        book: Arc::new(book),
        catalogue,
    }];
    if !rows.is_empty() {
        parcels.push(Parcel::Rows { table, rows });
    }
    Ok(parcels)
}

fn position(args: &OneArgs) -> anyhow::Result<Parcel> {
    let catalogue = open_some(&args.paths)?;
    let candidate = catalogue.get(place(&catalogue, &args.id)?);
    let position = candidate.and_then(|candidate| candidate.position_deg);
    Ok(Parcel::Position(
        position.with_context(|| format!("{} has no position", args.id))?,
    ))
}

fn image(args: &ImageArgs) -> anyhow::Result<Parcel> {
    let id = &args.one.id;
    let catalogue = open_some(&args.one.paths)?;
    let ix = place(&catalogue, id)?;
    let candidate = catalogue.get(ix).with_context(|| format!("no {id}"))?;
    let count = candidate.epochs.len();
    let number = args.epoch.unwrap_or_else(|| candidate.first_look() + 1);
    let epoch = number
        .checked_sub(1)
        .and_then(|at| candidate.epochs.get(at));
    let Some(epoch) = epoch else {
        bail!("{id} has {count} epochs, from 1: there is no epoch {number}");
    };
    let role = args.role.name();
    let stamp = epoch.stamp(args.role);
    let stamp = stamp.with_context(|| format!("epoch {number} of {id} has no {role} image"))?;
    Ok(Parcel::Image {
        name: format!("{id} {role}"),
        id: candidate.id.clone(),
        stamp: stamp.clone(),
        decoder: Arc::default(),
    })
}

fn place(catalogue: &Catalogue, id: &str) -> anyhow::Result<CandidateIx> {
    let found = catalogue.find(id);
    found.with_context(|| format!("no candidate is called {id}"))
}
