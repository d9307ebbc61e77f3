//! Parquet files with cutouts: Fink's transfers of ZTF and Rubin, partitions of HATS catalogues, plain tables
//! with binary columns.
//!
//! A row is a packet. The index reads every column but the cutouts; a stamp reads the column
//! of its role alone, at its row.

use std::{
    collections::HashMap,
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

use parquet::{
    basic::{ConvertedType, Type as Physical},
    column::reader::{ColumnReader, get_typed_column_reader},
    data_type::{ByteArray, ByteArrayType},
    errors::ParquetError,
    file::reader::{FileReader, RowGroupReader, SerializedFileReader},
    record::{Field, Row as Record},
    schema::types::{ColumnDescriptor, Type, TypePtr},
};
use rayon::prelude::*;

use super::{
    footer,
    group::{CheckedGroup, caught},
};
use crate::{
    domain::Role,
    io::alerts::{
        plan::{DETECTIONS, EXTRAS, FORCED, HISTORIES, Survey, meaning, survey},
        record::{Cutout, Packet, Row},
        value::Scalar,
    },
};

/// How a FITS file begins. Cutouts are not read for the index: each is taken for one until it is.
const ASSUMED: &[u8] = b"SIMPLE  =";
/// Rows whose presence is read at a time.
const AT_A_TIME: usize = 64;

/// Why a file is not read: a clause for the Problems list.
#[derive(Debug, thiserror::Error)]
pub enum CutoutsError {
    /// The file is damaged or cut short.
    #[error("is a damaged Parquet file: {0}")]
    Damaged(#[from] ParquetError),
    /// The system refused.
    #[error("cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// A table without images.
    #[error("is a Parquet table without columns of cutouts")]
    NoCutouts,
}

/// A file whose columns are known.
pub struct ParquetCutouts {
    reader: SerializedFileReader<File>,
    path: PathBuf,
    /// Leaf columns by role.
    cutouts: Vec<(Role, Arc<str>, usize)>,
    /// Whose alerts, where the schema says so.
    pub survey: Survey,
    /// Names of the numbers that are kept.
    pub names: Arc<[Arc<str>]>,
}

impl ParquetCutouts {
    /// Opens the file; refused where it has no column of cutouts.
    pub fn open(path: &Path) -> Result<Self, CutoutsError> {
        let mut file = File::open(path)?;
        if let Some(why) = footer::fault(&mut file)? {
            return Err(ParquetError::General(why.into()).into());
        }
        let reader = SerializedFileReader::new(file)?;
        let schema = reader.metadata().file_metadata().schema_descr();
        let cutouts: Vec<_> = (0..schema.num_columns())
            .filter_map(|at| {
                let column = schema.column(at);
                let role = role_of(&column)?;
                Some((role, column.path().parts()[0].as_str().into(), at))
            })
            .collect();
        if cutouts.is_empty() {
            return Err(CutoutsError::NoCutouts);
        }
        let root = schema.root_schema();
        let names = number_names(root);
        let survey = survey(&root.name().to_ascii_lowercase());
        Ok(Self {
            reader,
            path: path.to_owned(),
            cutouts,
            survey,
            names: names.into(),
        })
    }

    /// The rows as packets, in file order.
    pub fn packets(
        &self,
        each: &mut dyn FnMut(u32, Packet<'static>) -> bool,
    ) -> Result<(), CutoutsError> {
        let schema = self.reader.metadata().file_metadata().schema().clone();
        let wanted: Vec<TypePtr> = schema
            .get_fields()
            .iter()
            .filter(|field| self.is_indexed(field))
            .cloned()
            .collect();
        let projection = Type::group_type_builder(schema.name())
            .with_fields(wanted)
            .build()?;
        let at_of: HashMap<&str, usize> = self
            .names
            .iter()
            .enumerate()
            .map(|(at, name)| (&**name, at))
            .collect();
        let groups: Vec<usize> = (0..self.reader.num_row_groups()).collect();
        let mut number = 0_u32;
        // As many groups at a time as there are threads, so that memory holds no more of them.
        for together in groups.chunks(rayon::current_num_threads().max(1)) {
            let read = together.par_iter();
            let read = read.map(|group| self.group_packets(*group, &projection, &at_of));
            let read: Vec<(Vec<Packet<'static>>, Option<CutoutsError>)> = read.collect();
            for (packets, fault) in read {
                for packet in packets {
                    if !each(number, packet) {
                        return Ok(());
                    }
                    number += 1;
                }
                // What came before the fault has been handed over.
                fault.map_or(Ok(()), Err)?;
            }
        }
        Ok(())
    }

    /// The rows of a group, up to the first that cannot be read.
    fn group_packets(
        &self,
        group: usize,
        projection: &Type,
        at_of: &HashMap<&str, usize>,
    ) -> (Vec<Packet<'static>>, Option<CutoutsError>) {
        let mut packets = Vec::new();
        let mut read = || -> Result<(), CutoutsError> {
            let reader = self.own_reader()?;
            let source = File::open(&self.path)?;
            let group = CheckedGroup::of(&reader, &source, group)?;
            let columns = self.cutouts.iter();
            let there: Vec<There> = columns
                .map(|(_, _, column)| which_are_there(&group, *column))
                .collect::<Result<_, _>>()?;
            let records = group.get_row_iter(Some(projection.clone()))?;
            for (row, record) in records.enumerate() {
                let mut packet = Packet {
                    numbers: vec![f64::NAN; self.names.len()],
                    ..Packet::default()
                };
                fill(&mut packet, &record?, at_of);
                for ((role, name, _), there) in self.cutouts.iter().zip(&there) {
                    if !there.has(row) {
                        continue;
                    }
                    packet.cutouts.push(Cutout {
                        role: *role,
                        name: name.clone(),
                        bytes: Some(ASSUMED),
                    });
                }
                packets.push(packet);
            }
            Ok(())
        };
        let fault = caught(&mut read).err();
        (packets, fault)
    }

    /// A reader with a file of its own: readers of one file share the place at which they read, so that two threads
    /// would read each other's bytes.
    fn own_reader(&self) -> Result<SerializedFileReader<File>, CutoutsError> {
        Ok(SerializedFileReader::new(File::open(&self.path)?)?)
    }

    /// The group of rows that holds a row; those of one group are read together.
    pub fn group_of(&self, row: u32) -> usize {
        let groups = self.reader.metadata().row_groups().iter();
        let mut after = 0_u64;
        groups
            .take_while(|group| {
                after += u64::try_from(group.num_rows()).unwrap_or(0);
                after <= u64::from(row)
            })
            .count()
    }

    fn is_indexed(&self, field: &TypePtr) -> bool {
        let name = field.name();
        let is_cutout = self.cutouts.iter().any(|(_, cutout, _)| &**cutout == name);
        let is_group = field.is_group();
        let is_known = HISTORIES.contains(&name)
            || FORCED.contains(&name)
            || DETECTIONS.contains(&name)
            || EXTRAS.contains(&name);
        !is_cutout && (!is_group || is_known)
    }

    /// The cutouts of a role at ascending rows, each with its position in the list; none where a row has
    /// none.
    pub fn cutouts(
        &self,
        role: Role,
        rows: &[u32],
        each: &mut dyn FnMut(usize, Option<&[u8]>),
    ) -> Result<(), CutoutsError> {
        let Some((_, _, column)) = self.cutouts.iter().find(|(known, _, _)| *known == role) else {
            return Err(CutoutsError::NoCutouts);
        };
        let mut first = 0_u64;
        let mut at = 0;
        let reader = self.own_reader()?;
        let source = File::open(&self.path)?;
        for number in 0..reader.num_row_groups() {
            let group = CheckedGroup::of(&reader, &source, number)?;
            let after = first + u64::try_from(group.metadata().num_rows()).unwrap_or(0);
            let here = rows[at..]
                .iter()
                .take_while(|row| u64::from(**row) < after)
                .count();
            if here > 0 {
                let wanted = rows[at..at + here]
                    .iter()
                    .map(|row| (u64::from(*row) - first) as usize);
                caught(|| -> Result<(), CutoutsError> {
                    let values = group.get_column_reader(*column)?;
                    let rows = wanted.clone();
                    column_values(values, rows, &mut |offset, bytes| each(at + offset, bytes))?;
                    Ok(())
                })?;
            }
            at += here;
            first = after;
        }
        Ok(())
    }
}

/// Which rows of a group have a value in a binary column.
enum There {
    All,
    None,
    Some(Vec<bool>),
}

impl There {
    fn has(&self, row: usize) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Some(rows) => rows.get(row) != Some(&false),
        }
    }
}

/// By the statistics of the file, where it has some: only a column with some nulls is read for it.
fn which_are_there(group: &CheckedGroup<'_>, column: usize) -> Result<There, ParquetError> {
    let statistics = group.metadata().column(column).statistics();
    let nulls = statistics.and_then(parquet::file::statistics::Statistics::null_count_opt);
    let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
    match nulls {
        None | Some(0) => return Ok(There::All),
        Some(nulls) if nulls as usize >= rows => return Ok(There::None),
        Some(_) => {}
    }
    let full = group
        .metadata()
        .column(column)
        .column_descr()
        .max_def_level();
    let mut reader = get_typed_column_reader::<ByteArrayType>(group.get_column_reader(column)?);
    let mut there = Vec::new();
    loop {
        let (mut values, mut defined) = (Vec::new(), Vec::new());
        let (records, _, _) =
            reader.read_records(AT_A_TIME, Some(&mut defined), None, &mut values)?;
        there.extend(defined.iter().map(|level| *level == full));
        if records == 0 {
            return Ok(There::Some(there));
        }
    }
}

/// The values of a binary column at ascending rows of a group.
fn column_values(
    reader: ColumnReader,
    rows: impl Iterator<Item = usize>,
    each: &mut dyn FnMut(usize, Option<&[u8]>),
) -> Result<(), ParquetError> {
    let mut reader = get_typed_column_reader::<ByteArrayType>(reader);
    let mut position = 0;
    for (offset, row) in rows.enumerate() {
        if row > position {
            position += reader.skip_records(row - position)?;
        }
        let mut values: Vec<ByteArray> = Vec::new();
        let (mut defined, mut repeated) = (Vec::new(), Vec::new());
        let (records, _, _) =
            reader.read_records(1, Some(&mut defined), Some(&mut repeated), &mut values)?;
        position += records;
        each(
            offset,
            values
                .first()
                .map(ByteArray::data)
                .filter(|bytes| !bytes.is_empty()),
        );
    }
    Ok(())
}

/// The role of a column of cutouts: `cutoutScience`, `cutoutScience.stampData`, or a binary column of such
/// a name.
fn role_of(column: &ColumnDescriptor) -> Option<Role> {
    let parts = column.path().parts();
    let name = parts.first()?;
    let is_data = match parts {
        [_] => true,
        [_, inner] => matches!(
            inner.as_str(),
            "stampData" | "stamp_data" | "data" | "bytes"
        ),
        _ => false,
    };
    let is_text = matches!(
        column.converted_type(),
        ConvertedType::UTF8 | ConvertedType::JSON | ConvertedType::ENUM
    );
    let is_binary =
        column.physical_type() == Physical::BYTE_ARRAY && !is_text && column.max_rep_level() == 0;
    Role::from_alias(name).filter(|_| is_data && is_binary)
}

/// Names of all numbers that [`fill`] keeps.
fn number_names(root: &Type) -> Vec<Arc<str>> {
    let mut names: Vec<Arc<str>> = Vec::new();
    let mut add = |name: String, field: &Type| {
        let is_number = field.is_primitive()
            && !matches!(
                field.get_physical_type(),
                Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY | Physical::INT96
            );
        if is_number && !names.iter().any(|known| **known == *name) {
            names.push(name.into());
        }
    };
    for field in root.get_fields() {
        let name = field.name();
        if field.is_primitive() {
            add(plain(name).to_owned(), field);
        } else if DETECTIONS.contains(&name) {
            field
                .get_fields()
                .iter()
                .for_each(|field| add(field.name().to_owned(), field));
        } else if EXTRAS.contains(&name) {
            field
                .get_fields()
                .iter()
                .for_each(|field| add(format!("{name}_{}", field.name()), field));
        }
    }
    names
}

/// Fink marks the columns of its tables: `i:` those of the packet, `d:` its own.
fn plain(name: &str) -> &str {
    name.strip_prefix("i:")
        .or_else(|| name.strip_prefix("d:"))
        .unwrap_or(name)
}

fn fill(packet: &mut Packet<'_>, record: &Record, at_of: &HashMap<&str, usize>) {
    for (name, field) in record.get_column_iter() {
        match field {
            Field::Group(inner) if DETECTIONS.contains(&name.as_str()) => {
                for (name, field) in inner.get_column_iter() {
                    take(packet, name, field, at_of, true);
                }
            }
            Field::Group(inner) if EXTRAS.contains(&name.as_str()) => {
                for (inner_name, field) in inner.get_column_iter() {
                    take(packet, &format!("{name}_{inner_name}"), field, at_of, false);
                }
            }
            Field::ListInternal(list) => {
                let rows = if FORCED.contains(&name.as_str()) {
                    &mut packet.forced
                } else {
                    &mut packet.history
                };
                rows.extend(list.elements().iter().filter_map(measurement));
            }
            field => take(packet, plain(name), field, at_of, true),
        }
    }
}

/// An earlier measurement.
fn measurement(element: &Field) -> Option<Row> {
    let Field::Group(inner) = element else {
        return None;
    };
    let mut row = Row::default();
    for (name, field) in inner.get_column_iter() {
        if let Some(meaning) = meaning(name) {
            row.set(meaning, &scalar(field));
        }
    }
    Some(row)
}

fn take(
    packet: &mut Packet<'_>,
    name: &str,
    field: &Field,
    at_of: &HashMap<&str, usize>,
    has_meaning: bool,
) {
    let number = packet.take(name, &scalar(field), has_meaning);
    if let (Some(at), Some(number)) = (at_of.get(name), number) {
        packet.numbers[*at] = number;
    }
}

fn scalar(field: &Field) -> Scalar<'static> {
    match field {
        Field::Bool(is) => Scalar::Bool(*is),
        Field::Byte(value) => Scalar::Int((*value).into()),
        Field::Short(value) => Scalar::Int((*value).into()),
        Field::Int(value) => Scalar::Int((*value).into()),
        Field::Long(value) => Scalar::Int(*value),
        Field::UByte(value) => Scalar::Int((*value).into()),
        Field::UShort(value) => Scalar::Int((*value).into()),
        Field::UInt(value) => Scalar::Int((*value).into()),
        Field::ULong(value) => match i64::try_from(*value) {
            Ok(value) => Scalar::Int(value),
            Err(_) => Scalar::Text(value.to_string().into()),
        },
        Field::Float(value) => Scalar::Float((*value).into()),
        Field::Double(value) => Scalar::Float(*value),
        Field::Str(text) => Scalar::Text(text.clone().into()),
        _ => Scalar::Nothing,
    }
}
