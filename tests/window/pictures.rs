//! A few small pictures of the window, drawn by the software rasteriser.

use destello::{
    domain::Problem,
    window::command::QueueCommand,
    workspace::{action::Action, queue::column::Column, settings::Theme},
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
        window.apply(destello::window::command::Command::Queue(
            QueueCommand::Sort {
                column: Column::Mag,
                is_descending: false,
            },
        ));
        window.act(Action::Mosaic);
    });
    press(&mut view, Modifiers::NONE, Key::R);
    gpu_snapshot(&mut view, part(230.0, 30.0, 400.0, 300.0), "mosaic");
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
