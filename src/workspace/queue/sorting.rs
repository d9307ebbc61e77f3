//! Filtering and sorting of many candidates: values by all cores, order by numbers where the values are numbers.

use std::{
    ops::Range,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use super::{cell::Cell, column::Column, facts::Facts};
use crate::{
    domain::CandidateIx,
    tasks::{cancel::CancelToken, parallel::in_parallel},
};

/// Candidates that one thread looks at in one go; fewer than two of these are looked at by the caller alone.
const BLOCK: usize = 16_384;

/// What `make` gives of each block of `0..count`, in their order. The threads are its own: those that decode and compute may be busy for
/// long.
fn in_blocks<T: Send>(count: usize, make: &(dyn Fn(Range<usize>) -> Vec<T> + Sync)) -> Vec<T> {
    let blocks = count.div_ceil(BLOCK) as u64;
    let block = |number: u64| {
        let start = number as usize * BLOCK;
        make(start..(start + BLOCK).min(count))
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    if blocks < 2 || threads < 2 {
        return make(0..count);
    }
    let made = in_parallel(0..blocks, threads, &CancelToken::default(), &|_| (), &block);
    match made {
        Ok(Some(made)) => made.into_iter().flatten().collect(),
        // Where the system gives no thread, this one does it.
        _ => make(0..count),
    }
}

/// Those of the candidates from `first` on for which it is true, in the order of finding.
pub(super) fn kept(
    first: usize,
    facts: Facts<'_>,
    is_kept: &(dyn Fn(CandidateIx) -> bool + Sync),
) -> Vec<CandidateIx> {
    let count = facts.catalogue.len().saturating_sub(first);
    in_blocks(count, &|block| {
        let all = block.map(|at| CandidateIx((first + at) as u32));
        all.filter(|ix| is_kept(*ix)).collect()
    })
}

/// The candidates by their values in a column; those without one last, equal ones in the order of finding.
pub(super) fn sorted(
    order: &[CandidateIx],
    column: &Column,
    is_descending: bool,
    facts: Facts<'_>,
) -> Vec<CandidateIx> {
    let cell = |ix: CandidateIx| {
        let candidate = facts.catalogue.get(ix)?;
        Some((column.cell(facts.row(ix, candidate)), ix))
    };
    let has_text = AtomicBool::new(false);
    // Each block is sorted by its thread; the sort of all finds these runs.
    let mut keyed = in_blocks(order.len(), &|block| {
        let some = order.get(block).unwrap_or_default();
        let cells = some.iter().filter_map(|ix| cell(*ix));
        let mut keyed = Vec::with_capacity(some.len());
        for (cell, ix) in cells {
            if matches!(cell, Cell::Text(_)) {
                has_text.store(true, Ordering::Relaxed);
                return Vec::new();
            }
            keyed.push((key(cell.as_number(), is_descending), ix));
        }
        keyed.sort_unstable();
        keyed
    });
    if !has_text.into_inner() {
        keyed.sort();
        return keyed.into_iter().map(|(_, ix)| ix).collect();
    }
    let in_order = |a: &(Cell, CandidateIx), b: &(Cell, CandidateIx)| {
        a.0.order(&b.0, is_descending).then(a.1.cmp(&b.1))
    };
    let mut cells = in_blocks(order.len(), &|block| {
        let some = order.get(block).unwrap_or_default();
        let mut cells: Vec<_> = some.iter().filter_map(|ix| cell(*ix)).collect();
        cells.sort_unstable_by(in_order);
        cells
    });
    cells.sort_by(in_order);
    cells.into_iter().map(|(_, ix)| ix).collect()
}

/// The candidates by these numbers; those without one last, equal ones in the order of finding.
pub(super) fn by_number(
    numbers: impl Iterator<Item = (Option<f64>, CandidateIx)>,
    is_descending: bool,
) -> Vec<CandidateIx> {
    let keyed = numbers.map(|(number, ix)| (key(number, is_descending), ix));
    let mut keyed: Vec<_> = keyed.collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, ix)| ix).collect()
}

/// Where a number stands; missing ones last, whichever way.
fn key(number: Option<f64>, is_descending: bool) -> (bool, u64) {
    let Some(number) = number else {
        return (true, 0);
    };
    let key = total_order(number);
    (false, if is_descending { !key } else { key })
}

/// Grows as [`f64::total_cmp`] has it.
const fn total_order(number: f64) -> u64 {
    let bits = number.to_bits();
    if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{Candidate, Catalogue, Epoch, LabelBook},
        workspace::{repeat_check::RepeatCheck, scores::shown::Scores},
    };

    #[test]
    fn numbers_sort_as_total_cmp_has_it_and_missing_ones_last() {
        let numbers = [
            Some(2.5),
            None,
            Some(-0.0),
            Some(0.0),
            Some(f64::NEG_INFINITY),
            Some(2.5),
            Some(-7.0),
            Some(f64::NAN),
            Some(1e300),
        ];
        for is_descending in [false, true] {
            let with_ix = || (0..).map(CandidateIx).zip(numbers).map(|(ix, n)| (n, ix));
            let mut expected: Vec<_> = with_ix().collect();
            expected.sort_by(|(a, ix), (b, other)| {
                let order = Cell::number(*a).order(&Cell::number(*b), is_descending);
                order.then(ix.cmp(other))
            });
            let expected: Vec<_> = expected.into_iter().map(|(_, ix)| ix).collect();
            assert_eq!(by_number(with_ix(), is_descending), expected);
        }
    }

    #[test]
    fn many_blocks_sort_as_one() {
        let count = 3 * BLOCK + 77;
        let mut catalogue = Catalogue::default();
        for at in 0..count {
            // Some have no magnitude, many have the same.
            let mag = (at % 11 != 3).then_some((at * 7919 % 1000) as f32);
            catalogue.absorb(Candidate {
                id: format!("c{}", at * 31 % count).into(),
                epochs: vec![Epoch {
                    mag,
                    ..Epoch::default()
                }],
                ..Candidate::default()
            });
        }
        let facts = Facts {
            catalogue: &catalogue,
            book: &LabelBook::default(),
            scores: &Scores::default(),
            repeat_check: &RepeatCheck::default(),
            latent: None,
        };
        let order: Vec<_> = catalogue.iter().map(|(ix, _)| ix).collect();
        for (name, is_descending) in [("mag", false), ("mag", true), ("id", false), ("id", true)] {
            let column = Column::from_name(name);
            let mut expected: Vec<_> = order.clone();
            let cell = |ix: &CandidateIx| {
                let candidate = catalogue.get(*ix).unwrap();
                column.cell(facts.row(*ix, candidate))
            };
            expected.sort_by(|a, b| cell(a).order(&cell(b), is_descending).then(a.cmp(b)));
            assert_eq!(sorted(&order, &column, is_descending, facts), expected);
        }
    }

    #[test]
    fn blocks_come_in_their_order_and_cover_everything_once() {
        for count in [0, 1, BLOCK, 3 * BLOCK + 5] {
            let all = in_blocks(count, &|block| block.collect());
            assert_eq!(all, (0..count).collect::<Vec<_>>());
        }
    }
}
