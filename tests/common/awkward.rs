//! Labels and candidates with awkward content, shared by the tests of exports.

use std::sync::Arc;

use destello::domain::{
    Band, Candidate, Catalogue, DifferenceSign, Epoch, Fields, LabelAction, LabelBook, LabelEvent,
    Mjd, Shown, StepId,
};

use super::events::{event, set};

/// Quotes, comma, line feed, carriage return, tab, markup, other scripts, trailing blank.
pub const NOTE: &str = "dipole, \"maybe\";\r\n<b>&amp; 'ring'\té ★ 🔭 \\n ";
pub const AWKWARD_ID: &str = "Nova, \"é\" ★";
pub const CANDID: &str = "1127174604415015005";
pub const LONG_ID: &str = "9223372036854775807";
pub const TIME_ISO: &str = "2026-11-22T13:51:57.123456Z";

fn note(step: i64, candidate: &str, text: &str) -> LabelEvent {
    event(step, candidate, LabelAction::Note { text: text.into() })
}

fn tag(step: i64, candidate: &str, class: &str) -> LabelEvent {
    let class = class.into();
    event(step, candidate, LabelAction::Tag { class })
}

pub fn book() -> LabelBook {
    let seen = LabelEvent {
        dwell_ms: Some(1234),
        shown: Some(Shown {
            epoch: CANDID.into(),
            stretch: "asinh".into(),
            limits: "zscale".into(),
            science_limits: Some([-0.1, 842.5]),
            color_map: "grey".into(),
            is_score_shown: true,
        }),
        model: Some("CAP v3".into()),
        score: Some(0.1 + 0.2),
        ..set(1 << 53 | 1, "ZTF18aaaaaaa", "real")
    };
    let events = [
        seen,
        note(2, "ZTF18aaaaaaa", NOTE),
        event(3, AWKWARD_ID, LabelAction::Unsure),
        note(4, AWKWARD_ID, "gone"),
        note(5, AWKWARD_ID, ""),
        tag(6, LONG_ID, "dipole"),
        tag(6, LONG_ID, "edge"),
        event(7, "ZTF18ccccccc", LabelAction::Flag { on: true }),
        set(8, "ZTF18ddddddd", "bogus"),
        event(9, "", LabelAction::Undo { of: StepId(8) }),
        event(10, "ZTF18eeeeeee", LabelAction::Skip),
    ];
    LabelBook::of(events.into_iter().map(Arc::new))
}

pub fn epoch(candid: &str, mjd: f64) -> Epoch {
    let names: Arc<[Arc<str>]> = Arc::from(["rb".into(), "drb".into()]);
    Epoch {
        candid: Some(candid.into()),
        mjd: Mjd::new(mjd),
        band: Some(Band::R),
        mag: Some(18.3),
        mag_err: Some(f32::NAN),
        limiting_mag: Some(20.5),
        difference_sign: DifferenceSign::ReferenceMinusScience,
        fields: Fields::new(names, vec![0.86, f64::NAN], Vec::new()),
        ..Epoch::default()
    }
}

pub fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::default();
    catalogue.absorb(Candidate {
        id: "ZTF18aaaaaaa".into(),
        epochs: vec![
            epoch("1127174604415015006", 58_882.25),
            epoch(CANDID, 58_881.174_606_5),
        ],
        position_deg: Some([123.456_789_012_345, -45.5]),
        truth: Some("SN".into()),
        ..Candidate::default()
    });
    for id in [AWKWARD_ID, "ZTF18ccccccc", "ZTF18ddddddd", "ZTF18eeeeeee"] {
        catalogue.absorb(Candidate {
            id: id.into(),
            ..Candidate::default()
        });
    }
    catalogue
}
