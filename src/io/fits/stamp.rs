//! Pixels of one FITS file as stamps.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fs::File,
    io::{self, Read as _},
    path::Path,
    sync::Arc,
};

use super::{
    error::FitsError,
    file::{FitsFile, HduKind},
    geometry::{self, ZTF_ARCSEC_PER_PX},
    header::Header,
    image_table,
    layout::{self, ImageHdu, LayoutError},
    wcs,
};
use crate::{
    domain::{Geometry, Role, Stamp},
    io::{
        contents::LARGE_FITS_BYTES,
        gunzip::{BytesError, is_gzip, read_file},
    },
};

/// Why a stamp has no pixels: a clause for the Problems list.
#[derive(Debug, thiserror::Error)]
pub enum StampError {
    /// The file is damaged, cut short or too large.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// The file cannot be read.
    #[error(transparent)]
    Bytes(#[from] BytesError),
    /// The place that was indexed is not there any more.
    #[error("has no image in HDU {hdu} (plane {plane}); has the file changed?")]
    Missing {
        /// Zero-based HDU.
        hdu: u16,
        /// Zero-based plane.
        plane: u32,
    },
}

impl From<io::Error> for StampError {
    fn from(error: io::Error) -> Self {
        Self::Bytes(error.into())
    }
}

impl From<FitsError> for StampError {
    fn from(error: FitsError) -> Self {
        Self::Layout(error.into())
    }
}

/// An image with a longer side is cut to the candidate.
const MOST_SIDE_PX: usize = 1_024;
/// To so many pixels a side.
const CUT_SIDE_PX: usize = 255;

/// A part of an image, zero-based.
#[derive(Clone, Copy)]
struct Window {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

/// A FITS file whose stamps are read one after the other.
pub struct FitsStamps<'a> {
    file: FitsFile<'a>,
    primary: Header,
    images: BTreeMap<u16, ImageHdu>,
    is_ztf: bool,
}

impl<'a> FitsStamps<'a> {
    /// Opens the bytes. `is_ztf`: row 0 is north, by ZTF's convention.
    pub fn open(bytes: Cow<'a, [u8]>, is_ztf: bool) -> Result<Self, StampError> {
        let is_free_format = layout::is_free_format(&bytes);
        let mut file = Self::of(FitsFile::open(bytes)?, is_ztf)?;
        let is_unit_dn = file.primary.text("BUNIT").as_deref() == Some("DN");
        let side = |name| file.primary.number(name) == Some(63.0);
        let is_whole = side("NAXIS1") && side("NAXIS2");
        file.is_ztf |=
            (is_free_format || is_whole) && is_unit_dn && !geometry::has_wcs(&file.primary);
        Ok(file)
    }

    /// The stamp in the cell of a table.
    pub fn cell(&mut self, hdu: u16, row: u32, role: Role) -> Result<Stamp, StampError> {
        let missing = StampError::Missing { hdu, plane: row };
        if self.file.go_to(usize::from(hdu))? != Some(HduKind::Table) {
            return Err(missing);
        }
        image_table::stamp(&mut self.file, row as usize, role)?.ok_or(missing)
    }

    /// Opens the file, on disk where it is too long to be read whole.
    pub fn open_file(path: &Path, is_ztf: bool) -> Result<FitsStamps<'static>, StampError> {
        let is_large = path.metadata()?.len() > LARGE_FITS_BYTES;
        if is_large && !starts_as_gzip(path)? {
            return FitsStamps::of(FitsFile::open_on_disk(path)?, is_ztf);
        }
        FitsStamps::open(Cow::Owned(read_file(path)?), is_ztf)
    }

    fn of(mut file: FitsFile<'a>, is_ztf: bool) -> Result<Self, StampError> {
        file.go_to(0)?;
        let primary = Header::new(file.cards());
        Ok(Self {
            file,
            primary,
            images: BTreeMap::new(),
            is_ztf,
        })
    }

    /// The stamp of that HDU and plane (0 where the image has two dimensions).
    pub fn stamp(&mut self, hdu: u16, plane: u32, role: Role) -> Result<Stamp, StampError> {
        self.look_at(hdu, plane)?;
        let image = &self.images[&hdu];
        if plane as usize >= image.planes.unwrap_or(1) {
            return Err(StampError::Missing { hdu, plane });
        }
        let size = image.width * image.height;
        let first = plane as usize * size;
        let window = self.window(image);
        let pixels = match window {
            None => self.file.pixels(first, size)?,
            Some(window) => {
                let mut pixels = Vec::with_capacity(window.width * window.height);
                for y in window.y..window.y + window.height {
                    let from = first + y * image.width + window.x;
                    pixels.extend(self.file.pixels(from, window.width)?);
                }
                pixels
            }
        };
        let [width, height] = window.map_or([image.width, image.height], |window| {
            [window.width, window.height]
        });
        let mut stamp = Stamp::new(width, height, pixels);
        stamp.unit = self.unit(image, role);
        let level = |header: &Header| header.number("SATURATE").map(|level| level as f32);
        stamp.saturation = level(&image.header).or_else(|| level(&self.primary));
        stamp.geometry = self.geometry(image, role);
        if let (Some(window), Geometry::Wcs(wcs)) = (window, &mut stamp.geometry) {
            wcs.crpix[0] -= window.x as f64;
            wcs.crpix[1] -= window.y as f64;
        }
        Ok(stamp)
    }

    /// The part of a large image that shows the candidate: about its position by the header, else the middle. None
    /// for an image that is a stamp as it is.
    fn window(&self, image: &ImageHdu) -> Option<Window> {
        let sides = [image.width, image.height];
        if sides.iter().all(|side| *side <= MOST_SIDE_PX) {
            return None;
        }
        let headers = [&image.header, &self.primary];
        let position = headers.iter().find_map(|header| header.position_deg());
        let wcs = headers.iter().find_map(|header| wcs::local(header, sides));
        let place = wcs
            .zip(position)
            .and_then(|(wcs, at_deg)| wcs::pixel(&wcs, at_deg));
        let is_inside = |place: &[f64; 2]| {
            let mut both = place.iter().zip(sides);
            both.all(|(at, side)| *at >= 0.5 && *at <= side as f64 + 0.5)
        };
        let place = place.filter(is_inside);
        let middle = sides.map(|side| f64::midpoint(side as f64, 1.0));
        let place = place.unwrap_or(middle);
        let [x, y] = [0, 1].map(|axis: usize| {
            let len = sides[axis].min(CUT_SIDE_PX);
            let from = place[axis] - 0.5 - len as f64 / 2.0;
            (from.round().max(0.0) as usize).min(sides[axis] - len)
        });
        Some(Window {
            x,
            y,
            width: image.width.min(CUT_SIDE_PX),
            height: image.height.min(CUT_SIDE_PX),
        })
    }

    /// The first image of the file: what a cutout of an alert holds.
    pub fn first_image(&mut self) -> Result<u16, StampError> {
        for hdu in 0..=u16::MAX {
            let Some(kind) = self.file.go_to(usize::from(hdu))? else {
                break;
            };
            if kind == HduKind::Image && !self.file.image()?.1.is_empty() {
                return Ok(hdu);
            }
        }
        Err(LayoutError::NoImage.into())
    }

    /// The image that goes by a name of that role.
    pub fn image_of(&mut self, role: Role) -> Result<u16, StampError> {
        for hdu in 0..=u16::MAX {
            let Some(kind) = self.file.go_to(usize::from(hdu))? else {
                break;
            };
            let name = Header::new(self.file.cards()).text("EXTNAME");
            if kind == HduKind::Image && name.and_then(|name| Role::from_alias(&name)) == Some(role)
            {
                return Ok(hdu);
            }
        }
        Err(LayoutError::NoImage.into())
    }

    /// The cards of that HDU, after those of the primary one where it is another.
    pub fn cards(&mut self, hdu: u16) -> Result<Vec<(String, String)>, StampError> {
        let mut headers = vec![self.primary.clone()];
        if hdu > 0 {
            self.look_at(hdu, 0)?;
            headers.push(self.images[&hdu].header.clone());
        }
        let cards = headers.iter().flat_map(Header::cards);
        Ok(cards
            .map(|card| {
                let comment = match card.comment.as_str() {
                    "" => String::new(),
                    comment => format!(" / {comment}"),
                };
                (card.name.clone(), format!("{}{comment}", card.value))
            })
            .collect())
    }

    /// Makes the HDU current and remembers its header.
    fn look_at(&mut self, hdu: u16, plane: u32) -> Result<(), StampError> {
        let missing = StampError::Missing { hdu, plane };
        if self.file.go_to(usize::from(hdu))? != Some(HduKind::Image) {
            return Err(missing);
        }
        if !self.images.contains_key(&hdu) {
            let header = match hdu {
                0 => self.primary.clone(),
                _ => Header::new(self.file.cards()),
            };
            let image = layout::image(&self.file, usize::from(hdu), header)?;
            self.images.insert(hdu, image.ok_or(missing)?);
        }
        Ok(())
    }

    fn unit(&self, image: &ImageHdu, role: Role) -> Option<Arc<str>> {
        let shares_primary = matches!(role, Role::Science | Role::Reference | Role::Difference);
        let primary = shares_primary.then_some(&self.primary);
        let unit = image.header.text("BUNIT");
        unit.or_else(|| primary?.text("BUNIT")).map(Arc::from)
    }

    fn geometry(&self, image: &ImageHdu, role: Role) -> Geometry {
        if self.is_ztf {
            return Geometry::ZtfRowZeroNorth {
                arcsec_per_px: ZTF_ARCSEC_PER_PX,
            };
        }
        let size_px = [image.width, image.height];
        match geometry::geometry(&image.header, size_px) {
            // An extension without coordinates covers the same sky as the primary image; a
            // point-spread function covers none.
            Geometry::Unknown if role != Role::Psf => geometry::geometry(&self.primary, size_px),
            own => own,
        }
    }
}

/// The file, in memory where it is packed or short.
pub fn open_fits(path: &Path) -> Result<FitsFile<'static>, FitsError> {
    let is_large = path
        .metadata()
        .is_ok_and(|about| about.len() > LARGE_FITS_BYTES);
    if is_large && !starts_as_gzip(path).unwrap_or(false) {
        return FitsFile::open_on_disk(path);
    }
    let bytes = read_file(path).map_err(|error| FitsError::Read(error.to_string()))?;
    FitsFile::open(Cow::Owned(bytes))
}

fn starts_as_gzip(path: &Path) -> io::Result<bool> {
    let mut head = [0; 2];
    File::open(path)?.read_exact(&mut head)?;
    Ok(is_gzip(&head))
}
