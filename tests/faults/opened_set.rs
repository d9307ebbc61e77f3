//! Work on the opened set.

use crate::{
    common::{self, InlineWindow, PlacedSet, Sky, StampSet},
    in_turn, names_the_log, task_breaks, task_ends,
};
use destello::{
    domain::Role,
    features::{
        close_pairs::{state::ClosePairsCommand, task::FindClosePairs},
        evaluation::evaluator::{Judge, WriteEvaluation},
        inspect::header::ReadHeader,
        labelling::transfer::{ExportLabels, ImportLabels},
        light_curve::{
            folding::Fold, measured::CurveChoice, period_search::FindPeriod,
            photometry::task::Measure,
        },
        team::merge::MergeProjects,
    },
    store::Project,
    tasks::{Task, fault},
    window::command::{Command, QueueCommand, Scoring, Session},
    workspace::{action::Action, queue::column::Column, scores::shown::ScoringStatus},
};

fn window(set: &StampSet) -> InlineWindow {
    InlineWindow::on(&set.path(), &set.beside("night.destello"))
}

fn has_problem(window: &InlineWindow, part: &str) -> bool {
    let mut problems = window.state.shared.problems.iter();
    problems.any(|problem| problem.to_string().contains(part))
}

#[test]
fn indexing_that_breaks_off_ends_with_a_problem_and_the_next_opening_is_whole() {
    let _turn = in_turn();
    let set = StampSet::new();
    let mut window = window(&set);
    for name in ["scan", "indexing"] {
        task_breaks(&mut window, name, |window| {
            window.open(&[set.path()], &set.beside("night.destello"));
        });
        assert!(has_problem(&window, "indexing broke off"), "{name}");
        task_ends(&mut window, |window| {
            window.open(&[set.path()], &set.beside("night.destello"));
        });
        assert_eq!(window.queue().len(), 6);
        assert_eq!(window.state.shared.problems, []);
    }
}

#[test]
fn a_project_whose_opening_breaks_off_is_refused_and_stamps_can_be_looked_at() {
    let _turn = in_turn();
    let set = StampSet::new();
    let mut window = window(&set);
    task_breaks(&mut window, "open project", |window| {
        window.open(&[set.path()], &set.beside("other.destello"));
    });
    let fault = window.state.shared.project.fault.clone().unwrap();
    assert!(names_the_log(&fault), "{fault}");
    assert_eq!(window.queue().len(), 6);
    window.open(&[set.path()], &set.beside("other.destello"));
    assert_eq!(window.state.shared.project.fault, None);
}

#[test]
fn a_stamp_that_breaks_the_decoder_fails_alone_and_the_others_are_decoded() {
    let _turn = in_turn();
    let set = StampSet::new();
    let mut window = window(&set);
    // All stamps of a file are decoded at once; where that panics, one by one.
    fault::arm("decode", 1);
    fault::arm("decode one", 1);
    window.look();
    assert_eq!((fault::left("decode"), fault::left("decode one")), (0, 0));
    let failed = |window: &InlineWindow| {
        let candidate = window.state.shared.candidate().unwrap();
        let stamps = candidate.epochs.iter().flat_map(|epoch| &epoch.stamps);
        let ready = stamps
            .clone()
            .filter(|stamp| window.state.shared.stamps.ready(stamp.id).is_some());
        (stamps.clone().count(), ready.count())
    };
    assert_eq!(failed(&window), (15, 14));
    assert_eq!(window.state.shared.problems.len(), 1);
    let problem = window.state.shared.problems[0].to_string();
    assert!(
        problem.contains("hits01.fits: stamp: it could not be decoded"),
        "{problem}"
    );
    assert!(names_the_log(&problem), "{problem}");
    window.go_to("hits02");
    window.look();
    assert_eq!(failed(&window), (15, 15));
}

#[test]
fn a_header_that_breaks_off_is_told_and_the_next_one_is_read() {
    let _turn = in_turn();
    let set = StampSet::new();
    let mut window = window(&set);
    task_breaks(&mut window, ReadHeader::NAME, |window| {
        window.act(Action::Header);
    });
    let cards = |window: &InlineWindow| {
        let header = window.state.header.header.as_ref();
        header.unwrap().cards.clone().unwrap()
    };
    let why = cards(&window).unwrap_err().to_string();
    assert!(
        why.contains("hits01.fits: header: ") && names_the_log(&why),
        "{why}"
    );
    task_ends(&mut window, |window| {
        window.go_to("hits02");
    });
    assert!(cards(&window).unwrap().len() > 5);
}

#[test]
fn photometry_and_a_period_that_break_off_leave_nothing_and_the_next_are_found() {
    let _turn = in_turn();
    let set = StampSet::with_stamps(21, 24);
    let mut window = window(&set);
    let choose = |is_measured, on, fold| {
        let choice = CurveChoice {
            is_measured,
            on,
            fold,
        };
        Command::LightCurve(choice)
    };
    let measured = |window: &InlineWindow| {
        let key = window
            .state
            .light_curve
            .curve_key(&window.state.shared)
            .unwrap();
        window
            .state
            .light_curve
            .measured
            .get(key)
            .unwrap()
            .epochs
            .len()
    };
    task_breaks(&mut window, Measure::NAME, |window| {
        window.apply(choose(true, Role::Science, Fold::Time));
    });
    assert_eq!(measured(&window), 0);
    task_ends(&mut window, |window| {
        window.apply(choose(true, Role::Difference, Fold::Time));
    });
    assert!(measured(&window) > 0);
    task_breaks(&mut window, FindPeriod::NAME, |window| {
        window.apply(choose(false, Role::Science, Fold::Period));
    });
    assert_eq!(
        window
            .state
            .light_curve
            .folded_by(&window.state.shared)
            .unwrap()
            .period,
        None
    );
    task_ends(&mut window, |window| {
        window.go_to("hits02");
    });
    assert!(
        window
            .state
            .light_curve
            .folded_by(&window.state.shared)
            .is_some()
    );
}

#[test]
fn an_evaluation_that_breaks_off_says_so_and_the_next_one_is_made() {
    let _turn = in_turn();
    let sky = Sky::new(20);
    let mut window = InlineWindow::on(&sky.path(), &sky.beside("night.destello"));
    task_breaks(&mut window, Judge::NAME, |window| {
        window.act(Action::Evaluate);
    });
    assert!(window.state.evaluation.report().is_none());
    assert!(names_the_log(window.state.evaluation.fault().unwrap()));
    task_ends(&mut window, |window| {
        window.apply(Command::Scoring(Scoring::Threshold(0.25)));
    });
    assert!(window.state.evaluation.report().is_some());
    let folder = sky.beside("figures");
    let write = |window: &mut InlineWindow| {
        window.act(Action::ExportEvaluation);
        window.answer_dialogs(&folder);
    };
    task_breaks(&mut window, WriteEvaluation::NAME, write);
    assert!(names_the_log(window.toast()), "{}", window.toast());
    task_ends(&mut window, write);
    assert!(
        window.toast().contains("files written"),
        "{}",
        window.toast()
    );
}

#[test]
fn close_pairs_that_break_off_are_reported_and_the_next_are_found() {
    let _turn = in_turn();
    let set = PlacedSet::with_a_pair();
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    let start = || Command::ClosePairs(ClosePairsCommand::Start);
    task_breaks(&mut window, FindClosePairs::NAME, |window| {
        window.apply(start());
    });
    assert!(window.state.close_pairs.found().is_none());
    assert!(names_the_log(window.state.close_pairs.fault().unwrap()));
    assert!(names_the_log(window.toast()), "{}", window.toast());
    task_ends(&mut window, |window| window.apply(start()));
    assert_eq!(window.state.close_pairs.fault(), None);
    assert_eq!(window.state.close_pairs.found().unwrap().pairs.len(), 1);
}

#[test]
fn an_explanation_that_breaks_off_says_so_and_the_next_one_is_made() {
    let _turn = in_turn();
    let set = StampSet::new();
    let mut window = window(&set);
    fault::arm("explanation", 1);
    window.act(Action::Explanation);
    assert_eq!(fault::left("explanation"), 0);
    let why = window
        .state
        .explanation
        .explanation(&window.state.shared)
        .unwrap()
        .clone()
        .unwrap_err();
    assert!(names_the_log(&why), "{why}");
    window.act(Action::NextEpoch);
    assert!(
        window
            .state
            .explanation
            .explanation(&window.state.shared)
            .unwrap()
            .is_ok()
    );
}

#[test]
fn scoring_that_breaks_off_says_so_and_goes_on_when_asked() {
    let _turn = in_turn();
    let set = StampSet::new();
    let mut window = window(&set);
    let open = |window: &mut InlineWindow, project: &str| {
        window.open(&[set.path()], &set.beside(project));
    };
    // Two models are shown: both break off before they are read, then one of them.
    for failing in [2, 1] {
        fault::arm("scoring", failing);
        open(&mut window, &format!("{failing}.destello"));
        assert_eq!(fault::left("scoring"), 0);
        let why: Vec<String> = statuses(&window)
            .into_iter()
            .filter_map(|status| match status {
                ScoringStatus::Failed(why) => Some(why.to_string()),
                _ => None,
            })
            .collect();
        assert_eq!(why.len(), failing);
        assert!(why.iter().all(|why| names_the_log(why)), "{why:?}");
        assert!(names_the_log(window.toast()), "{}", window.toast());
        window.assert_idle();
        window.act(Action::ScoreAgain);
        assert_eq!(
            statuses(&window),
            [ScoringStatus::Done, ScoringStatus::Done]
        );
    }
    // The thread that reads stamps breaks off while the model is at hand.
    fault::arm("prepare", 2);
    open(&mut window, "prepare.destello");
    assert_eq!(fault::left("prepare"), 0);
    let failed = |status: &ScoringStatus| matches!(status, ScoringStatus::Failed(_));
    assert_eq!(
        statuses(&window)
            .iter()
            .filter(|status| failed(status))
            .count(),
        2
    );
    assert!(
        window.toast().starts_with("scoring by "),
        "{}",
        window.toast()
    );
    window.act(Action::ScoreAgain);
    assert_eq!(
        statuses(&window),
        [ScoringStatus::Done, ScoringStatus::Done]
    );
}

fn statuses(window: &InlineWindow) -> Vec<ScoringStatus> {
    let shown = window.state.shared.scores.shown().iter();
    shown.map(|model| model.status.clone()).collect()
}

#[test]
fn export_and_import_that_break_off_say_so_and_work_the_next_time() {
    let _turn = in_turn();
    let set = StampSet::new();
    let mut window = window(&set);
    window.label(common::REAL);
    let table = set.beside("labels.csv");
    for (name, session) in [
        (ExportLabels::NAME, Session::Export(table.clone())),
        (ImportLabels::NAME, Session::Import(table.clone())),
    ] {
        let choose = |window: &mut InlineWindow| {
            window.apply(Command::Session(session.clone()));
        };
        task_breaks(&mut window, name, choose);
        assert!(names_the_log(window.toast()), "{}", window.toast());
        task_ends(&mut window, choose);
        assert!(
            !window.state.shared.toast.as_ref().unwrap().is_error,
            "{}",
            window.toast()
        );
    }
    assert!(table.exists());
}

#[test]
fn a_merge_that_breaks_off_changes_nothing_and_works_the_next_time() {
    let _turn = in_turn();
    let set = StampSet::new();
    let mut window = window(&set);
    let other = set.beside("other.destello");
    let mut project = Project::open_or_create(&other).unwrap();
    project
        .append(&[common::events::set(1, "hits01", "real")])
        .unwrap();
    drop(project);
    let choose = |window: &mut InlineWindow| {
        window.act(Action::MergeProjects);
        window.answer_dialogs(&other);
    };
    task_breaks(&mut window, MergeProjects::NAME, choose);
    assert!(names_the_log(window.toast()), "{}", window.toast());
    assert_eq!(window.classes(&["hits01"]), ["-"]);
    task_ends(&mut window, choose);
    assert!(
        window.toast().contains("1 of them new"),
        "{}",
        window.toast()
    );
    window.wait_until(|window| window.classes(&["hits01"]) == ["real"]);
}

#[test]
fn versions_that_cannot_be_read_leave_the_set_open() {
    let _turn = in_turn();
    let set = StampSet::new();
    let mut window = window(&set);
    fault::arm("reading versions", 1);
    window.open(&[set.path()], &set.beside("night.destello"));
    assert_eq!(fault::left("reading versions"), 0);
    assert_eq!(window.queue().len(), 6);
    assert!(!window.is_running("indexing"));
    window.apply(Command::Queue(QueueCommand::Sort {
        column: Column::Mag,
        is_descending: false,
    }));
    assert_eq!(window.queue()[0], "hits02");
}
