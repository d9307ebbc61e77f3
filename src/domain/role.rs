//! What a stamp shows: the part it plays in a candidate's epoch.

use serde::{Deserialize, Serialize};

use super::canonical::canonical_words;
use crate::english;

/// The role of one stamp within an epoch.
///
/// The order is the order on screen: science, reference, difference come first, always in
/// that order, then what can be derived from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The new image ("science", "new", "search").
    Science,
    /// The deep or earlier image ("reference", "template").
    Reference,
    /// Science minus reference, or the reverse: see `DifferenceSign`.
    Difference,
    /// Difference divided by its standard deviation.
    Snr,
    /// Pixel variance of the science image, in its unit squared.
    Variance,
    /// Point-spread function: the share of a source's light on each pixel; wings beyond the stamp may
    /// be missing from the sum of 1.
    Psf,
}

impl Role {
    /// All roles in screen order.
    pub const ALL: [Self; 6] = [
        Self::Science,
        Self::Reference,
        Self::Difference,
        Self::Snr,
        Self::Variance,
        Self::Psf,
    ];

    /// The name used in files, on the command line and in exports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Science => english!("science"),
            Self::Reference => english!("reference"),
            Self::Difference => english!("difference"),
            Self::Snr => "snr",
            Self::Variance => english!("variance"),
            Self::Psf => "psf",
        }
    }

    /// A three-letter name for narrow places.
    pub const fn short(self) -> &'static str {
        match self {
            Self::Science => english!("sci"),
            Self::Reference => english!("ref"),
            Self::Difference => english!("dif"),
            Self::Snr => "S/N",
            Self::Variance => english!("var"),
            Self::Psf => "psf",
        }
    }

    /// True where zero has a meaning of its own and limits are symmetric about it.
    pub const fn is_signed(self) -> bool {
        matches!(self, Self::Difference | Self::Snr)
    }

    /// The role a name in a file stands for: an `EXTNAME`, a file-name suffix, a cutout field.
    ///
    /// Case, a leading `cutout` and a trailing number are ignored; the aliases are those of
    /// the surveys (SCI, NEW, TEMPL, SUB, …).
    pub fn from_alias(name: &str) -> Option<Self> {
        let lower = name.trim().to_ascii_lowercase();
        let word = lower
            .strip_prefix("cutout")
            .unwrap_or(&lower)
            .trim_matches('_')
            .trim_end_matches(|c: char| c.is_ascii_digit());
        Some(match word.trim_end_matches('_') {
            "science" | "sci" | "new" | "search" | "srch" | "image" | "img" | "target"
            | "sciimg" | "scienceimage" => Self::Science,
            "reference" | "ref" | "templ" | "template" | "tmpl" | "tpl" | "temp" | "refimg"
            | "referenceimage" | "templateimage" => Self::Reference,
            "difference" | "diff" | "dif" | "sub" | "subtraction" | "residual" | "diffim"
            | "diffimg" | "scimrefdiffimg" | "differenceimage" => Self::Difference,
            "snr" | "sn" | "significance" | "scorr" => Self::Snr,
            "variance" | "var" | "uncert" => Self::Variance,
            "psf" | "psfimage" => Self::Psf,
            _ => return None,
        })
    }
}

canonical_words!(Role {
    Science: "Science",
    Reference: "Reference",
    Difference: "Difference",
    Snr: "Snr",
    Variance: "Variance",
    Psf: "Psf",
});

#[cfg(test)]
mod tests {
    use super::Role;

    #[test]
    fn aliases_of_the_surveys_are_understood() {
        for (name, role) in [
            ("SCI", Role::Science),
            ("cutoutTemplate", Role::Reference),
            ("cutout_difference", Role::Difference),
            ("SUB", Role::Difference),
            ("UNCERT", Role::Variance),
            ("PSFIMAGE", Role::Psf),
            ("DIFF2", Role::Difference),
            ("sciimg", Role::Science),
            ("scimrefdiffimg", Role::Difference),
            ("refimg", Role::Reference),
            ("DIFFIM", Role::Difference),
        ] {
            assert_eq!(Role::from_alias(name), Some(role), "{name}");
        }
        assert_eq!(Role::from_alias("EPOCHS"), None);
        assert_eq!(Role::from_alias(""), None);
    }

    #[test]
    fn every_role_understands_its_own_name() {
        for role in Role::ALL {
            assert_eq!(Role::from_alias(role.name()), Some(role));
        }
    }
}
