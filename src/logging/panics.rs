//! Panics: a backtrace in the log, one sentence for the person.

use std::{
    any::Any,
    backtrace::Backtrace,
    cell::Cell,
    collections::BTreeMap,
    io::Write,
    panic::{self, PanicHookInfo},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use super::logger;

/// Backtraces that are written of panics at one place: of the same fault again and again, one line.
const BACKTRACES_OF_ONE_PLACE: u32 = 3;

/// Sentences that the window has not shown yet.
static SENTENCES: Mutex<Vec<String>> = Mutex::new(Vec::new());
/// What is called after a panic, so that the window looks.
static NUDGE: Mutex<Option<Arc<dyn Fn() + Send + Sync>>> = Mutex::new(None);
/// Panics so far, by place.
static PLACES: Mutex<BTreeMap<String, u32>> = Mutex::new(BTreeMap::new());

thread_local! {
    static IS_EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// From now on every panic of this process is written to the log with a backtrace, and one
/// sentence goes to standard error and to [`take`].
pub fn install() {
    panic::set_hook(Box::new(hook));
}

/// Sentences since the last call, in order.
pub fn take() -> Vec<String> {
    std::mem::take(&mut *locked(&SENTENCES))
}

/// Calls `nudge` after each panic of a thread other than the main one.
pub fn nudge_by(nudge: impl Fn() + Send + Sync + 'static) {
    *locked(&NUDGE) = Some(Arc::new(nudge));
}

/// Runs what may panic and is caught by its caller: nobody needs to know of it.
pub fn expected<T>(work: impl FnOnce() -> T) -> T {
    struct Reset(bool);
    impl Drop for Reset {
        fn drop(&mut self) {
            IS_EXPECTED.set(self.0);
        }
    }
    let _reset = Reset(IS_EXPECTED.replace(true));
    work()
}

/// The message of a panic.
pub fn message_of(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("without a message")
}

fn hook(info: &PanicHookInfo<'_>) {
    let thread = thread::current();
    let name = thread.name().unwrap_or("without a name");
    let message = message_of(info.payload());
    let place = info.location().map_or("?".into(), ToString::to_string);
    if IS_EXPECTED.get() {
        log::debug!("expected in {name}: {message} ({place})");
        return;
    }
    let seen = {
        let mut places = locked(&PLACES);
        let seen = places.entry(place.clone()).or_default();
        *seen += 1;
        *seen
    };
    let panic = format!("thread {name} panicked at {place}: {message}");
    let text = if seen <= BACKTRACES_OF_ONE_PLACE {
        format!("{panic}\n{}", Backtrace::force_capture())
    } else {
        panic
    };
    logger::write_in_any_case("destello::panic", &text);
    let sentence = sentence(name, message, &place);
    // Standard error may be closed.
    writeln!(std::io::stderr(), "destello: {sentence}").unwrap_or_default();
    locked(&SENTENCES).push(sentence);
    // The main thread may hold what the nudge needs, and looks by itself or not at all.
    let nudge = (name != "main").then(|| locked(&NUDGE).clone());
    if let Some(nudge) = nudge.flatten() {
        nudge();
    }
}

/// What broke, what is safe, and where to look.
fn sentence(thread: &str, message: &str, place: &str) -> String {
    let log = logger::snapshot().path;
    let log = log.map_or("standard error".into(), |path| path.display().to_string());
    let part = match thread {
        "main" => "the program".to_owned(),
        name => format!("a part of the program ({name})"),
    };
    let message = message.lines().next().unwrap_or_default();
    let safe = match *locked(&NUDGE) {
        Some(_) => "labels are safe; ",
        // A command without a window holds none.
        None => "",
    };
    format!("{part} broke off: {message} ({place}); {safe}details are in the log, {log}")
}

fn locked<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}
