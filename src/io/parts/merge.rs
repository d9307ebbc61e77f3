//! One table of all parts, as one process would have written it.

use std::{fs::File, path::Path, sync::Arc};

use parquet::{
    basic::Type as Physical,
    errors::ParquetError,
    file::{properties::WriterProperties, reader::FileReader as _, writer::SerializedFileWriter},
    schema::types::{Type, TypePtr},
};

use super::{
    ColumnNote, PartsFolder, What, WholeParts,
    columns::{Parts, column},
};
use crate::{
    domain::shard::ROW,
    io::{
        convert,
        export::{FilledColumn, Format, write_columns, written_beside},
    },
};

/// Units that columns of results have.
const UNITS: [&str; 8] = ["", "d", "deg", "mag", "arcsec", "pix", "s", "nJy"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merged {
    /// Rows of the table.
    pub rows: u64,
    pub parts: usize,
}

/// Writes the table whose parts lie beside it.
///
/// # Errors
/// Where parts are missing, damaged or of different tables, or the table cannot be written: it is then as it was.
pub fn merge(out: &Path, format: Option<Format>) -> Result<Merged, String> {
    let WholeParts {
        whole,
        columns: about,
        files: paths,
    } = PartsFolder::of(out).whole()?;
    let parts = Parts::open(&paths, whole.rows)?;
    let first = parts.files.first();
    let schema = first.map(|file| {
        file.metadata()
            .file_metadata()
            .schema_descr()
            .root_schema_ptr()
    });
    let schema = schema.ok_or("there is no part")?;
    for (file, path) in parts.files.iter().zip(&paths) {
        let same = file
            .metadata()
            .file_metadata()
            .schema_descr()
            .root_schema_ptr();
        if same != schema {
            return Err(format!(
                "{}: has other columns than the first part",
                path.display()
            ));
        }
    }
    let columns = flat_columns(&schema)?;
    match (whole.what, format) {
        (What::Table, Some(format)) => {
            let filled = filled(&about, &columns, &parts).map_err(|error| error.to_string())?;
            write_columns(out, format, &whole.name, &filled).map_err(|error| error.to_string())?;
        }
        (What::Stamps, Some(Format::Parquet)) => {
            let write = |beside: &Path| {
                let file = File::create(beside).map_err(|error| error.to_string())?;
                stream(&schema, &columns, &parts, file).map_err(|error| error.to_string())
            };
            written_beside(out, write).map_err(|error| error.to_string())?;
        }
        _ => {
            let wanted = match whole.what {
                What::Table => ".csv, .parquet or .fits",
                What::Stamps => ".parquet",
            };
            return Err(format!("{}: the ending should be {wanted}", out.display()));
        }
    }
    Ok(Merged {
        rows: whole.rows,
        parts: paths.len(),
    })
}

/// A column of the parts: its place, name and type.
type Place = (usize, String, Physical);

/// The columns but that of the rows' numbers.
fn flat_columns(schema: &TypePtr) -> Result<Vec<Place>, String> {
    let fields = schema.get_fields().iter().enumerate();
    let place = |(at, field): (usize, &TypePtr)| {
        let is_flat = field.is_primitive() && field.get_basic_info().has_repetition();
        if !is_flat {
            return Err(format!("the column {} is none of destello's", field.name()));
        }
        Ok((at, field.name().to_owned(), field.get_physical_type()))
    };
    let all: Result<Vec<Place>, String> = fields.map(place).collect();
    Ok(all?
        .into_iter()
        .filter(|(_, name, _)| name != ROW)
        .collect())
}

/// A table of results, all in memory, as it is where one process makes it.
fn filled(
    about: &[ColumnNote],
    columns: &[Place],
    parts: &Parts,
) -> Result<Vec<FilledColumn>, ParquetError> {
    let general = |why: String| ParquetError::General(why);
    let mut all = Vec::with_capacity(columns.len());
    for (note, (at, name, physical)) in about.iter().zip(columns) {
        let ColumnNote {
            kind,
            unit,
            meaning,
            ..
        } = note;
        if note.name != *name {
            return Err(general(format!(
                "the part has the column {name} in place of {}",
                note.name
            )));
        }
        let mut cells = column(*physical, *at, parts.files.len()).map_err(general)?;
        let unit = UNITS.into_iter().find(|known| known == unit);
        all.push(FilledColumn {
            name: name.clone(),
            kind: *kind,
            unit: unit.ok_or_else(|| general(format!("{name}: an unknown unit")))?,
            meaning: meaning.clone(),
            values: cells.values(parts, &parts.owners, *kind)?,
        });
    }
    Ok(all)
}

/// Stamps, a group of rows at a time.
fn stream(
    schema: &TypePtr,
    columns: &[Place],
    parts: &Parts,
    out: File,
) -> Result<(), ParquetError> {
    let general = |why: String| ParquetError::General(why);
    let fields = columns
        .iter()
        .map(|(at, ..)| schema.get_fields()[*at].clone());
    let without = Type::group_type_builder(schema.name()).with_fields(fields.collect());
    let properties: WriterProperties = convert::properties()?;
    let mut writer =
        SerializedFileWriter::new(out, Arc::new(without.build()?), Arc::new(properties))?;
    let mut cells = Vec::with_capacity(columns.len());
    for (at, _, physical) in columns {
        cells.push(column(*physical, *at, parts.files.len()).map_err(general)?);
    }
    for owners in parts.owners.chunks(convert::ROWS_PER_GROUP) {
        let mut group = writer.next_row_group()?;
        for cells in &mut cells {
            let Some(mut out) = group.next_column()? else {
                break;
            };
            cells.write(parts, owners, &mut out)?;
            out.close()?;
        }
        group.close()?;
    }
    writer.close()?;
    Ok(())
}
