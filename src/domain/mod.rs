//! Ground floor: plain types of the field. No file, no thread, no pixel maths, no toolkit.

pub mod band;
pub mod candidate;
pub mod catalogue;
pub mod fields;
pub mod geometry;
pub mod label;
pub mod label_book;
pub mod problem;
pub mod role;
pub mod stamp;
pub mod time;
pub mod vocabulary;

pub use band::Band;
pub use candidate::{Candidate, DifferenceSign, Epoch, Photometry, StampRef};
pub use catalogue::{CandidateIx, Catalogue};
pub use fields::{FieldValue, Fields};
pub use geometry::{Geometry, Wcs};
pub use label::{LabelAction, LabelEvent, Origin, Shown, StepId, StepIds};
pub use label_book::{LabelBook, LabelState};
pub use problem::Problem;
pub use role::Role;
pub use stamp::{Part, Source, SourceKind, Stamp, StampId};
pub use time::{Mjd, Timestamp};
pub use vocabulary::{Class, Vocabulary};
