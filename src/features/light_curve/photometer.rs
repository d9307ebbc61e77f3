//! Light curves for the window: one worker that measures the newest request.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::photometry::{CandidatePhotometry, PhotometryOrder, measure_candidate};
use crate::{
    app::{event::JobEvent, reporter::Reporter},
    domain::{Candidate, CandidateIx},
    io::Decoder,
    tasks::thread,
};

/// A light curve that was measured for the window.
#[derive(Clone, Debug)]
pub struct MeasuredCurve {
    /// Number of the opening.
    pub generation: u64,
    /// Whose.
    pub candidate: CandidateIx,
    /// How many stamps it had.
    pub stamps: usize,
    /// How it was measured.
    pub order: PhotometryOrder,
    /// What was found; empty where nothing could be measured.
    pub curve: Arc<CandidatePhotometry>,
}

/// A light curve that is wanted.
#[derive(Debug)]
pub struct CurveRequest {
    /// Number of the opening.
    pub generation: u64,
    /// The candidate.
    pub candidate: Box<Candidate>,
    /// Its place in the catalogue.
    pub ix: CandidateIx,
    /// How many stamps it has.
    pub stamps: usize,
    /// How it is measured.
    pub order: PhotometryOrder,
}

#[derive(Default)]
struct Slot {
    wanted: Option<CurveRequest>,
    is_closed: bool,
}

#[derive(Default)]
struct Shared {
    slot: Mutex<Slot>,
    bell: Condvar,
}

impl Shared {
    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a request; none where the window is closed.
    fn next(&self) -> Option<CurveRequest> {
        let mut slot = self.slot();
        while !slot.is_closed {
            if let Some(request) = slot.wanted.take() {
                return Some(request);
            }
            let woken = self.bell.wait(slot);
            slot = woken.unwrap_or_else(PoisonError::into_inner);
        }
        None
    }
}

/// The worker.
pub struct Photometer {
    shared: Arc<Shared>,
}

impl Photometer {
    /// Starts it.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(reporter: &Reporter, decoder: &Arc<Decoder>) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let (worker, reporter, decoder) = (shared.clone(), reporter.clone(), decoder.clone());
        let work = move || {
            while let Some(request) = worker.next() {
                let measure = || measure_candidate(&request.candidate, &request.order, &decoder);
                // One candidate that breaks it must not take the later ones with it.
                let curve = thread::caught("photometry", measure).unwrap_or_default();
                let measured = MeasuredCurve {
                    generation: request.generation,
                    candidate: request.ix,
                    stamps: request.stamps,
                    order: request.order,
                    curve: Arc::new(curve),
                };
                if !reporter.send(JobEvent::Measured(measured)) {
                    return;
                }
            }
        };
        thread::start("photometer", work, |_| ())?;
        Ok(Self { shared })
    }

    /// Measures this next; a request that is not begun is dropped.
    pub fn request(&self, request: CurveRequest) {
        self.shared.slot().wanted = Some(request);
        self.shared.bell.notify_one();
    }
}

impl Drop for Photometer {
    fn drop(&mut self) {
        self.shared.slot().is_closed = true;
        self.shared.bell.notify_one();
    }
}
