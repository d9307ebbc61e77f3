//! Models as ONNX: ONNX Runtime says what destello says.
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

mod command;
mod latent;
mod runtime;
mod sequences;
mod single_epochs;
mod written;
