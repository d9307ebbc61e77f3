//! What tests share: made stamp sets, simulated skies, label events, models, the program as a
//! command, and a window without a screen.
#![allow(
    dead_code,
    unused_imports,
    reason = "each test program uses its share of these helpers"
)]
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

pub mod awkward;
pub mod bundles;
pub mod events;
pub mod fits;
pub mod forests;
mod inline_window;
pub mod kept;
mod made_latent;
pub mod networks;
pub mod on_disk;
pub mod opened;
mod placed_set;
pub mod program;
pub mod samp_hub;
pub mod simulated;
pub mod sky;
pub mod stamp_set;
pub mod star;
pub mod star_cubes;
pub mod tables;
pub mod test_survey;
mod turn;

pub use inline_window::InlineWindow;
pub use made_latent::MadeLatent;
pub use placed_set::PlacedSet;
pub use sky::Sky;
pub use stamp_set::StampSet;
pub use turn::in_turn;

/// The classes of the first vocabulary, by position.
pub const REAL: usize = 0;
/// See `REAL`.
pub const BOGUS: usize = 1;
