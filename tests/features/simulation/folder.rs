//! Simulating into a folder: the exchange layout, resume, refusals, and the stream in memory.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::common::{
    simulated,
    test_survey::{SIDE, test_skies},
};
use destello::{
    domain::{Band, DifferenceSign, ImageSequence, Part, Role},
    features::simulation::{
        demo::make_demo,
        folder::Crew,
        order::{Kind, SimulationOrder},
        simulate::{Simulated, simulate},
        stream::stream,
    },
    io::{Decoder, whole_file::write_whole},
    simulate::Simulate,
    tasks::{cancel::CancelToken, progress::Progress},
    workspace::open::read_all,
};

fn order(out: &Path) -> SimulationOrder {
    SimulationOrder {
        roles: vec![Role::Science, Role::Reference, Role::Difference],
        ..simulated::order(Kind::Sequences, "hits2015", 40, 3, out)
    }
}

fn run(order: &SimulationOrder, threads: usize) -> anyhow::Result<Simulated> {
    let (skies, _) = test_skies();
    simulate(
        order,
        &*skies,
        &Crew::new(threads, &CancelToken::default(), &|_| {}),
    )
}

/// Every file of a folder with its bytes.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let content = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        (name, fs::read(entry.path()).unwrap())
    };
    entries.map(content).collect()
}

#[test]
fn what_is_written_opens_as_it_was_made() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("new/set");
    run(&order(&out), 2).unwrap();
    let opened = read_all(&[out]);
    assert_eq!(opened.problems, [], "neither truth table nor manifest");
    assert_eq!(opened.catalogue.len(), 40);
    let ix = opened.catalogue.find("hits2015-s3-000009").unwrap();
    let candidate = opened.catalogue.get(ix).unwrap();
    let (skies, _) = test_skies();
    let order = order(folder.path());
    let prepared = destello::features::simulation::simulator::prepare(&order).unwrap();
    let mut made = skies(&order, &prepared).unwrap().candidate(9);
    destello::features::simulation::simulator::MEASURE.unwrap()(&mut made);
    assert_eq!(candidate.truth.as_deref(), made.class());
    assert_eq!(candidate.epochs.len(), 5);
    let (epoch, true_epoch) = (&candidate.epochs[1], &made.epochs[1]);
    assert_eq!(epoch.mjd, Some(true_epoch.visit.mjd));
    assert_eq!(epoch.band, Some(Band::R));
    assert_eq!(epoch.seeing_arcsec, Some(1.3));
    assert_eq!(epoch.limiting_mag, Some(23.5));
    assert!(epoch.mag.is_some(), "the job measures");
    assert_eq!(epoch.mag, true_epoch.measured_mag.map(|[mag, _]| mag));
    assert_eq!(epoch.difference_sign, DifferenceSign::ScienceMinusReference);
    assert_eq!(epoch.fields.number("CX"), Some(5.25));
    assert_eq!(epoch.fields.number("TRUEFLUX"), Some(400.0));
    assert_eq!(
        candidate.fields.text("KIND").map(|t| &**t),
        Some("round, \"plain\"")
    );
    assert_eq!(candidate.fields.number("SEED"), Some(3.0));
    assert_eq!(candidate.fields.number("TRUEMAG"), Some(20.0 + 9.0 / 7.0));
    assert_eq!(candidate.fields.number("HOSTMAG"), None);
    for (_, stamp) in Decoder::default()
        .decode(&epoch.stamps)
        .into_iter()
        .map(|(id, s)| (id, s.unwrap()))
    {
        assert_eq!((stamp.width, stamp.height), (SIDE, SIDE));
        assert_eq!(stamp.geometry.arcsec_per_px(), Some(0.27));
        assert_eq!(stamp.saturation, Some(40_000.0));
        assert_eq!(stamp.unit.as_deref(), Some("ADU"));
    }
    for stamp in &epoch.stamps {
        let (_, read) = Decoder::default()
            .decode(std::slice::from_ref(stamp))
            .remove(0);
        let image = made.image(stamp.role, 1).unwrap();
        assert_eq!(&*read.unwrap().pixels, image, "{:?}", stamp.role);
    }
}

#[test]
fn a_reference_of_all_epochs_is_written_once() {
    let folder = tempfile::tempdir().unwrap();
    run(&order(folder.path()), 1).unwrap();
    let opened = read_all(&[folder.path().to_owned()]);
    let (_, candidate) = opened.catalogue.iter().next().unwrap();
    for (plane, epoch) in (0..).zip(&candidate.epochs) {
        let part = |role| epoch.stamp(role).unwrap().part;
        assert_eq!(
            part(Role::Science),
            Part::Hdu {
                hdu: 0,
                plane: Some(plane)
            }
        );
        assert_eq!(
            part(Role::Reference),
            Part::Hdu {
                hdu: 1,
                plane: None
            }
        );
    }
    let size = fs::metadata(folder.path().join("hits2015-s3-000000.fits"))
        .unwrap()
        .len();
    // Cubes of 5 x 11 x 11 in two blocks of 2880 bytes, header blocks, one plane, the table.
    assert_eq!(size, 2880 * (2 + 1 + 1 + 1 + 1 + 1 + 1 + 1), "{size}");
}

#[test]
fn sets_without_science_open_too() {
    let folder = tempfile::tempdir().unwrap();
    let order = SimulationOrder {
        roles: vec![Role::Reference, Role::Difference],
        ..order(folder.path())
    };
    run(&order, 2).unwrap();
    let opened = read_all(&[folder.path().to_owned()]);
    assert_eq!(opened.problems, []);
    let (_, candidate) = opened.catalogue.iter().next().unwrap();
    assert_eq!(candidate.epochs.len(), 5);
    assert_eq!(candidate.roles(), [Role::Reference, Role::Difference]);
}

#[test]
fn the_truth_table_has_a_row_for_each_candidate() {
    let folder = tempfile::tempdir().unwrap();
    run(&order(folder.path()), 2).unwrap();
    let text = fs::read_to_string(folder.path().join("truth.csv")).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 41);
    assert!(lines[0].starts_with("id,class,kind,field,epochs,mag,period_days,amplitude_mag,"));
    let mag = 20.0 + 2.0 / 7.0;
    let start = "hits2015-s3-000002,cepheid,\"round, \"\"plain\"\"\",07,5,";
    assert_eq!(lines[3], format!("{start}{mag},{},,,,,,,,", 1.0 / 3.0));
}

#[test]
fn bytes_depend_on_the_order_alone() {
    let folder = tempfile::tempdir().unwrap();
    let made = |name: &str, threads| {
        let out = folder.path().join(name);
        run(&order(&out), threads).unwrap();
        contents(&out)
    };
    let one = made("one", 1);
    assert_eq!(one.len(), 42);
    assert!(
        one == made("four", 4),
        "four threads write other bytes than one"
    );
}

/// Stops a run after that many files.
fn run_interrupted(order: &SimulationOrder, after: u64) -> anyhow::Result<Simulated> {
    let (skies, _) = test_skies();
    let cancel = CancelToken::default();
    let written = AtomicU64::new(0);
    let write = |path: &Path, bytes: &[u8]| {
        if written.fetch_add(1, Ordering::Relaxed) == after {
            cancel.cancel();
        }
        write_whole(path, bytes)
    };
    simulate(
        order,
        &*skies,
        &Crew::new(1, &cancel, &|_| {}).writing(&write),
    )
}

#[test]
fn a_stopped_run_goes_on_and_ends_with_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole");
    run(&order(&whole), 2).unwrap();
    let out = folder.path().join("stopped");
    let stopped = run_interrupted(&order(&out), 7).unwrap();
    assert!(stopped.is_cancelled && stopped.made == 7, "{stopped:?}");
    assert!(
        stopped.sentence().contains("7 candidates"),
        "{}",
        stopped.sentence()
    );
    assert!(!out.join("truth.csv").exists());
    // What a killed run and a power cut leave.
    fs::write(out.join(".hits2015-s3-000030.fits.partial"), "half").unwrap();
    fs::write(out.join("hits2015-s3-000003.fits"), "").unwrap();
    let whole_file = fs::read(out.join("hits2015-s3-000004.fits")).unwrap();
    fs::write(out.join("hits2015-s3-000004.fits"), &whole_file[..6000]).unwrap();
    let again = run(&order(&out), 2).unwrap();
    assert_eq!((again.made, again.kept, again.is_cancelled), (35, 5, false));
    assert!(contents(&out) == contents(&whole));
    let third = run(&order(&out), 2).unwrap();
    assert_eq!((third.made, third.kept), (0, 40));
}

/// What is said of an order, without the folder's name.
fn refusal(order: &SimulationOrder) -> String {
    let error = run(order, 2).unwrap_err();
    let text = format!("{error:#}");
    let place = order.out.display().to_string();
    text.strip_prefix(&place).unwrap_or(&text).to_owned()
}

#[test]
fn another_order_and_foreign_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("set");
    run(&order(&out), 2).unwrap();
    let before = contents(&out);
    let mut other = order(&out);
    other.seed = 4;
    let said = refusal(&other);
    assert!(
        said.starts_with(": holds another simulation (its seed is 3, not 4)"),
        "{said}"
    );
    other = order(&out);
    other.roles.pop();
    let said = refusal(&other);
    let words = "its roles is science,reference,difference, not science,reference";
    assert!(said.contains(words), "{said}");
    assert!(contents(&out) == before, "a refusal changes nothing");

    fs::write(out.join("thesis.tex"), "mine").unwrap();
    let said = refusal(&order(&out));
    assert!(
        said.starts_with(": holds thesis.tex, which is none"),
        "{said}"
    );

    let mine = folder.path().join("mine");
    fs::create_dir(&mine).unwrap();
    fs::write(mine.join("notes.txt"), "mine").unwrap();
    let said = refusal(&order(&mine));
    assert!(said.starts_with(": is not empty (notes.txt)"), "{said}");
    assert_eq!(contents(&mine).len(), 1);
    let said = refusal(&order(&mine.join("notes.txt")));
    assert!(said.starts_with(": a file of that name"), "{said}");
}

#[test]
fn a_full_disk_is_one_sentence_and_the_rest_follows_later() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("set");
    let (skies, _) = test_skies();
    let written = AtomicU64::new(0);
    let write = |path: &Path, bytes: &[u8]| {
        if written.fetch_add(1, Ordering::Relaxed) >= 10 {
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        write_whole(path, bytes)
    };
    let cancel = CancelToken::default();
    let crew = Crew::new(1, &cancel, &|_| {}).writing(&write);
    let error = simulate(&order(&out), &*skies, &crew)
        .unwrap_err()
        .to_string();
    let words = ": the disk is full; 9 of 40 candidates are there, and the same order goes on";
    assert!(
        error.starts_with(&format!("{}{words}", out.display())),
        "{error}"
    );
    let again = run(&order(&out), 2).unwrap();
    assert_eq!((again.made, again.kept), (31, 9));
    let whole = folder.path().join("whole");
    run(&order(&whole), 1).unwrap();
    assert!(contents(&out) == contents(&whole));
}

#[test]
fn progress_ends_with_everything() {
    let folder = tempfile::tempdir().unwrap();
    let (skies, _) = test_skies();
    let last = std::sync::Mutex::new(Progress::default());
    let report = |progress| *last.lock().unwrap() = progress;
    let cancel = CancelToken::default();
    simulate(
        &order(folder.path()),
        &*skies,
        &Crew::new(2, &cancel, &report),
    )
    .unwrap();
    assert_eq!(
        *last.lock().unwrap(),
        Progress {
            done: 40,
            total: 40
        }
    );
}

#[test]
fn the_demo_is_made_once_completed_and_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("demo");
    let (skies, _) = test_skies();
    let make = || {
        let cancel = CancelToken::default();
        make_demo(&demo, &*skies, &Crew::new(0, &cancel, &|_| {})).unwrap()
    };
    assert_eq!(make().made, 2000);
    let whole = contents(&demo);
    assert_eq!((make().made, make().kept), (0, 2000));
    let opened = read_all(std::slice::from_ref(&demo));
    assert_eq!((opened.catalogue.len(), opened.problems.len()), (2000, 0));
    let classes = opened
        .catalogue
        .iter()
        .map(|(_, c)| c.truth.clone().unwrap());
    let mut count: BTreeMap<_, u64> = BTreeMap::new();
    for class in classes {
        *count.entry(class.to_string()).or_default() += 1;
    }
    assert_eq!((count["real"], count["bogus"]), (600, 600));
    assert_eq!(count.len(), 9);
    assert_eq!(count.values().sum::<u64>() - 1200, 800);
    assert!(count.values().all(|count| *count >= 114), "{count:?}");

    // An unfinished one is completed.
    fs::remove_file(demo.join("demo-000123.fits")).unwrap();
    assert_eq!(make().made, 1);
    assert!(contents(&demo) == whole);
    // One of another version is replaced, but for what is not ours.
    let manifest = demo.join("simulation.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    let version = format!("version = \"{}\"", env!("CARGO_PKG_VERSION"));
    fs::write(&manifest, text.replace(&version, "version = \"0.0.1\"")).unwrap();
    assert_eq!(make().made, 2000);
    assert!(contents(&demo) == whole);
}

#[test]
fn a_stream_keeps_order_and_room_and_stops_when_dropped() {
    let (skies, made) = test_skies();
    let order = order(&PathBuf::new());
    let prepared = destello::features::simulation::simulator::prepare(&order).unwrap();
    let sky: Arc<dyn Simulate> = skies(&order, &prepared).unwrap();
    let ids = |sequences: Vec<ImageSequence>| -> Vec<String> {
        sequences
            .iter()
            .map(|sequence| sequence.id.to_string())
            .collect()
    };
    let expected: Vec<String> = (5..25).map(|index| format!("test-{index}")).collect();
    for threads in [1, 3] {
        let all = stream(&sky, 5..25, threads, 4).unwrap().collect();
        assert_eq!(ids(all), expected, "{threads} threads");
    }
    made.store(0, Ordering::Relaxed);
    let mut endless = stream(&sky, 0..u64::MAX, 2, 6).unwrap();
    let first = endless.by_ref().take(3).collect();
    assert_eq!(ids(first), ["test-0", "test-1", "test-2"]);
    drop(endless);
    let after = made.load(Ordering::Relaxed);
    // Three taken; three waiting and one in the hands of each thread.
    assert!(after <= 3 + 6 + 2, "{after} were made");
    // The threads have ended: they hold the simulator no more.
    assert_eq!(Arc::strong_count(&sky), 1);
}
