//! How work has the window look.

use std::sync::Arc;

/// Called whenever there is something to read, so that the window looks: from any thread.
pub type Wake = Arc<dyn Fn() + Send + Sync>;
