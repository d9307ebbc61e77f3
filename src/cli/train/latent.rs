//! `destello train latent`: a latent space in which like stamps lie beside like.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context, bail};

use crate::{
    cli::{
        making::Making,
        print::print_line,
        progress::{INTERRUPTED, ProgressLine, cancel_by_signal, unless_cancelled},
    },
    domain::{ModelCard, ModelId, Role},
    features::{
        latent::{
            LatentOrder,
            order::{COMPONENTS, SIMULATED},
            train::LatentPoint,
            train_task::{LatentUpdate, TrainLatent},
        },
        training::train::{TrainingData, checkpoint_path},
    },
    learn::{
        Compute,
        latent::{Bound, LatentKind},
    },
    tasks::run_here,
};

/// Arguments of `train latent`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// vade, `vade_conv`, vae or `vae_conv`
    #[arg(long, default_value = "vade")]
    network: String,
    /// Components of the mixture; 20 for vade, none for vae
    #[arg(long)]
    components: Option<usize>,
    /// Latent axes; 10 for vade, 2 for vae
    #[arg(long)]
    dimensions: Option<usize>,
    /// Widths of the hidden layers; 500,500,1000 for vade, 128 for the others
    #[arg(long, value_delimiter = ',')]
    widths: Vec<usize>,
    /// The images it looks at: snr, difference, science, reference; may be given several times
    #[arg(long = "role", value_delimiter = ',', default_value = "snr")]
    roles: Vec<String>,
    /// Leave stamps as they lie, instead of turning the gradient of each the same way
    #[arg(long)]
    as_they_lie: bool,
    /// How far from the middle pixels count, pixels: a standard deviation; 0 counts all alike. Only for
    /// vade
    #[arg(long, value_name = "PX")]
    focus: Option<f64>,
    /// Variance of a pixel in the middle about what vade draws: with less, it draws more of the noise
    #[arg(long, value_name = "VARIANCE")]
    pixel_variance: Option<f64>,
    /// Simulated triplets of this survey, or of a survey in a TOML file
    #[arg(long, default_value = "mixed", conflicts_with = "data")]
    survey: String,
    /// A folder of templates for the simulation
    #[arg(long)]
    templates: Option<PathBuf>,
    /// Stamps instead: files, folders, archives; labels are not needed
    #[arg(long, num_args = 1..)]
    data: Vec<PathBuf>,
    /// Table of labels (CSV) that the clusters are judged by; without one, the classes that the data
    /// give
    #[arg(long, requires = "data")]
    labels: Option<PathBuf>,
    /// Stamps to learn from: simulated so many, of data so many at most
    #[arg(long, default_value_t = SIMULATED.0)]
    examples: usize,
    /// Simulated stamps to validate with
    #[arg(long, default_value_t = SIMULATED.1)]
    validation: usize,
    /// How often each stamp is shown to the autoencoder before there is a mixture
    #[arg(long, default_value_t = 10)]
    pretraining: usize,
    /// How often each stamp is shown after that
    #[arg(long, default_value_t = 15)]
    passes: usize,
    /// Stamps in a batch
    #[arg(long)]
    batch: Option<usize>,
    /// Highest learning rate of encoder and decoder
    #[arg(long)]
    rate: Option<f64>,
    /// What vae makes large: elbo, or iwae with 20 samples
    #[arg(long, default_value = "elbo")]
    bound: Bound,
    #[command(flatten)]
    made: Making,
    /// Commit of destello, for the model card
    #[arg(long, default_value = "")]
    commit: String,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let order = order(args)?;
    args.made.check_out()?;
    let compute = Compute::choose(args.made.device)?;
    let cancel = cancel_by_signal()?;
    let checkpoint = checkpoint_path(&order.out);
    if checkpoint.exists() {
        eprintln!("going on from {}", checkpoint.display());
    }
    eprintln!("training on the {}", compute.name());
    let out = order.out.clone();
    let line = Arc::new(ProgressLine::new());
    let shown = line.clone();
    let done = run_here(TrainLatent { order, compute }, cancel, move |update| {
        show(&update, &shown);
    });
    line.clear();
    let Some((id, card)) = unless_cancelled(done)? else {
        if checkpoint.exists() {
            let checkpoint = checkpoint.display();
            eprintln!("stopped; the same command goes on from {checkpoint}");
        } else {
            eprintln!("stopped; nothing was written");
        }
        return Ok(ExitCode::from(INTERRUPTED));
    };
    print_line(&summary(&id, &card, &out))?;
    Ok(ExitCode::SUCCESS)
}

/// Prints how far it is.
fn show(update: &LatentUpdate, line: &ProgressLine) {
    match update {
        LatentUpdate::Notes(notes) => notes.iter().for_each(|note| eprintln!("{note}")),
        LatentUpdate::Progress(progress) => {
            let stage = if progress.is_pretraining {
                ", autoencoder"
            } else {
                ""
            };
            let rest = format!("{stage} ({:.0} stamps/s)", progress.examples_per_s);
            line.report_with(progress.steps[0], progress.steps[1], &rest);
        }
        LatentUpdate::Checked {
            point,
            examples_per_s,
        } => {
            line.clear();
            eprintln!("{}", row(point, *examples_per_s));
        }
        LatentUpdate::NotSaved(why) => {
            line.clear();
            eprintln!("{why}");
        }
    }
}

fn row(point: &LatentPoint, rate: f64) -> String {
    let revived = match point.revived {
        0 => String::new(),
        count => format!(", {count} dead components set to work again"),
    };
    format!(
        "step {:>7}  loss {:.3}  validation loss {:.3}  ({rate:.0} stamps/s{revived})",
        point.step, point.loss, point.validation_loss
    )
}

fn summary(id: &ModelId, card: &ModelCard, out: &Path) -> String {
    let figure = |name: &str| {
        let value = card.figures.get(name);
        value.map_or_else(|| "unknown".into(), |value| format!("{value:.4}"))
    };
    format!(
        "{} ({} parameters) written to {}\n\
         accuracy by majority labels {}, by the Hungarian method {}, NMI {}, ARI {}; {:.0} of {:.0} \
         components hold stamps",
        id,
        card.parameters,
        out.display(),
        figure("accuracy_majority_label"),
        figure("accuracy_hungarian"),
        figure("nmi"),
        figure("ari"),
        card.figures.get("components_alive").copied().unwrap_or(0.0),
        card.figures.get("components").copied().unwrap_or(0.0),
    )
}

fn order(args: &Args) -> anyhow::Result<LatentOrder> {
    let kind = LatentKind::from_name(&args.network)?;
    let data = if args.data.is_empty() {
        TrainingData::Simulation {
            survey: args.survey.clone(),
            templates: args.templates.clone(),
        }
    } else {
        TrainingData::Labelled {
            paths: args.data.clone(),
            labels: args.labels.clone(),
        }
    };
    let mut order = LatentOrder::usual(kind, data, args.made.out.clone());
    let usual = if kind.has_mixture() { COMPONENTS } else { 1 };
    order.components = args.components.unwrap_or(usual);
    order.dimensions = args.dimensions.unwrap_or(order.dimensions);
    if !args.widths.is_empty() {
        order.widths.clone_from(&args.widths);
    }
    if args.bound == Bound::Importance && kind.has_mixture() {
        bail!("the importance-weighted bound is that of vae; vade has none");
    }
    order.course.is_importance_weighted = args.bound == Bound::Importance;
    order.course.batch = args.batch.unwrap_or(order.course.batch);
    if let Some(rate) = args.rate {
        (order.course.rate, order.course.mixture_rate) = (rate, 2.0 * rate);
    }
    order.input.channels = roles(&args.roles)?;
    order.is_upright = !args.as_they_lie;
    if let Some(focus) = args.focus {
        order.focus_px = Some(focus).filter(|focus| focus.abs() > 0.0);
    }
    order.pixel_variance = args.pixel_variance.or(order.pixel_variance);
    order.passes = [args.pretraining, args.passes];
    (order.examples, order.validation) = (args.examples, args.validation);
    order.threads = args.made.threads();
    order.seed = args.made.seed;
    order.name.clone_from(&args.made.name);
    order.commit.clone_from(&args.commit);
    let command = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
    order.command = format!("destello {command}");
    Ok(order)
}

fn roles(names: &[String]) -> anyhow::Result<Vec<Role>> {
    let role = |name: &String| {
        let found = Role::ALL.into_iter().find(|role| role.name() == name);
        found.with_context(|| {
            let known = Role::ALL.map(Role::name).join(", ");
            format!("\"{name}\" is no role; there are {known}")
        })
    };
    names.iter().map(role).collect()
}
