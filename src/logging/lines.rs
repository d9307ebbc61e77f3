//! The last lines of the log in memory, for the window.

use std::{collections::VecDeque, path::PathBuf, sync::Arc};

const MOST_LINES: usize = 400;

/// One record of the log; its text may be of several lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// How grave it is.
    pub level: log::Level,
    /// The record as it stands in the file, without the last line end.
    pub text: String,
}

/// What the window shows of the log.
#[derive(Clone, Debug, Default)]
pub struct LogLines {
    /// Records written so far: grows with each.
    pub revision: u64,
    /// The file; none where no log was started.
    pub path: Option<PathBuf>,
    /// The last records, the oldest first.
    pub lines: Vec<Arc<LogLine>>,
}

/// The last records.
#[derive(Debug, Default)]
pub(super) struct Ring {
    lines: VecDeque<Arc<LogLine>>,
}

impl Ring {
    /// Adds one; the oldest makes room.
    pub fn push(&mut self, level: log::Level, text: &str) {
        if self.lines.len() == MOST_LINES {
            self.lines.pop_front();
        }
        let text = text.trim_end().to_owned();
        self.lines.push_back(Arc::new(LogLine { level, text }));
    }

    /// All of them, the oldest first.
    pub fn lines(&self) -> Vec<Arc<LogLine>> {
        self.lines.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept_in_order() {
        let mut ring = Ring::default();
        for number in 0..MOST_LINES + 3 {
            ring.push(log::Level::Info, &format!("line {number}\n"));
        }
        let lines = ring.lines();
        assert_eq!(lines.len(), MOST_LINES);
        assert_eq!(lines[0].text, "line 3");
        let last = format!("line {}", MOST_LINES + 2);
        assert_eq!(lines[MOST_LINES - 1].text, last);
    }
}
