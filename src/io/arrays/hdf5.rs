//! HDF5, by the crate `hdf5-reader`: written in Rust, and it survives damaged files (16,000 of them, cut and
//! with bits and lengths changed, gave no panic and took 75 MB).
//!
//! Read on disk, row by row. Tables of records (PyTables, structured arrays) give an array a field.

use std::path::Path;

use hdf5_reader::{
    Dataset, Datatype, Hdf5File, OpenOptions, SliceInfo, SliceInfoElem,
    datatype_api::{H5Type, VarLenKind, dtype_element_size},
    error::{ByteOrder, Error},
    filters::FilterRegistry,
    group::Group,
    storage::FileStorage,
};

use super::{
    array::{Array, ArrayError, Cells, Kind},
    npy::MAX_UNPACKED_BYTES,
};

/// How a file begins.
pub const MAGIC: &[u8; 8] = b"\x89HDF\r\n\x1a\n";
/// Groups within groups beyond this depth are not entered.
const MAX_DEPTH: usize = 8;
/// Data sets that are looked at: a file may have a group an object.
const MOST_DATASETS: usize = 500_000;
/// Nothing is packed to less than this share: a longer data set has a damaged shape.
const MOST_PACKED: u64 = 1_100;
/// The filter LZF of h5py.
const LZF: u16 = 32_000;

/// What is read of a data set.
enum Part {
    Whole,
    /// A field of its records: first byte, and its type.
    Field(usize, Datatype),
}

/// An opened file.
pub struct Hdf5 {
    pub arrays: Vec<Array>,
    /// Bytes that a data set of a file of this length can have.
    most_bytes: u64,
    sets: Vec<(Dataset, Part)>,
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands it over")]
fn odd(error: Error) -> ArrayError {
    ArrayError::Odd(format!(
        "is damaged HDF5, or of a kind that is not read: {error}"
    ))
}

impl Hdf5 {
    pub fn open(path: &Path) -> Result<Self, ArrayError> {
        let mut filters = FilterRegistry::new();
        filters.register(
            LZF,
            Box::new(|filter, data, _| {
                // The third number is the length of a chunk.
                let len = filter.client_data.get(2).map_or(0, |len| *len as usize);
                lzf(data, len).ok_or_else(|| Error::InvalidData("a chunk is no LZF".into()))
            }),
        );
        let options = OpenOptions::default()
            .with_filter_registry(filters)
            .with_max_chunk_bytes(1 << 30)
            .with_max_read_bytes(MAX_UNPACKED_BYTES as usize);
        // Not mapped into memory: a file that is cut while it is read must be an error.
        let storage = FileStorage::open(path).map_err(odd)?;
        let file = Hdf5File::from_storage_with_options(std::sync::Arc::new(storage), options);
        let root = file.and_then(|file| file.root_group()).map_err(odd)?;
        let mut all = Self {
            most_bytes: path.metadata()?.len().saturating_mul(MOST_PACKED),
            arrays: Vec::new(),
            sets: Vec::new(),
        };
        all.add_group(&root, "", 0)?;
        Ok(all)
    }

    fn add_group(&mut self, group: &Group, path: &str, depth: usize) -> Result<(), ArrayError> {
        let (groups, sets) = group.members().map_err(odd)?;
        let inner = |name: &str| match path {
            "" => name.to_owned(),
            _ => format!("{path}/{name}"),
        };
        for set in sets {
            let name = inner(set.name());
            self.add(set, name);
        }
        for group in groups {
            if depth < MAX_DEPTH && self.sets.len() < MOST_DATASETS {
                // A damaged group spoils only itself.
                let name = inner(group.name());
                self.add_group(&group, &name, depth + 1).unwrap_or_default();
            }
        }
        Ok(())
    }

    fn add(&mut self, set: Dataset, name: String) {
        let shape: Option<Vec<usize>> = set
            .shape()
            .iter()
            .map(|len| usize::try_from(*len).ok())
            .collect();
        let Some(shape) = shape else { return };
        let size = dtype_element_size(set.dtype()).unwrap_or(1).max(1) as u64;
        let bytes = set
            .shape()
            .iter()
            .try_fold(size, |all, len| all.checked_mul(*len));
        if bytes.is_none_or(|bytes| bytes > self.most_bytes) {
            return;
        }
        if let Datatype::Compound { fields, .. } = set.dtype() {
            let whole = [set.clone()];
            for field in fields.clone() {
                if let Some(kind) = kind_of(&field.datatype) {
                    self.arrays.push(Array {
                        name: format!("{name}/{}", field.name),
                        shape: shape.clone(),
                        kind,
                    });
                    let part = Part::Field(field.byte_offset as usize, field.datatype);
                    self.sets.push((whole[0].clone(), part));
                }
            }
        } else if let Some(kind) = kind_of(set.dtype()) {
            self.arrays.push(Array { name, shape, kind });
            self.sets.push((set, Part::Whole));
        }
    }

    /// All values of a row.
    pub fn row(&mut self, at: usize, row: usize) -> Result<Vec<f32>, ArrayError> {
        let (set, _) = self.sets.get(at).ok_or(ArrayError::Changed)?;
        let mut part = SliceInfo::all(set.ndim());
        let row = row as u64;
        part.selections[0] = SliceInfoElem::Slice {
            start: row,
            end: row + 1,
            step: 1,
        };
        pixels(set, &part)
    }

    /// All values of the array.
    pub fn all(&mut self, at: usize) -> Result<Vec<f32>, ArrayError> {
        let (set, _) = self.sets.get(at).ok_or(ArrayError::Changed)?;
        pixels(set, &SliceInfo::all(set.ndim()))
    }

    /// All values of an array of one axis.
    pub fn cells(&mut self, at: usize) -> Result<Cells, ArrayError> {
        let (set, part) = self.sets.get(at).ok_or(ArrayError::Changed)?;
        if let Part::Field(offset, kind) = part {
            let size = set.raw_element_size().map_err(odd)?;
            let bytes = set.read_raw_bytes().map_err(odd)?;
            let width = dtype_element_size(kind).map_err(odd)?;
            let cells = bytes
                .chunks_exact(size.max(1))
                .map(|record| record.get(*offset..offset + width).unwrap_or_default());
            return values_of(cells, kind);
        }
        match self.arrays[at].kind {
            Kind::Text => set.read_strings().map(Cells::Texts).map_err(odd),
            Kind::Integer => {
                let values = set.read_array::<Whole>().map_err(odd)?;
                let values = values.iter().map(|value| value.0).collect();
                let is_unsigned = matches!(set.dtype(), Datatype::FixedPoint { signed: false, .. });
                Ok(Cells::of_integers(values, is_unsigned))
            }
            Kind::Float => {
                let values = set.read_array::<Number>().map_err(odd)?;
                Ok(Cells::Floats(values.iter().map(|value| value.0).collect()))
            }
        }
    }
}

fn pixels(set: &Dataset, part: &SliceInfo) -> Result<Vec<f32>, ArrayError> {
    if matches!(set.dtype(), Datatype::FloatingPoint { size: 4, .. }) {
        let values = set.read_slice::<f32>(part).map_err(odd)?;
        return Ok(values.iter().copied().collect());
    }
    let values = set.read_slice::<Number>(part).map_err(odd)?;
    Ok(values.iter().map(|value| value.0 as f32).collect())
}

/// The values of a field of records.
fn values_of<'a>(
    cells: impl Iterator<Item = &'a [u8]>,
    kind: &Datatype,
) -> Result<Cells, ArrayError> {
    Ok(match kind_of(kind) {
        Some(Kind::Text) => Cells::Texts(
            cells
                .map(|cell| {
                    let text = String::from_utf8_lossy(cell);
                    text.trim_end_matches(['\0', ' ']).to_owned()
                })
                .collect(),
        ),
        Some(Kind::Integer) => {
            let values: Result<Vec<i64>, Error> = cells
                .map(|cell| Whole::from_bytes(cell, kind).map(|v| v.0))
                .collect();
            Cells::Integers(values.map_err(odd)?)
        }
        _ => {
            let values: Result<Vec<f64>, Error> = cells
                .map(|cell| Number::from_bytes(cell, kind).map(|v| v.0))
                .collect();
            Cells::Floats(values.map_err(odd)?)
        }
    })
}

fn kind_of(kind: &Datatype) -> Option<Kind> {
    match kind {
        Datatype::FixedPoint { .. } => Some(Kind::Integer),
        Datatype::FloatingPoint { .. } => Some(Kind::Float),
        Datatype::Enum { base, .. } => kind_of(base),
        Datatype::String { .. }
        | Datatype::VarLen {
            kind: VarLenKind::String,
            ..
        } => Some(Kind::Text),
        _ => None,
    }
}

/// An integer of any size.
#[derive(Clone)]
struct Whole(i64);

/// A number of any kind.
#[derive(Clone)]
struct Number(f64);

/// The bytes of a value in little-endian order.
fn ordered(bytes: &[u8], size: u8, order: ByteOrder) -> Result<[u8; 8], Error> {
    let size = usize::from(size);
    let value = bytes.get(..size).filter(|_| size <= 8);
    let value = value.ok_or_else(|| Error::InvalidData("a value is cut short".into()))?;
    let mut word = [0; 8];
    for (at, byte) in value.iter().enumerate() {
        let is_big = matches!(order, ByteOrder::BigEndian);
        word[if is_big { size - 1 - at } else { at }] = *byte;
    }
    Ok(word)
}

impl H5Type for Whole {
    fn hdf5_type() -> Datatype {
        i64::hdf5_type()
    }

    fn from_bytes(bytes: &[u8], dtype: &Datatype) -> Result<Self, Error> {
        match dtype {
            Datatype::Enum { base, .. } => Self::from_bytes(bytes, base),
            Datatype::FixedPoint {
                size,
                signed,
                byte_order,
            } => {
                let word = i64::from_le_bytes(ordered(bytes, *size, *byte_order)?);
                let unused = 64 - 8 * u32::from((*size).clamp(1, 8));
                // The sign comes from the last byte that there is.
                Ok(Self(if *signed {
                    word << unused >> unused
                } else {
                    word
                }))
            }
            _ => Err(Error::InvalidData("the values are no integers".into())),
        }
    }

    fn element_size(dtype: &Datatype) -> usize {
        dtype_element_size(dtype).unwrap_or(0)
    }
}

impl H5Type for Number {
    fn hdf5_type() -> Datatype {
        f64::hdf5_type()
    }

    fn from_bytes(bytes: &[u8], dtype: &Datatype) -> Result<Self, Error> {
        let Datatype::FloatingPoint { size, byte_order } = dtype else {
            return Whole::from_bytes(bytes, dtype).map(|whole| Self(whole.0 as f64));
        };
        let word = ordered(bytes, *size, *byte_order)?;
        match size {
            2 => Ok(Self(super::npy::half(u16::from_le_bytes([
                word[0], word[1],
            ])))),
            4 => {
                let value = f32::from_le_bytes([word[0], word[1], word[2], word[3]]);
                Ok(Self(value.into()))
            }
            8 => Ok(Self(f64::from_le_bytes(word))),
            _ => Err(Error::InvalidData(format!(
                "floats of {size} bytes are not read"
            ))),
        }
    }

    fn element_size(dtype: &Datatype) -> usize {
        dtype_element_size(dtype).unwrap_or(0)
    }
}

/// Unpacks LZF (M. Lehmann): runs of bytes, and copies of what came before. None where that makes no sense, or
/// comes to more than `len` bytes.
fn lzf(data: &[u8], len: usize) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(len.min(data.len().saturating_mul(64)));
    let mut input = data.iter().copied();
    while let Some(control) = input.next() {
        let control = usize::from(control);
        if control < 32 {
            for _ in 0..=control {
                out.push(input.next()?);
            }
        } else {
            let mut count = control >> 5;
            if count == 7 {
                count += usize::from(input.next()?);
            }
            let back = ((control & 31) << 8) + usize::from(input.next()?) + 1;
            let from = out.len().checked_sub(back)?;
            // What is copied may be copied from itself.
            for at in from..from + count + 2 {
                out.push(*out.get(at)?);
            }
        }
        if out.len() > len {
            return None;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lzf_unpacks_runs_and_copies() {
        // "abcabcabcabc": three bytes, then nine from three back.
        let packed = [2, b'a', b'b', b'c', 7 << 5, 0, 2];
        assert_eq!(lzf(&packed, 12).unwrap(), b"abcabcabcabc");
        assert_eq!(lzf(&packed, 11), None, "longer than promised");
        assert_eq!(lzf(&[5, 1], 12), None, "cut");
        assert_eq!(lzf(&[1 << 5, 9], 12), None, "from before the beginning");
    }

    #[test]
    fn integers_of_every_size_keep_their_sign() {
        let kind = |size, signed, byte_order| Datatype::FixedPoint {
            size,
            signed,
            byte_order,
        };
        let value = |bytes: &[u8], kind: &Datatype| Whole::from_bytes(bytes, kind).unwrap().0;
        assert_eq!(value(&[0xff], &kind(1, true, ByteOrder::LittleEndian)), -1);
        assert_eq!(
            value(&[0xff], &kind(1, false, ByteOrder::LittleEndian)),
            255
        );
        assert_eq!(
            value(&[0xff, 0xfe], &kind(2, true, ByteOrder::BigEndian)),
            -2
        );
        assert!(Whole::from_bytes(&[1], &kind(8, true, ByteOrder::LittleEndian)).is_err());
    }
}
