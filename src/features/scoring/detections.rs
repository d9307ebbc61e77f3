//! Whether anything is seen of candidates: photometry of their own stamps, or the magnitudes that the data bring,
//! epoch by epoch.

use std::{collections::HashSet, sync::Arc};

use super::forest_curve::{BandPoint, of_candidate};
use crate::{
    domain::{Candidate, CandidateIx, Catalogue, Detections},
    io::Decoder,
    lightcurve::significance::SoFar,
    tasks::{
        Running, Task, TaskContext, TaskEvent, cancel::CancelToken, next_event,
        parallel::in_parallel,
    },
    workspace::{context::Context, shared::Shared},
};

/// Candidates that are reported together.
const TOGETHER: usize = 16;

/// How significantly a candidate was detected, standard deviations: the largest up to each of its epochs, all
/// filters together. NaN before the first measurement.
pub fn significances(candidate: &Candidate, decoder: &Decoder) -> Arc<[f32]> {
    let curve = of_candidate(candidate, decoder);
    let mut so_far = SoFar::default();
    let mut add = |one: &BandPoint| so_far.add(one.point.flux, one.point.error);
    let first = curve.epochs.iter().filter_map(|one| one.as_ref().ok());
    let first = first.map(|one| one.point.mjd).reduce(f64::min);
    let before = |one: &&BandPoint| first.is_none_or(|first| one.point.mjd < first);
    curve.history.iter().filter(before).for_each(&mut add);
    let mut largest = f32::NAN;
    let each = curve.epochs.iter().map(|epoch| {
        if let Ok(one) = epoch {
            so_far.add(one.point.flux, one.point.error);
        }
        if let Some(now) = so_far.significance() {
            // Where one is no number it is the other.
            largest = largest.max(now.value() as f32);
        }
        largest
    });
    each.collect()
}

/// The same of all candidates, by so many threads; none where it was cancelled.
///
/// # Errors
/// Where the system gives no thread.
pub fn detections(
    catalogue: &Catalogue,
    decoder: &Decoder,
    threads: usize,
    cancel: &CancelToken,
) -> anyhow::Result<Option<Detections>> {
    let of = |at: u64| {
        let candidate = catalogue.get(CandidateIx(at as u32));
        candidate.map(|candidate| significances(candidate, decoder))
    };
    let all = in_parallel(0..catalogue.len() as u64, threads, cancel, &|_| (), &of)?;
    let Some(all) = all else {
        return Ok(None);
    };
    let mut found = Detections::default();
    for (at, one) in all.into_iter().enumerate() {
        if let Some(one) = one {
            found.put(CandidateIx(at as u32), one);
        }
    }
    Ok(Some(found))
}

/// Looks whether anything is seen of candidates.
pub struct FindDetections {
    pub catalogue: Arc<Catalogue>,
    /// Those to look at, in this order.
    pub wanted: Vec<CandidateIx>,
    pub decoder: Arc<Decoder>,
}

impl Task for FindDetections {
    const NAME: &'static str = crate::english!("detections");
    type Update = Vec<(CandidateIx, Arc<[f32]>)>;
    type Output = ();

    fn run(self, cx: &TaskContext<Self::Update>) -> anyhow::Result<()> {
        let total = self.wanted.len();
        for (number, some) in self.wanted.chunks(TOGETHER).enumerate() {
            cx.check()?;
            cx.progress(number * TOGETHER, total);
            let found = some.iter().filter_map(|ix| {
                let candidate = self.catalogue.get(*ix)?;
                Some((*ix, significances(candidate, &self.decoder)))
            });
            cx.update(found.collect());
        }
        Ok(())
    }
}

/// What looks whether anything is seen: of all candidates, once a model of classes is shown.
#[derive(Debug, Default)]
pub struct DetectionTasks {
    pub running: Option<Running<FindDetections>>,
    /// The set, and the number of its candidates, when it was started last.
    begun_with: Option<(u64, usize)>,
}

impl DetectionTasks {
    /// True while a task runs.
    pub const fn is_busy(&self) -> bool {
        self.running.is_some()
    }

    /// Of another set: nothing is looked for.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    pub fn poll(&mut self, shared: &mut Shared, cx: &Context) {
        let mut is_news = false;
        while let Some(event) = next_event(&mut self.running) {
            match event {
                TaskEvent::Update(found) => {
                    for (ix, significances) in found {
                        shared.scores.detections.put(ix, significances);
                    }
                    is_news = true;
                }
                TaskEvent::Failed(why) => shared.warn(format!("detections: {why}"), cx.now),
                TaskEvent::Finished(()) | TaskEvent::Cancelled => {}
            }
        }
        if is_news {
            shared.scores.touch();
            if shared.queue.uses_scores() && shared.may_sort_again(cx) {
                shared.follow_scores();
            }
        }
    }

    /// Looks at what was not looked at yet, the candidate on screen and those after it first.
    pub fn want(&mut self, shared: &Shared, cx: &Context) {
        let is_wanted = shared.scores.class_model().is_some();
        if self.is_busy() || shared.is_indexing() || !is_wanted {
            return;
        }
        // What fails once is not tried for ever.
        let begun_with = (shared.generation, shared.catalogue.len());
        if self.begun_with == Some(begun_with) {
            return;
        }
        self.begun_with = Some(begun_with);
        let here = shared.place.candidate;
        let order = shared.queue.order().iter().copied();
        let rank = here.and_then(|ix| shared.queue.rank(ix)).unwrap_or(0);
        let first = order.clone().skip(rank).chain(order.take(rank));
        let all = first.chain(shared.catalogue.iter().map(|(ix, _)| ix));
        let mut taken = HashSet::new();
        let wanted = all.filter(|ix| {
            let known = shared.scores.detections.get(*ix).map(|all| all.len());
            let epochs = shared.catalogue.get(*ix).map(|one| one.epochs.len());
            taken.insert(*ix) && known != epochs
        });
        let wanted: Vec<CandidateIx> = wanted.collect();
        if wanted.is_empty() {
            return;
        }
        self.running = Some(cx.tasks.start(FindDetections {
            catalogue: shared.catalogue.clone(),
            wanted,
            decoder: shared.stamps.decoder().clone(),
        }));
    }
}
