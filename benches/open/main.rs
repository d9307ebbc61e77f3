//! The main job measured end to end: open 100,000 candidates, see the first, scroll through all.
//!
//! `cargo bench --bench open`; `DESTELLO_BENCH_CANDIDATES` asks for another number of them, the word `packets` for
//! the part from packets to scores alone (`DESTELLO_BENCH_PACKETS`), `again` for opening a set a second time,
//! `million` for a million candidates as parts of Parquet. All files are made here, the same each time. Prints a table of aims and results.

mod again;
mod alert_files;
mod decode_rates;
mod end_to_end;
mod fine_tune;
mod fits_files;
mod million;
#[path = "../common/page.rs"]
mod page;
mod report;
#[path = "../common/summary.rs"]
mod summary;

mod window;

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use destello::{
    domain::{LabelAction, LabelEvent, Origin, Role, Timestamp, label::StepId},
    gpu::{Headless, StampInstance},
    imaging::{Orientation, View},
    store::Project,
    workspace::display::Scope,
};
use report::{Report, quantiles_ms, resident_mb};
use window::Window;

/// Candidates, unless the environment says otherwise.
const CANDIDATES: usize = 100_000;
/// The cache limit while memory is measured, MiB: far less than all stamps together.
const CACHE_MIB: usize = 64;
/// What a process may use beside its cache, MB.
const BESIDE_CACHE_MB: f64 = 300.0;
/// Frames measured at each speed of scrolling.
const FRAMES: usize = 400;
/// Slow reading, a flick, and a dragged scroll bar: points a frame.
const SPEEDS: [f32; 3] = [12.0, 160.0, 4000.0];

fn main() -> anyhow::Result<()> {
    let wanted = std::env::var("DESTELLO_BENCH_CANDIDATES").ok();
    let count = wanted.map_or(Ok(CANDIDATES), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let is_wanted = |what: &str| std::env::args().any(|word| word == what);
    if is_wanted("packets") {
        let mut report = Report::default();
        end_to_end::measure(folder.path(), &mut report)?;
        return report.put("from packets to scores");
    }
    if is_wanted("again") {
        let mut report = Report::default();
        again::measure(folder.path(), &mut report)?;
        return report.put("opening again");
    }
    if is_wanted("million") {
        let mut report = Report::default();
        million::measure(folder.path(), &mut report)?;
        return report.put("a million candidates");
    }
    let set = folder.path().join("set");
    let mut report = Report::default();
    let start = Instant::now();
    fits_files::write_triplets(&set, count)?;
    let seconds = start.elapsed().as_secs_f64();
    println!("{count} files of three 21×21 stamps written in {seconds:.0} s");
    browse(&set, folder.path(), count, &mut report)?;
    first_stamp(&set, folder.path(), &mut report)?;
    if is_wanted("mosaic") {
        return report.put("mosaic");
    }
    fine_tune::measure(folder.path(), &mut report)?;
    decode(folder.path(), &mut report)?;
    end_to_end::measure(folder.path(), &mut report)?;
    print!("\n{}", report.table());
    report.put("open, see, decode, score")
}

/// Index, scroll, label: what the UI thread and the memory see of it.
fn browse(set: &Path, folder: &Path, count: usize, report: &mut Report) -> anyhow::Result<()> {
    let mut window = Window::new(CACHE_MIB, None)?;
    report.print_line(
        "memory before opening",
        "",
        format!("{:.0} MB", resident_mb()),
    );
    window.open(set.to_owned(), folder.join("labels.destello"));
    let start = Instant::now();
    let mut frames = Vec::new();
    while window.is_indexing() {
        frames.push(window.paced_frame(0.0));
    }
    let seconds = start.elapsed().as_secs_f64();
    let found = window.state.shared.catalogue.len();
    anyhow::ensure!(found == count, "{found} of {count} candidates were found");
    report.print_line(
        "candidates indexed",
        "",
        format!("{:.0} per second", found as f64 / seconds),
    );
    report.frames("frame while indexing", &frames);
    report.print_line(
        "memory after indexing",
        "",
        format!("{:.0} MB", resident_mb()),
    );
    scroll(&mut window, "frame while scrolling", report);
    label_first(&mut window, count)?;
    scroll(
        &mut window,
        &format!("the same with {count} labels"),
        report,
    );
    see_everything(&mut window)?;
    let most = CACHE_MIB as f64 * 1.048_576 + BESIDE_CACHE_MB;
    let aim = format!("≤ {most:.0} MB: cache of {CACHE_MIB} MiB + {BESIDE_CACHE_MB:.0} MB");
    report.print_line(
        "memory after every stamp was shown",
        &aim,
        format!("{:.0} MB", resident_mb()),
    );
    window.close();
    Ok(())
}

fn scroll(window: &mut Window, name: &str, report: &mut Report) {
    let mut all = Vec::new();
    for speed in SPEEDS {
        window.go_to_top();
        let frames: Vec<_> = (0..FRAMES).map(|_| window.paced_frame(speed)).collect();
        println!("{name}, {speed} points a frame: {}", quantiles_ms(&frames));
        all.extend(frames);
    }
    report.frames(name, &all);
}

/// Gives the first so many candidates a label, as another window on the same project would, and waits until
/// this one has them.
fn label_first(window: &mut Window, count: usize) -> anyhow::Result<()> {
    let event = |(at, id): (i64, Arc<str>)| LabelEvent {
        step: StepId(at),
        candidate: id,
        action: LabelAction::Set {
            class: if at % 3 == 0 { "bogus" } else { "real" }.into(),
        },
        vocabulary: "real_bogus".into(),
        annotator: "ana".into(),
        at: Timestamp(at),
        dwell_ms: None,
        shown: None,
        model: None,
        score: None,
        origin: Origin::Window,
        program: "bench".into(),
    };
    let ids = window.state.shared.catalogue.iter().take(count);
    let ids = ids.map(|(_, candidate)| candidate.id.clone());
    let events: Vec<_> = (1..).zip(ids).map(event).collect();
    let path = window.state.shared.project.path.clone();
    let path = path.context("the set has a project")?;
    Project::open_existing(&path)?.append(&events)?;
    while window.state.shared.book.events().len() < events.len() {
        window.paced_frame(0.0);
    }
    Ok(())
}

/// Pages from the top to the end, waiting for the stamps of each page.
fn see_everything(window: &mut Window) -> anyhow::Result<()> {
    let patience = Duration::from_mins(10);
    let start = Instant::now();
    window.go_to_top();
    let mut seen = 0;
    loop {
        window.frame(500.0);
        while !is_page_there(window) && start.elapsed() < patience {
            std::thread::sleep(Duration::from_millis(1));
            window.frame(0.0);
        }
        seen += 1;
        let last = window.state.shared.queue.order().last();
        if window.state.shared.page.last() == last {
            println!(
                "{seen} pages, every stamp of each shown, in {:.0} s",
                start.elapsed().as_secs_f64()
            );
            return Ok(());
        }
        anyhow::ensure!(
            start.elapsed() < patience,
            "scrolling does not come to the end"
        );
    }
}

fn is_page_there(window: &Window) -> bool {
    let state = &window.state;
    let shown = |ix: &_| {
        let candidate = state.shared.catalogue.get(*ix)?;
        candidate
            .epochs
            .first()?
            .stamp(Role::Science)
            .map(|stamp| stamp.id)
    };
    let mut stamps = state.shared.page.iter().filter_map(shown);
    stamps.all(|id| state.shared.stamps.ready(id).is_some())
}

/// From the order to open until a stamp is a picture. The device exists before, as in the window.
fn first_stamp(set: &Path, folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    let mut headless = Headless::new(64 << 20)?;
    let atlas = headless.atlas().clone();
    let mut window = Window::new(CACHE_MIB, Some(&atlas))?;
    // Fonts and theme are made with the first frames, before anything is opened.
    window.frame(0.0);
    window.frame(0.0);
    let start = Instant::now();
    window.open(set.to_owned(), folder.join("first.destello"));
    let (ix, id) = loop {
        window.frame(0.0);
        let first = window.state.shared.queue.order().first().copied();
        let shown = first.and_then(|ix| {
            let epoch = window.state.shared.catalogue.get(ix)?.epochs.first()?;
            let id = epoch.stamp(Role::Science)?.id;
            window.state.shared.stamps.ready(id).map(|_| (ix, id))
        });
        if let Some(shown) = shown {
            break shown;
        }
        anyhow::ensure!(start.elapsed() < Duration::from_mins(1), "no stamp came");
        std::thread::sleep(Duration::from_millis(1));
    };
    let look = window
        .state
        .shared
        .look(ix, 0, Role::Science, Scope::Epoch)
        .context("a look")?;
    let size = [208.0, 208.0];
    let view = View::fit(size, [21, 21], Orientation::ROW_ZERO_BOTTOM);
    let instance = StampInstance {
        stamp: id,
        rect_px: [0.0, 0.0, 208.0, 208.0],
        placement: view.placement(size),
        look: 0,
        is_negated: false,
    };
    headless.render([208, 208], [0; 3], &[instance], &[look])?;
    let took = format!("{:.3} s", start.elapsed().as_secs_f64());
    report.print_line("first stamp drawn", "≤ 1 s", took);
    println!("drawn by {}", headless.adapter());
    window.close();
    Ok(())
}

fn decode(folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    let (cubes, packets) = (folder.join("cubes"), folder.join("packets"));
    fits_files::write_cubes(&cubes, 300)?;
    alert_files::write_packets(&packets, 400)?;
    let of_cubes = decode_rates::measure("cubes", &cubes)?;
    report.rates(
        "FITS cubes 26×21×21, .fits.gz",
        "astropy",
        1,
        "stamps",
        &of_cubes,
    );
    let of_packets = decode_rates::measure("packets", &packets)?;
    report.rates(
        "ZTF packets, 3 × 63×63",
        "fastavro + astropy",
        3,
        "packets",
        &of_packets,
    );
    Ok(())
}
