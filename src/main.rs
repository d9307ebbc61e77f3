//! The program: see `destello --help`.

fn main() {}
