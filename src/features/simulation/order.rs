//! What a person orders of the simulator: plain values, as typed or clicked.

use std::path::{Path, PathBuf};

use super::simulator::{Prepared, is_file};
use crate::{domain::Role, io::fingerprint::Fingerprint, simulate::RECIPE};

/// What is simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Image sequences of seven classes.
    Sequences,
    /// Triplets of real and bogus detections.
    Triplets,
}

impl Kind {
    /// Name on the command line and in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sequences => "sequences",
            Self::Triplets => "triplets",
        }
    }

    /// The roles that are made where none are named.
    pub const fn usual_roles(self) -> &'static [Role] {
        match self {
            Self::Sequences => &[Role::Science],
            Self::Triplets => &[Role::Science, Role::Reference, Role::Difference],
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimulationOrder {
    pub kind: Kind,
    /// A survey that comes with the program, or a file ending in `.toml`.
    pub survey: String,
    pub templates: Option<PathBuf>,
    /// Classes of sequences, or kinds of triplets (`real`, `bogus` or finer); empty for all.
    pub classes: Vec<String>,
    pub roles: Vec<Role>,
    /// How many candidates.
    pub count: u64,
    pub seed: u64,
    pub out: PathBuf,
}

impl SimulationOrder {
    /// The survey in a word: `hits2015`, or the stem of its file.
    pub fn survey_word(&self) -> String {
        let path = Path::new(&self.survey);
        let stem = if is_file(&self.survey) {
            path.file_stem()
        } else {
            path.file_name()
        };
        let stem = stem.unwrap_or_default().to_string_lossy().to_lowercase();
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        stem.chars().map(plain).collect()
    }

    /// All that decides the bytes of the files, for the manifest. Threads do not.
    pub(crate) fn table(&self, prepared: &Prepared) -> toml::Table {
        let roles: Vec<_> = self.roles.iter().map(|role| role.name()).collect();
        let mut table = toml::Table::new();
        let mut put = |name: &str, value: toml::Value| table.insert(name.into(), value);
        put("kind", self.kind.name().into());
        put("recipe", i64::from(RECIPE).into());
        put("survey", self.survey_word().into());
        put(
            "survey_fingerprint",
            prepared.survey_fingerprint.clone().into(),
        );
        put(
            "templates_fingerprint",
            prepared.templates_fingerprint.clone().into(),
        );
        put("classes", self.classes.clone().into());
        put("roles", roles.into());
        // TOML has signed integers only.
        put("count", self.count.to_string().into());
        put("seed", self.seed.to_string().into());
        table
    }
}

/// How the candidates of a folder are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Naming {
    prefix: String,
    digits: usize,
    count: u64,
}

impl Naming {
    /// Names that sort as the numbers do, and that two simulations do not share.
    pub fn new(prefix: String, count: u64) -> Self {
        Self {
            prefix,
            digits: count.saturating_sub(1).to_string().len().max(6),
            count,
        }
    }

    /// The names of an order: survey, kind and seed, and where it is no plain one a mark of what it
    /// names beside them, so that other candidates have other names.
    pub fn of(order: &SimulationOrder, prepared: &Prepared) -> Self {
        let letter = match order.kind {
            Kind::Sequences => 's',
            Kind::Triplets => 't',
        };
        let mut prefix = format!("{}-{letter}{}", order.survey_word(), order.seed);
        let is_plain =
            order.classes.is_empty() && order.templates.is_none() && !is_file(&order.survey);
        if !is_plain {
            let mut mark = Fingerprint::default();
            for class in &order.classes {
                mark.add(class.as_bytes());
            }
            mark.add(prepared.templates_fingerprint.as_bytes());
            mark.add(prepared.survey_fingerprint.as_bytes());
            prefix = format!("{prefix}-{:04x}", mark.get() & 0xffff);
        }
        Self::new(prefix, order.count)
    }

    /// Identifier of a candidate.
    pub fn id(&self, index: u64) -> String {
        let digits = self.digits;
        format!("{}-{index:0digits$}", self.prefix)
    }

    pub fn file(&self, index: u64) -> String {
        format!("{}.fits", self.id(index))
    }

    /// The candidate that a file of that name holds.
    pub fn index(&self, file: &str) -> Option<u64> {
        let number = file.strip_prefix(&*self.prefix)?.strip_prefix('-')?;
        let index = number.strip_suffix(".fits")?.parse().ok()?;
        (index < self.count && self.file(index) == file).then_some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_numbers() {
        let naming = Naming::new("hits2015-s7".into(), 20_000_000);
        assert_eq!(naming.file(42), "hits2015-s7-00000042.fits");
        assert_eq!(naming.index("hits2015-s7-00000042.fits"), Some(42));
        for other in [
            "hits2015-s7-42.fits",
            "hits2015-s7-99000042.fits",
            "hits2015-s8-00000042.fits",
            "truth.csv",
        ] {
            assert_eq!(naming.index(other), None, "{other}");
        }
    }

    #[test]
    fn a_survey_file_gives_its_stem() {
        let order = |survey: &str| SimulationOrder {
            kind: Kind::Sequences,
            survey: survey.into(),
            templates: None,
            classes: Vec::new(),
            roles: Vec::new(),
            count: 1,
            seed: 1,
            out: PathBuf::new(),
        };
        assert_eq!(order("/a/My sky v1.2.toml").survey_word(), "my_sky_v1_2");
        assert_eq!(order("hits2015").survey_word(), "hits2015");
    }
}
