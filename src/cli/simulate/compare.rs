//! `destello simulate compare`: are simulated images like real ones?

use std::{path::PathBuf, process::ExitCode};

use crate::{
    cli::print::print_line,
    features::simulation::{
        compare::{self, CompareOrder, CompareReport},
        simulator::look_up,
    },
    simulate::SequenceClass,
};

/// Arguments of `simulate compare`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Real image sequences with their classes: files and folders
    #[arg(required = true)]
    real: Vec<PathBuf>,
    /// The survey that made them (see `destello simulate surveys`), or a file
    #[arg(long, value_name = "NAME|FILE.toml")]
    survey: String,
    /// A folder of empirical point-spread functions and light curves
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
    /// The class that is compared
    #[arg(long, default_value = "non_variable")]
    class: String,
    /// How many sequences are simulated
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u64).range(10..))]
    count: u64,
    /// Which of all skies
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Draw the distributions into this file
    #[arg(long, value_name = "FILE.svg")]
    out: Option<PathBuf>,
}

/// Compares, and prints what was found.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let (survey, templates) = look_up(&args.survey, args.templates.as_deref())?;
    let report = compare::compare(&CompareOrder {
        real: args.real.clone(),
        class: SequenceClass::from_name(&args.class)?,
        survey,
        templates,
        count: args.count as usize,
        seed: args.seed,
    })?;
    print_line(&table(&report))?;
    if let Some(path) = &args.out {
        report.write_figure(path)?;
        print_line(&format!("figure: {}", path.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn table(report: &CompareReport) -> String {
    let [real, simulated] = report.counts;
    let mut lines = vec![
        format!(
            "{real} real and {simulated} simulated sequences; {} real epochs without conditions \
             left out\n",
            report.dropped_epochs
        ),
        format!(
            "{:<28} {:>10} {:>10} {:>10} {:>10}",
            "median over the epochs", "real", "simulated", "KS", "p"
        ),
    ];
    lines.extend(report.quantities.iter().map(|quantity| {
        let [real, simulated] = quantity.samples.each_ref().map(|sample| middle(sample));
        format!(
            "{:<28} {real:>10.3} {simulated:>10.3} {:>10.3} {:>10.3}",
            quantity.name, quantity.ks_distance, quantity.p_value
        )
    }));
    let of_unseen = report
        .separability_of_unseen
        .map_or_else(|| "too few fields".into(), |area| format!("{area:.3}"));
    lines.push(format!(
        "\nArea under the ROC curve of classifiers that separate real from simulated (0.5: not at \
         all):\nlogistic regression {:.3}, random forest {:.3} out of bag, {of_unseen} on fields \
         it has not seen.\nOne number alone:\n",
        report.linear_separability, report.separability
    ));
    lines.push(format!(
        "{:<30} {:>6}   {:^26}   {:^26}",
        "16th, 50th, 84th percentile", "area", "real", "simulated"
    ));
    lines.extend(report.features.iter().map(|feature| {
        let [real, simulated] = feature
            .percentiles
            .map(|[a, b, c]| format!("{a:>8.3} {b:>8.3} {c:>8.3}"));
        let (name, area) = (feature.name, feature.area);
        format!("{name:<30} {area:>6.3}   {real}   {simulated}")
    }));
    lines.join("\n")
}

fn middle(sample: &[f64]) -> f64 {
    let values: Vec<f32> = sample.iter().map(|value| *value as f32).collect();
    crate::imaging::statistics::median(&values).unwrap_or(f64::NAN)
}
