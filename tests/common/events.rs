//! Label events.

use destello::domain::{LabelAction, LabelEvent, Origin, StepId, Timestamp};

/// 2026-11-22 13:51:57.123456 UTC.
pub const TIME_US: i64 = 1_795_355_517_123_456;

/// What ana decided in her window about a candidate.
pub fn event(step: i64, candidate: &str, action: LabelAction) -> LabelEvent {
    LabelEvent {
        step: StepId(step),
        candidate: candidate.into(),
        action,
        vocabulary: "real_bogus".into(),
        annotator: "ana".into(),
        at: Timestamp(TIME_US),
        dwell_ms: None,
        shown: None,
        model: None,
        score: None,
        origin: Origin::Window,
        program: "test".into(),
    }
}

/// A class that ana gave to a candidate.
pub fn set(step: i64, candidate: &str, class: &str) -> LabelEvent {
    let class = class.into();
    event(step, candidate, LabelAction::Set { class })
}
