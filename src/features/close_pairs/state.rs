//! Close pairs as the window shows them: what is asked for, what runs, what was found.

use super::task::{ClosePair, ClosePairs, FindClosePairs};
use crate::{
    domain::{Candidate, CandidateIx, words::thousands},
    tasks::{Running, TaskEvent, next_event},
    text,
    workspace::{context::Context, queue::order::Shortlist, shared::Shared},
};

/// The radius unless another is chosen, arcseconds.
pub const USUAL_ARCSEC: f64 = 1.0;

/// What the person asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ClosePairsCommand {
    /// Look within so many arcseconds.
    Radius(f64),
    Start,
    Stop,
    /// Look at the two of this place in the list.
    Open(usize),
    /// Look at the candidates of all pairs.
    OpenAll,
}

#[derive(Debug)]
pub struct ClosePairsPane {
    /// The radius to look within, arcseconds.
    pub radius_arcsec: f64,
    pub(crate) finding: Option<Running<FindClosePairs>>,
    found: Option<ClosePairs>,
    fault: Option<String>,
}

impl Default for ClosePairsPane {
    fn default() -> Self {
        Self {
            radius_arcsec: USUAL_ARCSEC,
            finding: None,
            found: None,
            fault: None,
        }
    }
}

impl ClosePairsPane {
    /// What was found last.
    pub const fn found(&self) -> Option<&ClosePairs> {
        self.found.as_ref()
    }

    /// Why there is nothing.
    pub fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// True while they are looked for.
    pub const fn is_finding(&self) -> bool {
        self.finding.is_some()
    }

    /// Another set: nothing is known of it. The radius stays.
    pub(crate) fn forget(&mut self) {
        *self = Self {
            radius_arcsec: self.radius_arcsec,
            ..Self::default()
        };
    }

    pub(crate) fn apply_close_pairs(
        &mut self,
        shared: &mut Shared,
        command: ClosePairsCommand,
        cx: &Context,
    ) {
        match command {
            ClosePairsCommand::Radius(arcsec) => self.radius_arcsec = arcsec,
            ClosePairsCommand::Start => self.start(shared, cx),
            ClosePairsCommand::Stop => {
                if let Some(running) = &self.finding {
                    running.cancel();
                }
            }
            ClosePairsCommand::Open(at) => {
                let pair = self.found.as_ref().and_then(|found| found.pairs.get(at));
                if let Some(pair) = pair {
                    let title = text!(
                        "two within {separation} arcsec",
                        separation = format_args!("{:.2}", pair.separation_arcsec)
                    );
                    let shortlist = shortlist(shared, title, std::slice::from_ref(pair));
                    shared.open_shortlist(shortlist, cx);
                }
            }
            ClosePairsCommand::OpenAll => {
                if let Some(found) = &self.found {
                    let title = found.in_words();
                    let shortlist = shortlist(shared, title, &found.pairs);
                    shared.open_shortlist(shortlist, cx);
                }
            }
        }
    }

    fn start(&mut self, shared: &mut Shared, cx: &Context) {
        if self.is_finding() {
            return;
        }
        if shared.catalogue.is_empty() {
            shared.warn(text!("open a set first"), cx.now);
            return;
        }
        (self.found, self.fault) = (None, None);
        self.finding = Some(cx.tasks.start(FindClosePairs {
            catalogue: shared.catalogue.clone(),
            radius_arcsec: self.radius_arcsec,
        }));
    }

    /// Takes in what the task reports.
    pub(crate) fn poll_close_pairs(&mut self, shared: &mut Shared, cx: &Context) {
        while let Some(event) = next_event(&mut self.finding) {
            match event {
                TaskEvent::Update(_) => {}
                TaskEvent::Finished(found) => {
                    shared.report(found.in_words(), cx.now);
                    self.found = Some(found);
                }
                TaskEvent::Cancelled => shared.report(text!("close pairs: stopped"), cx.now),
                TaskEvent::Failed(why) => {
                    shared.warn(text!("close pairs: {why}", why), cx.now);
                    self.fault = Some(why);
                }
            }
        }
    }
}

impl ClosePairs {
    /// "12 pairs within 1 arcsec; 3 candidates have no position".
    pub fn in_words(&self) -> String {
        let pairs = match self.pairs.len() {
            1 => text!("1 pair").into(),
            count => text!("{count} pairs", count = thousands(count as u64)),
        };
        let missing = match self.without_position {
            0 => String::new(),
            1 => text!("; 1 candidate has no position").into(),
            count => text!(
                "; {count} candidates have no position",
                count = thousands(count as u64)
            ),
        };
        text!(
            "{pairs} within {radius} arcsec{missing}",
            pairs,
            radius = self.radius_arcsec,
            missing
        )
    }
}

/// The candidates of these pairs, each with the epoch to look at first.
fn shortlist(shared: &Shared, title: String, pairs: &[ClosePair]) -> Shortlist {
    let first_look = |ix: CandidateIx| {
        let candidate = shared.catalogue.get(ix);
        (ix, candidate.map_or(0, Candidate::first_look))
    };
    let candidates = pairs.iter().flat_map(|pair| pair.candidates);
    Shortlist {
        title,
        candidates: candidates.map(first_look).collect(),
        ..Shortlist::default()
    }
}
