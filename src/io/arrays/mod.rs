//! Files of arrays: numpy's `.npy` and `.npz`, and HDF5.
//!
//! Stamps lie in arrays of three or four axes, of which the first counts the rows; what is known of each row,
//! in arrays of one axis or in a table beside. [`layout`] finds out what is what.

mod array;
mod hdf5;
pub mod layout;
pub mod npy;

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

pub use array::{Array, ArrayError, Cells, Kind};

use crate::domain::Stamp;

/// An opened file.
pub enum ArrayFile {
    /// numpy's.
    Numpy(npy::NumpyFile),
    /// HDF5.
    Hdf5(hdf5::Hdf5),
}

impl ArrayFile {
    /// Opens the file, whose first bytes say what it is.
    pub fn open(path: &Path) -> Result<Self, ArrayError> {
        let mut head = [0; 8];
        File::open(path)?.read_exact(&mut head)?;
        if head == *hdf5::MAGIC {
            return hdf5::Hdf5::open(path).map(Self::Hdf5);
        }
        npy::NumpyFile::open(path).map(Self::Numpy)
    }

    /// True for an `.npy` file, whose array may belong to those of other files.
    pub const fn is_one_array(&self) -> bool {
        matches!(self, Self::Numpy(file) if file.is_one_array)
    }

    /// The arrays, always in the same order.
    pub fn arrays(&self) -> &[Array] {
        match self {
            Self::Numpy(file) => &file.arrays,
            Self::Hdf5(file) => &file.arrays,
        }
    }

    /// The values of an array of one axis.
    pub fn cells(&mut self, at: usize) -> Result<Cells, ArrayError> {
        match self {
            Self::Numpy(file) => file.cells(at),
            Self::Hdf5(file) => file.cells(at),
        }
    }

    /// The stamp of a row in the array, of that channel or epoch.
    pub fn stamp(
        &mut self,
        at: usize,
        stack: &layout::Stack,
        row: usize,
        channel: usize,
    ) -> Result<Stamp, ArrayError> {
        if channel >= stack.channels().max(stack.epochs()) {
            return Err(ArrayError::Changed);
        }
        let values = match self {
            _ if stack.has_rows => self.row(at, row)?,
            Self::Numpy(file) => file.pixels(at, 0, stack.len())?,
            Self::Hdf5(file) => file.all(at)?,
        };
        if values.len() != stack.len() {
            return Err(ArrayError::Changed);
        }
        let pixels = stack.pixels(&values, channel);
        Ok(Stamp::new(stack.width, stack.height, pixels))
    }

    /// All values of one row as pixels, the last axis fastest.
    fn row(&mut self, at: usize, row: usize) -> Result<Vec<f32>, ArrayError> {
        let shape = &self.arrays().get(at).ok_or(ArrayError::Changed)?.shape;
        let Some((rows, inner)) = shape.split_first() else {
            return Err(ArrayError::Changed);
        };
        if row >= *rows {
            return Err(ArrayError::Changed);
        }
        let len: usize = inner.iter().product();
        match self {
            Self::Numpy(file) => file.pixels(at, row * len, len),
            Self::Hdf5(file) => file.row(at, row),
        }
    }
}

/// Files that stay open from one stamp to the next: finding the arrays of a file, and unpacking them, takes longer
/// than a stamp.
#[derive(Default)]
pub struct OpenArrays(Mutex<Vec<(PathBuf, Arc<Mutex<ArrayFile>>)>>);

/// Files that are kept open.
const MOST_OPEN: usize = 4;

impl OpenArrays {
    /// The file, opened where it is not.
    pub fn get(&self, path: &Path) -> Result<Arc<Mutex<ArrayFile>>, ArrayError> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, file)) = open.iter().find(|(known, _)| known == path) {
            return Ok(file.clone());
        }
        let file = Arc::new(Mutex::new(ArrayFile::open(path)?));
        open.truncate(MOST_OPEN - 1);
        open.insert(0, (path.to_owned(), file.clone()));
        Ok(file)
    }

    /// Closes the file: it is indexed anew, and may have changed.
    pub fn forget(&self, path: &Path) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|(known, _)| known != path);
    }
}
