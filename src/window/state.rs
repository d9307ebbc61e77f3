//! The state of the application: all that views may look at.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

pub use crate::workspace::screen::{Pane, Screen};
pub use crate::workspace::toast::Toast;

use super::session::SavedPlace;
use crate::{
    domain::{
        Candidate, CandidateIx, Catalogue, Class, Epoch, LabelBook, Problem, Role, Timestamp,
        Vocabulary, label::StepIds,
    },
    features::{
        adaptation::update::FineTuningPane,
        evaluation::state::EvaluationPane,
        explanation::state::{ExplainChoice, Explanations},
        file_dialog::{
            path_text::PathBase,
            state::{Dialogs, PathPane},
        },
        inspect::header::HeaderCards,
        labelling::{repeat_check::RepeatCheck, transfer::LabelFiles},
        latent::state::LatentPane,
        light_curve::{
            folding::PeriodSearch,
            measured::{CurveChoice, MeasuredCurves},
        },
        open::{
            index::OpenSet,
            leaving::{Leaving, Refusal},
        },
        queue::order::{Facts, Queue, QueueSpec},
        scoring::state::Scores,
        simulation::state::SimulationPane,
        training::state::TrainingPane,
    },
    logging::LogLines,
    tasks::Running,
    workspace::{
        display::Display, drawn::Sight, journal_writer::Journal, label_count::LabelCount,
        selection::Selection, settings::Settings, stamp_store::StampStore,
    },
};

/// A text field that a key jumps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Search by identifier.
    Search,
    /// The filter line.
    Filter,
    /// The note of the candidate.
    Note,
}

/// What runs by itself until a key stops it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// Through the epochs.
    Play {
        /// Newest first.
        is_backwards: bool,
    },
    /// Through the roles at one place.
    Blink {
        /// Difference first.
        is_backwards: bool,
    },
}

/// The candidate and epoch on screen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    /// The candidate.
    pub candidate: Option<CandidateIx>,
    /// The epoch, from 0.
    pub epoch: usize,
    /// Since when the candidate has been on screen.
    pub since: Option<Timestamp>,
    /// True once the person has moved: then a restored place no longer overrides it.
    pub is_chosen: bool,
}

/// The project file and what is not on disk yet.
#[derive(Clone, Debug, Default)]
pub struct ProjectState {
    /// The file; none before it is open.
    pub path: Option<PathBuf>,
    /// What was opened.
    pub paths: Vec<PathBuf>,
    /// Events given but not yet acknowledged by the disk.
    pub unsaved: usize,
    /// Why the project cannot be used, or why the last event could not be written.
    pub fault: Option<String>,
    /// True from the order to open until everything is indexed.
    pub is_opening: bool,
    /// Why nothing is shown though something was opened: a sentence.
    pub nothing_found: Option<String>,
}

/// Everything that the window shows.
#[derive(Debug)]
pub struct AppState {
    /// All candidates.
    pub catalogue: Arc<Catalogue>,
    /// All labels.
    pub book: Arc<LabelBook>,
    /// The vocabularies to choose from.
    pub vocabularies: Vec<Vocabulary>,
    /// The one in use.
    pub vocabulary: usize,
    /// What could not be opened.
    pub problems: Vec<Problem>,
    /// What was recognised, by which rule.
    pub recognised: Vec<(PathBuf, String)>,
    /// Candidates in order.
    pub queue: Queue,
    /// Where we are.
    pub place: Place,
    /// What is selected.
    pub selection: Selection,
    /// What models say.
    pub scores: Scores,
    /// How stamps are drawn.
    pub display: Display,
    /// Decoded stamps.
    pub stamps: StampStore,
    /// What fills the window.
    pub screen: Screen,
    /// True where the screen of problems shows the log.
    pub shows_log: bool,
    /// The last lines of the log.
    pub log: LogLines,
    /// The graphics adapter with its driver; none before it is known.
    pub adapter: Option<String>,
    /// Small windows.
    pub panes: BTreeSet<Pane>,
    /// The field a key asked for, and the number of that request.
    pub focus: Option<(u64, Field)>,
    /// What runs by itself.
    pub motion: Option<Motion>,
    /// The role in the mosaic; none for the triplet.
    pub mosaic_role: Option<Role>,
    /// Side of a mosaic cell, points.
    pub mosaic_side: f32,
    /// The candidates on the mosaic page.
    pub page: Arc<[CandidateIx]>,
    /// Whose stamps have been on the screen.
    pub sight: Sight,
    /// This user's settings.
    pub settings: Settings,
    /// The login name, for an empty `settings.annotator`.
    pub login_name: Arc<str>,
    /// The last message.
    pub toast: Option<Toast>,
    /// The project file.
    pub project: ProjectState,
    /// Finds candidates.
    pub opening: Option<Running<OpenSet>>,
    /// Keeps labels; none where no set is open.
    pub journal: Option<Journal>,
    /// What is to go into the clipboard.
    pub clipboard: Option<String>,
    /// True once the window may close: every label is on disk, or given up.
    pub may_quit: bool,
    /// Header cards on request.
    pub header: Option<HeaderCards>,
    /// The order for simulated candidates, with its preview.
    pub simulation: SimulationPane,
    /// How well models judge.
    pub evaluation: EvaluationPane,
    /// Files of labels and vocabularies that are being read and written.
    pub label_files: LabelFiles,
    /// The order for a network, and what became of it.
    pub training: TrainingPane,
    /// The latent space of the opened set.
    pub latent: LatentPane,
    /// Which light curve is shown.
    pub curve: CurveChoice,
    /// Teaching a model the labels of this set.
    pub fine_tuning: FineTuningPane,
    /// Candidates that wait for a second word.
    pub repeat_check: RepeatCheck,
    /// The period of the light curve on screen.
    pub period_search: PeriodSearch,
    /// Light curves measured here.
    pub measured: MeasuredCurves,
    /// What is shown of explanations.
    pub explain: ExplainChoice,
    /// Explanations computed here.
    pub explanations: Explanations,
    /// The file dialogs of the system.
    pub dialogs: Dialogs,
    /// Our own file dialog, while it is open.
    pub path_pane: Option<PathPane>,
    /// Where typed paths begin.
    pub path_base: PathBase,
    /// True once it is known that the system has no file dialog.
    pub has_no_dialog: bool,
    /// What waits until all labels are on disk.
    pub(crate) leaving: Option<Leaving>,
    /// Leaving was refused last, because it would lose labels.
    pub refusal: Option<Refusal>,
    /// Number of the present opening: a picture that was drawn of an earlier one shows other candidates.
    pub generation: u64,
    /// Candidates with a class.
    pub(crate) label_count: LabelCount,
    /// When a sorted queue was last made while candidates were being found.
    pub(crate) sorted_at: Option<Timestamp>,
    /// The candidate to return to once it is found again.
    pub(crate) return_to: Option<SavedPlace>,
    /// The vocabulary asked for in this session of the program: it wins over the saved one.
    pub(crate) asked_vocabulary: Option<Arc<str>>,
    /// The vocabulary before the one that the active model brought by itself; none where none did.
    pub(crate) vocabulary_before: Option<usize>,
    /// True once the user went from one vocabulary to another: none comes by itself any more.
    pub(crate) has_chosen_vocabulary: bool,
    /// Step numbers of this window; none before the project is open.
    pub(crate) steps: Option<StepIds>,
    /// Times of the decisions of this session, for the rate.
    pub(crate) decided_at: Vec<Timestamp>,
}

impl AppState {
    /// An empty state.
    pub fn new(settings: Settings, login_name: &str) -> Self {
        let stamps = StampStore::new(settings.memory_bytes());
        Self {
            catalogue: Arc::default(),
            book: Arc::default(),
            vocabularies: Vocabulary::built_ins().into(),
            vocabulary: 0,
            problems: Vec::new(),
            recognised: Vec::new(),
            queue: Queue::default(),
            place: Place::default(),
            selection: Selection::default(),
            scores: Scores::default(),
            display: Display::default(),
            stamps,
            screen: Screen::default(),
            shows_log: false,
            log: LogLines::default(),
            adapter: None,
            panes: BTreeSet::new(),
            focus: None,
            motion: None,
            mosaic_role: Some(Role::Science),
            mosaic_side: super::session::USUAL_SIDE,
            page: Arc::new([]),
            sight: Sight::default(),
            settings,
            login_name: login_name.into(),
            toast: None,
            project: ProjectState::default(),
            opening: None,
            journal: None,
            clipboard: None,
            may_quit: false,
            header: None,
            simulation: SimulationPane::default(),
            evaluation: EvaluationPane::default(),
            label_files: LabelFiles::default(),
            training: TrainingPane::default(),
            latent: LatentPane::default(),
            curve: CurveChoice::default(),
            fine_tuning: FineTuningPane::default(),
            repeat_check: RepeatCheck::default(),
            period_search: PeriodSearch::default(),
            measured: MeasuredCurves::default(),
            explain: ExplainChoice::default(),
            explanations: Explanations::default(),
            dialogs: Dialogs::default(),
            path_pane: None,
            path_base: PathBase::default(),
            has_no_dialog: false,
            leaving: None,
            refusal: None,
            generation: 0,
            label_count: LabelCount::default(),
            sorted_at: None,
            return_to: None,
            asked_vocabulary: None,
            vocabulary_before: None,
            has_chosen_vocabulary: false,
            steps: None,
            decided_at: Vec::new(),
        }
    }

    /// A class by any of its spellings: of the vocabulary in use, else of the first that knows it.
    pub fn class_named(&self, name: &str) -> Option<&Class> {
        let mut all = std::iter::once(self.vocabulary()).chain(&self.vocabularies);
        all.find_map(|vocabulary| vocabulary.class(name))
    }

    /// The vocabulary in use.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabularies[self.vocabulary.min(self.vocabularies.len() - 1)]
    }

    /// The name written with labels.
    pub fn annotator(&self) -> Arc<str> {
        match self.settings.annotator.trim() {
            "" => self.login_name.clone(),
            name => name.into(),
        }
    }

    /// The candidate on screen.
    pub fn candidate(&self) -> Option<&Candidate> {
        self.catalogue.get(self.place.candidate?)
    }

    /// The epoch on screen.
    pub fn epoch(&self) -> Option<&Epoch> {
        self.candidate()?.epochs.get(self.place.epoch)
    }

    /// True where nothing was opened: the start page stands here.
    pub fn is_blank(&self) -> bool {
        self.project.paths.is_empty() && self.catalogue.is_empty()
    }

    /// True while the start page fills the window: where nothing was found, it leads to other
    /// sets. A network can be trained without a set, and problems can be read.
    pub fn shows_start_page(&self) -> bool {
        let has_screen = matches!(self.screen, Screen::Train | Screen::Problems);
        self.catalogue.is_empty() && !self.project.is_opening && !has_screen
    }

    /// Names of the numeric fields that the first candidates have, sorted: what a menu offers
    /// to sort by. Any other field can be typed in the filter line.
    pub fn field_names(&self) -> Vec<Arc<str>> {
        const LOOKED_AT: usize = 20;
        let mut names = BTreeSet::new();
        for (_, candidate) in self.catalogue.iter().take(LOOKED_AT) {
            let of_epochs = candidate.epochs.iter().map(|epoch| &epoch.fields);
            for fields in of_epochs.chain([&candidate.fields]) {
                names.extend(fields.iter().map(|(name, _)| name.clone()));
            }
        }
        names.into_iter().collect()
    }

    /// Number of candidates of the catalogue with a class.
    pub const fn labelled(&self) -> usize {
        self.label_count.get()
    }

    /// Decisions of this session per minute, over the last five minutes at most.
    pub fn decisions_per_minute(&self, now: Timestamp) -> Option<f64> {
        const WINDOW_US: i64 = 300_000_000;
        let recent: Vec<_> = self
            .decided_at
            .iter()
            .filter(|at| now.0 - at.0 < WINDOW_US)
            .collect();
        let first = recent.first()?;
        let minutes = (now.0 - first.0) as f64 / 60e6;
        (recent.len() >= 3 && minutes > 0.25).then(|| recent.len() as f64 / minutes)
    }

    /// Filters and sorts everything again.
    pub(crate) fn refresh_queue(&mut self) {
        self.with_queue(Queue::refresh);
    }

    /// Changes filter and order.
    pub(crate) fn set_queue(&mut self, spec: QueueSpec) {
        self.with_queue(|queue, facts| queue.set_spec(spec, facts));
    }

    /// Takes in what was found since the queue was made.
    pub(crate) fn extend_queue(&mut self) {
        self.with_queue(Queue::extend);
    }

    /// Changes the queue by what is known.
    pub(crate) fn with_queue(&mut self, change: impl FnOnce(&mut Queue, Facts<'_>)) {
        let facts = Facts {
            catalogue: &self.catalogue,
            book: &self.book,
            scores: &self.scores,
            repeat_check: &self.repeat_check,
            latent: self.latent.embedding.as_deref(),
        };
        change(&mut self.queue, facts);
    }

    /// Asks the view to put the keyboard into a text field.
    pub(crate) fn focus_on(&mut self, field: Field) {
        let serial = self.focus.map_or(0, |(serial, _)| serial) + 1;
        self.focus = Some((serial, field));
    }

    /// Opens a small window, or closes it.
    pub(crate) fn toggle(&mut self, pane: Pane) {
        if !self.panes.remove(&pane) {
            self.panes.insert(pane);
        }
    }
}
