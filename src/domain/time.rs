//! Times: astronomical (MJD) and of the clock on the wall (UTC microseconds).

use serde::{Deserialize, Serialize};

/// Modified Julian Date in days, in the time scale of the data (ZTF UTC, Rubin TAI).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mjd(f64);

impl Mjd {
    /// From a modified Julian date; none where it is not a finite number.
    pub fn new(days: f64) -> Option<Self> {
        days.is_finite().then_some(Self(days))
    }

    /// From a Julian date: JD = MJD + 2400000.5.
    pub fn from_jd(jd: f64) -> Option<Self> {
        Self::new(jd - 2_400_000.5)
    }

    /// Days.
    pub const fn days(self) -> f64 {
        self.0
    }

    /// Julian date in days.
    pub fn jd(self) -> f64 {
        self.0 + 2_400_000.5
    }
}

/// A moment of the wall clock: microseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

#[cfg(test)]
mod tests {
    use super::Mjd;

    #[test]
    fn julian_dates_convert_both_ways() {
        let mjd = Mjd::from_jd(2_458_881.674_606_5).unwrap();
        assert!((mjd.days() - 58_881.174_606_5).abs() < 1e-6);
        assert!((mjd.jd() - 2_458_881.674_606_5).abs() < 1e-6);
        assert_eq!(Mjd::new(f64::NAN), None);
    }
}
