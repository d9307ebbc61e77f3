//! The clock on the wall, for those who may read it: tasks, the window and the command line.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::Timestamp;

/// The day, UTC: `2026-11-22`.
pub fn today() -> String {
    day_of(now())
}

/// The day of a moment, UTC: `2026-11-22`.
pub fn day_of(moment: Timestamp) -> String {
    moment.to_string().chars().take(10).collect()
}

/// Now, in UTC.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Timestamp(since.map_or(0, |since| since.as_micros() as i64))
}
