//! The scoring task step by step, without a thread: what is looked at comes first, what the project
//! holds is not computed, and a word stops it.

use std::sync::Arc;

use crate::common::{InlineWindow, StampSet};
use destello::{
    app::{
        event::JobEvent,
        reporter::{Inbox, Reporter},
    },
    domain::{CandidateIx, ModelId, ScoreRow, Verdict},
    features::scoring::{
        score::score_candidates,
        task::{Focus, ScoreOrder, ScoreTask, Scorer, ScoringEnd},
    },
    io::Decoder,
    tasks::{
        cancel::CancelToken,
        learner::{After, Task, Urgency},
    },
    workspace::{model_registry::ModelShelf, models},
};

struct Bench {
    _set: StampSet,
    window: InlineWindow,
    scorer: Scorer,
    model: ModelId,
    inbox: Inbox,
}

fn bench() -> Bench {
    bench_of(StampSet::new())
}

fn bench_of(set: StampSet) -> Bench {
    let window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    let (reporter, inbox) = Reporter::new(|| {});
    let shelf = ModelShelf::default();
    let model = shelf.load(models::DEFAULT).unwrap().id;
    let scorer = Scorer {
        shelf,
        decoder: Arc::new(Decoder::default()),
        focus: Focus::default(),
        cancel: CancelToken::default(),
        reporter,
    };
    Bench {
        _set: set,
        window,
        scorer,
        model,
        inbox,
    }
}

impl Bench {
    fn task(&self, kept: Vec<ScoreRow>) -> ScoreTask {
        let order = ScoreOrder {
            generation: 1,
            model: self.model.clone(),
            run: 1,
            catalogue: self.window.state.catalogue.clone(),
            kept: kept.into(),
            project: None,
        };
        ScoreTask::new(order, self.scorer.clone())
    }

    /// Candidates and new rows of the next piece of news.
    fn scored(&self) -> (Vec<u32>, Vec<ScoreRow>) {
        match self.inbox.try_recv().unwrap() {
            JobEvent::Scored { scores, new, .. } => {
                (scores.iter().map(|(ix, _)| ix.0).collect(), new.rows)
            }
            other => panic!("{other:?}"),
        }
    }

    fn end(&self) -> ScoringEnd {
        match self.inbox.try_recv().unwrap() {
            JobEvent::ScoringEnded { end, .. } => end,
            other => panic!("{other:?}"),
        }
    }
}

/// Takes up the kept scores, and looks all candidates up among them.
fn begin(task: &mut ScoreTask) {
    while task.phase().part != "computing" {
        assert_eq!(task.step(), After::More);
    }
}

#[test]
fn who_is_looked_at_comes_first_and_what_is_kept_is_not_computed() {
    let bench = bench();
    bench.scorer.focus.put([CandidateIx(4)].into());
    let mut task = bench.task(Vec::new());
    begin(&mut task);
    assert_eq!(task.urgency(), Urgency::Now);
    task.step();
    let (first, mut rows) = bench.scored();
    assert_eq!(first[0], 4);
    assert_eq!(task.urgency(), Urgency::Soon);
    // Somebody looks elsewhere while it goes on.
    let rest = (0..6).rev().find(|ix| !first.contains(ix)).unwrap();
    bench.scorer.focus.put([CandidateIx(rest)].into());
    task.step();
    let (second, more) = bench.scored();
    assert_eq!(second[0], rest);
    rows.extend(more);
    while task.step() == After::More {
        rows.extend(bench.scored().1);
    }
    assert_eq!(bench.end(), ScoringEnd::Finished);
    assert_eq!(rows.len(), 30, "six objects of five epochs");
    assert!(
        rows.iter()
            .all(|row| matches!(row.verdict, Verdict::Probabilities(_)))
    );

    // One epoch of one object is missing in the project: it alone is computed.
    let lost = rows.remove(7);
    let mut task = bench.task(rows);
    begin(&mut task);
    let (kept, new) = bench.scored();
    assert_eq!((kept.len(), new.len()), (5, 0));
    task.step();
    let (_, new) = bench.scored();
    assert_eq!(new, [lost]);
    assert_eq!(task.step(), After::Done);
    assert_eq!(bench.end(), ScoringEnd::Finished);
}

#[test]
fn a_candidate_of_many_epochs_is_scored_some_of_them_at_a_time() {
    let bench = bench_of(StampSet::with_stamps(21, 40));
    let mut task = bench.task(Vec::new());
    begin(&mut task);
    // Sixteen epochs are what a first step scores.
    assert_eq!(task.step(), After::More);
    assert!(bench.inbox.is_empty());
    let mut rows = Vec::new();
    let mut after = After::More;
    while after == After::More {
        after = task.step();
        for event in bench.inbox.try_iter() {
            if let JobEvent::Scored { scores, new, .. } = event {
                assert!(scores.iter().all(|(_, verdicts)| verdicts.len() == 40));
                rows.extend(new.rows);
            }
        }
    }
    assert_eq!(rows.len(), 240, "six objects of forty epochs");
    // What is said of an epoch is what is said of it among all others.
    let catalogue = &bench.window.state.catalogue;
    let all: Vec<_> = catalogue.iter().map(|(_, candidate)| candidate).collect();
    let model = bench.scorer.shelf.get(&bench.model).unwrap();
    let whole = score_candidates(&all, &model, &bench.scorer.decoder).unwrap();
    for (candidate, whole) in all.iter().zip(whole) {
        let of_this = rows.iter().filter(|row| row.candidate == candidate.id);
        assert_eq!((of_this.clone().count(), whole.len()), (40, 40));
        for (row, whole) in of_this.zip(whole.iter()) {
            let (Verdict::Probabilities(a), Verdict::Probabilities(b)) = (&row.verdict, whole)
            else {
                panic!("{row:?} {whole:?}");
            };
            assert_eq!((a.len(), b.len()), (2, 2));
            assert!(a.iter().zip(b.iter()).all(|(a, b)| (a - b).abs() < 1e-5));
        }
    }
}

#[test]
fn it_stops_where_it_is() {
    let bench = bench();
    let mut task = bench.task(Vec::new());
    begin(&mut task);
    task.step();
    bench.scored();
    bench.scorer.cancel.cancel();
    assert_eq!(task.step(), After::Done);
    assert_eq!(bench.end(), ScoringEnd::Stopped);
}
