//! Inspecting: what a set holds, with every stamp decoded once to see that it can be.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use serde::Serialize;

use crate::{
    domain::{Catalogue, Problem, Role, StampRef},
    io::Decoder,
    workspace::open::{Opened, read_all_with},
};

/// Stamps decoded at a time: enough that those of a file come together.
const BATCH: usize = 512;

/// The content of a set, as `destello inspect --json` prints it.
#[derive(Debug, Serialize)]
pub struct Inspection {
    pub objects: usize,
    pub epochs: usize,
    /// Epochs that were found again and are left out.
    pub copies: usize,
    /// Number of stamps that can be shown.
    pub stamps: usize,
    /// Roles in screen order.
    pub roles: Vec<Role>,
    /// Names of the filters.
    pub bands: Vec<String>,
    /// Sizes in pixels, `width x height`, smallest first.
    pub sizes: Vec<String>,
    /// First and last time; none where no epoch has one.
    pub mjd_range: Option<[f64; 2]>,
    /// What could not be used.
    pub problems: Vec<Problem>,
    /// What was recognised, and by which rule.
    pub recognised: Vec<Recognition>,
    /// Sentences on the whole, for people.
    #[serde(skip)]
    pub notes: Vec<String>,
}

/// Where there is none.
pub const NO_CANDIDATE: &str = "no candidate was found";

/// One sentence on a path.
#[derive(Debug, Serialize)]
pub struct Recognition {
    /// The path as it was given.
    pub path: PathBuf,
    /// The rule in words.
    pub rule: String,
}

/// Opens the paths and decodes every stamp once.
pub fn inspect(paths: &[PathBuf]) -> Inspection {
    let decoder = Decoder::default();
    let Opened {
        catalogue,
        mut problems,
        recognised,
    } = read_all_with(paths, &decoder);
    let mut stamps = stamps_by_file(&catalogue);
    let decoded = decode_all(&mut stamps, &decoder, &mut problems);
    let epochs = || {
        catalogue
            .iter()
            .flat_map(|(_, candidate)| &candidate.epochs)
    };
    let bands: BTreeSet<_> = epochs().filter_map(|epoch| epoch.band.as_ref()).collect();
    let times = epochs().filter_map(|epoch| Some(epoch.mjd?.days()));
    let (first, last) = times.fold((f64::INFINITY, f64::NEG_INFINITY), |(first, last), mjd| {
        (first.min(mjd), last.max(mjd))
    });
    let nothing = catalogue.is_empty().then(|| NO_CANDIDATE.to_owned());
    Inspection {
        objects: catalogue.len(),
        epochs: epochs().count(),
        copies: catalogue.duplicates(),
        notes: catalogue
            .copies_in_words()
            .into_iter()
            .chain(nothing)
            .collect(),
        stamps: decoded.count,
        roles: decoded.roles.into_iter().collect(),
        bands: bands.into_iter().map(ToString::to_string).collect(),
        sizes: decoded
            .sizes
            .into_iter()
            .map(|(width, height)| format!("{width}x{height}"))
            .collect(),
        mjd_range: (first <= last).then_some([first, last]),
        problems,
        recognised: recognised
            .into_iter()
            .map(|(path, rule)| Recognition { path, rule })
            .collect(),
    }
}

#[derive(Default)]
struct Decoded {
    count: usize,
    roles: BTreeSet<Role>,
    sizes: BTreeSet<(usize, usize)>,
}

/// All stamps, those of one file side by side.
fn stamps_by_file(catalogue: &Catalogue) -> Vec<StampRef> {
    let epochs = catalogue
        .iter()
        .flat_map(|(_, candidate)| &candidate.epochs);
    let mut stamps: Vec<StampRef> = epochs.flat_map(|epoch| epoch.stamps.clone()).collect();
    // Numbers are handed out in file order; an archive is then read once from start to end.
    stamps.sort_by_key(|stamp| stamp.id);
    stamps
}

fn decode_all(stamps: &mut [StampRef], decoder: &Decoder, problems: &mut Vec<Problem>) -> Decoded {
    let mut decoded = Decoded::default();
    for batch in stamps.chunks(BATCH) {
        for (wanted, (_, result)) in batch.iter().zip(decoder.decode(batch)) {
            match result {
                Ok(stamp) => {
                    decoded.count += 1;
                    decoded.roles.insert(wanted.role);
                    decoded.sizes.insert((stamp.width, stamp.height));
                }
                Err(problem) => problems.push(problem),
            }
        }
    }
    decoded
}

impl Inspection {
    /// The same as text for people.
    pub fn report(&self) -> String {
        use std::fmt::Write as _;
        let mut text = String::new();
        let mut line = |name: &str, value: &str| {
            if !value.is_empty() {
                // Writing to a String never fails.
                writeln!(text, "{name:<11}{value}").unwrap_or_default();
            }
        };
        let shown = |path: &Path| path.display().to_string();
        for Recognition { path, rule } in &self.recognised {
            line("recognised", &format!("{}: {rule}", shown(path)));
        }
        let roles: Vec<_> = self.roles.iter().map(|role| role.name()).collect();
        line("objects", &self.objects.to_string());
        line("epochs", &self.epochs.to_string());
        line("stamps", &self.stamps.to_string());
        line("roles", &roles.join(", "));
        line("bands", &self.bands.join(", "));
        line("sizes", &self.sizes.join(", "));
        if let Some([first, last]) = self.mjd_range {
            line("mjd", &format!("{first:.5} to {last:.5}"));
        }
        for note in &self.notes {
            line("note", note);
        }
        for problem in &self.problems {
            line("problem", &problem.to_string());
        }
        text
    }
}
