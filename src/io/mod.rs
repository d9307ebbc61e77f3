//! Floor 2: formats in and out.
