//! Tables of a FITS file with stamps in their cells, as BlackGEM and MeerLICHT write them (`THUMBNAIL_RED`,
//! `THUMBNAIL_REF`, `THUMBNAIL_D`, `THUMBNAIL_SCORR`): a row is a candidate.

use super::{bytes::NULL_INT, error::FitsError, file::FitsFile, table::Column};
use crate::{
    domain::{Role, Stamp},
    io::arrays::{Cells, layout},
};

/// Fewer pixels a side are no stamp, nor are more.
const SIDES: std::ops::RangeInclusive<usize> = 5..=2_048;

/// A column of stamps.
#[derive(Clone, Debug)]
pub struct ImageColumn {
    pub role: Role,
    /// Pixels per row, and rows.
    pub size: [usize; 2],
    column: Column,
}

/// The role of a column of that name.
fn role_of(name: &str) -> Option<Role> {
    let lower = name.trim().to_ascii_lowercase();
    let Some(thumbnail) = lower.strip_prefix("thumbnail_") else {
        return layout::role_of(&lower);
    };
    match thumbnail {
        "red" => Some(Role::Science),
        "d" => Some(Role::Difference),
        "scorr" => Some(Role::Snr),
        other => Role::from_alias(other),
    }
}

/// The columns of stamps of the current table, one a role.
pub fn image_columns(file: &FitsFile<'_>) -> Result<Vec<ImageColumn>, FitsError> {
    let mut found: Vec<ImageColumn> = Vec::new();
    for (number, column) in (1..).zip(file.columns()?) {
        let Some(size) = size_of(&column, file.hdu().text(&format!("TDIM{number}"))) else {
            continue;
        };
        let role = role_of(&column.name);
        if let Some(role) = role
            && found.iter().all(|known| known.role != role)
        {
            found.push(ImageColumn { role, size, column });
        }
    }
    found.sort_by_key(|image| image.role);
    Ok(found)
}

/// Width and height by TDIM, or of a square.
fn size_of(column: &Column, dim: Option<&str>) -> Option<[usize; 2]> {
    let count = column.numbers_per_cell()?;
    let size = match dim.and_then(|dim| dim.trim().strip_prefix('(')?.strip_suffix(')')) {
        Some(dim) => {
            let lens: Option<Vec<usize>> =
                dim.split(',').map(|len| len.trim().parse().ok()).collect();
            match lens?[..] {
                [width, height] => [width, height],
                _ => return None,
            }
        }
        None => [count.isqrt(), count.isqrt()],
    };
    let is_whole = size[0].checked_mul(size[1]) == Some(count);
    (is_whole && size.iter().all(|side| SIDES.contains(side))).then_some(size)
}

/// The stamp of a row of the current table, without unit and geometry.
pub fn stamp(file: &mut FitsFile<'_>, row: usize, role: Role) -> Result<Option<Stamp>, FitsError> {
    let columns = image_columns(file)?;
    let Some(image) = columns.into_iter().find(|image| image.role == role) else {
        return Ok(None);
    };
    if row >= file.rows()? {
        return Ok(None);
    }
    let pixels = file.cell(&image.column, row)?;
    Ok(Some(Stamp::new(image.size[0], image.size[1], pixels)))
}

/// Names and values of the columns with one value a row.
pub fn scalars(file: &mut FitsFile<'_>) -> Result<Vec<(String, Cells)>, FitsError> {
    let mut found = Vec::new();
    for column in file.columns()?.iter().filter(|column| column.is_scalar) {
        let cells = if column.is_text {
            Cells::Texts(file.texts(column)?)
        } else if column.is_long {
            let values = file.longs(column)?;
            let missing = |value: i64| if value == NULL_INT { 0 } else { value };
            Cells::Integers(values.into_iter().map(missing).collect())
        } else {
            Cells::Floats(file.numbers(column)?)
        };
        found.push((column.name.clone(), cells));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_blackgem_are_roles() {
        for (name, role) in [
            ("THUMBNAIL_RED", Some(Role::Science)),
            ("THUMBNAIL_REF", Some(Role::Reference)),
            ("THUMBNAIL_D", Some(Role::Difference)),
            ("THUMBNAIL_SCORR", Some(Role::Snr)),
            ("cutoutScience", Some(Role::Science)),
            ("PROFILE", None),
        ] {
            assert_eq!(role_of(name), role, "{name}");
        }
    }
}
