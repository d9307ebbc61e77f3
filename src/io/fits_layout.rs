//! What a FITS file consists of: its images by role, its EPOCHS table. No pixel is read.

use std::{borrow::Cow, path::Path};

use super::{
    field_names::FieldNames,
    fits_epochs,
    fits_geometry::has_wcs,
    fits_header::Header,
    fits_memory::{BLOCK_BYTES, FitsError, FitsMemory, HduKind},
};
use crate::domain::{Epoch, Role};

/// Images with more pixels a side are no stamps.
pub const MAX_SIDE_PX: usize = 16_384;
/// Nor are images with more pixels in all: whole frames of a camera, of which a page would fill
/// the memory.
pub const MAX_PIXELS: usize = 1 << 23;
/// A stamp file has few HDUs; a damaged one may seem to have endlessly many.
const MAX_HDUS: usize = 1000;

/// Why a FITS file is not opened: a clause for the Problems list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// cfitsio refused.
    #[error("is FITS that cannot be read: {0}")]
    Fits(FitsError),
    /// The file ends within a header.
    #[error("is cut short: a header has no END card")]
    HeaderCut,
    /// Data are missing at the end.
    #[error("is cut short: HDU {hdu} ends at byte {needed}, but the file has {len} bytes")]
    Truncated {
        /// Zero-based HDU.
        hdu: usize,
        /// Bytes that the headers promise.
        needed: u64,
        /// Bytes of the file.
        len: usize,
    },
    /// Too large for a stamp.
    #[error(
        "holds an image of {width}x{height} pixels; stamps have at most {MAX_SIDE_PX} pixels a side, and {MAX_PIXELS} in all"
    )]
    TooLarge {
        /// Pixels per row.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// Nothing to show.
    #[error("holds no image")]
    NoImage,
    /// The cube and its table contradict each other.
    #[error("cube {role} has {planes} planes, but the EPOCHS table has {rows} rows")]
    Rows {
        /// The cube's role.
        role: &'static str,
        /// Length of its third axis.
        planes: usize,
        /// Length of the table.
        rows: usize,
    },
    /// Two cubes contradict each other.
    #[error("cube {role} has {planes} planes, but there are {epochs} epochs")]
    Planes {
        /// The cube's role.
        role: &'static str,
        /// Length of its third axis.
        planes: usize,
        /// Epochs of the object.
        epochs: usize,
    },
}

impl From<FitsError> for LayoutError {
    fn from(error: FitsError) -> Self {
        if error.is_header_cut() {
            Self::HeaderCut
        } else {
            Self::Fits(error)
        }
    }
}

/// One image or cube of the file.
#[derive(Clone, Debug)]
pub struct ImageHdu {
    /// Zero-based HDU.
    pub hdu: u16,
    /// The role its EXTNAME stands for.
    pub role: Option<Role>,
    /// Which of several of that role: from a number at the end of EXTNAME, or EXTVER.
    pub number: Option<u32>,
    /// Pixels per row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Length of the third axis, where there is one.
    pub planes: Option<usize>,
    /// Its cards.
    pub header: Header,
}

/// The whole file.
#[derive(Clone, Debug, Default)]
pub struct FitsLayout {
    /// The primary header, also where it has no image.
    pub primary: Header,
    /// All images in file order.
    pub images: Vec<ImageHdu>,
    /// The rows of the EPOCHS table, without stamps.
    pub epochs: Option<Vec<Epoch>>,
    /// True for a cutout as ZTF packs it.
    pub is_ztf_cutout: bool,
}

impl FitsLayout {
    /// Reads all headers and the EPOCHS table.
    pub fn read(bytes: Cow<'_, [u8]>, names: &FieldNames) -> Result<Self, LayoutError> {
        let is_free_format = is_free_format(&bytes);
        let mut layout = Self::read_from(FitsMemory::open(bytes)?, names)?;
        layout.is_ztf_cutout = is_ztf_cutout(&layout, is_free_format);
        Ok(layout)
    }

    /// The same of a file that is too long for memory.
    pub fn read_on_disk(path: &Path, names: &FieldNames) -> Result<Self, LayoutError> {
        Self::read_from(FitsMemory::open_on_disk(path)?, names)
    }

    fn read_from(mut file: FitsMemory<'_>, names: &FieldNames) -> Result<Self, LayoutError> {
        let mut layout = Self::default();
        for hdu in 0..MAX_HDUS {
            match file.go_to(hdu) {
                Ok(Some(kind)) => layout.add(&mut file, hdu, kind, names)?,
                Err(error) if hdu == 0 || file.has_extension_after(hdu - 1)? => {
                    return Err(error.into());
                }
                // The standard allows anything after the last HDU.
                Ok(None) | Err(_) => break,
            }
        }
        if layout.images.is_empty() {
            return Err(LayoutError::NoImage);
        }
        Ok(layout)
    }

    /// True for a training bundle: many objects in one file (see `export::bundle`).
    pub fn is_bundle(&self) -> bool {
        self.primary.text("DESTELLO").as_deref() == Some("BUNDLE")
    }

    fn add(
        &mut self,
        file: &mut FitsMemory<'_>,
        hdu: usize,
        kind: HduKind,
        names: &FieldNames,
    ) -> Result<(), LayoutError> {
        let header = Header::new(file.cards()?);
        if hdu == 0 {
            self.primary = header.clone();
        }
        let end = data_end(file, &header)?;
        check_end(file, hdu, end)?;
        check_padding(file, hdu, end)?;
        let name = header.text("EXTNAME").unwrap_or_default();
        match kind {
            HduKind::Image => self.images.extend(image(file, hdu, &name, header)?),
            HduKind::Table if name.eq_ignore_ascii_case("EPOCHS") => {
                self.epochs = Some(fits_epochs::read(file, names)?);
            }
            HduKind::Table => {}
        }
        Ok(())
    }
}

/// The current HDU as an image; none where it has no pixels in two or three dimensions.
pub fn image(
    file: &mut FitsMemory<'_>,
    hdu: usize,
    name: &str,
    header: Header,
) -> Result<Option<ImageHdu>, LayoutError> {
    let (_, axes) = file.image()?;
    let (width, height, planes) = match axes[..] {
        [width, height] => (width, height, None),
        [width, height, planes, ref more @ ..] if more.iter().all(|len| *len == 1) => {
            (width, height, Some(planes))
        }
        _ => return Ok(None),
    };
    if width == 0 || height == 0 || planes == Some(0) {
        return Ok(None);
    }
    if width.max(height) > MAX_SIDE_PX || width * height > MAX_PIXELS {
        return Err(LayoutError::TooLarge { width, height });
    }
    let end = data_end(file, &header)?;
    check_end(file, hdu, end)?;
    let digits = name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let version = || header.number("EXTVER").map(|version| version as u32);
    Ok(Some(ImageHdu {
        hdu: hdu as u16,
        role: Role::from_alias(name),
        number: name[digits..].parse().ok().or_else(version),
        width,
        height,
        planes,
        header,
    }))
}

/// The end of the current HDU's data, without padding (FITS standard 4.0, equation 2).
fn data_end(file: &mut FitsMemory<'_>, header: &Header) -> Result<u64, FitsError> {
    let card = |name: &str| header.number(name).map_or(0, |value| value as u64);
    let axes = card("NAXIS").min(999);
    let axis = |number: u64| card(&format!("NAXIS{number}"));
    let values = (1..=axes).map(axis).reduce(u64::saturating_mul);
    let groups = header.number("GCOUNT").map_or(1, |value| value as u64);
    let values = values.unwrap_or(0).saturating_add(card("PCOUNT"));
    let bits = header
        .number("BITPIX")
        .map_or(8, |value| value.abs() as u64);
    let bytes = values.saturating_mul(groups).saturating_mul(bits / 8);
    Ok(file.data_range()?[0].saturating_add(bytes))
}

const fn check_end(file: &FitsMemory<'_>, hdu: usize, needed: u64) -> Result<(), LayoutError> {
    let len = file.len();
    if needed > len as u64 {
        return Err(LayoutError::Truncated { hdu, needed, len });
    }
    Ok(())
}

/// A file that ends within the padding of its data was cut, and more may be missing; one that
/// ends with the data comes from a writer without padding.
const fn check_padding(file: &FitsMemory<'_>, hdu: usize, end: u64) -> Result<(), LayoutError> {
    let len = file.len();
    let needed = end.next_multiple_of(BLOCK_BYTES as u64);
    if end < len as u64 && (len as u64) < needed {
        return Err(LayoutError::Truncated { hdu, needed, len });
    }
    Ok(())
}

/// ZTF writes `SIMPLE  =  T` with the T in column 11 or so, where the standard wants column 30.
pub fn is_free_format(bytes: &[u8]) -> bool {
    bytes.starts_with(b"SIMPLE  =") && bytes.get(29) != Some(&b'T')
}

/// A ZTF cutout has unit DN and no coordinate system; its SIMPLE card is not in fixed format, or
/// (where a broker wrote it anew) it measures 63x63 pixels.
fn is_ztf_cutout(layout: &FitsLayout, is_free_format: bool) -> bool {
    let [only] = &layout.images[..] else {
        return false;
    };
    let is_small = only.width <= 63 && only.height <= 63 && only.planes.is_none();
    let is_whole = only.width == 63 && only.height == 63;
    is_small
        && !has_wcs(&only.header)
        && only.header.text("BUNIT").as_deref() == Some("DN")
        && (is_free_format || is_whole)
}
