//! The headers of a column's pages, looked over before the crate reads them.

use bytes::Bytes;
use parquet::{
    errors::{ParquetError, Result},
    file::{metadata::ColumnChunkMetaData, reader::ChunkReader},
};

use super::thrift::Compact;

/// The field of a header with the size of its page as it is packed, bytes.
const PACKED_SIZE: u64 = 3;
/// Bytes that are read at first: most headers have fewer than a hundred.
const USUAL: u64 = 512;

/// A file of which any part can be read.
pub trait ReadAt: Send + Sync {
    /// So many bytes from a place on, or fewer where the file ends.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn read_at(&self, at: u64, most: u64) -> Result<Bytes>;
}

impl<R: ChunkReader> ReadAt for R {
    fn read_at(&self, at: u64, most: u64) -> Result<Bytes> {
        let left = self.len().saturating_sub(at);
        self.get_bytes(at, usize::try_from(most.min(left)).unwrap_or(0))
    }
}

fn damaged(why: &str) -> ParquetError {
    ParquetError::General(why.into())
}

/// Follows the pages of a column to its end.
///
/// # Errors
/// Where a header does not fit into the column, or the file cannot be read.
pub fn check(source: &dyn ReadAt, column: &ColumnChunkMetaData) -> Result<()> {
    let start = column.dictionary_page_offset();
    let start = start.unwrap_or_else(|| column.data_page_offset());
    let [start, length] = [start, column.compressed_size()].map(u64::try_from);
    let (Ok(start), Ok(length)) = (start, length) else {
        return Err(damaged("a column begins before the file"));
    };
    let end = start.saturating_add(length);
    let mut at = start;
    while at < end {
        let (header, packed) = header(source, at, end - at)?;
        let Ok(packed) = u64::try_from(packed) else {
            return Err(damaged("a page has fewer bytes than none"));
        };
        if header == 1 {
            // Nothing follows: what fills a column up.
            break;
        }
        at = at.saturating_add(header).saturating_add(packed);
    }
    Ok(())
}

/// The size of the header at a place, and that of its page as it is packed, bytes.
fn header(source: &dyn ReadAt, at: u64, most: u64) -> Result<(u64, i64)> {
    let mut wanted = USUAL.min(most);
    loop {
        let bytes = source.read_at(at, wanted)?;
        let mut left = Compact(&bytes);
        let mut packed = 0;
        let read = left.fields(&mut |field, number| {
            if field == PACKED_SIZE {
                packed = number;
            }
        });
        if read.is_some() {
            return Ok(((bytes.len() - left.0.len()) as u64, packed));
        }
        if wanted >= most || (bytes.len() as u64) < wanted {
            return Err(damaged(
                "a page has a header that does not fit into its column",
            ));
        }
        wanted = wanted.saturating_mul(8).min(most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header: kind, size, packed size as zigzag numbers of one byte, and more fields.
    fn header_of(packed: u8, more: &[u8]) -> Vec<u8> {
        [&[0x15, 0, 0x15, 20, 0x15, 2 * packed], more, &[0]].concat()
    }

    #[test]
    fn a_header_has_its_size_and_that_of_its_page() {
        let bytes = Bytes::from([header_of(9, &[]), vec![0xff; 9]].concat());
        assert_eq!(header(&bytes, 0, 16).unwrap(), (7, 9));
        // Longer than what is read at first: a text of 600 bytes.
        let text = [&[0x18, 0xd8, 0x04][..], &[b'x'; 600]].concat();
        let bytes = Bytes::from(header_of(9, &text));
        assert_eq!(header(&bytes, 0, 4000).unwrap(), (610, 9));
    }

    #[test]
    fn a_list_that_cannot_fit_is_refused_at_once() {
        // Two billion truths.
        let list = [0x19, 0xf1, 0xff, 0xff, 0xff, 0xff, 0x07];
        let bytes = Bytes::from([header_of(9, &list), vec![0; 900]].concat());
        let why = header(&bytes, 0, 900).unwrap_err().to_string();
        assert!(why.contains("does not fit into its column"), "{why}");
    }
}
