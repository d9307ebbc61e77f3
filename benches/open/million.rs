//! A million candidates as parts of Parquet: the first opening and the second, filter, order and search, memory.
//!
//! Each candidate has three stamps of noise with a star of its own; `DESTELLO_BENCH_CANDIDATES` asks for another number
//! of them, `DESTELLO_BENCH_SIDE` for other sides than 63 pixels. Parts are made one by one, so that no more than one
//! lies on the disk as FITS files.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use destello::{
    domain::Catalogue,
    io::{Decoder, convert::to_parquet},
    workspace::{
        open::read_all_with,
        queue::{column::Column, order::QueueSpec},
    },
};

use super::{
    fits_files,
    report::{Report, resident_mb},
    window::Window,
};

/// Candidates, unless the environment says otherwise.
const CANDIDATES: usize = 1_000_000;
/// Pixels a side, unless the environment says otherwise.
const SIDE: usize = 63;
/// Candidates of a part.
const A_PART: usize = 10_000;
/// Files that were written so long ago are taken from the index.
const SETTLE: Duration = Duration::from_secs(3);
/// How long the index may take to be written.
const PATIENCE: Duration = Duration::from_mins(2);

fn number(variable: &str, usual: usize) -> anyhow::Result<usize> {
    match std::env::var(variable) {
        Ok(text) => text.parse().with_context(|| variable.to_owned()),
        Err(_) => Ok(usual),
    }
}

/// Writes the parts; their megabytes.
fn write_parts(parts: &Path, count: usize, side: usize) -> anyhow::Result<f64> {
    fs::create_dir_all(parts)?;
    let mut bytes = 0;
    for first in (0..count).step_by(A_PART) {
        let some = first..(first + A_PART).min(count);
        let made = tempfile::tempdir()?;
        fits_files::write_some(made.path(), some, side)?;
        let decoder = Decoder::default();
        let found: Catalogue = read_all_with(&[made.path().to_owned()], &decoder).catalogue;
        let file = parts.join(format!("part-{:05}.parquet", first / A_PART));
        let written = to_parquet(&found, &decoder, &file);
        written.map_err(|why| anyhow::anyhow!("{why}"))?;
        bytes += fs::metadata(&file)?.len();
    }
    Ok(bytes as f64 / 1e6)
}

/// Opens the parts in a window; seconds until the first candidate, and until all.
fn open(parts: &Path, project: &Path) -> anyhow::Result<(Window, f64, f64)> {
    let mut window = Window::new(64, None)?;
    let start = Instant::now();
    window.open(parts.to_owned(), project.to_owned());
    let mut first_s = None;
    while window.is_indexing() {
        window.paced_frame(0.0);
        if !window.state.shared.catalogue.is_empty() {
            first_s.get_or_insert_with(|| start.elapsed().as_secs_f64());
        }
    }
    let all_s = start.elapsed().as_secs_f64();
    Ok((window, first_s.unwrap_or(all_s), all_s))
}

/// Milliseconds of one change of the queue.
fn queue_ms(window: &mut Window, filter: &str, column: &str) -> (f64, usize) {
    let spec = QueueSpec {
        column: Column::from_name(column),
        is_descending: true,
        filter: filter.into(),
    };
    let start = Instant::now();
    window.state.shared.set_queue(spec);
    let ms = start.elapsed().as_secs_f64() * 1e3;
    (ms, window.state.shared.queue.order().len())
}

fn opening(what: &str, first_s: f64, all_s: f64, report: &mut Report) {
    report.print_line(
        what,
        "first candidate within 1 s",
        format!("first candidate after {first_s:.2} s, all after {all_s:.1} s"),
    );
}

/// Measures it all.
///
/// # Errors
/// Where a file cannot be written, or candidates are missing.
pub fn measure(folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    let count = number("DESTELLO_BENCH_CANDIDATES", CANDIDATES)?;
    let side = number("DESTELLO_BENCH_SIDE", SIDE)?;
    let parts = folder.join("parts");
    let start = Instant::now();
    let megabytes = write_parts(&parts, count, side)?;
    println!(
        "{count} candidates of three {side}×{side} stamps, {megabytes:.0} MB, written in {:.0} s",
        start.elapsed().as_secs_f64()
    );
    std::thread::sleep(SETTLE);
    let project = folder.join("million.destello");
    let (window, first_s, all_s) = open(&parts, &project)?;
    opening(
        &format!("{count} rows, first opening"),
        first_s,
        all_s,
        report,
    );
    window.close();
    let index = folder.join("million.destello-index");
    let until = Instant::now() + PATIENCE;
    while !index.exists() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(50));
    }
    let megabytes = fs::metadata(&index)
        .context("the index was not written")?
        .len() as f64
        / 1e6;
    let (mut window, first_s, all_s) = open(&parts, &project)?;
    let reuse = window.state.shared.project.reuse;
    anyhow::ensure!(reuse.read == 0, "{} files were read again", reuse.read);
    let found = window.state.shared.catalogue.len();
    anyhow::ensure!(found == count, "{found} of {count} candidates were found");
    let what = format!("{count} rows, second opening by {megabytes:.0} MB of index");
    opening(&what, first_s, all_s, report);
    report.print_line(
        "memory with all columns",
        "2 GB for a million",
        format!("{:.0} MB", resident_mb()),
    );
    for (what, filter, column) in [
        ("sorted by a field", "", "rb"),
        ("filtered and sorted", "mag<20", "mag"),
        ("by a part of the identifier", "id:99", "found"),
    ] {
        let (ms, left) = queue_ms(&mut window, filter, column);
        report.print_line(what, "100 ms", format!("{ms:.0} ms, {left} left"));
    }
    window.close();
    Ok(())
}
