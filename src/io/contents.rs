//! A file opened: recognised by its bytes, and read where they are wanted at once.

use std::{
    fs::File,
    io::{BufReader, Read as _},
    path::Path,
};

use super::{
    gunzip::{BytesError, MAX_BYTES, gunzip},
    packing::Packing,
    recognise::{Content, HEAD_BYTES, recognise},
};
use crate::domain::SourceKind;

/// A longer gzipped file is looked at before it is unpacked: it may be an archive.
const SMALL_BYTES: u64 = 8 << 20;

/// A longer FITS file stays on disk, and only what is wanted of it is read.
pub const LARGE_FITS_BYTES: u64 = 64 << 20;

/// What a file holds.
pub enum Contents {
    /// A FITS file.
    Fits(Vec<u8>),
    /// A FITS file that was packed, unpacked.
    PackedFits(Vec<u8>),
    /// A long FITS file, to be read on disk.
    LargeFits,
    /// An Avro file, or messages of a stream, unpacked.
    Avro(Vec<u8>),
    /// A Parquet file, of which columns are read.
    Parquet,
    /// A file of arrays (numpy, HDF5), of which rows are read.
    Arrays,
    /// An archive, to be read as a stream.
    Archive(SourceKind),
    /// Anything else.
    Other(Content),
}

/// Opens the file and reads what is needed of it.
pub fn contents(path: &Path) -> Result<Contents, BytesError> {
    let mut file = File::open(path)?;
    let len = file.metadata()?.len();
    let mut bytes = Vec::with_capacity(len.clamp(HEAD_BYTES as u64, SMALL_BYTES) as usize + 1);
    (&mut file)
        .take(HEAD_BYTES as u64)
        .read_to_end(&mut bytes)?;
    match recognise(&bytes) {
        Content::Arrays => Ok(Contents::Arrays),
        Content::Zip if holds_arrays(path) => Ok(Contents::Arrays),
        Content::Fits if len > LARGE_FITS_BYTES => Ok(Contents::LargeFits),
        content if content.is_read() && len > MAX_BYTES as u64 => {
            match packed_archive(path, content) {
                Ok(Some(kind)) => Ok(Contents::Archive(kind)),
                _ => Err(BytesError::TooLarge),
            }
        }
        Content::Packed(packing) => {
            if len > SMALL_BYTES
                && let Some(kind) = packed_archive(path, Content::Packed(packing))?
            {
                return Ok(Contents::Archive(kind));
            }
            file.read_to_end(&mut bytes)?;
            unpacked(path, packing, &bytes)
        }
        content if content.is_read() => {
            file.read_to_end(&mut bytes)?;
            Ok(of(content, bytes))
        }
        content => Ok(of(content, Vec::new())),
    }
}

fn unpacked(path: &Path, packing: Packing, packed: &[u8]) -> Result<Contents, BytesError> {
    let bytes = match packing {
        Packing::Gzip => gunzip(packed),
        other => other.unpack(packed),
    };
    match bytes {
        Ok(bytes) => Ok(match recognise(&bytes[..bytes.len().min(HEAD_BYTES)]) {
            Content::Tar => Contents::Archive(archive_kind(packing)),
            Content::Fits => Contents::PackedFits(bytes),
            content => of(content, bytes),
        }),
        // An archive that is cut short opens up to the cut.
        Err(error) => match packed_archive(path, Content::Packed(packing)) {
            Ok(Some(kind)) => Ok(Contents::Archive(kind)),
            _ => Err(error),
        },
    }
}

fn of(content: Content, bytes: Vec<u8>) -> Contents {
    match content {
        Content::Fits => Contents::Fits(bytes),
        Content::Avro | Content::Framed => Contents::Avro(bytes),
        Content::Tar => Contents::Archive(SourceKind::Tar),
        Content::Zip => Contents::Archive(SourceKind::Zip),
        Content::Parquet => Contents::Parquet,
        other => Contents::Other(other),
    }
}

fn is_numpy(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|ending| ending == "npy")
}

/// True for numpy's `.npz`: a zip archive of nothing but `.npy` files.
fn holds_arrays(path: &Path) -> bool {
    let archive = File::open(path).map(zip::ZipArchive::new);
    let Ok(Ok(archive)) = archive else {
        return false;
    };
    !archive.is_empty() && archive.file_names().all(is_numpy)
}

const fn archive_kind(packing: Packing) -> SourceKind {
    match packing {
        Packing::Gzip => SourceKind::TarGz,
        Packing::Bzip2 | Packing::Xz | Packing::Zstd => SourceKind::TarPacked,
    }
}

/// The kind of archive that a packed file has inside, by the first bytes of that; none for another
/// content.
fn packed_archive(path: &Path, content: Content) -> Result<Option<SourceKind>, BytesError> {
    let Content::Packed(packing) = content else {
        return Ok(None);
    };
    let file = BufReader::new(File::open(path)?);
    let mut head = Vec::with_capacity(HEAD_BYTES);
    let reader = packing.reader(file).map_err(BytesError::Gunzip)?;
    reader
        .take(HEAD_BYTES as u64)
        .read_to_end(&mut head)
        .map_err(BytesError::Gunzip)?;
    Ok((recognise(&head) == Content::Tar).then(|| archive_kind(packing)))
}
