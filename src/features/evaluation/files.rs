//! A report as files: every figure as table (CSV), JSON and picture (PNG), and all that was judged.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use serde_json::json;

use super::{Report, plots::plots};
use crate::{
    domain::{Catalogue, Evaluation, Judged, Measure, Plot},
    io::{
        csv_table::csv_table,
        figure::{
            matrix::confusion_png,
            plot::{plot_png, plot_rows},
        },
        whole_file::write_whole,
    },
    language::in_english,
};

/// Writes everything into a folder, which is made where it is not there yet; returns the files.
///
/// # Errors
/// Where the folder or a file cannot be written; files written before stay, each of them whole.
pub fn write_report(
    folder: &Path,
    report: &Report,
    catalogue: &Catalogue,
) -> anyhow::Result<Vec<PathBuf>> {
    fs::create_dir_all(folder)
        .with_context(|| format!("{}: the folder cannot be made", folder.display()))?;
    let mut files = Files {
        folder,
        written: Vec::new(),
    };
    files.write("evaluation.json", &serde_json::to_vec_pretty(report)?)?;
    files.write("table.csv", &table(report)?)?;
    // Those of the window are in its language.
    for plot in &in_english(|| plots(&report.models)) {
        let name = plot.name;
        let heads = ["series", "x", "y", "low", "high"];
        files.write(&format!("{name}.csv"), &csv_table(&heads, plot_rows(plot))?)?;
        files.write(&format!("{name}.json"), &plot_json(plot)?)?;
        let png = plot_png(plot).map_err(anyhow::Error::msg)?;
        files.write(&format!("{name}.png"), &png)?;
    }
    for (at, model) in report.models.iter().enumerate() {
        let number = if report.models.len() > 1 {
            format!("_{}", at + 1)
        } else {
            String::new()
        };
        files.model(model, &number, catalogue)?;
    }
    if !report.comparisons.is_empty() {
        files.write("differences.csv", &differences(report, catalogue)?)?;
    }
    Ok(files.written)
}

struct Files<'a> {
    folder: &'a Path,
    written: Vec<PathBuf>,
}

impl Files<'_> {
    fn write(&mut self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let path = self.folder.join(name);
        write_whole(&path, bytes)
            .with_context(|| format!("{} cannot be written", path.display()))?;
        self.written.push(path);
        Ok(())
    }

    fn model(
        &mut self,
        model: &Evaluation,
        number: &str,
        catalogue: &Catalogue,
    ) -> anyhow::Result<()> {
        let (classes, confusion) = (&model.classes, &model.confusion);
        let rows = classes.iter().enumerate().flat_map(|(truth, is)| {
            let row = move |(predicted, called): (usize, &String)| {
                let count = confusion.count(truth, predicted).to_string();
                vec![is.clone(), called.clone(), count]
            };
            classes.iter().enumerate().map(row)
        });
        let csv = csv_table(&["class", "called", "n"], rows)?;
        self.write(&format!("confusion{number}.csv"), &csv)?;
        let json = json!({ "model": model.model, "classes": classes, "confusion": confusion });
        let json = serde_json::to_vec_pretty(&json)?;
        self.write(&format!("confusion{number}.json"), &json)?;
        let png = confusion_png(model.model.text(), classes, confusion);
        let png = png.map_err(anyhow::Error::msg)?;
        self.write(&format!("confusion{number}.png"), &png)?;
        let rows = model.judged.iter().map(|judged| {
            let mut row = place(judged, catalogue);
            row.extend(prediction(judged, classes));
            row
        });
        let heads = ["id", "candid", "epoch", "class", "called", "score"];
        self.write(&format!("judged{number}.csv"), &csv_table(&heads, rows)?)
    }
}

fn table(report: &Report) -> anyhow::Result<Vec<u8>> {
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let rows = report.models.iter().flat_map(|model| {
        Measure::ALL.into_iter().map(move |measure| {
            vec![
                model.model.to_string(),
                measure.title().to_owned(),
                number(model.figures.get(measure)),
                number(model.uncertainty.get(measure)),
                model.n.to_string(),
            ]
        })
    });
    let seeds = report.over_seeds.iter().flat_map(|seeds| {
        Measure::ALL.into_iter().map(move |measure| {
            vec![
                format!("{}, {} models", seeds.name, seeds.models),
                measure.title().to_owned(),
                number(seeds.figures.get(measure)),
                number(seeds.uncertainty.get(measure)),
                String::new(),
            ]
        })
    });
    let heads = ["model", "figure", "value", "uncertainty", "n"];
    Ok(csv_table(&heads, rows.chain(seeds))?)
}

fn plot_json(plot: &Plot) -> anyhow::Result<Vec<u8>> {
    let series = plot.series.iter().map(|series| {
        let points: Vec<_> = series.points.iter().map(|point| point.value).collect();
        let intervals: Vec<_> = series.points.iter().map(|point| point.interval).collect();
        json!({ "name": series.name, "mark": series.mark, "points": points, "intervals": intervals })
    });
    let json = json!({
        "title": plot.title,
        "x": plot.x.title,
        "y": plot.y.title,
        "series": series.collect::<Vec<_>>(),
    });
    Ok(serde_json::to_vec_pretty(&json)?)
}

/// Identifier of the object and of the detection, and the epoch from 1.
fn place(judged: &Judged, catalogue: &Catalogue) -> Vec<String> {
    let candidate = catalogue.get(judged.candidate);
    let id = candidate.map_or_else(String::new, |candidate| candidate.id.to_string());
    let candid = candidate
        .and_then(|candidate| candidate.epochs.get(judged.epoch as usize)?.candid.clone())
        .map_or_else(String::new, |candid| candid.to_string());
    vec![id, candid, (judged.epoch + 1).to_string()]
}

/// What it is, what it was called, and the score.
fn prediction(judged: &Judged, classes: &[String]) -> [String; 3] {
    let name = |at: u8| classes.get(usize::from(at)).cloned().unwrap_or_default();
    [
        name(judged.truth),
        name(judged.predicted),
        judged.score.to_string(),
    ]
}

fn differences(report: &Report, catalogue: &Catalogue) -> anyhow::Result<Vec<u8>> {
    let rows = report.comparisons.iter().flat_map(|comparison| {
        let model = |at: usize| {
            let is_it = |model: &&Evaluation| model.model == comparison.models[at];
            report.models.iter().find(is_it)
        };
        let classes = model(0).map_or(&[][..], |model| &model.classes);
        comparison.differ.iter().map(move |[first, second]| {
            let mut row = comparison
                .models
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>();
            row.extend(place(first, catalogue));
            row.extend(prediction(first, classes));
            row.extend(prediction(second, classes).into_iter().skip(1));
            row
        })
    });
    let heads = [
        "first",
        "second",
        "id",
        "candid",
        "epoch",
        "class",
        "called_by_first",
        "score_of_first",
        "called_by_second",
        "score_of_second",
    ];
    Ok(csv_table(&heads, rows)?)
}
