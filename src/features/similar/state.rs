//! Find more like this as the window has it: the examples, what runs, what is known of the set.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    examples::{examples_here, why_not_compared},
    looks_like::LooksLike,
    task::{CompareStamps, RankAlike},
};
use crate::{
    domain::{CandidateIx, words::counted},
    learn::similarity::AlikeVectors,
    tasks::{Running, TaskEvent, next_event},
    text,
    workspace::{
        action::Action,
        context::Context,
        models,
        queue::{column::Column, order::QueueSpec},
        screen::Screen,
        shared::Shared,
    },
};

/// What the person asks for, beside *More like this* and *Less like this*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SimilarCommand {
    /// Stop comparing.
    Stop,
    /// No examples any more, and the queue in file order.
    Forget,
    /// Compare the stamps of a large set, for the nearest labelled ones.
    Compare,
    /// The candidate on the screen and the nearest labelled ones side by side, or no longer.
    SideBySide,
}

#[derive(Debug, Default)]
pub struct SimilarSearch {
    more: BTreeSet<CandidateIx>,
    less: BTreeSet<CandidateIx>,
    /// What looks at the stamps of the set.
    pub(crate) comparing: Option<Running<CompareStamps>>,
    vectors: Option<Arc<AlikeVectors>>,
    ranking: Option<Running<RankAlike>>,
    /// Which labelled ones the candidate on the screen is like.
    pub(super) alike: LooksLike,
}

impl SimilarSearch {
    /// The examples, and the counterexamples.
    pub const fn examples(&self) -> [&BTreeSet<CandidateIx>; 2] {
        [&self.more, &self.less]
    }

    /// True while stamps are compared.
    pub fn is_busy(&self) -> bool {
        self.comparing.is_some() || self.ranking.is_some() || self.alike.is_finding()
    }

    /// "like 2, unlike 1".
    pub fn in_words(&self) -> String {
        let examples = counted(self.more.len() as u64, "example");
        match self.less.len() {
            0 => text!("like {examples}", examples),
            count => text!("like {examples}, unlike {count}", examples, count),
        }
    }

    /// Another set: nothing is known of it.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn apply_similar(
        &mut self,
        shared: &mut Shared,
        command: SimilarCommand,
        cx: &Context,
    ) {
        match command {
            SimilarCommand::Compare => self.compare_by_request(shared, cx),
            SimilarCommand::SideBySide => {
                self.act_on_alike(shared, Action::BesideAlike, cx);
            }
            SimilarCommand::Stop => {
                if let Some(running) = &self.comparing {
                    running.cancel();
                }
            }
            SimilarCommand::Forget => {
                (self.more, self.less) = Default::default();
                shared.scores.forget_likeness();
                if shared.queue.spec().column == Column::Likeness {
                    let filter = shared.queue.spec().filter.clone();
                    shared.set_queue(QueueSpec {
                        filter,
                        ..QueueSpec::default()
                    });
                    shared.stay_in_queue(cx);
                    shared.save_session();
                }
            }
        }
    }

    /// All candidates again; those that were ranked by likeness in file order, without examples.
    pub(crate) fn show_all(&mut self, shared: &mut Shared, cx: &Context) {
        let is_ranked = shared.queue.spec().column == Column::Likeness;
        let is_narrowed =
            shared.queue.shortlist().is_some() || !shared.queue.spec().filter.trim().is_empty();
        if is_ranked {
            self.apply_similar(shared, SimilarCommand::Forget, cx);
        }
        if is_ranked && !is_narrowed {
            shared.report(text!("all candidates, in file order"), cx.now);
        } else {
            shared.drop_shortlist(cx);
        }
    }

    /// The candidate on the screen, or the selected ones, become examples or counterexamples.
    pub(crate) fn add_examples(&mut self, shared: &mut Shared, is_more: bool, cx: &Context) {
        if shared.is_indexing() {
            shared.report(
                text!("the set is still being indexed: try again then"),
                cx.now,
            );
            return;
        }
        let examples = examples_here(shared);
        if examples.is_empty() {
            shared.report(
                text!("go to a candidate first, or select some in the mosaic"),
                cx.now,
            );
            return;
        }
        if let Some(why) = why_not_compared(shared) {
            shared.report(text!("more like this: {why}", why), cx.now);
            return;
        }
        // A search that was left begins anew.
        if shared.queue.spec().column != Column::Likeness && !self.is_busy() {
            (self.more, self.less) = Default::default();
        }
        if !is_more && self.more.is_empty() {
            let key = shared.settings.keys.hint(Action::MoreLikeThis);
            let text = text!(
                "first an example of what is wanted: More like this ({key})",
                key
            );
            shared.report(text, cx.now);
            return;
        }
        for ix in examples {
            let [to, from] = if is_more {
                [&mut self.more, &mut self.less]
            } else {
                [&mut self.less, &mut self.more]
            };
            from.remove(&ix);
            to.insert(ix);
        }
        shared.selection.clear();
        self.rank(shared, cx);
    }

    fn rank(&mut self, shared: &mut Shared, cx: &Context) {
        let whole = |vectors: &&Arc<AlikeVectors>| vectors.len() == shared.catalogue.len();
        if let Some(vectors) = self.vectors.as_ref().filter(whole) {
            self.ranking = Some(cx.tasks.start(RankAlike {
                vectors: vectors.clone(),
                more: self.more.iter().copied().collect(),
                less: self.less.iter().copied().collect(),
            }));
            return;
        }
        shared.report(
            text!("looking at all stamps once; the nearest come then"),
            cx.now,
        );
        self.compare(shared, cx);
    }

    /// Looks at all stamps of the set, unless that is under way.
    pub(super) fn compare(&mut self, shared: &Shared, cx: &Context) {
        if self.comparing.is_none() {
            self.comparing = Some(cx.tasks.start(CompareStamps {
                source: models::FEATURES.into(),
                catalogue: shared.catalogue.clone(),
                models: cx.models.clone(),
                decoder: shared.stamps.decoder().clone(),
            }));
        }
    }

    /// What the stamps are like, where that candidate was among them.
    pub(super) fn vectors_with(&self, here: CandidateIx) -> Option<Arc<AlikeVectors>> {
        let has_it = |vectors: &&Arc<AlikeVectors>| (here.0 as usize) < vectors.len();
        self.vectors.as_ref().filter(has_it).cloned()
    }

    /// Takes in what the tasks report.
    pub(crate) fn poll_similar(&mut self, shared: &mut Shared, cx: &Context) {
        while let Some(event) = next_event(&mut self.comparing) {
            match event {
                TaskEvent::Update(_) => {}
                TaskEvent::Finished(vectors) => {
                    self.vectors = Some(vectors);
                    self.alike.comparison += 1;
                    self.alike.fault = None;
                    if !self.more.is_empty() {
                        self.rank(shared, cx);
                    }
                }
                TaskEvent::Cancelled => {
                    shared.report(text!("comparing stamps: stopped"), cx.now);
                    self.alike.fault = Some(text!("comparing stamps was stopped").into());
                }
                TaskEvent::Failed(why) => {
                    shared.warn(text!("comparing stamps: {why}", why), cx.now);
                    self.alike.fault = Some(why);
                }
            }
        }
        self.poll_neighbours();
        while let Some(event) = next_event(&mut self.ranking) {
            match event {
                TaskEvent::Update(()) | TaskEvent::Cancelled => {}
                TaskEvent::Finished(likeness) => {
                    shared.scores.take_likeness(likeness);
                    self.show(shared, cx);
                }
                TaskEvent::Failed(why) => {
                    (self.more, self.less) = Default::default();
                    shared.warn(text!("more like this: {why}", why), cx.now);
                }
            }
        }
    }

    /// The mosaic, nearest first.
    fn show(&self, shared: &mut Shared, cx: &Context) {
        let filter = shared.queue.spec().filter.clone();
        shared.set_queue(QueueSpec {
            column: Column::Likeness,
            is_descending: true,
            filter,
        });
        shared.screen = Screen::Mosaic;
        shared.go_to_first(cx);
        shared.report(
            text!("nearest first: {examples}", examples = self.in_words()),
            cx.now,
        );
        shared.save_session();
    }
}
