//! The Avro object container file: header, schema, blocks of records.
//!
//! The walk is our own, because the schema of a ZTF packet takes longer to parse than the packet:
//! it is parsed once for all packets (see [`super::plan`]), and records that nobody asked for are
//! stepped over block by block. Records themselves are read by `serde_avro_fast`.

use std::{
    borrow::Cow,
    io::{BufRead as _, Read as _},
    sync::LazyLock,
};

use flate2::{Crc, read::DeflateDecoder};
use serde::de::{Deserialize as _, Error as _};
use serde_avro_fast::{
    Schema,
    de::{DeError, DeserializerConfig, DeserializerState, read::SliceRead},
};

use crate::io::{gunzip::MAX_BYTES, packing::Packing};

/// Why a container is not read, or not to its end: a clause for the Problems list.
#[derive(Debug, thiserror::Error)]
pub enum ContainerError {
    /// Not `Obj1`.
    #[error("is no Avro object container file")]
    NotAvro,
    /// Damaged before the first block.
    #[error("is a truncated or damaged Avro file ({0})")]
    Header(DeError),
    /// The schema is no alert's, or no schema.
    #[error("has an Avro schema that cannot be used: {0}")]
    Schema(String),
    /// A codec that is not known.
    #[error(
        "is compressed with the Avro codec {0:?}; null, deflate, snappy, bzip2, xz and zstandard can be read"
    )]
    Codec(String),
    /// Data are missing.
    #[error("is cut short: a block of {needed} bytes, but only {left} bytes are left")]
    Truncated {
        /// Bytes of the block.
        needed: u64,
        /// Bytes after the block's head.
        left: usize,
    },
    /// A block's head makes no sense.
    #[error("is damaged: a block promises {records} records in {bytes} bytes")]
    Block {
        /// Number of records in the block's head.
        records: i64,
        /// Number of bytes in the block's head.
        bytes: i64,
    },
    /// A block's content does not unpack.
    #[error("is damaged: a block does not decompress ({0})")]
    Decompress(String),
    /// The marker after a block is another one.
    #[error("is damaged or cut short: the sync marker after a block is not the file's")]
    Sync,
    /// A record does not follow the schema.
    #[error("has a record that does not follow its schema: {0}")]
    Record(DeError),
    /// A message of a stream that cannot be read.
    #[error(transparent)]
    Frame(#[from] super::messages::FrameError),
    /// Header and nothing else.
    #[error("is an Avro file without a record")]
    NoRecord,
}

#[derive(serde::Deserialize)]
struct Metadata<'a> {
    #[serde(rename = "avro.schema", borrow)]
    schema: &'a serde_bytes::Bytes,
    #[serde(rename = "avro.codec", borrow, default)]
    codec: Option<&'a serde_bytes::Bytes>,
}

static METADATA: LazyLock<Option<Schema>> =
    LazyLock::new(|| r#"{"type":"map","values":"bytes"}"#.parse().ok());

/// How blocks are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Codec {
    Null,
    Deflate,
    Snappy,
    Packed(Packing),
}

/// A container's header and what follows it.
#[derive(Debug)]
pub struct Container<'a> {
    schema: &'a str,
    codec: Codec,
    sync: [u8; 16],
    blocks: &'a [u8],
}

/// One block: how many records, and their bytes.
pub struct Block<'a> {
    pub records: usize,
    codec: Codec,
    packed: &'a [u8],
    /// What is wrong with the end of the block; its records may be read before this is told.
    pub fault: Option<ContainerError>,
}

impl<'a> Container<'a> {
    /// Reads the header.
    pub fn open(bytes: &'a [u8]) -> Result<Self, ContainerError> {
        let rest = bytes
            .strip_prefix(b"Obj\x01")
            .ok_or(ContainerError::NotAvro)?;
        let schema = METADATA
            .as_ref()
            .ok_or_else(|| ContainerError::Schema("metadata".into()))?;
        let mut config = DeserializerConfig::new(schema);
        config.max_seq_size = 1000;
        let mut state = DeserializerState::with_config(SliceRead::new(rest), config);
        let metadata =
            Metadata::deserialize(state.deserializer()).map_err(ContainerError::Header)?;
        let left = state.into_reader().fill_buf().map_or(0, <[u8]>::len);
        let (sync, blocks) = rest[rest.len() - left..]
            .split_first_chunk::<16>()
            .ok_or_else(|| {
                ContainerError::Header(DeError::custom("the file ends in its header"))
            })?;
        let schema = std::str::from_utf8(metadata.schema)
            .map_err(|error| ContainerError::Schema(error.to_string()))?;
        Ok(Self {
            schema,
            codec: codec(metadata.codec)?,
            sync: *sync,
            blocks,
        })
    }

    /// The schema's JSON text.
    pub const fn schema(&self) -> &'a str {
        self.schema
    }

    /// The next block; none at the end.
    pub fn next_block(&mut self) -> Result<Option<Block<'a>>, ContainerError> {
        if self.blocks.is_empty() {
            return Ok(None);
        }
        let all = std::mem::take(&mut self.blocks);
        let cut = || ContainerError::Truncated {
            needed: 18,
            left: all.len(),
        };
        let (records, rest) = varint(all).ok_or_else(cut)?;
        let (bytes, rest) = varint(rest).ok_or_else(cut)?;
        let odd = ContainerError::Block { records, bytes };
        let (Ok(records), Ok(len)) = (usize::try_from(records), usize::try_from(bytes)) else {
            return Err(odd);
        };
        // Deflate packs at most 1032 to 1, and a record takes a byte at least. The other codecs are
        // looked at when they are unpacked.
        let is_bounded = !matches!(self.codec, Codec::Packed(_));
        if is_bounded && records > len.saturating_mul(1032) {
            return Err(odd);
        }
        let Some((packed, rest)) = rest.split_at_checked(len) else {
            let (needed, left) = (len as u64, rest.len());
            return Err(ContainerError::Truncated { needed, left });
        };
        let fault = match rest.split_first_chunk::<16>() {
            Some((sync, rest)) if *sync == self.sync => {
                self.blocks = rest;
                None
            }
            _ => Some(ContainerError::Sync),
        };
        Ok(Some(Block {
            records,
            codec: self.codec,
            packed,
            fault,
        }))
    }
}

impl<'a> Block<'a> {
    /// The records, one after the other, as Avro writes them.
    pub fn unpack(&self) -> Result<Cow<'a, [u8]>, ContainerError> {
        let unpacked = match self.codec {
            Codec::Null => Cow::Borrowed(self.packed),
            Codec::Deflate => Cow::Owned(inflate(self.packed)?),
            Codec::Snappy => Cow::Owned(unsnap(self.packed)?),
            Codec::Packed(packing) => {
                let unpacked = packing.unpack(self.packed);
                Cow::Owned(unpacked.map_err(|error| ContainerError::Decompress(error.to_string()))?)
            }
        };
        // A record takes a byte at least; a damaged count must not keep us busy for ever.
        if self.records > unpacked.len() {
            return Err(ContainerError::Block {
                records: self.records as i64,
                bytes: unpacked.len() as i64,
            });
        }
        Ok(unpacked)
    }
}

fn codec(name: Option<&serde_bytes::Bytes>) -> Result<Codec, ContainerError> {
    match name.map(|name| &name[..]) {
        None | Some(b"null" | b"") => Ok(Codec::Null),
        Some(b"deflate") => Ok(Codec::Deflate),
        Some(b"snappy") => Ok(Codec::Snappy),
        Some(b"bzip2") => Ok(Codec::Packed(Packing::Bzip2)),
        Some(b"xz") => Ok(Codec::Packed(Packing::Xz)),
        Some(b"zstandard") => Ok(Codec::Packed(Packing::Zstd)),
        Some(other) => Err(ContainerError::Codec(
            String::from_utf8_lossy(other).into_owned(),
        )),
    }
}

fn inflate(packed: &[u8]) -> Result<Vec<u8>, ContainerError> {
    let fault = |why: String| ContainerError::Decompress(why);
    let mut out = Vec::new();
    let mut inflater = DeflateDecoder::new(packed).take(MAX_BYTES as u64 + 1);
    let read = inflater.read_to_end(&mut out);
    read.map_err(|error| fault(error.to_string()))?;
    if out.len() > MAX_BYTES {
        return Err(fault("too large".into()));
    }
    Ok(out)
}

/// Snappy as Avro has it: the raw format, then a big-endian CRC-32 of the content.
fn unsnap(packed: &[u8]) -> Result<Vec<u8>, ContainerError> {
    let fault = |why: String| ContainerError::Decompress(why);
    let (packed, expected) = packed
        .split_last_chunk::<4>()
        .ok_or_else(|| fault("too short".into()))?;
    let len = snap::raw::decompress_len(packed).map_err(|error| fault(error.to_string()))?;
    // Snappy cannot pack tighter than 64 bytes into 3.
    if len > packed.len().saturating_mul(64) {
        return Err(fault("it promises more than its bytes can hold".into()));
    }
    let out = snap::raw::Decoder::new()
        .decompress_vec(packed)
        .map_err(|error| fault(error.to_string()))?;
    let mut crc = Crc::new();
    crc.update(&out);
    if crc.sum() != u32::from_be_bytes(*expected) {
        return Err(fault("its checksum does not match".into()));
    }
    Ok(out)
}

/// Avro's variable-length zig-zag integer.
fn varint(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let mut value = 0_u64;
    for (at, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            let signed = (value >> 1) as i64 ^ -((value & 1) as i64);
            return Some((signed, &bytes[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zig_zag_integers_are_read() {
        assert_eq!(varint(&[0x00]), Some((0, &[][..])));
        assert_eq!(varint(&[0x01, 7]), Some((-1, &[7][..])));
        assert_eq!(varint(&[0x80, 0x01]), Some((64, &[][..])));
        assert_eq!(varint(&[0x80]), None);
        assert_eq!(varint(&[0xff; 11]), None);
    }
}
