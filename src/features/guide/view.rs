//! The guide in the window: the list of pages, and one of them.

use egui::{Align2, CentralPanel, OpenUrl, Panel, ScrollArea, Ui, vec2};

use super::{
    markdown::markdown_ui,
    pages::{PAGES, Page, page, page_of},
};
use crate::{
    text,
    widgets::{pane::frame_ui, view_memory::ViewMemory},
    workspace::{action::Action, command::Command, shared::Shared},
};

pub fn guide_ui(
    ui: &Ui,
    shared: &Shared,
    memory: &mut ViewMemory,
    commands: &mut Vec<impl From<Command>>,
) {
    let window = egui::Window::new(text!("Guide"))
        .collapsible(false)
        .anchor(Align2::CENTER_CENTER, vec2(0.0, 0.0))
        .fixed_size(vec2(820.0, 600.0).min(ui.ctx().content_rect().size() - vec2(40.0, 80.0)));
    let is_open = frame_ui(ui, window, Action::Guide, commands, |ui, _| {
        let usual = page_of(shared.screen, shared.shows_start_page());
        let here = memory.guide_page.and_then(page).unwrap_or(usual);
        Panel::left("guide pages")
            .resizable(false)
            .exact_size(190.0)
            .show(ui, |ui| list_ui(ui, here, memory));
        CentralPanel::default().show(ui, |ui| page_ui(ui, here, memory));
    });
    if !is_open {
        memory.guide_page = None;
    }
}

fn list_ui(ui: &mut Ui, here: &Page, memory: &mut ViewMemory) {
    ScrollArea::vertical()
        .id_salt("guide pages")
        .show(ui, |ui| {
            for page in PAGES {
                if ui
                    .selectable_label(page.name == here.name, page.title)
                    .clicked()
                {
                    memory.guide_page = Some(page.name);
                }
            }
        });
}

fn page_ui(ui: &mut Ui, here: &Page, memory: &mut ViewMemory) {
    let clicked = ScrollArea::vertical()
        .id_salt(("guide page", here.name))
        .auto_shrink(false)
        .show(ui, |ui| markdown_ui(ui, here.text))
        .inner;
    let Some(link) = clicked else { return };
    let file = link.split('#').next().unwrap_or_default();
    let known = file.strip_suffix(".md").and_then(page);
    match known {
        Some(page) => memory.guide_page = Some(page.name),
        None if link.starts_with("https://") => ui.open_url(OpenUrl::new_tab(link)),
        // A file of the repository: its place can be read there.
        None => ui.copy_text(link),
    }
}
