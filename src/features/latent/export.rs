//! A table of where a latent model puts every epoch: coordinates, component, responsibilities, error.

use std::{path::PathBuf, sync::Arc};

use anyhow::bail;

use crate::{
    domain::{Candidate, LatentSpace, Problem, likeliest},
    features::scoring::{score::prepare_all, table::identity},
    io::{
        Decoder,
        export::{
            FilledColumn,
            columns::{Kind, Value, text},
        },
    },
    learn::{
        Compute, Wish,
        latent::{Embedded, LatentModel},
    },
    tasks::{cancel::CancelToken, progress::Progress},
    workspace::{latent_models, open::read_until},
};

/// Candidates whose stamps are in memory at a time.
const CHUNK: usize = 256;

/// What is to be placed by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportOrder {
    /// Files, folders, archives.
    pub paths: Vec<PathBuf>,
    /// Name or file of the model.
    pub model: String,
    pub device: Wish,
}

#[derive(Debug)]
pub struct ExportReport {
    /// The table: a row for each epoch.
    pub columns: Vec<FilledColumn>,
    pub candidates: usize,
    /// Epochs that have a place.
    pub placed: usize,
    /// Epochs that have none; the reasons stand in the table.
    pub refused: usize,
    /// What could not be opened, and what the user must know of the device.
    pub problems: Vec<Problem>,
    /// Why the model is not computed on the device that was chosen.
    pub warning: Option<String>,
}

/// One epoch: its place, or why it has none.
type Row = Result<usize, Arc<str>>;

/// Places everything; none where it was cancelled.
///
/// # Errors
/// Where the model cannot be used, there is no candidate, the device fails, or no epoch has a place.
pub fn export(
    order: &ExportOrder,
    cancel: &CancelToken,
    report: &mut dyn FnMut(Progress),
) -> anyhow::Result<Option<ExportReport>> {
    let checked = latent_models::find(&order.model, &Compute::choose(order.device)?)?;
    let model = checked.model;
    let decoder = Decoder::default();
    let opened = read_until(&order.paths, &decoder, cancel);
    let candidates: Vec<&Candidate> = opened.catalogue.iter().map(|(_, found)| found).collect();
    if candidates.is_empty() {
        let cause = opened.problems.first();
        let cause = cause.map(|problem| format!(": {problem}"));
        bail!("no candidate was found{}", cause.unwrap_or_default());
    }
    let mut rows: Vec<Row> = Vec::new();
    let mut places = Embedded::default();
    for (number, chunk) in candidates.chunks(CHUNK).enumerate() {
        if cancel.is_cancelled() {
            return Ok(None);
        }
        place(chunk, &model, &decoder, &mut rows, &mut places)?;
        report(Progress {
            done: number * CHUNK + chunk.len(),
            total: candidates.len(),
        });
    }
    let placed = places.errors.len();
    if placed == 0 {
        let why = rows.iter().find_map(|row| row.as_ref().err());
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        bail!("no epoch has a place in the latent space{why}");
    }
    let mut columns = identity(&candidates);
    columns.extend(of_places(&rows, &places, &model.space()));
    Ok(Some(ExportReport {
        columns,
        candidates: candidates.len(),
        placed,
        refused: rows.len() - placed,
        problems: opened.problems,
        warning: checked.warning,
    }))
}

fn place(
    candidates: &[&Candidate],
    model: &LatentModel,
    decoder: &Decoder,
    rows: &mut Vec<Row>,
    places: &mut Embedded,
) -> anyhow::Result<()> {
    let mut inputs = Vec::new();
    let mut next = places.errors.len();
    for input in prepare_all(candidates, model.plan()?, decoder)
        .into_iter()
        .flatten()
    {
        rows.push(input.map(|input| {
            inputs.extend(input);
            next += 1;
            next - 1
        }));
    }
    let found = model.embed(&inputs)?;
    places.means.extend(found.means);
    places.responsibilities.extend(found.responsibilities);
    places.errors.extend(found.errors);
    Ok(())
}

fn of_places(rows: &[Row], places: &Embedded, space: &LatentSpace) -> Vec<FilledColumn> {
    let (axes, components) = (space.dimensions, space.components.len());
    let column = |name: String, kind, meaning: String, value: &dyn Fn(usize) -> Value| {
        let values = rows
            .iter()
            .map(|row| row.as_ref().map_or(Value::Null, |at| value(*at)));
        FilledColumn {
            name,
            kind,
            unit: "",
            meaning,
            values: values.collect(),
        }
    };
    let number = |value: Option<&f32>| {
        let known = value.copied().filter(|value| value.is_finite());
        known.map_or(Value::Null, Value::Float)
    };
    let mut columns = Vec::new();
    for axis in 0..axes {
        let meaning = format!("latent coordinate {axis}, by {}", space.model);
        let value = |at: usize| number(places.means.get(at * axes + axis));
        columns.push(column(format!("z{axis}"), Kind::Float, meaning, &value));
    }
    let likeliest_of = |at: usize| {
        let row = places
            .responsibilities
            .get(at * components..(at + 1) * components);
        row.and_then(likeliest)
            .map_or(Value::Null, |at| Value::Int(at as i64))
    };
    let meaning = "likeliest component of the mixture, from 0".to_owned();
    columns.push(column(
        "component".into(),
        Kind::Int,
        meaning,
        &likeliest_of,
    ));
    for component in 0..components {
        let meaning = format!("probability of component {component}");
        let value = |at: usize| number(places.responsibilities.get(at * components + component));
        columns.push(column(
            format!("p{component}"),
            Kind::Float,
            meaning,
            &value,
        ));
    }
    let meaning = "mean square of input less reconstruction".to_owned();
    let error = |at: usize| number(places.errors.get(at));
    columns.push(column(
        "reconstruction_error".into(),
        Kind::Float,
        meaning,
        &error,
    ));
    let refused = rows.iter().map(|row| match row {
        Ok(_) => Value::Null,
        Err(why) => text(Some(why)),
    });
    columns.push(FilledColumn {
        name: "refused".into(),
        kind: Kind::Text,
        unit: "",
        meaning: "why it has no place; empty where it has one".into(),
        values: refused.collect(),
    });
    columns
}
