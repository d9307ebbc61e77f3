//! What a scan gives, and what the index that it kept gives.

use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use destello::{
    domain::{Problem, Stamp, StampId},
    io::{Decoder, Found, KeptIndex, StampIds, kept_index::Reuse, scan, scan_kept},
};

/// Everything that was given, in its order, and every stamp that it leads to.
#[derive(PartialEq)]
pub struct Given {
    /// Candidates with the numbers of their stamps, problems, rules.
    pub lines: Vec<String>,
    stamps: Vec<String>,
}

fn line(found: &Found) -> Option<String> {
    match found {
        Found::Progress { .. } => None,
        found => Some(format!("{found:?}")),
    }
}

/// The bits of the pixels, or why there are none.
fn stamp_line((id, stamp): (StampId, Result<Stamp, Problem>)) -> String {
    match stamp {
        Ok(stamp) => {
            let bits = stamp.pixels.iter().map(|pixel| pixel.to_bits());
            let sum = bits.fold(0_u64, |sum, bits| {
                sum.wrapping_mul(31).wrapping_add(bits.into())
            });
            format!(
                "{id:?} {}x{} {sum} {:?}",
                stamp.width, stamp.height, stamp.geometry
            )
        }
        Err(problem) => format!("{id:?} {problem}"),
    }
}

fn given(run: impl FnOnce(&Decoder, &StampIds, &mut dyn FnMut(Found))) -> Given {
    let (decoder, ids) = (Decoder::default(), StampIds::default());
    let (mut lines, mut wanted) = (Vec::new(), Vec::new());
    run(&decoder, &ids, &mut |found| {
        lines.extend(line(&found));
        if let Found::Candidate(candidate) = found {
            let epochs = candidate.epochs.into_iter();
            wanted.extend(epochs.flat_map(|epoch| epoch.stamps));
        }
    });
    let stamps = decoder.decode(&wanted).into_iter().map(stamp_line);
    Given {
        stamps: stamps.collect(),
        lines,
    }
}

/// What a scan gives.
pub fn scanned(paths: &[PathBuf]) -> Given {
    given(|decoder, ids, found| scan(paths, decoder, ids, &|| false, found))
}

/// What a scan by the index in that file gives, where there is one. The index is kept anew. Files that were just
/// written are taken for old ones.
pub fn scanned_by(index: &Path, paths: &[PathBuf]) -> (Given, Reuse) {
    let later = SystemTime::now() + Duration::from_hours(1);
    scanned_at(KeptIndex::open(index).at(later), index, paths)
}

/// The same with an index that was opened, at its time.
pub fn scanned_at(mut kept: KeptIndex, index: &Path, paths: &[PathBuf]) -> (Given, Reuse) {
    let given = given(|decoder, ids, found| {
        scan_kept(paths, decoder, ids, &|| false, found, &mut kept);
    });
    let reuse = kept.reuse();
    kept.write(index).unwrap();
    (given, reuse)
}

/// An hour ago, for all files of a folder: those that were just written are read again at the next opening.
pub fn make_old(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = std::fs::File::options()
            .write(true)
            .open(entry.unwrap().path());
        let earlier = SystemTime::now() - Duration::from_hours(1);
        file.unwrap().set_modified(earlier).unwrap();
    }
    // Their entries were changed by that, which has a time of its own.
    std::thread::sleep(Duration::from_millis(100));
}

/// Fails where two scans of one set gave different things; names the first that differs.
pub fn assert_same(what: &str, scan: &Given, kept: &Given) {
    for (scan, kept) in [(&scan.lines, &kept.lines), (&scan.stamps, &kept.stamps)] {
        for (scan, kept) in scan.iter().zip(kept) {
            assert_eq!(scan, kept, "{what}");
        }
        assert_eq!(scan.len(), kept.len(), "{what}");
    }
}

/// Opens a path without an index, with an empty one, and with the one that this kept: three times the same.
pub fn assert_kept_as_scanned(path: &Path) {
    let place = tempfile::tempdir().unwrap();
    let index = place.path().join("set.destello-index");
    let paths = [path.to_owned()];
    let scan = scanned(&paths);
    let (first, _) = scanned_by(&index, &paths);
    assert_same("an index that is made", &scan, &first);
    let (second, _) = scanned_by(&index, &paths);
    assert_same("an index that was kept", &scan, &second);
}
