//! What a taught model decides otherwise than the one before, and the way back.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    domain::{Candidate, CandidateIx, ModelId, words::thousands},
    features::scoring::badge::side_words,
    text,
    workspace::{
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
            text!("the active model was not fine-tuned in this project: nothing to roll back"),
            cx.now,
        );
        return;
    };
    shared.show_model(version.parent_source.as_str().into(), cx);
    let source = versions::source(&project, &version.id);
    shared.drop_model(&source, cx);
    shared.report(
        text!(
            "back to {parent}; {id} stays in the project",
            parent = version.parent,
            id = version.id
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

/// A decision that the newest shown version makes otherwise than its parent.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// By how much the two differ, 0 to 1.
    pub by: f32,
    /// What was, what is, and the way there: ".53 → .38 ↓", "Cepheid → RR Lyrae".
    pub words: Arc<str>,
}

/// The candidates that the newest shown version decides otherwise than its parent; none while one of them is not shown.
pub fn changed_decisions(shared: &Shared) -> Option<BTreeMap<CandidateIx, Change>> {
    let [version, parent] = version_and_parent(shared)?;
    let all = shared.catalogue.iter();
    let changed = all.filter_map(|(ix, _)| {
        let predicted = [version, parent].map(|model| shared.scores.of_candidate(model, ix));
        Some((ix, change(shared, predicted)?))
    });
    Some(changed.collect())
}

/// What changed from the second reading to the first; none where the decision is the same.
fn change(shared: &Shared, predicted: [Reading<'_>; 2]) -> Option<Change> {
    match predicted {
        [
            Reading::Score {
                value: new,
                is_real: now,
                threshold: threshold_now,
            },
            Reading::Score {
                value: old,
                is_real: before,
                threshold: threshold_before,
            },
        ] if now != before => {
            let way = if new > old { "↑" } else { "↓" };
            let (old_words, new_words) = (
                side_words(old, threshold_before),
                side_words(new, threshold_now),
            );
            let words = format!("{old_words} → {new_words} {way}");
            Some(Change {
                by: (new - old).abs(),
                words: words.into(),
            })
        }
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
        ] if new != old => Some(Change {
            by: f32::midpoint(of_new, of_old),
            words: class_words(shared, [old, new]),
        }),
        _ => None,
    }
}

fn class_words(shared: &Shared, [old, new]: [&str; 2]) -> Arc<str> {
    let [old, new] = [old, new].map(|class| shared.class_title(class));
    format!("{old} → {new}").into()
}

/// Shows what changed, and nothing else, in the mosaic: what changed most comes first.
pub(crate) fn show_changes(shared: &mut Shared, cx: &Context) {
    if let Some((title, notes)) = changed_by_shares(shared) {
        show(shared, title, notes, Column::Margin, cx);
        return;
    }
    let Some(changed) = changed_decisions(shared) else {
        shared.report(
            text!("show a version and the model it was fine-tuned from to see what changed"),
            cx.now,
        );
        return;
    };
    if changed.is_empty() {
        shared.report(text!("no decision of this set changed"), cx.now);
        return;
    }
    let title = match changed.len() {
        1 => text!("1 decision changed").into(),
        count => text!("{count} decisions changed", count = thousands(count as u64)),
    };
    let notes = changed.into_iter().map(|(ix, change)| (ix, change.words));
    show(shared, title, notes.collect(), Column::Disagreement, cx);
}

type Notes = BTreeMap<CandidateIx, Arc<str>>;

/// What the class shares that the active model is corrected for change, in words, and each candidate's change; none
/// where it is not corrected, or nothing changes.
fn changed_by_shares(shared: &Shared) -> Option<(String, Notes)> {
    let model = shared.scores.active();
    let found = model.shares_in_force()?;
    let classes = &model.ready.as_ref()?.card.classes;
    let words = |[old, new]: [usize; 2]| {
        let names = classes.get(old).zip(classes.get(new));
        names.map_or_else(Arc::default, |(old, new)| class_words(shared, [old, new]))
    };
    let changed = found.changed.iter().map(|(ix, both)| (*ix, words(*both)));
    let changed: Notes = changed.collect();
    (!changed.is_empty()).then(|| (shared.shares_in_words(model, found), changed))
}

/// These candidates alone, those first that are largest by that column.
fn show(shared: &mut Shared, title: String, notes: Notes, column: Column, cx: &Context) {
    let looked_at = |ix: &CandidateIx| {
        let candidate = shared.catalogue.get(*ix);
        (*ix, candidate.map_or(0, Candidate::first_look))
    };
    let shortlist = Shortlist {
        title,
        candidates: notes.keys().map(looked_at).collect(),
        notes,
        sort: Some((column, true)),
        before: None,
    };
    shared.open_shortlist(shortlist, cx);
    // It would stand before them.
    shared.panes.remove(&Pane::FineTune);
    shared.panes.remove(&Pane::ClassShares);
}
