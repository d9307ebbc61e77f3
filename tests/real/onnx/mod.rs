//! Models as ONNX: ONNX Runtime says what destello says.

pub mod export;
pub mod latent;
mod runtime;
pub mod sequences;
pub mod single_epochs;
