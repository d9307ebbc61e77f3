//! The histogram of the epoch on screen, with limits to drag.

use egui::{Color32, DragValue, Rect, Sense, Stroke, Ui, pos2, vec2};

use crate::{
    domain::{Role, Stamp},
    imaging::{Histogram, LimitRule, Limits},
    text,
    widgets::{
        cells,
        pane::frame_ui,
        readout::short_number,
        spoken,
        theme::{self, weak},
        view_memory::ViewMemory,
    },
    workspace::{action::Action, command::Command, display::Scope, shared::Shared},
};

const BINS: usize = 96;

/// The window: one histogram for science with reference, one for the difference.
pub fn histogram_ui(
    ui: &Ui,
    shared: &Shared,
    memory: &mut ViewMemory,
    commands: &mut Vec<impl From<Command>>,
) {
    let window = egui::Window::new(text!("Histogram"))
        .resizable(false)
        .default_pos(egui::pos2(420.0, 470.0))
        .default_width(380.0);
    frame_ui(ui, window, Action::Histogram, commands, |ui, commands| {
        let mut has_any = false;
        for (role, title) in [
            (Role::Science, text!("science and reference")),
            (Role::Difference, text!("difference")),
            (Role::Snr, text!("S/N")),
        ] {
            has_any |= role_ui(ui, shared, memory, role, title, commands);
        }
        if !has_any {
            ui.label(weak(ui, text!("No stamp of this epoch is in memory.")));
        }
        let key = shared.settings.keys.hint(Action::AutoContrast);
        if ui.button(text!("Automatic limits ({key})", key)).clicked() {
            commands.push(Command::Do(Action::AutoContrast).into());
        }
    });
}

fn role_ui(
    ui: &mut Ui,
    shared: &Shared,
    memory: &mut ViewMemory,
    role: Role,
    title: &str,
    commands: &mut Vec<impl From<Command>>,
) -> bool {
    let Some(ix) = shared.place.candidate else {
        return false;
    };
    let roles = shared.display.preset.roles_locked_with(role);
    let Some(epoch) = shared.epoch() else {
        return false;
    };
    let stamps: Vec<&Stamp> = epoch
        .stamps
        .iter()
        .filter(|stamp| roles.contains(&stamp.role))
        .filter_map(|stamp| Some(&shared.stamps.ready(stamp.id)?.stamp))
        .collect();
    let Some(histogram) = Histogram::over(&stamps, BINS) else {
        return false;
    };
    let look = memory
        .looks
        .look(shared, ix, shared.place.epoch, role, Scope::Locked);
    let Some(limits) = look.map(|look| look.limits) else {
        return false;
    };
    ui.label(title);
    // The keyboard has the fields below.
    let (rect, response) = ui.allocate_exact_size(vec2(360.0, 90.0), Sense::DRAG);
    spoken::picture(&response, &text!("histogram of {title}", title), || {
        let Limits { low, high } = limits;
        text!(
            "limits {low} and {high}",
            low = short_number(low),
            high = short_number(high)
        )
    });
    let axis = Axis {
        histogram: &histogram,
        rect,
    };
    bars(ui, &axis);
    for limit in [limits.low, limits.high] {
        let x = axis.x(limit);
        let line = [pos2(x, rect.top()), pos2(x, rect.bottom())];
        ui.painter()
            .line_segment(line, Stroke::new(2.0, theme::AMBER));
    }
    limits_ui(ui, title, role, limits, shared, commands);
    drag(&axis, &response, role, limits, shared, memory, commands);
    true
}

/// Both limits to type.
fn limits_ui(
    ui: &mut Ui,
    title: &str,
    role: Role,
    limits: Limits,
    shared: &Shared,
    commands: &mut Vec<impl From<Command>>,
) {
    let mut edited = limits;
    let speed = f64::from(limits.high - limits.low) / 200.0;
    let field = |ui: &mut Ui, value: &mut f32, name: &str| {
        let field = DragValue::new(value)
            .speed(speed)
            .custom_formatter(|value, _| short_number(value as f32));
        cells::named(ui.add(field), egui::Role::SpinButton, name).on_hover_text(name);
    };
    ui.horizontal(|ui| {
        field(ui, &mut edited.low, &text!("lower limit of {title}", title));
        ui.label(weak(ui, "…"));
        field(
            ui,
            &mut edited.high,
            &text!("upper limit of {title}", title),
        );
    });
    let is_changed =
        edited.low.total_cmp(&limits.low).is_ne() || edited.high.total_cmp(&limits.high).is_ne();
    if is_changed && edited.low < edited.high {
        set_limits(shared, role, edited, commands);
    }
}

fn set_limits(
    shared: &Shared,
    role: Role,
    Limits { low, high }: Limits,
    commands: &mut Vec<impl From<Command>>,
) {
    let mut display = shared.display.clone();
    if let Some(recipe) = display.recipe_mut(role) {
        recipe.rule = LimitRule::Manual { low, high };
    }
    if display != shared.display {
        commands.push(Command::Display(Box::new(display)).into());
    }
}

struct Axis<'a> {
    histogram: &'a Histogram,
    rect: Rect,
}

impl Axis<'_> {
    fn x(&self, value: f32) -> f32 {
        let Histogram { low, high, .. } = self.histogram;
        let share = ((value - low) / (high - low)).clamp(0.0, 1.0);
        self.rect.left() + share * self.rect.width()
    }

    fn value(&self, x: f32) -> f32 {
        let Histogram { low, high, .. } = self.histogram;
        low + (x - self.rect.left()) / self.rect.width() * (high - low)
    }
}

/// Bars by the square root of their count, so that few pixels are seen beside many.
fn bars(ui: &Ui, axis: &Axis<'_>) {
    let Axis { histogram, rect } = axis;
    ui.painter().rect_filled(*rect, 2.0, theme::matte(ui));
    let most = histogram
        .counts
        .bins
        .iter()
        .copied()
        .max()
        .unwrap_or(1)
        .max(1) as f32;
    let width = rect.width() / histogram.counts.bins.len() as f32;
    for (at, count) in histogram.counts.bins.iter().enumerate() {
        let height = (*count as f32 / most).sqrt() * rect.height();
        let corner = pos2(rect.left() + at as f32 * width, rect.bottom() - height);
        let bar = Rect::from_min_size(corner, vec2(width, height));
        ui.painter().rect_filled(bar, 0.0, Color32::from_gray(0x90));
    }
}

fn drag(
    axis: &Axis<'_>,
    response: &egui::Response,
    role: Role,
    limits: Limits,
    shared: &Shared,
    memory: &mut ViewMemory,
    commands: &mut Vec<impl From<Command>>,
) {
    let Some(pointer) = response.interact_pointer_pos() else {
        return;
    };
    if response.drag_started() {
        let distance = |limit: f32| (axis.x(limit) - pointer.x).abs();
        let is_upper = distance(limits.high) < distance(limits.low);
        memory.dragged_limit = Some(usize::from(is_upper));
    }
    let Some(which) = memory.dragged_limit.filter(|_| response.dragged()) else {
        return;
    };
    let value = axis.value(pointer.x);
    let (low, high) = if which == 0 {
        (value.min(limits.high), limits.high)
    } else {
        (limits.low, value.max(limits.low))
    };
    set_limits(shared, role, Limits { low, high }, commands);
}
