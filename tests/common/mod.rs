//! What tests of the window share: a made stamp set, and a window without a screen.
#![allow(
    dead_code,
    unused_imports,
    reason = "each test file uses its share of these helpers"
)]
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

mod inline_window;
mod made_latent;
mod sky;
pub mod stamp_set;
pub mod test_sky;

pub use inline_window::InlineWindow;
pub use made_latent::MadeLatent;
pub use sky::{Sky, finished};
pub use stamp_set::StampSet;

/// The classes of the first vocabulary, by position.
pub const REAL: usize = 0;
/// See `REAL`.
pub const BOGUS: usize = 1;
