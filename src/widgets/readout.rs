//! Numbers beside stamps: captions with limits, and the value under the pointer.

use egui::{Align, Align2, Color32, FontId, Rect, Ui, pos2, vec2};

use super::{stamp_view::Place, theme};
use crate::{
    domain::{Role, Stamp},
    imaging::{MarkColors, Marks, PixelMark, StampStatistics, sky_at},
    language::translated_static,
    text,
    widgets::view_memory::ViewMemory,
    workspace::{
        decode_pool::Decoded,
        display::{Scope, look_in_words},
        shared::Shared,
    },
};

/// The caption of a large stamp: role above, limits and unit below.
pub fn caption(ui: &Ui, place: &Place, shared: &Shared, memory: &mut ViewMemory) {
    let line = |y, align| Line {
        left: place.rect.left(),
        right: place.rect.right(),
        y,
        align,
    };
    let above = line(place.rect.top() - 3.0, Align::Max);
    let stamp = stamp(shared, place);
    let geometry = stamp
        .map(|stamp| geometry_words(shared, stamp))
        .unwrap_or_default();
    let title = FontId::proportional(theme::TEXT);
    let color = ui.visuals().text_color();
    let role = translated_static(place.role.name());
    above.paint(ui, role, (title, color), &geometry);
    let look = memory.looks.look(
        shared,
        place.candidate,
        place.epoch,
        place.role,
        Scope::Locked,
    );
    let (Some(stamp), Some(look)) = (stamp, look) else {
        return;
    };
    let unit = stamp.unit.as_deref().unwrap_or("");
    let limits = format!(
        "{} … {} {unit}",
        short_number(look.limits.low),
        short_number(look.limits.high)
    );
    let recipe = shared.display.recipe(place.role);
    let [stretch, rule] = [recipe.stretch.name(), recipe.rule.name()].map(look_in_words);
    let words = format!("{stretch} · {rule}");
    let caption = (
        FontId::proportional(theme::CAPTION),
        theme::caption_color(ui),
    );
    let below = line(place.rect.bottom() + 3.0, Align::Min);
    let marked = statistics(shared, place).map_or_else(Vec::new, |all| marked(all, &look.marks));
    if marked.is_empty() {
        below.paint(ui, &limits, caption, &[words]);
    } else {
        let taken = below.paint(ui, &limits, caption, &[]);
        below.paint_legend(ui, taken, &marked);
    }
}

/// The kinds of pixels of a stamp that are no measurements, with their colours.
pub fn marked(statistics: &StampStatistics, marks: &MarkColors) -> Vec<(&'static str, Color32)> {
    let color = |[red, green, blue]: [u8; 3]| Color32::from_rgb(red, green, blue);
    let kinds = [
        ("NaN", statistics.nan, Some(marks.nan)),
        (
            text!("fill value"),
            statistics.sentinel,
            Some(marks.sentinel),
        ),
        (text!("saturated"), statistics.saturated, marks.saturated),
    ];
    let there = kinds.into_iter().filter(|(_, count, _)| *count > 0);
    there
        .filter_map(|(name, _, mark)| Some((name, color(mark?))))
        .collect()
}

/// One line of words above or below a stamp.
struct Line {
    left: f32,
    right: f32,
    y: f32,
    align: Align,
}

impl Line {
    /// Words at the left; at the right the first of several that leaves room for both. Returns where the left ones end.
    fn paint(
        &self,
        ui: &Ui,
        left: &str,
        (font, color): (FontId, Color32),
        right: &[String],
    ) -> f32 {
        let painter = ui.painter();
        let at = pos2(self.left, self.y);
        let taken = painter.text(at, Align2([Align::Min, self.align]), left, font, color);
        let font = FontId::proportional(theme::CAPTION);
        let color = theme::caption_color(ui);
        let free = self.right - taken.right() - theme::GRID;
        let fits = |words: &String| {
            let galley = painter.layout_no_wrap(words.clone(), font.clone(), color);
            (galley.size().x <= free).then_some(galley)
        };
        if let Some(galley) = right.iter().find_map(fits) {
            let at = pos2(self.right, self.y);
            let rect = Align2([Align::Max, self.align]).anchor_size(at, galley.size());
            painter.galley(rect.min, galley, color);
        }
        taken.right()
    }

    /// Names with their colours, from the right, as many as there is room for.
    fn paint_legend(&self, ui: &Ui, from: f32, names: &[(&str, Color32)]) {
        const SIDE: f32 = 9.0;
        let painter = ui.painter();
        let text = theme::caption_color(ui);
        let mut right = self.right;
        for (name, color) in names.iter().rev() {
            let font = FontId::proportional(theme::CAPTION);
            let galley = painter.layout_no_wrap((*name).to_owned(), font, text);
            let left = right - galley.size().x - SIDE - 4.0;
            if left < from + theme::GRID {
                return;
            }
            let at = pos2(right, self.y);
            let words = Align2([Align::Max, self.align]).anchor_size(at, galley.size());
            let middle = pos2(left + SIDE / 2.0, words.center().y);
            let field = Rect::from_center_size(middle, vec2(SIDE, SIDE));
            theme::swatch(ui, painter, field, *color);
            painter.galley(words.min, galley, text);
            right = left - theme::GRID;
        }
    }
}

/// Size, and which rule says where north is: in full, and shorter for narrow places.
fn geometry_words(shared: &Shared, stamp: &Stamp) -> [String; 3] {
    let size = format!("{}×{}", stamp.width, stamp.height);
    let rule = stamp.geometry.rule();
    let turned = shared.display.is_north_up.then(|| text!("north up"));
    let all: Vec<_> = [&*size].into_iter().chain(turned).chain([rule]).collect();
    [all.join(" · "), rule.to_owned(), size]
}

fn decoded<'a>(shared: &'a Shared, place: &Place) -> Option<&'a Decoded> {
    let epoch = shared
        .catalogue
        .get(place.candidate)?
        .epochs
        .get(place.epoch)?;
    Some(&**shared.stamps.ready(epoch.stamp(place.role)?.id)?)
}

fn stamp<'a>(shared: &'a Shared, place: &Place) -> Option<&'a Stamp> {
    Some(&decoded(shared, place)?.stamp)
}

fn statistics<'a>(shared: &'a Shared, place: &Place) -> Option<&'a StampStatistics> {
    decoded(shared, place)?.statistics.as_ref()
}

/// What is under the pointer, in words: position, value, significance, sky position.
pub fn under_pointer(shared: &Shared, memory: &ViewMemory) -> Option<String> {
    let hover = memory.hover?;
    let epoch = shared.candidate()?.epochs.get(hover.epoch)?;
    let decoded = shared.stamps.ready(epoch.stamp(hover.role)?.id)?;
    let stamp = &decoded.stamp;
    let [x, y] = hover.position;
    let is_negated = shared.display.negates(hover.role, epoch.difference_sign);
    let value = pixel(stamp, x, y).map(|stored| {
        value_words(
            stamp,
            stored,
            is_negated,
            decoded.statistics.as_ref(),
            hover.role,
        )
    });
    let sky =
        sky_at(&stamp.geometry, x, y).map(|(ra, dec)| format!("  RA {ra:.5}° Dec {dec:+.5}°"));
    Some(format!(
        "x {x:5.1}  y {y:5.1}  {}{}",
        value.unwrap_or_else(|| text!("outside").into()),
        sky.unwrap_or_default()
    ))
}

fn pixel(stamp: &Stamp, x: f64, y: f64) -> Option<f32> {
    let (x, y) = (x.round(), y.round());
    (x >= 0.0 && y >= 0.0)
        .then(|| stamp.at(x as usize, y as usize))
        .flatten()
}

fn value_words(
    stamp: &Stamp,
    stored: f32,
    is_negated: bool,
    statistics: Option<&StampStatistics>,
    role: Role,
) -> String {
    let unit = stamp.unit.as_deref().unwrap_or("");
    let shown = if is_negated { -stored } else { stored };
    match Marks::of(stamp).classify(stored) {
        PixelMark::Nan => text!("NaN (no value in the file)").into(),
        PixelMark::Sentinel => {
            text!("{number} (fill value)", number = short_number(stored))
        }
        mark => {
            let number = short_number(shown);
            let value = if mark == PixelMark::Saturated {
                text!("{number} {unit} saturated", number, unit)
            } else {
                format!("{number} {unit}")
            };
            let sigma = statistics
                .and_then(|statistics| statistics.in_sigma(stored))
                .filter(|_| role != Role::Snr)
                .map(|sigma| format!("  {:+.1} σ", if is_negated { -sigma } else { sigma }));
            value + &sigma.unwrap_or_default()
        }
    }
}

/// A number in about six characters.
pub fn short_number(value: f32) -> String {
    let size = value.abs();
    if value == 0.0 {
        "0".into()
    } else if !(1e-3..1e6).contains(&size) {
        format!("{value:.2e}")
    } else if size >= 100.0 {
        format!("{value:.0}")
    } else if size >= 1.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.3}")
    }
}

#[cfg(test)]
mod tests {
    use super::{marked, short_number};
    use crate::{
        domain::Stamp,
        imaging::{MarkColors, StampStatistics},
    };

    #[test]
    fn the_legend_names_what_a_stamp_has() {
        let marks = MarkColors::default();
        let names = |pixels: Vec<f32>| -> Vec<&str> {
            let stamp = Stamp::new(pixels.len(), 1, pixels);
            let statistics = StampStatistics::of(&stamp).unwrap();
            let marked = marked(&statistics, &marks);
            marked.into_iter().map(|(name, _)| name).collect()
        };
        assert_eq!(names(vec![1.0, 2.0, 3.0]), [""; 0]);
        assert_eq!(names(vec![1.0, f32::NAN, 3.0]), ["NaN"]);
        let both = vec![1.0, f32::NAN, 3.0, 1e30];
        assert_eq!(names(both), ["NaN", "fill value"]);
    }

    #[test]
    fn numbers_stay_short() {
        for (value, text) in [
            (0.0, "0"),
            (812.4, "812"),
            (-12.34, "-12.3"),
            (0.5, "0.500"),
            (1.2e8, "1.20e8"),
        ] {
            assert_eq!(short_number(value), text);
        }
    }
}
