//! Decoding on demand: a pool of workers that does what is on the screen first.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::{
    domain::{Problem, Stamp, StampId, StampRef},
    gpu::{AtlasError, StampAtlas},
    imaging::statistics::StampStatistics,
    io::decode::Decoder,
    tasks::{
        Wake,
        thread::{self, Broken},
    },
};

/// A decoded stamp with what was measured while it was in the worker's hands.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// Pixels.
    pub stamp: Stamp,
    /// Their statistics; none where no pixel can be used.
    pub statistics: Option<StampStatistics>,
}

impl Decoded {
    pub fn new(stamp: Stamp) -> Self {
        let statistics = StampStatistics::of(&stamp);
        Self { stamp, statistics }
    }
}

/// A stamp as it came from its file, or why it could not.
pub type Outcome = (StampId, Result<Arc<Decoded>, Arc<Problem>>);

/// Batches of outcomes that may wait for the window; a worker waits when there are more.
const OUTCOMES: usize = 256;

/// Most stamps that a worker takes at once: enough for a whole cube, few enough that a new
/// request does not wait.
const MOST_AT_ONCE: usize = 96;

#[derive(Default)]
struct Requests {
    wanted: VecDeque<StampRef>,
    reload: Vec<(StampId, Arc<Decoded>)>,
    in_hand: HashSet<StampId>,
    is_closed: bool,
}

struct Shared {
    requests: Mutex<Requests>,
    bell: Condvar,
}

impl Shared {
    /// The requests; ones left by a worker that panicked is still good, it only holds requests.
    fn requests(&self) -> MutexGuard<'_, Requests> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Workers that decode stamps and bring them into the memory of the GPU.
pub struct DecodePool {
    shared: Arc<Shared>,
    outcomes: Receiver<Vec<Outcome>>,
}

impl DecodePool {
    /// Starts the workers. Without an atlas (no window) stamps are decoded only.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(
        wake: &Wake,
        decoder: &Arc<Decoder>,
        atlas: Option<&Arc<StampAtlas>>,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            requests: Mutex::default(),
            bell: Condvar::new(),
        });
        let (sender, outcomes) = bounded(OUTCOMES);
        // One core belongs to the window: workers on all of them would hold up its frames.
        let workers = std::thread::available_parallelism()
            .map_or(2, usize::from)
            .saturating_sub(1)
            .clamp(1, 8);
        for number in 0..workers {
            let worker = Worker {
                shared: shared.clone(),
                outcomes: sender.clone(),
                wake: wake.clone(),
                decoder: decoder.clone(),
                atlas: atlas.cloned(),
            };
            thread::start(format!("decode-{number}"), move || worker.run(), |_| ())?;
        }
        Ok(Self { shared, outcomes })
    }

    /// Stamps that are done and were not read: those of the oldest batch. One without stamps stands for
    /// what was brought back to the GPU.
    pub fn next_batch(&self) -> Option<Vec<Outcome>> {
        self.outcomes.try_recv().ok()
    }

    /// Decodes these, first things first. What was asked before and not begun is dropped.
    pub fn request(&self, wanted: Vec<StampRef>) {
        let mut requests = self.shared.requests();
        requests.wanted = wanted.into();
        let Requests {
            wanted, in_hand, ..
        } = &mut *requests;
        wanted.retain(|stamp| !in_hand.contains(&stamp.id));
        drop(requests);
        self.shared.bell.notify_all();
    }

    /// Brings decoded stamps back into the memory of the GPU.
    pub fn reload(&self, stamps: Vec<(StampId, Arc<Decoded>)>) {
        self.shared.requests().reload.extend(stamps);
        self.shared.bell.notify_one();
    }
}

impl Drop for DecodePool {
    fn drop(&mut self) {
        self.shared.requests().is_closed = true;
        self.shared.bell.notify_all();
    }
}

struct Worker {
    shared: Arc<Shared>,
    outcomes: Sender<Vec<Outcome>>,
    wake: Wake,
    decoder: Arc<Decoder>,
    atlas: Option<Arc<StampAtlas>>,
}

enum Task {
    Decode(Vec<StampRef>),
    Reload(Vec<(StampId, Arc<Decoded>)>),
}

impl Worker {
    fn run(self) {
        while let Some(task) = self.next_task() {
            match task {
                Task::Decode(stamps) => {
                    let done = self.decode_whatever_comes(&stamps);
                    let mut requests = self.shared.requests();
                    for stamp in &stamps {
                        requests.in_hand.remove(&stamp.id);
                    }
                    drop(requests);
                    if !self.report(done) {
                        return;
                    }
                }
                Task::Reload(stamps) => {
                    for (id, decoded) in stamps {
                        // One that panics is asked for again by the painter, like one without room.
                        thread::caught("reload", || self.upload(id, &decoded)).unwrap_or_default();
                    }
                    if !self.report(Vec::new()) {
                        return;
                    }
                }
            }
        }
    }

    /// False where the pool is gone.
    fn report(&self, done: Vec<Outcome>) -> bool {
        let is_read = self.outcomes.send(done).is_ok();
        (self.wake)();
        is_read
    }

    fn next_task(&self) -> Option<Task> {
        let mut requests = self.shared.requests();
        loop {
            if requests.is_closed {
                return None;
            }
            if !requests.reload.is_empty() {
                return Some(Task::Reload(std::mem::take(&mut requests.reload)));
            }
            if let Some(first) = requests.wanted.pop_front() {
                return Some(Task::Decode(requests.take_with(first)));
            }
            requests = self
                .shared
                .bell
                .wait(requests)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Decodes stamps; where that panics, one by one, so that only the stamp that breaks it fails.
    fn decode_whatever_comes(&self, stamps: &[StampRef]) -> Vec<Outcome> {
        let all_at_once = thread::caught("decode", || self.decode(stamps));
        all_at_once.unwrap_or_else(|_| {
            stamps
                .iter()
                .flat_map(|stamp| self.decode_one(stamp))
                .collect()
        })
    }

    fn decode_one(&self, stamp: &StampRef) -> Vec<Outcome> {
        let decoded = thread::caught("decode one", || self.decode(std::slice::from_ref(stamp)));
        decoded.unwrap_or_else(|_| {
            let path = stamp.source.path.display().to_string();
            let why = Broken::sentence("it could not be decoded: the decoder");
            vec![(stamp.id, Err(Arc::new(Problem::new(path, "stamp", why))))]
        })
    }

    fn decode(&self, stamps: &[StampRef]) -> Vec<Outcome> {
        let decoded = self.decoder.decode(stamps).into_iter().map(|(id, result)| {
            let result = result.map_err(Arc::new).and_then(|stamp| {
                let decoded = Arc::new(Decoded::new(stamp));
                self.offer(id, &decoded).map_or(Ok(decoded), |why| {
                    let path = stamps.iter().find(|stamp| stamp.id == id);
                    let path = path.map_or(String::new(), |s| s.source.path.display().to_string());
                    Err(Arc::new(Problem::new(path, "stamp", why)))
                })
            });
            (id, result)
        });
        decoded.collect()
    }

    /// Why the stamp can never be drawn, where it cannot. One that only finds no room now is
    /// asked for again by the painter.
    fn offer(&self, id: StampId, decoded: &Decoded) -> Option<String> {
        match self.atlas.as_ref()?.offer(id, &decoded.stamp) {
            Ok(()) | Err(AtlasError::Full { .. }) => None,
            Err(error) => Some(error.to_string()),
        }
    }

    /// Uploads what a frame misses. Where there is no room, the atlas remembers it, and the
    /// painter leaves the stamp out.
    fn upload(&self, id: StampId, decoded: &Decoded) {
        if let Some(Err(error)) = self.atlas.as_ref().map(|a| a.upload(id, &decoded.stamp)) {
            log::debug!("stamp {}: {error}", id.0);
        }
    }
}

impl Requests {
    /// The first stamp and all others wanted of the same file: a cube is read once.
    fn take_with(&mut self, first: StampRef) -> Vec<StampRef> {
        let mut taken = vec![first];
        let mut left = VecDeque::with_capacity(self.wanted.len());
        for stamp in self.wanted.drain(..) {
            let is_same_file = is_same_file(&stamp, &taken[0]);
            if is_same_file && taken.len() < MOST_AT_ONCE {
                taken.push(stamp);
            } else {
                left.push_back(stamp);
            }
        }
        self.wanted = left;
        self.in_hand.extend(taken.iter().map(|stamp| stamp.id));
        taken
    }
}

/// Paths are compared as texts, because the window waits for the lock meanwhile and comparing
/// them part by part takes thirty times as long.
fn is_same_file(a: &StampRef, b: &StampRef) -> bool {
    Arc::ptr_eq(&a.source, &b.source)
        || (a.source.kind == b.source.kind
            && a.source.path.as_os_str() == b.source.path.as_os_str())
}
