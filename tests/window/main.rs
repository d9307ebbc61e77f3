//! The window as a person uses it: what is on the screen, what keys and clicks ask for, and
//! that everything comes to rest. Kittest also fails on a missing glyph and on an input
//! without a name.
//!
//! Here stands what egui draws or reads; what follows from a command is in `features`, and the program
//! on a real display is in `real`, because not every machine has one.
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

mod access;
mod acting;
mod beside;
mod blind;
mod colours;
#[path = "../common/mod.rs"]
mod common;
mod crowded;
mod evaluate;
mod explanation;
mod harness;
mod keys;
mod latent;
mod layouts;
mod log;
mod painted;
mod paths;
mod pictures;
mod pointer;
mod scores;
mod screens;
mod spanish;
mod training;
mod visit;

use common::{InlineWindow, StampSet};
use destello::workspace::screen::Screen;
use egui::{Key, Modifiers};
use harness::{View, press, view};

const SIZE: [f32; 2] = [1200.0, 800.0];
const NONE: Modifiers = Modifiers::NONE;

/// A set in its window.
fn opened() -> (StampSet, View) {
    let set = StampSet::new();
    let view = view(SIZE, |window| open(window, &set));
    (set, view)
}

fn open(window: &mut InlineWindow, set: &StampSet) {
    window.open(&[set.path()], &set.beside("night.destello"));
}

fn window(view: &View) -> &InlineWindow {
    &view.state().window
}

/// Back to the inspect screen with nothing above it and no keyboard in a field.
fn tidy(view: &mut View) {
    let state = &mut view.state_mut().window.state;
    state.shared.panes.clear();
    state.shared.screen = Screen::Inspect;
    state.shared.motion = None;
    press(view, NONE, Key::Escape);
}
