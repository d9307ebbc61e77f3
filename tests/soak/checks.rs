//! What must be true after every action, and what once a window has come to rest.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use destello::{
    domain::{LabelBook, LabelEvent, label_book::LabelState},
    store::Project,
    window::command::Command,
    workspace::action::Action,
};

use super::seat::Seat;

/// How long a window may take to hear of what another one wrote.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the disk has of one project.
struct OnDisk {
    project: Project,
    last: i64,
    events: Vec<Arc<LabelEvent>>,
    known: HashSet<(i64, Arc<str>, String)>,
}

fn key(event: &LabelEvent) -> (i64, Arc<str>, String) {
    (
        event.step.0,
        event.candidate.clone(),
        format!("{:?}", event.action),
    )
}

impl OnDisk {
    fn read(&mut self) {
        for (seq, event) in self.project.events_since(self.last).unwrap() {
            assert!(seq > self.last, "numbers of events grow");
            self.last = seq;
            self.known.insert(key(&event));
            self.events.push(Arc::new(event));
        }
    }
}

/// Watches all windows.
pub struct Witness {
    disks: HashMap<PathBuf, OnDisk>,
    /// By seat: the book's last event and how many were found on disk.
    checked: [(u64, usize); 2],
    decisions: u64,
    undone: u64,
    checks: u64,
}

impl Witness {
    /// Has seen nothing yet.
    pub fn new() -> Self {
        Self {
            disks: HashMap::new(),
            checked: [(0, 0); 2],
            decisions: 0,
            undone: 0,
            checks: 0,
        }
    }

    /// Label events that were written.
    pub fn decisions(&self) -> u64 {
        self.decisions
    }

    fn disk(&mut self, path: &Path) -> &mut OnDisk {
        self.disks.entry(path.to_owned()).or_insert_with(|| OnDisk {
            project: Project::open_or_create(path).unwrap(),
            last: 0,
            events: Vec::new(),
            known: HashSet::new(),
        })
    }

    /// A decision is on disk soon, also where another set was opened right after it.
    fn wait_for(&mut self, path: &Path, event: &LabelEvent) {
        let patience = Instant::now() + PATIENCE;
        let disk = self.disk(path);
        while !disk.known.contains(&key(event)) {
            assert!(
                Instant::now() < patience,
                "{event:?} is not in {}",
                path.display()
            );
            disk.read();
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Cheap things, after each action.
    pub fn after_action(&mut self, number: usize, seat: &mut Seat) {
        self.decisions += std::mem::take(&mut seat.decided);
        indexes_fit(seat);
        let state = &seat.window.state;
        let Some(path) = state.shared.project.path.clone() else {
            return;
        };
        let events = state.shared.book.events();
        let written = events.len().saturating_sub(state.shared.project.unsaved);
        let generation = state.shared.generation;
        let (of, from) = self.checked[number];
        let from = if of == generation {
            from.min(written)
        } else {
            0
        };
        if from < written {
            let disk = self.disk(&path);
            disk.read();
            for event in &events[from..written] {
                assert!(
                    disk.known.contains(&key(event)),
                    "{event:?} was acknowledged and is not in {}",
                    path.display()
                );
            }
        }
        self.checked[number] = (generation, written);
    }

    /// Everything, once all windows have come to rest.
    pub fn after_settling(&mut self, seats: &mut [Seat]) {
        self.checks += 1;
        for seat in seats.iter_mut() {
            for (path, event) in std::mem::take(&mut seat.given) {
                self.wait_for(&path, &event);
            }
        }
        for (number, seat) in seats.iter_mut().enumerate() {
            self.checked[number] = (0, 0);
            self.after_action(number, seat);
        }
        for seat in seats {
            let state = &seat.window.state;
            assert!(
                state.running().is_empty(),
                "still running: {:?}",
                state.running()
            );
            let Some(path) = state.shared.project.path.clone() else {
                continue;
            };
            let disk = self.disk(&path);
            disk.read();
            let last = disk.last;
            let events = disk.events.clone();
            // The other window's events, and the true order, are read once a second.
            let is_same = |book: &LabelBook| {
                let both = book.events().iter().zip(&events);
                book.events().len() == events.len() && both.clone().all(|(a, b)| a.step == b.step)
            };
            let patience = Instant::now() + PATIENCE;
            while !is_same(&seat.window.state.shared.book) && Instant::now() < patience {
                seat.window.poll_some(8);
                std::thread::sleep(Duration::from_millis(5));
            }
            let state = &seat.window.state;
            assert_eq!(state.shared.project.fault, None, "{}", path.display());
            assert_eq!(
                state.shared.project.unsaved, 0,
                "labels that are never acknowledged"
            );
            same_events(&events, state.shared.book.events(), &path);
            let file = LabelBook::of(events);
            same_labels(&file, &seat.window.state.shared.book, &path);
            assert!(last > 0 || seat.window.state.shared.book.events().is_empty());
        }
    }

    /// Undo and then redo leaves everything as it was.
    pub fn undo_and_redo(&mut self, seat: &mut Seat) {
        let state = &seat.window.state;
        let annotator = state.shared.annotator();
        let Some(step) = state.shared.book.next_undo(&annotator) else {
            return;
        };
        if state.shared.project.fault.is_some() || state.shared.project.path.is_none() {
            return;
        }
        let before = labels(&state.shared.book);
        seat.window.apply(Command::Do(Action::Undo));
        assert_eq!(
            seat.window.state.shared.book.next_redo(&annotator),
            Some(step)
        );
        seat.window.apply(Command::Do(Action::Redo));
        let state = &seat.window.state;
        assert!(
            labels(&state.shared.book) == before,
            "undo and redo of {step:?} changed {:#?}",
            labels(&state.shared.book)
                .iter()
                .filter(|state| !before.contains(state))
                .collect::<Vec<_>>()
        );
        assert_eq!(state.shared.book.next_undo(&annotator), Some(step));
        self.undone += 1;
        seat.frame();
    }
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} label events, {} complete checks, {} undone and redone",
            self.decisions, self.checks, self.undone
        )
    }
}

fn labels(book: &LabelBook) -> Vec<(Arc<str>, LabelState)> {
    let all = book.candidates().into_iter();
    let seen = all.filter(|(_, state)| **state != LabelState::default());
    seen.map(|(id, state)| {
        // Which event decided is told apart by its number; the journal grows by two.
        (id.clone(), state.clone())
    })
    .collect()
}

/// Both in one order; what differs first is named.
fn same_events(file: &[Arc<LabelEvent>], shown: &[Arc<LabelEvent>], path: &Path) {
    let steps = |events: &[Arc<LabelEvent>], from: usize| -> Vec<String> {
        let some = events.iter().skip(from).take(6);
        let words = some.map(|event| format!("{} {:?}", event.candidate, key(event)));
        words.collect()
    };
    let both = file.iter().zip(shown);
    let same = both.take_while(|(a, b)| key(a) == key(b)).count();
    assert!(
        same == file.len() && same == shown.len(),
        "after {same} equal events {} has {:#?} (of {}), the window {:#?} (of {})",
        path.display(),
        steps(file, same),
        file.len(),
        steps(shown, same),
        shown.len()
    );
}

fn same_labels(file: &LabelBook, shown: &LabelBook, path: &Path) {
    let (file, shown) = (labels(file), labels(shown));
    let only = |one: &[(Arc<str>, LabelState)], other: &[(Arc<str>, LabelState)]| {
        let left = one.iter().filter(|state| !other.contains(state));
        left.map(|state| format!("{state:?}")).collect::<Vec<_>>()
    };
    assert!(
        file == shown,
        "labels of {}\nin the file {:#?}\non the screen {:#?}",
        path.display(),
        only(&file, &shown),
        only(&shown, &file)
    );
}

/// No index points to what is not there, and what is counted is so.
fn indexes_fit(seat: &Seat) {
    let state = &seat.window.state;
    let count = state.shared.catalogue.len();
    let order = state.shared.queue.order();
    let unique: BTreeSet<_> = order.iter().collect();
    assert_eq!(
        unique.len(),
        order.len(),
        "a candidate stands twice in the queue"
    );
    for (rank, ix) in order.iter().enumerate() {
        assert!((ix.0 as usize) < count);
        assert_eq!(state.shared.queue.rank(*ix), Some(rank));
    }
    if let Some(ix) = state.shared.place.candidate {
        let candidate = state
            .shared
            .catalogue
            .get(ix)
            .expect("the candidate on screen");
        assert!(state.shared.place.epoch < candidate.epochs.len().max(1));
    }
    let selected: Vec<_> = state.shared.selection.iter().collect();
    let is_known = selected.iter().all(|ix| (ix.0 as usize) < count);
    assert!(is_known, "selected {selected:?} of {count}");
    assert!(state.shared.page.iter().all(|ix| (ix.0 as usize) < count));
    let labelled = state
        .shared
        .catalogue
        .iter()
        .filter(|(_, candidate)| state.shared.book.state(&candidate.id).is_labelled());
    assert_eq!(labelled.count(), state.shared.labelled());
    for (id, labels) in state.shared.book.candidates() {
        let ways = [labels.is_labelled(), labels.is_unsure, labels.is_skipped];
        let ways = ways.iter().filter(|is| **is).count();
        assert!(ways <= 1, "{id} is in {ways} states at once");
    }
}

/// Memory of this process, MiB; 0 where the system does not say.
pub fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}
