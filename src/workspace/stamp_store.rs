//! The stamp store: a view asks for stamps, and gets those that are there. Decoding, the cache in memory,
//! the slots of the GPU and what is fetched ahead are inside.

use std::{fmt, sync::Arc};

use super::{
    decode_pool::{DecodePool, Decoded, Outcome},
    stamp_cache::{CachedStamp, StampCache},
};
use crate::{
    domain::{Problem, StampId, StampRef},
    gpu::StampAtlas,
    io::{Decoder, StampIds},
    tasks::Wake,
};

/// Batches taken in at a time at most, so that a flood does not hold up the window.
const MOST_BATCHES: usize = 64;

/// Stamps that the view needs: what is on screen, then what will be soon.
#[derive(Clone, Debug, Default)]
pub struct Want {
    /// On the screen now.
    pub visible: Vec<StampRef>,
    /// Soon on the screen.
    pub ahead: Vec<StampRef>,
    /// Decoded, but no longer in the memory of the GPU.
    pub reload: Vec<StampId>,
}

/// Stamps of the opened set.
pub struct StampStore {
    cache: StampCache,
    /// Numbers stay unique over all sets: the GPU knows stamps by them.
    ids: Arc<StampIds>,
    /// Knows the schemas and archives of the opened set.
    decoder: Arc<Decoder>,
    workers: Option<Workers>,
    /// Stamps on their way back to the GPU.
    reloading: usize,
}

/// Who decodes.
struct Workers {
    pool: DecodePool,
    wake: Wake,
    atlas: Option<Arc<StampAtlas>>,
}

impl Workers {
    fn start(
        wake: Wake,
        decoder: &Arc<Decoder>,
        atlas: Option<Arc<StampAtlas>>,
    ) -> std::io::Result<Self> {
        let pool = DecodePool::start(&wake, decoder, atlas.as_ref())?;
        Ok(Self { pool, wake, atlas })
    }
}

impl StampStore {
    /// An empty store that holds at most `limit_bytes` of decoded stamps. Nothing is decoded before
    /// [`Self::start`].
    pub fn new(limit_bytes: usize) -> Self {
        Self {
            cache: StampCache::new(limit_bytes),
            ids: Arc::default(),
            decoder: Arc::default(),
            workers: None,
            reloading: 0,
        }
    }

    /// Starts the decoders. Without an atlas stamps are decoded but not drawn. Started again, what is
    /// decoded stays; stamps that were asked for and not begun have to be asked for again.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(&mut self, wake: Wake, atlas: Option<Arc<StampAtlas>>) -> std::io::Result<()> {
        self.workers = Some(Workers::start(wake, &self.decoder, atlas)?);
        self.reloading = 0;
        Ok(())
    }

    /// Another set is opened, or none: nothing of the one before arrives any more.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn change_set(&mut self) -> std::io::Result<()> {
        self.cache.clear();
        self.decoder = Arc::default();
        if let Some(Workers { wake, atlas, .. }) = self.workers.take() {
            self.start(wake, atlas)?;
        }
        Ok(())
    }

    /// Decodes stamps of the opened set, for work that looks at all of them.
    pub const fn decoder(&self) -> &Arc<Decoder> {
        &self.decoder
    }

    /// Gives numbers to stamps.
    pub const fn ids(&self) -> &Arc<StampIds> {
        &self.ids
    }

    pub fn get(&self, id: StampId) -> Option<&CachedStamp> {
        self.cache.get(id)
    }

    /// The stamp, where it is decoded.
    pub fn ready(&self, id: StampId) -> Option<&Arc<Decoded>> {
        self.cache.ready(id)
    }

    /// Grows whenever a stamp arrives or leaves.
    pub const fn revision(&self) -> u64 {
        self.cache.revision()
    }

    /// Bytes of pixels held.
    pub const fn bytes(&self) -> usize {
        self.cache.bytes()
    }

    /// Changes the memory limit.
    pub fn set_limit(&mut self, limit_bytes: usize) {
        self.cache.set_limit(limit_bytes);
    }

    /// True while stamps that were asked for have not arrived.
    pub fn is_waiting(&self) -> bool {
        self.workers.is_some() && (self.reloading > 0 || self.cache.has_pending())
    }

    /// Decodes what is not in memory. The newest request replaces all earlier ones.
    pub fn want(&mut self, want: Want) {
        self.cache.drop_pending();
        self.cache.begin_round();
        let Want {
            visible,
            ahead,
            reload,
        } = want;
        // What comes soon is marked first, so that it leaves before what is visible.
        let ahead: Vec<_> = ahead
            .into_iter()
            .filter(|stamp| self.cache.want(stamp.id))
            .collect();
        let mut wanted: Vec<_> = visible
            .into_iter()
            .filter(|stamp| self.cache.want(stamp.id))
            .collect();
        wanted.extend(ahead);
        let Some(workers) = &self.workers else { return };
        workers.pool.request(wanted);
        let lost: Vec<_> = reload
            .into_iter()
            .filter_map(|id| Some((id, self.cache.ready(id)?.clone())))
            .collect();
        if !lost.is_empty() {
            self.reloading += 1;
            workers.pool.reload(lost);
        }
    }

    /// Takes in what was decoded and gives what could not be; true where more waits.
    pub fn take_decoded(&mut self) -> (Vec<Arc<Problem>>, bool) {
        let mut problems = Vec::new();
        for _ in 0..MOST_BATCHES {
            let batch = self.workers.as_ref().and_then(|w| w.pool.next_batch());
            let Some(batch) = batch else {
                return (problems, false);
            };
            if batch.is_empty() {
                self.reloading = 0;
            }
            for outcome in batch {
                problems.extend(self.put(outcome));
            }
        }
        (problems, true)
    }

    /// Keeps a stamp; gives why it could not be decoded.
    pub fn put(&mut self, (id, result): Outcome) -> Option<Arc<Problem>> {
        match result {
            Ok(decoded) => {
                self.cache.put(id, CachedStamp::Ready(decoded));
                None
            }
            // No longer asked for.
            Err(_) if self.cache.get(id).is_none() => None,
            Err(problem) => {
                self.cache.put(id, CachedStamp::Failed(problem.clone()));
                Some(problem)
            }
        }
    }
}

impl fmt::Debug for StampStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StampStore")
            .field("bytes", &self.cache.bytes())
            .finish_non_exhaustive()
    }
}
