//! What can be shown as the light curve: whose magnitudes, of which images, over time or over the phase.

use egui::Ui;

use super::{folding::Fold, measured::CurveChoice};
use crate::{domain::Role, language::translated_static, text, widgets::theme};

/// What can be shown of a candidate.
pub(super) struct Offered<'a> {
    pub folds: bool,
    pub sources: bool,
    /// The kinds of images that can be measured, and the one that is shown.
    pub roles: Option<(&'a [Role], Role)>,
}

impl Offered<'_> {
    /// The choices side by side: from the right where they are laid out so.
    pub fn ui(&self, ui: &mut Ui, is_from_right: bool, choice: &mut CurveChoice) {
        let mut parts: [fn(&Self, &mut Ui, bool, &mut CurveChoice); 3] =
            [Self::fold_ui, Self::source_ui, Self::role_ui];
        if !is_from_right {
            parts.reverse();
        }
        for part in parts {
            part(self, ui, is_from_right, choice);
        }
    }

    fn fold_ui(&self, ui: &mut Ui, is_from_right: bool, choice: &mut CurveChoice) {
        if !self.folds {
            return;
        }
        let has_more = self.sources || self.roles.is_some();
        if has_more && !is_from_right {
            ui.separator();
        }
        let folds: Vec<_> = Fold::ALL
            .into_iter()
            .map(|fold| (fold, fold.title()))
            .collect();
        choose(ui, &mut choice.fold, folds, is_from_right);
        if is_from_right {
            ui.separator();
        }
    }

    fn source_ui(&self, ui: &mut Ui, is_from_right: bool, choice: &mut CurveChoice) {
        if self.sources {
            let sources = vec![(false, text!("catalogue")), (true, text!("our photometry"))];
            choose(ui, &mut choice.is_measured, sources, is_from_right);
        }
    }

    fn role_ui(&self, ui: &mut Ui, is_from_right: bool, choice: &mut CurveChoice) {
        let Some((roles, shown)) = self.roles else {
            return;
        };
        let mut on = shown;
        let names = roles
            .iter()
            .map(|role| (*role, translated_static(role.name())))
            .collect();
        choose(ui, &mut on, names, is_from_right);
        if on != shown {
            choice.on = on;
        }
    }
}

/// Small words side by side, one of them chosen.
fn choose<T: PartialEq + Copy>(
    ui: &mut Ui,
    chosen: &mut T,
    mut among: Vec<(T, &str)>,
    is_from_right: bool,
) {
    if is_from_right {
        among.reverse();
    }
    for (value, name) in among {
        let text = egui::RichText::new(name).size(theme::CAPTION);
        ui.selectable_value(chosen, value, text);
    }
}
