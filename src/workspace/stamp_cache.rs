//! The stamp cache: decoded stamps in memory, with a limit in bytes.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use super::decode_pool::Decoded;
use crate::domain::{Problem, StampId};

#[derive(Clone, Debug)]
pub enum CachedStamp {
    /// Asked for, not there yet.
    Pending,
    Ready(Arc<Decoded>),
    /// Could not be decoded.
    Failed(Arc<Problem>),
}

#[derive(Clone, Debug)]
struct Entry {
    content: CachedStamp,
    last_use: u64,
}

/// Decoded stamps, the least recently wanted leaving first.
#[derive(Clone, Debug)]
pub struct StampCache {
    entries: HashMap<StampId, Entry>,
    /// What was asked for since the requests were last dropped.
    asked: Vec<StampId>,
    /// Decoded stamps by their last use: looking through all of them would hold up a frame.
    by_use: BTreeSet<(u64, StampId)>,
    clock: u64,
    bytes: usize,
    limit_bytes: usize,
    revision: u64,
}

impl StampCache {
    /// An empty cache that holds at most `limit_bytes` of decoded stamps.
    pub fn new(limit_bytes: usize) -> Self {
        Self {
            entries: HashMap::new(),
            asked: Vec::new(),
            by_use: BTreeSet::new(),
            clock: 0,
            bytes: 0,
            limit_bytes,
            revision: 0,
        }
    }

    /// The stamp, where it is decoded.
    pub fn ready(&self, id: StampId) -> Option<&Arc<Decoded>> {
        match &self.entries.get(&id)?.content {
            CachedStamp::Ready(decoded) => Some(decoded),
            _ => None,
        }
    }

    pub fn get(&self, id: StampId) -> Option<&CachedStamp> {
        self.entries.get(&id).map(|entry| &entry.content)
    }

    /// Bytes of pixels held.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Bytes of pixels and of what stands beside them.
    fn memory_bytes(&self) -> usize {
        self.bytes + self.by_use.len() * BESIDE_PIXELS
    }

    /// Grows whenever a stamp arrives or leaves.
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// Changes the memory limit.
    pub fn set_limit(&mut self, limit_bytes: usize) {
        self.limit_bytes = limit_bytes;
        self.evict();
    }

    /// Opens a new round of wants: what is wanted from here on is newer than all before.
    pub const fn begin_round(&mut self) {
        self.clock += 1;
    }

    /// Marks a stamp as wanted now. True where it has to be decoded.
    pub fn want(&mut self, id: StampId) -> bool {
        let clock = self.clock;
        let mut is_new = false;
        let entry = self.entries.entry(id).or_insert_with(|| {
            is_new = true;
            Entry {
                content: CachedStamp::Pending,
                last_use: clock,
            }
        });
        if is_new {
            self.asked.push(id);
        } else if entry.last_use != clock && self.by_use.remove(&(entry.last_use, id)) {
            self.by_use.insert((clock, id));
        }
        entry.last_use = clock;
        is_new
    }

    /// True while a stamp that was asked for is not there.
    pub fn has_pending(&self) -> bool {
        let mut asked = self.asked.iter().filter_map(|id| self.get(*id));
        asked.any(|stamp| matches!(stamp, CachedStamp::Pending))
    }

    /// Forgets every request that was not answered: the worker pool dropped them.
    pub fn drop_pending(&mut self) {
        for id in std::mem::take(&mut self.asked) {
            let entry = self.entries.get(&id);
            if entry.is_some_and(|entry| matches!(entry.content, CachedStamp::Pending)) {
                self.entries.remove(&id);
            }
        }
    }

    /// Puts a decoded stamp, or its failure, in the cache.
    pub fn put(&mut self, id: StampId, content: CachedStamp) {
        self.revision += 1;
        let last_use = self
            .entries
            .get(&id)
            .map_or(self.clock, |entry| entry.last_use);
        self.bytes += size(&content);
        if matches!(content, CachedStamp::Ready(_)) {
            self.by_use.insert((last_use, id));
        } else {
            self.by_use.remove(&(last_use, id));
        }
        if let Some(old) = self.entries.insert(id, Entry { content, last_use }) {
            self.bytes -= size(&old.content);
        }
        self.evict();
    }

    /// Empties the cache.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.asked.clear();
        self.by_use.clear();
        self.bytes = 0;
        self.revision += 1;
    }

    /// Drops the oldest tenth and more until the limit is kept. What is wanted in this round
    /// stays, even above the limit: it is on the screen.
    fn evict(&mut self) {
        if self.memory_bytes() <= self.limit_bytes {
            return;
        }
        let goal = self.limit_bytes - self.limit_bytes / 10;
        while self.memory_bytes() > goal
            && let Some((last_use, id)) = self.by_use.first().copied()
            && last_use < self.clock
        {
            self.by_use.remove(&(last_use, id));
            if let Some(old) = self.entries.remove(&id) {
                self.bytes -= size(&old.content);
            }
        }
    }
}

/// What a stamp takes beside its pixels: itself with its statistics, its place in map and order,
/// and about a third of those for what allocator and tables leave empty. Of small stamps there
/// are hundreds of thousands in a gibibyte.
const BESIDE_PIXELS: usize =
    (size_of::<Decoded>() + size_of::<(StampId, Entry)>() + size_of::<(u64, StampId)>()) * 4 / 3;

fn size(content: &CachedStamp) -> usize {
    match content {
        CachedStamp::Ready(decoded) => decoded.stamp.bytes(),
        CachedStamp::Pending | CachedStamp::Failed(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Stamp;

    fn ready() -> CachedStamp {
        CachedStamp::Ready(Arc::new(Decoded::new(Stamp::new(10, 10, vec![0.0; 100]))))
    }

    #[test]
    fn the_limit_is_kept_and_the_oldest_leaves_first() {
        let mut stamps = StampCache::new(4_000);
        for id in 0..20 {
            stamps.begin_round();
            assert!(stamps.want(StampId(id)));
            stamps.put(StampId(id), ready());
            assert!(stamps.bytes() <= 4_000, "{}", stamps.bytes());
        }
        assert!(stamps.ready(StampId(0)).is_none());
        assert!(stamps.ready(StampId(19)).is_some());
    }

    #[test]
    fn what_is_on_the_screen_stays_even_above_the_limit() {
        let mut stamps = StampCache::new(400);
        stamps.begin_round();
        for id in 0..5 {
            stamps.want(StampId(id));
            stamps.put(StampId(id), ready());
        }
        assert_eq!(
            (0..5)
                .filter(|id| stamps.ready(StampId(*id)).is_some())
                .count(),
            5
        );
    }

    #[test]
    fn a_stamp_wanted_again_outlives_younger_ones() {
        let mut stamps = StampCache::new(5 * (400 + BESIDE_PIXELS));
        for id in 0..5 {
            stamps.begin_round();
            stamps.want(StampId(id));
            stamps.put(StampId(id), ready());
        }
        stamps.begin_round();
        assert!(!stamps.want(StampId(0)));
        stamps.want(StampId(5));
        stamps.put(StampId(5), ready());
        assert!(stamps.ready(StampId(0)).is_some());
        assert!(stamps.ready(StampId(1)).is_none());
    }

    #[test]
    fn a_stamp_is_asked_for_once_until_the_request_is_dropped() {
        let mut stamps = StampCache::new(400);
        assert!(stamps.want(StampId(1)));
        assert!(!stamps.want(StampId(1)));
        stamps.drop_pending();
        assert!(stamps.want(StampId(1)));
    }
}
