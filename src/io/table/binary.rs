//! Tables of FITS and Parquet files as texts: the columns that have one value a row.

use parquet::{
    errors::ParquetError,
    file::reader::{FileReader as _, RowGroupReader as _, SerializedFileReader},
    record::Field,
};

use super::row::{Row, Table};
use crate::io::{
    fits::{
        file::{FitsFile, HduKind},
        text::unescape_text,
    },
    parquet::{
        footer,
        group::{CheckedGroup, caught},
    },
};

/// The first table of a FITS file.
pub(super) fn fits(bytes: &[u8]) -> Result<Table, String> {
    let mut file = FitsFile::open(bytes.into()).map_err(|error| error.to_string())?;
    let fault = |error: crate::io::fits::error::FitsError| error.to_string();
    for hdu in 1..usize::from(u16::MAX) {
        match file.go_to(hdu).map_err(fault)? {
            None => break,
            Some(HduKind::Image) => {}
            Some(HduKind::Table) => return fits_table(&mut file).map_err(fault),
        }
    }
    Err("is a FITS file without a table".into())
}

fn fits_table(file: &mut FitsFile<'_>) -> Result<Table, crate::io::fits::error::FitsError> {
    let mut table = Table::default();
    let rows = file.rows()?;
    table.rows = (1..=rows as u64)
        .map(|line| Row {
            line,
            cells: Vec::new(),
        })
        .collect();
    for column in file.columns()?.iter().filter(|column| column.is_scalar) {
        let cells: Vec<String> = if column.is_text {
            file.texts(column)?
                .iter()
                .map(|text| unescape_text(text))
                .collect()
        } else if column.is_long {
            let null = crate::io::fits::bytes::NULL_INT;
            let text = |value: i64| {
                if value == null {
                    String::new()
                } else {
                    value.to_string()
                }
            };
            file.longs(column)?.into_iter().map(text).collect()
        } else {
            let text = |value: f64| {
                if value.is_nan() {
                    String::new()
                } else {
                    value.to_string()
                }
            };
            file.numbers(column)?.into_iter().map(text).collect()
        };
        table.heads.push(column.name.clone());
        for (row, cell) in table.rows.iter_mut().zip(cells) {
            row.cells.push(cell);
        }
    }
    Ok(table)
}

/// The columns of a Parquet file that hold no list and no structure.
pub(super) fn parquet(bytes: &[u8]) -> Result<Table, String> {
    let fault = |error: ParquetError| {
        let why = error.to_string();
        match why.rsplit_once("Disabled feature at compile time: ") {
            Some((_, packing)) => format!(
                "is a Parquet file packed by {packing}, which is not read; write it with zstd, snappy or gzip"
            ),
            None => format!("is a damaged Parquet file: {why}"),
        }
    };
    let of_footer = footer::fault(&mut std::io::Cursor::new(bytes));
    if let Ok(Some(why)) = of_footer {
        return Err(format!("is a damaged Parquet file: {why}"));
    }
    caught(|| rows_of(bytes)).map_err(fault)
}

fn rows_of(bytes: &[u8]) -> Result<Table, ParquetError> {
    let source = bytes::Bytes::copy_from_slice(bytes);
    let reader = SerializedFileReader::new(source.clone())?;
    let schema = reader.metadata().file_metadata().schema().clone();
    let mut table = Table::default();
    for group in 0..reader.num_row_groups() {
        let group = CheckedGroup::of(&reader, &source, group)?;
        for row in group.get_row_iter(None)? {
            let row = row?;
            let is_first = table.rows.is_empty();
            let mut cells = Vec::with_capacity(table.heads.len());
            for (name, field) in row.get_column_iter() {
                if is_first {
                    table.heads.push(name.clone());
                }
                cells.push(cell(field));
            }
            table.rows.push(Row {
                line: table.rows.len() as u64 + 1,
                cells,
            });
        }
    }
    if table.heads.is_empty() {
        table.heads = schema
            .get_fields()
            .iter()
            .map(|field| field.name().to_owned())
            .collect();
    }
    Ok(table)
}

fn cell(field: &Field) -> String {
    match field {
        Field::Null
        | Field::Bytes(_)
        | Field::Group(_)
        | Field::ListInternal(_)
        | Field::MapInternal(_) => String::new(),
        Field::Str(text) => text.clone(),
        Field::Double(value) if value.is_nan() => String::new(),
        Field::Float(value) if value.is_nan() => String::new(),
        Field::TimestampMicros(at) => crate::domain::Timestamp(*at).to_string(),
        Field::TimestampMillis(at) => crate::domain::Timestamp(at * 1000).to_string(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::export::{
        Format,
        columns::{FilledColumn, Kind, Value},
        write_columns,
    };

    /// A table of ten objects with magnitudes, as Parquet.
    fn written() -> Vec<u8> {
        let column = |name: &str, kind, value: &dyn Fn(usize) -> Value| FilledColumn {
            name: name.into(),
            kind,
            unit: "",
            meaning: String::new(),
            values: (0..10).map(value).collect(),
        };
        let columns = [
            column("id", Kind::Text, &|row| {
                Value::Text(format!("SN{}", row % 3))
            }),
            column("mag", Kind::Double, &|row| Value::Double(18.0 + row as f64)),
        ];
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("table.parquet");
        write_columns(&out, Format::Parquet, "TABLE", &columns).unwrap();
        std::fs::read(out).unwrap()
    }

    #[test]
    fn whatever_bit_of_a_parquet_table_is_wrong_it_is_read_or_refused() {
        let whole = written();
        assert_eq!(parquet(&whole).unwrap().rows.len(), 10);
        let mut refused = 0;
        for bit in 0..8 * whole.len() {
            let mut damaged = whole.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            if let Err(why) = parquet(&damaged) {
                assert!(why.starts_with("is a "), "{why}");
                refused += 1;
            }
        }
        assert!(
            refused > whole.len(),
            "{refused} of {} bits",
            8 * whole.len()
        );
    }
}
