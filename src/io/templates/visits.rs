//! Real visits as a CSV table, one row a visit of a field.
//!
//! Columns (case does not count, others are passed over): `FIELD`, `EPOCH`, `FILTER`, `MJD`,
//! `EXP_TIME` (s), `SEEING` (arcsec), `AIRMASS`, `BACK_LEVEL` (ADU a pixel), `LIMIT_MAG_EA5`
//! (magnitude of five standard deviations), `ZP_PS` (magnitude of one ADU a second).

use std::{collections::BTreeMap, num::ParseFloatError, path::Path};

use crate::domain::{
    Band, FieldVisits, Mjd, Visit,
    visit::{BELIEVED_SEEING_ARCSEC, BELIEVED_ZERO_POINT},
};

/// A table whose fields all have fewer visits is no schedule.
const LEAST_VISITS: usize = 5;

/// Visits that can be used.
#[derive(Debug, PartialEq)]
pub struct Visits {
    /// By name of the field; visits in order of time.
    pub fields: Vec<FieldVisits>,
    /// Rows that were dropped.
    pub dropped: usize,
}

/// The columns that are needed, in the order of [`Row::numbers`] after the first two.
const COLUMNS: [&str; 9] = [
    "FIELD",
    "FILTER",
    "MJD",
    "EXP_TIME",
    "SEEING",
    "AIRMASS",
    "BACK_LEVEL",
    "LIMIT_MAG_EA5",
    "ZP_PS",
];

/// Reads the table.
///
/// Rows with a missing value or conditions that are not believed ([`Visit::is_believed`]) are
/// dropped: one visit of unknown zero point, filled with a typical one, makes a constant star
/// vary.
pub fn read(path: &Path) -> Result<Visits, String> {
    let mut table = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_path(path)
        .map_err(|error| error.to_string())?;
    let heads = table.headers().map_err(|error| error.to_string())?.clone();
    let mut at = [0; COLUMNS.len()];
    for (at, column) in at.iter_mut().zip(COLUMNS) {
        let found = heads
            .iter()
            .position(|head| head.eq_ignore_ascii_case(column));
        *at = found.ok_or_else(|| format!("the column {column} is missing"))?;
    }
    let mut fields: BTreeMap<String, Vec<Visit>> = BTreeMap::new();
    let mut dropped = 0;
    for row in table.records() {
        let row = row.map_err(|error| error.to_string())?;
        let cells = at.map(|at| row.get(at).unwrap_or_default());
        let line = row.position().map_or(0, csv::Position::line);
        match visit(cells).map_err(|why| format!("line {line}: {why}"))? {
            Some(visit) => fields.entry(cells[0].to_owned()).or_default().push(visit),
            None => dropped += 1,
        }
    }
    let most = fields.values().map(Vec::len).max().unwrap_or(0);
    if most < LEAST_VISITS {
        let [faintest, brightest] = BELIEVED_ZERO_POINT;
        let [sharpest, widest] = BELIEVED_SEEING_ARCSEC;
        return Err(format!(
            "has too few visits: no field has {LEAST_VISITS} that can be used ({dropped} rows \
             lack a value, have a zero point outside {faintest} to {brightest}, a seeing outside \
             {sharpest} to {widest} arcseconds, or an impossible exposure time, airmass or sky)"
        ));
    }
    let in_time = |(field, mut visits): (String, Vec<Visit>)| {
        visits.sort_by(|a, b| a.mjd.days().total_cmp(&b.mjd.days()));
        FieldVisits { field, visits }
    };
    Ok(Visits {
        fields: fields.into_iter().map(in_time).collect(),
        dropped,
    })
}

/// A row as a visit; none where a value is missing or impossible.
fn visit(cells: [&str; COLUMNS.len()]) -> Result<Option<Visit>, String> {
    let mut numbers = [0.0; COLUMNS.len() - 2];
    for ((number, cell), column) in numbers.iter_mut().zip(&cells[2..]).zip(&COLUMNS[2..]) {
        let Some(value) = number_of(cell).map_err(|why| format!("{column} is {cell:?}: {why}"))?
        else {
            return Ok(None);
        };
        *number = value;
    }
    let [mjd, exposure_s, seeing, airmass, sky, limit, zero_point] = numbers;
    let (field, filter) = (cells[0], cells[1]);
    let (Some(mjd), false) = (Mjd::new(mjd), field.is_empty() || filter.is_empty()) else {
        return Ok(None);
    };
    let band = match Band::from_name(filter) {
        Some(Band::Other(name)) => return Err(unknown_band(&name)),
        Some(band) => band,
        None => return Ok(None),
    };
    let visit = Visit {
        mjd,
        band,
        exposure_s: exposure_s as f32,
        seeing_arcsec: seeing as f32,
        airmass: airmass as f32,
        sky_adu: sky as f32,
        limiting_mag: limit as f32,
        zero_point: zero_point as f32,
    };
    Ok(visit.is_believed().then_some(visit))
}

/// What is said of a filter that is none of the six.
pub fn unknown_band(name: &str) -> String {
    format!("{name:?} is no known band: use u, g, r, i, z or y")
}

/// A number; none where the cell says that there is none.
fn number_of(cell: &str) -> Result<Option<f64>, ParseFloatError> {
    const MISSING: [&str; 6] = ["", "nan", "null", "none", "--", "n/a"];
    if MISSING.contains(&cell.to_ascii_lowercase().as_str()) {
        return Ok(None);
    }
    let value: f64 = cell.parse()?;
    Ok(Some(value).filter(|value| value.is_finite()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "FIELD,EPOCH,FILTER,MJD,EXP_TIME,SEEING,AIRMASS,BACK_LEVEL,LIMIT_MAG_EA5,ZP_PS,NOTE";

    fn read_text(rows: &[&str]) -> Result<Visits, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("observing_conditions_x.csv");
        std::fs::write(&path, format!("{HEAD}\n{}\n", rows.join("\n"))).unwrap();
        read(&path)
    }

    /// Five good rows of a field in the wrong order of time.
    const GOOD: [&str; 5] = [
        "07,01,g,57003.1,86,1.2,1.1,110,23.5,25.0,",
        "07,02,g,57001.1,86,0.7,1.1,110,23.5,25.0,",
        "07,03,r,57002.1,86,4.2,1.1,110,23.5,25.0,",
        "07,04,g,57004.1,86,1.2,1.1,110,23.5,25.0,",
        "07,05,i,57005.1,86,1.2,1.1,110,23.5,25.0,cloud",
    ];

    #[test]
    fn visits_come_by_field_in_order_of_time() {
        let mut rows = GOOD.to_vec();
        rows.push("03,01,g,57001.1,86,1.2,1.1,110,23.5,25.0,");
        let read = read_text(&rows).unwrap();
        let names: Vec<_> = read.fields.iter().map(|field| &*field.field).collect();
        assert_eq!(names, ["03", "07"]);
        let times: Vec<_> = read.fields[1].visits.iter().map(|v| v.mjd.days()).collect();
        assert_eq!(times, [57001.1, 57002.1, 57003.1, 57004.1, 57005.1]);
        assert_eq!(read.fields[1].visits[1].band, Band::R);
        assert_eq!(read.dropped, 0);
    }

    #[test]
    fn rows_without_conditions_are_dropped_and_counted() {
        let mut rows = GOOD.to_vec();
        rows.extend([
            "07,06,g,57006.1,86,1.2,1.1,110,23.5,nan,",
            "07,07,g,57006.1,86,1.2,1.1,110,23.5,20.0,",
            "07,08,g,57006.1,86,4.3,1.1,110,23.5,25.0,",
            "07,09,g,57006.1,86,0.69,1.1,110,23.5,25.0,",
            "07,10,g,57006.1,86,1.2,,110,23.5,25.0,",
        ]);
        let read = read_text(&rows).unwrap();
        assert_eq!((read.fields[0].visits.len(), read.dropped), (5, 5));
    }

    #[test]
    fn faults_name_the_line_or_the_column() {
        let mut rows = GOOD.to_vec();
        rows.push("07,06,W,57006.1,86,1.2,1.1,110,23.5,25.0,");
        let why = read_text(&rows).unwrap_err();
        assert!(why.contains("line 7") && why.contains("\"W\""), "{why}");
        rows[5] = "07,06,g,57006.1,86,fair,1.1,110,23.5,25.0,";
        let why = read_text(&rows).unwrap_err();
        assert!(why.contains("line 7: SEEING is \"fair\""), "{why}");
        let why = read_text(&GOOD[..4]).unwrap_err();
        assert!(why.contains("too few visits"), "{why}");

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.csv");
        std::fs::write(&path, "FIELD,MJD\n1,57000\n").unwrap();
        assert_eq!(read(&path).unwrap_err(), "the column FILTER is missing");
    }
}
