//! A FITS file in memory or on disk, HDU by HDU: where headers and data lie, and pixels of images.
//!
//! Reading is done here, and not by a C library, because files come from everywhere: a damaged one
//! must become a sentence, whatever its bytes are. Every length in a header is looked at before
//! memory is taken or bytes are read, and an odd extension spoils only what follows it.

use std::{
    borrow::Cow,
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    path::Path,
};

pub use super::cards::Card;
use super::{
    cards::{self, CARD_BYTES},
    error::{FitsError, values},
    tiles::Tiles,
};

/// FITS files consist of blocks of this many bytes.
pub const BLOCK_BYTES: usize = 2880;

/// A longer header is none (200,000 cards).
const MAX_HEADER_BYTES: usize = 16 << 20;

/// What an HDU holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HduKind {
    /// An image, plain or tile-compressed.
    Image,
    /// An ASCII or binary table, or an extension of a kind of its own.
    Table,
}

/// One HDU: its header, and where its data lie.
#[derive(Debug)]
pub struct Hdu {
    pub cards: Vec<Card>,
    pub data_start: u64,
    /// Bytes of the data without padding.
    pub data_bytes: u64,
    kind: HduKind,
    is_compressed: bool,
}

impl Hdu {
    /// The value of the first card of that name, as written.
    pub fn value(&self, name: &str) -> Option<&str> {
        let card = self.cards.iter().find(|card| card.name == name)?;
        Some(card.value.as_str()).filter(|value| !value.is_empty())
    }

    /// A text without quotes and trailing blanks.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.value(name)
            .map(|value| value.trim_matches('\'').trim())
    }

    /// A number of any notation.
    pub fn number(&self, name: &str) -> Option<f64> {
        let value = self.text(name)?;
        let parsed = value
            .parse()
            .or_else(|_| value.replace(['D', 'd'], "E").parse());
        parsed.ok().filter(|value: &f64| value.is_finite())
    }

    pub fn integer(&self, name: &str) -> Option<i64> {
        let value = self.text(name)?;
        let of_number = || {
            let number = self.number(name)?;
            (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
        };
        value.parse().ok().or_else(of_number)
    }

    /// A length; none where it is missing or negative.
    pub fn size(&self, name: &str) -> Option<usize> {
        usize::try_from(self.integer(name)?).ok()
    }
}

enum Bytes<'a> {
    Memory(Cow<'a, [u8]>),
    Disk(File),
}

/// A FITS file opened for reading; one of its HDUs is current.
pub struct FitsFile<'a> {
    bytes: Bytes<'a>,
    len: usize,
    hdus: Vec<Hdu>,
    current: usize,
    /// The data of the table that was read last, and its HDU.
    pub table: Option<(usize, Vec<u8>)>,
}

impl<'a> FitsFile<'a> {
    /// Opens the bytes; the primary HDU is current.
    pub fn open(bytes: Cow<'a, [u8]>) -> Result<Self, FitsError> {
        let len = bytes.len();
        Self::of(Bytes::Memory(bytes), len)
    }

    /// Opens a file that is too long to be read whole: the parts that are wanted are read.
    pub fn open_on_disk(path: &Path) -> Result<Self, FitsError> {
        let file = File::open(path)?;
        let len = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        Self::of(Bytes::Disk(file), len)
    }

    fn of(bytes: Bytes<'a>, len: usize) -> Result<Self, FitsError> {
        let mut file = Self {
            bytes,
            len,
            hdus: Vec::new(),
            current: 0,
            table: None,
        };
        match file.go_to(0)? {
            Some(_) => Ok(file),
            None => Err(FitsError::HeaderCut),
        }
    }

    /// Bytes of the whole file.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Makes the HDU current (zero-based) and says what it holds; none after the last.
    ///
    /// The standard allows anything after the last HDU.
    pub fn go_to(&mut self, hdu: usize) -> Result<Option<HduKind>, FitsError> {
        while self.hdus.len() <= hdu {
            match self.next_hdu()? {
                Some(next) => self.hdus.push(next),
                None => return Ok(None),
            }
        }
        self.current = hdu;
        Ok(Some(self.hdus[hdu].kind))
    }

    fn next_hdu(&mut self) -> Result<Option<Hdu>, FitsError> {
        let number = self.hdus.len();
        let at = self.hdus.last().map_or(0, |last| {
            let end = last.data_start.saturating_add(last.data_bytes);
            end.checked_next_multiple_of(BLOCK_BYTES as u64)
                .unwrap_or(u64::MAX)
        });
        if at >= self.len as u64 {
            return Ok(None);
        }
        let word: &[u8] = if number == 0 { b"SIMPLE" } else { b"XTENSION" };
        if &*self.read(at, word.len())? != word {
            return Ok(None);
        }
        let (cards, header_bytes) = self.header(at)?;
        let mut hdu = Hdu {
            cards,
            data_start: at + header_bytes.next_multiple_of(BLOCK_BYTES) as u64,
            data_bytes: 0,
            kind: HduKind::Table,
            is_compressed: false,
        };
        let odd = |why: &str| FitsError::Odd {
            hdu: number,
            why: why.into(),
        };
        hdu.data_bytes =
            data_bytes(&hdu).ok_or_else(|| odd("has a header without the size of its data"))?;
        let kind = hdu.text("XTENSION").unwrap_or("IMAGE").to_owned();
        hdu.is_compressed = kind == "BINTABLE" && hdu.value("ZIMAGE") == Some("T");
        // Random groups are no image.
        let is_image = kind == "IMAGE" || kind == "IUEIMAGE";
        let is_groups = hdu.value("GROUPS") == Some("T");
        if hdu.is_compressed || (is_image && !is_groups) {
            hdu.kind = HduKind::Image;
        }
        Ok(Some(hdu))
    }

    /// The cards of the header that starts at that byte, and its length in bytes.
    fn header(&mut self, at: u64) -> Result<(Vec<Card>, usize), FitsError> {
        if let Bytes::Memory(bytes) = &self.bytes {
            let rest = &bytes[at as usize..];
            let rest = &rest[..rest.len().min(MAX_HEADER_BYTES)];
            return cards::cards(rest).ok_or(FitsError::HeaderCut);
        }
        let mut wanted = 8 * BLOCK_BYTES;
        loop {
            let left = usize::try_from(self.len as u64 - at).unwrap_or(usize::MAX);
            let bytes = self.read(at, wanted.min(left))?;
            if let Some(found) = cards::cards(&bytes) {
                return Ok(found);
            }
            if wanted >= left.min(MAX_HEADER_BYTES) {
                return Err(FitsError::HeaderCut);
            }
            wanted *= 4;
        }
    }

    /// These bytes; fewer where the file ends.
    pub fn read(&mut self, at: u64, len: usize) -> Result<Cow<'_, [u8]>, FitsError> {
        let left = (self.len as u64).saturating_sub(at);
        let len = len.min(usize::try_from(left).unwrap_or(usize::MAX));
        match &mut self.bytes {
            Bytes::Memory(bytes) => {
                let at = usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
                Ok(Cow::Borrowed(&bytes[at..at + len]))
            }
            Bytes::Disk(file) => {
                file.seek(SeekFrom::Start(at))?;
                let mut bytes = Vec::with_capacity(len);
                file.take(len as u64).read_to_end(&mut bytes)?;
                Ok(Cow::Owned(bytes))
            }
        }
    }

    /// These bytes of the current HDU's data, all of them.
    pub fn data(&mut self, from: u64, len: usize) -> Result<Cow<'_, [u8]>, FitsError> {
        let (hdu, file_len) = (self.current, self.len);
        let at = self.hdu().data_start.saturating_add(from);
        let bytes = self.read(at, len)?;
        if bytes.len() < len {
            return Err(FitsError::Cut {
                hdu,
                needed: at.saturating_add(len as u64),
                len: file_len,
            });
        }
        Ok(bytes)
    }

    pub fn hdu(&self) -> &Hdu {
        &self.hdus[self.current]
    }

    pub const fn current(&self) -> usize {
        self.current
    }

    /// What is odd about the current HDU.
    pub fn odd(&self, why: impl Into<String>) -> FitsError {
        FitsError::Odd {
            hdu: self.current,
            why: why.into(),
        }
    }

    /// The byte after the current HDU's data, without padding.
    pub fn data_end(&self) -> u64 {
        let hdu = self.hdu();
        hdu.data_start.saturating_add(hdu.data_bytes)
    }

    /// Planes of the current image whose pixels are all in the file: those before a cut.
    pub fn whole_planes(&self, plane_px: usize, planes: usize) -> usize {
        let hdu = self.hdu();
        let bytes = hdu
            .integer("BITPIX")
            .map_or(1, |bits| bits.unsigned_abs() / 8);
        let plane_bytes = (plane_px as u64).saturating_mul(bytes);
        let there = (self.len as u64).saturating_sub(hdu.data_start);
        if hdu.is_compressed || plane_bytes == 0 {
            return if self.data_end() <= self.len as u64 {
                planes
            } else {
                0
            };
        }
        planes.min(usize::try_from(there / plane_bytes).unwrap_or(usize::MAX))
    }

    /// All cards of the current header, in order. A tile-compressed image has those of the image that
    /// was compressed, without what describes the compression.
    pub fn cards(&self) -> Vec<Card> {
        let hdu = self.hdu();
        if hdu.is_compressed {
            return hdu.cards.iter().filter_map(uncompressed_card).collect();
        }
        hdu.cards.clone()
    }

    /// True where the current HDU is a tile-compressed image.
    pub fn is_compressed(&self) -> bool {
        self.hdu().is_compressed
    }

    /// Looks whether the description of a tile-compressed image makes sense; any other does.
    pub fn check_image(&self) -> Result<(), FitsError> {
        if self.hdu().is_compressed {
            let (bitpix, axes) = self.image()?;
            Tiles::of(self, bitpix, &axes)?;
        }
        Ok(())
    }

    /// BITPIX (of the uncompressed pixels) and the lengths of the axes of the current image.
    pub fn image(&self) -> Result<(i32, Vec<usize>), FitsError> {
        let hdu = self.hdu();
        let prefix = if hdu.is_compressed { "Z" } else { "" };
        let size = |name: &str| hdu.size(&format!("{prefix}{name}"));
        let count = size("NAXIS").filter(|count| *count <= 999);
        let count = count.ok_or_else(|| self.odd("has no NAXIS that could be"))?;
        let axes: Option<Vec<usize>> = (1..=count).map(|at| size(&format!("NAXIS{at}"))).collect();
        let axes = axes.ok_or_else(|| self.odd("has an axis without a length"))?;
        let bitpix = hdu.integer(&format!("{prefix}BITPIX"));
        match bitpix {
            Some(bitpix @ (8 | 16 | 32 | 64 | -32 | -64)) => Ok((bitpix as i32, axes)),
            _ => Err(self.odd("has a BITPIX that FITS does not know")),
        }
    }

    /// `count` pixels of the current image from `first` (zero-based), as 32-bit floats with
    /// BSCALE and BZERO applied; NaN where the file has none.
    pub fn pixels(&mut self, first: usize, count: usize) -> Result<Vec<f32>, FitsError> {
        let (bitpix, axes) = self.image()?;
        if self.hdu().is_compressed {
            return Tiles::of(self, bitpix, &axes)?.pixels(self, first, count);
        }
        let all = axes
            .iter()
            .try_fold(1_usize, |all, len| all.checked_mul(*len));
        let last = first.checked_add(count);
        if axes.is_empty() || last.is_none_or(|last| all.is_none_or(|all| last > all)) {
            return Err(self.odd("has fewer pixels than are wanted"));
        }
        let hdu = self.hdu();
        let scale = hdu.number("BSCALE").unwrap_or(1.0);
        let zero = hdu.number("BZERO").unwrap_or(0.0);
        let blank = hdu.integer("BLANK");
        let size = bitpix.unsigned_abs() as usize / 8;
        let from = (first as u64).saturating_mul(size as u64);
        let bytes = count
            .checked_mul(size)
            .ok_or_else(|| self.odd("is too large"))?;
        let bytes = self.data(from, bytes)?;
        Ok(floats(&bytes, bitpix, scale, zero, blank))
    }
}

/// Pixels as FITS has them, as 32-bit floats.
fn floats(bytes: &[u8], bitpix: i32, scale: f64, zero: f64, blank: Option<i64>) -> Vec<f32> {
    let is_scaled = (scale, zero) != (1.0, 0.0);
    let scaled = |value: f64| (value * scale + zero) as f32;
    let integer = |value: i64| {
        if blank == Some(value) {
            f32::NAN
        } else {
            scaled(value as f64)
        }
    };
    match bitpix {
        8 => bytes.iter().map(|byte| integer(i64::from(*byte))).collect(),
        16 => values::<2>(bytes)
            .map(|b| integer(i16::from_be_bytes(b).into()))
            .collect(),
        32 => values::<4>(bytes)
            .map(|b| integer(i32::from_be_bytes(b).into()))
            .collect(),
        64 => values::<8>(bytes)
            .map(|b| integer(i64::from_be_bytes(b)))
            .collect(),
        -32 if is_scaled => values::<4>(bytes)
            .map(|b| scaled(f32::from_be_bytes(b).into()))
            .collect(),
        -32 => values::<4>(bytes).map(f32::from_be_bytes).collect(),
        _ if is_scaled => values::<8>(bytes)
            .map(|b| scaled(f64::from_be_bytes(b)))
            .collect(),
        _ => values::<8>(bytes)
            .map(|b| f64::from_be_bytes(b) as f32)
            .collect(),
    }
}

/// Bytes of the data (FITS standard 4.0, equation 2); none where the header does not say.
fn data_bytes(hdu: &Hdu) -> Option<u64> {
    let size = |name: &str| hdu.size(name).map(|size| size as u64);
    let axes = size("NAXIS").filter(|axes| *axes <= 999)?;
    let bits = hdu.integer("BITPIX")?.unsigned_abs();
    if axes == 0 {
        return Some(0);
    }
    let is_groups = hdu.value("GROUPS") == Some("T");
    let from = if is_groups && hdu.size("NAXIS1") == Some(0) {
        2
    } else {
        1
    };
    let mut values = 1_u64;
    for axis in from..=axes {
        values = values.saturating_mul(size(&format!("NAXIS{axis}"))?);
    }
    let groups = size("GCOUNT").unwrap_or(1);
    let values = values.saturating_add(size("PCOUNT").unwrap_or(0));
    Some(values.saturating_mul(groups).saturating_mul(bits / 8))
}

/// The card of the image that was compressed; none for those of the table that holds it.
fn uncompressed_card(card: &Card) -> Option<Card> {
    const OF_TABLE: [&str; 30] = [
        "XTENSION", "BITPIX", "NAXIS", "NAXIS1", "NAXIS2", "PCOUNT", "GCOUNT", "TFIELDS", "THEAP",
        "ZIMAGE", "ZCMPTYPE", "ZQUANTIZ", "ZDITHER0", "ZSIMPLE", "ZEXTEND", "ZTENSION", "ZBLOCKED",
        "ZPCOUNT", "ZGCOUNT", "ZHECKSUM", "ZDATASUM", "CHECKSUM", "DATASUM", "ZMASKCMP", "ZBLANK",
        "ZSCALE", "ZZERO", "FZALGOR", "FZTILE", "FZQVALUE",
    ];
    const NUMBERED: [&str; 11] = [
        "TTYPE", "TFORM", "TUNIT", "TDIM", "TNULL", "TSCAL", "TZERO", "TDISP", "ZTILE", "ZNAME",
        "ZVAL",
    ];
    let name = card.name.as_str();
    let is_numbered = |prefix: &&str| {
        let rest = name.strip_prefix(*prefix);
        rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let is_default_name = name == "EXTNAME" && card.value.contains("COMPRESSED_IMAGE");
    if OF_TABLE.contains(&name) || NUMBERED.iter().any(is_numbered) || is_default_name {
        return None;
    }
    let mut card = card.clone();
    if let Some(rest) = name.strip_prefix('Z')
        && (rest == "BITPIX" || rest.starts_with("NAXIS"))
    {
        card.name = rest.into();
    }
    Some(card)
}

const _: () = assert!(BLOCK_BYTES.is_multiple_of(CARD_BYTES));
