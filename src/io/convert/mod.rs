//! Any opened set written anew: one Parquet file with a row for each epoch and its stamps as FITS bytes.
//!
//! Identifiers, times with their scale, magnitudes, the fields of each epoch (fluxes and their signs among them) and
//! pixels (as 32-bit floats) come back exactly when the file is opened; of the headers of stamps, unit, saturation and
//! coordinates are kept.

pub mod cubes;

use std::{collections::BTreeMap, fs::File, path::Path, sync::Arc};

use parquet::{
    basic::{Compression, LogicalType, Repetition, Type as Physical, ZstdLevel},
    data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type},
    errors::ParquetError,
    file::{
        properties::WriterProperties,
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::types::{Type, TypePtr},
};

use super::{
    alerts::plan::{Meaning, meaning},
    decode::Decoder,
    fits::bytes::FitsBytes,
};
use crate::domain::{
    Candidate, Catalogue, DifferenceSign, Epoch, FieldValue, Geometry, Problem, Role, Shard, Stamp,
    StampRef, shard::ROW,
};
use cubes::stamp_cards;

/// Epochs in a group of rows, and decoded at a time.
pub(super) const ROWS_PER_GROUP: usize = 1_000;

/// Columns of text and of numbers with a meaning, as [`super::alerts::plan`] reads them back.
const TEXTS: [&str; 6] = [
    "objectId",
    "candid",
    "timesys",
    "band",
    "isdiffpos",
    "class",
];
const NUMBERS: [&str; 6] = ["mjd", "ra", "dec", "magpsf", "sigmapsf", "diffmaglim"];

/// What is to be written.
#[derive(Clone, Copy)]
pub struct Conversion<'a> {
    pub catalogue: &'a Catalogue,
    /// Reads the stamps.
    pub decoder: &'a Decoder,
    /// Only this share of the objects.
    pub shard: Option<Shard>,
    /// Is given how many epochs are written so far, and answers whether to go on.
    pub go_on: &'a dyn Fn(usize) -> bool,
}

impl<'a> Conversion<'a> {
    /// All of a set, to its end.
    pub fn of(catalogue: &'a Catalogue, decoder: &'a Decoder) -> Self {
        Self {
            catalogue,
            decoder,
            shard: None,
            go_on: &|_| true,
        }
    }

    /// True for an object of the share.
    fn holds(&self, id: &str) -> bool {
        self.shard.is_none_or(|shard| shard.holds(id))
    }
}

/// What ends a conversion that is not to go on.
const STOPPED: &str = "stopped";

#[derive(Debug, Default)]
pub struct Converted {
    /// Epochs.
    pub rows: usize,
    pub objects: usize,
    pub stamps: usize,
    /// Stamps that could not be read; their cells are empty.
    pub problems: Vec<Problem>,
}

/// One row to be.
struct Line<'a> {
    candidate: &'a Candidate,
    epoch: &'a Epoch,
    /// Its number among all.
    row: usize,
}

/// The columns beside those with a meaning: fields of all epochs, by name.
struct Extra {
    numbers: Vec<Arc<str>>,
    texts: Vec<Arc<str>>,
}

/// Writes the set, or a share of it; an existing file of that name is replaced when all is there.
///
/// # Errors
/// Where nothing can be written there, or it was stopped.
pub fn to_parquet(conversion: &Conversion<'_>, out: &Path) -> Result<Converted, String> {
    let mut converted = Converted::default();
    let written = super::export::written_beside(out, |beside| {
        converted = part_to_parquet(conversion, beside)?;
        Ok(())
    });
    written.map_err(|error| error.to_string())?;
    Ok(converted)
}

/// The same in place. The rows of a share have their numbers among all.
///
/// # Errors
/// Where nothing can be written there, or it was stopped.
pub fn part_to_parquet(conversion: &Conversion<'_>, out: &Path) -> Result<Converted, String> {
    let file = File::create(out).map_err(|error| error.to_string())?;
    write(conversion, file).map_err(|error| error.to_string())
}

/// How pages are packed.
pub(super) fn properties() -> Result<WriterProperties, ParquetError> {
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_created_by(concat!("destello ", env!("CARGO_PKG_VERSION")).into())
        .build())
}

fn write(conversion: &Conversion<'_>, file: File) -> Result<Converted, ParquetError> {
    let Conversion {
        catalogue,
        decoder,
        shard,
        go_on,
    } = *conversion;
    let epochs = catalogue.iter().flat_map(|(_, candidate)| {
        let epochs = candidate.epochs.iter();
        epochs.map(move |epoch| (candidate, epoch))
    });
    let mut lines: Vec<Line<'_>> = epochs
        .enumerate()
        .map(|(row, (candidate, epoch))| Line {
            candidate,
            epoch,
            row,
        })
        .collect();
    // The columns are those of the whole set, whatever a share of it has.
    let extra = extra(&lines);
    let is_used = |role: &Role| lines.iter().any(|line| line.epoch.stamp(*role).is_some());
    let roles: Vec<Role> = Role::ALL.into_iter().filter(is_used).collect();
    lines.retain(|line| conversion.holds(&line.candidate.id));
    let schema = schema(&extra, &roles, shard.is_some())?;
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties()?))?;
    let objects = catalogue.iter();
    let mut converted = Converted {
        objects: objects.filter(|(_, one)| conversion.holds(&one.id)).count(),
        ..Converted::default()
    };
    for group in lines.chunks(ROWS_PER_GROUP) {
        if !go_on(converted.rows) {
            return Err(ParquetError::General(STOPPED.into()));
        }
        let mut out = writer.next_row_group()?;
        for name in TEXTS {
            texts(&mut out, group.iter().map(|line| text_of(line, name)))?;
        }
        for name in NUMBERS {
            numbers(&mut out, group.iter().map(|line| number_of(line, name)))?;
        }
        for name in &extra.numbers {
            numbers(
                &mut out,
                group.iter().map(|line| line.epoch.fields.number(name)),
            )?;
        }
        for name in &extra.texts {
            let text = |line: &Line<'_>| line.epoch.fields.get(name).map(|value| value.to_string());
            texts(&mut out, group.iter().map(text))?;
        }
        for role in &roles {
            let stamps = cutouts(group, *role, decoder, &mut converted);
            bytes(&mut out, stamps.into_iter())?;
        }
        if shard.is_some() {
            let rows = group.iter().map(|line| i64::try_from(line.row).ok());
            column::<Int64Type>(&mut out, rows)?;
        }
        out.close()?;
        converted.rows += group.len();
    }
    writer.close()?;
    Ok(converted)
}

/// The stamps of a role as FITS files, one for each row; none where there is none.
fn cutouts(
    lines: &[Line<'_>],
    role: Role,
    decoder: &Decoder,
    converted: &mut Converted,
) -> Vec<Option<Vec<u8>>> {
    let wanted: Vec<StampRef> = lines
        .iter()
        .filter_map(|line| line.epoch.stamp(role).cloned())
        .collect();
    let mut decoded = decoder.decode(&wanted).into_iter();
    let mut cell = |line: &Line<'_>| {
        line.epoch.stamp(role)?;
        match decoded.next()?.1 {
            Ok(stamp) => {
                converted.stamps += 1;
                Some(fits(&stamp))
            }
            Err(problem) => {
                converted.problems.push(problem);
                None
            }
        }
    };
    lines.iter().map(&mut cell).collect()
}

/// A stamp as a FITS file.
fn fits(stamp: &Stamp) -> Vec<u8> {
    let mut file = FitsBytes::primary(&[stamp.width, stamp.height]);
    let is_known_ztf = matches!(stamp.geometry, Geometry::ZtfRowZeroNorth { .. })
        && (stamp.width, stamp.height) == (63, 63);
    if is_known_ztf {
        // They are known by their unit and their size.
        let plain = Stamp {
            geometry: Geometry::Unknown,
            ..stamp.clone()
        };
        stamp_cards(&mut file, &plain);
    } else {
        stamp_cards(&mut file, stamp);
    }
    file.end_header();
    file.pixels(&stamp.pixels);
    file.finish()
}

/// Fields that are not among the columns with a meaning.
fn extra(lines: &[Line<'_>]) -> Extra {
    let mut kinds: BTreeMap<Arc<str>, bool> = BTreeMap::new();
    for line in lines {
        for (name, value) in line.epoch.fields.iter() {
            let is_text = matches!(value, FieldValue::Text(_));
            *kinds.entry(name.clone()).or_default() |= is_text;
        }
    }
    let named = |wanted: bool| {
        let names = kinds.iter().filter(|(_, is_text)| **is_text == wanted);
        names
            .map(|(name, _)| name.clone())
            .filter(|name| is_extra_field(name))
            .collect()
    };
    Extra {
        numbers: named(false),
        texts: named(true),
    }
}

/// True for a field without a column of its own. Fluxes, survey times, filter numbers and widths in pixels are such
/// fields: when the file is opened they yield to the columns with a meaning, and the sign of the flux stays known.
pub(super) fn is_extra_field(name: &str) -> bool {
    let is_known = TEXTS
        .iter()
        .chain(&NUMBERS)
        .any(|known| known.eq_ignore_ascii_case(name));
    let is_cutout =
        name.to_ascii_lowercase().starts_with("cutout") && Role::from_alias(name).is_some();
    let has_column = meaning(name).is_some_and(|meaning| {
        !matches!(
            meaning,
            Meaning::Jd
                | Meaning::MjdTai
                | Meaning::FilterId
                | Meaning::FluxNjy
                | Meaning::FluxErrNjy
                | Meaning::FwhmPx
        )
    });
    !is_known && !is_cutout && !has_column
}

fn text_of(line: &Line<'_>, name: &str) -> Option<String> {
    let (candidate, epoch) = (line.candidate, line.epoch);
    match name {
        "objectId" => Some(candidate.id.to_string()),
        "candid" => epoch.candid.as_ref().map(ToString::to_string),
        "timesys" => epoch.mjd.map(|mjd| mjd.scale().name().to_owned()),
        "band" => epoch.band.as_ref().map(ToString::to_string),
        "class" => candidate.truth.as_ref().map(ToString::to_string),
        _ => match epoch.difference_sign {
            DifferenceSign::ScienceMinusReference => Some("t".into()),
            DifferenceSign::ReferenceMinusScience => Some("f".into()),
            DifferenceSign::Unknown => None,
        },
    }
}

fn number_of(line: &Line<'_>, name: &str) -> Option<f64> {
    let (candidate, epoch) = (line.candidate, line.epoch);
    match name {
        "mjd" => epoch.mjd.map(crate::domain::Mjd::days),
        "ra" => candidate.position_deg.map(|[ra, _]| ra),
        "dec" => candidate.position_deg.map(|[_, dec]| dec),
        "magpsf" => epoch.mag.map(f64::from),
        "sigmapsf" => epoch.mag_err.map(f64::from),
        _ => epoch.limiting_mag.map(f64::from),
    }
}

fn schema(extra: &Extra, roles: &[Role], has_rows: bool) -> Result<TypePtr, ParquetError> {
    let text = Some(LogicalType::String);
    let mut columns: Vec<(String, Physical, Option<LogicalType>)> = Vec::new();
    columns.extend(TEXTS.map(|name| (name.to_owned(), Physical::BYTE_ARRAY, text.clone())));
    columns.extend(NUMBERS.map(|name| (name.to_owned(), Physical::DOUBLE, None)));
    columns.extend(
        extra
            .numbers
            .iter()
            .map(|name| (name.to_string(), Physical::DOUBLE, None)),
    );
    columns.extend(
        extra
            .texts
            .iter()
            .map(|name| (name.to_string(), Physical::BYTE_ARRAY, text.clone())),
    );
    let capital = |role: &Role| {
        let name = role.name();
        format!("cutout{}{}", name[..1].to_uppercase(), &name[1..])
    };
    columns.extend(
        roles
            .iter()
            .map(|role| (capital(role), Physical::BYTE_ARRAY, None)),
    );
    if has_rows {
        columns.push((ROW.into(), Physical::INT64, None));
    }
    let field = |(name, physical, logical): (String, Physical, Option<LogicalType>)| {
        Type::primitive_type_builder(&name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .build()
            .map(Arc::new)
    };
    let fields = columns
        .into_iter()
        .map(field)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Arc::new(
        Type::group_type_builder("alerts")
            .with_fields(fields)
            .build()?,
    ))
}

fn texts(
    out: &mut SerializedRowGroupWriter<'_, File>,
    cells: impl Iterator<Item = Option<String>>,
) -> Result<(), ParquetError> {
    bytes(out, cells.map(|cell| cell.map(String::into_bytes)))
}

fn bytes(
    out: &mut SerializedRowGroupWriter<'_, File>,
    cells: impl Iterator<Item = Option<Vec<u8>>>,
) -> Result<(), ParquetError> {
    column::<ByteArrayType>(out, cells.map(|cell| cell.map(ByteArray::from)))
}

fn numbers(
    out: &mut SerializedRowGroupWriter<'_, File>,
    cells: impl Iterator<Item = Option<f64>>,
) -> Result<(), ParquetError> {
    column::<DoubleType>(
        out,
        cells.map(|cell| cell.filter(|number| number.is_finite())),
    )
}

fn column<T: DataType>(
    out: &mut SerializedRowGroupWriter<'_, File>,
    cells: impl Iterator<Item = Option<T::T>>,
) -> Result<(), ParquetError> {
    let cells: Vec<Option<T::T>> = cells.collect();
    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    let values: Vec<T::T> = cells.into_iter().flatten().collect();
    let Some(mut column) = out.next_column()? else {
        return Ok(());
    };
    column
        .typed::<T>()
        .write_batch(&values, Some(&levels), None)?;
    column.close()
}
