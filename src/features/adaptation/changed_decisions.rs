//! What a taught model decides otherwise than the one before, and the way back.

use std::collections::BTreeMap;

use crate::{
    domain::{Candidate, CandidateIx, ModelId},
    workspace::{
        command::QueueCommand,
        context::Context,
        queue::{column::Column, order::Shortlist},
        scores::shown::{Reading, ShownModel},
        screen::Pane,
        shared::Shared,
        versions,
        words::thousands,
    },
};

/// The new version is no longer shown, and its parent is active again; the project keeps both.
pub(crate) fn roll_back(shared: &mut Shared, cx: &Context) {
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

/// The shown models that are a version and its parent.
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
                },
                Reading::Class {
                    class: old,
                    probability: of_old,
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
    let looked_at = |ix: &CandidateIx| {
        let candidate = shared.catalogue.get(*ix);
        (*ix, candidate.map_or(0, Candidate::first_look))
    };
    let candidates = changed.keys().map(looked_at).collect();
    let sort = QueueCommand::Sort {
        column: Column::Disagreement,
        is_descending: true,
    };
    shared.apply_queue(sort, cx);
    shared.open_shortlist(Shortlist { title, candidates }, cx);
    // It would stand before them.
    shared.panes.remove(&Pane::FineTune);
}
