//! The log beside Problems, and the report of a problem.

use std::sync::Arc;

use destello::logging::{LogLine, LogLines};
use egui::{Key, Modifiers};

use super::{
    NONE, SIZE,
    common::InlineWindow,
    harness::{click, press, shows, type_text, view},
    opened, window,
};

fn note(window: &mut InlineWindow) {
    let line = |level: log::Level, text: &str| {
        let text = format!("2026-11-29T02:33:47.123Z {level:<5} [index] destello: {text}");
        Arc::new(LogLine { level, text })
    };
    window.state.shared.log = LogLines {
        revision: 3,
        path: Some("/data/logs/destello.log".into()),
        lines: vec![
            line(log::Level::Info, "opening a night"),
            line(log::Level::Warn, "a slow disk"),
            line(log::Level::Error, "index broke off"),
        ],
    };
}

#[test]
fn the_log_shows_its_file_and_records_by_level() {
    let (_set, mut view) = opened();
    note(&mut view.state_mut().window);
    assert_eq!(press(&mut view, Modifiers::SHIFT, Key::F3), ["Do(Log)"]);
    for part in ["/data/logs/destello.log", "opening a night", "a slow disk"] {
        assert!(shows(&view, part), "{part}");
    }
    click(&mut view, "Warnings");
    assert!(!shows(&view, "opening a night") && shows(&view, "a slow disk"));
    click(&mut view, "Errors");
    assert!(!shows(&view, "a slow disk") && shows(&view, "index broke off"));
    click(&mut view, "All");
    assert!(shows(&view, "opening a night"));
    assert_eq!(click(&mut view, "0 problems"), ["Do(Problems)"]);
    assert!(shows(&view, "recognised") && !shows(&view, "a slow disk"));
    assert_eq!(click(&mut view, "Log"), ["Do(Log)"]);
    assert!(shows(&view, "a slow disk"));
}

#[test]
fn the_log_can_be_looked_at_before_anything_is_open() {
    let mut view = view(SIZE, note);
    press(&mut view, Modifiers::SHIFT, Key::F3);
    assert!(shows(&view, "a slow disk"));
    press(&mut view, NONE, Key::Enter);
    assert!(!shows(&view, "a slow disk"));
}

#[test]
fn a_report_is_found_in_the_palette_and_copied() {
    let (_set, mut view) = opened();
    note(&mut view.state_mut().window);
    press(&mut view, Modifiers::COMMAND, Key::P);
    type_text(&mut view, "report");
    let asked = press(&mut view, NONE, Key::Enter);
    assert!(
        asked.iter().any(|asked| asked == "Do(ReportProblem)"),
        "{asked:?}"
    );
    let copied = window(&view).copied.clone().unwrap();
    assert!(
        copied.contains("project: night.destello, 6 candidates"),
        "{copied}"
    );
    assert!(copied.contains("index broke off"), "{copied}");
    assert!(shows(&view, "copied: version, system"));
}
