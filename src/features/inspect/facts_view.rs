//! What is known of the candidate and the epoch on screen, beside the stamps: a click copies a value.

use egui::{Align, Color32, Layout, OpenUrl, RichText, ScrollArea, Sense, Ui};

use super::facts::facts;
use crate::{
    domain::{Candidate, Epoch, FieldValue, magnitude::mag_in_words, position::sexagesimal},
    text,
    widgets::{
        cells,
        theme::{self, weak},
    },
    workspace::{
        command::{Command, Session},
        queue::column::Column,
        shared::Shared,
    },
};

/// Identifier, position, time, magnitude, the survey's facts, pages about the object.
pub fn facts_ui(ui: &mut Ui, shared: &Shared, commands: &mut Vec<impl From<Command>>) {
    let Some(candidate) = shared.candidate() else {
        return;
    };
    pair(ui, "id", &candidate.id, None);
    let truth = candidate.truth.as_ref();
    if let Some(truth) = truth.filter(|_| !shared.is_blind()) {
        pair(ui, text!("truth in file"), truth, None);
    }
    if let Some(position) = candidate.position_deg {
        let [ra, dec] = position;
        pair(ui, "RA, Dec", &sexagesimal(position), None);
        pair(ui, text!("degrees"), &format!("{ra:.5} {dec:+.5}"), None);
    }
    links_ui(ui, shared, candidate);
    let Some(epoch) = shared.epoch() else { return };
    ui.add_space(theme::GRID / 2.0);
    if candidate.epochs.len() > 1 {
        let text = text!(
            "epoch {epoch} of {epochs}",
            epoch = shared.place.epoch + 1,
            epochs = candidate.epochs.len()
        );
        ui.label(weak(ui, text));
    }
    epoch_ui(ui, epoch);
    ui.add_space(theme::GRID / 2.0);
    for fact in facts(shared, candidate, epoch) {
        pair(ui, &fact.name, &fact.value, None);
    }
    // Columns of whole catalogues are long: the first stand here, all can be filtered and sorted by.
    let joined = candidate.joined.iter();
    for (name, value) in joined
        .filter(|(name, value)| {
            !is_missing(value) && !shared.hides_column(&Column::Field((*name).clone()))
        })
        .take(MOST_JOINED)
    {
        pair(ui, name, &value.to_string(), None);
    }
    choose_ui(ui, shared, commands);
}

/// Columns of joined tables that stand beside the stamp.
const MOST_JOINED: usize = 24;

fn is_missing(value: &FieldValue) -> bool {
    matches!(value, FieldValue::Number(number) if number.is_nan())
}

fn epoch_ui(ui: &mut Ui, epoch: &Epoch) {
    if let Some(candid) = &epoch.candid {
        pair(ui, "candid", candid, None);
    }
    if let Some(mjd) = epoch.mjd {
        pair(ui, "UTC", &cells::mjd_clock(mjd), None);
        let scale = mjd.scale().name();
        pair(
            ui,
            &format!("MJD ({scale})"),
            &format!("{:.5}", mjd.days()),
            None,
        );
    }
    if let Some(band) = &epoch.band {
        let color = theme::as_text(ui, theme::band_color(Some(band)));
        pair(ui, text!("band"), &band.to_string(), Some(color));
    }
    if let Some(mag) = epoch.mag.filter(|mag| mag.is_finite()) {
        let name = if epoch.is_mag_of_difference() {
            text!("difference magnitude")
        } else {
            text!("magnitude")
        };
        let words = mag_in_words(mag.into(), epoch.mag_err.map(f64::from));
        pair(ui, name, &words, None);
    }
    if let Some(seeing) = epoch.seeing_arcsec {
        pair(ui, text!("seeing"), &format!("{seeing:.2}″"), None);
    }
}

/// A name and its value, which a click copies.
fn pair(ui: &mut Ui, name: &str, value: &str, color: Option<Color32>) {
    ui.horizontal(|ui| {
        ui.label(weak(ui, name));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let text = RichText::new(value).monospace();
            let text = match color {
                Some(color) => text.color(color),
                None => text,
            };
            let label = egui::Label::new(text)
                .truncate()
                .selectable(false)
                .sense(Sense::click());
            let response = ui
                .add(label)
                .on_hover_text(text!("{value}\nClick to copy", value));
            if response.clicked() {
                ui.copy_text(value.to_owned());
            }
        });
    });
}

/// A menu of pages about the object; nothing is opened without a click.
fn links_ui(ui: &mut Ui, shared: &Shared, candidate: &Candidate) {
    let links = shared.settings.links.iter();
    let pages: Vec<_> = links
        .filter_map(|link| Some((&link.name, link.of(candidate)?)))
        .collect();
    if pages.is_empty() {
        return;
    }
    let menu = ui.menu_button(text!("Open at… ⏷"), |ui| {
        for (name, url) in &pages {
            if ui.button(*name).on_hover_text(url).clicked() {
                ui.open_url(OpenUrl::new_tab(url));
                ui.close();
            }
        }
    });
    menu.response.on_hover_text(text!(
        "Pages of brokers and archives about this object, in your browser"
    ));
}

/// Which facts are shown: ticked in the order in which they were chosen.
fn choose_ui(ui: &mut Ui, shared: &Shared, commands: &mut Vec<impl From<Command>>) {
    let names = shared.field_names();
    if names.is_empty() {
        return;
    }
    let mut settings = shared.settings.clone();
    let text = RichText::new(text!("Choose facts… ⏷")).size(theme::CAPTION);
    ui.menu_button(text, |ui| {
        if ui.button(text!("The survey's usual ones")).clicked() {
            settings.facts.clear();
            ui.close();
        }
        ui.separator();
        ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
            for name in &names {
                let at = settings.facts.iter().position(|fact| **fact == **name);
                let mut is_shown = at.is_some();
                if ui.checkbox(&mut is_shown, &**name).changed() {
                    match at {
                        Some(at) => drop(settings.facts.remove(at)),
                        None => settings.facts.push(name.to_string()),
                    }
                }
            }
        });
    });
    if settings != shared.settings {
        commands.push(Command::Session(Session::Settings(Box::new(settings))).into());
    }
}
