//! How the program is linked: without its table of symbols, and equal functions once.
//!
//! Tests and benches keep their symbols, for their backtraces. A panic names its file and line in any case; the
//! addresses of its backtrace are resolved with a program that was built with `DESTELLO_SYMBOLS=1`.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=DESTELLO_SYMBOLS");
    let value = |name: &str| env::var(name).unwrap_or_default();
    if value("CARGO_CFG_TARGET_OS") != "linux" || value("OPT_LEVEL") == "0" {
        return;
    }
    if env::var_os("DESTELLO_SYMBOLS").is_none() {
        println!("cargo::rustc-link-arg-bins=-Wl,--strip-all");
    }
    // The linker that comes with Rust for this target joins equal functions; one that somebody chose may not know how.
    let is_usual =
        env::var_os("RUSTC_LINKER").is_none() && !value("CARGO_ENCODED_RUSTFLAGS").contains("link");
    if value("TARGET") == "x86_64-unknown-linux-gnu" && is_usual {
        println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
    }
}
