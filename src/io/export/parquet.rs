//! Apache Parquet: every column optional, text as UTF-8, times as UTC microseconds, Snappy.

use std::{fs::File, path::Path, sync::Arc};

use parquet::{
    basic::{Compression, LogicalType, Repetition, TimeUnit, Type as PhysicalType},
    data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int64Type},
    errors::Result,
    file::{
        properties::WriterProperties,
        writer::{SerializedColumnWriter, SerializedFileWriter},
    },
    schema::types::{Type, TypePtr},
};

use super::columns::{Kind, Table, Value};

/// Rows kept in memory at once, column by column.
const ROWS_PER_GROUP: usize = 100_000;

/// Writes all rows of a table of that name.
pub(super) fn write<T: Table + ?Sized>(
    path: &Path,
    name: &str,
    table: &T,
) -> std::result::Result<(), String> {
    let file = File::create(path).map_err(|error| error.to_string())?;
    try_write(file, name, table).map_err(|error| error.to_string())
}

fn try_write<T: Table + ?Sized>(file: File, name: &str, table: &T) -> Result<()> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(concat!("destello ", env!("CARGO_PKG_VERSION")).into())
        .build();
    let heads = table.heads();
    let schema = schema(name, &heads)?;
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties))?;
    for first in (0..table.rows()).step_by(ROWS_PER_GROUP) {
        let group = first..table.rows().min(first + ROWS_PER_GROUP);
        let mut group_writer = writer.next_row_group()?;
        for (column, (_, kind)) in heads.iter().enumerate() {
            if let Some(mut out) = group_writer.next_column()? {
                let values = group.clone().map(|row| table.value(row, column));
                write_column(&mut out, *kind, values)?;
                out.close()?;
            }
        }
        group_writer.close()?;
    }
    writer.close()?;
    Ok(())
}

fn schema(name: &str, heads: &[(&str, Kind)]) -> Result<TypePtr> {
    let field = |(name, kind): &(&str, Kind)| {
        let (physical, logical) = match kind {
            Kind::Text => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Time => (
                PhysicalType::INT64,
                Some(LogicalType::timestamp(true, TimeUnit::MICROS)),
            ),
            Kind::Int => (PhysicalType::INT64, None),
            Kind::Float => (PhysicalType::FLOAT, None),
            Kind::Double => (PhysicalType::DOUBLE, None),
            Kind::Bool => (PhysicalType::BOOLEAN, None),
        };
        Type::primitive_type_builder(name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .build()
            .map(Arc::new)
    };
    let fields = heads.iter().map(field).collect::<Result<Vec<_>>>()?;
    let root = Type::group_type_builder(name).with_fields(fields);
    Ok(Arc::new(root.build()?))
}

fn write_column(
    out: &mut SerializedColumnWriter<'_>,
    kind: Kind,
    values: impl Iterator<Item = Value>,
) -> Result<()> {
    match kind {
        Kind::Text => write_values::<ByteArrayType>(out, values, |value| match value {
            Value::Text(text) => Some(ByteArray::from(text.into_bytes())),
            _ => None,
        }),
        Kind::Time | Kind::Int => write_values::<Int64Type>(out, values, |value| match value {
            Value::Time(time) => Some(time.0),
            Value::Int(number) => Some(number),
            _ => None,
        }),
        Kind::Float => write_values::<FloatType>(out, values, |value| match value {
            Value::Float(number) => Some(number),
            _ => None,
        }),
        Kind::Double => write_values::<DoubleType>(out, values, |value| match value {
            Value::Double(number) => Some(number),
            _ => None,
        }),
        Kind::Bool => write_values::<BoolType>(out, values, |value| match value {
            Value::Bool(is) => Some(is),
            _ => None,
        }),
    }
}

/// Parquet keeps the values that are there, and a level for each row: 1 there, 0 missing.
fn write_values<T: DataType>(
    out: &mut SerializedColumnWriter<'_>,
    values: impl Iterator<Item = Value>,
    get: impl Fn(Value) -> Option<T::T>,
) -> Result<()> {
    let all: Vec<Option<T::T>> = values.map(get).collect();
    let levels: Vec<i16> = all.iter().map(|value| i16::from(value.is_some())).collect();
    let present: Vec<T::T> = all.into_iter().flatten().collect();
    out.typed::<T>()
        .write_batch(&present, Some(&levels), None)?;
    Ok(())
}
