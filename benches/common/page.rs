//! What all benches found, and the page of the guide that is made of it.
//!
//! Every bench puts its rows into `summary.json`; `cargo bench --bench measured -- --write` makes the page and keeps
//! the figures beside it. A test compares both.
#![allow(dead_code, reason = "each bench uses its part of it")]

use std::fmt::Write;

use serde::{Deserialize, Serialize};

/// What was measured on one machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Processor and number of cores.
    pub machine: String,
    /// What holds for all rows, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// All rows, bench by bench.
    pub rows: Vec<Row>,
}

/// One figure.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The bench that measured it.
    pub bench: String,
    /// The day, UTC.
    pub date: String,
    /// What was measured.
    pub what: String,
    /// What is aimed at; empty where nothing is.
    pub aim: String,
    /// What was found, in words.
    pub result: String,
    /// Ours over that of another program, or of another way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
}

impl Summary {
    /// All rows of a bench anew.
    pub fn put(&mut self, bench: &str, rows: Vec<Row>) {
        self.rows.retain(|row| row.bench != bench);
        self.rows.extend(rows);
        self.rows.sort_by(|a, b| a.bench.cmp(&b.bench));
    }

    /// Takes in what was measured anew on the same machine; benches that were not run keep their rows. Of another
    /// machine the new figures alone count.
    pub fn renew(&mut self, new: Self) {
        if self.machine != new.machine {
            *self = Self {
                note: std::mem::take(&mut self.note),
                ..new
            };
            return;
        }
        let mut benches: Vec<&String> = new.rows.iter().map(|row| &row.bench).collect();
        benches.dedup();
        for bench in benches {
            let rows = new.rows.iter().filter(|row| row.bench == *bench);
            self.put(bench, rows.cloned().collect());
        }
    }

    /// All ratios in one table, for a terminal.
    pub fn ratios(&self) -> String {
        let with_ratio = self.rows.iter();
        let lines = with_ratio.filter_map(|row| {
            let ratio = row.ratio?;
            Some(format!("{ratio:9.2}  {}: {}", row.bench, row.what))
        });
        let lines: Vec<String> = lines.collect();
        lines.join("\n")
    }

    /// The page of the guide.
    pub fn page(&self) -> String {
        let mut text = format!(
            "# Measured\n\nBy `make bench` on {}. Made by `cargo bench --bench measured -- --write` out of \
             [measured.json](measured.json).\n",
            self.machine
        );
        if !self.note.is_empty() {
            write!(text, "\n{}\n", self.note).unwrap_or_default();
        }
        let mut last = "";
        for row in &self.rows {
            if row.bench != last {
                last = &row.bench;
                // Writing to a String never fails.
                write!(
                    text,
                    "\n## {last} ({})\n\n| what | aim | result |\n|---|---|---|\n",
                    row.date
                )
                .unwrap_or_default();
            }
            writeln!(text, "| {} | {} | {} |", row.what, row.aim, row.result).unwrap_or_default();
        }
        text
    }
}
