//! What a taught model decides otherwise than the one before, and the way back.

use std::collections::BTreeMap;

use crate::{
    domain::{Candidate, CandidateIx, ModelId, words::thousands},
    workspace::{
        command::QueueCommand,
        context::Context,
        queue::{column::Column, order::Shortlist},
        scores::shown::{Reading, ShownModel},
        screen::Pane,
        shared::Shared,
        versions,
    },
};

/// Class shares that the active model is corrected for are taken back; where there are none, the new version is
/// no longer shown, and its parent is active again (the project keeps both).
pub(crate) fn roll_back(shared: &mut Shared, cx: &Context) {
    if shared.take_back_shares(cx) {
        return;
    }
    let active = shared
        .scores
        .active()
        .ready
        .as_ref()
        .map(|ready| ready.id.clone());
    let versions = shared.versions.all().iter().rev();
    let mut trained = versions.filter(|version| !version.is_imported());
    let version = trained.find(|version| Some(&version.id) == active.as_ref());
    let (Some(version), Some(project)) = (version.cloned(), shared.project.path.clone()) else {
        shared.warn(
            "the active model was not fine-tuned in this project: nothing to roll back",
            cx.now,
        );
        return;
    };
    shared.show_model(version.parent_source.as_str().into(), cx);
    let source = versions::source(&project, &version.id);
    shared.drop_model(&source, cx);
    shared.report(
        format!(
            "back to {}; {} stays in the project",
            version.parent, version.id
        ),
        cx.now,
    );
}

fn version_and_parent(shared: &Shared) -> Option<[&ShownModel; 2]> {
    let of = |id: &ModelId| {
        let mut shown = shared.scores.shown().iter();
        shown.find(|model| model.ready.as_ref().is_some_and(|ready| ready.id == *id))
    };
    let versions = shared.versions.all().iter().rev();
    let mut trained = versions.filter(|version| !version.is_imported());
    trained.find_map(|version| Some([of(&version.id)?, of(&version.parent)?]))
}

/// The candidates that the newest shown version decides otherwise than its parent, and by how much
/// the two differ; none while one of them is not shown.
pub fn changed_decisions(shared: &Shared) -> Option<BTreeMap<CandidateIx, f32>> {
    let [version, parent] = version_and_parent(shared)?;
    let all = shared.catalogue.iter();
    let changed = all.filter_map(|(ix, _)| {
        let predicted = [version, parent].map(|model| shared.scores.of_candidate(model, ix));
        let by = match predicted {
            [
                Reading::Score {
                    value: new,
                    is_real: now,
                },
                Reading::Score {
                    value: old,
                    is_real: before,
                },
            ] if now != before => (new - old).abs(),
            [
                Reading::Class {
                    class: new,
                    probability: of_new,
                    ..
                },
                Reading::Class {
                    class: old,
                    probability: of_old,
                    ..
                },
            ] if new != old => f32::midpoint(of_new, of_old),
            _ => return None,
        };
        Some((ix, by))
    });
    Some(changed.collect())
}

/// Shows what changed, and nothing else, in the mosaic: what changed most comes first.
pub(crate) fn show_changes(shared: &mut Shared, cx: &Context) {
    if let Some((title, changed)) = changed_by_shares(shared) {
        show(shared, title, &changed, Column::Margin, cx);
        return;
    }
    let Some(changed) = changed_decisions(shared) else {
        shared.report(
            "show a version and the model it was fine-tuned from to see what changed",
            cx.now,
        );
        return;
    };
    if changed.is_empty() {
        shared.report("no decision of this set changed", cx.now);
        return;
    }
    let title = match changed.len() {
        1 => "1 decision changed".into(),
        count => format!("{} decisions changed", thousands(count as u64)),
    };
    let changed: Vec<CandidateIx> = changed.into_keys().collect();
    show(shared, title, &changed, Column::Disagreement, cx);
}

/// What the class shares that the active model is corrected for change, in words, and of which candidates; none
/// where it is not corrected, or nothing changes.
fn changed_by_shares(shared: &Shared) -> Option<(String, Vec<CandidateIx>)> {
    let model = shared.scores.active();
    let found = model.shares_in_force()?;
    let changed: Vec<CandidateIx> = found.changed.keys().copied().collect();
    (!changed.is_empty()).then(|| (shared.shares_in_words(model, found), changed))
}

/// These candidates alone, those first that are largest by that column.
fn show(shared: &mut Shared, title: String, changed: &[CandidateIx], column: Column, cx: &Context) {
    let looked_at = |ix: &CandidateIx| {
        let candidate = shared.catalogue.get(*ix);
        (*ix, candidate.map_or(0, Candidate::first_look))
    };
    let candidates = changed.iter().map(looked_at).collect();
    let sort = QueueCommand::Sort {
        column,
        is_descending: true,
    };
    shared.apply_queue(sort, cx);
    shared.open_shortlist(Shortlist { title, candidates }, cx);
    // It would stand before them.
    shared.panes.remove(&Pane::FineTune);
    shared.panes.remove(&Pane::ClassShares);
}
