//! Floor 4: the application's state, its commands, and the pure function between them.
