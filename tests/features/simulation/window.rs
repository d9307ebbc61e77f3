//! Simulating in the window: the form, its preview, the run, the demo sky; faults in place.

use std::sync::atomic::Ordering;

use crate::common::{self, InlineWindow, test_survey::test_skies};
use destello::{
    domain::Role,
    features::simulation::state::{Kind, PickFor, PreviewState, SimulationForm},
    window::command::{Command, Simulation},
    workspace::{action::Action, screen::Pane, settings::Settings},
};
use tempfile::TempDir;

/// A window whose simulators are the tests' own, and a folder for what it makes.
fn window() -> (InlineWindow, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let (skies, _) = test_skies();
    let window = InlineWindow::new(Settings::default(), "ana", None);
    let mut window = window.simulating(skies, folder.path().join("demo"));
    window.state.simulation.home = Some(folder.path().join("skies"));
    (window, folder)
}

/// Changes the form as the pane does.
fn edit(window: &mut InlineWindow, change: impl FnOnce(&mut SimulationForm)) {
    let mut form = window.state.simulation.form.clone();
    change(&mut form);
    window.apply(Command::Simulation(Simulation::Form(Box::new(form))));
}

/// Classes of the preview.
fn preview(window: &InlineWindow) -> Vec<String> {
    match &window.state.simulation.preview {
        PreviewState::Ready(preview) => preview.rows.iter().map(|row| row.class.clone()).collect(),
        other => panic!("{other:?}"),
    }
}

fn failure(window: &InlineWindow) -> &str {
    match &window.state.simulation.preview {
        PreviewState::Failed(why) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_preview_follows_the_form() {
    let (mut window, _folder) = window();
    window.act(Action::NewSimulation);
    assert!(window.state.shared.panes.contains(&Pane::Simulation));
    let all = [
        "supernova",
        "rr_lyrae",
        "cepheid",
        "eclipsing_binary",
        "non_variable",
        "galaxy",
        "asteroid",
    ];
    assert_eq!(preview(&window), all);
    edit(&mut window, |form| {
        form.classes.retain(|name| &**name == "cepheid");
    });
    assert_eq!(preview(&window), ["cepheid"]);
    let PreviewState::Ready(shown) = &window.state.simulation.preview else {
        unreachable!()
    };
    let roles: Vec<_> = shown.rows[0].lines.iter().map(|(role, _)| *role).collect();
    assert_eq!(roles, [Role::Science, Role::Reference, Role::Difference]);
    let picture = &shown.rows[0].lines[0].1[0];
    assert_eq!(picture.rgb.len(), picture.width * picture.height * 3);
    edit(&mut window, |form| form.kind = Kind::Triplets);
    assert_eq!(preview(&window), ["real", "bogus"].repeat(4));
    // Number and folder make no other pixels.
    let makes_one = |window: &mut InlineWindow, change: fn(&mut SimulationForm)| {
        let mut form = window.state.simulation.form.clone();
        change(&mut form);
        window.begin(Command::Simulation(Simulation::Form(Box::new(form))));
        let is_made = window.state.simulation.is_previewing();
        window.settle();
        is_made
    };
    assert!(!makes_one(&mut window, |form| form.count = 7));
    assert!(makes_one(&mut window, |form| form.seed = 7));
}

#[test]
fn only_the_newest_preview_is_shown() {
    let (mut window, _folder) = window();
    window.act(Action::NewSimulation);
    let old = preview(&window);
    let mut form = window.state.simulation.form.clone();
    for kind in [Kind::Triplets, Kind::Sequences, Kind::Triplets] {
        form.kind = kind;
        let form = Box::new(form.clone());
        window.begin(Command::Simulation(Simulation::Form(form)));
    }
    window.settle();
    assert_ne!(preview(&window), old);
    assert_eq!(preview(&window), ["real", "bogus"].repeat(4));
}

#[test]
fn faults_stand_in_the_pane() {
    let (mut window, folder) = window();
    window.act(Action::NewSimulation);
    edit(&mut window, |form| form.survey = "/no/such/sky.toml".into());
    assert!(failure(&window).starts_with("the survey /no/such/sky.toml: cannot be read"));
    edit(&mut window, |form| form.survey = "hits1915".into());
    assert!(failure(&window).starts_with("there is no survey hits1915: use hits2015"));
    edit(&mut window, |form| {
        form.survey = "hits2015".into();
        form.templates = folder.path().display().to_string();
    });
    assert!(
        failure(&window).contains("holds no templates"),
        "{}",
        failure(&window)
    );
    window.apply(Command::Simulation(Simulation::Start));
    let fault = window.state.simulation.fault.clone().unwrap();
    assert!(fault.contains("holds no templates"), "{fault}");
    assert!(window.state.shared.panes.contains(&Pane::Simulation));
    assert_eq!(window.state.shared.toast, None);
    edit(&mut window, |form| form.templates.clear());
    assert_eq!(window.state.simulation.fault, None);
    edit(&mut window, |form| form.classes.clear());
    assert_eq!(failure(&window), "choose at least one class");
    edit(&mut window, |form| {
        *form = SimulationForm {
            roles: [].into(),
            ..SimulationForm::default()
        }
    });
    assert_eq!(failure(&window), "choose at least one image");
}

#[test]
fn what_is_simulated_is_opened() {
    let (mut window, folder) = window();
    window.act(Action::NewSimulation);
    edit(&mut window, |form| {
        form.count = 30;
        form.seed = 9;
        form.classes
            .retain(|name| &**name == "galaxy" || &**name == "asteroid");
    });
    window.apply(Command::Simulation(Simulation::Start));
    assert!(!window.state.shared.panes.contains(&Pane::Simulation));
    let out = folder.path().join("skies/hits2015-sequences-9");
    assert_eq!(window.state.shared.project.paths, [out]);
    assert_eq!(window.queue().len(), 30);
    assert_eq!(window.state.shared.problems, []);
    assert!(
        window.toast().contains("30 FITS cubes"),
        "{}",
        window.toast()
    );
    window.look();
    assert!(window.state.shared.stamps.bytes() > 0);
    let first = window.here().to_owned();
    // Not all classes: the names carry a mark of the order.
    assert!(
        first.starts_with("hits2015-s9-") && first.ends_with("-000000"),
        "{first}"
    );
    window.label(common::REAL);
    assert_eq!(window.classes(&[&*first]), ["real"]);
}

#[test]
fn a_folder_with_another_order_is_told_in_the_pane_and_the_next_folder_serves() {
    let (mut window, folder) = window();
    window.act(Action::NewSimulation);
    let out = folder.path().join("here");
    edit(&mut window, |form| form.count = 5);
    edit(&mut window, |form| form.out = out.display().to_string());
    window.apply(Command::Simulation(Simulation::Start));
    window.act(Action::NewSimulation);
    edit(&mut window, |form| form.seed = 2);
    window.apply(Command::Simulation(Simulation::Start));
    let fault = window.state.simulation.fault.clone().unwrap();
    assert!(fault.contains("its seed is 1, not 2"), "{fault}");
    edit(&mut window, |form| form.out.clear());
    window.apply(Command::Simulation(Simulation::Start));
    assert_eq!(window.state.simulation.fault, None);
    assert!(
        window.here().starts_with("hits2015-s2-"),
        "{}",
        window.here()
    );
}

#[test]
fn a_stopped_simulation_leaves_the_set_open_and_goes_on() {
    let (mut window, _folder) = window();
    window.act(Action::NewSimulation);
    edit(&mut window, |form| form.count = 1_000_000);
    window.begin(Command::Simulation(Simulation::Start));
    assert!(window.is_running("simulating"));
    // A second click does nothing, and the demo waits its turn.
    window.begin(Command::Simulation(Simulation::Start));
    window.begin(Command::Do(Action::OpenDemo));
    assert!(window.toast().starts_with("a simulation is running"));
    window.wait_until(|window| {
        window
            .state
            .simulation
            .running
            .as_ref()
            .is_some_and(|running| running.progress().done > 0)
    });
    window.apply(Command::Simulation(Simulation::Stop));
    assert!(
        window.toast().starts_with("stopped: "),
        "{}",
        window.toast()
    );
    assert!(window.state.shared.is_blank());
    assert!(window.state.shared.panes.contains(&Pane::Simulation));
}

#[test]
fn dialogs_fill_the_form() {
    let (mut window, _folder) = window();
    window.act(Action::NewSimulation);
    for purpose in [
        PickFor::Survey,
        PickFor::Templates,
        PickFor::SimulationFolder,
    ] {
        window.apply(Command::Simulation(Simulation::Pick(purpose)));
        assert_eq!(window.dialogs, [purpose]);
        window.answer_dialogs(format!("/chosen/{purpose:?}.toml").as_ref());
        window.settle();
    }
    let form = &window.state.simulation.form;
    assert_eq!(form.survey, "/chosen/Survey.toml");
    assert_eq!(form.templates, "/chosen/Templates.toml");
    assert_eq!(form.out, "/chosen/SimulationFolder.toml");
}

#[test]
fn the_demo_sky_opens_from_anywhere_and_is_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let (skies, made) = test_skies();
    let window = InlineWindow::new(Settings::default(), "ana", None);
    let mut window = window.simulating(skies, folder.path().join("demo"));
    for _ in 0..2 {
        window.act(Action::OpenDemo);
        assert_eq!(window.queue().len(), 2000);
        assert_eq!(made.load(Ordering::Relaxed), 2000);
    }
    assert_eq!(
        window.state.shared.project.paths,
        [folder.path().join("demo")]
    );
    let roles = window.state.shared.candidate().unwrap().roles();
    assert_eq!(roles, [Role::Science, Role::Reference, Role::Difference]);
}
