//! A column of all parts, row after row of the whole table.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use parquet::{
    basic::Type as Physical,
    column::reader::{ColumnReaderImpl, get_typed_column_reader},
    data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int64Type},
    errors::ParquetError,
    file::{
        reader::{FileReader as _, SerializedFileReader},
        writer::SerializedColumnWriter,
    },
};

use super::super::export::columns::{Kind, Value};
use crate::domain::{Timestamp, shard::ROW};

/// The parts, open.
pub(super) struct Parts {
    pub files: Vec<SerializedFileReader<File>>,
    /// Which part each row of the whole table is in.
    pub owners: Vec<u32>,
}

impl Parts {
    pub fn open(paths: &[PathBuf], rows: u64) -> Result<Self, String> {
        let mut files = Vec::with_capacity(paths.len());
        let mut owners = vec![u32::MAX; usize::try_from(rows).unwrap_or(usize::MAX)];
        for (number, path) in (0_u32..).zip(paths) {
            let failed = |why: &str| format!("{}: {why}", path.display());
            let file = File::open(path).map_err(|error| failed(&error.to_string()))?;
            let file =
                SerializedFileReader::new(file).map_err(|error| failed(&error.to_string()))?;
            for row in column_of(&file, ROW).map_err(|error| failed(&error.to_string()))? {
                let owner = row.and_then(|row| owners.get_mut(usize::try_from(row).ok()?));
                match owner {
                    Some(owner) if *owner == u32::MAX => *owner = number,
                    Some(_) => return Err(failed("a row of it is in another part too")),
                    None => return Err(failed("a row of it has no place in the whole table")),
                }
            }
            files.push(file);
        }
        match owners.iter().position(|owner| *owner == u32::MAX) {
            Some(row) => Err(format!("row {row} of the table is in no part")),
            None => Ok(Self { files, owners }),
        }
    }
}

/// The whole numbers of a column of a table in Parquet, those that are there.
///
/// # Errors
/// Where the file cannot be read, or has no such column.
pub fn integers_of(path: &Path, name: &str) -> Result<Vec<i64>, String> {
    let failed = |why: String| format!("{}: {why}", path.display());
    let file = File::open(path).map_err(|error| failed(error.to_string()))?;
    let read = SerializedFileReader::new(file).and_then(|file| column_of(&file, name));
    let cells = read.map_err(|error| failed(error.to_string()))?;
    Ok(cells.into_iter().flatten().collect())
}

fn column_of(
    file: &SerializedFileReader<File>,
    name: &str,
) -> Result<Vec<Option<i64>>, ParquetError> {
    let schema = file.metadata().file_metadata().schema_descr();
    let mut columns = 0..schema.num_columns();
    let column = columns.find(|at| schema.column(*at).name() == name);
    let is_whole = |at: &usize| schema.column(*at).physical_type() == Physical::INT64;
    let Some(column) = column.filter(is_whole) else {
        return Err(ParquetError::General(format!("has no column {name}")));
    };
    let count = usize::try_from(file.metadata().file_metadata().num_rows()).unwrap_or(0);
    Cursor::<Int64Type>::new(column).take(file, count)
}

/// Where one reads in a column of one part.
struct Cursor<T: DataType> {
    column: usize,
    next_group: usize,
    reader: Option<ColumnReaderImpl<T>>,
}

impl<T: DataType> Cursor<T> {
    const fn new(column: usize) -> Self {
        Self {
            column,
            next_group: 0,
            reader: None,
        }
    }

    /// The next cells of the part.
    fn take(
        &mut self,
        file: &SerializedFileReader<File>,
        wanted: usize,
    ) -> Result<Vec<Option<T::T>>, ParquetError> {
        let mut cells = Vec::with_capacity(wanted);
        while cells.len() < wanted {
            if self.reader.is_none() {
                let group = file.get_row_group(self.next_group)?;
                let reader = group.get_column_reader(self.column)?;
                self.reader = Some(get_typed_column_reader::<T>(reader));
                self.next_group += 1;
            }
            let Some(reader) = &mut self.reader else {
                break;
            };
            let (mut levels, mut values) = (Vec::new(), Vec::new());
            let missing = wanted - cells.len();
            let (read, ..) = reader.read_records(missing, Some(&mut levels), None, &mut values)?;
            if read == 0 {
                self.reader = None;
                continue;
            }
            let mut values = values.into_iter();
            cells.extend(
                levels
                    .iter()
                    .map(|level| if *level > 0 { values.next() } else { None }),
            );
        }
        Ok(cells)
    }
}

/// A column of the whole table.
pub(super) trait Column {
    /// Writes its cells in the next rows, whose parts are these.
    fn write(
        &mut self,
        parts: &Parts,
        owners: &[u32],
        out: &mut SerializedColumnWriter<'_>,
    ) -> Result<(), ParquetError>;

    /// The same as values of that kind.
    fn values(
        &mut self,
        parts: &Parts,
        owners: &[u32],
        kind: Kind,
    ) -> Result<Vec<Value>, ParquetError>;
}

/// The column at that place, which all parts have alike.
///
/// # Errors
/// Where it is of a type that no part has.
pub(super) fn column(
    physical: Physical,
    at: usize,
    parts: usize,
) -> Result<Box<dyn Column>, String> {
    Ok(match physical {
        Physical::BOOLEAN => Box::new(Typed::<BoolType>::new(at, parts)),
        Physical::INT64 => Box::new(Typed::<Int64Type>::new(at, parts)),
        Physical::FLOAT => Box::new(Typed::<FloatType>::new(at, parts)),
        Physical::DOUBLE => Box::new(Typed::<DoubleType>::new(at, parts)),
        Physical::BYTE_ARRAY => Box::new(Typed::<ByteArrayType>::new(at, parts)),
        other => {
            return Err(format!(
                "a column of the type {other} is none of destello's"
            ));
        }
    })
}

struct Typed<T: DataType>(Vec<Cursor<T>>);

impl<T: DataType> Typed<T> {
    fn new(at: usize, parts: usize) -> Self {
        Self((0..parts).map(|_| Cursor::new(at)).collect())
    }

    fn next(&mut self, parts: &Parts, owners: &[u32]) -> Result<Vec<Option<T::T>>, ParquetError> {
        let mut counts = vec![0_usize; self.0.len()];
        for owner in owners {
            counts[*owner as usize] += 1;
        }
        let mut cells = Vec::with_capacity(self.0.len());
        for ((cursor, file), count) in self.0.iter_mut().zip(&parts.files).zip(counts) {
            cells.push(cursor.take(file, count)?.into_iter());
        }
        let next = |owner: &u32| cells[*owner as usize].next().flatten();
        Ok(owners.iter().map(next).collect())
    }
}

impl<T: DataType> Column for Typed<T>
where
    T::T: Cell,
{
    fn write(
        &mut self,
        parts: &Parts,
        owners: &[u32],
        out: &mut SerializedColumnWriter<'_>,
    ) -> Result<(), ParquetError> {
        let cells = self.next(parts, owners)?;
        let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
        let values: Vec<T::T> = cells.into_iter().flatten().collect();
        out.typed::<T>().write_batch(&values, Some(&levels), None)?;
        Ok(())
    }

    fn values(
        &mut self,
        parts: &Parts,
        owners: &[u32],
        kind: Kind,
    ) -> Result<Vec<Value>, ParquetError> {
        let cells = self.next(parts, owners)?.into_iter();
        Ok(cells
            .map(|cell| cell.map_or(Value::Null, |cell| cell.value(kind)))
            .collect())
    }
}

/// What a cell of that type is as a value.
trait Cell {
    fn value(self, kind: Kind) -> Value;
}

impl Cell for bool {
    fn value(self, _: Kind) -> Value {
        Value::Bool(self)
    }
}

impl Cell for i64 {
    fn value(self, kind: Kind) -> Value {
        match kind {
            Kind::Time => Value::Time(Timestamp(self)),
            _ => Value::Int(self),
        }
    }
}

impl Cell for f32 {
    fn value(self, _: Kind) -> Value {
        Value::Float(self)
    }
}

impl Cell for f64 {
    fn value(self, _: Kind) -> Value {
        Value::Double(self)
    }
}

impl Cell for ByteArray {
    fn value(self, _: Kind) -> Value {
        Value::Text(String::from_utf8_lossy(self.data()).into_owned())
    }
}
