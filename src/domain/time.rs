//! Times: astronomical (MJD) and of the clock on the wall (UTC microseconds).

use serde::{Deserialize, Serialize};

use super::canonical::{Canonical, variant};

/// Modified Julian Date in days, in the time scale of the data (ZTF UTC, Rubin TAI).
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
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

impl Canonical for Mjd {
    fn write(&self, text: &mut String) {
        variant(text, "Mjd", &self.0);
    }
}

/// A moment of the wall clock: microseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// Modified Julian date of 1970-01-01T00:00:00 UTC.
const UNIX_EPOCH_MJD: f64 = 40_587.0;
const MICROSECONDS_PER_DAY: f64 = 86_400e6;

impl Timestamp {
    /// From ISO 8601: `2026-11-22T13:51:57.123456Z`, with any offset, or without one in UTC;
    /// a date alone is its midnight. Digits below the microsecond are dropped.
    pub fn from_iso(text: &str) -> Option<Self> {
        let text = text.trim();
        let with_offset = text.parse::<jiff::Timestamp>().ok();
        let time = with_offset.or_else(|| {
            let civil = text.parse::<jiff::civil::DateTime>().ok()?;
            let zoned = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
            Some(zoned.timestamp())
        })?;
        Some(Self(time.as_microsecond()))
    }

    /// From a modified Julian date in UTC, to the nearest microsecond.
    pub fn from_mjd_utc(mjd: Mjd) -> Self {
        Self(((mjd.days() - UNIX_EPOCH_MJD) * MICROSECONDS_PER_DAY).round() as i64)
    }
}

impl std::fmt::Display for Timestamp {
    /// ISO 8601 in UTC with all six digits of the microsecond: `2026-11-22T13:51:57.000000Z`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(time) => write!(f, "{time:.6}"),
            // Outside of the years -9999 to 9999 there is no calendar: the number says it.
            Err(_) => write!(f, "{} us", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Mjd, Timestamp};

    #[test]
    fn wall_clock_times_survive_as_text_to_the_microsecond() {
        for microseconds in [0, 1, 1_795_355_517_123_456, -1, 1_795_355_517_000_000] {
            let time = Timestamp(microseconds);
            assert_eq!(Timestamp::from_iso(&time.to_string()), Some(time));
        }
        assert_eq!(Timestamp(0).to_string(), "1970-01-01T00:00:00.000000Z");
    }

    #[test]
    fn usual_spellings_of_a_time_are_understood() {
        let noon = Timestamp::from_iso("2026-11-22T12:00:00Z");
        assert!(noon.is_some());
        for text in [
            "2026-11-22 12:00:00",
            "2026-11-22T13:00:00+01:00",
            " 2026-11-22T12:00 ",
            "2026-11-22T12:00:00.0000004Z",
        ] {
            assert_eq!(Timestamp::from_iso(text), noon, "{text}");
        }
        let midnight = Timestamp::from_iso("2026-11-22");
        assert_eq!(midnight, Timestamp::from_iso("2026-11-22T00:00:00Z"));
        assert_eq!(Timestamp::from_iso("yesterday"), None);
        let mjd = Mjd::new(61_366.5).unwrap();
        assert_eq!(Some(Timestamp::from_mjd_utc(mjd)), noon);
    }

    #[test]
    fn julian_dates_convert_both_ways() {
        let mjd = Mjd::from_jd(2_458_881.674_606_5).unwrap();
        assert!((mjd.days() - 58_881.174_606_5).abs() < 1e-6);
        assert!((mjd.jd() - 2_458_881.674_606_5).abs() < 1e-6);
        assert_eq!(Mjd::new(f64::NAN), None);
    }
}
