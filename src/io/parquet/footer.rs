//! The footer of a Parquet file, looked over before the crate reads it.
//!
//! Its structures are those of [`super::thrift`].

use std::io::{Read, Seek, SeekFrom};

use super::thrift::Compact;

/// Bytes at the end of a file: the length of the footer, and `PAR1`.
const TAIL: usize = 8;
const MAGIC: &[u8] = b"PAR1";

/// Why a footer is damaged; none of a file that ends otherwise, which the crate refuses by itself.
pub fn fault(file: &mut (impl Read + Seek)) -> std::io::Result<Option<&'static str>> {
    let size = file.seek(SeekFrom::End(0))?;
    let mut tail = [0; TAIL];
    if size < TAIL as u64 {
        return Ok(None);
    }
    file.seek(SeekFrom::End(-(TAIL as i64)))?;
    file.read_exact(&mut tail)?;
    let (length, magic) = tail.split_at(4);
    let length = length
        .iter()
        .rev()
        .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    if magic != MAGIC || length + TAIL as u64 > size {
        return Ok(None);
    }
    let mut footer = vec![0; length as usize];
    file.seek(SeekFrom::Start(size - TAIL as u64 - length))?;
    file.read_exact(&mut footer)?;
    let is_whole = Compact(&footer).structure().is_some();
    Ok((!is_whole).then_some("its footer has lists that do not fit into it"))
}

#[cfg(test)]
mod tests {
    use std::{io::Cursor, sync::Arc};

    use parquet::{
        file::{properties::WriterProperties, writer::SerializedFileWriter},
        schema::parser::parse_message_type,
    };

    use super::*;

    fn with_footer(footer: &[u8]) -> Vec<u8> {
        let length = (footer.len() as u32).to_le_bytes();
        [MAGIC, footer, &length[..], MAGIC].concat()
    }

    fn fault_of(bytes: Vec<u8>) -> Option<&'static str> {
        fault(&mut Cursor::new(bytes)).unwrap()
    }

    #[test]
    fn a_list_that_cannot_fit_is_a_fault() {
        // What a fuzzer found: a list of truths, as many as there are numbers of 31 bits.
        let found = [
            0x2d, 0x4c, 0x5c, 0x09, 0xff, 0x00, 0xf1, 0xff, 0xff, 0xf9, 0xe7, 0x01, 0x0d,
        ];
        assert!(fault_of(with_footer(&found)).is_some());
        let list = |kind: u8, count: &[u8]| [&[0x19, 0xf0 | kind], count, &[0; 9][..]].concat();
        for kind in 1..=12 {
            let many = list(kind, &[0xff, 0xff, 0xff, 0xff, 0x07]);
            assert!(fault_of(with_footer(&many)).is_some(), "{kind}");
        }
        // Two of a kind that fit: numbers.
        assert_eq!(fault_of(with_footer(&list(5, &[2]))), None);
    }

    #[test]
    fn a_footer_that_was_written_is_none() {
        let schema = "message m { required int64 id; optional group g { repeated double x; } }";
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let properties = Arc::new(WriterProperties::builder().build());
        let mut file = Vec::new();
        let writer = SerializedFileWriter::new(&mut file, schema, properties).unwrap();
        writer.close().unwrap();
        assert_eq!(fault_of(file.clone()), None);
        // Nor is what is no Parquet file at all, or is cut: the crate refuses that.
        assert_eq!(fault_of(file[..file.len() - 1].to_vec()), None);
        assert_eq!(fault_of(b"PAR1".to_vec()), None);
        assert_eq!(fault_of(b"something else, and longer".to_vec()), None);
    }
}
