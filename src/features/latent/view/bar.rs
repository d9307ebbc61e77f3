//! The bar above the plot: which model, which plane, which colours, which tool.

use egui::{Button, ComboBox, DragValue, Slider, Ui};

use crate::{
    features::latent::{
        choice::{ColorBy, LatentChoice, Projection, RADII, Tool},
        command::Latent,
        state::LatentPane,
    },
    text,
    widgets::{cells, theme::weak},
    workspace::{action::Action, queue::column::Column, shared::Shared},
};

/// Width of a slider, points.
const SLIDER: f32 = 80.0;

/// The bar. Widgets edit a copy of the choice; where it differs, one command carries it.
pub fn bar_ui(
    ui: &mut Ui,
    latent: &LatentPane,
    shared: &Shared,
    commands: &mut Vec<impl From<Latent>>,
) {
    let mut choice = latent.choice.clone();
    ui.horizontal(|ui| {
        model_ui(ui, latent, shared, &mut choice, commands);
        ui.separator();
        projection_ui(ui, latent, &mut choice);
        ui.separator();
        color_ui(ui, shared, &mut choice);
    });
    ui.horizontal(|ui| {
        tool_ui(ui, &mut choice);
        ui.separator();
        points_ui(ui, &mut choice);
    });
    if let Some(adapted) = latent.adapted() {
        ui.add(egui::Label::new(weak(ui, adapted)).wrap());
    }
    if choice != latent.choice {
        commands.push(Latent::Choose(Box::new(choice)).into());
    }
}

fn model_ui(
    ui: &mut Ui,
    latent: &LatentPane,
    shared: &Shared,
    choice: &mut LatentChoice,
    commands: &mut Vec<impl From<Latent>>,
) {
    ui.label(weak(ui, text!("model")));
    let name = short_name(&choice.source).to_owned();
    ui.add_enabled_ui(!latent.is_under_way(), |ui| {
        let shown = ComboBox::from_id_salt("latent model").selected_text(name);
        let response = shown
            .show_ui(ui, |ui| {
                for source in latent.known_latent_models(shared) {
                    let name = short_name(&source).to_owned();
                    ui.selectable_value(&mut choice.source, source, name);
                }
                if ui.button(text!("A file…")).clicked() {
                    commands.push(Latent::Pick.into());
                }
            })
            .response;
        response.on_hover_text(text!("The latent model: one that comes with destello, or a file"));
        let action = Action::Embed;
        let title = if shared.embedding.as_ref().is_some() {
            text!("Embed again")
        } else {
            text!("Embed")
        };
        let help = format!(
            "{} ({})",
            action.info().help(),
            shared.settings.keys.hint(action)
        );
        if ui.button(title).on_hover_text(help).clicked() {
            commands.push(Latent::Start.into());
        }
        let is_adapting = latent.is_adapting();
        let help = text!("Trains the model on the stamps of this set, labelled or not, with simulated ones beside \
                    them; the project keeps the new version, and the set is embedded by it");
        let button = ui.add_enabled(!is_adapting, Button::new(text!("Adapt")));
        if button.on_hover_text(help).clicked() {
            commands.push(Latent::Adapt.into());
        }
    });
}

/// The version of a project, the name of a file, or that of a model that comes with the program.
fn short_name(source: &str) -> &str {
    if let Some((_, version)) = source.rsplit_once('#') {
        return version;
    }
    let stem = std::path::Path::new(source).file_stem();
    stem.and_then(|stem| stem.to_str()).unwrap_or(source)
}

fn projection_ui(ui: &mut Ui, latent: &LatentPane, choice: &mut LatentChoice) {
    ui.label(weak(ui, text!("plane")));
    let dimensions = latent.space().map_or(2, |space| space.dimensions);
    let last = dimensions.saturating_sub(1);
    let projection = &mut choice.projection;
    ui.selectable_value(projection, Projection::Pca, "PCA")
        .on_hover_text(text!("The two directions of the widest spread"));
    ui.selectable_value(projection, Projection::Tsne, "t-SNE")
        .on_hover_text(text!(
            "What is near stays near; axes and the distances between groups mean nothing. At most \
         20,000 points are laid out"
        ));
    let axes = match *projection {
        Projection::Axes(x, y) => (x.min(last), y.min(last)),
        _ => (0, 1.min(last)),
    };
    let is_axes = matches!(projection, Projection::Axes(..));
    let button = ui.selectable_label(is_axes, text!("axes"));
    if button
        .on_hover_text(text!("Two of the latent axes"))
        .clicked()
        && !is_axes
    {
        *projection = Projection::Axes(axes.0, axes.1);
    }
    if let Projection::Axes(x, y) = projection {
        for (axis, name) in [(x, text!("Axis to the right")), (y, text!("Axis upwards"))] {
            let mut number = (*axis).min(last) + 1;
            let value = ui.add(DragValue::new(&mut number).range(1..=dimensions.max(1)));
            cells::named(value, egui::Role::SpinButton, name).on_hover_text(name);
            *axis = number - 1;
        }
    }
}

fn color_ui(ui: &mut Ui, shared: &Shared, choice: &mut LatentChoice) {
    ui.label(weak(ui, text!("colour")));
    let name = color_name(&choice.color_by).to_owned();
    ComboBox::from_id_salt("latent colour")
        .selected_text(name)
        .height(420.0)
        .show_ui(ui, |ui| {
            let own = [ColorBy::Component, ColorBy::Epoch, ColorBy::Error];
            let columns = [Column::Label, Column::Score, Column::Predicted];
            let columns = columns.into_iter().map(ColorBy::Column);
            for known in own.into_iter().chain(columns) {
                let name = color_name(&known).to_owned();
                ui.selectable_value(&mut choice.color_by, known, name);
            }
            ui.separator();
            let more = [
                Column::Truth,
                Column::State,
                Column::Mag,
                Column::Epochs,
                Column::First,
            ];
            let scores = shared.score_columns().into_iter();
            let fields = shared.field_names().into_iter().map(Column::Field);
            let listed = [Column::Score, Column::Predicted, Column::Component];
            let all = more.into_iter().chain(scores).chain(fields);
            for column in all.filter(|column| !listed.contains(column)) {
                let name = column.name().to_owned();
                ui.selectable_value(&mut choice.color_by, ColorBy::Column(column), name);
            }
        })
        .response
        .on_hover_text(text!("What points are coloured by"));
}

/// What points are coloured by, in words.
pub fn color_name(color_by: &ColorBy) -> &str {
    match color_by {
        ColorBy::Component => text!("component"),
        ColorBy::Epoch => text!("epoch"),
        ColorBy::Error => text!("reconstruction error"),
        ColorBy::Column(Column::Predicted) => text!("predicted class"),
        ColorBy::Column(column) => column.name(),
    }
}

fn tool_ui(ui: &mut Ui, choice: &mut LatentChoice) {
    for (tool, name, help) in [
        (
            Tool::Lasso,
            text!("lasso"),
            text!("Drag round points to select them"),
        ),
        (
            Tool::Box,
            text!("box"),
            text!("Drag a rectangle over points to select them"),
        ),
        (
            Tool::Pan,
            text!("pan"),
            text!("Drag the plot; the right button does it with any tool"),
        ),
    ] {
        ui.selectable_value(&mut choice.tool, tool, name)
            .on_hover_text(text!("{help}. Ctrl or Shift adds to the selection", help));
    }
}

fn points_ui(ui: &mut Ui, choice: &mut LatentChoice) {
    ui.checkbox(&mut choice.shows_every_epoch, text!("every epoch"))
        .on_hover_text(text!(
            "A point for each epoch; else one for each candidate, its surest"
        ));
    ui.checkbox(&mut choice.shows_components, text!("ellipses"))
        .on_hover_text(text!(
            "Components at two standard deviations, with their centroids"
        ));
    ui.spacing_mut().slider_width = SLIDER;
    ui.label(weak(ui, text!("size")));
    let (least, most) = RADII;
    let size = Slider::new(&mut choice.radius, least..=most).show_value(false);
    ui.add(size).on_hover_text(text!("Size of a point"));
    ui.label(weak(ui, text!("opacity")));
    let opacity = Slider::new(&mut choice.opacity, 0.02..=1.0).show_value(false);
    ui.add(opacity).on_hover_text(text!("Opacity of a point"));
}
