//! What goes into the clipboard for whoever looks into a fault.

use std::fmt::Write;

use super::state::AppState;
use crate::{text, workspace::context::Context};

/// Records of the log that a report carries.
const RECORDS: usize = 60;

impl AppState {
    /// Copies a report and says so.
    pub(crate) fn copy_report(&mut self, cx: &Context) {
        self.shared.report(
            text!("copied: version, system, graphics and the last lines of the log"),
            cx.now,
        );
        self.clipboard = Some(self.problem_report());
    }

    /// Version, system, graphics adapter, name of the project file, last records of the log. No
    /// label and no folder but those in the log's own lines.
    fn problem_report(&self) -> String {
        let adapter = self.adapter.as_deref().unwrap_or("not known");
        let project = self
            .shared
            .project
            .path
            .as_deref()
            .and_then(std::path::Path::file_name);
        let project = project.map_or("none".into(), |name| name.to_string_lossy());
        let mut text = format!(
            "destello {}\nsystem: {} {}\ngraphics: {adapter}\nproject: {project}, {} candidates\n",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            std::env::consts::ARCH,
            self.shared.catalogue.len(),
        );
        let lines = &self.shared.log.lines;
        let last = &lines[lines.len().saturating_sub(RECORDS)..];
        // Writing to a text cannot fail.
        writeln!(text, "the last {} records of the log:", last.len()).unwrap_or_default();
        for line in last {
            writeln!(text, "{}", line.text).unwrap_or_default();
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::Timestamp;
    use crate::{
        logging::{LogLine, LogLines},
        window::command::Command,
        workspace::{action::Action, settings::Settings},
    };

    #[test]
    fn a_report_names_version_system_graphics_and_the_last_records_but_no_folder() {
        let mut state = AppState::new(Settings::default(), "ana");
        state.adapter = Some("llvmpipe, Mesa 25.2 (vulkan)".into());
        state.shared.project.path = Some("/home/ana/secret/night-1.destello".into());
        let line = |number| {
            Arc::new(LogLine {
                level: log::Level::Warn,
                text: format!("record {number}"),
            })
        };
        state.shared.log = LogLines {
            lines: (0..100).map(line).collect(),
            ..LogLines::default()
        };
        state.apply(
            Command::Do(Action::ReportProblem),
            &Context::inline(Timestamp(1)),
        );
        let text = state.clipboard.unwrap();
        for part in [
            concat!("destello ", env!("CARGO_PKG_VERSION")),
            std::env::consts::ARCH,
            "llvmpipe, Mesa 25.2 (vulkan)",
            "project: night-1.destello,",
            "the last 60 records",
            "record 40\n",
            "record 99\n",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(
            !text.contains("record 39\n") && !text.contains("secret"),
            "{text}"
        );
        let toast = state.shared.toast.unwrap();
        assert!(toast.text.starts_with("copied") && !toast.is_error);
    }
}
