//! The photometry of the list as a table: what runs, and what came of it.

use std::path::PathBuf;

use super::{
    measured::measured_roles,
    photometry::{order::PhotometryOrder, task::MeasureSet},
    state::LightCurvePane,
};
use crate::{
    domain::Role,
    tasks::{TaskEvent, next_event},
    text,
    workspace::{context::Context, shared::Shared},
};

/// What the person asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SavePhotometry {
    /// Leave no table.
    Stop,
}

impl LightCurvePane {
    /// Measures the candidates of the list, on science or difference as the light curve has it, and writes the table.
    pub(crate) fn save_photometry(&mut self, shared: &mut Shared, out: PathBuf, cx: &Context) {
        if self.is_saving() {
            shared.warn(
                text!("photometry is under way: stop that first, or wait"),
                cx.now,
            );
            return;
        }
        if !shared.has_listed(cx) {
            return;
        }
        self.saving = Some(cx.tasks.start(MeasureSet {
            catalogue: shared.catalogue.clone(),
            only: shared.listed(),
            order: PhotometryOrder {
                on: self.role_to_measure(shared),
                ..PhotometryOrder::default()
            },
            decoder: shared.stamps.decoder().clone(),
            out: Some(out),
        }));
    }

    /// The stamps that the light curve on screen is measured on, or would be.
    fn role_to_measure(&self, shared: &Shared) -> Role {
        let roles = shared.candidate().map(measured_roles).unwrap_or_default();
        if roles.contains(&self.curve.on) {
            return self.curve.on;
        }
        roles.first().copied().unwrap_or(self.curve.on)
    }

    /// True while the table is made.
    pub const fn is_saving(&self) -> bool {
        self.saving.is_some()
    }

    pub(crate) fn apply_saving(&self, command: SavePhotometry) {
        match command {
            SavePhotometry::Stop => {
                if let Some(running) = &self.saving {
                    running.cancel();
                }
            }
        }
    }

    /// Takes in what the task reports.
    pub(crate) fn poll_saving(&mut self, shared: &mut Shared, cx: &Context) {
        while let Some(event) = next_event(&mut self.saving) {
            match event {
                TaskEvent::Update(_) => {}
                TaskEvent::Finished(report) if report.out.is_none() => {
                    shared.problems.extend(report.problems);
                    shared.warn(
                        text!("photometry: no epoch could be measured, see Problems"),
                        cx.now,
                    );
                }
                TaskEvent::Finished(report) => {
                    let mut text = report.in_words();
                    if let Some(words) = report.uncalibrated_in_words() {
                        text = format!("{text}; {words}");
                    }
                    if report.problems.is_empty() {
                        shared.report(text, cx.now);
                    } else {
                        let lost = report.problems.len();
                        shared.problems.extend(report.problems);
                        shared.warn(
                            text!(
                                "{text}; {lost} could not be measured, see Problems",
                                text,
                                lost
                            ),
                            cx.now,
                        );
                    }
                }
                TaskEvent::Cancelled => shared.report(text!("photometry: stopped"), cx.now),
                TaskEvent::Failed(why) => shared.warn(text!("photometry: {why}", why), cx.now),
            }
        }
    }
}
