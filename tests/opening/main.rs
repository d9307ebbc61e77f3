//! Opening: what is found in files, folders and archives, and what their stamps hold.
#![expect(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test stops where its scene cannot be set; pixels come through bit by bit"
)]

mod alerts;
mod archives;
mod faults;
mod fits;
mod formats;
mod packets;
mod real_data;
mod role_files;
mod samples;
