//! Random members of a component; if they agree, all are labelled.

use egui::{Button, Rect, RichText, ScrollArea, Sense, Stroke, Ui, vec2};

use crate::{
    domain::CandidateIx,
    features::{inspect::view::weak, latent::check::MemberCheck},
    widgets::{
        cells,
        sight::Sight,
        small_stamps::{self, Small},
        theme,
    },
    window::{
        command::{Command, Go, Latent},
        state::AppState,
        view_memory::ViewMemory,
    },
    workspace::words::thousands,
};

/// Stamps beside each other.
const COLUMNS: usize = 4;

/// The members and what can be done with them.
pub fn check_ui(
    ui: &mut Ui,
    state: &AppState,
    memory: &mut ViewMemory,
    check: &MemberCheck,
    commands: &mut Vec<Command>,
) {
    let unjudged = check.unjudged;
    head_ui(ui, check, unjudged, commands);
    ui.separator();
    egui::Panel::bottom("agree").show(ui, |ui| agree_ui(ui, state, unjudged, commands));
    ScrollArea::vertical()
        .id_salt("members looked at")
        .auto_shrink(false)
        .show(ui, |ui| members_ui(ui, state, memory, check, commands));
}

fn head_ui(ui: &mut Ui, check: &MemberCheck, unjudged: usize, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        let text = format!(
            "Component {}: {} of {} unjudged members, at random",
            check.component + 1,
            check.shown.len(),
            thousands(unjudged as u64)
        );
        ui.label(RichText::new(text).strong());
    });
    ui.horizontal(|ui| {
        if ui
            .button("Others")
            .on_hover_text("Draw other members")
            .clicked()
        {
            commands.push(Command::Latent(Latent::CheckOthers));
        }
        if ui
            .button("Back")
            .on_hover_text("To the components")
            .clicked()
        {
            commands.push(Command::Latent(Latent::DropCheck));
        }
    });
}

fn members_ui(
    ui: &mut Ui,
    state: &AppState,
    memory: &mut ViewMemory,
    check: &MemberCheck,
    commands: &mut Vec<Command>,
) {
    const GAP: f32 = 4.0;
    let side = (ui.available_width() - GAP) / COLUMNS as f32 - GAP;
    let rows = check.shown.len().div_ceil(COLUMNS);
    let size = vec2(ui.available_width(), rows as f32 * (side + GAP));
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let mut stamps = Vec::new();
    for (at, ix) in check.shown.iter().enumerate() {
        let place = vec2((at % COLUMNS) as f32, (at / COLUMNS) as f32) * (side + GAP);
        let square = Rect::from_min_size(rect.min + place, vec2(side, side));
        stamps.extend(Small::of(state, *ix, square, Sight::Cell));
        member_ui(ui, state, *ix, square, commands);
    }
    small_stamps::paint(ui, state, memory, &stamps);
}

fn member_ui(
    ui: &Ui,
    state: &AppState,
    ix: CandidateIx,
    square: Rect,
    commands: &mut Vec<Command>,
) {
    let response = ui.interact(square, ui.scope_id().with(("member", ix.0)), Sense::click());
    let name = state
        .catalogue
        .get(ix)
        .map_or("", |candidate| &candidate.id);
    let response = cells::named(response, egui::Role::Button, &format!("member {name}"));
    if response.on_hover_text(name).clicked() {
        commands.push(Command::Go(Go::To {
            candidate: ix,
            open: false,
        }));
    }
}

fn agree_ui(ui: &mut Ui, state: &AppState, unjudged: usize, commands: &mut Vec<Command>) {
    let text = format!(
        "Do they agree? Then all {} unjudged members are labelled, in one step that undo takes back",
        thousands(unjudged as u64)
    );
    ui.add(egui::Label::new(weak(ui, text)).wrap());
    ui.horizontal_wrapped(|ui| {
        for (at, class) in state.vocabulary().classes.iter().enumerate() {
            let text = format!("all are {}", class.title);
            let line = Stroke::new(1.5, theme::class_color(class));
            if ui.add(Button::new(text).stroke(line)).clicked() {
                commands.push(Command::Latent(Latent::LabelMembers(at)));
            }
        }
    });
}
