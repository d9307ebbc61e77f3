//! Rows of a table of texts.

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Line in the file from 1 where the file is text, else the number of the row from 1.
    pub line: u64,
    /// Its cells; some may be missing at the end. Empty where nothing is known.
    pub cells: Vec<String>,
}

/// A table of texts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Names of the columns, without blanks around them.
    pub heads: Vec<String>,
    /// The rows, in file order.
    pub rows: Vec<Row>,
    /// Rows that could not be read: their place, and why.
    pub faults: Vec<(u64, String)>,
}
