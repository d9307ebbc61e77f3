//! Layer 2: formats in and out.
//!
//! Reading goes two ways. [`mod@scan`] indexes: it recognises what files hold by their bytes and gives
//! candidates whose stamps are references, without decoding a pixel.
//! [`decode`] fetches the pixels of the stamps that somebody wants to see, [`mod@header`] everything
//! else a file says of them. FITS is read here, so that no damage can end the program; alerts go
//! through `serde_avro_fast`, archives are entered where a member lies.

pub mod agreement_csv;
mod alerts;
mod archive;
mod arrays;
mod contents;
pub mod convert;
pub mod csv_table;
pub mod decode;
pub mod export;
mod field_names;
pub mod figure;
pub mod file_address;
pub mod fingerprint;
pub mod fits;
mod gunzip;
pub mod header;
pub mod heat_maps;
pub mod join;
pub mod kept_index;
pub mod labels_csv;
mod packing;
mod parquet;
pub mod parts;
mod recognise;
pub mod samp;
pub mod scan;
mod seen_files;
pub mod simulation_manifest;
pub mod simulation_truth;
pub mod table;
pub mod templates;
mod unpacked_files;
pub mod vocabulary_file;
pub mod whole_file;

pub use decode::Decoder;
pub use header::header;
pub use kept_index::KeptIndex;
pub(crate) use scan::is_project;
pub use scan::rules::RULE_BOOK;
pub use scan::{Found, StampIds, scan, scan_again, scan_kept};
