//! The readers as the program has them, and what a fuzzer does with a file: everything that opening it, looking at
//! each stamp and reading each header does.

#![allow(dead_code, unused_imports, reason = "the window uses the rest")]

#[path = "../../src/domain/mod.rs"]
pub mod domain;
#[path = "../../src/imaging/mod.rs"]
pub mod imaging;
#[path = "../../src/io/mod.rs"]
pub mod io;
#[path = "../../src/language/mod.rs"]
pub mod language;

use std::{panic, path::PathBuf, sync::OnceLock};

use io::{Decoder, Found, StampIds, labels_csv, samp::xml_rpc, scan, table::Table};

/// What every target does, by its name.
pub fn read(target: &str, bytes: &[u8]) {
    match target {
        "fits" => open("x.fits", bytes),
        "tiles" => open("x.fits.fz", bytes),
        "gzip" => open("x.fits.gz", bytes),
        "avro" => open("x.avro", bytes),
        "messages" => open("x.msg", bytes),
        "json" => open("x.json", bytes),
        "parquet" => open("x.parquet", bytes),
        "npy" => open("x.npy", bytes),
        "npz" => open("x.npz", bytes),
        "hdf5" => open("x.h5", bytes),
        "tar" => open("x.tar", bytes),
        "zip" => open("x.zip", bytes),
        "table" => drop(Table::parse(bytes, "x")),
        "labels" => drop(labels_csv::parse(bytes, "x")),
        "xml" => read_messages(&String::from_utf8_lossy(bytes)),
        other => panic!("no reader is called {other}"),
    }
}

/// What other programs send by SAMP: what is understood can be written.
fn read_messages(xml: &str) {
    if let Ok((method, parameters)) = xml_rpc::read_call(xml) {
        drop(xml_rpc::call(&method, &parameters));
    }
    if let Ok(value) = xml_rpc::read_answer(xml) {
        drop(xml_rpc::answer(&value));
    }
}

/// A panic in our own code is a fault also where it would be caught; one inside a crate only where it is not.
pub fn watch_panics() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let file = info.location().map_or("", |at| at.file());
        if !file.contains("/registry/") && !file.contains("/rustc/") {
            usual(info);
            std::process::abort();
        }
    }));
}

/// A folder of this process in memory.
fn folder() -> &'static PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let root = PathBuf::from("/dev/shm");
        let root = if root.is_dir() {
            root
        } else {
            std::env::temp_dir()
        };
        let folder = root.join(format!("destello-fuzz-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder in memory");
        folder
    })
}

/// Opens a file of these bytes, and looks at everything in it.
fn open(name: &str, bytes: &[u8]) {
    let path = folder().join(name);
    std::fs::write(&path, bytes).expect("a file in memory");
    let decoder = Decoder::default();
    let mut wanted = Vec::new();
    scan(
        &[path],
        &decoder,
        &StampIds::default(),
        &|| false,
        &mut |found| {
            if let Found::Candidate(candidate) = found {
                wanted.extend(candidate.epochs.into_iter().flat_map(|epoch| epoch.stamps));
            }
        },
    );
    for (_, stamp) in decoder.decode(&wanted) {
        if let Ok(stamp) = stamp {
            assert_eq!(stamp.pixels.len(), stamp.width * stamp.height);
        }
    }
    if let Some(first) = wanted.first() {
        drop(io::header(first, &decoder));
    }
}
