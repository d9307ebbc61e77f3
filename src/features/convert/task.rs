//! Writing a set anew: the task of the window and of the command line.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::ensure;

use crate::{
    domain::{CandidateIx, Catalogue, Shard, words::counted},
    features::scoring::part::set_fingerprint,
    io::{
        Decoder,
        convert::{Conversion, Converted, cubes::to_cubes, part_to_parquet, to_parquet},
        parts::{PartsFolder, What, WholeTable},
    },
    tasks::{Task, TaskContext, progress::Progress},
};

/// What is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// One file with a row for each epoch and its stamps as FITS bytes.
    Parquet(PathBuf),
    /// A new folder with a FITS file for each object, its stamps as cubes.
    Cubes(PathBuf),
}

impl Target {
    /// A file that ends in .parquet, or a folder.
    ///
    /// # Errors
    /// Where the name is that of another file.
    pub fn of(out: &Path) -> Result<Self, String> {
        let ending = out.extension();
        if ending.is_some_and(|ending| ending.eq_ignore_ascii_case("parquet")) {
            return Ok(Self::Parquet(out.to_owned()));
        }
        if ending.is_none() || out.is_dir() {
            return Ok(Self::Cubes(out.to_owned()));
        }
        Err(format!(
            "{}: a set is written as one file .parquet, or as a folder of FITS files, whose name has no ending",
            out.display()
        ))
    }

    pub fn path(&self) -> &Path {
        match self {
            Self::Parquet(path) | Self::Cubes(path) => path,
        }
    }
}

/// Writes a set.
pub struct ConvertSet {
    /// The candidates at this moment.
    pub catalogue: Arc<Catalogue>,
    /// Which of them are written; none for all.
    pub only: Option<HashSet<CandidateIx>>,
    pub target: Target,
    /// Only this share of the objects: into the same folder as others, or a part of the Parquet file.
    pub shard: Option<Shard>,
    /// Reads the stamps.
    pub decoder: Arc<Decoder>,
}

#[derive(Debug)]
pub struct WrittenSet {
    /// What came of it; none where the part of this share is there already.
    pub converted: Option<Converted>,
    pub target: Target,
}

impl Task for ConvertSet {
    const NAME: &'static str = crate::english!("saving stamps");
    type Update = Progress;
    type Output = WrittenSet;

    fn run(self, cx: &TaskContext<Progress>) -> anyhow::Result<WrittenSet> {
        cx.check()?;
        ensure!(
            !is_source(&self.catalogue, self.target.path()),
            "{}: the stamps are read from this file; choose another name",
            self.target.path().display()
        );
        let catalogue = match &self.only {
            Some(only) => Arc::new(self.catalogue.of_these(only)),
            None => self.catalogue,
        };
        let epochs = catalogue.iter().map(|(_, one)| one.epochs.len());
        let total = epochs.sum::<usize>();
        let go_on = |done: usize| {
            cx.progress(done, total);
            cx.update_now_and_then(|| Progress { done, total });
            cx.check().is_ok()
        };
        let conversion = Conversion {
            shard: self.shard,
            go_on: &go_on,
            ..Conversion::of(&catalogue, &self.decoder)
        };
        let written = match (&self.target, self.shard) {
            (Target::Parquet(out), None) => to_parquet(&conversion, out).map(Some),
            (Target::Parquet(out), Some(shard)) => part(&conversion, shard, total, out),
            (Target::Cubes(folder), _) => to_cubes(&conversion, folder).map(Some),
        };
        // What was stopped is no failure.
        if written.is_err() {
            cx.check()?;
        }
        Ok(WrittenSet {
            converted: written.map_err(anyhow::Error::msg)?,
            target: self.target,
        })
    }
}

/// True for a file from which stamps of the set are read: it would be replaced by a part of itself.
fn is_source(catalogue: &Catalogue, out: &Path) -> bool {
    let Ok(out) = out.canonicalize() else {
        return false;
    };
    let all = catalogue
        .iter()
        .flat_map(|(_, candidate)| &candidate.epochs);
    let mut stamps = all.flat_map(|epoch| &epoch.stamps);
    let mut last = None;
    stamps.any(|stamp| {
        let path = &*stamp.source.path;
        // Those of one file follow each other.
        let is_new = last.replace(path) != Some(path);
        is_new
            && path.file_name() == out.file_name()
            && path.canonicalize().is_ok_and(|path| path == out)
    })
}

/// Writes the part of a share of the objects; none where it is there already.
fn part(
    conversion: &Conversion<'_>,
    shard: Shard,
    epochs: usize,
    out: &Path,
) -> Result<Option<Converted>, String> {
    let folder = PartsFolder::of(out);
    let whole = WholeTable {
        what: What::Stamps,
        name: "alerts".into(),
        order: format!("{:016x}", set_fingerprint(conversion.catalogue)),
        rows: epochs as u64,
    };
    if folder.is_done(shard, &whole)? {
        return Ok(None);
    }
    let mut converted = Converted::default();
    folder.put(shard, whole, Vec::new(), |beside| {
        converted = part_to_parquet(conversion, beside)?;
        Ok(converted.rows as u64)
    })?;
    Ok(Some(converted))
}

impl WrittenSet {
    /// "2,000 epochs of 800 candidates with 6,000 stamps written to night.parquet".
    pub fn in_words(&self) -> String {
        match (&self.converted, &self.target) {
            (Some(converted), target) => format!(
                "{} of {} with {} written to {}",
                counted(converted.rows as u64, "epoch"),
                counted(converted.objects as u64, "candidate"),
                counted(converted.stamps as u64, "stamp"),
                target.path().display()
            ),
            (None, target) => format!(
                "the part is in {} already",
                PartsFolder::of(target.path()).path().display()
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{Candidate, Epoch},
        tasks::{
            cancel::{CancelToken, Cancelled},
            run_here,
        },
    };

    fn three() -> Arc<Catalogue> {
        let mut catalogue = Catalogue::default();
        for id in ["a", "b", "c"] {
            catalogue.absorb(Candidate {
                id: id.into(),
                epochs: vec![Epoch::default()],
                ..Candidate::default()
            });
        }
        Arc::new(catalogue)
    }

    fn order(target: Target, only: Option<HashSet<CandidateIx>>) -> ConvertSet {
        ConvertSet {
            catalogue: three(),
            only,
            target,
            shard: None,
            decoder: Arc::default(),
        }
    }

    #[test]
    fn the_name_chooses_what_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        let of = |name: &str| Target::of(&here.join(name));
        assert_eq!(of("a.PARQUET"), Ok(Target::Parquet(here.join("a.PARQUET"))));
        assert_eq!(of("cubes"), Ok(Target::Cubes(here.join("cubes"))));
        std::fs::create_dir(here.join("v1.0")).unwrap();
        assert_eq!(of("v1.0"), Ok(Target::Cubes(here.join("v1.0"))));
        assert!(of("a.csv").unwrap_err().contains("a.csv: a set is written"));
    }

    #[test]
    fn a_part_of_the_candidates_is_written_alone() {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::Cubes(folder.path().join("cubes"));
        let only = HashSet::from([CandidateIx(0), CandidateIx(2)]);
        let task = order(target.clone(), Some(only));
        let written = run_here(task, CancelToken::default(), |_| ()).unwrap();
        let begin = "2 epochs of 2 candidates with 0 stamps written to ";
        assert!(written.in_words().starts_with(begin), "{written:?}");
        let names = std::fs::read_dir(target.path()).unwrap();
        let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["a.fits", "c.fits"]);
    }

    #[test]
    fn what_is_stopped_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let cancel = CancelToken::default();
        cancel.cancel();
        let target = Target::Parquet(folder.path().join("set.parquet"));
        let why = run_here(order(target, None), cancel, |_| ()).unwrap_err();
        assert!(why.is::<Cancelled>(), "{why}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
