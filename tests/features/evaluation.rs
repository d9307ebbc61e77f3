//! Judging models in the window: truths, threshold, cells that open candidates, files.

use std::sync::Arc;

use crate::common::{self, InlineWindow, Sky};
use destello::{
    domain::{Judged, JudgedAt, Measure},
    features::{
        evaluation::state::{Report, TruthSource, shortlist},
        file_dialog::pick::PickFor,
    },
    window::command::{Command, Evaluate, Go, Scoring, Session},
    workspace::{action::Action, screen::Screen},
};

const COUNT: usize = 40;

/// A window on a simulated sky that is scored, with the Evaluate screen before it.
fn window() -> (InlineWindow, Sky) {
    let sky = Sky::new(COUNT);
    let mut window = InlineWindow::on(&sky.path(), &sky.beside("night.destello"));
    window.act(Action::Evaluate);
    (window, sky)
}

fn report(window: &InlineWindow) -> Arc<Report> {
    let report = window.state.evaluation.report();
    report.expect("a report").clone()
}

fn figure(window: &InlineWindow, measure: Measure) -> f64 {
    report(window).models[0].figures.get(measure).unwrap()
}

#[test]
fn a_simulated_set_is_judged_by_the_truth_in_its_data() {
    let (window, _sky) = window();
    assert_eq!(
        window.state.evaluation.truth_source(&window.state.shared),
        TruthSource::Data
    );
    let model = &report(&window).models[0];
    assert_eq!((model.n, model.confusion.total()), (COUNT, COUNT as u64));
    assert_eq!(model.at, JudgedAt::Each);
    assert!(figure(&window, Measure::Auc) > 0.7);
}

#[test]
fn where_to_stop_follows_from_the_labels_that_there_are() {
    let (mut window, _sky) = window();
    let of_data = report(&window).models[0].workload.clone().unwrap();
    // The truth of all: nothing is left open.
    assert_eq!((of_data.candidates, of_data.labelled), (COUNT, COUNT));
    let last = of_data.curve.last().unwrap();
    assert!(
        last.looked_at == COUNT && last.recall.low >= 1.0,
        "{last:?}"
    );
    assert!(
        of_data
            .curve
            .iter()
            .all(|looked| looked.recall.high - looked.recall.low < 1e-9)
    );
    // With labels of a few nothing is said; with more the interval is open.
    let mut judged_with = |count: usize| {
        window.apply(Command::Session(Session::Show(Screen::Inspect)));
        window.label_truths(count);
        window.apply(Command::Evaluate(Evaluate::Truth(TruthSource::Labels)));
        window.apply(Command::Session(Session::Show(Screen::Evaluate)));
        window.settle();
        report(&window).models[0].clone()
    };
    let few = judged_with(10);
    assert_eq!((few.n, few.workload), (10, None));
    let of_labels = judged_with(28).workload.unwrap();
    assert_eq!(of_labels.labelled, 28);
    assert!(of_labels.real.high > of_labels.real.low);
    let sentence = &of_labels.in_words()[0];
    assert!(
        sentence.contains("of 40 (") && sentence.contains("are lost"),
        "{sentence}"
    );
}

#[test]
fn where_to_stop_stands_at_the_queue_and_follows_each_label() {
    let sky = Sky::new(COUNT);
    let mut window = InlineWindow::on(&sky.path(), &sky.beside("night.destello"));
    let found = |window: &InlineWindow| window.state.evaluation.where_to_stop.found().cloned();
    window.label_truths(19);
    assert_eq!(found(&window), None, "20 labels are needed");
    window.label_truths(28);
    let of_28 = found(&window).unwrap();
    assert_eq!((of_28.candidates, of_28.labelled), (COUNT, 28));
    // The line at the queue names a place to stop, where there is one before the end.
    let stop = of_28.stop_at(0.99).unwrap().looked_at;
    match of_28.in_short() {
        Some(line) => assert!(
            stop < COUNT && line.starts_with(&format!("look at {stop} of 40 to keep 99 %")),
            "{line}"
        ),
        None => assert_eq!(stop, COUNT),
    }
    // It is what Evaluate finds from the labels, where the click leads.
    window.apply(Command::Evaluate(Evaluate::WhereToStop));
    assert_eq!(window.state.shared.screen, Screen::Evaluate);
    let truth = window.state.evaluation.truth_source(&window.state.shared);
    assert_eq!(truth, TruthSource::Labels);
    assert_eq!(report(&window).models[0].workload, Some(of_28.clone()));
    // One label more, and one taken back.
    window.act(Action::Inspect);
    window.label_truths(29);
    assert_eq!(found(&window).unwrap().labelled, 29);
    window.act(Action::Undo);
    assert_eq!(found(&window), Some(of_28.clone()));
    // Without scores to be seen nothing is estimated; a model of other classes ranks nothing.
    window.act(Action::HideScores);
    window.label_truths(30);
    assert_eq!(found(&window), Some(of_28));
    window.act(Action::HideScores);
    assert_eq!(found(&window).unwrap().labelled, 30);
}

#[test]
fn one_threshold_moves_all_figures() {
    let (mut window, _sky) = window();
    let auc = figure(&window, Measure::Auc);
    window.apply(Command::Scoring(Scoring::Threshold(0.0)));
    let model = &report(&window).models[0];
    assert_eq!(model.threshold, Some(0.0));
    assert!(figure(&window, Measure::Recall) >= 1.0);
    assert_eq!(model.confusion.called(0), 0);
    assert_eq!(model.curves.operating, Some([1.0, 1.0]));
    assert!((figure(&window, Measure::Auc) - auc).abs() < 1e-12);
    let at = Evaluate::At(Some(JudgedAt::Highest));
    window.apply(Command::Evaluate(at));
    assert_eq!(report(&window).models[0].at, JudgedAt::Highest);
}

#[test]
fn a_cell_opens_its_candidates_and_the_queue_comes_back() {
    let (mut window, _sky) = window();
    let model = report(&window).models[0].clone();
    let is_in = |judged: &&Judged| judged.truth == 1 && judged.predicted == 1;
    let cell: Vec<_> = model.judged.iter().filter(is_in).collect();
    let list = shortlist("real called real".into(), cell.iter().copied());
    window.apply(Command::Evaluate(Evaluate::Open(list)));
    assert_eq!(window.state.shared.screen, Screen::Mosaic);
    assert_eq!(window.queue().len(), cell.len());
    assert_eq!(window.state.shared.place.candidate, Some(cell[0].candidate));
    // A filter narrows the few further, and not beyond them.
    window.filter("label:none");
    assert_eq!(window.queue().len(), cell.len());
    window.filter("");
    window.act(Action::WholeQueue);
    assert_eq!(window.queue().len(), COUNT);
    window.act(Action::WholeQueue);
    assert!(
        window.toast().contains("all candidates"),
        "{}",
        window.toast()
    );
    let nothing = shortlist("nothing".into(), []);
    window.apply(Command::Evaluate(Evaluate::Open(nothing)));
    assert_eq!(window.queue().len(), COUNT);
}

#[test]
fn labels_of_the_person_are_truths_of_their_own() {
    let (mut window, _sky) = window();
    let (candidate, open) = (window.state.shared.queue.order()[0], true);
    window.apply(Command::Go(Go::To { candidate, open }));
    for _ in 0..3 {
        window.label(common::REAL);
    }
    window.label(common::BOGUS);
    assert_eq!(
        window.state.evaluation.truth_source(&window.state.shared),
        TruthSource::Labels
    );
    window.act(Action::Evaluate);
    let model = &report(&window).models[0];
    assert_eq!((model.n, model.left_out[0].n), (4, COUNT - 4));
    assert_eq!(model.left_out[0].why, "not labelled");
    window.apply(Command::Evaluate(Evaluate::Truth(TruthSource::Data)));
    assert_eq!(report(&window).models[0].n, COUNT);
}

#[test]
fn the_figures_are_written_where_the_person_says() {
    let (mut window, sky) = window();
    window.act(Action::ExportEvaluation);
    assert_eq!(window.dialogs, [PickFor::EvaluationFolder]);
    let folder = sky.beside("figures");
    window.answer_dialogs(&folder);
    window.settle();
    assert!(
        window.toast().contains("files written"),
        "{}",
        window.toast()
    );
    for name in ["det.png", "roc.csv", "confusion.json", "evaluation.json"] {
        assert!(folder.join(name).exists(), "{name}");
    }
}

#[test]
fn hidden_scores_are_not_judged_and_a_new_set_starts_anew() {
    let (mut window, sky) = window();
    window.act(Action::HideScores);
    window.apply(Command::Scoring(Scoring::Threshold(0.0)));
    assert_ne!(report(&window).models[0].threshold, Some(0.0));
    window.act(Action::HideScores);
    assert_eq!(report(&window).models[0].threshold, Some(0.0));
    let list = shortlist(
        "one".into(),
        report(&window).models[0].judged.iter().take(1),
    );
    window.apply(Command::Evaluate(Evaluate::Open(list)));
    assert_eq!(window.queue().len(), 1);
    window.open(&[sky.path()], &sky.beside("other.destello"));
    assert!(window.state.evaluation.report().is_none());
    assert_eq!(window.queue().len(), COUNT);
}
