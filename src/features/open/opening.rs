//! Opening a set: the project, the candidates, and what is said where there are none.

use std::{path::PathBuf, sync::Arc};

use crate::{
    domain::{LabelBook, LabelEvent, StepIds},
    tasks::progress::Progress,
    window::{
        effect::Effect,
        event::JobId,
        state::{AppState, ProjectState, Screen},
    },
    workspace::{context::Context, words::short},
};

/// Letters of a path shown in a sentence.
const SHOWN: usize = 60;
/// What is looked for in everything that is opened.
const LOOKED_FOR: &str = "looked for FITS stamps, Avro alert packets, and tar archives of packets";

/// A project as it was opened.
pub(crate) struct OpenedProject {
    pub path: PathBuf,
    pub events: Vec<LabelEvent>,
    pub steps: StepIds,
    pub session: Option<String>,
    pub paths: Vec<PathBuf>,
}

impl AppState {
    pub(crate) fn begin_opening(
        &mut self,
        paths: Vec<PathBuf>,
        project: Option<PathBuf>,
    ) -> Vec<Effect> {
        self.project = ProjectState {
            paths: paths.clone(),
            is_opening: true,
            ..ProjectState::default()
        };
        self.jobs.insert(JobId::Index, Progress::default());
        vec![Effect::Open {
            generation: self.generation,
            paths,
            project,
        }]
    }

    pub(crate) fn take_project(&mut self, opened: OpenedProject, cx: &Context) {
        let project = opened.path.clone();
        self.project.path = Some(opened.path);
        self.project.paths = opened.paths;
        self.project.fault = None;
        self.steps = Some(opened.steps);
        self.book = Arc::new(LabelBook::of(opened.events.into_iter().map(Arc::new)));
        if let Some(session) = opened.session {
            self.restore_session(&session);
        }
        self.jobs.insert(JobId::Index, Progress::default());
        self.read_versions(project, cx);
    }

    /// A set that has a candidate is worth coming back to.
    pub(crate) fn remember_set(&mut self) -> Vec<Effect> {
        let Some(project) = self.project.path.clone() else {
            return Vec::new();
        };
        self.settings.remember_project(&project);
        vec![Effect::SaveSettings(Box::new(self.settings.clone()))]
    }

    /// Everything was looked at and no candidate found. An existing project stays open, for its
    /// labels; else nothing is open.
    pub(crate) fn found_nothing(&mut self, missing: &[PathBuf], cx: &Context) {
        let name = |path: &PathBuf| short(&path.to_string_lossy(), SHOWN);
        let names = |paths: &[PathBuf]| {
            let shown: Vec<_> = paths.iter().take(3).map(name).collect();
            let more = match paths.len().saturating_sub(3) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!("{}{more}", shown.join(", "))
        };
        let paths = &self.project.paths;
        let text = match (&self.project.path, &self.project.fault) {
            (Some(project), _) => {
                let project = short(&project.to_string_lossy(), SHOWN);
                let labels = self.book.events().len();
                let why = if !missing.is_empty() {
                    format!("its stamps are not there ({})", names(missing))
                } else if paths.is_empty() {
                    "it knows no stamps".into()
                } else {
                    format!("no candidate was found in {}; {LOOKED_FOR}", names(paths))
                };
                format!("{project} is open with {labels} label events, but {why}")
            }
            (None, Some(fault)) => fault.clone(),
            (None, None) if !missing.is_empty() => {
                format!("there is no such file or folder: {}", names(missing))
            }
            (None, None) => format!("no candidate was found in {}; {LOOKED_FOR}", names(paths)),
        };
        if self.project.path.is_none() {
            // Nothing is open: what failed leaves no trace but its reason.
            self.project.paths.clear();
            if self.screen != Screen::Train {
                self.screen = Screen::Inspect;
            }
        }
        self.warn(text.clone(), cx.now);
        self.project.nothing_found = Some(text);
    }
}
