//! The examples that are being learned from, and in which order.

use std::sync::Arc;

use crate::{domain::fnv, learn::Dataset};

/// A chunk in its order of presentation.
pub(crate) struct Chunk {
    pub examples: Arc<dyn Dataset>,
    /// Its place among the chunks of a member.
    pub number: u64,
    order: Vec<usize>,
}

impl Chunk {
    /// So many presentations of these examples.
    pub fn new(examples: Arc<dyn Dataset>, number: u64, wanted: usize, seed: u64) -> Self {
        let order = presentation(examples.len(), wanted, seed, number);
        Self {
            examples,
            number,
            order,
        }
    }

    /// The examples of a batch, by place.
    pub fn batch(&self, number: usize, size: usize) -> &[usize] {
        let from = (number * size).min(self.order.len());
        let until = (from + size).min(self.order.len());
        &self.order[from..until]
    }
}

/// An order of presentation: each pass shows all examples in an order of its own.
pub(crate) fn presentation(count: usize, wanted: usize, seed: u64, number: u64) -> Vec<usize> {
    let mut order = Vec::with_capacity(wanted + count);
    for pass in 0_u64.. {
        if order.len() >= wanted {
            break;
        }
        let key = |at: usize| {
            let words = [seed, number, pass, at as u64];
            fnv::fnv1a(fnv::FNV_START, words.into_iter().flat_map(u64::to_le_bytes))
        };
        let mut one: Vec<usize> = (0..count).collect();
        one.sort_by_cached_key(|at| key(*at));
        order.extend(one);
    }
    order.truncate(wanted);
    order
}
