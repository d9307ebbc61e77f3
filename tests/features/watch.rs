//! A watched folder, step by step: files that grow between the look, the reading and the scoring.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    time::Duration,
};

use destello::{
    features::{
        simulation::order::Kind,
        watch::{
            ledger::Ledger,
            look::Looker,
            task::{WatchFolder, WatchUpdate, Watched},
        },
    },
    learn::Compute,
    tasks::{Task, TaskContext, cancel::CancelToken, run_here},
    workspace::models,
};
use tempfile::TempDir;

use crate::common::{
    simulated::{order, simulate},
    tables::{numbers, parquet},
};

/// FITS files consist of blocks of this many bytes.
const BLOCK: usize = 2880;

/// The steps of a watch, with what a test changes between them.
struct Steps<F>(F);

impl<F> Task for Steps<F>
where
    F: FnOnce(&TaskContext<WatchUpdate>) + Send + 'static,
{
    const NAME: &'static str = "watch, step by step";
    type Update = WatchUpdate;
    type Output = ();

    fn run(self, cx: &TaskContext<WatchUpdate>) -> anyhow::Result<()> {
        (self.0)(cx);
        Ok(())
    }
}

fn in_steps(test: impl FnOnce(&TaskContext<WatchUpdate>) + Send + 'static) {
    run_here(Steps(test), CancelToken::default(), |_| ()).unwrap();
}

/// Simulated triplets, a folder that they come into, and what watches it.
struct Night {
    folder: TempDir,
    /// The triplets, outside of the folder that is watched.
    files: Vec<PathBuf>,
    watch: WatchFolder,
    looker: Looker,
    ledger: Ledger,
}

impl Night {
    fn new(count: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let [set, watched, out] = ["set", "in", "out"].map(|name| folder.path().join(name));
        simulate(&order(Kind::Triplets, "ztf", count, 7, &set));
        let entries = fs::read_dir(&set).unwrap();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|ending| ending == "fits"));
        files.sort();
        assert_eq!(files.len() as u64, count);
        fs::create_dir(&watched).unwrap();
        let model = models::find("compact", &Compute::cpu()).unwrap().model;
        let (ledger, _) = Ledger::open(&out, vec![model.id().to_string()]).unwrap();
        Self {
            looker: Looker::new(&watched, Some(&out), Duration::ZERO, HashMap::new()),
            watch: WatchFolder {
                folder: watched,
                by: vec![model],
                out,
                settle: Duration::ZERO,
                every: Duration::ZERO,
                once: true,
            },
            folder,
            files,
            ledger,
        }
    }

    /// Where a triplet comes in.
    fn place(&self, at: usize) -> PathBuf {
        self.watch.folder.join(self.files[at].file_name().unwrap())
    }

    fn bytes(&self, at: usize) -> Vec<u8> {
        fs::read(&self.files[at]).unwrap()
    }

    /// A look, the reading and the scoring of what it finds, and what happens between them.
    fn round(
        &mut self,
        cx: &TaskContext<WatchUpdate>,
        after_look: impl FnOnce(),
        after_reading: impl FnOnce(),
    ) -> Watched {
        let look = self.looker.look(&|_| false).unwrap();
        after_look();
        let read = self.watch.read(&look.ready, &self.ledger, cx).unwrap();
        after_reading();
        let watched = self.watch.write(read, &mut self.ledger, cx).unwrap();
        self.looker.read(&look.ready);
        watched
    }

    fn undisturbed_round(&mut self, cx: &TaskContext<WatchUpdate>) -> Watched {
        self.round(cx, || (), || ())
    }

    /// The scores of all rows that were written; none where a row has none.
    fn scores(&self) -> Vec<Option<f32>> {
        let entries = fs::read_dir(self.folder.path().join("out")).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let tables = paths.filter(|path| path.extension().is_some_and(|it| it == "parquet"));
        let scores = tables.flat_map(|path| numbers(&parquet(&path), "score"));
        scores.collect()
    }
}

const fn watched(files: usize, detections: usize) -> Watched {
    Watched {
        files,
        detections,
        problems: 0,
    }
}

/// Where the second image of a file begins: what lies before it is a file with the science image alone.
fn second_image(bytes: &[u8]) -> usize {
    let mut blocks = (BLOCK..bytes.len()).step_by(BLOCK);
    let at = blocks.find(|at| bytes[*at..].starts_with(b"XTENSION"));
    at.unwrap()
}

/// What lies behind the last image is none, so that the file is as good as before.
fn append_a_block(path: &Path) {
    let mut file = File::options().append(true).open(path).unwrap();
    file.write_all(&[0; BLOCK]).unwrap();
}

#[test]
fn a_file_that_grows_between_reading_and_scoring_is_left_for_the_next_look() {
    in_steps(|cx| {
        let mut night = Night::new(2);
        let [grows, stays] = [0, 1].map(|at| night.place(at));
        fs::copy(&night.files[0], &grows).unwrap();
        fs::copy(&night.files[1], &stays).unwrap();
        // Its stamps are refused as those of another file than was read.
        let first = night.round(cx, || (), || append_a_block(&grows));
        assert_eq!(first, watched(2, 1));
        let scores = night.scores();
        assert!(scores.len() == 1 && scores[0].is_some(), "{scores:?}");
        let second = night.undisturbed_round(cx);
        assert_eq!(second, watched(1, 1));
        let scores = night.scores();
        assert_eq!(scores.iter().flatten().count(), 2, "{scores:?}");
        assert_eq!(scores.len(), 2);
        assert!(night.looker.look(&|_| false).unwrap().ready.is_empty());
    });
}

#[test]
fn a_file_that_grows_between_the_look_and_the_reading_is_left_for_the_next_look() {
    in_steps(|cx| {
        let mut night = Night::new(1);
        let (place, bytes) = (night.place(0), night.bytes(0));
        let science = second_image(&bytes);
        fs::write(&place, &bytes[..science / 2]).unwrap();
        // Read without a fault, and without the images that the network looks at.
        let first = night.round(cx, || fs::write(&place, &bytes[..science]).unwrap(), || ());
        assert_eq!(first, watched(1, 0));
        assert!(night.scores().is_empty());
        fs::write(&place, &bytes).unwrap();
        assert_eq!(night.undisturbed_round(cx), watched(1, 1));
        let scores = night.scores();
        assert!(scores.len() == 1 && scores[0].is_some(), "{scores:?}");
    });
}

#[test]
fn what_cannot_be_scored_in_a_file_that_stays_as_it_is_has_a_row_without_a_score() {
    in_steps(|cx| {
        let mut night = Night::new(1);
        let bytes = night.bytes(0);
        fs::write(night.place(0), &bytes[..second_image(&bytes)]).unwrap();
        assert_eq!(night.undisturbed_round(cx), watched(1, 1));
        assert_eq!(night.scores(), [None::<f32>]);
        assert!(night.looker.look(&|_| false).unwrap().ready.is_empty());
    });
}
