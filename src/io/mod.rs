//! Floor 2: formats in and out.
//!
//! Reading goes two ways through this room. [`mod@scan`] indexes: it recognises what files hold by
//! their bytes and tells candidates whose stamps are references, without decoding a pixel.
//! [`decode`] fetches the pixels of the stamps that somebody wants to see, [`mod@header`] everything
//! else a file says of them. FITS is read here, so that no damage can end the program; alerts go
//! through `serde_avro_fast`, archives are entered where a member lies.

pub mod agreement_csv;
mod alert_container;
mod alert_file;
mod alert_frames;
mod alert_plan;
mod alert_record;
mod alert_value;
mod archive;
mod archive_gzip;
mod arrays;
mod contents;
pub mod convert;
pub mod convert_cubes;
pub mod csv_table;
pub mod decode;
pub mod export;
mod field_names;
pub mod figure;
mod figure_bitmap;
pub mod figure_centroids;
pub mod figure_matrix;
pub mod figure_plot;
pub mod file_address;
pub mod fingerprint;
pub mod fits_bundle;
mod fits_bytes;
mod fits_cards;
mod fits_epochs;
mod fits_error;
mod fits_file;
mod fits_geometry;
mod fits_hcompress;
mod fits_header;
mod fits_image_table;
mod fits_layout;
mod fits_plio;
mod fits_rice;
pub mod fits_sequence;
mod fits_stamp;
mod fits_table;
mod fits_templates;
mod fits_text;
mod fits_tiles;
mod fits_wcs;
mod fits_when;
mod fits_write;
mod gunzip;
pub mod header;
pub mod heat_maps;
pub mod join;
mod json_alerts;
pub mod kept_index;
pub mod labels_csv;
mod packing;
mod parquet_cutouts;
mod parquet_footer;
mod parquet_group;
pub mod parts;
mod recognise;
pub mod samp;
pub mod scan;
mod scan_alerts;
mod scan_arrays;
mod scan_fits;
mod scan_folder;
mod scan_identity;
mod scan_index;
mod scan_kept;
mod scan_members;
mod scan_names;
mod scan_roles;
mod scan_rules;
mod seen_files;
pub mod simulation_manifest;
pub mod simulation_truth;
pub mod table;
pub mod templates;
mod templates_visits;
mod unpacked_files;
pub mod vocabulary_file;
pub mod whole_file;

pub use decode::Decoder;
pub use header::header;
pub use kept_index::KeptIndex;
pub(crate) use scan::is_project;
pub use scan::{Found, StampIds, scan, scan_again, scan_kept};
pub use scan_rules::RULE_BOOK;
