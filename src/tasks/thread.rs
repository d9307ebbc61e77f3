//! The one place where threads are started: named, panics caught, one end.

use std::{
    any::Any,
    fmt, io,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    thread::{Builder, JoinHandle, Scope, ScopedJoinHandle},
};

use super::fault;
use crate::logging::panics::message_of;

/// Work that panicked.
pub struct Broken {
    name: String,
    payload: Box<dyn Any + Send>,
}

impl Broken {
    /// The sentence for the user, about work that is named so: in English, as all errors, because the log and Problems
    /// have it too.
    pub fn sentence(what: &str) -> String {
        format!("{what} broke off: see Log in the Help menu")
    }

    /// Lets the panic go on in this thread. It was reported already.
    pub fn resume(self) -> ! {
        resume_unwind(self.payload)
    }

    fn message(&self) -> &str {
        message_of(&*self.payload)
    }
}

impl fmt::Debug for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} broke off: {}", self.name, self.message())
    }
}

/// Runs `work` in a thread of that name, then `end` with what came of it: once, whatever happens.
///
/// # Errors
/// Where the system gives no thread; then neither of them is called.
pub fn start<T>(
    name: impl Into<String>,
    work: impl FnOnce() -> T + Send + 'static,
    end: impl FnOnce(Result<T, Broken>) + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    let name = name.into();
    Builder::new().name(name.clone()).spawn(move || {
        let result = caught(&name, work);
        // What panics here has nobody left to report to but the log.
        catch(&name, || end(result)).err();
    })
}

/// Runs `work` in a thread of that name for as long as `scope` lasts; whoever joins it gets its panic.
///
/// # Errors
/// Where the system gives no thread.
pub fn scoped<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    name: &str,
    work: impl FnOnce() -> T + Send + 'scope,
) -> io::Result<ScopedJoinHandle<'scope, T>> {
    let name = name.to_owned();
    Builder::new()
        .name(name.clone())
        .spawn_scoped(scope, move || {
            caught(&name, work).unwrap_or_else(|broken| broken.resume())
        })
}

/// Runs `work` here; a panic is written to the log and comes back.
///
/// What `work` changes must be usable after a panic in the midst of it.
pub fn caught<T>(name: &str, work: impl FnOnce() -> T) -> Result<T, Broken> {
    catch(name, || {
        fault::point(name);
        work()
    })
}

fn catch<T>(name: &str, work: impl FnOnce() -> T) -> Result<T, Broken> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        let name = name.to_owned();
        let broken = Broken { name, payload };
        log::error!("{broken:?}");
        broken
    })
}

#[cfg(test)]
mod tests {
    use crossbeam_channel::bounded;

    use super::*;

    #[test]
    fn work_ends_once_with_its_result_or_with_its_panic() {
        let (ends, all) = bounded(4);
        let end = |ends: &crossbeam_channel::Sender<_>| {
            let ends = ends.clone();
            move |result: Result<u32, Broken>| {
                let name = std::thread::current().name().map(str::to_owned);
                let message = result.map_err(|broken| broken.message().to_owned());
                ends.send((name, message)).unwrap();
            }
        };
        start("good work", || 7, end(&ends))
            .unwrap()
            .join()
            .unwrap();
        let breaks = || -> u32 { panic!("on purpose") };
        start("bad work", breaks, end(&ends))
            .unwrap()
            .join()
            .unwrap();
        drop(ends);
        let all: Vec<_> = all.iter().collect();
        let name = |name: &str| Some(name.to_owned());
        assert_eq!(
            all,
            [
                (name("good work"), Ok(7)),
                (name("bad work"), Err("on purpose".into()))
            ]
        );
    }

    #[test]
    fn an_end_that_panics_is_caught() {
        let thread = start("end", || (), |_| panic!("at the end")).unwrap();
        thread.join().unwrap();
    }

    #[test]
    fn a_worker_of_a_scope_hands_its_panic_to_whoever_joins_it() {
        let message = std::thread::scope(|scope| {
            let worker = scoped(scope, "worker", || -> u32 { panic!("in a scope") });
            let payload = worker.unwrap().join().unwrap_err();
            payload.downcast_ref::<&str>().map(ToString::to_string)
        });
        assert_eq!(message.as_deref(), Some("in a scope"));
    }
}
