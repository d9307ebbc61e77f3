//! Label events: what was decided, by whom, when, and what was on the screen.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Timestamp, assignment::Assignment};

/// One step of a person's work: all events of a step are undone and redone together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub i64);

/// Gives out steps. Two windows on one project never give the same one, because the project
/// file hands each of them a range of its own (`store::Project::step_ids`).
#[derive(Debug, PartialEq, Eq)]
pub struct StepIds {
    next: i64,
}

impl StepIds {
    /// The steps of one range: 2^32 numbers from `range << 32` on.
    pub const fn of_range(range: u32) -> Self {
        // 31 bits, so that the number stays positive.
        Self {
            next: ((range & 0x7fff_ffff) as i64) << 32,
        }
    }

    /// A step that was never given before.
    pub const fn next_step(&mut self) -> StepId {
        let step = StepId(self.next);
        self.next += 1;
        step
    }
}

/// What was decided about one candidate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum LabelAction {
    /// This class and no other.
    Set {
        /// Class name.
        class: Arc<str>,
    },
    /// This class besides others.
    Tag {
        /// Class name.
        class: Arc<str>,
    },
    /// No longer this class.
    Untag {
        /// Class name.
        class: Arc<str>,
    },
    /// No class any more.
    Clear,
    /// Looked at, and cannot say.
    Unsure,
    /// Passed over for now.
    Skip,
    /// Marked for a second look, or the mark taken off.
    Flag {
        /// True where it is marked.
        on: bool,
    },
    /// A remark; empty takes it away.
    Note { text: Arc<str> },
    /// A table of labels was read: the other events of the step are its rows, and the step
    /// belongs to the person who read it (the event's candidate is empty).
    Import {
        /// The table's file name.
        table: Arc<str>,
    },
    /// A component of a latent model was looked at, and its members were labelled together: the
    /// other events of the step are theirs (this event's candidate is empty).
    Component {
        /// Which component of which model, and how many of its members were looked at.
        what: Arc<str>,
    },
    /// Who judges which candidates from now on; it is no decision, and is not taken back (the event's candidate is empty).
    Assign(Assignment),
    /// Takes back a whole step (the event's candidate is empty).
    Undo {
        /// The step taken back.
        of: StepId,
    },
    /// Does a step again that was taken back (the event's candidate is empty).
    Redo {
        /// The step done again.
        of: StepId,
    },
}

/// What the person saw when deciding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Default)]
pub struct Shown {
    /// The epoch on screen: its `candid`, else its number from 1.
    pub epoch: String,
    /// Stretch, as named in the program.
    pub stretch: String,
    /// How limits were found.
    pub limits: String,
    /// Lower and upper limit of the science stamp, in its unit, where it was drawn.
    pub science_limits: Option<[f32; 2]>,
    /// Colour map.
    pub color_map: String,
    /// True where a model's score was visible.
    pub is_score_shown: bool,
}

/// How a decision came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A key or button for the candidate on screen.
    Window,
    /// A selection of several candidates.
    Bulk,
    /// A table of labels.
    Import,
    /// The members of a component of a latent model, of which some were looked at.
    Component,
    /// A second word on a candidate, the first one hidden.
    Repeat,
    CommandLine,
}

/// One line of the append-only journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelEvent {
    /// The step it belongs to.
    pub step: StepId,
    /// The candidate's identifier; empty for undo and redo.
    pub candidate: Arc<str>,
    #[serde(flatten)]
    pub action: LabelAction,
    /// Name of the vocabulary in use.
    pub vocabulary: Arc<str>,
    pub annotator: Arc<str>,
    /// When.
    pub at: Timestamp,
    /// How long the candidate had been on screen, milliseconds.
    pub dwell_ms: Option<u32>,
    /// What was on screen.
    pub shown: Option<Shown>,
    /// Model whose score was known, and the score.
    pub model: Option<Arc<str>>,
    /// The score at that moment.
    pub score: Option<f64>,
    /// How the decision came in.
    pub origin: Origin,
    /// Program version.
    pub program: Arc<str>,
}

#[cfg(test)]
impl LabelEvent {
    /// A decision by Ana in the window, for tests.
    pub(crate) fn made(step: i64, candidate: &str, action: LabelAction) -> Arc<Self> {
        Arc::new(Self {
            step: StepId(step),
            candidate: candidate.into(),
            action,
            vocabulary: "real_bogus".into(),
            annotator: "ana".into(),
            at: Timestamp(step),
            dwell_ms: None,
            shown: None,
            model: None,
            score: None,
            origin: Origin::Window,
            program: "test".into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::StepIds;

    #[test]
    fn ranges_never_give_the_same_step() {
        let mut first = StepIds::of_range(1);
        let mut second = StepIds::of_range(2);
        let of_first: Vec<_> = (0..1000).map(|_| first.next_step()).collect();
        assert!(of_first.is_sorted_by(|a, b| a < b));
        assert!(of_first.iter().all(|step| *step < second.next_step()));
        assert!(StepIds::of_range(u32::MAX).next_step().0 > 0);
    }
}
