//! Files as bytes in memory: read whole, gunzipped where they are gzipped, never without bound.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use flate2::read::MultiGzDecoder;

/// A file or a stamp that needs more memory than this is no stamp set (512 MiB).
pub const MAX_BYTES: usize = 512 << 20;

/// Why bytes could not be had.
#[derive(Debug, thiserror::Error)]
pub enum BytesError {
    /// The system refused.
    #[error("cannot be read: {0}")]
    Read(#[from] io::Error),
    /// The gzip stream is cut or damaged.
    #[error("the gzip stream is damaged or ends early: {0}")]
    Gunzip(io::Error),
    /// More than [`MAX_BYTES`].
    #[error("holds more than {} MiB, too much for a set of stamps", MAX_BYTES >> 20)]
    TooLarge,
}

/// The whole file, gunzipped where it is gzipped.
pub fn read_file(path: &Path) -> Result<Vec<u8>, BytesError> {
    let mut file = File::open(path)?;
    let len = file.metadata()?.len();
    if len > MAX_BYTES as u64 {
        return Err(BytesError::TooLarge);
    }
    let mut bytes = Vec::with_capacity(len as usize + 1);
    file.read_to_end(&mut bytes)?;
    if is_gzip(&bytes) {
        gunzip(&bytes)
    } else {
        Ok(bytes)
    }
}

/// True where the bytes start as a gzip stream does.
pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x1f\x8b")
}

/// The content of a gzip stream of one or more members.
pub fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, BytesError> {
    // The last four bytes tell the length of the last member: a hint, not to be trusted.
    let hint = bytes
        .last_chunk::<4>()
        .map_or(0, |len| u32::from_le_bytes(*len)) as usize;
    let mut out = Vec::with_capacity(hint.min(bytes.len().saturating_mul(20)).min(MAX_BYTES) + 1);
    MultiGzDecoder::new(bytes)
        .take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut out)
        .map_err(BytesError::Gunzip)?;
    if out.len() > MAX_BYTES {
        return Err(BytesError::TooLarge);
    }
    Ok(out)
}
