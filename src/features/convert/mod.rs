//! Converting: the opened set, or what the filter keeps of it, written as FITS cubes or as one Parquet file with its stamps.

pub mod state;
pub mod task;
