//! Binary and ASCII tables of a FITS file (FITS standard 4.0, section 7): scalar columns.

use super::{
    error::FitsError,
    file::{FitsFile, HduKind},
};

/// One column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// TTYPE.
    pub name: String,
    /// True where it holds text, or logical values, which are the texts T and F.
    pub is_text: bool,
    /// True where it holds 64-bit integers, which a double cannot always hold.
    pub is_long: bool,
    /// True where each row has one value.
    pub is_scalar: bool,
    /// Its letter in TFORM; small letters for ASCII tables.
    pub form: u8,
    /// For a column of arrays in the heap: the letter of their elements.
    pub element: u8,
    /// First byte in the row, and bytes of the cell.
    pub offset: usize,
    width: usize,
    /// Values of a cell of numbers.
    repeat: usize,
    scale: f64,
    zero: f64,
    null: Option<i64>,
}

impl FitsFile<'_> {
    /// Number of rows of the current table.
    pub fn rows(&self) -> Result<usize, FitsError> {
        let rows = self.hdu().integer("NAXIS2").unwrap_or(-1);
        // A damaged header may promise any number: each row takes a byte at least.
        usize::try_from(rows)
            .ok()
            .filter(|rows| *rows <= self.len())
            .ok_or_else(|| self.odd(format!("promises {rows} rows, more than the file can hold")))
    }

    /// The columns of the current table.
    pub fn columns(&self) -> Result<Vec<Column>, FitsError> {
        if self
            .hdu()
            .text("XTENSION")
            .is_none_or(|kind| !kind.contains("TABLE"))
        {
            return Err(self.odd("is no table"));
        }
        self.table_columns()
    }

    /// The columns, also of the table that holds a compressed image.
    pub fn table_columns(&self) -> Result<Vec<Column>, FitsError> {
        let hdu = self.hdu();
        let count = hdu
            .size("TFIELDS")
            .filter(|count| *count <= 9999)
            .unwrap_or(0);
        let is_ascii = hdu.text("XTENSION") == Some("TABLE");
        let mut columns = Vec::with_capacity(count);
        let mut offset = 0;
        for number in 1..=count {
            let form = hdu.text(&format!("TFORM{number}")).unwrap_or_default();
            let column = if is_ascii {
                let at = hdu.size(&format!("TBCOL{number}")).unwrap_or(1);
                ascii_column(form, at.saturating_sub(1))
            } else {
                binary_column(form, offset)
            };
            let mut column = column.ok_or_else(|| {
                self.odd(format!(
                    "has a column {number} of the unknown form {form:?}"
                ))
            })?;
            offset = column.offset + column.width;
            column.name = hdu
                .text(&format!("TTYPE{number}"))
                .unwrap_or_default()
                .into();
            column.scale = hdu.number(&format!("TSCAL{number}")).unwrap_or(1.0);
            column.zero = hdu.number(&format!("TZERO{number}")).unwrap_or(0.0);
            column.null = hdu.integer(&format!("TNULL{number}"));
            column.is_long &= (column.scale, column.zero) == (1.0, 0.0);
            columns.push(column);
        }
        let row = hdu.size("NAXIS1").unwrap_or(0);
        if columns
            .iter()
            .any(|column| column.offset + column.width > row)
        {
            return Err(self.odd("has columns that are wider than its rows"));
        }
        Ok(columns)
    }

    /// All rows of a scalar number column; NaN where a value is missing.
    pub fn numbers(&mut self, column: &Column) -> Result<Vec<f64>, FitsError> {
        self.cells(column, |cell| column.number(cell))
    }

    /// All rows of a scalar integer column, exact; 0 where a value is missing.
    pub fn longs(&mut self, column: &Column) -> Result<Vec<i64>, FitsError> {
        self.cells(column, |cell| column.integer(cell).unwrap_or(0))
    }

    /// All rows of a text column, without trailing spaces.
    pub fn texts(&mut self, column: &Column) -> Result<Vec<String>, FitsError> {
        self.cells(column, text_of)
    }

    /// The numbers of one cell, as 32-bit floats.
    pub fn cell(&mut self, column: &Column, row: usize) -> Result<Vec<f32>, FitsError> {
        let row_bytes = self.hdu().size("NAXIS1").unwrap_or(0);
        let at = (row as u64)
            .checked_mul(row_bytes as u64)
            .and_then(|at| at.checked_add(column.offset as u64))
            .ok_or_else(|| self.odd("is too large"))?;
        let bytes = self.data(at, column.width)?;
        let size = (column.width / column.repeat.max(1)).max(1);
        let values = bytes.chunks_exact(size);
        Ok(values.map(|value| column.number(value) as f32).collect())
    }

    fn cells<T>(
        &mut self,
        column: &Column,
        cell: impl Fn(&[u8]) -> T,
    ) -> Result<Vec<T>, FitsError> {
        let (rows, current) = (self.rows()?, self.current());
        let row = self.hdu().size("NAXIS1").unwrap_or(0);
        if self.table.as_ref().is_none_or(|(hdu, _)| *hdu != current) {
            if self.go_to(current)? == Some(HduKind::Image) {
                return Err(self.odd("is no table"));
            }
            let bytes = rows
                .checked_mul(row)
                .ok_or_else(|| self.odd("is too large"))?;
            let bytes = self.data(0, bytes)?.into_owned();
            self.table = Some((current, bytes));
        }
        let bytes = self.table.as_ref().map_or(&[][..], |(_, bytes)| bytes);
        if row == 0 {
            return Ok(Vec::new());
        }
        let range = column.offset..column.offset + column.width;
        let cells = bytes.chunks_exact(row).map(|row| row.get(range.clone()));
        Ok(cells.map(|bytes| cell(bytes.unwrap_or_default())).collect())
    }
}

/// Letter and repeat count of a TFORM such as `21A` or `1PB(300)`.
fn binary_column(form: &str, offset: usize) -> Option<Column> {
    let at = form.find(|c: char| !c.is_ascii_digit())?;
    let repeat: usize = if at == 0 { 1 } else { form[..at].parse().ok()? };
    let letter = form.as_bytes()[at].to_ascii_uppercase();
    let element = form
        .as_bytes()
        .get(at + 1)
        .map_or(0, u8::to_ascii_uppercase);
    let size = match letter {
        b'L' | b'B' | b'A' => 1,
        b'X' => 0,
        b'I' => 2,
        b'J' | b'E' => 4,
        b'K' | b'D' | b'C' | b'P' => 8,
        b'M' | b'Q' => 16,
        _ => return None,
    };
    let width = if letter == b'X' {
        repeat.div_ceil(8)
    } else {
        repeat.checked_mul(size)?
    };
    let is_number = matches!(letter, b'B' | b'I' | b'J' | b'K' | b'E' | b'D' | b'L');
    // `rAw`: several texts of w characters.
    let part: usize = form[at + 1..].parse().unwrap_or(repeat);
    Some(Column {
        name: String::new(),
        is_text: matches!(letter, b'A' | b'L'),
        is_long: letter == b'K',
        is_scalar: (is_number && repeat == 1) || (letter == b'A' && repeat > 0 && part >= repeat),
        form: letter,
        element,
        offset,
        width,
        repeat,
        scale: 1.0,
        zero: 0.0,
        null: None,
    })
}

/// `A10`, `I6`, `F8.3`, `E15.7`, `D25.17`.
fn ascii_column(form: &str, offset: usize) -> Option<Column> {
    let letter = form.bytes().next()?.to_ascii_lowercase();
    let width: usize = form.get(1..)?.split('.').next()?.parse().ok()?;
    if !matches!(letter, b'a' | b'i' | b'f' | b'e' | b'd') {
        return None;
    }
    Some(Column {
        name: String::new(),
        is_text: letter == b'a',
        is_long: letter == b'i' && width > 9,
        is_scalar: width > 0,
        form: letter,
        element: 0,
        offset,
        width,
        repeat: 1,
        scale: 1.0,
        zero: 0.0,
        null: None,
    })
}

impl Column {
    /// How many numbers a cell has; none for texts, and for what has its values elsewhere.
    pub const fn numbers_per_cell(&self) -> Option<usize> {
        match self.form {
            b'B' | b'I' | b'J' | b'K' | b'E' | b'D' => Some(self.repeat),
            _ => None,
        }
    }

    /// The integer as it is stored.
    fn integer(&self, cell: &[u8]) -> Option<i64> {
        Some(match self.form {
            b'B' => i64::from(*cell.first()?),
            b'I' => i16::from_be_bytes(cell.try_into().ok()?).into(),
            b'J' => i32::from_be_bytes(cell.try_into().ok()?).into(),
            b'K' => i64::from_be_bytes(cell.try_into().ok()?),
            b'i' => text_of(cell).trim().parse().ok()?,
            _ => return None,
        })
    }

    fn number(&self, cell: &[u8]) -> f64 {
        let stored = match self.form {
            b'E' => cell
                .try_into()
                .ok()
                .map(|cell| f32::from_be_bytes(cell).into()),
            b'D' => cell.try_into().ok().map(f64::from_be_bytes),
            b'f' | b'e' | b'd' => text_of(cell).trim().replace(['D', 'd'], "E").parse().ok(),
            _ => {
                let integer = self.integer(cell);
                integer
                    .filter(|value| self.null != Some(*value))
                    .map(|value| value as f64)
            }
        };
        stored.map_or(f64::NAN, |value| {
            if (self.scale, self.zero) == (1.0, 0.0) {
                value
            } else {
                value * self.scale + self.zero
            }
        })
    }
}

/// Text up to the first zero, without trailing blanks; Latin-1 where it is no UTF-8.
fn text_of(cell: &[u8]) -> String {
    let end = cell
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(cell.len());
    let latin = |_| cell[..end].iter().map(|byte| char::from(*byte)).collect();
    let text = std::str::from_utf8(&cell[..end]).map_or_else(latin, str::to_owned);
    text.trim_end().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_columns_are_understood() {
        let scalar =
            |form: &str| binary_column(form, 0).map(|column| (column.is_scalar, column.width));
        assert_eq!(scalar("E"), Some((true, 4)));
        assert_eq!(scalar("1K"), Some((true, 8)));
        assert_eq!(scalar("21A"), Some((true, 21)));
        assert_eq!(scalar("20A5"), Some((false, 20)));
        assert_eq!(scalar("3D"), Some((false, 24)));
        assert_eq!(scalar("1PB(300)"), Some((false, 8)));
        assert_eq!(scalar("11X"), Some((false, 2)));
        assert_eq!(scalar("0A"), Some((false, 0)));
        assert_eq!(scalar("Z"), None);
        assert_eq!(
            ascii_column("F8.3", 4).map(|column| (column.offset, column.width)),
            Some((4, 8))
        );
    }

    #[test]
    fn unsigned_and_missing_integers_are_numbers() {
        let mut column = binary_column("I", 0).unwrap();
        column.zero = 32_768.0;
        column.null = Some(-1);
        assert!((column.number(&[0x80, 0]) - 0.0).abs() < 1e-9);
        assert!((column.number(&[0, 5]) - 32_773.0).abs() < 1e-9);
        assert!(column.number(&[0xff, 0xff]).is_nan());
    }
}
