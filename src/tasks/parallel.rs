//! The same work for many numbers, shared by threads; the order of the results is theirs.

use std::{
    io,
    ops::Range,
    panic,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    thread,
};

use super::cancel::CancelToken;
use super::thread::scoped;

/// `make` of every number, in their order; none where it was cancelled. `report` hears how many are
/// done, from any of the threads.
///
/// # Errors
/// Where the system gives no thread.
///
/// # Panics
/// Where `make` panics.
pub(crate) fn in_parallel<T: Send>(
    numbers: Range<u64>,
    threads: usize,
    cancel: &CancelToken,
    report: &(dyn Fn(usize) + Sync),
    make: &(dyn Fn(u64) -> T + Sync),
) -> io::Result<Option<Vec<T>>> {
    let next = AtomicU64::new(numbers.start);
    let done = AtomicUsize::new(0);
    let work = || {
        let mut made = Vec::new();
        while !cancel.is_cancelled() {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= numbers.end {
                break;
            }
            made.push((number, make(number)));
            report(done.fetch_add(1, Ordering::Relaxed) + 1);
        }
        made
    };
    let mut all = thread::scope(|scope| -> io::Result<Vec<(u64, T)>> {
        let start = |_| scoped(scope, "share", work);
        let workers = (0..threads.max(1))
            .map(start)
            .collect::<io::Result<Vec<_>>>()?;
        let mut all = Vec::new();
        for worker in workers {
            match worker.join() {
                Ok(made) => all.extend(made),
                Err(cause) => panic::resume_unwind(cause),
            }
        }
        Ok(all)
    })?;
    all.sort_unstable_by_key(|(number, _)| *number);
    let all = all.into_iter().map(|(_, made)| made).collect();
    Ok((!cancel.is_cancelled()).then_some(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_their_numbers() {
        let most = AtomicUsize::new(0);
        let report = |done: usize| {
            most.fetch_max(done, Ordering::Relaxed);
        };
        for threads in [0, 1, 3] {
            let made = in_parallel(5..105, threads, &CancelToken::default(), &report, &|n| {
                n * n
            });
            let expected: Vec<u64> = (5..105).map(|n| n * n).collect();
            assert_eq!(made.unwrap(), Some(expected));
        }
        assert_eq!(most.into_inner(), 100);
    }

    #[test]
    fn a_panic_of_one_worker_reaches_the_caller() {
        let make = |number: u64| assert!(number != 7, "number seven");
        let made =
            panic::catch_unwind(|| in_parallel(0..20, 2, &CancelToken::default(), &|_| (), &make));
        let message = made.unwrap_err();
        assert_eq!(message.downcast_ref::<&str>(), Some(&"number seven"));
    }

    #[test]
    fn cancelling_stops_it() {
        let cancel = CancelToken::default();
        let make = |number: u64| {
            if number == 10 {
                cancel.cancel();
            }
            number
        };
        let made = in_parallel(0..u64::MAX, 2, &cancel, &|_| (), &make);
        assert_eq!(made.unwrap(), None);
    }
}
