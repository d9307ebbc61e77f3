//! Files of arrays: numpy's `.npy` and `.npz`, and HDF5.
//!
//! Stamps lie in arrays of three or four axes, of which the first counts the rows; what is known of each row,
//! in arrays of one axis or in a table beside. [`layout`] finds out what is what.

mod hdf5;
pub mod layout;
pub mod npy;

use std::{
    fs::File,
    io,
    io::Read as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use crate::{domain::Stamp, io::alert_value::Scalar};

/// Why a file of arrays is not read: a clause for the Problems list.
#[derive(Debug, thiserror::Error)]
pub enum ArrayError {
    /// The system refused, or the file ends too soon.
    #[error("cannot be read: {0}")]
    Read(#[from] io::Error),
    /// What the file says of itself makes no sense, or is not for us.
    #[error("{0}")]
    Odd(String),
    /// What was indexed is not there.
    #[error("does not hold the stamp any more; has the file changed?")]
    Changed,
}

/// What the values of an array are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Floating-point numbers.
    Float,
    /// Whole numbers and truth values.
    Integer,
    /// Texts.
    Text,
}

/// One array of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Array {
    /// Its name: the file's where there is one array, else its path within the file.
    pub name: String,
    /// Lengths of the axes, the slowest first.
    pub shape: Vec<usize>,
    /// What its values are.
    pub kind: Kind,
}

/// The values of an array of one axis.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    /// Numbers.
    Floats(Vec<f64>),
    /// Exact integers.
    Integers(Vec<i64>),
    /// Texts.
    Texts(Vec<String>),
}

impl Cells {
    /// Integers of 64 bits; as texts where they have no sign and one does not fit.
    pub fn of_integers(values: Vec<i64>, is_unsigned: bool) -> Self {
        if is_unsigned && values.iter().any(|value| *value < 0) {
            let text = |value: i64| (value as u64).to_string();
            return Self::Texts(values.into_iter().map(text).collect());
        }
        Self::Integers(values)
    }

    /// The value of a row.
    pub fn at(&self, row: usize) -> Scalar<'_> {
        match self {
            Self::Floats(values) => values
                .get(row)
                .map_or(Scalar::Nothing, |v| Scalar::Float(*v)),
            Self::Integers(values) => values.get(row).map_or(Scalar::Nothing, |v| Scalar::Int(*v)),
            Self::Texts(values) => values
                .get(row)
                .filter(|text| !text.is_empty())
                .map_or(Scalar::Nothing, |text| Scalar::Text(text.as_str().into())),
        }
    }
}

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
