//! What a FITS file consists of: its images by role, its EPOCHS table. No pixel is read.

use std::{borrow::Cow, path::Path};

use super::{
    epochs,
    error::FitsError,
    file::{Card, FitsFile, HduKind},
    geometry::has_wcs,
    header::Header,
    image_table,
    text::unescape_text,
    wcs,
};
use crate::{
    domain::{Epoch, Role},
    io::field_names::FieldNames,
};

/// Images with more pixels a side are no stamps.
pub const MAX_SIDE_PX: usize = 16_384;
/// Nor are images with more pixels in all that do not say where in them the candidate is: whole frames of a
/// camera, of which a page would fill the memory.
pub const MAX_PIXELS: usize = 1 << 23;
/// The standard allows as many as fit; a damaged file may seem to have endlessly many.
const MAX_HDUS: usize = u16::MAX as usize;

/// Why a FITS file is not opened: a clause for the Problems list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// A header or what follows it makes no sense.
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
    /// Masks, weights and the like.
    #[error("holds no image of the sky: only masks, weights or maps of errors")]
    OnlyMaps,
    /// Only some planes of a cube are there.
    #[error("is cut short: of the {planes} planes of HDU {hdu} only {whole} are whole")]
    PlanesCut {
        /// Zero-based HDU.
        hdu: usize,
        /// Planes that the header promises.
        planes: usize,
        whole: usize,
    },
    /// Images of which nothing says what they are.
    #[error(
        "holds {count} images without a name that identifies them; the first is taken for the \
         science image, the others are left out"
    )]
    Unnamed { count: usize },
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
        match error {
            FitsError::HeaderCut => Self::HeaderCut,
            FitsError::Cut { hdu, needed, len } => Self::Truncated { hdu, needed, len },
            other => Self::Fits(other),
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
    /// EXTNAME, or what stands for it.
    pub name: String,
    /// True for a mask, a weight or a map of something else than brightness: never a stamp.
    pub is_map: bool,
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
    /// The image that stands for the primary one: HDU 0, or HDU 1 where fpack moved it there.
    pub main_hdu: u16,
    /// What the tables of a Rubin alert (ALERT, DIASOURCE) have of it: names and values.
    pub source: Vec<(String, String)>,
    /// The table with stamps in its cells, where the file has no image.
    pub image_table: Option<u16>,
    /// What is wrong with parts of the file; the others are of use all the same.
    pub faults: Vec<LayoutError>,
}

impl FitsLayout {
    /// Reads all headers and the EPOCHS table.
    pub fn read(bytes: Cow<'_, [u8]>, names: &FieldNames) -> Result<Self, LayoutError> {
        let is_free_format = is_free_format(&bytes);
        let mut layout = Self::read_from(FitsFile::open(bytes)?, names)?;
        layout.is_ztf_cutout = is_ztf_cutout(&layout, is_free_format);
        Ok(layout)
    }

    /// The same of a file that is too long for memory.
    pub fn read_on_disk(path: &Path, names: &FieldNames) -> Result<Self, LayoutError> {
        Self::read_from(FitsFile::open_on_disk(path)?, names)
    }

    fn read_from(mut file: FitsFile<'_>, names: &FieldNames) -> Result<Self, LayoutError> {
        let mut layout = Self::default();
        for hdu in 0..MAX_HDUS {
            let added = match file.go_to(hdu) {
                Ok(Some(kind)) => layout.add(&mut file, hdu, kind, names),
                Ok(None) => break,
                // Where a header is odd, nothing says where the next one begins.
                Err(error) => {
                    layout.faults.push(error.into());
                    break;
                }
            };
            // One odd extension spoils only itself.
            layout.faults.extend(added.err());
        }
        if layout.images.is_empty() && layout.image_table.is_none() {
            return Err(layout
                .faults
                .into_iter()
                .next()
                .unwrap_or(LayoutError::NoImage));
        }
        let unnamed = layout
            .images
            .iter()
            .filter(|image| image.role.is_none() && !image.is_map);
        let count = unnamed.count();
        let is_series = layout.is_series();
        if count > 1 && count == layout.images.len() && !is_series && layout.epochs.is_none() {
            layout.faults.push(LayoutError::Unnamed { count });
        }
        Ok(layout)
    }

    /// True where all images have one name that is no role, as cutouts of one place in several
    /// exposures have (astrocut).
    pub fn is_series(&self) -> bool {
        let [first, others @ ..] = &self.images[..] else {
            return false;
        };
        let is_like = |image: &ImageHdu| {
            image.role.is_none()
                && !image.is_map
                && image.planes.is_none()
                && image.name == first.name
        };
        !others.is_empty() && !first.name.is_empty() && self.images.iter().all(is_like)
    }

    /// True for a training bundle: many objects in one file (see `export::bundle`).
    pub fn is_bundle(&self) -> bool {
        self.primary.text("DESTELLO").as_deref() == Some("BUNDLE")
    }

    /// True where texts are written as [`super::text`] writes them.
    fn is_escaped(&self) -> bool {
        self.primary.text("TEXTESC").as_deref() == Some("unicode_escape")
    }

    /// A text of the primary header, as it was before it was written in printable ASCII.
    pub fn text(&self, name: &str) -> Option<String> {
        let text = self.primary.text(name)?;
        Some(if self.is_escaped() {
            unescape_text(&text)
        } else {
            text
        })
    }

    /// True where the stamps lie in the cells of a table.
    pub fn is_image_table(&self) -> bool {
        self.images.is_empty() && self.image_table.is_some()
    }

    /// True where images of two axes are numbered by the rows of a table of epochs.
    pub fn is_numbered(&self) -> bool {
        let rows = self.epochs.as_ref().map_or(0, Vec::len);
        let is_of_row = |image: &ImageHdu| {
            let number = image.number.map_or(0, |number| number as usize);
            image.planes.is_none() && (1..=rows).contains(&number)
        };
        rows > 1 && !self.images.is_empty() && self.images.iter().all(is_of_row)
    }

    fn add(
        &mut self,
        file: &mut FitsFile<'_>,
        hdu: usize,
        kind: HduKind,
        names: &FieldNames,
    ) -> Result<(), LayoutError> {
        let cards = file.cards();
        let name = Header::new(cards.clone())
            .text("EXTNAME")
            .unwrap_or_default();
        if hdu == 0 {
            self.primary = Header::new(cards.clone());
        } else if hdu == 1 && file.is_compressed() && self.images.is_empty() {
            // fpack moves the header of the primary image to the first extension.
            self.primary = self.primary.with(&cards, is_inherited);
            self.main_hdu = 1;
        }
        match kind {
            HduKind::Image => {
                if let Some(mut image) = image(file, hdu, Header::new(cards))? {
                    self.check_planes(file, &mut image)?;
                    self.images.push(image);
                }
            }
            HduKind::Table if name.eq_ignore_ascii_case("EPOCHS") => {
                self.epochs = Some(epochs::read(file, names, self.is_escaped())?);
            }
            HduKind::Table if ["ALERT", "DIASOURCE"].contains(&&*name.to_ascii_uppercase()) => {
                self.source.extend(first_row(file)?);
            }
            HduKind::Table => {
                // A table whose columns are odd is none of stamps.
                let has_stamps =
                    || image_table::image_columns(file).is_ok_and(|columns| !columns.is_empty());
                if self.image_table.is_none() && has_stamps() {
                    self.image_table = Some(hdu as u16);
                }
            }
        }
        Ok(())
    }

    /// Of a cube that is cut short the whole planes are kept; an image must be whole.
    fn check_planes(
        &mut self,
        file: &FitsFile<'_>,
        image: &mut ImageHdu,
    ) -> Result<(), LayoutError> {
        let planes = image.planes.unwrap_or(1);
        let whole = file.whole_planes(image.width * image.height, planes);
        if whole == planes {
            return Ok(());
        }
        let hdu = usize::from(image.hdu);
        if whole == 0 || image.planes.is_none() {
            let (needed, len) = (file.data_end(), file.len());
            return Err(LayoutError::Truncated { hdu, needed, len });
        }
        self.faults
            .push(LayoutError::PlanesCut { hdu, planes, whole });
        image.planes = Some(whole);
        Ok(())
    }
}

/// Names and values of the first row of a table.
fn first_row(file: &mut FitsFile<'_>) -> Result<Vec<(String, String)>, FitsError> {
    let mut cells = Vec::new();
    for column in file
        .columns()?
        .into_iter()
        .filter(|column| column.is_scalar)
    {
        let cell = if column.is_text {
            file.texts(&column)?.into_iter().next()
        } else if column.is_long {
            file.longs(&column)?.first().map(ToString::to_string)
        } else {
            let number = file.numbers(&column)?.first().copied();
            number
                .filter(|number| number.is_finite())
                .map(|number| number.to_string())
        };
        cells.extend(
            cell.filter(|cell| !cell.is_empty())
                .map(|cell| (column.name.clone(), cell)),
        );
    }
    Ok(cells)
}

/// What an image inherits from the header that was moved: all but its own name.
fn is_inherited(card: &Card) -> bool {
    !matches!(
        &*card.name,
        "EXTNAME" | "EXTVER" | "SIMPLE" | "BITPIX" | "EXTEND"
    ) && !card.name.starts_with("NAXIS")
}

/// The current HDU as an image; none where it has no pixels in two or three dimensions.
pub fn image(
    file: &FitsFile<'_>,
    hdu: usize,
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
    let size = width.checked_mul(height);
    let is_frame = size.is_none_or(|size| size > MAX_PIXELS);
    let is_found =
        || header.position_deg().is_some() && wcs::local(&header, [width, height]).is_some();
    if width.max(height) > MAX_SIDE_PX || (is_frame && !is_found()) {
        return Err(LayoutError::TooLarge { width, height });
    }
    file.check_image()?;
    // ALeRCE names the stamp where others name the extension.
    let name = header.first_text(&["EXTNAME", "STAMP_TYPE", "STAMPTYP", "HDUNAME"]);
    let name = name.unwrap_or_default();
    let kind = header
        .text("STAMP_TYPE")
        .and_then(|kind| Role::from_alias(&kind));
    let digits = name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let version = || header.number("EXTVER").map(|version| version as u32);
    Ok(Some(ImageHdu {
        hdu: hdu as u16,
        role: Role::from_alias(&name).or(kind),
        number: name[digits..].parse().ok().or_else(version),
        width,
        height,
        planes,
        is_map: is_map(&name),
        name,
        header,
    }))
}

/// True for names of masks, weights and other maps that lie beside images of the sky.
pub fn is_map(name: &str) -> bool {
    const MAPS: [&str; 32] = [
        "mask",
        "msk",
        "dq",
        "flag",
        "flags",
        "badpix",
        "bpm",
        "weight",
        "weights",
        "wht",
        "wt",
        "ivar",
        "invvar",
        "invar",
        "err",
        "error",
        "errors",
        "rms",
        "std",
        "sigma",
        "noise",
        "bkg",
        "background",
        "exposure",
        "exptime",
        "expmap",
        "ctx",
        "con",
        "seg",
        "segm",
        "segmap",
        "apermap",
    ];
    let lower = name.trim().to_ascii_lowercase();
    let mut words = lower
        .split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| !word.is_empty());
    words.any(|word| MAPS.contains(&word) || word.ends_with("mask") || word.ends_with("weight"))
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
