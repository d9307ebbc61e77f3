//! What an array is: its name, its shape, its values.

use std::io;

use crate::io::alerts::value::Scalar;

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
