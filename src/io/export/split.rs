//! Which part of a training set an object belongs to: decided by its identifier alone, so that
//! one object is never in two parts, and the same in every export with the same seed.

use crate::domain::fnv::drawn;

/// Part of a training set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// To learn from.
    Train,
    /// To choose by.
    Validation,
    /// To report on.
    Test,
}

impl Part {
    /// The name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

/// How objects are divided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Split {
    /// Another seed gives another division.
    pub seed: u64,
    /// Share of objects for validation.
    pub validation: f64,
    /// Share of objects for the test.
    pub test: f64,
}

impl Default for Split {
    fn default() -> Self {
        Self {
            seed: 0,
            validation: 0.1,
            test: 0.1,
        }
    }
}

impl Split {
    /// The part of the object of that identifier.
    ///
    /// u = hash / 2^64 in [0, 1), where the hash is FNV-1a (64 bits) over the seed's eight
    /// little-endian bytes and the identifier, finished by MurmurHash3's `fmix64`; test where
    /// u < test, validation where u < test + validation, else train.
    pub fn part(&self, id: &str) -> Part {
        let bytes = self.seed.to_le_bytes().into_iter().chain(id.bytes());
        let hash = drawn(bytes);
        // 53 bits fill a double exactly.
        let u = (hash >> 11) as f64 / (1_u64 << 53) as f64;
        if u < self.test {
            Part::Test
        } else if u < self.test + self.validation {
            Part::Validation
        } else {
            Part::Train
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_come_out_and_stay_the_same() {
        let split = Split::default();
        let ids: Vec<_> = (0..20_000).map(|n| format!("ZTF18aa{n:05}")).collect();
        let count = |part| ids.iter().filter(|id| split.part(id) == part).count() as f64;
        for (part, share) in [
            (Part::Train, 0.8),
            (Part::Validation, 0.1),
            (Part::Test, 0.1),
        ] {
            // Five standard deviations of a binomial of 20,000.
            assert!((count(part) / 20_000.0 - share).abs() < 0.015, "{part:?}");
        }
        // Exports that exist were divided so.
        assert_eq!(split.part("ZTF18aa00000"), Part::Train);
        assert_eq!(split.part("ZTF18aa00009"), Part::Validation);
        assert_eq!(split.part("ZTF18aa00015"), Part::Test);
        let other = Split { seed: 1, ..split };
        assert!(ids.iter().any(|id| split.part(id) != other.part(id)));
    }
}
