//! Ground floor: plain types of the field. No file, no thread, no pixel maths, no toolkit.

pub mod agreement;
pub mod band;
pub mod candidate;
mod candidate_names;
pub mod canonical;
pub mod catalogue;
pub mod certainty;
mod class_names;
pub mod class_sets;
pub mod confusion;
pub mod detections;
pub mod evaluation;
pub mod explanation;
pub mod fields;
pub mod fine_tuning;
pub mod fnv;
pub mod foreign;
pub mod geometry;
pub mod growth;
pub mod image_sequence;
pub mod kappa;
pub mod label;
pub mod label_book;
pub mod latent;
mod latent_membership;
pub mod learning_curve;
pub mod log_pool;
pub mod magnitude;
pub mod measure;
pub mod model;
pub mod plot;
pub mod position;
pub mod practice;
pub mod ranking;
pub mod role;
pub mod score;
mod score_book;
pub mod set_figures;
mod set_of_object;
pub mod shard;
pub mod skill;
pub mod stamp;
pub mod templates;
pub mod time;
pub mod visit;
pub mod vocabulary;
pub mod workload;

pub use band::Band;
pub use candidate::{Candidate, DifferenceSign, Epoch, IS_NEGATIVE, Photometry, StampRef};
pub use candidate_names::CandidateNames;
pub use catalogue::{CandidateIx, Catalogue, Problem};
pub use class_names::{class_of, is_class};
pub use class_sets::SetCalibration;
pub use confusion::Confusion;
pub use detections::Detections;
pub use evaluation::{Evaluation, Judged, JudgedAt, ModelComparison, ModelFacts};
pub use explanation::{ExplainMethod, Explanation};
pub use fields::{FieldValue, Fields};
pub use fine_tuning::{DomainFigures, FineTuneFigures, ModelVersion};
pub use foreign::ForeignPlan;
pub use geometry::{Geometry, Wcs};
pub use growth::{Growth, Renewed};
pub use image_sequence::{Detector, ImageSequence, SequenceEpoch, Truth};
pub use label::{LabelAction, LabelEvent, Origin, Shown, StepId, StepIds};
pub use label_book::{LabelBook, LabelState};
pub use latent::{ComponentCard, Embedding, LatentCard, LatentComponent, LatentPoint, LatentSpace};
pub use latent_membership::LatentMembership;
pub use learning_curve::{LearningCurve, LearningPoint};
pub use measure::{Figures, Measure};
pub use model::{
    FeaturePlan, InputPlan, ModelCard, ModelId, ModelInput, Scaling, SequenceForm, SequencePlan,
    TrainingRecord,
};
pub use plot::Plot;
pub use ranking::{Ranking, Steps};
pub use role::Role;
pub use score::{
    KeptScores, NewScores, Prediction, Predictions, Remembered, ScoreRow, ScoredFrom, likeliest,
};
pub use score_book::ScoreBook;
pub use shard::Shard;
pub use stamp::{Part, Source, SourceKind, Stamp, StampId, StampIds};
pub use templates::{PhaseCurve, PsfTemplate, SupernovaTemplate, Templates};
pub use time::{Mjd, TimeScale, Timestamp};
pub use visit::{FieldVisits, Visit};
pub use vocabulary::{Class, Vocabulary};
