//! Memory of activations that is used again from step to step: to ask the system for it each time costs as much as
//! a layer.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::learn::kernels::{Lanes, Map, Pool};

/// What is around the pixels of a map stays zero: only the same kind of map gets it again.
type Kind = (Map, Pool);

static SPARE: Mutex<BTreeMap<Kind, Vec<Vec<Lanes>>>> = Mutex::new(BTreeMap::new());

/// Memory of an activation, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Activation {
    kind: Kind,
    pub lanes: Vec<Lanes>,
}

impl Activation {
    /// Zero around the pixels, and where no window of `pool` reaches; in the other pixels are any numbers.
    pub fn new(map: Map, pool: Pool) -> Self {
        let kind = (map, pool);
        let again = spare().get_mut(&kind).and_then(Vec::pop);
        Self {
            kind,
            lanes: again.unwrap_or_else(|| map.zeros()),
        }
    }
}

impl Drop for Activation {
    fn drop(&mut self) {
        let lanes = std::mem::take(&mut self.lanes);
        spare().entry(self.kind).or_default().push(lanes);
    }
}

/// Held by whoever takes many steps: all memory is given back to the system when it is dropped.
#[derive(Debug)]
pub(in crate::learn) struct Buffers;

impl Drop for Buffers {
    fn drop(&mut self) {
        spare().clear();
    }
}

fn spare() -> MutexGuard<'static, BTreeMap<Kind, Vec<Vec<Lanes>>>> {
    SPARE.lock().unwrap_or_else(PoisonError::into_inner)
}
