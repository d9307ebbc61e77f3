//! Opening: what is found in files, folders and archives, and what their stamps hold.
#![expect(clippy::float_cmp, reason = "pixels come through bit by bit")]

mod alerts;
mod archives;
mod arrays;
mod brokers;
mod converting;
mod damaged;
mod faults;
mod fits;
mod formats;
mod kept_index;
mod others;
mod packets;
mod packings;
mod role_files;
mod same_object;
mod samples;
