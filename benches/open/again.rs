//! Opening a set for the second time, by the index that the first opening kept.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

use destello::{
    domain::Catalogue,
    io::{
        Decoder, Found, KeptIndex, StampIds,
        convert::{Conversion, to_parquet},
        kept_index::Reuse,
        scan, scan_kept,
    },
};

use super::{
    fits_files,
    report::{Report, processor_s, resident_mb},
};

/// Files, unless the environment asks for another number.
const FILES: usize = 60_000;
/// Candidates of a part of Parquet.
const A_PART: usize = 10_000;

/// Candidates, and seconds until all of them, of a processor and by the clock, and until the first.
struct Scanned {
    catalogue: Catalogue,
    processor_s: f64,
    all_s: f64,
    first_s: f64,
}

impl Scanned {
    fn times(&self) -> String {
        format!(
            "{:.2} s of a core, {:.2} s by the clock",
            self.processor_s, self.all_s
        )
    }
}

fn timed(run: impl FnOnce(&mut dyn FnMut(Found))) -> Scanned {
    let (start, before) = (Instant::now(), processor_s());
    let mut catalogue = Catalogue::default();
    let mut first = None;
    run(&mut |found| {
        if let Found::Candidate(candidate) = found {
            first.get_or_insert_with(|| start.elapsed());
            catalogue.absorb(candidate);
        }
    });
    Scanned {
        catalogue,
        processor_s: processor_s() - before,
        all_s: start.elapsed().as_secs_f64(),
        first_s: first.unwrap_or_default().as_secs_f64(),
    }
}

/// A scan by the index in that file, which is read first, as at an opening; and the index for the next one.
fn by_index(file: &Path, paths: &[PathBuf]) -> (Scanned, KeptIndex) {
    let mut kept = KeptIndex::default();
    let scanned = timed(|found| {
        // Files of a bench were just written.
        kept = KeptIndex::open(file).at(SystemTime::now() + Duration::from_hours(1));
        let (decoder, ids) = (Decoder::default(), StampIds::default());
        scan_kept(paths, &decoder, &ids, &|| false, found, &mut kept);
    });
    (scanned, kept)
}

/// Opens the set without an index, with an empty one, with the one that was kept.
fn again(what: &str, folder: &Path, paths: &[PathBuf], report: &mut Report) -> anyhow::Result<()> {
    let index = folder.join(format!("{what}.destello-index"));
    let without = timed(|found| {
        let (decoder, ids) = (Decoder::default(), StampIds::default());
        scan(paths, &decoder, &ids, &|| false, found);
    });
    let count = without.catalogue.len();
    report.print_line(
        &format!("{what}: scanned without an index"),
        "",
        format!(
            "{}, {:.0} a second of a core",
            without.times(),
            count as f64 / without.processor_s
        ),
    );
    drop(without);
    let (first, kept) = by_index(&index, paths);
    let write = Instant::now();
    kept.write(&index)?;
    let write_s = write.elapsed().as_secs_f64();
    let mib = std::fs::metadata(&index)?.len() as f64 / f64::from(1 << 20);
    report.print_line(
        &format!("{what}: first opening, which keeps the index"),
        "",
        format!(
            "{}; written in the background in {write_s:.2} s, {mib:.1} MiB",
            first.times()
        ),
    );
    drop(first);
    let (second, kept) = by_index(&index, paths);
    let Reuse { read, .. } = kept.reuse();
    anyhow::ensure!(read == 0, "{read} files were read again");
    anyhow::ensure!(!kept.is_changed(), "the index would be written again");
    anyhow::ensure!(second.catalogue.len() == count, "other candidates");
    report.print_line(
        &format!("{what}: second opening"),
        "within 1 s",
        format!(
            "{}, the first candidate after {:.2} s; {:.0} MB",
            second.times(),
            second.first_s,
            resident_mb()
        ),
    );
    Ok(())
}

/// Measures FITS files of three stamps, and the same candidates as parts of Parquet.
///
/// # Errors
/// Where a file cannot be written, or the index gives other candidates.
pub fn measure(folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    let wanted = std::env::var("DESTELLO_BENCH_CANDIDATES").ok();
    let count = wanted.map_or(Ok(FILES), |text| text.parse())?;
    let set = folder.join("set");
    fits_files::write_triplets(&set, count)?;
    again(
        &format!("{count} FITS files"),
        folder,
        std::slice::from_ref(&set),
        report,
    )?;
    let parts = folder.join("parts");
    std::fs::create_dir(&parts)?;
    let decoder = Decoder::default();
    let all = timed(|found| scan(&[set], &decoder, &StampIds::default(), &|| false, found));
    let candidates: Vec<_> = all.catalogue.iter().map(|(_, one)| one.clone()).collect();
    for (number, some) in candidates.chunks(A_PART).enumerate() {
        let mut part = Catalogue::default();
        for candidate in some {
            part.absorb(candidate.clone());
        }
        let file = parts.join(format!("part-{number:05}.parquet"));
        to_parquet(&Conversion::of(&part, &decoder), &file)
            .map_err(|why| anyhow::anyhow!("{why}"))?;
    }
    drop((all, candidates));
    again(
        &format!("{count} rows of Parquet"),
        folder,
        &[parts],
        report,
    )
}
