//! `destello models`: exported as ONNX, and versions that are written whole or not at all.

mod export;
mod versions;
