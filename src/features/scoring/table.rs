//! The table of scores: one row an epoch.

use std::{collections::HashSet, sync::Arc};

use super::task::OneView;
use crate::{
    domain::{
        Candidate, CandidateIx, Detections, Epoch, Mjd, ModelCard, Prediction, Predictions,
        set_figures::in_percent,
    },
    io::export::columns::{
        FilledColumn, Kind, TIME_SCALE, TIME_SCALE_MEANING, Value, double, text,
    },
};

/// What one model predicts for all candidates, in the order of the catalogue.
pub(crate) struct ModelScores<'a> {
    pub card: &'a ModelCard,
    pub predictions: &'a [Predictions],
    /// Where it scored in two steps: which epochs it scored from one orientation only.
    pub one_view: Option<&'a OneView>,
    /// The sets of classes of each candidate, where it predicts classes and was calibrated for sets.
    pub sets: Option<&'a [SetsOfEpochs]>,
}

/// The set of classes of each epoch of a candidate, the likeliest first; none where nothing is predicted.
pub(crate) type SetsOfEpochs = Vec<Option<Vec<usize>>>;

/// What stands in a column about the epoch at a place.
type ValueOf<'a> = dyn Fn((CandidateIx, usize), &Prediction) -> Value + 'a;

/// All columns, filled. Those of a model bear its name where there are several models.
pub(crate) fn columns(
    candidates: &[&Candidate],
    models: &[ModelScores<'_>],
    (detections, level): (Option<&Detections>, f64),
) -> Vec<FilledColumn> {
    let mut columns = identity(candidates);
    if let Some(detections) = detections {
        columns.extend(seen(candidates, detections));
    }
    let mut taken: HashSet<String> = columns.iter().map(|column| column.name.clone()).collect();
    for model in models {
        let name = &model.card.name;
        let mut push = |what: &str, kind, meaning: String, value: &ValueOf<'_>| {
            let of_model = match models.len() {
                1 => what.to_owned(),
                _ => format!("{what}_{name}"),
            };
            let candidates = model.predictions.iter().enumerate();
            let predictions = candidates.flat_map(|(number, predictions)| {
                let epochs = predictions.iter().enumerate();
                epochs.map(move |(at, prediction)| ((CandidateIx(number as u32), at), prediction))
            });
            columns.push(FilledColumn {
                name: untaken(&mut taken, of_model),
                kind,
                unit: "",
                meaning,
                values: predictions
                    .map(|(place, prediction)| value(place, prediction))
                    .collect(),
            });
        };
        for (class, title) in classes(model.card) {
            let meaning = match title {
                "score" => format!("probability that {name} gives to real"),
                other => format!("probability that {name} gives to {other}"),
            };
            push(title, Kind::Float, meaning, &|_, prediction| {
                let known = prediction.probability(class);
                known
                    .filter(|p| p.is_finite())
                    .map_or(Value::Null, Value::Float)
            });
        }
        if let Some(sets) = model.sets {
            let percent = in_percent(level);
            let meaning = format!(
                "classes that it may be by {name}, the likeliest first: they hold the true one for {percent} % of the \
                 objects of each class"
            );
            push("classes", Kind::Text, meaning, &|place, prediction| {
                set_of(sets, place, prediction, &model.card.classes)
            });
        }
        if let Some(one_view) = model.one_view {
            let meaning =
                format!("true where {name} scored all orientations, false where one decided");
            push("in_full", Kind::Bool, meaning, &|place, prediction| {
                let is_scored = matches!(prediction, Prediction::Probabilities(_));
                let is_full = !one_view.contains(&place);
                if is_scored {
                    Value::Bool(is_full)
                } else {
                    Value::Null
                }
            });
        }
        let meaning = format!("why {name} could not score it; empty where it did");
        push(
            "refused",
            Kind::Text,
            meaning,
            &|_, prediction| match prediction {
                Prediction::Refused(why) => text(Some(why)),
                Prediction::Probabilities(_) => Value::Null,
            },
        );
    }
    columns
}

/// The same with the column of the survey's identifiers of detections, empty where none has one: tables of parts of a set have
/// the same columns then.
pub(crate) fn with_candid(mut columns: Vec<FilledColumn>) -> Vec<FilledColumn> {
    if columns.iter().all(|column| column.name != "candid") {
        let rows = columns.first().map_or(0, |column| column.values.len());
        let candid = FilledColumn {
            name: "candid".into(),
            kind: Kind::Text,
            unit: "",
            meaning: "identifier of the detection".into(),
            values: vec![Value::Null; rows],
        };
        columns.insert(1.min(columns.len()), candid);
    }
    columns
}

/// The set of an epoch that was scored: "supernova|asteroid".
fn set_of(
    sets: &[SetsOfEpochs],
    (ix, at): (CandidateIx, usize),
    prediction: &Prediction,
    classes: &[String],
) -> Value {
    let set = sets
        .get(ix.0 as usize)
        .and_then(|sets| sets.get(at)?.as_ref());
    match (set, prediction) {
        (Some(set), Prediction::Probabilities(_)) => {
            let names = set.iter().filter_map(|at| classes.get(*at));
            let names: Vec<&str> = names.map(String::as_str).collect();
            Value::Text(names.join("|"))
        }
        _ => Value::Null,
    }
}

/// Whether anything is seen up to each epoch.
fn seen(candidates: &[&Candidate], detections: &Detections) -> [FilledColumn; 2] {
    let epochs = || {
        let all = candidates.iter().enumerate();
        all.flat_map(|(number, candidate)| {
            let ix = CandidateIx(number as u32);
            (0..candidate.epochs.len()).map(move |at| (ix, at))
        })
    };
    let significance = |(ix, at): (CandidateIx, usize)| {
        let known = detections.get(ix)?.get(at).copied();
        known.filter(|known| known.is_finite())
    };
    let column = |name: &str, kind, meaning: &str, values| FilledColumn {
        name: name.into(),
        kind,
        unit: "",
        meaning: meaning.into(),
        values,
    };
    [
        column(
            "significance",
            Kind::Float,
            "of the most significant detection up to this epoch, or of all epochs together, standard deviations",
            epochs()
                .map(|place| significance(place).map_or(Value::Null, Value::Float))
                .collect(),
        ),
        column(
            "seen",
            Kind::Bool,
            "false where nothing is seen yet: a significance below 4",
            epochs()
                .map(|(ix, at)| detections.is_seen(ix, at).map_or(Value::Null, Value::Bool))
                .collect(),
        ),
    ]
}

/// The classes that have a column, with its name: `real` alone, as `score`, where it has one
/// opposite; else all.
fn classes(card: &ModelCard) -> Vec<(usize, &str)> {
    match card.positive_class() {
        Some(real) if card.classes.len() == 2 => vec![(real, "score")],
        _ => card
            .classes
            .iter()
            .map(String::as_str)
            .enumerate()
            .collect(),
    }
}

pub(crate) fn identity(candidates: &[&Candidate]) -> Vec<FilledColumn> {
    let epochs = || candidates.iter().flat_map(|candidate| &candidate.epochs);
    let column = |name: &str, kind, unit, meaning: &str, values| FilledColumn {
        name: name.into(),
        kind,
        unit,
        meaning: meaning.into(),
        values,
    };
    let ids = candidates.iter().flat_map(|candidate| {
        let id: &Arc<str> = &candidate.id;
        std::iter::repeat_n(id, candidate.epochs.len()).map(|id| text(Some(id)))
    });
    let meaning = "identifier of the object";
    let mut columns = vec![column("id", Kind::Text, "", meaning, ids.collect())];
    if epochs().any(|epoch| epoch.candid.is_some()) {
        let candid = |epoch: &Epoch| text(epoch.candid.as_deref());
        let meaning = "identifier of the detection";
        columns.push(column(
            "candid",
            Kind::Text,
            "",
            meaning,
            epochs().map(candid).collect(),
        ));
    }
    let mjd = |epoch: &Epoch| double(epoch.mjd.map(Mjd::days));
    let meaning = "modified Julian date, in the time scale beside";
    columns.push(column(
        "mjd",
        Kind::Double,
        "d",
        meaning,
        epochs().map(mjd).collect(),
    ));
    let scale = |epoch: &Epoch| text(epoch.mjd.map(|mjd| mjd.scale().name()));
    columns.push(column(
        TIME_SCALE,
        Kind::Text,
        "",
        TIME_SCALE_MEANING,
        epochs().map(scale).collect(),
    ));
    columns
}

/// The name, numbered where another column has it: two files may hold models of one name.
fn untaken(taken: &mut HashSet<String>, name: String) -> String {
    let numbered = (2..).map(|number| format!("{name}_{number}"));
    let mut names = std::iter::once(name.clone()).chain(numbered);
    let free = names.find(|name| !taken.contains(name)).unwrap_or(name);
    taken.insert(free.clone());
    free
}
