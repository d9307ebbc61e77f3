//! Work that outlives a set: simulations and their preview, vocabularies, dialogs, streams.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    time::Duration,
};

use crate::{
    breaks,
    common::{InlineWindow, simulated, test_sky::test_skies},
    ends_once, in_turn, names_the_log,
};
use destello::{
    app::{
        Action, Command,
        command::{Session, Simulation},
        event::JobEvent,
        reporter::Reporter,
        settings::Settings,
    },
    domain::Role,
    features::{
        file_dialog::{self, pick::PickFor},
        simulation::{
            order::{Kind, SimulationOrder},
            simulator::prepare,
            state::PreviewState,
            stream::stream,
        },
    },
    tasks::fault,
};

#[test]
fn a_simulation_and_a_preview_that_break_off_say_so_and_the_next_ones_are_made() {
    let _turn = in_turn();
    let folder = tempfile::tempdir().unwrap();
    let (skies, _) = test_skies();
    let window = InlineWindow::new(Settings::default(), "ana", None);
    let mut window = window.simulating(skies, folder.path().join("demo"));
    window.state.simulation.home = Some(folder.path().join("skies"));
    let none = |_: &JobEvent| false;
    let edit = |window: &mut InlineWindow, seed: u64| {
        let mut form = window.state.simulation.form.clone();
        (form.seed, form.count) = (seed, 12);
        window.apply(Command::Simulation(Simulation::Form(Box::new(form))));
    };
    breaks(&mut window, "preview", none, |window| {
        window.act(Action::NewSimulation);
        window.count = 1;
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
        window.count = 1;
    };
    // The task itself, then one of the threads that share the work.
    breaks(&mut window, "simulation", none, start);
    let fault = window.state.simulation.fault.clone().unwrap();
    assert!(names_the_log(&fault), "{fault}");
    breaks(&mut window, "simulate 1", none, start);
    let fault = window.state.simulation.fault.clone().unwrap();
    assert!(fault.contains("details are in the log"), "{fault}");
    start(&mut window);
    assert_eq!(window.queue().len(), 12);
}

#[test]
fn a_vocabulary_that_breaks_off_is_told_and_the_next_one_is_used() {
    let _turn = in_turn();
    let mut window = InlineWindow::new(Settings::default(), "ana", None);
    let before = window.state.vocabulary;
    let is_answer = |event: &JobEvent| matches!(event, JobEvent::Vocabulary { .. });
    let ask = |window: &mut InlineWindow| {
        window.begin(Command::Session(Session::Vocabulary("alerce_stamp".into())));
        window.hear_until(|window| window.count > 0);
    };
    breaks(&mut window, "vocabulary", is_answer, ask);
    assert!(window.toast().contains("broke off"), "{}", window.toast());
    assert_eq!(window.state.vocabulary, before);
    ends_once(&mut window, "vocabulary", is_answer, ask);
    assert_eq!(&*window.state.vocabulary().name, "alerce_stamp");
}

#[test]
fn where_a_dialog_breaks_off_our_own_opens() {
    let _turn = in_turn();
    let (reporter, inbox) = Reporter::new(|| {});
    // It breaks before it asks the system for anything.
    fault::arm("dialog", 1);
    file_dialog::native::pick(PickFor::OpenFiles, reporter).unwrap();
    let event = inbox.recv_timeout(Duration::from_secs(30)).unwrap();
    assert!(
        matches!(&event, JobEvent::NoDialog(PickFor::OpenFiles)),
        "{event:?}"
    );
    // The only sender has gone: nothing else can come.
    assert!(inbox.recv_timeout(Duration::from_secs(30)).is_err());
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
