//! A practice on the screen: the words beside the candidate, and the small window before and after.

use egui::{Grid, RichText, ScrollArea, Ui, pos2};

use super::{
    kinds::sign_of,
    questions::{FEWEST, MOST},
    state::{Feedback, PracticeCommand, PracticePane},
};
use crate::{
    domain::practice::{Practice, in_words},
    language::translated_static,
    text,
    widgets::{
        pane::frame_ui,
        theme::{self, GRID, weak},
    },
    workspace::{action::Action, command::Command, shared::Shared},
};

/// Beside the candidate: how far the practice is.
pub fn practice_strip_ui(
    ui: &mut Ui,
    practice: &PracticePane,
    commands: &mut Vec<impl From<PracticeCommand>>,
) {
    if !practice.is_asking() {
        return;
    }
    let [answered, right, passed, all] = practice.counts();
    ui.horizontal(|ui| {
        ui.strong(text!(
            "Practice: {done} of {all}",
            done = answered + passed,
            all
        ));
        if ui
            .button(text!("End"))
            .on_hover_text(text!("What was answered counts"))
            .clicked()
        {
            commands.push(PracticeCommand::End.into());
        }
    });
    let text = if answered > 0 {
        text!(
            "{right} of {answered} right; no answer becomes a label.",
            right,
            answered
        )
    } else {
        text!("What is it? No answer becomes a label.").into()
    };
    ui.add(egui::Label::new(weak(ui, text)).wrap());
    ui.add_space(GRID);
}

/// Below the buttons of the classes, which stay where they are: of what was answered whether it is right, and why.
pub fn practice_answer_ui(
    ui: &mut Ui,
    practice: &PracticePane,
    shared: &Shared,
    commands: &mut Vec<impl From<PracticeCommand>>,
) {
    if let Some(feedback) = practice.feedback(shared) {
        feedback_ui(ui, &feedback, shared);
        let key = shared.settings.keys.hint(Action::NextCandidate);
        let button = egui::Button::new(text!("Next")).shortcut_text(key);
        if ui.add(button).clicked() {
            commands.push(PracticeCommand::Next.into());
        }
    } else if practice.is_asking() && !practice.is_asked(shared) {
        ui.label(weak(ui, text!("This one is not asked about.")));
        if ui.button(text!("Back to the practice")).clicked() {
            commands.push(PracticeCommand::Next.into());
        }
    } else {
        return;
    }
    ui.add_space(GRID);
}

fn feedback_ui(ui: &mut Ui, feedback: &Feedback<'_>, shared: &Shared) {
    let classes = &shared.vocabulary().classes;
    let title = |at: usize| classes.get(at).map_or("?", |class| &*class.title);
    let question = feedback.question;
    let truth = title(question.truth);
    let (word, color) = match feedback.answered {
        Some(answered) if answered.is_right() => (text!("Right"), theme::side_color(true)),
        Some(_) => (text!("Wrong"), theme::alarm_text(ui)),
        None => (text!("Passed over"), theme::caption_color(ui)),
    };
    ui.label(
        RichText::new(format!("{word}: {truth}"))
            .color(color)
            .strong()
            .size(16.0),
    );
    if let Some(kind) = &question.kind {
        let name = kind.replace('_', " ");
        let text = sign_of(kind).map_or_else(
            || name.clone(),
            |sign| format!("{name}: {}.", translated_static(sign)),
        );
        ui.add(egui::Label::new(text).wrap());
    }
    let mut last = question.source.to_string();
    if let Some(model) = feedback.answered.and_then(|answered| answered.model) {
        let right = if model == question.truth {
            text!("right")
        } else {
            text!("wrong")
        };
        last = text!(
            "{truth}; {model} calls it {class}: {right}",
            truth = last,
            model = shared.scores.active().name(),
            class = title(model),
            right
        );
    }
    ui.add(egui::Label::new(weak(ui, last)).wrap());
}

/// The small window.
pub fn practice_ui(
    ui: &Ui,
    practice: &PracticePane,
    shared: &Shared,
    is_simulating: bool,
    commands: &mut Vec<impl From<Command> + From<PracticeCommand>>,
) {
    let window = egui::Window::new(text!("Practice"))
        .collapsible(false)
        .default_pos(pos2(300.0, 120.0))
        .default_width(440.0);
    frame_ui(ui, window, Action::Practice, commands, |ui, commands| {
        if practice.is_asking() {
            ui.label(text!(
                "A practice is under way: answer by the keys of the classes."
            ));
            return;
        }
        if let Some(result) = practice.result() {
            ScrollArea::vertical()
                .max_height((ui.ctx().content_rect().height() - 330.0).max(160.0))
                .show(ui, |ui| result_ui(ui, result));
            let help = text!("One HTML page: the figures, and the stamps of what was wrong");
            if ui
                .button(text!("Certificate…"))
                .on_hover_text(help)
                .clicked()
            {
                commands.push(PracticeCommand::Certificate.into());
            }
            ui.separator();
        }
        begin_ui(ui, practice, shared, is_simulating, commands);
    });
}

fn begin_ui(
    ui: &mut Ui,
    practice: &PracticePane,
    shared: &Shared,
    is_simulating: bool,
    commands: &mut Vec<impl From<PracticeCommand>>,
) {
    let text = text!(
        "{most} candidates whose truth is known, at least {fewest}, as many of each class. Labels, truths and scores are \
         hidden; you answer by the keys of the classes and see at once whether you are right, and why. No answer becomes a \
         label.",
        most = MOST,
        fewest = FEWEST
    );
    ui.add(egui::Label::new(weak(ui, text)).wrap());
    if let Some(why) = &practice.fault {
        let why = RichText::new(why).color(theme::alarm_text(ui));
        ui.add(egui::Label::new(why).wrap());
    }
    ui.horizontal(|ui| {
        let has_set = !shared.catalogue.is_empty();
        let help = text!("Labelled candidates of the opened set, and those of which the files name the class");
        let begin = ui.add_enabled(has_set, egui::Button::new(text!("Practise on this set")));
        if begin.on_hover_text(help).clicked() {
            commands.push(PracticeCommand::Start.into());
        }
        let help = text!("Simulates 60 triplets of real and bogus candidates, and opens them in the place of this set");
        let simulate = egui::Button::new(text!("On simulated candidates"));
        let simulate = ui.add_enabled(!is_simulating, simulate);
        if simulate.on_hover_text(help).clicked() {
            commands.push(PracticeCommand::Simulate.into());
        }
        if is_simulating {
            ui.label(weak(ui, text!("simulating…")));
        }
    });
}

fn result_ui(ui: &mut Ui, result: &Practice) {
    let person = result.person();
    ui.label(RichText::new(in_words(&person)).size(16.0).strong());
    let mut about = text!(
        "{person}, on {set}",
        person = result.person,
        set = result.set
    );
    if result.passed > 0 {
        let passed = text!("{count} passed over", count = result.passed);
        about = format!("{about}; {passed}");
    }
    ui.label(weak(ui, about));
    let model = result.model();
    if model.total() > 0 {
        ui.label(format!("{}: {}", result.model, in_words(&model)));
        if let Some(kappa) = result.person_and_model().kappa() {
            let text = text!(
                "You and {model}: Cohen's kappa {kappa} ± {error}",
                model = result.model,
                kappa = format_args!("{:.2}", kappa.value),
                error = format_args!("{:.2}", kappa.error)
            );
            ui.label(text);
        }
    }
    ui.add_space(GRID);
    matrix_ui(ui, result);
    ui.add_space(GRID);
    Grid::new("practice by kind").striped(true).show(ui, |ui| {
        for heading in [text!("class"), text!("kind"), text!("you"), text!("model")] {
            ui.label(weak(ui, heading));
        }
        ui.end_row();
        for kind in result.by_kind() {
            let share = |[right, all]: [u64; 2]| match all {
                0 => "–".into(),
                all => text!("{right} of {all}", right, all),
            };
            ui.label(&*kind.class);
            ui.label(kind.kind.replace('_', " "));
            ui.label(share(kind.person));
            ui.label(share(kind.model));
            ui.end_row();
        }
    });
}

/// Truths against answers.
fn matrix_ui(ui: &mut Ui, result: &Practice) {
    let table = result.person();
    Grid::new("practice matrix").striped(true).show(ui, |ui| {
        ui.label(weak(ui, text!("true \\ answered")));
        for class in &result.classes {
            ui.label(weak(ui, &**class));
        }
        ui.end_row();
        for (class, counts) in result.classes.iter().zip(table.rows()) {
            ui.label(weak(ui, &**class));
            for count in counts {
                ui.label(RichText::new(count.to_string()).monospace());
            }
            ui.end_row();
        }
    });
}
