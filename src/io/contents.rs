//! A file opened: recognised by its bytes, and read where they are wanted at once.

use std::{
    fs::File,
    io::{BufReader, Read as _},
    path::Path,
};

use super::{
    archive_gzip::Gunzip,
    gunzip::{BytesError, MAX_BYTES, gunzip},
    recognise::{Content, HEAD_BYTES, recognise},
};

/// A longer gzipped file is looked at before it is unpacked: it may be an archive.
const SMALL_BYTES: u64 = 8 << 20;

/// A longer FITS file stays on disk, and only what is wanted of it is read.
pub const LARGE_FITS_BYTES: u64 = 64 << 20;

/// What a file holds.
pub enum Contents {
    /// A FITS file, unpacked.
    Fits(Vec<u8>),
    /// A long FITS file, to be read on disk.
    LargeFits,
    /// An Avro file, unpacked.
    Avro(Vec<u8>),
    /// A tar archive, to be read as a stream.
    Tar,
    /// A gzipped tar archive, to be read as a stream.
    TarGz,
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
        Content::Fits if len > LARGE_FITS_BYTES => Ok(Contents::LargeFits),
        Content::Avro | Content::Gzip if len > MAX_BYTES as u64 => match packed_content(path) {
            Ok(Content::Tar) => Ok(Contents::TarGz),
            _ => Err(BytesError::TooLarge),
        },
        Content::Gzip if len > SMALL_BYTES && packed_content(path)? == Content::Tar => {
            Ok(Contents::TarGz)
        }
        Content::Gzip => {
            file.read_to_end(&mut bytes)?;
            unpacked(path, &bytes)
        }
        content @ (Content::Fits | Content::Avro) => {
            file.read_to_end(&mut bytes)?;
            Ok(of(content, bytes))
        }
        content => Ok(of(content, Vec::new())),
    }
}

fn unpacked(path: &Path, packed: &[u8]) -> Result<Contents, BytesError> {
    match gunzip(packed) {
        Ok(bytes) => Ok(match recognise(&bytes[..bytes.len().min(HEAD_BYTES)]) {
            Content::Tar => Contents::TarGz,
            content => of(content, bytes),
        }),
        // An archive that is cut short opens up to the cut.
        Err(error) => match packed_content(path) {
            Ok(Content::Tar) => Ok(Contents::TarGz),
            _ => Err(error),
        },
    }
}

fn of(content: Content, bytes: Vec<u8>) -> Contents {
    match content {
        Content::Fits => Contents::Fits(bytes),
        Content::Avro => Contents::Avro(bytes),
        Content::Tar => Contents::Tar,
        other => Contents::Other(other),
    }
}

/// What a gzip file has inside, by the first bytes of that.
fn packed_content(path: &Path) -> Result<Content, BytesError> {
    let file = BufReader::new(File::open(path)?);
    let mut head = Vec::with_capacity(HEAD_BYTES);
    Gunzip::new(file)
        .take(HEAD_BYTES as u64)
        .read_to_end(&mut head)
        .map_err(BytesError::Gunzip)?;
    Ok(recognise(&head))
}
