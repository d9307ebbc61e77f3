//! A stamp's pixels, and where they come from.

use std::{
    fmt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use serde::{Deserialize, Serialize};

use super::geometry::Geometry;

/// Identifies one stamp of the opened set; never reused while the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StampId(pub u32);

/// Hands out numbers for stamps, each once.
#[derive(Debug, Default)]
pub struct StampIds(AtomicU32);

impl StampIds {
    /// The next number.
    pub fn next(&self) -> StampId {
        self.reserve(1)
    }

    /// The first of so many numbers that belong to the caller; of none, the number that comes next.
    pub fn reserve(&self, count: u32) -> StampId {
        StampId(self.0.fetch_add(count, Ordering::Relaxed))
    }
}

/// What kind of container holds stamps. Recognised from the bytes, not from the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SourceKind {
    /// A FITS file, plain, gzipped or tile-compressed.
    Fits,
    /// A FITS cutout as ZTF packs it: no WCS, row 0 is north.
    ZtfCutout,
    /// An Avro object container file, or messages of a stream in one file.
    Avro,
    /// A gzipped tar archive of Avro or FITS files.
    TarGz,
    /// A plain tar archive.
    Tar,
    /// A tar archive that is packed as a whole with bzip2, xz or zstandard.
    TarPacked,
    /// A zip archive.
    Zip,
    /// A Parquet file with columns of cutouts; the record is its row.
    Parquet,
    /// Alerts as JSON with stamps in base64.
    Json,
    /// A FITS file with stamps in the cells of a table; the byte is the number of the HDU, the record its row.
    FitsTable,
    /// Arrays of numpy or HDF5; the byte is the number of the array, the record its row.
    Arrays,
}

/// A file on disk that holds stamps.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    pub path: Arc<Path>,
    pub kind: SourceKind,
}

/// Which part of a source is one stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Part {
    /// An image HDU (0 is the primary one), and the plane along NAXIS3 where it is a cube.
    Hdu {
        /// Zero-based HDU number.
        hdu: u16,
        /// Zero-based plane.
        plane: Option<u32>,
    },
    /// The cutout of the stamp's role in an alert record.
    Cutout {
        /// Byte offset of the Avro file in its (uncompressed) archive; 0 for a file of its own.
        at_byte: u64,
        /// Bytes of that Avro file; 0 where it is the whole file.
        len: u32,
        /// Zero-based record within the Avro file.
        record: u32,
    },
    /// An image HDU of a FITS file in an archive.
    Member {
        /// Byte offset of the FITS file in its (uncompressed) archive; its number in a zip archive.
        at_byte: u64,
        /// Bytes of that file.
        len: u32,
        /// Zero-based HDU number.
        hdu: u16,
        /// Zero-based plane.
        plane: Option<u32>,
    },
}

impl fmt::Display for Part {
    /// `0` or `0.3` for an HDU and its plane, `512.2` for byte and record of a packet.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hdu { hdu, plane: None } => write!(f, "{hdu}"),
            Self::Hdu {
                hdu,
                plane: Some(plane),
            } => write!(f, "{hdu}.{plane}"),
            Self::Cutout {
                at_byte, record, ..
            } => write!(f, "{at_byte}.{record}"),
            Self::Member {
                at_byte,
                hdu,
                plane,
                ..
            } => {
                write!(f, "{at_byte}/{hdu}")?;
                plane.map_or(Ok(()), |plane| write!(f, ".{plane}"))
            }
        }
    }
}

/// One decoded stamp: 32-bit pixels, row by row, row 0 first as in the file.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// Pixels per row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` values; NaN where the file has none (BLANK included).
    pub pixels: Arc<[f32]>,
    /// The file's unit (BUNIT), such as `ADU`, `DN`, `nJy`.
    pub unit: Option<Arc<str>>,
    /// Saturation level in that unit, where the header says so.
    pub saturation: Option<f32>,
    /// Where north is.
    pub geometry: Geometry,
}

impl Stamp {
    /// A stamp without unit or geometry.
    ///
    /// # Panics
    /// Where `pixels` has another length than `width * height`.
    pub fn new(width: usize, height: usize, pixels: impl Into<Arc<[f32]>>) -> Self {
        let pixels = pixels.into();
        assert_eq!(
            pixels.len(),
            width * height,
            "a stamp has width x height pixels"
        );
        Self {
            width,
            height,
            pixels,
            unit: None,
            saturation: None,
            geometry: Geometry::Unknown,
        }
    }

    /// The value at column `x`, row `y`; none outside.
    pub fn at(&self, x: usize, y: usize) -> Option<f32> {
        (x < self.width && y < self.height).then(|| self.pixels[y * self.width + x])
    }

    /// Bytes of pixel memory.
    pub fn bytes(&self) -> usize {
        self.pixels.len() * size_of::<f32>()
    }
}
