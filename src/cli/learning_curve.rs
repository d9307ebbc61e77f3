//! `destello learning-curve`: what each label brings.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context, bail};

use super::progress::{INTERRUPTED, ProgressLine, cancel_by_signal, unless_cancelled};
use crate::{
    domain::LearningCurve,
    features::{
        adaptation::{
            curve_task::{CurveUpdate, MeasureCurve},
            fine_tuning::{FineTuneOrder, LabelSource},
        },
        training::train::cores,
    },
    io::{
        csv_table::csv_table,
        figure::plot::{plot_png, plot_rows},
        whole_file::write_whole,
    },
    learn::{Compute, Wish},
    tasks::run_here,
    workspace::{
        model_registry::{ModelRegistry, ModelSource},
        models,
    },
};

/// Arguments of `learning-curve`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files, folders and archives
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Table of labels (CSV), in the order in which they were given; without one, the classes that the
    /// data give
    #[arg(long, value_name = "CSV")]
    labels: Option<PathBuf>,
    /// A model that comes with destello, or a model file
    #[arg(long, value_name = "NAME|FILE", default_value = models::DEFAULT)]
    model: String,
    /// Steps of each training; those of fine-tuning where none is given
    #[arg(long)]
    steps: Option<u64>,
    /// Random seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The curve as table (.csv) or picture (.png)
    #[arg(long)]
    out: Option<PathBuf>,
    /// Where to compute: auto, cpu or gpu
    #[arg(long, default_value = "auto")]
    device: Wish,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let ending = args.out.as_deref().and_then(Path::extension);
    if let Some(out) = &args.out
        && ending.is_none_or(|ending| ending != "csv" && ending != "png")
    {
        bail!("{}: a curve is written as .csv or .png", out.display());
    }
    let cancel = cancel_by_signal()?;
    let labels = LabelSource::Files {
        paths: args.paths.clone(),
        labels: args.labels.clone(),
    };
    let order = FineTuneOrder {
        steps: args.steps,
        seed: args.seed,
        ..FineTuneOrder::usual(labels, cores())
    };
    let models = ModelRegistry::on(Compute::choose(args.device)?);
    let task = MeasureCurve {
        order,
        parent: ModelSource {
            id: models.load(&args.model)?.id,
            source: args.model.as_str().into(),
        },
        models,
        decoder: Arc::default(),
    };
    let line = Arc::new(ProgressLine::new());
    let shown = line.clone();
    let done = run_here(task, cancel, move |update| match update {
        CurveUpdate::Notes(notes) => {
            for note in &notes {
                eprintln!("{note}");
            }
        }
        CurveUpdate::Measured { steps, .. } => shown.report_with(steps[0], steps[1], ""),
    });
    line.clear();
    let Some(curve) = unless_cancelled(done)? else {
        eprintln!("stopped; nothing was written");
        return Ok(ExitCode::from(INTERRUPTED));
    };
    print(&curve)?;
    if let Some(out) = &args.out {
        write(out, &curve)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print(curve: &LearningCurve) -> anyhow::Result<()> {
    super::print::print_line(&format!(
        "mean recall on {} held-out examples; as it was {:.3}",
        curve.held_out,
        curve.before.unwrap_or(f64::NAN)
    ))?;
    super::print::print_line("labels  as given  by chance")?;
    for point in &curve.points {
        let given = point
            .in_order
            .map_or_else(|| "-".into(), |recall| format!("{recall:.3}"));
        let chance = point.chance();
        let chance = chance.map_or_else(
            || "-".into(),
            |[mean, spread]| format!("{mean:.3} ± {spread:.3}"),
        );
        super::print::print_line(&format!("{:>6}  {given:>8}  {chance}", point.labels))?;
    }
    Ok(())
}

fn write(out: &Path, curve: &LearningCurve) -> anyhow::Result<()> {
    let plot = curve.plot();
    let bytes = if out.extension().is_some_and(|ending| ending == "png") {
        plot_png(&plot).map_err(anyhow::Error::msg)?
    } else {
        csv_table(
            &["series", "labels", "mean_recall", "low", "high"],
            plot_rows(&plot),
        )?
    };
    write_whole(out, &bytes).with_context(|| format!("{} cannot be written", out.display()))
}
