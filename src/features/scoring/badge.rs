//! One score on the screen: a number in a badge, filled for real and outlined for bogus, so that the
//! sides differ without their colours.

use egui::{Align2, Color32, FontId, Painter, Rect, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};

use crate::{
    domain::{
        CandidateIx,
        certainty::{Certainty, KnownClasses},
        set_figures::in_percent,
    },
    text,
    widgets::{
        spoken,
        theme::{self},
    },
    workspace::{
        scores::shown::{Reading, ShownModel},
        shared::Shared,
    },
};

/// Size of a badge, points.
pub const BADGE: Vec2 = vec2(28.0, 13.0);

/// Two digits; three where two would read as "certain" of what is not.
pub fn score_words(value: f32) -> String {
    if (0.005..0.995).contains(&value) {
        let text = format!("{value:.2}");
        return text.trim_start_matches('0').to_owned();
    }
    match value {
        value if value >= 0.9995 => "1".into(),
        value if value < 0.0005 => "0".into(),
        value => format!("{value:.3}").trim_start_matches('0').to_owned(),
    }
}

/// The same of a score that a threshold decides on: with as many digits as it takes not to read as on the other side.
pub fn side_words(value: f32, threshold: f32) -> String {
    /// More are never needed to tell two scores apart on the screen.
    const MOST_DIGITS: usize = 6;
    let is_real = value >= threshold;
    let reads_so = |words: &String| {
        let read = format!("0{words}").parse::<f32>();
        read.is_ok_and(|read| (read >= threshold) == is_real)
    };
    let usual = score_words(value);
    if reads_so(&usual) {
        return usual;
    }
    let longer = (3..=MOST_DIGITS).map(|digits| {
        let text = format!("{value:.digits$}");
        text.strip_prefix('0').map_or(text.clone(), str::to_owned)
    });
    longer.into_iter().find(reads_so).unwrap_or(usual)
}

/// What stands in place of a score in a badge.
fn words(reading: Reading<'_>) -> String {
    match reading {
        Reading::Score {
            value, threshold, ..
        } => side_words(value, threshold),
        Reading::Class {
            probability: value, ..
        } => score_words(value),
        Reading::Refused(_) => text!("none").into(),
        Reading::Pending => "…".into(),
    }
}

/// What the active model predicts for one epoch; none while scores are hidden.
pub fn of_epoch(shared: &Shared, ix: CandidateIx, epoch: usize) -> Option<Reading<'_>> {
    let scores = &shared.scores;
    (!shared.is_blind()).then(|| scores.of_epoch(scores.active(), ix, epoch))
}

/// What the active model predicts for a candidate; none while scores are hidden.
pub fn of_candidate(shared: &Shared, ix: CandidateIx) -> Option<Reading<'_>> {
    let scores = &shared.scores;
    (!shared.is_blind()).then(|| scores.of_candidate(scores.active(), ix))
}

/// A score as it is read aloud: "score .97, real", "Supernova, probability .87, one of 2 classes that it may be".
pub fn reading_words(shared: &Shared, reading: Reading<'_>) -> String {
    match reading {
        Reading::Score {
            value,
            is_real,
            threshold,
        } => {
            let side = if is_real { "real" } else { "bogus" };
            text!(
                "score {score}, {side}",
                score = side_words(value, threshold),
                side
            )
        }
        Reading::Class {
            class,
            probability,
            certainty,
        } => {
            let title = shared.class_title(class);
            let words = text!(
                "{title}, probability {probability}",
                title,
                probability = score_words(probability)
            );
            match certainty {
                Certainty::Unknown | Certainty::One => words,
                Certainty::Several(count) => {
                    text!(
                        "{words}, one of {count} classes that it may be",
                        words,
                        count
                    )
                }
                Certainty::Unseen => text!("nothing is seen yet: {words}", words),
            }
        }
        Reading::Refused(why) => text!("no score: it {why}", why),
        Reading::Pending => text!("no score yet").into(),
    }
}

/// Where a candidate stands in the queue, its label and the score of the active model, as they are read aloud: as far
/// as each may be seen.
pub fn candidate_words(shared: &Shared, ix: CandidateIx) -> String {
    let mut words = vec![spoken::rank_words(shared, ix)];
    if let Some(candidate) = shared.catalogue.get(ix) {
        words.push(spoken::label_words(shared, candidate));
    }
    words.extend(of_candidate(shared, ix).map(|reading| reading_words(shared, reading)));
    words.join(", ")
}

/// A badge in this rectangle.
pub fn paint(ui: &Ui, painter: &Painter, rect: Rect, shared: &Shared, reading: Reading<'_>) {
    let font = FontId::proportional(10.0);
    let color = match reading {
        Reading::Score { is_real: true, .. } => {
            painter.rect_filled(rect, 3.0, theme::side_color(true));
            theme::on(theme::side_color(true))
        }
        Reading::Score { is_real: false, .. } => {
            let stroke = Stroke::new(1.2, theme::side_color(false));
            painter.rect_stroke(rect, 3.0, stroke, StrokeKind::Inside);
            ui.visuals().text_color()
        }
        Reading::Class {
            class, certainty, ..
        } => paint_class(ui, painter, rect, class_color(shared, class), certainty),
        Reading::Refused(_) | Reading::Pending => theme::caption_color(ui),
    };
    painter.text(
        rect.center(),
        Align2::CENTER_CENTER,
        words(reading),
        font,
        color,
    );
}

/// Filled where the class stands alone or nothing is known of that; outlined while others may be it; an outline
/// without colour while nothing is seen. Returns the colour of the words.
fn paint_class(
    ui: &Ui,
    painter: &Painter,
    rect: Rect,
    color: Color32,
    certainty: Certainty,
) -> Color32 {
    let outlined = |color: Color32, width: f32| {
        let stroke = Stroke::new(width, color);
        painter.rect_stroke(rect, 3.0, stroke, StrokeKind::Inside);
    };
    match certainty {
        Certainty::Unknown | Certainty::One => {
            painter.rect_filled(rect, 3.0, color);
            theme::on(color)
        }
        Certainty::Several(_) => {
            outlined(color, 1.6);
            ui.visuals().text_color()
        }
        Certainty::Unseen => {
            outlined(theme::caption_color(ui), 1.0);
            theme::caption_color(ui)
        }
    }
}

/// The colour of a class wherever it is shown; grey where no vocabulary knows it.
pub fn class_color(shared: &Shared, class: &str) -> Color32 {
    let known = shared.class_named(class);
    known.map_or(Color32::GRAY, theme::class_color)
}

/// A thin bar as long as the score, with a mark at the threshold; in the colour of its class where a
/// model predicts classes.
pub fn bar(painter: &Painter, rect: Rect, shared: &Shared, reading: Reading<'_>, mark: Color32) {
    let x = |share: f32| rect.left() + share.clamp(0.0, 1.0) * rect.width();
    let fill = |value: f32, color: Color32| {
        let filled = Rect::from_min_max(rect.min, pos2(x(value), rect.bottom()));
        painter.rect_filled(filled, 0.0, color);
    };
    match reading {
        Reading::Score { value, is_real, .. } => {
            fill(value, theme::side_color(is_real));
            let at = x(shared.scores.active().threshold());
            painter.vline(at, rect.y_range(), Stroke::new(1.5, mark));
        }
        Reading::Class {
            class, probability, ..
        } => fill(probability, class_color(shared, class)),
        Reading::Refused(_) | Reading::Pending => {}
    }
}

/// What the words beside a badge promise.
fn set_help(shared: &Shared, model: &ShownModel) -> String {
    let level = in_percent(shared.scores.level());
    match model.sets() {
        Some(_) => text!(
            ".\nThe classes that are named hold the true one for {level} % of the objects of each class \
             (conformal sets; the level is set under Class shares).",
            level
        ),
        None => {
            text!(".\nNot calibrated for sets of classes: `destello models calibrate` does that.")
                .into()
        }
    }
}

/// What to show in place of the classes that a model of sequences cannot separate by the only epoch of a candidate; none where it
/// can, or where there are more epochs.
fn too_few_epochs(
    shared: &Shared,
    candidate: CandidateIx,
    model: &ShownModel,
    known: Option<&KnownClasses<'_>>,
) -> Option<[String; 2]> {
    let known = known.filter(|known| matches!(known.certainty(), Certainty::Several(_)))?;
    let looks_back = model.ready.as_ref()?.card.input.looks_back();
    let epochs = shared.catalogue.get(candidate)?.epochs.len();
    (looks_back && epochs == 1).then_some(())?;
    let name = shared.scores.name_of(model);
    let classes = known.in_words(|class| shared.class_title(class))?;
    let hover = format!("{name}: {classes}{}", set_help(shared, model));
    Some([text!("Class: one epoch is too few ({name})", name), hover])
}

/// What a result is about: "Class", "Real/bogus"; with its epoch where the list of candidates has another result, of another
/// epoch: "Class after epoch 4 of 27".
fn subject(shared: &Shared, ix: CandidateIx, model: &ShownModel, reading: Reading<'_>) -> String {
    let epochs = shared.catalogue.get(ix).map_or(0, |one| one.epochs.len());
    let is_of_list = epochs < 2 || reading == shared.scores.of_candidate(model, ix);
    let epoch = shared.place.epoch + 1;
    match (model.predicts_classes(), is_of_list) {
        (true, true) => text!("Class").into(),
        (false, true) => text!("Real/bogus").into(),
        (true, false) => text!("Class after epoch {epoch} of {epochs}", epoch, epochs),
        (false, false) => text!("Real/bogus at epoch {epoch} of {epochs}", epoch, epochs),
    }
}

/// What a model predicts, in words with its badge: "Real/bogus .99 real (compact)", "Class .97 Supernova
/// (recurrent)", or what it may be: "Class .53 Supernova or Asteroid, undecided (recurrent)"; read aloud as it is
/// shown.
pub fn result_ui(
    ui: &mut Ui,
    (shared, candidate): (&Shared, CandidateIx),
    model: &ShownModel,
    reading: Reading<'_>,
    known: Option<KnownClasses<'_>>,
) {
    if let Some([text, hover]) = too_few_epochs(shared, candidate, model, known.as_ref()) {
        ui.label(theme::weak(ui, text).size(theme::CAPTION))
            .on_hover_text(hover);
        return;
    }
    let name = shared.scores.name_of(model);
    let is_active = shared.scores.is_active(&model.source);
    let subject = subject(shared, candidate, model, reading);
    let (title, hover) = match reading {
        Reading::Refused(why) => {
            let text = theme::weak(
                ui,
                text!("{subject}: none, it {why} ({name})", subject, why, name),
            );
            ui.label(text.size(theme::CAPTION));
            return;
        }
        Reading::Pending => {
            ui.label(theme::weak(ui, format!("{subject} … ({name})")).size(theme::CAPTION));
            return;
        }
        Reading::Score { value, is_real, .. } => {
            let side = if is_real { "real" } else { "bogus" };
            (side.to_owned(), format!("{name}: {value:.4}, {side}"))
        }
        Reading::Class {
            class, probability, ..
        } => {
            let likeliest = shared.class_title(class);
            let known = known.and_then(|known| known.in_words(|class| shared.class_title(class)));
            let title = known.unwrap_or_else(|| likeliest.clone());
            let hover = text!(
                "{name}: {likeliest}, probability {probability}",
                name,
                likeliest,
                probability = format_args!("{probability:.4}")
            ) + &set_help(shared, model);
            (title, hover)
        }
    };
    ui.label(egui::RichText::new(subject).size(theme::CAPTION));
    let (rect, response) = ui.allocate_exact_size(BADGE, egui::Sense::hover());
    paint(ui, ui.painter(), rect, shared, reading);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &hover));
    response.on_hover_text(&hover);
    let title = egui::RichText::new(title);
    ui.label(if is_active { title.strong() } else { title });
    ui.label(theme::weak(ui, format!("({name})")).size(theme::CAPTION));
}

#[cfg(test)]
mod tests {
    use super::{score_words, side_words};

    #[test]
    fn a_score_never_reads_as_on_the_other_side_of_its_threshold() {
        for (value, threshold, text) in [
            (0.498_7, 0.5, ".499"),
            (0.499_7, 0.5, ".4997"),
            (0.5, 0.5, ".50"),
            (0.496, 0.499, ".496"),
            (0.996, 0.995, ".996"),
            (0.999_6, 0.999_9, ".9996"),
            (0.12, 0.5, ".12"),
            (0.000_3, 0.000_2, ".0003"),
        ] {
            assert_eq!(side_words(value, threshold), text, "{value} {threshold}");
        }
    }

    #[test]
    fn scores_are_short_and_never_look_more_certain_than_they_are() {
        for (value, text) in [
            (0.5, ".50"),
            (0.994, ".99"),
            (0.996, ".996"),
            (0.9999, "1"),
            (0.004, ".004"),
            (0.0001, "0"),
            (1.0, "1"),
            (0.0, "0"),
        ] {
            assert_eq!(score_words(value), text, "{value}");
        }
    }
}
