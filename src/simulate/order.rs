//! What to simulate: class by class, with which survey, templates and roles.

use std::sync::Arc;

use super::{SimulationError, Survey};
use crate::domain::{ImageSequence, Role, Templates, Vocabulary};

/// Makes candidates by number.
pub trait Simulate: Send + Sync {
    /// Candidate number `index`: the same pixels at every call, on every thread.
    fn candidate(&self, index: u64) -> ImageSequence;
}

/// The classes of image sequences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SequenceClass {
    /// Type Ia and core collapse.
    Supernova,
    /// Types ab and c.
    RrLyrae,
    /// Fundamental mode and first overtone.
    Cepheid,
    /// Detached, semi-detached and contact.
    EclipsingBinary,
    /// A constant star.
    NonVariable,
    /// A galaxy and nothing in it that changes.
    Galaxy,
    /// Seen at one epoch.
    Asteroid,
}

impl SequenceClass {
    pub const ALL: [Self; 7] = [
        Self::Supernova,
        Self::RrLyrae,
        Self::Cepheid,
        Self::EclipsingBinary,
        Self::NonVariable,
        Self::Galaxy,
        Self::Asteroid,
    ];

    /// Name in the `sequence` vocabulary.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Supernova => "supernova",
            Self::RrLyrae => "rr_lyrae",
            Self::Cepheid => "cepheid",
            Self::EclipsingBinary => "eclipsing_binary",
            Self::NonVariable => "non_variable",
            Self::Galaxy => "galaxy",
            Self::Asteroid => "asteroid",
        }
    }

    /// The class of this name or alias of the `sequence` vocabulary.
    ///
    /// # Errors
    /// Where there is none.
    pub fn from_name(name: &str) -> Result<Self, SimulationError> {
        let vocabulary = Vocabulary::sequence_classes();
        let known = vocabulary.class(name).map(|class| class.name.clone());
        let found = Self::ALL
            .into_iter()
            .find(|class| known.as_deref() == Some(class.name()));
        found.ok_or_else(|| SimulationError::UnknownClass {
            name: name.into(),
            known: Self::ALL.map(Self::name).join(", "),
        })
    }
}

/// An order for image sequences.
#[derive(Clone, Debug)]
pub struct SequenceOrder {
    /// How the sky is observed.
    pub survey: Arc<Survey>,
    /// Empirical templates; built-in physics stands in for what is missing.
    pub templates: Arc<Templates>,
    /// The classes, in equal shares.
    pub classes: Vec<SequenceClass>,
    /// The images wanted of every epoch.
    pub roles: Vec<Role>,
    pub seed: u64,
}

/// An order for triplets of real and bogus detections.
#[derive(Clone, Debug)]
pub struct TripletOrder {
    /// How the sky is observed.
    pub survey: Arc<Survey>,
    /// Empirical templates; only its point-spread functions are used.
    pub templates: Arc<Templates>,
    /// `real`, `bogus`, or names of kinds; empty for all, half real and half bogus.
    pub kinds: Vec<String>,
    pub roles: Vec<Role>,
    pub seed: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_those_of_the_vocabulary() {
        let vocabulary = Vocabulary::sequence_classes();
        let names: Vec<_> = vocabulary
            .classes
            .iter()
            .map(|class| &*class.name)
            .collect();
        assert_eq!(names, SequenceClass::ALL.map(SequenceClass::name));
        assert_eq!(SequenceClass::from_name("SN"), Ok(SequenceClass::Supernova));
        let error = SequenceClass::from_name("quasar").unwrap_err().to_string();
        assert!(
            error.contains("quasar") && error.contains("asteroid"),
            "{error}"
        );
    }
}
