//! A few small pictures of the window, drawn by the software rasteriser.

use destello::{
    domain::{CandidateIx, Problem},
    learn::shares::{ClassShares, ShareSource},
    window::command::{Command, QueueCommand, Scoring},
    workspace::{
        action::Action,
        queue::column::Column,
        scores::shares::{ChosenShares, FoundShares, SharesResult},
        screen::Pane,
        settings::Theme,
    },
};
use egui::{Key, Modifiers, Rect, pos2, vec2};

use super::{
    common::{self, StampSet},
    harness::{drawn_view, gpu_snapshot, press, ui_snapshot, view},
    open,
};

const SIZE: [f32; 2] = [900.0, 600.0];

fn part(left: f32, top: f32, width: f32, height: f32) -> Rect {
    Rect::from_min_size(pos2(left, top), vec2(width, height))
}

#[test]
fn inspect() {
    let set = StampSet::new();
    let mut view = drawn_view(SIZE, |window| {
        open(window, &set);
        window.label(common::REAL);
        window.label(common::BOGUS);
        window.act(Action::Flag);
    });
    gpu_snapshot(&mut view, part(0.0, 0.0, 900.0, 600.0), "inspect");
}

#[test]
fn mosaic() {
    let set = StampSet::new();
    let mut view = drawn_view(SIZE, |window| {
        open(window, &set);
        window.state.shared.settings.theme = Theme::Light;
        window.label(common::REAL);
        window.label(common::BOGUS);
        window.act(Action::Flag);
        window.apply(Command::Queue(QueueCommand::Sort {
            column: Column::Mag,
            is_descending: false,
        }));
        window.act(Action::Mosaic);
    });
    press(&mut view, Modifiers::NONE, Key::R);
    gpu_snapshot(&mut view, part(230.0, 30.0, 400.0, 300.0), "mosaic");
}

/// Shares that were found of the classes of sequences, in force.
fn shares_in_force(window: &mut common::InlineWindow) {
    let active = window.state.shared.scores.active();
    let ready = active.ready.clone().unwrap();
    let classes = ready.card.classes.len();
    let place = |name: &str| {
        ready
            .card
            .classes
            .iter()
            .position(|class| class == name)
            .unwrap()
    };
    let (supernova, asteroid) = (place("supernova"), place("asteroid"));
    let mut estimated = ClassShares::trained(&vec![1.0; classes]);
    estimated.source = ShareSource::Estimated;
    estimated.objects = 275;
    let made = [0.12, 0.116, 0.004, 0.11, 0.59, 0.0, 0.06];
    assert_eq!(made.len(), classes);
    let sum: f64 = made.iter().sum();
    assert!((sum - 1.0).abs() < 1e-9, "shares sum to 1: {sum}");
    for (class, share) in made.into_iter().enumerate() {
        estimated.shares[class] = share;
        estimated.errors[class] = 0.01 + 0.1 * share;
        estimated.occurs[class] = share > 0.02;
    }
    let key = active.shares().unwrap().key.clone();
    let result = SharesResult {
        found: FoundShares {
            key,
            trained: ready.card.trained_shares(),
            used: estimated.clone(),
            estimated,
            changed: (0..31)
                .map(|ix| (CandidateIx(ix), [asteroid, supernova]))
                .collect(),
            threshold: None,
            sets: None,
        },
        corrected: None,
    };
    let source = active.source.clone();
    window.state.shared.scores.take_shares(&source, result);
}

#[test]
fn class_shares() {
    let set = StampSet::new();
    let mut view = view([1100.0, 620.0], |window| {
        open(window, &set);
        window.apply(Command::Scoring(Scoring::Show("recurrent".into())));
        let chosen = ChosenShares {
            source: ShareSource::Estimated,
            ..ChosenShares::default()
        };
        window.apply(Command::Scoring(Scoring::Shares(Box::new(chosen))));
        shares_in_force(window);
        window.state.shared.panes.insert(Pane::ClassShares);
    });
    ui_snapshot(&mut view, part(240.0, 26.0, 760.0, 440.0), "class_shares");
}

#[test]
fn start_page() {
    let mut view = view(SIZE, |_| {});
    ui_snapshot(&mut view, part(200.0, 80.0, 500.0, 300.0), "start_page");
}

#[test]
fn problems() {
    let mut view = view(SIZE, |window| {
        let problem = |path: &str, why: &str| Problem::new(path, "file", why);
        window.state.shared.project.paths = vec!["night".into()];
        window.state.shared.project.fault =
            Some("night.destello: the project cannot be written: the disk is full".into());
        window.state.shared.problems = vec![
            problem("night/empty.fits", "is empty"),
            problem("night/zero.avro", "is empty"),
            problem(
                "night/short.fits",
                "is cut short: HDU 0 ends at byte 8640, but the file has 3000 bytes",
            ),
        ];
        window.state.shared.recognised =
            vec![("night".into(), "cubes with an EPOCHS table".into())];
    });
    press(&mut view, Modifiers::NONE, Key::F3);
    ui_snapshot(&mut view, part(0.0, 0.0, 620.0, 300.0), "problems");
}
