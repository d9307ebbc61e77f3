//! The components of a latent space as a table: how large, how pure, how real, and who is typical.

use std::{collections::BTreeMap, sync::Arc};

use super::{members::ComponentMembers, state::Members};
use crate::{
    domain::{CandidateIx, LatentComponent, class_of, label_book::LabelState},
    features::latent::{
        parts::{ComponentRow, ComponentTable, Majority, SIDES, TableKey},
        state::LatentPane,
    },
    imaging::roundness::roundness,
    text,
    workspace::{context::Context, shared::Shared},
};

/// Members shown at either end.
pub const ENDS: usize = 3;
/// Labels of the members of one component.
#[derive(Clone, Debug, Default)]
struct Tally {
    classes: BTreeMap<Arc<str>, usize>,
    labelled: usize,
    seen: usize,
    sides: [usize; 2],
}

impl Tally {
    fn count(&mut self, labels: &LabelState) {
        self.seen += usize::from(labels.is_seen());
        self.labelled += usize::from(labels.is_labelled());
        for class in &labels.classes {
            *self.classes.entry(class.clone()).or_default() += 1;
            if let Some(side) = class_of(class, &SIDES) {
                self.sides[side] += 1;
            }
        }
    }

    /// The first by name among equals.
    fn majority(&self) -> Option<Majority> {
        let most = self.classes.iter().rev().max_by_key(|(_, count)| **count);
        most.map(|(class, count)| Majority {
            class: class.clone(),
            count: *count,
            labelled: self.labelled,
        })
    }

    fn real_share(&self) -> Option<f32> {
        let [bogus, real] = self.sides;
        (bogus + real > 0).then(|| real as f32 / (bogus + real) as f32)
    }
}

impl LatentPane {
    /// The components, the most real above.
    pub const fn rows(&self) -> &Arc<[ComponentRow]> {
        &self.table.rows
    }
}

impl LatentPane {
    /// Works the rows out anew where anything has changed that they depend on.
    pub(crate) fn refresh_components(&mut self, shared: &mut Shared) {
        let Some(members) = self.members().cloned() else {
            self.table = ComponentTable::default();
            return;
        };
        let key = TableKey {
            members: members.membership.len(),
            labels: shared.book.revision(),
            scores: shared.scores.revision(),
            pictures: self.pictures.centroids_revision(),
            queue: shared.queue.revision(),
            is_hidden: shared.is_blind(),
            unrepeated: shared.repeat_check.hidden(),
        };
        let table = &self.table;
        let is_same = |known: &Arc<Members>| Arc::ptr_eq(known, &members);
        if table.key.as_ref() == Some(&key) && table.members.as_ref().is_some_and(is_same) {
            return;
        }
        self.recount_check(shared);
        let rows = self.component_rows(shared, &members);
        self.table = ComponentTable {
            key: Some(key),
            members: Some(members),
            rows: rows.into(),
        };
    }

    fn component_rows(&self, shared: &Shared, members: &Members) -> Vec<ComponentRow> {
        let Some(space) = self.space() else {
            return Vec::new();
        };
        let tallies = label_tallies(shared, members);
        let all = space.components.iter().zip(&members.components);
        let all = all.zip(&tallies).enumerate();
        let mut rows: Vec<_> = all
            .map(|(at, ((component, found), tally))| {
                self.component_row(shared, at, component, found, tally)
            })
            .collect();
        rows.sort_by(|a, b| {
            b.realness()
                .total_cmp(&a.realness())
                .then(a.component.cmp(&b.component))
        });
        rows
    }

    fn component_row(
        &self,
        shared: &Shared,
        at: usize,
        component: &LatentComponent,
        found: &ComponentMembers,
        tally: &Tally,
    ) -> ComponentRow {
        let all = &found.nearest_first;
        let farthest = all
            .iter()
            .rev()
            .take(ENDS.min(all.len().saturating_sub(ENDS)));
        ComponentRow {
            component: at,
            weight: component.weight,
            size: all.len(),
            unseen: all.len().saturating_sub(tally.seen),
            majority: tally.majority(),
            real_share: tally.real_share(),
            mean_score: mean_score(shared, all),
            learned: self.learned(at).filter(|_| !shared.is_blind()),
            roundness: self
                .centroid(at)
                .map(|(pixels, side)| roundness(pixels, side) as f32),
            spread: found.spread,
            nearest: all.iter().take(ENDS).copied().collect(),
            farthest: farthest.copied().collect(),
        }
    }

    fn learned(&self, component: usize) -> Option<(Arc<str>, f32)> {
        let card = self.card()?.latent.as_ref()?;
        let of_component = card.components.get(component)?;
        Some((of_component.label.clone()?, of_component.purity? as f32))
    }

    pub(crate) fn choose_component(&mut self, chosen: Option<usize>) {
        let count = self.space().map_or(0, |space| space.components.len());
        self.chosen = chosen.filter(|at| *at < count);
        if let Some(at) = self.chosen {
            self.pictures.walk_from(at);
        }
    }

    /// Selects the members that the filter lets through.
    pub(crate) fn select_members(&mut self, shared: &mut Shared, component: usize, cx: &Context) {
        let members = self.shown_members(shared, component);
        shared.report(
            text!(
                "{count} members of component {number} selected",
                count = members.len(),
                number = component + 1
            ),
            cx.now,
        );
        shared.selection.set(members);
    }

    /// The members of a component that are in the queue, the most typical first.
    pub fn shown_members(&self, shared: &Shared, component: usize) -> Vec<CandidateIx> {
        let members = self.members();
        let found = members.and_then(|members| members.components.get(component));
        let all = found.map_or(&[][..], |found| &found.nearest_first);
        let shown = all.iter().filter(|ix| shared.queue.rank(**ix).is_some());
        shown.copied().collect()
    }
}

/// By component. Only candidates that somebody has dealt with are looked at.
fn label_tallies(shared: &Shared, members: &Members) -> Vec<Tally> {
    let mut tallies = vec![Tally::default(); members.components.len()];
    for (id, labels) in shared.book.candidates() {
        let found = shared.catalogue.find(id);
        let is_hidden = |ix| {
            let candidate = shared.catalogue.get(ix);
            candidate.is_some_and(|candidate| shared.is_label_hidden(candidate))
        };
        let component = found
            .filter(|ix| !is_hidden(*ix))
            .and_then(|ix| members.membership.component(ix));
        if let Some(tally) = component.and_then(|at| tallies.get_mut(at)) {
            tally.count(labels);
        }
    }
    tallies
}

/// None while scores are hidden: rows would be sorted by them.
fn mean_score(shared: &Shared, members: &[CandidateIx]) -> Option<f32> {
    if shared.is_blind() || shared.scores.active().predicts_classes() {
        return None;
    }
    let scores = members.iter().filter_map(|ix| shared.scores.score(*ix));
    let (count, sum) = scores.fold((0_usize, 0.0_f64), |(count, sum), score| {
        (count + 1, sum + f64::from(score))
    });
    (count > 0).then(|| (sum / count as f64) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(real_share: Option<f32>, mean_score: Option<f32>, roundness: f32) -> ComponentRow {
        ComponentRow {
            component: 0,
            weight: 0.1,
            size: 10,
            unseen: 4,
            majority: None,
            real_share,
            mean_score,
            learned: None,
            roundness: Some(roundness),
            spread: 1.0,
            nearest: Vec::new(),
            farthest: Vec::new(),
        }
    }

    #[test]
    fn labels_count_more_than_scores_and_scores_more_than_looks() {
        let near = |found: f32, expected: f32| assert!((found - expected).abs() < 1e-6);
        near(row(Some(0.9), Some(0.2), 0.1).realness(), 0.9);
        near(row(None, Some(0.2), 0.1).realness(), 0.2);
        near(row(None, None, 0.1).realness(), 0.1);
        let mut learned = row(None, Some(0.2), 0.1);
        learned.learned = Some(("bogus".into(), 0.9));
        near(learned.realness(), 0.1);
        learned.learned = Some(("moon".into(), 0.9));
        near(learned.realness(), 0.2);
        assert!(row(Some(0.5), None, 1.0).is_undecided());
        assert!(!row(Some(0.7), None, 1.0).is_undecided());
        assert!(!row(None, None, 0.5).is_undecided());
    }

    #[test]
    fn the_majority_is_that_of_the_labelled_members() {
        let mut tally = Tally::default();
        for class in ["bogus", "real", "real", ""] {
            let mut labels = LabelState::default();
            if class.is_empty() {
                labels.is_unsure = true;
            } else {
                labels.classes.push(class.into());
            }
            tally.count(&labels);
        }
        let majority = tally.majority().unwrap();
        assert_eq!(
            (&*majority.class, majority.count, majority.labelled),
            ("real", 2, 3)
        );
        assert!((majority.purity() - 2.0 / 3.0).abs() < 1e-6);
        assert_eq!((tally.seen, tally.real_share()), (4, Some(2.0 / 3.0)));
        assert_eq!(Tally::default().real_share(), None);
    }
}
