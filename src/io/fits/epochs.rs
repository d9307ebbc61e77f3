//! The EPOCHS table of a cube: one row an epoch, in the order of the planes.

use super::{
    error::FitsError, file::FitsFile, header::difference_sign, table::Column, text::unescape_text,
};
use crate::{
    domain::{Band, Epoch, Mjd, TimeScale},
    io::field_names::FieldNames,
};

/// One column, read.
enum Values {
    Numbers(Vec<f64>),
    Longs(Vec<i64>),
    Texts(Vec<String>),
}

/// The epochs of the current table, without stamps.
///
/// Known columns: MJD (or JD), BAND or FILTER, MAG, MAGERR, LIMMAG5 or LIMMAG, SEEING
/// (arcseconds), CANDID, ISDIFFPOS. Every other scalar column becomes a field.
///
/// `is_escaped`: texts are written as [`super::text`] writes them.
pub fn read(
    file: &mut FitsFile<'_>,
    names: &FieldNames,
    is_escaped: bool,
) -> Result<Vec<Epoch>, FitsError> {
    let mut columns = Vec::new();
    for column in file.columns()? {
        // Vectors and odd types are left out: they are no property of an epoch.
        if let Some(mut values) = values(file, &column) {
            if let (Values::Texts(texts), true) = (&mut values, is_escaped) {
                for text in texts.iter_mut() {
                    *text = unescape_text(text);
                }
            }
            columns.push((column.name.clone(), values));
        }
    }
    let rows = file.rows()?;
    Ok((0..rows).map(|row| epoch(&columns, row, names)).collect())
}

fn values(file: &mut FitsFile<'_>, column: &Column) -> Option<Values> {
    if !column.is_scalar {
        None
    } else if column.is_text {
        file.texts(column).ok().map(Values::Texts)
    } else if column.is_long {
        file.longs(column).ok().map(Values::Longs)
    } else {
        file.numbers(column).ok().map(Values::Numbers)
    }
}

fn epoch(columns: &[(String, Values)], row: usize, names: &FieldNames) -> Epoch {
    let mut epoch = Epoch::default();
    let (mut numbers, mut texts) = (Vec::new(), Vec::new());
    for (name, values) in columns {
        match values.cell(row) {
            cell if set_known(&mut epoch, &name.to_ascii_uppercase(), &cell) => {}
            Cell::Number(value) => numbers.push((name.as_str(), value)),
            Cell::Long(value) => texts.push((name.as_str(), value.to_string())),
            Cell::Text(text) => texts.push((name.as_str(), text.to_owned())),
        }
    }
    epoch.fields = names.fields(&numbers, texts);
    let scale = epoch.fields.text("TIMESYS");
    let scale = scale.and_then(|name| TimeScale::from_name(name));
    epoch.mjd = epoch
        .mjd
        .map(|mjd| scale.map_or(mjd, |scale| mjd.counted_in(scale)));
    epoch
}

enum Cell<'a> {
    Number(f64),
    Long(i64),
    Text(&'a str),
}

impl Values {
    /// One cell. A column of integers is a column of numbers unless one of them is too long for
    /// a double: then all of them are identifiers.
    fn cell(&self, row: usize) -> Cell<'_> {
        match self {
            Self::Numbers(values) => Cell::Number(values[row]),
            Self::Texts(values) => Cell::Text(&values[row]),
            Self::Longs(values) if values.iter().all(|v| v.unsigned_abs() <= 1 << 53) => {
                Cell::Number(values[row] as f64)
            }
            Self::Longs(values) => Cell::Long(values[row]),
        }
    }
}

impl Cell<'_> {
    fn number(&self) -> Option<f64> {
        let value = match self {
            Self::Number(value) => *value,
            Self::Long(value) => *value as f64,
            Self::Text(text) => text.trim().parse().ok()?,
        };
        value.is_finite().then_some(value)
    }

    fn text(&self) -> Option<String> {
        match self {
            Self::Number(value) if value.is_nan() => None,
            Self::Number(value) => Some(value.to_string()),
            Self::Long(value) => Some(value.to_string()),
            Self::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        }
    }
}

/// Puts a known column into its place; false where the column is not known.
fn set_known(epoch: &mut Epoch, name: &str, cell: &Cell<'_>) -> bool {
    let single = |cell: &Cell<'_>| cell.number().map(|value| value as f32);
    match name {
        "MJD" => epoch.mjd = cell.number().and_then(Mjd::new),
        "JD" => epoch.mjd = epoch.mjd.or(cell.number().and_then(Mjd::from_jd)),
        "BAND" | "FILTER" => epoch.band = cell.text().and_then(|name| Band::from_name(&name)),
        "MAG" | "MAGPSF" => epoch.mag = single(cell),
        "MAGERR" | "MAG_ERR" | "SIGMAPSF" => epoch.mag_err = single(cell),
        "LIMMAG5" | "LIMMAG" | "DIFFMAGLIM" => epoch.limiting_mag = single(cell),
        "SEEING" => epoch.seeing_arcsec = single(cell),
        // 0 stands for "none" in integer columns.
        "CANDID" => {
            let id = cell.text().filter(|id| id != "0");
            epoch.candid = id.map(Into::into);
        }
        "ISDIFFPOS" => {
            let text = cell.text().unwrap_or_default();
            epoch.difference_sign = difference_sign(&text);
        }
        _ => return false,
    }
    true
}
