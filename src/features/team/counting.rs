//! How far a team is, counted anew as labels come in: the task, and when it is started.

use std::sync::Arc;

use super::tally::{Shares, TeamTally};
use crate::{
    domain::{Assignment, Catalogue, LabelBook, Timestamp},
    tasks::{Running, Task, TaskContext, TaskEvent, next_event},
    workspace::{context::Context, screen::Pane, shared::Shared},
};

/// Labels are counted anew at most so often, microseconds.
const COUNT_EVERY_US: i64 = 1_000_000;
/// They rest so many times as long as they took, so that counting costs a tenth of a core at most.
const REST: i64 = 10;

/// Counts how far everybody is.
pub struct CountTeam {
    /// The candidates at this moment.
    pub catalogue: Arc<Catalogue>,
    pub book: Arc<LabelBook>,
    /// The shares of these candidates under the assignment of the book, where they are known.
    pub shares: Option<Shares>,
}

impl Task for CountTeam {
    const NAME: &'static str = "how far the team is";
    type Update = ();
    /// With the shares that it was counted by.
    type Output = (TeamTally, Shares);

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<(TeamTally, Shares)> {
        let Self {
            catalogue,
            book,
            shares,
        } = self;
        cx.check()?;
        cx.abandonable(Self::NAME, move || {
            let shares = shares.unwrap_or_else(|| {
                let ids = catalogue.iter().map(|(_, candidate)| &candidate.id);
                Shares::of(book.assignment(), ids)
            });
            let tally = TeamTally::of(&book, &shares, |id| catalogue.find(id).is_some());
            (tally, shares)
        })
    }
}

/// What the shares follow from: the opening, its candidates so far, the assignment.
type SharesOf = (u64, usize, Option<Assignment>);

/// What the people were counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counted {
    generation: u64,
    revision: u64,
    candidates: usize,
}

/// The newest count, and what runs.
#[derive(Debug, Default)]
pub struct TeamCount {
    tally: TeamTally,
    /// Of which set under which assignment they are.
    shares: Option<(SharesOf, Shares)>,
    /// From what it was counted last, and when that was begun.
    counted: Option<(Counted, Timestamp)>,
    counting: Option<Running<CountTeam>>,
    /// Of which the shares of the running count are.
    awaited: Option<SharesOf>,
    took_us: i64,
}

impl TeamCount {
    /// How far everybody is.
    pub const fn tally(&self) -> &TeamTally {
        &self.tally
    }

    /// True where labels came in since everybody was counted.
    pub fn is_behind(&self, shared: &Shared) -> bool {
        let counted = self.counted.map(|(counted, _)| counted);
        counted != Some(Counted::of(shared))
    }

    /// True while everybody is being counted.
    pub const fn is_counting(&self) -> bool {
        self.counting.is_some()
    }

    /// Counts anew where labels came in and the window *Team* shows it.
    pub(super) fn want(&mut self, shared: &Shared, cx: &Context) {
        let pause = COUNT_EVERY_US.max((REST + 1) * self.took_us);
        let is_time = self
            .counted
            // A clock that was set back must not hold it up.
            .is_none_or(|(_, at)| !(0..pause).contains(&(cx.now.0 - at.0)));
        let is_shown = shared.panes.contains(&Pane::Team);
        if self.is_counting() || !is_time || !is_shown || !self.is_behind(shared) {
            return;
        }
        let catalogue = &shared.catalogue;
        let assignment = shared.book.assignment().cloned();
        let of = (shared.generation, catalogue.len(), assignment);
        let known = self.shares.take().filter(|(known, _)| *known == of);
        self.awaited = Some(of);
        self.counted = Some((Counted::of(shared), cx.now));
        self.counting = Some(cx.tasks.start(CountTeam {
            catalogue: catalogue.clone(),
            book: shared.book.clone(),
            shares: known.map(|(_, shares)| shares),
        }));
    }

    /// Takes in what was counted.
    pub(super) fn poll(&mut self, cx: &Context) {
        while let Some(event) = next_event(&mut self.counting) {
            match event {
                TaskEvent::Update(()) | TaskEvent::Cancelled => {}
                TaskEvent::Finished((tally, shares)) => {
                    let begun = self.counted.map_or(cx.now, |(_, begun)| begun);
                    self.took_us = (cx.now.0 - begun.0).max(0);
                    self.tally = tally;
                    self.shares = self.awaited.take().map(|of| (of, shares));
                }
                TaskEvent::Failed(why) => log::warn!("{}: {why}", CountTeam::NAME),
            }
        }
    }
}

impl Counted {
    fn of(shared: &Shared) -> Self {
        Self {
            generation: shared.generation,
            revision: shared.book.revision(),
            candidates: shared.catalogue.len(),
        }
    }
}
