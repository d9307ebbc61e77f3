//! Random members of a component; if they agree, all are labelled.

use egui::{Button, Rect, RichText, ScrollArea, Sense, Stroke, Ui, vec2};

use crate::{
    domain::{CandidateIx, words::thousands},
    features::latent::{command::Latent, parts::MemberCheck},
    text,
    widgets::{
        cells,
        sight::Sight,
        small_stamps::{self, Small},
        theme::{self, weak},
        view_memory::ViewMemory,
    },
    workspace::{
        command::{Command, Go},
        shared::Shared,
    },
};

/// Stamps beside each other.
const COLUMNS: usize = 4;

/// The members and what can be done with them.
pub fn check_ui(
    ui: &mut Ui,
    shared: &Shared,
    memory: &mut ViewMemory,
    check: &MemberCheck,
    commands: &mut Vec<impl From<Command> + From<Latent>>,
) {
    let unjudged = check.unjudged;
    head_ui(ui, check, unjudged, commands);
    ui.separator();
    egui::Panel::bottom("agree").show(ui, |ui| agree_ui(ui, shared, unjudged, commands));
    ScrollArea::vertical()
        .id_salt("members looked at")
        .auto_shrink(false)
        .show(ui, |ui| members_ui(ui, shared, memory, check, commands));
}

fn head_ui(
    ui: &mut Ui,
    check: &MemberCheck,
    unjudged: usize,
    commands: &mut Vec<impl From<Latent>>,
) {
    ui.horizontal(|ui| {
        let text = text!(
            "Component {number}: {shown} of {count} unlabelled members, at random",
            number = check.component + 1,
            shown = check.shown.len(),
            count = thousands(unjudged as u64)
        );
        ui.label(RichText::new(text).strong());
    });
    ui.horizontal(|ui| {
        if ui
            .button(text!("Resample"))
            .on_hover_text(text!("Draw other members"))
            .clicked()
        {
            commands.push(Latent::CheckOthers.into());
        }
        if ui
            .button(text!("Back"))
            .on_hover_text(text!("To the components"))
            .clicked()
        {
            commands.push(Latent::DropCheck.into());
        }
    });
}

fn members_ui(
    ui: &mut Ui,
    shared: &Shared,
    memory: &mut ViewMemory,
    check: &MemberCheck,
    commands: &mut Vec<impl From<Command>>,
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
        stamps.extend(Small::of(shared, *ix, square, Sight::Cell));
        member_ui(ui, shared, *ix, square, commands);
    }
    small_stamps::paint(ui, shared, memory, &stamps);
}

fn member_ui(
    ui: &Ui,
    shared: &Shared,
    ix: CandidateIx,
    square: Rect,
    commands: &mut Vec<impl From<Command>>,
) {
    let response = ui.interact(square, ui.scope_id().with(("member", ix.0)), Sense::click());
    let name = shared
        .catalogue
        .get(ix)
        .map_or("", |candidate| &candidate.id);
    let response = cells::named(response, egui::Role::Button, &text!("member {name}", name));
    if response.on_hover_text(name).clicked() {
        commands.push(
            Command::Go(Go::To {
                candidate: ix,
                open: false,
            })
            .into(),
        );
    }
}

fn agree_ui(ui: &mut Ui, shared: &Shared, unjudged: usize, commands: &mut Vec<impl From<Latent>>) {
    let text = text!(
        "If all look alike, label all {count} unlabelled members (one undo takes it back)",
        count = thousands(unjudged as u64)
    );
    ui.add(egui::Label::new(weak(ui, text)).wrap());
    ui.horizontal_wrapped(|ui| {
        for (at, class) in shared.vocabulary().classes.iter().enumerate() {
            let text = text!("all are {class}", class = class.title);
            let line = Stroke::new(1.5, theme::class_color(class));
            if ui.add(Button::new(text).stroke(line)).clicked() {
                commands.push(Latent::LabelMembers(at).into());
            }
        }
    });
}
