//! The epoch strip: every epoch and role of the candidate, with date, band and magnitude.

use egui::{Align2, FontId, Rect, Response, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use crate::{
    domain::{Candidate, CandidateIx, Epoch, Mjd, Role},
    features::scoring,
    language::translated_static,
    text,
    widgets::{
        sight::Sight,
        spoken,
        stamp_paint::StampBatch,
        stamp_view::Place,
        theme,
        view_memory::{Camera, ViewMemory},
    },
    workspace::{
        command::{Command, Go},
        display::Scope,
        shared::Shared,
    },
};

/// Height of score and words under an epoch, points.
const WORDS: f32 = 46.0;
/// Height of the score alone.
const SCORE: f32 = 16.0;
/// Room for the role names on the left, points.
const NAMES: f32 = 28.0;
const GAP: f32 = 2.0;

/// The strip in this rectangle; scrolls sideways to keep the epoch on screen in view.
pub fn strip_ui(
    ui: &mut Ui,
    rect: Rect,
    shared: &Shared,
    memory: &mut ViewMemory,
    commands: &mut Vec<impl From<Command>>,
) {
    let (Some(ix), Some(candidate)) = (shared.place.candidate, shared.candidate()) else {
        return;
    };
    let mut roles = candidate.roles();
    roles.retain(|role| !matches!(role, Role::Psf | Role::Variance));
    roles.truncate(3);
    let side = ((rect.height() - WORDS) / roles.len().max(1) as f32 - GAP).clamp(16.0, 64.0);
    for (row, role) in roles.iter().enumerate() {
        let y = rect.top() + (row as f32 + 0.5) * (side + GAP);
        let font = FontId::proportional(theme::CAPTION);
        let at = pos2(rect.left(), y);
        ui.painter().text(
            at,
            Align2::LEFT_CENTER,
            translated_static(role.short()),
            font,
            theme::caption_color(ui),
        );
    }
    let area = Rect::from_min_max(pos2(rect.left() + NAMES, rect.top()), rect.max);
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(area).id_salt("strip"));
    let width = candidate.epochs.len() as f32 * (side + GAP);
    egui::ScrollArea::horizontal()
        .id_salt("epoch strip")
        .auto_shrink(false)
        .show(&mut child, |ui| {
            let (content, response) =
                ui.allocate_exact_size(vec2(width, rect.height() - 6.0), Sense::click_and_drag());
            response.widget_info(|| {
                let label = text!(
                    "epoch strip, {count} epochs",
                    count = candidate.epochs.len()
                );
                egui::WidgetInfo::labeled(egui::Role::Image, true, label)
            });
            let strip = Strip {
                ix,
                candidate,
                roles: &roles,
                side,
                content,
            };
            strip.paint(ui, shared, memory);
            spoken::describe(&response, || strip.words_of(shared, shared.place.epoch));
            spoken::stage(&response);
            if let Some(epoch) = strip.read_out(ui, &response, shared) {
                commands.push(Command::Go(Go::Epoch(epoch)).into());
            }
            if let Some(pointer) = response.interact_pointer_pos() {
                let epoch = strip.epoch_at(pointer.x);
                if epoch != shared.place.epoch {
                    commands.push(Command::Go(Go::Epoch(epoch)).into());
                }
            }
            let key = (shared.place.candidate, shared.place.epoch as u64);
            let marker = ui.scope_id().with("shown epoch");
            let last = ui.data(|data| data.get_temp::<(Option<CandidateIx>, u64)>(marker));
            if last != Some(key) {
                ui.scroll_to_rect(strip.cell(shared.place.epoch, 0), None);
                ui.data_mut(|data| data.insert_temp(marker, key));
            }
        });
}

struct Strip<'a> {
    ix: CandidateIx,
    candidate: &'a Candidate,
    roles: &'a [Role],
    side: f32,
    content: Rect,
}

impl Strip<'_> {
    fn cell(&self, epoch: usize, row: usize) -> Rect {
        let step = self.side + GAP;
        let corner = self.content.left_top() + vec2(epoch as f32 * step, row as f32 * step);
        Rect::from_min_size(corner, vec2(self.side, self.side))
    }

    fn epoch_at(&self, x: f32) -> usize {
        let at = ((x - self.content.left()) / (self.side + GAP)).max(0.0) as usize;
        at.min(self.candidate.epochs.len().saturating_sub(1))
    }

    fn paint(&self, ui: &Ui, shared: &Shared, memory: &mut ViewMemory) {
        let clip = ui.clip_rect();
        let first = self.epoch_at(clip.left());
        let last = self.epoch_at(clip.right());
        let mut batch = StampBatch::default();
        for epoch in first..=last {
            for (row, role) in self.roles.iter().enumerate() {
                let rect = self.cell(epoch, row);
                let place = Place {
                    candidate: self.ix,
                    epoch,
                    role: *role,
                    rect,
                    scope: Scope::Locked,
                    sight: Sight::Glimpse,
                };
                place.lay(ui, shared, memory, &mut batch, Camera::default());
            }
        }
        let number = memory.batches;
        memory.batches += 1;
        batch.paint(ui, clip, number, &memory.lost);
        let digits = digits(&self.candidate.epochs);
        for epoch in first..=last {
            self.score(ui, shared, epoch);
            let date = date_words(&self.candidate.epochs, epoch, digits);
            self.words(ui, epoch, date, epoch == shared.place.epoch);
        }
    }

    /// An epoch as it is read aloud.
    fn words_of(&self, shared: &Shared, at: usize) -> String {
        let mut words = vec![
            text!("epoch {number}", number = at + 1),
            spoken::epoch_words(self.candidate, at),
        ];
        let reading = scoring::badge::of_epoch(shared, self.ix, at);
        words.extend(reading.map(|reading| scoring::badge::reading_words(shared, reading)));
        words.join(", ")
    }

    /// The epochs in view, one by one; the one that a screen reader has pressed.
    fn read_out(&self, ui: &mut Ui, whole: &Response, shared: &Shared) -> Option<usize> {
        let clip = ui.clip_rect();
        let in_view = self.epoch_at(clip.left())..=self.epoch_at(clip.right());
        let last = self.roles.len().max(1) - 1;
        let parts = in_view.map(|at| spoken::Part {
            at,
            rect: self.cell(at, 0).union(self.cell(at, last)),
            name: text!("epoch {number}", number = at + 1),
            words: self.words_of(shared, at),
            is_chosen: at == shared.place.epoch,
        });
        spoken::parts(ui, whole, parts)
    }

    /// The score of the active model, in a place that is there before the score is.
    fn score(&self, ui: &Ui, shared: &Shared, at: usize) {
        let Some(reading) = scoring::badge::of_epoch(shared, self.ix, at) else {
            return;
        };
        let stamp = self.cell(at, self.roles.len().max(1) - 1);
        let width = scoring::badge::BADGE.x.min(stamp.width());
        let size = vec2(width, scoring::badge::BADGE.y);
        let center = pos2(stamp.center().x, stamp.bottom() + 2.0 + size.y / 2.0);
        let rect = Rect::from_center_size(center, size);
        scoring::badge::paint(ui, ui.painter(), rect, shared, reading);
    }

    fn words(&self, ui: &Ui, at: usize, date: String, is_current: bool) {
        let epoch = &self.candidate.epochs[at];
        let top = self.cell(at, 0);
        let column = Rect::from_min_max(top.min, self.cell(at, self.roles.len().max(1) - 1).max);
        if is_current {
            let stroke = Stroke::new(2.0, theme::AMBER);
            ui.painter()
                .rect_stroke(column.expand(1.0), 1.0, stroke, StrokeKind::Outside);
        }
        let font = FontId::proportional(if self.side < 34.0 { 8.5 } else { 10.0 });
        let color = if is_current {
            theme::accent_text(ui)
        } else {
            theme::caption_color(ui)
        };
        let below = pos2(column.center().x, column.bottom() + 2.0 + SCORE);
        ui.painter()
            .text(below, Align2::CENTER_TOP, date, font.clone(), color);
        let band = epoch
            .band
            .as_ref()
            .map(|band| band.name().to_owned())
            .unwrap_or_default();
        let mag = epoch
            .mag
            .filter(|mag| mag.is_finite())
            .map(|mag| format!("{mag:.1}"));
        let words = format!("{band} {}", mag.unwrap_or_default());
        let band_color = if is_current {
            color
        } else {
            theme::as_text(ui, theme::band_color(epoch.band.as_ref()))
        };
        let at = below + vec2(0.0, 11.0);
        ui.painter()
            .text(at, Align2::CENTER_TOP, words.trim(), font, band_color);
    }
}

/// Digits of dates with which no epoch reads like the one before it: one or two, as more have no space; none where two are
/// not enough.
fn digits(epochs: &[Epoch]) -> Option<usize> {
    (1..=2).find(|digits| (1..epochs.len()).all(|at| !reads_as_before(epochs, at, *digits)))
}

fn reads_as_before(epochs: &[Epoch], at: usize, digits: usize) -> bool {
    let rounded = |at: usize| {
        let days = epochs.get(at)?.mjd?.days();
        Some((days * 10_f64.powi(digits as i32)).round() as i64)
    };
    let before = at.checked_sub(1).and_then(rounded);
    before.is_some() && before == rounded(at)
}

/// The date below an epoch: its MJD; where that would read like the one before it, its time of day (UTC).
fn date_words(epochs: &[Epoch], at: usize, digits: Option<usize>) -> String {
    let Some(mjd) = epochs[at].mjd else {
        return format!("{}", at + 1);
    };
    if let Some(digits) = digits {
        return format!("{:.digits$}", mjd.days());
    }
    if !reads_as_before(epochs, at, 1) {
        return format!("{:.1}", mjd.days());
    }
    let of_day = |mjd: Mjd| (mjd.utc_days().rem_euclid(1.0) * 86_400.0).round() as i64;
    let second = of_day(mjd);
    let before = epochs[at - 1].mjd.map(of_day);
    let (hour, minute) = (second / 3600 % 24, second / 60 % 60);
    if before.is_some_and(|before| before / 60 == second / 60) {
        return format!("{hour:02}:{minute:02}:{:02}", second % 60);
    }
    format!("{hour:02}:{minute:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(mjds: &[f64]) -> Vec<String> {
        let epoch = |mjd: &f64| Epoch {
            mjd: Mjd::new(*mjd),
            ..Epoch::default()
        };
        let epochs: Vec<_> = mjds.iter().map(epoch).collect();
        let digits = digits(&epochs);
        (0..epochs.len())
            .map(|at| date_words(&epochs, at, digits))
            .collect()
    }

    #[test]
    fn epochs_of_one_night_are_told_apart() {
        for (mjds, expected) in [
            (&[57_070.12, 57_071.26][..], &["57070.1", "57071.3"][..]),
            (&[59_540.52, 59_540.54], &["59540.52", "59540.54"]),
            (
                // 12:57:36, 13:12, 13:15:15 and 13:15:45.
                &[59_540.54, 59_540.55, 59_540.552_26, 59_540.552_6],
                &["59540.5", "59540.6", "13:15", "13:15:45"],
            ),
        ] {
            assert_eq!(words(mjds), expected);
        }
        let none = [Epoch::default(), Epoch::default()];
        assert_eq!(date_words(&none, 1, digits(&none)), "2");
    }
}
