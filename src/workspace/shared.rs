//! What all features share of the opened set and of the screen.

use std::{
    collections::{BTreeSet, HashSet},
    path::PathBuf,
    sync::Arc,
};

use super::{
    alike::Alike,
    assigned_view::AssignedView,
    context::Context,
    display::Display,
    drawn::Sight,
    journal_writer::Journal,
    label_count::LabelCount,
    place::{Motion, Place, SavedPlace},
    project::ProjectState,
    queue::order::{Queue, QueueSpec},
    repeat_check::RepeatCheck,
    request::Request,
    scores::shown::Scores,
    screen::{Field, Pane, Screen, USUAL_SIDE},
    selection::Selection,
    settings::{SETTINGS, Settings},
    stamp_store::StampStore,
    toast::Toast,
    versions::Versions,
};
use crate::{
    domain::{
        Candidate, CandidateIx, Catalogue, Class, Embedding, Epoch, LabelBook, Problem, Role,
        Timestamp, Vocabulary, label::StepIds,
    },
    logging::LogLines,
    text,
    workspace::queue::facts::Facts,
};

/// The opened set, its labels and scores, and what is on the screen.
#[derive(Debug)]
pub struct Shared {
    pub catalogue: Arc<Catalogue>,
    pub book: Arc<LabelBook>,
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
    /// Small windows.
    pub panes: BTreeSet<Pane>,
    /// The field a key asked for, and the number of that request.
    pub focus: Option<(u64, Field)>,
    /// The labelled candidates that the one on the screen is like.
    pub alike: Alike,
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
    pub project: ProjectState,
    /// Keeps labels; none where no set is open.
    pub journal: Option<Journal>,
    /// Candidates that wait for a second word.
    pub repeat_check: RepeatCheck,
    /// What hides labels of others.
    pub assigned_view: AssignedView,
    /// Number of the present opening: a picture that was drawn of an earlier one shows other candidates.
    pub generation: u64,
    /// How often epochs of the opened set have got other numbers.
    pub renumbered: u64,
    /// Candidates with a class.
    pub label_count: LabelCount,
    /// When a sorted queue was last made while candidates were being found.
    pub sorted_at: Option<Timestamp>,
    /// The candidate to return to once it is found again.
    pub return_to: Option<SavedPlace>,
    /// The vocabulary asked for in this session of the program: it wins over the saved one.
    pub asked_vocabulary: Option<Arc<str>>,
    /// The vocabulary before the one that the active model brought by itself; none where none did.
    pub vocabulary_before: Option<usize>,
    /// True once the user went from one vocabulary to another: none comes by itself any more.
    pub has_chosen_vocabulary: bool,
    /// Step numbers of this window; none before the project is open.
    pub steps: Option<StepIds>,
    /// Times of the decisions of this session, for the rate.
    pub decided_at: Vec<Timestamp>,
    /// Where the latent model puts the candidates; none before the set was embedded.
    pub embedding: Option<Arc<Embedding>>,
    /// Versions of models that the project keeps.
    pub versions: Versions,
    /// What features ask of others.
    pub requests: Vec<Request>,
    /// True where the project does not know of the session as it is.
    pub is_session_stale: bool,
}

impl Shared {
    /// Nothing is open.
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
            panes: BTreeSet::new(),
            focus: None,
            alike: Alike::default(),
            motion: None,
            mosaic_role: Some(Role::Science),
            mosaic_side: USUAL_SIDE,
            page: Arc::new([]),
            sight: Sight::default(),
            settings,
            login_name: login_name.into(),
            toast: None,
            project: ProjectState::default(),
            journal: None,
            repeat_check: RepeatCheck::default(),
            assigned_view: AssignedView::default(),
            generation: 0,
            renumbered: 0,
            label_count: LabelCount::default(),
            sorted_at: None,
            return_to: None,
            asked_vocabulary: None,
            vocabulary_before: None,
            has_chosen_vocabulary: false,
            steps: None,
            decided_at: Vec::new(),
            embedding: None,
            versions: Versions::default(),
            requests: Vec::new(),
            is_session_stale: false,
        }
    }

    /// A class by any of its spellings: of the vocabulary in use, else of the first that knows it.
    pub fn class_named(&self, name: &str) -> Option<&Class> {
        let mut all = std::iter::once(self.vocabulary()).chain(&self.vocabularies);
        all.find_map(|vocabulary| vocabulary.class(name))
    }

    /// The name of a class on screen: "RR Lyrae" of `rr_lyrae`.
    pub fn class_title(&self, name: &str) -> String {
        let known = self.class_named(name);
        known.map_or_else(|| name.to_owned(), |class| class.title.to_string())
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
        let joined = self
            .catalogue
            .iter()
            .map(|(_, candidate)| &candidate.joined);
        for fields in joined.filter(|fields| !fields.is_empty()).take(LOOKED_AT) {
            names.extend(fields.iter().map(|(name, _)| name.clone()));
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
    pub fn refresh_queue(&mut self) {
        self.with_queue(Queue::refresh);
    }

    /// The same because scores have changed: no label that was given since moves a candidate out.
    pub fn follow_scores(&mut self) {
        self.with_queue(Queue::follow_scores);
    }

    /// Changes filter and order.
    pub fn set_queue(&mut self, spec: QueueSpec) {
        self.with_queue(|queue, facts| queue.set_spec(spec, facts));
    }

    /// Takes in what was found since the queue was made.
    pub fn extend_queue(&mut self) {
        self.with_queue(Queue::extend);
    }

    pub fn with_queue(&mut self, change: impl FnOnce(&mut Queue, Facts<'_>)) {
        let facts = Facts {
            catalogue: &self.catalogue,
            book: &self.book,
            scores: &self.scores,
            repeat_check: &self.repeat_check,
            latent: self.embedding.as_deref(),
        };
        change(&mut self.queue, facts);
    }

    /// True where something is listed that can be saved; else there is a message.
    pub fn has_listed(&mut self, cx: &Context) -> bool {
        let has_listed = !self.queue.order().is_empty();
        if !has_listed {
            self.warn(text!("the list is empty: there is nothing to save"), cx.now);
        }
        has_listed
    }

    /// The candidates of the list; none where these are all.
    pub fn listed(&self) -> Option<HashSet<CandidateIx>> {
        let listed = self.queue.order();
        let is_part = listed.len() < self.catalogue.len();
        is_part.then(|| listed.iter().copied().collect())
    }

    /// Asks the view to put the keyboard into a text field.
    pub fn focus_on(&mut self, field: Field) {
        let serial = self.focus.map_or(0, |(serial, _)| serial) + 1;
        self.focus = Some((serial, field));
    }

    /// Opens a small window, or closes it.
    pub fn toggle(&mut self, pane: Pane) {
        if !self.panes.remove(&pane) {
            self.panes.insert(pane);
        }
    }

    /// True from the order to open until everything is indexed.
    pub const fn is_indexing(&self) -> bool {
        self.project.is_opening
    }

    /// Everything of the present set goes.
    pub fn forget_set(&mut self, cx: &Context) {
        self.generation += 1;
        // Its thread writes what it was given to the end, without this one waiting for it.
        self.journal = None;
        self.catalogue = Arc::default();
        self.book = Arc::default();
        // What is wrong with the user's own settings stays true.
        self.problems.retain(|problem| problem.what == SETTINGS);
        self.recognised.clear();
        self.selection.clear();
        self.place = Place::default();
        self.page = Arc::new([]);
        self.sight.forget();
        self.vocabulary = self.vocabulary_before.take().unwrap_or(self.vocabulary);
        self.return_to = None;
        self.steps = None;
        self.motion = None;
        self.alike = Alike::default();
        self.sorted_at = None;
        self.decided_at.clear();
        self.display.unlock_set();
        self.scores = Scores::default();
        self.embedding = None;
        self.versions = Versions::default();
        self.repeat_check.end();
        self.repeat_check.practise(false);
        self.queue.forget_shortlist();
        self.set_queue(QueueSpec::default());
        self.project = ProjectState::default();
        if let Err(error) = self.stamps.change_set() {
            self.report_fault(text!("stamps cannot be decoded: {error}", error), cx);
        }
    }

    /// Asks something of another feature.
    pub fn ask(&mut self, request: Request) {
        self.requests.push(request);
    }

    /// Has the session kept in the project, once this update is over.
    pub const fn save_session(&mut self) {
        self.is_session_stale = true;
    }

    /// Keeps the settings of this user.
    pub fn save_settings(&mut self, cx: &Context) {
        if let Err(error) = (cx.save_settings)(&self.settings) {
            self.report_fault(
                text!(
                    "the settings are not kept: {error}",
                    error = format_args!("{error:#}")
                ),
                cx,
            );
        }
    }

    /// Shows another screen.
    pub const fn show(&mut self, screen: Screen) {
        self.screen = screen;
        self.save_session();
    }
}
