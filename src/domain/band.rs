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
    /// The band a filter name stands for: `g`, `ztfg`, `zg`, `gp`, `SDSS r`, `HSC-G`, `r_03`,
    /// `g.00000`, `LSST_z`, `g DECam SDSS c0001 …`. A name that is not known stays as it is.
    pub fn from_name(name: &str) -> Option<Self> {
        let whole = name.trim();
        if NOTHING.contains(&&*whole.to_ascii_lowercase()) {
            return None;
        }
        let words = whole.split(|c: char| c.is_whitespace() || "_-.:/".contains(c));
        let words = words.filter(|word| !word.is_empty());
        // Surveys, and codes with digits, say nothing of the band.
        let mut rest = words.filter(|word| !is_survey(word)).peekable();
        let Some(&first) = rest.peek() else {
            return (!whole.is_empty()).then(|| Self::Other(whole.into()));
        };
        let is_alone = rest
            .skip(1)
            .all(|word| word.bytes().any(|byte| byte.is_ascii_digit()));
        if let Some(band) = Self::from_letter(first).filter(|_| is_alone) {
            return Some(band);
        }
        let is_decam = whole.contains(" DECam ");
        let is_w = first.eq_ignore_ascii_case("w");
        let name = match &*whole.to_ascii_lowercase() {
            "cyan" => "c",
            "orange" => "o",
            _ if is_alone && (is_decam || is_w || is_survey_of_other(whole)) => first,
            _ => whole,
        };
        Some(Self::Other(name.into()))
    }

    /// One letter, perhaps with the mark of a survey or of a primed system.
    fn from_letter(word: &str) -> Option<Self> {
        let lower = word.trim_end_matches('\'').to_ascii_lowercase();
        let core = SURVEYS
            .iter()
            .find_map(|survey| lower.strip_prefix(survey))
            .unwrap_or(&lower);
        Some(match core {
            "u" | "up" | "zu" => Self::U,
            "g" | "gp" | "zg" => Self::G,
            "r" | "rp" | "zr" | "r2" => Self::R,
            "i" | "ip" | "zi" | "i2" => Self::I,
            "z" | "zp" | "zs" => Self::Z,
            "y" | "yp" => Self::Y,
            _ => return None,
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

/// What programs write where they know no filter.
const NOTHING: [&str; 8] = ["none", "null", "nan", "n/a", "na", "unknown", "-", "--"];

/// Names of surveys and cameras that stand before or behind a filter.
const SURVEYS: [&str; 18] = [
    "ztf",
    "lsst",
    "sdss",
    "ps1",
    "panstarrs",
    "decam",
    "des",
    "hsc",
    "atlas",
    "skymapper",
    "lsstcam",
    "lsstcomcam",
    "comcam",
    "megacam",
    "megaprime",
    "sloan",
    "goto",
    "blackgem",
];

fn is_survey(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    SURVEYS.contains(&&*lower) || matches!(&*lower, "filter" | "band" | "prime" | "pan" | "starrs")
}

/// ATLAS has filters of its own, of one letter.
fn is_survey_of_other(name: &str) -> bool {
    name.to_ascii_lowercase().starts_with("atlas")
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
            "g.00000",
            "gp",
            "g'",
            "zg",
            "HSC-G",
            "SDSS g",
            "g_01",
            "DECam g",
            "LSST_g",
            "g.MP9401",
            "PS1 g",
            "sdss_g",
            "g-band",
        ] {
            assert_eq!(Band::from_name(name), Some(Band::G), "{name}");
        }
        for (name, other) in [
            ("ATLAS o", "o"),
            ("ATLAS-c", "c"),
            ("cyan", "c"),
            ("Orange", "o"),
            ("PS1 w", "w"),
            ("w.00000", "w"),
            ("VR DECam c0007 6300.0 2600.0", "VR"),
            ("Bessell R", "Bessell R"),
            ("Gaia G", "Gaia G"),
            ("NB921", "NB921"),
            ("g+r", "g+r"),
            ("LSST", "LSST"),
        ] {
            assert_eq!(
                Band::from_name(name),
                Some(Band::Other(other.into())),
                "{name}"
            );
        }
        assert_eq!(Band::from_name("r_03"), Some(Band::R));
        assert_eq!(Band::from_name("HSC-I2"), Some(Band::I));
        assert_eq!(Band::from_name("F606W"), Some(Band::Other("F606W".into())));
        for nothing in ["  ", "None", "N/A", "unknown", "--"] {
            assert_eq!(Band::from_name(nothing), None);
        }
    }
}
