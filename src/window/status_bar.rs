//! The bar at the foot: pixel read-out, look, count of labels, what was done last.

use egui::{Align, Layout, RichText, Ui};

use super::{
    command::{Command, Session},
    memory::Memory,
    state::AppState,
};
use crate::{
    domain::{Timestamp, words::short},
    features::{scoring, team},
    text,
    widgets::{
        readout, spoken,
        theme::{self, weak},
    },
    workspace::{action::Action, display::look_in_words, shared::Shared},
};

/// How long a message stays, microseconds.
const TOAST_US: i64 = 6_000_000;
const ALARM_US: i64 = 20_000_000;
/// Letters of a path in a tooltip, of a message in the bar; of a message in its tooltip.
const TIP: usize = 200;
const WHOLE: usize = 1_000;
/// The first keys are named until so many labels are given.
const FIRST_LABELS: usize = 10;
/// Width of the pixel read-out, points: from, to; and what the rest of the bar needs. From 1,400 points on it holds a position to the last digit.
const READ_OUT: [f32; 2] = [330.0, 430.0];
const REST: f32 = 970.0;
/// Below this width of the window, points, bad news has a line of its own, where it can be read whole.
const OWN_LINE: f32 = 1_150.0;
/// Below this one the look is left out, and the read-out is as wide as the counts leave it.
const NARROW: f32 = 860.0;
const NARROW_READ_OUT: [f32; 2] = [120.0, 330.0];
const NARROW_REST: f32 = 420.0;

pub fn status_bar_ui(
    ui: &mut Ui,
    state: &AppState,
    memory: &Memory,
    now: Timestamp,
    commands: &mut Vec<Command>,
) {
    let is_alarm = state
        .shared
        .toast
        .as_ref()
        .is_some_and(|toast| toast.is_error);
    let has_own_line = is_alarm && ui.available_width() < OWN_LINE;
    if has_own_line {
        toast_ui(ui, state, now, true, commands);
    }
    ui.horizontal(|ui| {
        if !state.shared.is_blank() {
            set_ui(ui, state, memory, now);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            saved_ui(ui, state);
            team::view::status_ui(ui, &state.team, &state.shared);
            if !has_own_line {
                toast_ui(ui, state, now, false, commands);
            }
        });
    });
}

/// Of an opened set: read-out, look, counts.
fn set_ui(ui: &mut Ui, state: &AppState, memory: &Memory, now: Timestamp) {
    let words = readout::under_pointer(&state.shared, &memory.view);
    let words = words.unwrap_or_else(|| hint(state));
    // Always of one width, so that nothing moves with the pointer.
    let is_narrow = ui.available_width() < NARROW;
    let (from_to, rest) = if is_narrow {
        (NARROW_READ_OUT, NARROW_REST)
    } else {
        (READ_OUT, REST)
    };
    let width = (ui.available_width() - rest).clamp(from_to[0], from_to[1]);
    let size = egui::vec2(width, 18.0);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_width(width);
        let words = RichText::new(words).monospace().size(theme::CAPTION);
        ui.add(egui::Label::new(words).truncate());
    });
    ui.separator();
    if !is_narrow {
        let display = &state.shared.display;
        ui.label(weak(
            ui,
            format!(
                "{} · {} · {} · {}",
                display.preset.name(),
                look_in_words(display.plain.stretch.name()),
                look_in_words(display.plain.rule.name()),
                display.lock.name()
            ),
        ));
        ui.separator();
    }
    counts_ui(ui, state, now);
}

/// The first keys, until some labels are given; then what the place is for.
fn hint(state: &AppState) -> String {
    if state.shared.labelled() >= FIRST_LABELS || state.shared.candidate().is_none() {
        return text!("point at a stamp to read its pixels").into();
    }
    let classes = &state.shared.vocabulary().classes;
    let classes = match &classes[..] {
        [first, .., last] if classes.len() > 3 => {
            text!("{first}-{last} classes", first = first.key, last = last.key)
        }
        few => {
            let few = few
                .iter()
                .map(|class| format!("{} {}", class.key, class.title));
            few.collect::<Vec<_>>().join(" · ")
        }
    };
    let key = |action: Action| state.shared.settings.keys.hint(action);
    text!(
        "{classes} · {unsure} unsure · {next} next · {keys} keys",
        classes,
        unsure = key(Action::Unsure),
        next = key(Action::NextUnlabelled),
        keys = key(Action::KeyHelp)
    )
}

fn counts_ui(ui: &mut Ui, state: &AppState, now: Timestamp) {
    let rate = state
        .shared
        .decisions_per_minute(now)
        .map(|rate| text!("{rate}/min", rate = format_args!("{rate:.0}")));
    let place = state
        .shared
        .place
        .candidate
        .and_then(|ix| state.shared.queue.rank(ix))
        .map(|rank| {
            let all = state.shared.queue.order().len();
            text!("{rank} of {all}", rank = rank + 1, all)
        });
    let labelled = text!(
        "labelled {labelled}/{all}",
        labelled = state.shared.labelled(),
        all = state.shared.catalogue.len()
    );
    let parts = place.into_iter().chain([labelled]).chain(rate);
    let counts = ui.label(parts.collect::<Vec<_>>().join(" · "));
    spoken::line(ui, counts.rect, "current candidate", || {
        here_words(&state.shared)
    });
}

/// What is on the screen, as it is read out when it changes: candidate, place in the queue, label, epoch, and the result
/// of the active model.
fn here_words(shared: &Shared) -> String {
    let Some((ix, candidate)) = shared.place.candidate.zip(shared.candidate()) else {
        return text!("no candidate on the screen").into();
    };
    let at = shared.place.epoch;
    let mut words = vec![
        candidate.id.to_string(),
        spoken::rank_words(shared, ix),
        spoken::label_words(shared, candidate),
    ];
    if candidate.epochs.len() > 1 {
        let all = candidate.epochs.len();
        words.push(text!("epoch {epoch} of {all}", epoch = at + 1, all));
    }
    let reading = scoring::badge::of_epoch(shared, ix, at);
    words.extend(reading.map(|reading| scoring::badge::reading_words(shared, reading)));
    words.join(", ")
}

/// Whether every decision is on disk.
fn saved_ui(ui: &mut Ui, state: &AppState) {
    match (
        &state.shared.project.fault,
        state.shared.project.unsaved,
        &state.shared.project.path,
    ) {
        (Some(fault), unsaved, _) => {
            let text = match state.shared.project.path {
                _ if unsaved > 0 => text!("{unsaved} labels NOT on disk", unsaved),
                Some(_) => text!("project NOT on disk").into(),
                None => text!("no labels").into(),
            };
            let text = RichText::new(text).strong().color(theme::alarm_text(ui));
            let shown = ui.label(text).on_hover_text(fault);
            spoken::announce(&shown, true);
        }
        (None, 0, Some(path)) => {
            ui.label(weak(ui, text!("saved"))).on_hover_text(text!(
                "every decision is on disk: {path}",
                path = short(&path.to_string_lossy(), TIP)
            ));
        }
        (None, unsaved, Some(_)) => {
            ui.label(weak(ui, text!("writing {unsaved}…", unsaved)));
        }
        (None, _, None) => {}
    }
}

/// What was done last, or went wrong; on a line of its own it is wrapped, else cut.
fn toast_ui(
    ui: &mut Ui,
    state: &AppState,
    now: Timestamp,
    is_whole: bool,
    commands: &mut Vec<Command>,
) {
    let Some(toast) = &state.shared.toast else {
        return;
    };
    let lasts = if toast.is_error { ALARM_US } else { TOAST_US };
    let age = now.0 - toast.since.0;
    // A clock that was set back must not keep it for ever.
    if age.abs() > lasts {
        commands.push(Command::Session(Session::DropToast));
        return;
    }
    let left = std::time::Duration::from_micros((lasts - age).max(0) as u64);
    ui.ctx()
        .request_repaint_after(left + std::time::Duration::from_millis(20));
    let color = if toast.is_error {
        theme::alarm_text(ui)
    } else {
        ui.visuals().text_color()
    };
    let text = if toast.offers_undo {
        let key = state.shared.settings.keys.hint(Action::Undo);
        text!("{what} ({key} takes back)", what = toast.text, key)
    } else {
        toast.text.clone()
    };
    let label = RichText::new(short(&text, TIP)).color(color);
    let label = egui::Label::new(label);
    let label = if is_whole {
        label.wrap()
    } else {
        label.truncate()
    };
    let shown = ui.add(label).on_hover_text(short(&text, WHOLE));
    spoken::announce(&shown, toast.is_error);
}
