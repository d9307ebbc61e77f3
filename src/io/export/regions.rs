//! A region file of SAOImage DS9: a point at each candidate's position, with its identifier and label, to lay over
//! any image of the field.
//!
//! The form is that of version 4.1 of the format (DS9's reference manual, *Regions*). The classes are tags, by
//! which DS9 and pyregion choose groups; each has a colour of its own where there are at most seven.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use super::row::ExportRow;

/// DS9's names of colours, for classes in the order of their names; then again from the first.
const COLORS: [&str; 7] = ["cyan", "magenta", "yellow", "red", "blue", "green", "black"];
/// The colour of what has no class.
const WITHOUT_CLASS: &str = "white";
/// What a candidate marked unsure is tagged with.
const UNSURE: &str = "unsure";

/// Right ascension and declination of a row, degrees; none where it cannot be drawn.
pub fn position(row: &ExportRow<'_>) -> Option<[f64; 2]> {
    let known = row.candidate?.position_deg;
    known.filter(|position| position.iter().all(|axis| axis.is_finite()))
}

/// Writes all rows that have a position.
pub(super) fn write(path: &Path, rows: &[ExportRow<'_>]) -> Result<(), String> {
    try_write(path, rows).map_err(|error| error.to_string())
}

fn try_write(path: &Path, rows: &[ExportRow<'_>]) -> io::Result<()> {
    let drawn = rows.iter().filter_map(|row| Some((position(row)?, row)));
    let classes = drawn.clone().flat_map(|(_, row)| &row.state.classes);
    let classes: BTreeSet<&str> = classes.map(|class| &**class).collect();
    let color_of = |row: &ExportRow<'_>| {
        let first = row.state.classes.first();
        let at = first.and_then(|first| classes.iter().position(|class| **class == **first));
        at.map_or(WITHOUT_CLASS, |at| COLORS[at % COLORS.len()])
    };
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(out, "# Region file format: DS9 version 4.1")?;
    let version = env!("CARGO_PKG_VERSION");
    writeln!(out, "# labels, written by destello {version}")?;
    writeln!(out, "icrs")?;
    for ([ra, dec], row) in drawn {
        let color = color_of(row);
        let text = in_braces(&words(row));
        write!(
            out,
            "point({ra},{dec}) # point=circle 14 color={color} text={{{text}}}"
        )?;
        for tag in tags(row) {
            write!(out, " tag={{{}}}", in_braces(tag))?;
        }
        writeln!(out)?;
    }
    out.flush()
}

/// "ZTF18abcdefg real".
fn words(row: &ExportRow<'_>) -> String {
    match row.state.classes.join(";") {
        none if none.is_empty() => row.id.to_owned(),
        classes => format!("{} {classes}", row.id),
    }
}

fn tags<'a>(row: &ExportRow<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    let state = row.state;
    let classes = state.classes.iter().map(|class| &**class);
    let marks = [(state.is_unsure, UNSURE), (state.is_flagged, "flagged")];
    classes.chain(
        marks
            .into_iter()
            .filter_map(|(is, mark)| is.then_some(mark)),
    )
}

/// On one line and without what ends a text in braces.
fn in_braces(text: &str) -> String {
    let sign = |sign: char| match sign {
        '{' => '(',
        '}' => ')',
        sign if sign.is_control() => ' ',
        sign => sign,
    };
    text.chars().map(sign).collect()
}
