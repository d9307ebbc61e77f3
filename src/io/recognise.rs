//! What a file is, by its first bytes; its name plays no part.

use super::packing::Packing;

/// What the first bytes of a file say it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Content {
    /// A FITS file.
    Fits,
    /// An Avro object container file.
    Avro,
    /// A packed stream; what is inside has to be looked at.
    Packed(Packing),
    /// A plain tar archive.
    Tar,
    /// A zip archive, also `.npz`.
    Zip,
    /// Parquet, as Fink's data transfer sends it.
    Parquet,
    /// Arrays: numpy's `.npy`, or HDF5.
    Arrays,
    /// Messages of a stream, one or more: byte 0, four bytes of schema number, one Avro datum.
    Framed,
    /// Nothing at all.
    Empty,
    /// Text that may lie beside data: a licence, a table, notes.
    Text,
    /// A project file or another SQLite database.
    Sqlite,
    /// A format that holds no stamps that can be opened here.
    Foreign(Foreign),
}

/// Formats that are known and refused, each with its own advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Foreign {
    /// A Python pickle.
    Pickle,
    /// A picture or a document.
    Picture,
    /// Another compression than gzip.
    Compressed,
    /// Nothing known.
    Unknown,
}

/// Bytes that [`recognise`] wants to see: the magic of a tar archive lies at 257.
pub const HEAD_BYTES: usize = 512;

const MAGIC: &[(&[u8], Content)] = &[
    (b"SIMPLE  =", Content::Fits),
    (b"Obj\x01", Content::Avro),
    (b"SQLite format 3\0", Content::Sqlite),
    (b"PAR1", Content::Parquet),
    (b"\x89HDF\r\n\x1a\n", Content::Arrays),
    (b"\x93NUMPY", Content::Arrays),
    (b"PK\x03\x04", Content::Zip),
    (b"\x80\x02", Content::Foreign(Foreign::Pickle)),
    (b"\x80\x03", Content::Foreign(Foreign::Pickle)),
    (b"\x80\x04", Content::Foreign(Foreign::Pickle)),
    (b"\x80\x05", Content::Foreign(Foreign::Pickle)),
    (b"(dp", Content::Foreign(Foreign::Pickle)),
    (b"(lp", Content::Foreign(Foreign::Pickle)),
    (b"\x89PNG", Content::Foreign(Foreign::Picture)),
    (b"\xff\xd8\xff", Content::Foreign(Foreign::Picture)),
    (b"GIF8", Content::Foreign(Foreign::Picture)),
    (b"%PDF", Content::Foreign(Foreign::Picture)),
    (b"\x1f\x9d", Content::Foreign(Foreign::Compressed)),
];

/// The content that starts with `head` (at least [`HEAD_BYTES`] where the file has as many).
pub fn recognise(head: &[u8]) -> Content {
    if head.is_empty() {
        return Content::Empty;
    }
    if let Some(packing) = Packing::of(head) {
        return Content::Packed(packing);
    }
    let by_magic = MAGIC.iter().find(|(magic, _)| head.starts_with(magic));
    if let Some((_, content)) = by_magic {
        return *content;
    }
    if head.get(257..262) == Some(b"ustar") {
        return Content::Tar;
    }
    if is_text(head) {
        return Content::Text;
    }
    if is_confluent_framed(head) {
        return Content::Framed;
    }
    Content::Foreign(Foreign::Unknown)
}

/// Byte 0, then a big-endian schema number that a registry could have handed out.
fn is_confluent_framed(head: &[u8]) -> bool {
    match head {
        [0, a, b, c, d, _, ..] => {
            let schema = u32::from_be_bytes([*a, *b, *c, *d]);
            (1..1_000_000).contains(&schema)
        }
        _ => false,
    }
}

/// UTF-8 without control characters, but for a character cut at the end.
fn is_text(head: &[u8]) -> bool {
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    valid
        .chars()
        .all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'))
}

impl Content {
    /// True where a file of this content is read whole into memory.
    pub const fn is_read(self) -> bool {
        matches!(
            self,
            Self::Fits | Self::Avro | Self::Framed | Self::Packed(_)
        )
    }

    /// Why a file of this content is not opened, and what to do: a sentence for the Problems list.
    pub const fn refusal(self) -> &'static str {
        match self {
            Self::Empty => "is empty (0 bytes)",
            Self::Text => "is text, not a format that holds stamps",
            Self::Sqlite => "is an SQLite database, not a format that holds stamps",
            Self::Parquet => "is Parquet within an archive; unpack the archive and open the folder",
            Self::Arrays => {
                "is a file of arrays (numpy, HDF5) within an archive; unpack the archive and open the folder"
            }
            Self::Tar | Self::Zip => "is an archive within an archive, which is not entered",
            Self::Fits | Self::Avro | Self::Framed | Self::Packed(_) => {
                "cannot be opened at this place"
            }
            Self::Foreign(foreign) => foreign.refusal(),
        }
    }
}

impl Foreign {
    const fn refusal(self) -> &'static str {
        match self {
            Self::Pickle => {
                "is a Python pickle, which can run code when read and is never opened; convert \
                 it to FITS first"
            }
            Self::Picture => "is a picture or a document: its pixel values are not measurements",
            Self::Compressed => "is compressed with an old way (compress); unpack it first",
            Self::Unknown => {
                "is in no format that is known here (FITS, Avro, Parquet, JSON, numpy, HDF5, tar and zip archives)"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_decide() {
        let mut tar = vec![0_u8; 512];
        tar[0] = b'a';
        tar[257..262].copy_from_slice(b"ustar");
        let cases: [(&[u8], Content); 11] = [
            (b"\x89HDF\r\n\x1a\n\0", Content::Arrays),
            (b"\x93NUMPY\x01\0", Content::Arrays),
            (b"", Content::Empty),
            (b"SIMPLE  =  T", Content::Fits),
            (b"Obj\x01\x04", Content::Avro),
            (b"\x1f\x8b\x08", Content::Packed(Packing::Gzip)),
            (&tar, Content::Tar),
            (b"objectId,candid\n1,2\n", Content::Text),
            (b"PAR1\x15", Content::Parquet),
            (b"\0\0\0\x03\x84\xb4\x82\x80", Content::Framed),
            (b"\xfe\xed\xfa\xce", Content::Foreign(Foreign::Unknown)),
        ];
        for (head, content) in cases {
            assert_eq!(recognise(head), content, "{head:?}");
        }
    }

    #[test]
    fn text_cut_within_a_character_is_still_text() {
        assert_eq!(recognise(&"größe ü".as_bytes()[..8]), Content::Text);
    }
}
