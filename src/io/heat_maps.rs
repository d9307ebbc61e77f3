//! Heat maps out: FITS with an image for every channel, or a table with a row for every pixel.

use std::path::Path;

use super::{
    export::{
        ExportError, FilledColumn, Format,
        columns::{Kind, Value},
        write_columns, written_beside,
    },
    fits::{
        bytes::{CardValue, PixelType},
        write::FitsWriter,
    },
};
use crate::domain::Explanation;

/// Writes the heat maps beside and renamed: `.fits`, `.csv` or `.parquet`, as the ending says.
///
/// # Errors
/// Where the ending is another, or the file cannot be written.
pub fn write_heat_maps(path: &Path, explanation: &Explanation) -> Result<(), ExportError> {
    match Format::of_path(path) {
        Some(Format::Fits) => written_beside(path, |beside| write_fits(beside, explanation)),
        Some(format @ (Format::Csv | Format::Parquet)) => {
            write_columns(path, format, "heat_maps", &columns(explanation))
        }
        _ => Err(ExportError {
            path: path.to_owned(),
            why: "heat maps can be written as .png, .fits, .csv or .parquet".into(),
        }),
    }
}

/// Facts in the primary header, then an image for every channel, named by its role.
fn write_fits(beside: &Path, explanation: &Explanation) -> Result<(), String> {
    let mut file = FitsWriter::create(beside)?;
    let number = |value: f32| value.to_string();
    for (name, value, comment) in [
        (
            "MODEL",
            explanation.model.to_string(),
            "model and its version",
        ),
        (
            "METHOD",
            explanation.method.name().into(),
            "how it is explained",
        ),
        ("CLASS", explanation.class.to_string(), "predicted class"),
        ("PROB", number(explanation.probability), "its probability"),
        (
            "SCORE",
            number(explanation.start),
            "its score before the softmax",
        ),
        (
            "REST",
            number(explanation.rest),
            "what of the score lies on no pixel",
        ),
    ] {
        file.card(name, CardValue::Text(&value), comment);
    }
    let side = explanation.plan.side_px;
    for (role, map) in explanation.channels() {
        let cube = file.cube(
            &role.name().to_uppercase(),
            PixelType::Float,
            [1, side, side],
        )?;
        file.planes(&cube, 0, map)?;
    }
    file.finish()
}

fn columns(explanation: &Explanation) -> Vec<FilledColumn> {
    let side = explanation.plan.side_px.max(1);
    let pixels = || {
        let channels = explanation.channels();
        channels.flat_map(|(role, map)| {
            let places = map.iter().enumerate();
            places.map(move |(at, value)| (role, at, *value))
        })
    };
    let filled = |name: &str, kind, meaning: &str, values| FilledColumn {
        name: name.into(),
        kind,
        unit: "",
        meaning: meaning.into(),
        values,
    };
    vec![
        filled(
            "role",
            Kind::Text,
            "channel of the model's input",
            pixels()
                .map(|(role, ..)| Value::Text(role.name().into()))
                .collect(),
        ),
        filled(
            "x",
            Kind::Int,
            "column of the model's square, from 0",
            pixels()
                .map(|(_, at, _)| Value::Int((at % side) as i64))
                .collect(),
        ),
        filled(
            "y",
            Kind::Int,
            "row of the model's square, from 0",
            pixels()
                .map(|(_, at, _)| Value::Int((at / side) as i64))
                .collect(),
        ),
        filled(
            "relevance",
            Kind::Float,
            "what the pixel adds to the score of the predicted class",
            pixels().map(|(.., value)| Value::Float(value)).collect(),
        ),
    ]
}
