//! `destello models`: exported as ONNX, networks of others, and versions that are written whole or not at all.

mod export;
mod foreign;
mod versions;
