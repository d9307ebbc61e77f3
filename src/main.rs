//! The program: see `destello --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    destello::cli::run()
}
