//! The roof's command line: one file a subcommand.
