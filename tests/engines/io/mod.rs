//! Files in, files out.

mod export;
mod opening;
mod templates;
