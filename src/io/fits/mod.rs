//! FITS: headers, images, tables, tile compression and world coordinates, read and written without cfitsio.

pub mod bundle;
pub(super) mod bytes;
mod cards;
mod epochs;
pub(super) mod error;
pub(super) mod file;
pub(super) mod geometry;
mod hcompress;
pub(super) mod header;
pub(super) mod image_table;
pub(super) mod layout;
mod plio;
mod rice;
pub mod sequence;
pub(super) mod stamp;
pub(super) mod table;
pub(super) mod templates;
pub(super) mod text;
mod tiles;
mod time;
pub(super) mod wcs;
pub(super) mod write;
