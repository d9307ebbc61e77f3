//! Stamps and points on the GPU, against their twins in Rust.

mod atlas;
mod callback;
mod mesh_paint;
mod scatter;
mod shaders;
mod stamp_pictures;
mod twin;
