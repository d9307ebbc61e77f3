//! Ground floor: plain types of the field. No file, no thread, no pixel maths, no toolkit.

pub mod band;
pub mod candidate;
pub mod catalogue;
pub mod detector;
pub mod fields;
pub mod fnv;
pub mod geometry;
pub mod image_sequence;
pub mod label;
pub mod label_book;
pub mod problem;
pub mod role;
pub mod stamp;
pub mod templates;
pub mod time;
pub mod truth;
pub mod visit;
pub mod vocabulary;

pub use band::Band;
pub use candidate::{Candidate, DifferenceSign, Epoch, Photometry, StampRef};
pub use catalogue::{CandidateIx, Catalogue};
pub use detector::Detector;
pub use fields::{FieldValue, Fields};
pub use geometry::{Geometry, Wcs};
pub use image_sequence::{ImageSequence, SequenceEpoch};
pub use label::{LabelAction, LabelEvent, Origin, Shown, StepId, StepIds};
pub use label_book::{LabelBook, LabelState};
pub use problem::Problem;
pub use role::Role;
pub use stamp::{Part, Source, SourceKind, Stamp, StampId};
pub use templates::{PhaseCurve, PsfTemplate, SupernovaTemplate, Templates};
pub use time::{Mjd, Timestamp};
pub use truth::Truth;
pub use visit::{FieldVisits, Visit};
pub use vocabulary::{Class, Vocabulary};
