//! The bar under the large stamps that explains what their heat maps mean.

use egui::{ComboBox, Label, Rect, RichText, Slider, Ui, vec2};

use crate::{
    domain::{ExplainMethod, Explanation},
    features::explanation::state::{ExplainChoice, ExplanationPane},
    language::translated_static,
    text,
    widgets::{
        cells,
        theme::{self, weak},
    },
    workspace::{scores::shown::ScoringStatus, shared::Shared},
};

/// Its height, points.
pub const HEIGHT: f32 = 26.0;

/// The bar: method, opacity, and what was found in words.
pub fn explain_bar_ui(
    ui: &mut Ui,
    area: Rect,
    explanation: &ExplanationPane,
    shared: &Shared,
    commands: &mut Vec<impl From<ExplainChoice>>,
) {
    let builder = egui::UiBuilder::new().max_rect(area).id_salt("explanation");
    let mut bar = ui.new_child(builder.layout(egui::Layout::left_to_right(egui::Align::Center)));
    let ui = &mut bar;
    let mut choice = explanation.explain;
    let response = ComboBox::from_id_salt("explanation method")
        .width(140.0)
        .selected_text(choice.method.title())
        .show_ui(ui, |ui| {
            for method in ExplainMethod::ALL {
                ui.selectable_value(&mut choice.method, method, method.title());
            }
        })
        .response;
    cells::named(response, egui::Role::ComboBox, text!("explanation method"));
    ui.spacing_mut().slider_width = 70.0;
    let slider = Slider::new(&mut choice.opacity, 0.0..=1.0).show_value(false);
    let response = cells::named(
        ui.add(slider),
        egui::Role::Slider,
        text!("opacity of heat maps"),
    );
    response.on_hover_text(text!("Opacity of the heat maps"));
    if choice != explanation.explain {
        commands.push(choice.into());
    }
    legend_ui(ui);
    outcome_ui(ui, explanation, shared);
}

/// The two colours with their meaning.
fn legend_ui(ui: &mut Ui) {
    for (at, (color, name)) in [
        (theme::SPEAKS_FOR, text!("for")),
        (theme::SPEAKS_AGAINST, text!("against")),
    ]
    .into_iter()
    .enumerate()
    {
        let (rect, _) = ui.allocate_exact_size(vec2(12.0, 12.0), egui::Sense::hover());
        if at == 0 {
            ui.painter().rect_filled(rect, 1.0, color);
        } else {
            let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
            for step in 1..6_u8 {
                let along = f32::from(step) * 5.0;
                let line = [
                    rect.left_top() + vec2(along, 0.0),
                    rect.left_top() + vec2(0.0, along),
                ];
                painter.line_segment(line, egui::Stroke::new(2.0, color));
            }
        }
        ui.label(weak(ui, name));
    }
    ui.separator();
}

fn outcome_ui(ui: &mut Ui, explanation: &ExplanationPane, shared: &Shared) {
    match explanation.explanation(shared) {
        None => match &shared.scores.active().status {
            ScoringStatus::Failed(why) => refusal_ui(ui, why),
            _ => {
                ui.label(weak(ui, text!("Explanation…")));
            }
        },
        Some(Err(why)) => refusal_ui(ui, why),
        Some(Ok(explanation)) => {
            let label = ui.add(Label::new(words(explanation, shared)).truncate());
            label.on_hover_text(details(explanation));
        }
    }
}

fn refusal_ui(ui: &mut Ui, why: &str) {
    let text = RichText::new(text!("No explanation: {why}", why));
    ui.add(Label::new(text.color(theme::alarm_text(ui))).truncate());
}

/// Model, class, and the shares of the channels.
fn words(explanation: &Explanation, shared: &Shared) -> String {
    let Explanation {
        model,
        class,
        probability,
        ..
    } = explanation;
    let has_stamp = |role| {
        shared
            .epoch()
            .is_some_and(|epoch| epoch.stamp(role).is_some())
    };
    let shares = explanation.shares().into_iter().map(|(role, share)| {
        let (name, share) = (translated_static(role.name()), 100.0 * share);
        if has_stamp(role) {
            format!("{name} {share:.0} %")
        } else {
            text!(
                "{name} (computed) {share} %",
                name,
                share = format_args!("{share:.0}")
            )
        }
    });
    let shares: Vec<_> = shares.collect();
    text!(
        "{model} predicts {class} {probability} because of {shares}",
        model = model.name(),
        class,
        probability = format_args!("{probability:.2}"),
        shares = shares.join(", ")
    )
}

fn details(explanation: &Explanation) -> String {
    let what = match explanation.method {
        ExplainMethod::IntegratedGradients => text!("score of the same stamps without a source"),
        _ => text!("of it taken by biases, which no pixel has"),
    };
    text!(
        "{model}, {method}\nscore of {class} before the softmax {score}\n{what} {rest}\n\
         shares count what speaks for and what speaks against",
        model = explanation.model,
        method = explanation.method.title(),
        class = explanation.class,
        score = format_args!("{:.3}", explanation.start),
        what,
        rest = format_args!("{:.3}", explanation.rest)
    )
}
