//! A million candidates as parts of Parquet: the first opening and the second, filter, order and search, memory.
//!
//! Each has three stamps of noise with a star. `DESTELLO_BENCH_CANDIDATES` asks for another number of them,
//! `DESTELLO_BENCH_SIDE` for other sides than 21 pixels (63 take 40 GB), `DESTELLO_BENCH_FOLDER` for another disk than that of
//! temporary files. The stamps of one part are made once; each part has them under other identifiers, times and values, so
//! that what is read of a row is its own.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use destello::{
    domain::{Catalogue, Mjd},
    io::{
        Decoder,
        convert::{Conversion, to_parquet},
    },
    workspace::{
        open::read_all_with,
        queue::{column::Column, order::QueueSpec},
    },
};

use super::{
    fits_files,
    report::{Report, processor_s, resident_mb},
    window::Window,
};

/// Candidates, unless the environment says otherwise.
const CANDIDATES: usize = 1_000_000;
/// Pixels a side, unless the environment says otherwise.
const SIDE: usize = 21;
/// Candidates of a part.
const A_PART: usize = 10_000;
/// Files that were written so long ago are taken from the index.
const SETTLE: Duration = Duration::from_secs(3);
/// How long the index may take to be written.
const PATIENCE: Duration = Duration::from_mins(2);
/// Times that each change of the queue is made.
const REPEATS: usize = 5;

fn number(variable: &str, usual: usize) -> anyhow::Result<usize> {
    match std::env::var(variable) {
        Ok(text) => text.parse().with_context(|| variable.to_owned()),
        Err(_) => Ok(usual),
    }
}

/// Writes the parts; their megabytes.
fn write_parts(parts: &Path, count: usize, side: usize) -> anyhow::Result<f64> {
    fs::create_dir_all(parts)?;
    let made = tempfile::tempdir()?;
    fits_files::write_some(made.path(), A_PART.min(count), side)?;
    let decoder = Decoder::default();
    let pool = read_all_with(&[made.path().to_owned()], &decoder).catalogue;
    let mut bytes = 0;
    for first in (0..count).step_by(A_PART) {
        let mut part = Catalogue::default();
        for (number, (_, candidate)) in (first..count.min(first + A_PART)).zip(pool.iter()) {
            let mut candidate = candidate.clone();
            candidate.id = format!("SYN{number:07}").into();
            for epoch in &mut candidate.epochs {
                let later = |mjd: Mjd| Mjd::from(mjd.days() + first as f64 * 1e-3);
                epoch.mjd = epoch.mjd.map(later);
                let fainter = |mag| mag + (first / A_PART) as f32 * 1e-4;
                epoch.mag = epoch.mag.map(fainter);
            }
            part.absorb(candidate);
        }
        let file = parts.join(format!("part-{:05}.parquet", first / A_PART));
        let written = to_parquet(&Conversion::of(&part, &decoder), &file);
        written.map_err(|why| anyhow::anyhow!("{why}"))?;
        bytes += fs::metadata(&file)?.len();
    }
    Ok(bytes as f64 / 1e6)
}

/// One opening: the window, and what it took.
struct Opening {
    window: Window,
    first_s: f64,
    all_s: f64,
    processor_s: f64,
    longest_frame_ms: f64,
}

fn open(parts: &Path, project: &Path) -> anyhow::Result<Opening> {
    let mut window = Window::new(64, None)?;
    let (start, before) = (Instant::now(), processor_s());
    window.open(parts.to_owned(), project.to_owned());
    let mut first_s = None;
    let mut longest_frame_ms = 0.0_f64;
    while window.is_indexing() {
        let frame = window.paced_frame(0.0);
        longest_frame_ms = longest_frame_ms.max(frame.work().as_secs_f64() * 1e3);
        if !window.state.shared.catalogue.is_empty() {
            first_s.get_or_insert_with(|| start.elapsed().as_secs_f64());
        }
    }
    let all_s = start.elapsed().as_secs_f64();
    Ok(Opening {
        window,
        first_s: first_s.unwrap_or(all_s),
        all_s,
        processor_s: processor_s() - before,
        longest_frame_ms,
    })
}

impl Opening {
    fn print(&self, what: &str, report: &mut Report) {
        let Self {
            first_s,
            all_s,
            processor_s,
            longest_frame_ms,
            ..
        } = self;
        report.print_line(
            what,
            "first candidate within 1 s",
            format!(
                "first candidate after {first_s:.2} s, all after {all_s:.1} s ({processor_s:.1} s of a core); \
                 longest frame {longest_frame_ms:.0} ms"
            ),
        );
    }
}

/// Milliseconds of one change of the queue on the window's thread, the median of some; how many are left.
fn queue_ms(window: &mut Window, filter: &str, column: &str) -> (f64, usize) {
    let mut times = Vec::new();
    for _ in 0..REPEATS {
        window.state.shared.set_queue(QueueSpec::default());
        let spec = QueueSpec {
            column: Column::from_name(column),
            is_descending: true,
            filter: filter.into(),
        };
        let start = Instant::now();
        window.state.shared.set_queue(spec);
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_unstable_by(f64::total_cmp);
    let left = window.state.shared.queue.order().len();
    (times.get(REPEATS / 2).copied().unwrap_or(f64::NAN), left)
}

/// Measures it all.
///
/// # Errors
/// Where a file cannot be written, or candidates are missing.
pub fn measure(folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    let count = number("DESTELLO_BENCH_CANDIDATES", CANDIDATES)?;
    let side = number("DESTELLO_BENCH_SIDE", SIDE)?;
    let elsewhere = std::env::var_os("DESTELLO_BENCH_FOLDER").map(tempfile::tempdir_in);
    let elsewhere = elsewhere.transpose()?;
    let folder = elsewhere.as_ref().map_or(folder, |folder| folder.path());
    let parts = folder.join("parts");
    let start = Instant::now();
    let megabytes = write_parts(&parts, count, side)?;
    println!(
        "{count} candidates of three {side}×{side} stamps, {megabytes:.0} MB, written in {:.0} s",
        start.elapsed().as_secs_f64()
    );
    std::thread::sleep(SETTLE);
    let project = folder.join("million.destello");
    let first = open(&parts, &project)?;
    first.print(&format!("{count} rows, first opening"), report);
    first.window.close();
    let index = folder.join("million.destello-index");
    let until = Instant::now() + PATIENCE;
    while !index.exists() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(50));
    }
    let written = fs::metadata(&index).context("the index was not written")?;
    let megabytes = written.len() as f64 / 1e6;
    let mut second = open(&parts, &project)?;
    let shared = &second.window.state.shared;
    let read = shared.project.reuse.read;
    anyhow::ensure!(read == 0, "{read} files were read again");
    let found = shared.catalogue.len();
    anyhow::ensure!(found == count, "{found} of {count} candidates were found");
    second.print(
        &format!("{count} rows, second opening by {megabytes:.0} MB of index"),
        report,
    );
    report.print_line(
        "memory with all columns",
        "2 GB for a million",
        format!("{:.0} MB", resident_mb()),
    );
    for (what, filter, column) in [
        ("sorted by a field", "", "rb"),
        ("sorted by magnitude", "", "mag"),
        ("filtered and sorted", "mag<20", "mag"),
        ("by a part of the identifier", "99", "found"),
        ("by three terms", "mag<20 rb>0.5 or mag>22", "found"),
    ] {
        let (ms, left) = queue_ms(&mut second.window, filter, column);
        report.print_line(what, "100 ms", format!("{ms:.0} ms, {left} left"));
    }
    second.window.close();
    Ok(())
}
