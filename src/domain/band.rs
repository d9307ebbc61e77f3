//! Photometric bands.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use super::canonical::{Canonical, variant};

/// A photometric band: one of the six of Sloan and Rubin, or any other by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Band {
    /// Ultraviolet, about 360 nm.
    U,
    /// Green, about 480 nm.
    G,
    /// Red, about 620 nm.
    R,
    /// Near infrared, about 755 nm.
    I,
    /// Near infrared, about 870 nm.
    Z,
    /// Near infrared, about 1000 nm.
    Y,
    /// Any other filter, by the name the data use.
    Other(Arc<str>),
}

impl Band {
    /// The band a filter name stands for: `g`, `G`, `ztfg`, `g DECam SDSS c0001 …`.
    pub fn from_name(name: &str) -> Option<Self> {
        let trimmed = name.trim();
        let first = trimmed.split_whitespace().next()?;
        let lower = first.to_ascii_lowercase();
        let core = ["ztf", "lsst", "sdss", "ps1", "decam"]
            .iter()
            .find_map(|survey| lower.strip_prefix(survey))
            .unwrap_or(&lower)
            .trim_matches(['_', '-', '.', ':']);
        Some(match core {
            "u" => Self::U,
            "g" => Self::G,
            "r" => Self::R,
            "i" => Self::I,
            "z" => Self::Z,
            "y" => Self::Y,
            _ => Self::Other(first.into()),
        })
    }

    /// The band of a ZTF filter identifier (`fid`: 1 g, 2 r, 3 i).
    pub fn from_ztf_fid(fid: i64) -> Option<Self> {
        match fid {
            1 => Some(Self::G),
            2 => Some(Self::R),
            3 => Some(Self::I),
            _ => None,
        }
    }

    /// The ZTF filter identifier of this band, where there is one.
    pub fn ztf_fid(&self) -> Option<i64> {
        match self {
            Self::G => Some(1),
            Self::R => Some(2),
            Self::I => Some(3),
            _ => None,
        }
    }

    /// The name as astronomers write it.
    pub fn name(&self) -> &str {
        match self {
            Self::U => "u",
            Self::G => "g",
            Self::R => "r",
            Self::I => "i",
            Self::Z => "z",
            Self::Y => "y",
            Self::Other(name) => name,
        }
    }
}

impl Canonical for Band {
    fn write(&self, text: &mut String) {
        text.push_str(match self {
            Self::U => "U",
            Self::G => "G",
            Self::R => "R",
            Self::I => "I",
            Self::Z => "Z",
            Self::Y => "Y",
            Self::Other(name) => return variant(text, "Other", name),
        });
    }
}

impl fmt::Display for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Band;

    #[test]
    fn survey_spellings_name_the_same_band() {
        for name in [
            "g",
            "G",
            "ztfg",
            "g DECam SDSS c0001 4720.0 1520.0",
            "lsst_g",
        ] {
            assert_eq!(Band::from_name(name), Some(Band::G), "{name}");
        }
        assert_eq!(Band::from_name("F606W"), Some(Band::Other("F606W".into())));
        assert_eq!(Band::from_name("  "), None);
    }
}
