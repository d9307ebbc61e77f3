//! Fields that several forms have: a survey, a path.

use crate::text;
use egui::{ComboBox, TextEdit, Ui};

/// Width of text fields, points.
pub(crate) const FIELD_WIDTH: f32 = 206.0;

/// The surveys that come with the program, or a file.
///
/// `pick` asks for a file.
pub(crate) fn survey_ui<C>(
    ui: &mut Ui,
    known: &[[String; 3]],
    survey: &mut String,
    pick: C,
    commands: &mut Vec<impl From<C>>,
) {
    let title = known.iter().find(|[name, ..]| name == survey);
    let title = title.map_or_else(|| file_name(survey), |[_, title, _]| title.clone());
    ui.horizontal(|ui| {
        let choice = ComboBox::from_id_salt("survey")
            .selected_text(title)
            .width(FIELD_WIDTH)
            .truncate()
            .show_ui(ui, |ui| {
                for [name, title, source] in known {
                    ui.selectable_value(survey, name.clone(), title)
                        .on_hover_text(source);
                }
            });
        choice
            .response
            .on_hover_text(text!("How the sky is observed"));
        if ui
            .button(text!("File…"))
            .on_hover_text(text!("A survey of your own (TOML)"))
            .clicked()
        {
            commands.push(pick.into());
        }
    });
}

/// The end of a path, which tells more than its beginning.
fn file_name(path: &str) -> String {
    let name = std::path::Path::new(path).file_name();
    name.map_or_else(
        || path.to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// A path to type, or to choose, which `pick` asks for.
pub(crate) fn path_ui<C>(
    ui: &mut Ui,
    path: &mut String,
    hint: &str,
    pick: C,
    commands: &mut Vec<impl From<C>>,
) {
    ui.horizontal(|ui| {
        let field = TextEdit::singleline(path)
            .hint_text(hint)
            .desired_width(FIELD_WIDTH);
        ui.add(field).on_hover_text(hint);
        if ui.button(text!("Choose…")).clicked() {
            commands.push(pick.into());
        }
    });
}
