//! Repeat checks: a person judges some candidates again without seeing the first label, and hears how
//! often both words were the same.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    domain::{
        Candidate, CandidateIx, LabelAction, Origin,
        agreement::{last_words, repeats},
        fnv,
        label_book::LabelState,
        words::thousands,
    },
    text,
    workspace::{
        context::Context,
        queue::order::{QueueSpec, Shortlist},
        screen::Screen,
        shared::Shared,
    },
};

/// Candidates of one check.
const AT_ONCE: usize = 20;
/// Own labels below which there is nothing to check.
const FEWEST: usize = 5;

impl Shared {
    /// What the screen may say of a candidate's label: nothing while it waits for a second word.
    pub fn label_on_screen(&self, candidate: &Candidate) -> &LabelState {
        self.repeat_check.visible(&self.book, candidate)
    }

    /// True while a candidate waits for a second word.
    pub fn is_label_hidden(&self, candidate: &Candidate) -> bool {
        self.repeat_check.hides(candidate)
    }

    /// Puts some candidates that this person labelled into a queue of their own, labels hidden: those
    /// that were never repeated first, by chance.
    pub fn check_repeats(&mut self, cx: &Context) {
        if self.vocabulary().is_tagging {
            self.report(
                text!("a repeat check needs a vocabulary of one class each"),
                cx.now,
            );
            return;
        }
        let mut own = self.own_labels();
        if own.len() < FEWEST {
            let text = text!(
                "a repeat check needs {fewest} labels of your own",
                fewest = FEWEST
            );
            self.report(text, cx.now);
            return;
        }
        own.sort_unstable();
        own.truncate(AT_ONCE);
        let candidates: BTreeMap<CandidateIx, usize> = own
            .iter()
            .filter_map(|(.., ix)| Some((*ix, self.catalogue.get(*ix)?.first_look())))
            .collect();
        let open = candidates.keys().filter_map(|ix| self.catalogue.get(*ix));
        let open = open.map(|candidate| candidate.id.clone()).collect();
        let title = text!(
            "{count} to judge again, labels hidden",
            count = thousands(candidates.len() as u64)
        );
        // No filter or order by label or score gives a label away.
        self.set_queue(QueueSpec::default());
        let shortlist = Shortlist {
            title,
            candidates,
            ..Shortlist::default()
        };
        self.open_shortlist(shortlist, cx);
        self.repeat_check.begin(open);
        self.show(Screen::Inspect);
    }

    /// Candidates whose last word of this person is a class: how often it was repeated, a number by
    /// chance, the candidate.
    fn own_labels(&self) -> Vec<(usize, u64, CandidateIx)> {
        let annotator = self.annotator();
        let all = self.catalogue.iter().filter_map(|(ix, candidate)| {
            let words = last_words(&self.book, &candidate.id);
            words.get(&annotator).copied().flatten()?;
            let history = self.book.history(&candidate.id);
            let again = history.filter(|(event, counts)| *counts && event.origin == Origin::Repeat);
            let chance = fnv::drawn(candidate.id.bytes());
            Some((again.count(), chance, ix))
        });
        all.collect()
    }

    /// How a decision about these came in, other than by `origin`: as a second word, where it was waited
    /// for.
    pub fn as_repeat(&mut self, ids: &[Arc<str>], action: &LabelAction, origin: Origin) -> Origin {
        let is_word = matches!(action, LabelAction::Set { .. } | LabelAction::Unsure);
        let open = &mut self.repeat_check.open;
        let is_awaited = ids.iter().all(|id| open.contains(id));
        if is_word {
            open.retain(|id| !ids.contains(id));
        }
        if is_word && is_awaited {
            Origin::Repeat
        } else {
            origin
        }
    }

    /// Says how it went when the last word of a check was given.
    pub fn report_repeats(&mut self, cx: &Context) {
        if let Some(text) = self.repeats_in_words() {
            self.queue.retitle_shortlist(&text);
            self.report(text!("repeat check done: {result}", result = text), cx.now);
        }
    }

    /// "18 of 20 judged again as before"; none where nothing was repeated.
    pub fn repeats_in_words(&self) -> Option<String> {
        let all = repeats(&self.book);
        let own = all.get(&self.annotator())?;
        Some(text!(
            "{alike} of {all} judged again as before",
            alike = own.alike,
            all = own.all
        ))
    }
}
