//! Ways of packing a whole stream: gzip, bzip2, xz, zstandard.

use std::io::{self, Read};

use super::gunzip::{BytesError, MAX_BYTES};

/// How a stream is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Packing {
    /// RFC 1952.
    Gzip,
    /// bzip2.
    Bzip2,
    Xz,
    /// RFC 8878.
    Zstd,
}

impl Packing {
    /// By the first bytes; none where they are no packed stream.
    pub fn of(head: &[u8]) -> Option<Self> {
        const MAGIC: [(&[u8], Packing); 4] = [
            (b"\x1f\x8b", Packing::Gzip),
            (b"BZh", Packing::Bzip2),
            (b"\xfd7zXZ\0", Packing::Xz),
            (b"\x28\xb5\x2f\xfd", Packing::Zstd),
        ];
        let found = MAGIC.iter().find(|(magic, _)| head.starts_with(magic));
        found.map(|(_, packing)| *packing)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Zstd => "zstandard",
        }
    }

    /// What a packed stream holds, as it is read.
    ///
    /// # Errors
    /// Where the stream does not begin as it should.
    pub fn reader<'r>(self, input: impl io::BufRead + 'r) -> io::Result<Box<dyn Read + 'r>> {
        Ok(match self {
            Self::Gzip => Box::new(super::archive::gzip::Gunzip::new(input)),
            Self::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(input)),
            Self::Xz => Box::new(lzma_rust2::XzReader::new(input, true)),
            Self::Zstd => Box::new(zstd::Decoder::with_buffer(input)?),
        })
    }

    /// The whole content, at most [`MAX_BYTES`].
    ///
    /// # Errors
    /// Where the stream is damaged or too long.
    pub fn unpack(self, bytes: &[u8]) -> Result<Vec<u8>, BytesError> {
        self.unpack_at_most(bytes, MAX_BYTES)
    }

    /// The first `most` bytes and one more of the content; an error where there are more.
    pub fn unpack_at_most(self, bytes: &[u8], most: usize) -> Result<Vec<u8>, BytesError> {
        let fault = |error| BytesError::Unpack(self.name(), error);
        let mut out = Vec::new();
        let reader = self.reader(bytes).map_err(fault)?;
        reader
            .take(most as u64 + 1)
            .read_to_end(&mut out)
            .map_err(fault)?;
        if out.len() > most {
            return Err(BytesError::TooLarge);
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_streams_are_errors() {
        let content: Vec<u8> = (0..20_000_u32).map(|at| ((at * at) >> 9) as u8).collect();
        let packed = zstd::encode_all(&content[..], 3).unwrap();
        assert_eq!(Packing::of(&packed), Some(Packing::Zstd));
        assert_eq!(Packing::Zstd.unpack(&packed).unwrap(), content);
        assert!(Packing::Zstd.unpack(&packed[..packed.len() / 2]).is_err());
        assert!(Packing::Zstd.unpack_at_most(&packed, 100).is_err());
        for packing in [Packing::Bzip2, Packing::Xz, Packing::Gzip] {
            assert!(packing.unpack(b"no such stream").is_err(), "{packing:?}");
        }
        assert_eq!(Packing::of(b"SIMPLE  ="), None);
    }
}
