//! Class probabilities as stacked bands on the time axis of the light curve: one sees when the model
//! made up its mind, and which epoch did it.

use egui::{
    Align, Layout, RichText, ScrollArea, Sense, Ui, containers::scroll_area::ScrollBarVisibility,
    vec2,
};
use egui_plot::{Bar, BarChart, Plot, VLine};

use super::badge::{class_color, score_words};
use crate::{
    domain::{
        Candidate, CandidateIx, Prediction, certainty::KnownClasses, set_figures::in_percent,
    },
    features::light_curve::{
        points::{nearest_epoch, time_axis, time_origin, time_range},
        view::{LEAST_PLOT, NAMED_AXIS, Y_AXIS, linked},
    },
    text,
    widgets::{
        spoken,
        theme::{self, weak},
    },
    workspace::{
        command::{Command, Go},
        scores::{
            classes::{ClassPredictions, LikelyClass},
            shown::ShownModel,
        },
        shared::Shared,
    },
};

/// Classes that are named in the line above.
const NAMED: usize = 3;
/// A plot that is lower has no name below its axis, points.
const LEAST_NAMED: f32 = 64.0;
/// Where the line above is narrower it scrolls, points.
const WHOLE_LINE: f32 = 420.0;
/// How strong the colour of a class is that it cannot be.
const PALE: f32 = 0.35;

/// The bands of the candidate on screen; a hint where there are none yet.
pub fn class_bands_ui(ui: &mut Ui, shared: &Shared, commands: &mut Vec<impl From<Command>>) {
    let (Some(ix), Some(candidate)) = (shared.place.candidate, shared.candidate()) else {
        return;
    };
    let Some(model) = shared.scores.class_model() else {
        return;
    };
    let Some(predicted) = shared.scores.classes(ix) else {
        let text = text!(
            "{name} has not looked at this candidate yet",
            name = model.name()
        );
        ui.label(weak(ui, text));
        return;
    };
    head_ui(ui, shared, model, ix, predicted);
    plot_ui(ui, shared, (model, ix, candidate), predicted, commands);
}

/// The classes that it may be at the epoch on screen, the likeliest first; the likeliest ones where no set is known.
fn head_ui(
    ui: &mut Ui,
    shared: &Shared,
    model: &ShownModel,
    ix: CandidateIx,
    predicted: ClassPredictions<'_>,
) {
    let epoch = shared.place.epoch;
    let left_out = match predicted.predictions.get(epoch) {
        Some(Prediction::Refused(why)) if predicted.row(epoch).is_none() => {
            Some(text!("left out: this epoch {why}", why))
        }
        _ => None,
    };
    if ui.available_width() < WHOLE_LINE {
        ScrollArea::horizontal()
            .id_salt("classes of this epoch")
            .scroll_bar_visibility(ScrollBarVisibility::AlwaysHidden)
            .show(ui, |ui| {
                ui.horizontal(|ui| {
                    known_ui(ui, shared, model, ix, predicted);
                    if let Some(words) = left_out {
                        ui.label(weak(ui, words));
                    }
                });
            });
        return;
    }
    ui.horizontal(|ui| {
        known_ui(ui, shared, model, ix, predicted);
        if let Some(words) = left_out {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.add(egui::Label::new(weak(ui, words)).truncate());
            });
        }
    });
}

/// The same side by side.
fn known_ui(
    ui: &mut Ui,
    shared: &Shared,
    model: &ShownModel,
    ix: CandidateIx,
    predicted: ClassPredictions<'_>,
) {
    ui.label(weak(
        ui,
        text!("{name}, up to this epoch", name = model.name()),
    ));
    let epoch = shared.place.epoch;
    let known = shared.scores.known_classes(model, ix, Some(epoch));
    let is_unseen = known
        .as_ref()
        .is_some_and(|known| known.is_seen == Some(false));
    let set = known.and_then(|known| known.set);
    let Some(row) = predicted.until(epoch) else {
        ui.label(weak(ui, text!("nothing yet")));
        return;
    };
    if is_unseen {
        ui.label(RichText::new(text!("nothing is seen yet")).size(theme::CAPTION));
    }
    let ranked = predicted.ranked(row);
    let is_in =
        |class: &&LikelyClass<'_>| set.as_ref().is_none_or(|set| set.contains(&class.class));
    for class in ranked.iter().filter(is_in).take(NAMED) {
        chip_ui(ui, shared, class.class, class.probability);
    }
    if let Some(set) = &set {
        let more = set.len().saturating_sub(NAMED);
        let level = in_percent(shared.scores.level());
        let words = if more > 0 {
            text!("and {more} more; {level} % set", more, level)
        } else {
            text!("{level} % set", level)
        };
        ui.label(weak(ui, words).size(theme::CAPTION))
            .on_hover_text(text!(
                "What it may be: of each class so many of 100 objects have their class in this set. \
                 Other classes are pale, and all are while nothing is seen."
            ));
    }
}

/// True where a class cannot be it, or nothing is seen yet.
fn is_pale(known: Option<&KnownClasses<'_>>, class: &str) -> bool {
    known.is_some_and(|known| {
        let is_out = |set: &Vec<&str>| !set.contains(&class);
        known.is_seen == Some(false) || known.set.as_ref().is_some_and(is_out)
    })
}

/// A class in its colour, with its probability.
fn chip_ui(ui: &mut Ui, shared: &Shared, class: &str, probability: f32) {
    let (rect, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
    theme::swatch(ui, ui.painter(), rect, class_color(shared, class));
    let words = format!("{} {}", shared.class_title(class), score_words(probability));
    ui.label(RichText::new(words).size(theme::CAPTION));
}

/// From when to when a verdict stood, days, and its probabilities.
struct Span<'a> {
    from: f64,
    until: f64,
    epoch: usize,
    row: &'a [f32],
}

/// Predictions in the order of time: each stands until the next. Epochs without time are left out.
fn spans<'a>(
    candidate: &Candidate,
    predicted: &ClassPredictions<'a>,
    origin: f64,
) -> Vec<Span<'a>> {
    let epochs = candidate.epochs.iter().enumerate();
    let mut known: Vec<(f64, usize, &'a [f32])> = epochs
        .filter_map(|(at, epoch)| Some((epoch.mjd?.utc_days() - origin, at, predicted.row(at)?)))
        .collect();
    known.sort_by(|a, b| a.0.total_cmp(&b.0));
    let Some([_, end]) = time_range(candidate) else {
        return Vec::new();
    };
    let ends = known.iter().skip(1).map(|(from, ..)| *from);
    let ends = ends.chain([end - origin]);
    let spans = known.iter().zip(ends);
    spans
        .map(|((from, epoch, row), until)| Span {
            from: *from,
            until,
            epoch: *epoch,
            row,
        })
        .collect()
}

fn why_no_class(predicted: ClassPredictions<'_>) -> String {
    let why = predicted
        .predictions
        .iter()
        .find_map(|prediction| match prediction {
            Prediction::Refused(why) => Some(&**why),
            Prediction::Probabilities(_) => None,
        });
    let why = why.unwrap_or(text!("it has no epoch"));
    text!("No class: every epoch is left out; the first {why}", why)
}

fn plot_ui(
    ui: &mut Ui,
    shared: &Shared,
    (model, ix, candidate): (&ShownModel, CandidateIx, &Candidate),
    predicted: ClassPredictions<'_>,
    commands: &mut Vec<impl From<Command>>,
) {
    let origin = time_origin(candidate);
    let spans = spans(candidate, &predicted, origin);
    if spans.is_empty() {
        ui.centered_and_justified(|ui| ui.label(weak(ui, why_no_class(predicted))));
        return;
    }
    let cursor = shared.epoch().and_then(|epoch| epoch.mjd);
    let height = ui.available_height();
    let y_name =
        Some(text!("probability")).filter(|name| theme::y_name_fits(ui, name, height - NAMED_AXIS));
    let y_name = y_name.unwrap_or_default();
    let mut plot = Plot::new(("class probabilities", &*candidate.id))
        .link_axis(linked(candidate), [true, false])
        .allow_scroll(false)
        .allow_zoom([true, false])
        .allow_drag([true, false])
        .allow_boxed_zoom(false)
        .include_y(0.0)
        .include_y(1.0)
        .set_margin_fraction(vec2(0.03, 0.0))
        .y_axis_label(y_name)
        .y_axis_min_width(Y_AXIS)
        .min_size(LEAST_PLOT)
        .show_x(false)
        .show_grid(false)
        .show_crosshair(false);
    if height > LEAST_NAMED {
        plot = plot.x_axis_label(text!(
            "MJD − {origin} (days)",
            origin = format_args!("{origin:.0}")
        ));
    }
    if let Some([from, to]) = time_axis(candidate) {
        plot = plot.default_x_bounds(from, to);
    }
    let known: Vec<Option<KnownClasses<'_>>> = spans
        .iter()
        .map(|span| shared.scores.known_classes(model, ix, Some(span.epoch)))
        .collect();
    let response = plot.show(ui, |plot| {
        for (class, name) in predicted.classes.iter().enumerate() {
            let bar = |span: &Span<'_>| {
                let below: f32 = span.row.iter().take(class).sum();
                let own = span.row.get(class).copied().unwrap_or(0.0);
                Bar::new(f64::midpoint(span.from, span.until), f64::from(own))
                    .width(span.until - span.from)
                    .base_offset(f64::from(below))
            };
            let fill = class_color(shared, name);
            let bars = spans.iter().zip(&known).map(|(span, known)| {
                let fill = if is_pale(known.as_ref(), name) {
                    fill.gamma_multiply(PALE)
                } else {
                    fill
                };
                bar(span).fill(fill).stroke((0.0, fill))
            });
            plot.bar_chart(BarChart::new(shared.class_title(name), bars.collect()).color(fill));
        }
        if let Some(mjd) = cursor {
            let line = VLine::new(text!("epoch on screen"), mjd.utc_days() - origin);
            plot.vline(line.color(theme::AMBER).width(1.5));
        }
        plot.pointer_coordinate().map(|at| at.x + origin)
    });
    let name = text!(
        "class probabilities of {candidate}",
        candidate = candidate.id
    );
    spoken::plot(&response.response, &name, || {
        spoken_words(shared, predicted)
    });
    let is_moved = response.response.clicked() || response.response.dragged();
    if let (true, Some(mjd)) = (is_moved, response.inner)
        && let Some(epoch) = nearest_epoch(candidate, mjd)
        && epoch != shared.place.epoch
    {
        commands.push(Command::Go(Go::Epoch(epoch)).into());
    }
}

/// The likeliest classes up to the epoch on screen.
fn spoken_words(shared: &Shared, predicted: ClassPredictions<'_>) -> String {
    let epoch = shared.place.epoch;
    let Some(row) = predicted.until(epoch) else {
        return text!("nothing yet").into();
    };
    let ranked = predicted.ranked(row);
    let words = ranked.iter().take(NAMED).map(|likely| {
        let title = shared.class_title(likely.class);
        format!("{title} {}", score_words(likely.probability))
    });
    let words: Vec<_> = words.collect();
    text!(
        "up to epoch {epoch}: {classes}",
        epoch = epoch + 1,
        classes = words.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Epoch, Mjd};

    #[test]
    fn a_verdict_stands_until_the_next_one() {
        let epoch = |mjd: f64| Epoch {
            mjd: Mjd::new(mjd),
            ..Epoch::default()
        };
        let candidate = Candidate {
            epochs: vec![epoch(100.0), epoch(101.0), epoch(110.0)],
            ..Candidate::default()
        };
        let row = |p: f32| Prediction::Probabilities([p, 1.0 - p].into());
        let predictions = [
            row(0.5),
            Prediction::Refused("has no time".into()),
            row(0.9),
        ];
        let classes = ["a", "b"].map(String::from);
        let predicted = ClassPredictions {
            classes: &classes,
            predictions: &predictions,
        };
        let spans = spans(&candidate, &predicted, 100.0);
        assert_eq!(spans.len(), 2);
        assert!((spans[0].until - 10.0).abs() < 1e-9);
        assert!(spans[1].until > 10.0);
    }
}
