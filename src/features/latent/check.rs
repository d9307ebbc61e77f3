//! Labels by the component: some random members are looked at; if they agree, all members that
//! have no decision are labelled in one step.

use std::sync::Arc;

use crate::{
    domain::{
        CandidateIx, LabelAction, LabelEvent, Origin,
        fnv::{FNV_START, fmix64, fnv1a},
    },
    features::latent::{parts::MemberCheck, state::LatentPane},
    text,
    workspace::{context::Context, shared::Shared},
};

/// Members that are looked at before all are labelled.
pub const LOOKED_AT: usize = 20;

impl LatentPane {
    /// The members that are being looked at.
    pub const fn check(&self) -> Option<&MemberCheck> {
        self.check.as_ref()
    }
}

impl LatentPane {
    /// Members of a component without a decision, of those in the queue: no one labels what
    /// the filter hides, nor what others may have labelled unseen.
    pub fn unjudged_members(&self, shared: &Shared, component: usize) -> Vec<CandidateIx> {
        let book = &shared.book;
        // A judgement of one's own beside those of others is made by looking.
        let is_of_several = book.assignment().is_some_and(|all| all.judges > 1);
        let is_open = |id: &str| {
            let waits = book.hides(id) || (is_of_several && book.awaits_viewer(id));
            !waits && !book.state(id).is_seen()
        };
        let mut members = self.shown_members(shared, component);
        members.retain(|ix| {
            let candidate = shared.catalogue.get(*ix);
            candidate.is_some_and(|candidate| is_open(&candidate.id))
        });
        members
    }

    pub(crate) fn check_members(&mut self, shared: &mut Shared, component: usize, cx: &Context) {
        let unjudged = self.unjudged_members(shared, component);
        if unjudged.is_empty() {
            let number = component + 1;
            let text = if shared.book.assignment().is_some() {
                text!(
                    "every member of component {number} is judged, or waits to be judged by you one by one",
                    number
                )
            } else {
                text!("every member of component {number} is judged", number)
            };
            shared.report(text, cx.now);
            return;
        }
        self.choose_component(Some(component));
        let shown = draw(&unjudged, component, 0);
        self.check = Some(MemberCheck {
            component,
            draw: 0,
            looked_at: shown.len(),
            shown,
            unjudged: unjudged.len(),
        });
    }

    pub(crate) fn check_other_members(&mut self, shared: &mut Shared) {
        let Some(mut check) = self.check.take() else {
            return;
        };
        check.draw += 1;
        let unjudged = self.unjudged_members(shared, check.component);
        check.shown = draw(&unjudged, check.component, check.draw);
        check.looked_at += check.shown.len();
        check.unjudged = unjudged.len();
        self.check = Some(check);
    }

    /// Labels that were given elsewhere, and another filter, change how many would be labelled.
    pub(crate) fn recount_check(&mut self, shared: &mut Shared) {
        let Some(component) = self.check.as_ref().map(|check| check.component) else {
            return;
        };
        let unjudged = self.unjudged_members(shared, component).len();
        if let Some(check) = &mut self.check {
            check.unjudged = unjudged;
        }
    }

    /// Labels every unjudged member of the component that was looked at, in one step that undo takes
    /// back. Its first event names by what.
    pub(crate) fn label_members(&mut self, shared: &mut Shared, class: usize, cx: &Context) {
        let Some(check) = self.check.clone() else {
            return;
        };
        let Some(class) = shared.vocabulary().classes.get(class) else {
            return;
        };
        let class = class.name.clone();
        let action = if shared.vocabulary().is_tagging {
            LabelAction::Tag { class }
        } else {
            LabelAction::Set { class }
        };
        let members = self.unjudged_members(shared, check.component);
        if members.is_empty() {
            self.check = None;
            return;
        }
        let Some(step) = shared.next_step(cx) else {
            return;
        };
        let what = LabelAction::Component {
            what: self.in_words(&check, members.len()).into(),
        };
        let origin = Origin::Component;
        let mut events = vec![shared.event(step, "".into(), what, origin, cx)];
        events.extend(members.iter().filter_map(|ix| {
            let id = shared.catalogue.get(*ix)?.id.clone();
            let (model, score) = shared.known_score(*ix).unzip();
            Some(LabelEvent {
                // Only these were seen.
                shown: check.shown.contains(ix).then(|| shared.shown(*ix)),
                model,
                score,
                ..shared.event(step, id, action.clone(), origin, cx)
            })
        }));
        self.check = None;
        shared.place.is_chosen = true;
        shared.return_to = None;
        let text = text!(
            "{label}: {count} members of component {number}",
            label = crate::workspace::labelling::update::words(&action),
            count = members.len(),
            number = check.component + 1
        );
        shared.report_decision(text, cx);
        shared.record(events);
    }

    /// "component 3 of vade@0123, 20 of 312 looked at".
    fn in_words(&self, check: &MemberCheck, size: usize) -> String {
        let model = self.space().map(|space| space.model.to_string());
        format!(
            "component {} of {}, {} of {size} looked at",
            check.component + 1,
            model.unwrap_or_default(),
            check.looked_at.min(size)
        )
    }
}

/// So many at random: those whose hash with the number of the draw is least, in that order. The
/// same draw of the same members is the same on every machine.
fn draw(members: &[CandidateIx], component: usize, draw: u64) -> Arc<[CandidateIx]> {
    let seed = fnv1a(FNV_START, (component as u64).to_le_bytes());
    let seed = fnv1a(seed, draw.to_le_bytes());
    let mut hashed: Vec<_> = members
        .iter()
        .map(|ix| (fmix64(fnv1a(seed, ix.0.to_le_bytes())), *ix))
        .collect();
    hashed.sort_unstable();
    let chosen = hashed.into_iter().take(LOOKED_AT);
    chosen.map(|(_, ix)| ix).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_differ_and_take_everybody_in_turn() {
        let members: Vec<_> = (0..200).map(CandidateIx).collect();
        let first = draw(&members, 3, 0);
        assert_eq!((first.len(), &first), (LOOKED_AT, &draw(&members, 3, 0)));
        assert_ne!(first, draw(&members, 3, 1));
        assert_ne!(first, draw(&members, 4, 0));
        let mut seen = [0; 200];
        for number in 0..400 {
            for ix in draw(&members, 3, number).iter() {
                seen[ix.0 as usize] += 1;
            }
        }
        // 40 times each, give or take.
        assert!(
            seen.iter().all(|count| (15..75).contains(count)),
            "{seen:?}"
        );
        assert_eq!(draw(&members[..5], 0, 0).len(), 5);
    }
}
