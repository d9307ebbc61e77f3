//! Parquet files of cutouts, and what is checked of a Parquet file before its crate reads it.

pub(super) mod cutouts;
pub(super) mod footer;
pub(super) mod group;
mod pages;
mod thrift;
