//! How the program is linked: without its table of symbols, and equal functions once; and a hash of its readers.
//!
//! Tests and benches keep their symbols, for their backtraces. A panic names its file and line in any case; the
//! addresses of its backtrace are resolved with a program that was built with `DESTELLO_SYMBOLS=1`.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// What decides what a file of a set is read as: our readers, and the versions of all crates.
const READERS: [&str; 4] = ["src/domain", "src/imaging", "src/io", "Cargo.lock"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!(
        "cargo::rustc-env=DESTELLO_READERS={:016x}",
        hash_of_readers()
    );
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

/// FNV-1a of all these sources. An index that was kept by other readers is not used.
fn hash_of_readers() -> u64 {
    let mut files: Vec<PathBuf> = Vec::new();
    for reader in READERS {
        println!("cargo::rerun-if-changed={reader}");
        list(Path::new(reader), &mut files);
    }
    files.sort();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for file in files {
        for byte in fs::read(&file).unwrap_or_default() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

fn list(path: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(path) else {
        return files.push(path.to_owned());
    };
    for entry in entries.flatten() {
        list(&entry.path(), files);
    }
}
