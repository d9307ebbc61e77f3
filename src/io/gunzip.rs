//! Files as bytes in memory: read whole, unpacked where they are packed, never without bound.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use flate2::bufread::GzDecoder;
use libdeflater::Decompressor;
use memchr::memmem;

use super::packing::Packing;

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
    /// Another packed stream is cut or damaged.
    #[error("the {0} stream is damaged or ends early: {1}")]
    Unpack(&'static str, io::Error),
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
    unpacked(bytes)
}

/// The bytes, unpacked where they start as a gzip, bzip2, xz or zstandard stream does.
pub fn unpacked(bytes: Vec<u8>) -> Result<Vec<u8>, BytesError> {
    match Packing::of(&bytes) {
        None => Ok(bytes),
        Some(Packing::Gzip) => gunzip(&bytes),
        Some(packing) => packing.unpack(&bytes),
    }
}

/// True where the bytes start as a gzip stream does.
pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x1f\x8b")
}

/// The content of a gzip stream of one or more members.
pub fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, BytesError> {
    gunzip_one_member(bytes).map_or_else(|| gunzip_any(bytes), Ok)
}

/// How gzip members begin: magic number and the method deflate.
const MEMBER: &[u8; 3] = b"\x1f\x8b\x08";
/// Deflate makes nothing smaller than by this factor.
const MOST_DEFLATED: usize = 1032;

/// The whole content in one call, in less than half the time of a stream: for one member
/// whose trailer tells the true length. None for everything else, good or bad.
fn gunzip_one_member(bytes: &[u8]) -> Option<Vec<u8>> {
    if memmem::find(bytes.get(1..)?, MEMBER).is_some() {
        return None;
    }
    // Zeros behind the stream would be taken for its length.
    let end = bytes.iter().rposition(|byte| *byte != 0)? + 1;
    if end + 4 <= bytes.len() {
        return None;
    }
    let len = length_hint(bytes);
    if len > bytes.len().saturating_mul(MOST_DEFLATED).min(MAX_BYTES) {
        return None;
    }
    let mut out = vec![0; len];
    let written = Decompressor::new().gzip_decompress(bytes, &mut out).ok()?;
    (written == len).then_some(out)
}

/// Any stream; says what is wrong with a bad one.
fn gunzip_any(bytes: &[u8]) -> Result<Vec<u8>, BytesError> {
    let hint = length_hint(bytes).min(bytes.len().saturating_mul(20));
    let mut out = Vec::with_capacity(hint.min(MAX_BYTES) + 1);
    let mut rest = bytes;
    // Behind the last member may lie zeros or anything else: padding of tapes and block devices, which
    // gzip itself passes over.
    while is_member(rest) || out.is_empty() {
        let mut member = GzDecoder::new(rest);
        let left = (MAX_BYTES - out.len()) as u64 + 1;
        (&mut member)
            .take(left)
            .read_to_end(&mut out)
            .map_err(BytesError::Gunzip)?;
        if out.len() > MAX_BYTES {
            return Err(BytesError::TooLarge);
        }
        rest = member.into_inner();
        if rest.is_empty() {
            break;
        }
    }
    Ok(out)
}

fn is_member(bytes: &[u8]) -> bool {
    bytes.starts_with(MEMBER)
}

/// The last four bytes tell the length of the last member: a hint, not to be trusted.
fn length_hint(bytes: &[u8]) -> usize {
    let last = bytes.last_chunk::<4>();
    last.map_or(0, |len| u32::from_le_bytes(*len)) as usize
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(content).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn one_member_and_several_come_back_whole() {
        let content: Vec<u8> = (0..70_000_u32)
            .map(|at| (at.wrapping_mul(at) >> 7) as u8)
            .collect();
        let one = gzip(&content);
        assert_eq!(gunzip_one_member(&one).as_deref(), Some(&*content));
        assert_eq!(gunzip(&one).unwrap(), content);
        // Two members of the same length, even of the same bytes, are both content.
        let two = [&*one, &*one].concat();
        assert_eq!(gunzip_one_member(&two), None);
        assert_eq!(gunzip(&two).unwrap(), [&*content, &*content].concat());
        assert_eq!(gunzip(&gzip(b"")).unwrap(), b"");
    }

    #[test]
    fn what_lies_behind_a_stream_is_no_fault() {
        let content = vec![7_u8; 5_000];
        for tail in [&[0_u8][..], &[0; 8], &[0; 512], b"\n", b"trailing"] {
            assert_eq!(
                gunzip(&[&*gzip(&content), tail].concat()).unwrap(),
                content,
                "{tail:?}"
            );
        }
        // A block-gzip file ends with an empty member.
        let empty = [
            0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 0x42, 0x43, 2, 0, 0x1b, 0, 3, 0, 0, 0, 0,
            0, 0, 0, 0, 0,
        ];
        assert_eq!(
            gunzip(&[&*gzip(&content), &empty[..]].concat()).unwrap(),
            content
        );
    }

    #[test]
    fn cut_and_damaged_streams_are_errors() {
        let whole = gzip(&[7; 5_000]);
        for len in [0, 1, 9, 20, whole.len() - 1] {
            assert!(gunzip(&whole[..len]).is_err(), "{len}");
        }
        let mut damaged = whole.clone();
        let at = damaged.len() - 6;
        damaged[at] ^= 1;
        assert!(gunzip(&damaged).is_err());
        let mut liar = whole;
        let at = liar.len() - 1;
        liar[at] = 0xff;
        assert!(gunzip(&liar).is_err());
    }
}
