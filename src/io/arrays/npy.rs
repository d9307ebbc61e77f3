//! numpy's `.npy` (format versions 1 to 3) and `.npz`, which is a zip archive of them.
//!
//! Read here: the format is a line of text before raw values, and no crate reads rows of a file on disk by
//! their place. Python objects are refused, because reading them can run code.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
    sync::Arc,
};

use super::array::{Array, ArrayError, Cells, Kind};

/// How an `.npy` file begins.
pub const MAGIC: &[u8] = b"\x93NUMPY";
/// A longer header describes no plain array.
const MAX_HEADER_BYTES: usize = 1 << 16;
/// An array that has to be unpacked, or turned, is held in memory; a longer one is refused.
pub const MAX_UNPACKED_BYTES: u64 = 2 << 30;

/// The type of the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Code {
    Bool,
    Int,
    Unsigned,
    Float,
    /// Bytes of text.
    Bytes,
    /// Characters of four bytes.
    Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Type {
    code: Code,
    is_big: bool,
    /// Bytes of a value.
    size: usize,
}

/// Where the values lie.
enum Place {
    Disk { start: u64 },
    Memory(Arc<[u8]>),
}

struct Entry {
    kind: Type,
    len: usize,
    place: Place,
}

/// The arrays of a file.
pub struct NumpyFile {
    file: File,
    /// True for `.npy`, false for an archive.
    pub is_one_array: bool,
    pub arrays: Vec<Array>,
    entries: Vec<Entry>,
}

impl NumpyFile {
    /// Opens an `.npy` or `.npz` file.
    pub fn open(path: &Path) -> Result<Self, ArrayError> {
        let mut file = File::open(path)?;
        let mut head = [0; 6];
        file.read_exact(&mut head)?;
        file.rewind()?;
        let mut all = Self {
            file: file.try_clone()?,
            is_one_array: head == MAGIC,
            arrays: Vec::new(),
            entries: Vec::new(),
        };
        if head == MAGIC {
            let len = file.metadata()?.len();
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            all.add(&name, &mut file, len, 0)?;
        } else {
            all.add_members(file)?;
        }
        Ok(all)
    }

    /// The arrays of an `.npz` file; one that cannot be read is left out, and the first reason given
    /// where none is left.
    fn add_members(&mut self, file: File) -> Result<(), ArrayError> {
        let odd = |error: zip::result::ZipError| ArrayError::Odd(error.to_string());
        let mut archive = zip::ZipArchive::new(file).map_err(odd)?;
        let mut first = None;
        for number in 0..archive.len() {
            let mut entry = archive.by_index(number).map_err(odd)?;
            let Some(name) = entry.name().strip_suffix(".npy").map(str::to_owned) else {
                continue;
            };
            let len = entry.size();
            let is_stored = entry.compression() == zip::CompressionMethod::Stored;
            let start = entry.data_start().filter(|_| is_stored);
            let added = match start {
                Some(start) => self.add(&name, &mut entry, len, start),
                None => unpacked(&mut entry, len).and_then(|bytes| {
                    let len = bytes.len() as u64;
                    self.add_in_memory(&name, &bytes, len)
                }),
            };
            first = first.or(added.err());
        }
        match first {
            Some(error) if self.arrays.is_empty() => Err(error),
            _ => Ok(()),
        }
    }

    /// An array on disk, whose `.npy` file of `len` bytes begins at `start`.
    fn add(
        &mut self,
        name: &str,
        input: &mut impl Read,
        len: u64,
        start: u64,
    ) -> Result<(), ArrayError> {
        let header = Header::read(input)?;
        let (kind, size) = header.checked(len)?;
        let place = if header.is_turned && header.shape.len() > 1 {
            if size > MAX_UNPACKED_BYTES {
                return Err(ArrayError::Odd(
                    "is stored column by column; save numpy.ascontiguousarray of it".into(),
                ));
            }
            let mut bytes = Vec::new();
            input.take(size).read_to_end(&mut bytes)?;
            Place::Memory(row_by_row(&bytes, &header.shape, kind.size)?.into())
        } else {
            Place::Disk {
                start: start + header.bytes as u64,
            }
        };
        self.push(name, &header, kind, place);
        Ok(())
    }

    fn add_in_memory(&mut self, name: &str, bytes: &[u8], len: u64) -> Result<(), ArrayError> {
        let header = Header::read(&mut &*bytes)?;
        let (kind, size) = header.checked(len)?;
        let values = &bytes[header.bytes..header.bytes + size as usize];
        let values = if header.is_turned && header.shape.len() > 1 {
            row_by_row(values, &header.shape, kind.size)?
        } else {
            values.to_vec()
        };
        self.push(name, &header, kind, Place::Memory(values.into()));
        Ok(())
    }

    fn push(&mut self, name: &str, header: &Header, kind: Type, place: Place) {
        self.arrays.push(Array {
            name: name.into(),
            shape: header.shape.clone(),
            kind: match kind.code {
                Code::Bytes | Code::Text => Kind::Text,
                Code::Float => Kind::Float,
                Code::Bool | Code::Int | Code::Unsigned => Kind::Integer,
            },
        });
        self.entries.push(Entry {
            kind,
            len: header.shape.iter().product(),
            place,
        });
    }

    /// Bytes of `count` values from the first-th on.
    fn bytes(&mut self, at: usize, first: usize, count: usize) -> Result<Vec<u8>, ArrayError> {
        let entry = self.entries.get(at).ok_or(ArrayError::Changed)?;
        let end = first.checked_add(count).filter(|end| *end <= entry.len);
        let Some(end) = end else {
            return Err(ArrayError::Changed);
        };
        let size = entry.kind.size;
        match &entry.place {
            Place::Memory(bytes) => {
                let values = bytes.get(first * size..end * size);
                Ok(values.ok_or(ArrayError::Changed)?.to_vec())
            }
            Place::Disk { start } => {
                let at = start + (first * size) as u64;
                let mut bytes = vec![0; count * size];
                self.file.seek(SeekFrom::Start(at))?;
                self.file.read_exact(&mut bytes)?;
                Ok(bytes)
            }
        }
    }

    /// `count` numbers as pixels, the first of them at `first`.
    pub fn pixels(
        &mut self,
        at: usize,
        first: usize,
        count: usize,
    ) -> Result<Vec<f32>, ArrayError> {
        let bytes = self.bytes(at, first, count)?;
        let kind = self.entries[at].kind;
        Ok(bytes
            .chunks_exact(kind.size.max(1))
            .map(|value| kind.number(value) as f32)
            .collect())
    }

    /// All values of an array of one axis.
    pub fn cells(&mut self, at: usize) -> Result<Cells, ArrayError> {
        let len = self.entries.get(at).ok_or(ArrayError::Changed)?.len;
        let bytes = self.bytes(at, 0, len)?;
        let kind = self.entries[at].kind;
        let values = bytes.chunks_exact(kind.size.max(1));
        Ok(match kind.code {
            Code::Bytes | Code::Text => Cells::Texts(values.map(|v| kind.text(v)).collect()),
            Code::Float => Cells::Floats(values.map(|v| kind.number(v)).collect()),
            Code::Bool | Code::Int | Code::Unsigned => {
                let values: Vec<i64> = values.map(|v| kind.integer(v)).collect();
                Cells::of_integers(values, kind.code == Code::Unsigned)
            }
        })
    }
}

/// The content of a packed member.
fn unpacked(entry: &mut impl Read, len: u64) -> Result<Vec<u8>, ArrayError> {
    let mut bytes = Vec::with_capacity(len.min(1 << 20) as usize);
    entry.take(MAX_UNPACKED_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_UNPACKED_BYTES {
        return Err(ArrayError::Odd(
            "unpacks to more than 2 GiB; save it with numpy.savez, without compression".into(),
        ));
    }
    Ok(bytes)
}

/// Values that are stored column by column (Fortran's order), row by row.
fn row_by_row(bytes: &[u8], shape: &[usize], size: usize) -> Result<Vec<u8>, ArrayError> {
    let len: usize = shape.iter().product();
    if bytes.len() < len * size {
        return Err(ArrayError::Odd("is cut short".into()));
    }
    let mut out = vec![0; len * size];
    let mut index = vec![0_usize; shape.len()];
    for value in bytes.chunks_exact(size).take(len) {
        let at = index
            .iter()
            .zip(shape)
            .fold(0, |at, (index, len)| at * len + index);
        out[at * size..(at + 1) * size].copy_from_slice(value);
        for (index, len) in index.iter_mut().zip(shape) {
            *index += 1;
            if *index < *len {
                break;
            }
            *index = 0;
        }
    }
    Ok(out)
}

struct Header {
    descr: String,
    is_turned: bool,
    shape: Vec<usize>,
    /// Bytes before the values.
    bytes: usize,
}

impl Header {
    fn read(input: &mut impl Read) -> Result<Self, ArrayError> {
        let odd = |why: &str| ArrayError::Odd(why.into());
        let mut head = [0; 8];
        input.read_exact(&mut head)?;
        if !head.starts_with(MAGIC) {
            return Err(odd("is no numpy array"));
        }
        let (len, bytes) = if head[6] == 1 {
            let mut len = [0; 2];
            input.read_exact(&mut len)?;
            (usize::from(u16::from_le_bytes(len)), 10)
        } else {
            let mut len = [0; 4];
            input.read_exact(&mut len)?;
            (u32::from_le_bytes(len) as usize, 12)
        };
        if len > MAX_HEADER_BYTES {
            return Err(odd("has a header that is no numpy header"));
        }
        let mut text = vec![0; len];
        input.read_exact(&mut text)?;
        let text = String::from_utf8_lossy(&text);
        let after = |name: &str| {
            let (_, rest) = text.split_once(&format!("'{name}':"))?;
            Some(rest.trim_start())
        };
        let descr = after("descr").ok_or_else(|| odd("has a header without descr"))?;
        let descr = descr
            .strip_prefix('\'')
            .and_then(|rest| rest.split_once('\''))
            .map(|(descr, _)| descr.to_owned())
            .ok_or_else(|| {
                odd("is an array of records; save its stamps as an array of their own")
            })?;
        let shape = after("shape")
            .and_then(|rest| rest.strip_prefix('(')?.split_once(')'))
            .ok_or_else(|| odd("has a header without shape"))?;
        let sizes = shape
            .0
            .split(',')
            .map(str::trim)
            .filter(|size| !size.is_empty());
        let shape: Option<Vec<usize>> = sizes.map(|size| size.parse().ok()).collect();
        Ok(Self {
            descr,
            is_turned: after("fortran_order").is_some_and(|rest| rest.starts_with("True")),
            shape: shape.ok_or_else(|| odd("has a shape that is none"))?,
            bytes: bytes + len,
        })
    }

    /// The type, and the bytes of all values, which the file of `len` bytes must hold.
    fn checked(&self, len: u64) -> Result<(Type, u64), ArrayError> {
        let kind = Type::of(&self.descr)?;
        let count = self
            .shape
            .iter()
            .try_fold(1_usize, |all, len| all.checked_mul(*len));
        let size = count.and_then(|count| count.checked_mul(kind.size));
        let size = size.map_or(u64::MAX, |size| size as u64);
        let there = len.saturating_sub(self.bytes as u64);
        if size > there {
            return Err(ArrayError::Odd(format!(
                "is cut short: {} needs {size} bytes, and {there} are there",
                shape_text(&self.shape)
            )));
        }
        Ok((kind, size))
    }
}

/// `63 x 63 x 3`.
pub fn shape_text(shape: &[usize]) -> String {
    let sizes: Vec<String> = shape.iter().map(ToString::to_string).collect();
    sizes.join(" x ")
}

impl Type {
    /// `<f4`, `|S12`, `>i8` and the like.
    fn of(descr: &str) -> Result<Self, ArrayError> {
        let odd = || {
            ArrayError::Odd(format!(
                "holds values of the type {descr}, which are not read"
            ))
        };
        let (order, rest) = descr.split_at_checked(1).ok_or_else(odd)?;
        let (code, size) = rest.split_at_checked(1).ok_or_else(odd)?;
        if code == "O" {
            return Err(ArrayError::Odd(
                "holds Python objects, which can run code when read and are never opened".into(),
            ));
        }
        let size: usize = size.parse().ok().ok_or_else(odd)?;
        let (code, is_known) = match code {
            "b" => (Code::Bool, size == 1),
            "i" => (Code::Int, matches!(size, 1 | 2 | 4 | 8)),
            "u" => (Code::Unsigned, matches!(size, 1 | 2 | 4 | 8)),
            "f" => (Code::Float, matches!(size, 2 | 4 | 8)),
            "S" | "a" => (Code::Bytes, (1..1 << 16).contains(&size)),
            "U" => (Code::Text, (1..1 << 16).contains(&size)),
            _ => return Err(odd()),
        };
        if !is_known || !matches!(order, "<" | ">" | "|" | "=") {
            return Err(odd());
        }
        let size = if code == Code::Text { 4 * size } else { size };
        Ok(Self {
            code,
            is_big: order == ">",
            size,
        })
    }

    /// The value in little-endian order, filled up to eight bytes with `filler`.
    fn word(self, value: &[u8], filler: u8) -> [u8; 8] {
        let mut word = [filler; 8];
        for (at, byte) in value.iter().enumerate().take(8) {
            word[if self.is_big {
                value.len() - 1 - at
            } else {
                at
            }] = *byte;
        }
        word
    }

    fn integer(self, value: &[u8]) -> i64 {
        let last = if self.is_big {
            value.first()
        } else {
            value.last()
        };
        let is_negative = self.code == Code::Int && last.is_some_and(|byte| *byte >= 0x80);
        i64::from_le_bytes(self.word(value, if is_negative { 0xff } else { 0 }))
    }

    fn number(self, value: &[u8]) -> f64 {
        let word = self.word(value, 0);
        match (self.code, self.size) {
            (Code::Float, 2) => half(u16::from_le_bytes([word[0], word[1]])),
            (Code::Float, 4) => f32::from_le_bytes([word[0], word[1], word[2], word[3]]).into(),
            (Code::Float, _) => f64::from_le_bytes(word),
            (Code::Unsigned, _) => u64::from_le_bytes(word) as f64,
            _ => self.integer(value) as f64,
        }
    }

    fn text(self, value: &[u8]) -> String {
        let text: String = match self.code {
            Code::Text => value
                .chunks_exact(4)
                .map(|unit| {
                    let code =
                        u32::from_le_bytes(self.word(unit, 0)[..4].try_into().unwrap_or_default());
                    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
                })
                .collect(),
            _ => String::from_utf8_lossy(value).into_owned(),
        };
        text.trim_end_matches('\0').to_owned()
    }
}

/// A 16-bit float of IEEE 754.
pub(super) fn half(bits: u16) -> f64 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    sign * match exponent {
        0 => fraction * 2_f64.powi(-24),
        31 if fraction > 0.0 => f64::NAN,
        31 => f64::INFINITY,
        _ => (1.0 + fraction / 1024.0) * 2_f64.powi(exponent - 15),
    }
}

#[cfg(test)]
pub(in crate::io) mod tests {
    use super::*;

    /// An `.npy` file.
    pub fn npy(descr: &str, shape: &str, is_turned: bool, values: &[u8]) -> Vec<u8> {
        let order = if is_turned { "True" } else { "False" };
        let header =
            format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}");
        let len = (10 + header.len() + 1).next_multiple_of(64) - 10;
        let mut file = [MAGIC, &[1, 0], &(len as u16).to_le_bytes()].concat();
        file.extend_from_slice(format!("{header:<width$}\n", width = len - 1).as_bytes());
        file.extend_from_slice(values);
        file
    }

    fn opened(bytes: &[u8]) -> Result<NumpyFile, ArrayError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npy");
        std::fs::write(&path, bytes).unwrap();
        NumpyFile::open(&path)
    }

    #[test]
    fn every_type_of_numbers_is_read_in_both_orders() {
        for (descr, value, number) in [
            ("<f4", 1.5_f32.to_le_bytes().to_vec(), 1.5),
            (">f4", 1.5_f32.to_be_bytes().to_vec(), 1.5),
            ("<f8", (-2.25_f64).to_le_bytes().to_vec(), -2.25),
            ("<f2", 0x3e00_u16.to_le_bytes().to_vec(), 1.5),
            ("|u1", vec![200], 200.0),
            ("|i1", vec![200], -56.0),
            (">i2", (-3_i16).to_be_bytes().to_vec(), -3.0),
            ("<u4", u32::MAX.to_le_bytes().to_vec(), 4_294_967_295.0),
            ("|b1", vec![1], 1.0),
        ] {
            let mut file = opened(&npy(descr, "(1,)", false, &value)).unwrap();
            let pixels = file.pixels(0, 0, 1).unwrap();
            assert!(
                (f64::from(pixels[0]) - number).abs() <= number.abs() * 1e-7,
                "{descr}"
            );
        }
        let id = 1_127_174_604_415_015_005_i64;
        let mut file = opened(&npy(">i8", "(1,)", false, &id.to_be_bytes())).unwrap();
        assert_eq!(file.cells(0).unwrap(), Cells::Integers(vec![id]));
    }

    #[test]
    fn texts_end_at_their_zeros() {
        let mut file = opened(&npy("|S4", "(2,)", false, b"ab\0\0wxyz")).unwrap();
        assert_eq!(
            file.cells(0).unwrap(),
            Cells::Texts(vec!["ab".into(), "wxyz".into()])
        );
        let wide: Vec<u8> = ['é', '\0']
            .iter()
            .flat_map(|c| (*c as u32).to_le_bytes())
            .collect();
        let mut file = opened(&npy("<U2", "(1,)", false, &wide)).unwrap();
        assert_eq!(file.cells(0).unwrap(), Cells::Texts(vec!["é".into()]));
    }

    #[test]
    fn arrays_stored_by_columns_are_turned() {
        // numpy.asfortranarray([[1, 2, 3], [4, 5, 6]])
        let mut file = opened(&npy("|u1", "(2, 3)", true, &[1, 4, 2, 5, 3, 6])).unwrap();
        assert_eq!(
            file.pixels(0, 0, 6).unwrap(),
            [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
        );
        assert_eq!(file.pixels(0, 3, 3).unwrap(), [4.0, 5.0, 6.0]);
    }

    #[test]
    fn what_is_cut_or_would_run_code_is_refused() {
        let why = |bytes: &[u8]| opened(bytes).err().unwrap().to_string();
        assert!(why(&npy("<f4", "(5,)", false, &[0; 12])).contains("cut short"));
        assert!(why(&npy("|O", "(5,)", false, &[0; 12])).contains("Python objects"));
        assert!(why(&npy("<f4", "(9223372036854775807, 4)", false, &[0])).contains("cut short"));
        assert!(why(b"\x93NUMPY\x01\0\xff\xff").contains("cannot be read"));
    }
}
