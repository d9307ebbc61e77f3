//! Work that outlives a set: simulations and their preview, vocabularies, dialogs, streams.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use crate::{
    common::{InlineWindow, simulated, test_survey::test_skies},
    in_turn, names_the_log, task_breaks, task_ends,
};
use destello::{
    domain::Role,
    features::{
        file_dialog::{
            disk::{LookAt, ReadFolder},
            native::PickPaths,
            path_text::PathBase,
            pick::PickFor,
            state::{Names, PathCommand},
        },
        simulation::{
            order::{Kind, SimulationOrder},
            simulator::prepare,
            state::PreviewState,
            stream::stream,
        },
    },
    tasks::{Task, fault},
    window::command::{Command, Session, Simulation},
    workspace::{
        action::Action,
        settings::{FileDialogs, Settings},
        vocabulary::ReadVocabulary,
    },
};

#[test]
fn a_simulation_and_a_preview_that_break_off_say_so_and_the_next_ones_are_made() {
    let _turn = in_turn();
    let folder = tempfile::tempdir().unwrap();
    let (skies, _) = test_skies();
    let window = InlineWindow::new(Settings::default(), "ana", None);
    let mut window = window.simulating(skies, folder.path().join("demo"));
    window.state.simulation.home = Some(folder.path().join("skies"));
    let edit = |window: &mut InlineWindow, seed: u64| {
        let mut form = window.state.simulation.form.clone();
        (form.seed, form.count) = (seed, 12);
        window.apply(Command::Simulation(Simulation::Form(Box::new(form))));
    };
    task_breaks(&mut window, "preview", |window| {
        window.act(Action::NewSimulation);
    });
    let PreviewState::Failed(why) = &window.state.simulation.preview else {
        panic!("{:?}", window.state.simulation.preview);
    };
    assert!(names_the_log(why), "{why}");
    edit(&mut window, 4);
    assert!(matches!(
        window.state.simulation.preview,
        PreviewState::Ready(_)
    ));

    let start = |window: &mut InlineWindow| {
        window.apply(Command::Simulation(Simulation::Start));
    };
    // The task itself, then one of the threads that share the work.
    task_breaks(&mut window, "simulation", start);
    let fault = window.state.simulation.fault.clone().unwrap();
    assert!(names_the_log(&fault), "{fault}");
    task_breaks(&mut window, "simulate 1", start);
    let fault = window.state.simulation.fault.clone().unwrap();
    assert!(fault.contains("details are in the log"), "{fault}");
    start(&mut window);
    assert_eq!(window.queue().len(), 12);
}

#[test]
fn a_vocabulary_that_breaks_off_is_told_and_the_next_one_is_used() {
    let _turn = in_turn();
    let mut window = InlineWindow::new(Settings::default(), "ana", None);
    let before = window.state.shared.vocabulary;
    let ask = |window: &mut InlineWindow| {
        window.apply(Command::Session(Session::Vocabulary("alerce_stamp".into())));
    };
    task_breaks(&mut window, ReadVocabulary::NAME, ask);
    assert!(window.toast().contains("broke off"), "{}", window.toast());
    assert_eq!(window.state.shared.vocabulary, before);
    task_ends(&mut window, ask);
    assert_eq!(&*window.state.shared.vocabulary().name, "alerce_stamp");
}

#[test]
fn where_a_dialog_breaks_off_our_own_opens() {
    let _turn = in_turn();
    let mut window = InlineWindow::new(Settings::default(), "ana", None);
    let purpose = |window: &InlineWindow| {
        window
            .state
            .dialog
            .path_pane
            .as_ref()
            .map(|pane| pane.purpose)
    };
    // It breaks before it asks the system for anything.
    task_breaks(&mut window, PickPaths::NAME, |window| {
        window.act(Action::OpenFiles);
    });
    assert_eq!(purpose(&window), Some(PickFor::OpenFiles));
    // From now on ours opens at once.
    task_ends(&mut window, |window| window.act(Action::OpenFolder));
    assert_eq!(purpose(&window), Some(PickFor::OpenFolder));
    assert_eq!(window.dialogs, []);
}

#[test]
fn a_question_to_the_disk_that_breaks_off_is_answered_and_the_next_one_too() {
    let _turn = in_turn();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.csv"), "id,label\n").unwrap();
    let mut window = InlineWindow::new(Settings::default(), "ana", None);
    window.state.shared.settings.file_dialogs = FileDialogs::Own;
    window.state.dialog.path_base = PathBase {
        home: folder.path().to_owned(),
        start: folder.path().to_owned(),
    };
    task_breaks(&mut window, ReadFolder::NAME, |window| {
        window.act(Action::OpenFiles);
    });
    let pane = |window: &InlineWindow| {
        let pane = window.state.dialog.path_pane.as_ref().unwrap();
        let notice = pane.notice.clone().unwrap_or_default();
        (pane.names.clone(), notice.0)
    };
    let Names::Failed(why) = pane(&window).0 else {
        panic!("{:?}", pane(&window));
    };
    assert!(names_the_log(&why), "{why}");
    task_ends(&mut window, |window| window.act(Action::OpenFiles));
    assert!(matches!(pane(&window).0, Names::Read(names) if names.entries.len() == 1));
    let missing = folder.path().join("b.csv").display().to_string();
    window.apply(Command::Path(PathCommand::Type(missing)));
    let enter = |window: &mut InlineWindow| {
        window.apply(Command::Path(PathCommand::Enter { adds: false }));
    };
    task_breaks(&mut window, LookAt::NAME, enter);
    assert!(names_the_log(&pane(&window).1), "{}", pane(&window).1);
    task_ends(&mut window, enter);
    assert!(
        pane(&window).1.starts_with("there is no file"),
        "{}",
        pane(&window).1
    );
}

#[test]
fn whoever_reads_a_stream_of_candidates_gets_the_panic_of_its_thread() {
    let _turn = in_turn();
    let order = SimulationOrder {
        roles: vec![Role::Science],
        ..simulated::order(Kind::Triplets, "hits2015", 4, 1, Path::new(""))
    };
    let (skies, _) = test_skies();
    let sky = skies(&order, &prepare(&order).unwrap()).unwrap();
    fault::arm("stream", 1);
    let taken = catch_unwind(AssertUnwindSafe(|| {
        stream(&sky, 0..4, 1, 1).unwrap().count()
    }));
    assert!(taken.is_err());
    assert_eq!(stream(&sky, 0..4, 2, 1).unwrap().count(), 4);
}
