//! The table of an evaluation, in the form of the publications: percent with their uncertainties.

use crate::{
    domain::{
        Evaluation, Figures, Measure, ModelComparison,
        evaluation::OverSeeds,
        set_figures::SetFigures,
        share::{self, Style},
    },
    features::evaluation::Report,
};

/// Figures that stand in the publications' tables.
const HEADLINE: [Measure; 4] = [
    Measure::Accuracy,
    Measure::Precision,
    Measure::Recall,
    Measure::F1,
];

/// Everything as text.
pub(super) fn text(report: &Report) -> String {
    let width = report.models.iter().map(|m| m.model.text().len()).max();
    let width = width.unwrap_or(0).max(12);
    let models = report.models.iter();
    let mut rows: Vec<_> = models
        .map(|m| {
            (
                m.model.text().to_string(),
                cells(&m.figures, &m.uncertainty),
            )
        })
        .collect();
    rows.extend(report.over_seeds.iter().map(|seeds| {
        let OverSeeds { name, models, .. } = seeds;
        let name = format!("{name} ×{models}");
        (name, cells(&seeds.figures, &seeds.uncertainty))
    }));
    let widest = rows.iter().flat_map(|(_, cells)| cells);
    let widest = widest.map(|cell| cell.chars().count() + 2).max();
    let column = widest.unwrap_or(0).max(15);
    let line = |name: &str, cells: [String; 4]| {
        let cells = cells.map(|cell| format!("{cell:>column$}"));
        format!("{name:<width$}{}", cells.concat())
    };
    let heads = HEADLINE.map(|measure| measure.title().to_owned());
    let mut lines = vec![line("percent", heads)];
    lines.extend(rows.into_iter().map(|(name, cells)| line(&name, cells)));
    let of = if report.over_seeds.is_empty() {
        "± is one standard deviation by bootstrap over the objects"
    } else {
        "± is one standard deviation: by bootstrap over the objects, in rows with × over models"
    };
    lines.push(of.into());
    for model in &report.models {
        lines.push(String::new());
        lines.extend(details(model));
    }
    lines.extend(report.comparisons.iter().flat_map(comparison));
    lines.join("\n")
}

fn cells(figures: &Figures, uncertainty: &Figures) -> [String; 4] {
    HEADLINE.map(|measure| figure(measure, figures, uncertainty))
}

/// A figure in its unit with its uncertainty; a dash where the data cannot tell it.
fn figure(measure: Measure, figures: &Figures, uncertainty: &Figures) -> String {
    let Some(value) = figures.get(measure) else {
        return "–".into();
    };
    let (scale, digits) = if measure.is_percent() {
        (100.0, 2)
    } else {
        (1.0, 5)
    };
    let unit = "";
    let style = Style {
        scale,
        unit,
        digits,
    };
    share::in_words(value, uncertainty.get(measure), style)
}

fn details(model: &Evaluation) -> Vec<String> {
    if model.n == 0 {
        let head = format!("{}: not judged", model.model);
        return std::iter::once(head).chain(left_out(model)).collect();
    }
    let what = match model.at {
        crate::domain::JudgedAt::Each => format!("{} epochs of {}", model.n, model.objects),
        at => format!("{} ({at} epoch)", model.objects),
    };
    let threshold = model.threshold.map_or_else(String::new, |threshold| {
        format!(", real from a score of {threshold}")
    });
    let mut lines = vec![format!("{}: {what} objects{threshold}", model.model)];
    let rest = Measure::ALL.iter().filter(|m| !HEADLINE.contains(m));
    lines.extend(rest.map(|measure| {
        let is_known = model.figures.get(*measure).is_some();
        let unit = if measure.is_percent() && is_known {
            " %"
        } else {
            ""
        };
        let value = figure(*measure, &model.figures, &model.uncertainty);
        format!("  {:<28}{value}{unit}", measure.title())
    }));
    lines.extend(model.at_recall.iter().map(|point| {
        let specificity = point
            .specificity
            .map_or_else(|| "unknown".into(), |share| format!("{} %", percent(share)));
        format!(
            "  recall {} from a score of {:.4}: specificity {specificity}",
            point.wanted, point.threshold
        )
    }));
    if let Some(workload) = &model.workload {
        let sentences = workload.in_words();
        lines.extend(sentences.iter().map(|sentence| format!("  {sentence}")));
        lines.push(format!("    {}", workload.basis()));
    }
    let with = model.rank_correlation.iter();
    lines.extend(with.map(|(name, value)| {
        let value = value.map_or_else(|| "–".into(), |value| format!("{value:.3}"));
        format!("  rank correlation with {name}: {value}")
    }));
    lines.extend(matrix(model));
    lines.extend(bins(model));
    lines.extend(epochs(model));
    lines.extend(sets(model));
    lines.extend(
        model
            .seen
            .iter()
            .map(|seen| format!("  {}", seen.in_words())),
    );
    lines.extend(left_out(model));
    lines
}

fn left_out(model: &Evaluation) -> impl Iterator<Item = String> {
    let reasons = model.left_out.iter();
    reasons.map(|left| format!("  left out: {} {}", left.n, left.why))
}

/// How often sets of classes hold the true one.
fn sets(model: &Evaluation) -> Vec<String> {
    model.sets.iter().flat_map(set_lines).collect()
}

fn set_lines(sets: &SetFigures) -> Vec<String> {
    let of_class = sets.classes.iter().filter_map(|class| {
        let short = if class.is_short_of(sets.level) {
            "; short of the level by more than two standard errors"
        } else {
            ""
        };
        Some(format!("    {}: {}{short}", class.class, class.in_words()?))
    });
    std::iter::once(format!("  {}", sets.in_words()))
        .chain(of_class)
        .collect()
}

/// Mean recall after the first, third, fifth, tenth, … epoch.
fn epochs(model: &Evaluation) -> Vec<String> {
    const LISTED: [u32; 8] = [1, 2, 3, 5, 10, 15, 20, 25];
    let known = model.by_epochs.iter();
    let listed = known.filter(|after| LISTED.contains(&after.epochs));
    listed
        .map(|after| {
            let mean = after.mean_recall.map_or_else(|| "–".into(), percent);
            let classes = model.classes.iter().zip(&after.recall);
            let classes: Vec<String> = classes
                .filter_map(|(class, recall)| Some(format!("{class} {}", percent((*recall)?))))
                .collect();
            let epochs = after.epochs;
            format!(
                "  after {epochs} epochs: mean recall {mean} % ({})",
                classes.join(", ")
            )
        })
        .collect()
}

fn percent(share: f64) -> String {
    format!("{:.2}", 100.0 * share)
}

/// The confusion matrix with recall and precision of each class.
fn matrix(model: &Evaluation) -> Vec<String> {
    let width = model.classes.iter().map(String::len).max().unwrap_or(0) + 2;
    let width = width.max(10);
    let heads = model.classes.iter().map(|class| format!("{class:>width$}"));
    let heads: String = heads.chain([format!("{:>10}", "recall %")]).collect();
    let mut lines = vec![format!("  {:<width$}{heads}", "true \\ predicted")];
    for (row, class) in model.confusion.rows().zip(&model.per_class) {
        let counts: Vec<_> = row.iter().map(|count| format!("{count:>width$}")).collect();
        let counts = counts.concat();
        let recall = class.recall.map_or_else(|| "–".into(), percent);
        lines.push(format!("  {:<width$}{counts}{recall:>10}", class.class));
    }
    let precisions = model.per_class.iter().map(|class| {
        let precision = class.precision.map_or_else(|| "–".into(), percent);
        format!("{precision:>width$}")
    });
    let precisions: String = precisions.collect();
    lines.push(format!("  {:<width$}{precisions}", "prec. %"));
    lines
}

fn bins(model: &Evaluation) -> Vec<String> {
    let by_snr = model.by_snr.iter().map(|bin| {
        let to = if bin.to.is_finite() {
            format!("–{}", bin.to)
        } else {
            " and more".into()
        };
        let error = bin.error.map_or_else(|| "–".into(), percent);
        format!("  S/N {}{to}: {error} % wrong of {}", bin.from, bin.n)
    });
    let by_kind = model.by_kind.iter().map(|kind| {
        let recall = kind.recall.map_or_else(|| "–".into(), percent);
        format!(
            "  {} {}: {recall} % right of {}",
            kind.class, kind.kind, kind.n
        )
    });
    by_snr.chain(by_kind).collect()
}

fn comparison(comparison: &ModelComparison) -> Vec<String> {
    let [first, second] = &comparison.models;
    let law = if comparison.is_exact {
        "exact"
    } else {
        "chi-square"
    };
    let rank = comparison
        .rank_correlation
        .map_or_else(String::new, |rank| {
            format!("; rank correlation of the scores {rank:.3}")
        });
    vec![
        String::new(),
        format!("{first} against {second}, {} judged by both", comparison.n),
        format!(
            "  only the first right: {}; only the second: {}; McNemar p = {:.2e} ({law}){rank}",
            comparison.only_first_right, comparison.only_second_right, comparison.mcnemar_p_value
        ),
        "  epochs of one object count each, which makes p too small".into(),
        format!("  judged differently: {}", comparison.differ.len()),
    ]
}
