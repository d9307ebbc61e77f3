//! What cannot be scored says why.

use destello::{
    domain::Role,
    window::command::Scoring,
    workspace::scores::shown::{Reading, ScoringStatus},
};

use super::{scoring, simulate_triplets};
use crate::common::{InlineWindow, StampSet};

#[test]
fn a_model_that_cannot_be_used_says_why() {
    let set = StampSet::new();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    let broken = set.beside("broken.safetensors");
    std::fs::write(&broken, b"weights?").unwrap();
    scoring(&mut window, Scoring::Show(broken.to_string_lossy().into()));
    let model = window.state.shared.scores.active();
    assert!(matches!(&model.status, ScoringStatus::Failed(why) if why.contains("broken")));
    assert!(
        window.toast().contains("broken.safetensors"),
        "{}",
        window.toast()
    );
    let here = window.state.shared.place.candidate.unwrap();
    let reading = window.state.shared.scores.of_epoch(model, here, 0);
    assert!(matches!(reading, Reading::Refused(_)), "{reading:?}");
}

#[test]
fn what_has_no_reference_is_refused_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("science");
    simulate_triplets(&out, &[Role::Science], 3);
    let window = InlineWindow::on(&out, &folder.path().join("night.destello"));
    let model = window.state.shared.scores.active();
    assert_eq!(model.status, ScoringStatus::Done);
    assert_eq!((model.tally.scored(), model.tally.done()), (0, 3));
    assert_eq!(model.tally.first_refusal(), Some("has no reference stamp"));
    let here = window.state.shared.place.candidate.unwrap();
    let reading = window.state.shared.scores.of_epoch(model, here, 0);
    assert_eq!(reading, Reading::Refused("has no reference stamp"));
}
