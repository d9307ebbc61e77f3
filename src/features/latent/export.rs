//! A table of where a latent model puts every epoch: coordinates, component, responsibilities, error. What a project holds of it
//! is not computed.

use std::{path::PathBuf, sync::Arc};

use anyhow::bail;

use super::kept_places::{Parts, Place, PlaceStore, parts_of, to_compute};
use crate::{
    domain::{Candidate, LatentSpace, Problem, likeliest},
    features::scoring::{inputs::EpochInput, run::project_of, table::identity},
    io::{
        Decoder,
        export::{
            FilledColumn,
            columns::{Kind, Value, text},
        },
    },
    learn::{Compute, Wish, latent::LatentModel},
    tasks::{cancel::CancelToken, progress::Progress},
    workspace::{latent_models, open::read_until, scores::tally::Counts},
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
    /// Where places are taken from and kept; none keeps nothing.
    pub project: Option<PathBuf>,
}

#[derive(Debug)]
pub struct ExportReport {
    /// The table: a row for each epoch.
    pub columns: Vec<FilledColumn>,
    pub candidates: usize,
    /// Places by where they came from.
    pub counts: Counts,
    /// Epochs that have none; the reasons stand in the table.
    pub refused: usize,
    /// What could not be opened.
    pub problems: Vec<Problem>,
    /// What the user must know of the device and of the project.
    pub warnings: Vec<String>,
}

impl ExportReport {
    /// Epochs that have a place.
    pub const fn placed(&self) -> usize {
        self.counts.kept + self.counts.computed
    }
}

/// Places everything; none where it was cancelled: the project keeps what was placed until then.
///
/// # Errors
/// Where the model or the project cannot be used, there is no candidate, the device fails, or no epoch has a place.
pub fn export(
    order: &ExportOrder,
    cancel: &CancelToken,
    report: &mut dyn FnMut(Progress),
) -> anyhow::Result<Option<ExportReport>> {
    let checked = latent_models::find(&order.model, &Compute::choose(order.device)?)?;
    let model = checked.model;
    let mut warnings: Vec<String> = checked.warning.into_iter().collect();
    let decoder = Arc::new(Decoder::default());
    let opened = read_until(&order.paths, &decoder, cancel);
    let candidates: Vec<&Candidate> = opened.catalogue.iter().map(|(_, found)| found).collect();
    if candidates.is_empty() {
        let cause = opened.problems.first();
        let cause = cause.map(|problem| format!(": {problem}"));
        bail!("no candidate was found{}", cause.unwrap_or_default());
    }
    let project = order.project.as_deref();
    let project = project_of(project, "place", |text| warnings.push(text))?;
    let space = Arc::new(model.space());
    let plan = Some(model.plan()?);
    let mut places = PlaceStore::open(project.as_deref(), space.clone(), plan, decoder);
    if places.check(&opened.catalogue, cancel).is_err() {
        return Ok(None);
    }
    let found = place_all(&candidates, &model, &mut places, cancel, report);
    // Also of what was stopped or failed.
    places.write();
    warnings.extend(places.take_fault().map(|fault| fault.in_words("places")));
    let Some(Found { rows, counts }) = found? else {
        return Ok(None);
    };
    if counts == Counts::default() {
        let why = rows.iter().find_map(|row| row.as_ref().err());
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        bail!("no epoch has a place in the latent space{why}");
    }
    let mut columns = identity(&candidates);
    columns.extend(of_places(&rows, &space));
    Ok(Some(ExportReport {
        columns,
        candidates: candidates.len(),
        refused: rows.len() - counts.kept - counts.computed,
        counts,
        problems: opened.problems,
        warnings,
    }))
}

/// What came of all epochs.
#[derive(Default)]
struct Found {
    rows: Vec<Place>,
    counts: Counts,
}

/// None where it was cancelled.
fn place_all(
    candidates: &[&Candidate],
    model: &LatentModel,
    places: &mut PlaceStore,
    cancel: &CancelToken,
    report: &mut dyn FnMut(Progress),
) -> anyhow::Result<Option<Found>> {
    let mut found = Found::default();
    for (number, chunk) in candidates.chunks(CHUNK).enumerate() {
        if cancel.is_cancelled() {
            return Ok(None);
        }
        let inputs = places.inputs(chunk).unwrap_or_default();
        let kept = inputs.iter().flatten();
        let kept = kept.filter(|input| matches!(input, EpochInput::Kept(_)));
        found.counts.kept += kept.count();
        let computed = model.embed(&to_compute(&inputs))?;
        found.counts.computed += computed.errors.len();
        let placed = places.take(chunk, inputs, &computed);
        found.rows.extend(placed.into_iter().flatten());
        report(Progress {
            done: number * CHUNK + chunk.len(),
            total: candidates.len(),
        });
    }
    Ok(Some(found))
}

fn of_places(rows: &[Place], space: &LatentSpace) -> Vec<FilledColumn> {
    let (axes, components) = (space.dimensions, space.components.len());
    let column = |name: String, kind, meaning: String, value: &dyn Fn(Parts<'_>) -> Value| {
        let values = rows.iter().map(|row| {
            let parts = row.as_ref().ok().and_then(|row| parts_of(space, row));
            parts.map_or(Value::Null, value)
        });
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
        let value = |(means, ..): Parts<'_>| number(means.get(axis));
        columns.push(column(format!("z{axis}"), Kind::Float, meaning, &value));
    }
    let likeliest_of = |(_, shares, _): Parts<'_>| {
        likeliest(shares).map_or(Value::Null, |at| Value::Int(at as i64))
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
        let value = |(_, shares, _): Parts<'_>| number(shares.get(component));
        columns.push(column(
            format!("p{component}"),
            Kind::Float,
            meaning,
            &value,
        ));
    }
    let meaning = "mean square of input less reconstruction".to_owned();
    let error = |(.., error): Parts<'_>| number(Some(&error));
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
