//! What a screen reader reads out: names of what is painted by hand, what stands behind a name, what changes
//! by itself; and the places that the keyboard reaches as a whole.
//!
//! A name is what a thing is (`science of ZTF18abcdefg`) and stays; what is true of it now (epoch, label, score) is its
//! description. Both cost nothing while no screen reader asks: egui calls for names only then, and so do we.

use egui::{Context, Id, Rect, Response, Role, Sense, Ui, WidgetInfo, accesskit};

use super::cells;
use crate::{
    domain::{Candidate, CandidateIx},
    text,
    workspace::shared::Shared,
};

/// Gives a named widget a description: what is true of it now.
pub fn describe(response: &Response, words: impl FnOnce() -> String) {
    if response.ctx.has_accesskit_node(response.id) {
        // Before the context is locked: words may ask it for something.
        let words = words();
        let set = |node: &mut accesskit::Node| node.set_description(words);
        response.ctx.accesskit_node_builder(response.id, set);
    }
}

/// A picture that only a painter knows of: its name and description.
pub fn picture(response: &Response, name: &str, words: impl FnOnce() -> String) {
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    describe(response, words);
}

/// Has changes of a text read out by themselves: at once where it is urgent, else when the reader is idle.
pub fn announce(response: &Response, is_urgent: bool) {
    let live = if is_urgent {
        accesskit::Live::Assertive
    } else {
        accesskit::Live::Polite
    };
    let set = |node: &mut accesskit::Node| node.set_live(live);
    response.ctx.accesskit_node_builder(response.id, set);
}

/// A line that is read out when it changes and is not painted, over `rect`.
pub fn line(ui: &Ui, rect: Rect, name: &str, words: impl Fn() -> String) {
    let response = ui.interact(rect, Id::unique(name), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, words()));
    announce(&response, false);
}

/// One of many things within a painted whole, such as a cell of the mosaic.
pub struct Part {
    /// Its number among the parts of its whole.
    pub at: usize,
    /// Where it is painted.
    pub rect: Rect,
    pub name: String,
    /// What is true of it now.
    pub words: String,
    /// True for the one that is current, or where several are chosen, each of these.
    pub is_chosen: bool,
}

/// Has the parts of a painted whole read out one by one; returns the one that a screen reader has pressed. Nothing
/// is made while no screen reader asks.
pub fn parts(ui: &mut Ui, whole: &Response, all: impl Iterator<Item = Part>) -> Option<usize> {
    if !ui.ctx().has_accesskit_node(whole.id) {
        return None;
    }
    let builder = egui::UiBuilder::new()
        .max_rect(whole.rect)
        .id_salt("parts")
        .accessibility_parent(whole.id);
    let inside = ui.new_child(builder);
    let mut pressed = None;
    for part in all {
        // Without a sense for clicks: the pointer is the whole's own.
        let id = whole.id.with(("part", part.at));
        let response = inside.interact(part.rect, id, Sense::hover());
        response.widget_info(|| {
            WidgetInfo::selected(Role::ListBoxOption, true, part.is_chosen, &part.name)
        });
        let click = accesskit::Action::Click;
        inside.ctx().accesskit_node_builder(id, |node| {
            node.set_description(part.words);
            node.set_selected(part.is_chosen);
            node.add_action(click);
        });
        if inside.input(|input| input.has_accesskit_action_request(id, click)) {
            pressed = Some(part.at);
        }
    }
    pressed
}

/// The place that the keyboard reached last.
fn last_stage() -> Id {
    Id::unique("destello stage with the keyboard")
}

/// A place that Tab reaches as a whole: a stamp, a plot, a page of stamps. While it has the keyboard, arrows, Enter and
/// Space are the commands that they are without it, and do not lead to the next widget.
pub fn stage(response: &Response) {
    if response.has_focus() {
        let id = response.id;
        let note = |data: &mut egui::util::IdTypeMap| data.insert_temp(last_stage(), id);
        response.ctx.data_mut(note);
    }
}

/// True while such a place has the keyboard.
pub fn is_on_stage(ctx: &Context) -> bool {
    let focused = ctx.memory(egui::Memory::focused);
    let stage = ctx.data(|data| data.get_temp::<Id>(last_stage()));
    focused.is_some() && focused == stage
}

/// A plot: its name, what it shows in words, and a place that Tab reaches as a whole.
pub fn plot(response: &Response, name: &str, words: impl FnOnce() -> String) {
    picture(response, name, words);
    stage(response);
}

/// "candidate 3 of 120", or that it is not in the list.
pub fn rank_words(shared: &Shared, ix: CandidateIx) -> String {
    let count = shared.queue.order().len();
    shared.queue.rank(ix).map_or_else(
        || text!("not in the list").to_owned(),
        |rank| text!("candidate {rank} of {count}", rank = rank + 1, count),
    )
}

/// "labelled real, flagged", "not labelled": as far as it may be seen.
pub fn label_words(shared: &Shared, candidate: &Candidate) -> String {
    let labels = shared.label_on_screen(candidate);
    let word = cells::label_word(labels);
    let label = match (word.is_empty(), labels.is_labelled()) {
        (true, _) => text!("not labelled").to_owned(),
        (false, true) => text!("labelled {class}", class = word),
        (false, false) => word,
    };
    match (labels.is_flagged, labels.note.is_some()) {
        (false, false) => label,
        (true, false) => text!("{label}, flagged", label),
        (false, true) => text!("{label}, with a note", label),
        (true, true) => text!("{label}, flagged, with a note", label),
    }
}

/// "2015-02-18 02:10 UTC, g, magnitude 20.1": what is known of an epoch (counted from 0); its number where nothing is.
pub fn epoch_words(candidate: &Candidate, at: usize) -> String {
    let Some(epoch) = candidate.epochs.get(at) else {
        return String::new();
    };
    let date = epoch
        .mjd
        .map(|mjd| format!("{} UTC", cells::mjd_clock(mjd)));
    let band = epoch.band.as_ref().map(ToString::to_string);
    let mag = epoch.mag.filter(|mag| mag.is_finite());
    let mag = mag.map(|mag| text!("magnitude {mag}", mag = format_args!("{mag:.1}")));
    let known: Vec<_> = [date, band, mag].into_iter().flatten().collect();
    if known.is_empty() {
        text!("number {number}", number = at + 1)
    } else {
        known.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Band, Epoch, Mjd};

    #[test]
    fn an_epoch_is_put_into_words_as_far_as_it_is_known() {
        let known = Epoch {
            mjd: Mjd::new(57_000.25),
            band: Some(Band::G),
            mag: Some(20.14),
            ..Epoch::default()
        };
        let strange = Epoch {
            mag: Some(f32::NAN),
            ..Epoch::default()
        };
        let candidate = Candidate {
            epochs: vec![known, strange],
            ..Candidate::default()
        };
        assert_eq!(
            epoch_words(&candidate, 0),
            "2014-12-09 06:00 UTC, g, magnitude 20.1"
        );
        assert_eq!(epoch_words(&candidate, 1), "number 2");
        assert_eq!(epoch_words(&candidate, 2), "");
    }
}
