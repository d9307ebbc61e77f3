//! Printing on standard output.

use std::io::Write;

/// Prints a text with its line end. A reader that has gone (`| head`) ends the program quietly.
pub(super) fn print_line(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.trim_end_matches('\n').as_bytes())?;
    out.write_all(b"\n")?;
    out.flush()
}
