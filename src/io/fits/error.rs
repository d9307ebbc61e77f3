//! Why a FITS file cannot be read.

/// Why a FITS file, or a part of it, is not read: a clause for the Problems list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FitsError {
    /// A header ends without its END card.
    #[error("a header has no END card")]
    HeaderCut,
    /// Data are missing at the end.
    #[error("HDU {hdu} ends at byte {needed}, but the file has {len} bytes")]
    Cut {
        /// Zero-based HDU.
        hdu: usize,
        /// Bytes that the headers promise.
        needed: u64,
        /// Bytes of the file.
        len: usize,
    },
    /// The header or what follows it makes no sense.
    #[error("HDU {hdu} {why}")]
    Odd {
        /// Zero-based HDU.
        hdu: usize,
        why: String,
    },
    /// The system refused.
    #[error("{0}")]
    Read(String),
}

impl From<std::io::Error> for FitsError {
    fn from(error: std::io::Error) -> Self {
        Self::Read(error.to_string())
    }
}

/// Pieces of `N` bytes.
pub fn values<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> {
    bytes
        .chunks_exact(N)
        .filter_map(|piece| piece.try_into().ok())
}
