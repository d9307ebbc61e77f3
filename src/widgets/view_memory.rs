//! What views remember for themselves: zoom, hover, text being typed, looks already worked out.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    domain::{CandidateIx, Role, StampId},
    gpu::FrameEnd,
    imaging::{Look, SharedLook},
    workspace::{
        display::{Lock, Scope},
        keys::Chord,
        screen::Field,
        settings::Appearance,
        shared::Shared,
    },
};

/// The pointer over a stamp, mirrored in all others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hover {
    /// The stamp under the pointer.
    pub role: Role,
    pub epoch: usize,
    /// Position in stamp pixels; the first pixel's centre is (0, 0).
    pub position: [f64; 2],
}

/// One zoom and pan for all large stamps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// 1 shows the whole stamp.
    pub zoom: f64,
    /// What is in the middle, as an offset from the stamp's middle in stamp pixels.
    pub offset_px: [f64; 2],
}

impl Default for Camera {
    fn default() -> Self {
        Self {
            zoom: 1.0,
            offset_px: [0.0; 2],
        }
    }
}

/// What a key has asked for and is about to get the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// The field; none for the palette.
    pub field: Option<Field>,
    /// Frames waited so far.
    pub frames: u8,
}

/// A key that is being chosen in the settings window.
pub type KeyCapture = Option<(crate::workspace::action::Action, Option<Chord>)>;

/// What views remember.
#[derive(Default)]
pub struct ViewMemory {
    /// Zoom and pan of the large stamps.
    pub camera: Camera,
    /// The pointer, as of the last frame, and as found in this one.
    pub hover: Option<Hover>,
    /// Found in this frame; becomes `hover` at its end.
    pub next_hover: Option<Hover>,
    /// Step of blinking, and when it was made (seconds of the egui clock).
    pub motion_step: (usize, f64),
    /// Text of the search field.
    pub search: String,
    /// Text of the filter field; none while it follows the queue.
    pub filter: Option<String>,
    /// The name of the view that is about to be saved.
    pub view_name: String,
    /// True while the menu of saved views is open.
    pub has_views_menu: bool,
    /// Text of the note being written, with the candidate it is about.
    pub note: Option<(CandidateIx, String)>,
    /// The page of the guide that was chosen; none for that of the screen.
    pub guide_page: Option<&'static str>,
    /// Text of the palette and the chosen row.
    pub palette: (String, usize),
    /// The file dialog that was shown last, and which of its texts.
    pub path_seen: Option<(crate::workspace::pick::PickFor, u64)>,
    /// Text of the file dialog.
    pub path_text: String,
    /// The row of the file dialog that was scrolled to.
    pub path_row: Option<usize>,
    /// The text field or window that a key has just asked for: until it has the keyboard, keys
    /// are nobody's.
    pub awaited: Option<Awaited>,
    /// The last focus request served.
    pub focus_served: u64,
    pub key_capture: KeyCapture,
    /// Where a drag over the mosaic began, in content coordinates.
    pub drag_from: Option<egui::Pos2>,
    /// The candidate on screen, and its rank, that the queue was scrolled to.
    pub scrolled_to: (Option<CandidateIx>, Option<usize>),
    /// A histogram limit being dragged: 0 the lower, 1 the upper.
    pub dragged_limit: Option<usize>,
    /// Looks already worked out.
    pub looks: LookMemo,
    /// Stamps decoded but not in the memory of the GPU, as the last frame found.
    pub lost: Lost,
    /// What this frame draws.
    pub sight: super::sight::SightMemory,
    /// True where a text field had the keyboard at the end of the last frame.
    pub had_text_field: bool,
    /// What was wanted last.
    pub last_want: Option<u64>,
    /// The plot of the evaluation that was chosen, by its place; none for the first with curves.
    pub plot: Option<usize>,
    /// The model whose confusion matrix is shown, by its place.
    pub judged_model: usize,
    /// The least level of the records of the log that are shown; none for all.
    pub log_level: Option<log::LevelFilter>,
    /// Candidates whose small stamps this frame draws, each with its epoch.
    pub small: Vec<(CandidateIx, usize)>,
    /// Number of stamp batches drawn in this frame.
    pub batches: u64,
    /// True where the window is cleared to the colour of panels.
    pub is_ground_of_window: bool,
    /// What the context looks like.
    pub appearance: Option<Appearance>,
    /// The size of text and buttons in the last frame, percent.
    pub size_percent: Option<u32>,
}

impl ViewMemory {
    /// What is left in a window with another device: what the person sees and types, without
    /// anything that lies in the memory of the old one.
    #[must_use]
    pub fn on_new_device(self) -> Self {
        Self {
            camera: self.camera,
            search: self.search,
            filter: self.filter,
            note: self.note,
            plot: self.plot,
            judged_model: self.judged_model,
            is_ground_of_window: self.is_ground_of_window,
            ..Self::default()
        }
    }
}

/// What the painter could not draw, passed on from the painter to the next frame.
#[derive(Clone, Default)]
pub struct Lost(Arc<Mutex<LostStamps>>);

#[derive(Default)]
struct LostStamps {
    /// What has to be uploaded.
    missing: Vec<StampId>,
    /// The same of each batch of the last frame.
    last_missing: HashMap<u64, Vec<StampId>>,
    /// What has no room in the memory of the GPU.
    left_over: BTreeSet<StampId>,
}

impl Lost {
    /// Adds the stamps that a batch misses; true where they are not those of the frame before:
    /// then a frame is needed that has them uploaded.
    pub fn add(&self, batch: u64, missing: Vec<StampId>) -> bool {
        let mut lost = self.lock();
        lost.missing.extend_from_slice(&missing);
        let is_new = !missing.is_empty() && lost.last_missing.get(&batch) != Some(&missing);
        lost.last_missing.insert(batch, missing);
        is_new
    }

    /// What the last frame did not draw, for whatever reason.
    pub fn undrawn(&self) -> BTreeSet<StampId> {
        let lost = self.lock();
        lost.left_over
            .iter()
            .chain(&lost.missing)
            .copied()
            .collect()
    }

    pub fn take(&self) -> Vec<StampId> {
        std::mem::take(&mut self.lock().missing)
    }

    /// Notes how a frame ended; true where another one is needed.
    pub fn end_frame(&self, end: FrameEnd) -> bool {
        let mut lost = self.lock();
        let is_changed = lost.left_over != end.left_over;
        lost.left_over = end.left_over;
        is_changed || end.is_unsettled
    }

    /// True for a stamp that the last frame had to leave out.
    pub fn is_left_out(&self, id: StampId) -> bool {
        self.lock().left_over.contains(&id)
    }

    /// Stamps that the last frame had to leave out.
    pub fn left_out(&self) -> usize {
        self.lock().left_over.len()
    }

    fn lock(&self) -> MutexGuard<'_, LostStamps> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(PartialEq, Eq, Hash, Clone, Copy)]
struct LookKey {
    generation: u64,
    candidate: CandidateIx,
    epochs: usize,
    role: Role,
    epoch: usize,
    scope: Scope,
}

/// A look that stamps share, and those of its epochs.
struct KeptLook {
    shared: SharedLook,
    is_settled: bool,
    /// Of the stamps in memory when it was worked out.
    revision: u64,
    of_epochs: HashMap<usize, Look>,
}

/// Looks by candidate and role, kept until the display changes. A look whose stamps are not
/// all there yet is worked out again when more arrive.
#[derive(Default)]
pub struct LookMemo {
    looks: HashMap<LookKey, KeptLook>,
    display: Option<Box<crate::workspace::display::Display>>,
}

/// Looks kept at most; above that all are worked out anew.
const MOST_LOOKS: usize = 20_000;

impl LookMemo {
    /// The look of a stamp, where any stamp that it takes its limits from is in memory.
    pub fn look(
        &mut self,
        shared: &Shared,
        candidate: CandidateIx,
        epoch: usize,
        role: Role,
        scope: Scope,
    ) -> Option<Look> {
        if self.display.as_deref() != Some(&shared.display) || self.looks.len() > MOST_LOOKS {
            self.looks.clear();
            self.display = Some(Box::new(shared.display.clone()));
        }
        let is_per_epoch = scope == Scope::Epoch || shared.display.lock == Lock::Free;
        // Another set numbers its candidates anew, and a candidate may gain epochs.
        let key = LookKey {
            generation: shared.generation,
            candidate,
            epochs: shared.catalogue.get(candidate)?.epochs.len(),
            role,
            epoch: if is_per_epoch { epoch } else { 0 },
            scope,
        };
        let revision = shared.stamps.revision();
        let is_fresh = |kept: &KeptLook| kept.is_settled || kept.revision == revision;
        if !self.looks.get(&key).is_some_and(is_fresh) {
            let kept = KeptLook {
                shared: shared.shared_look(candidate, epoch, role, scope)?,
                is_settled: shared.is_look_settled(candidate, epoch, role, scope),
                revision,
                of_epochs: HashMap::new(),
            };
            self.looks.insert(key, kept);
        }
        let kept = self.looks.get_mut(&key)?;
        if let Some(look) = kept.of_epochs.get(&epoch) {
            return Some(look.clone());
        }
        let look = kept.shared.of(shared.pixels_of(candidate, epoch, role)?);
        kept.of_epochs.insert(epoch, look.clone());
        Some(look)
    }
}
