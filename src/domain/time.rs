//! Times: astronomical (MJD) and of the clock on the wall (UTC microseconds).

use serde::{Deserialize, Serialize};

use super::canonical::{Canonical, variant};

/// In which scale a time is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TimeScale {
    /// Coordinated Universal Time: what surveys mean where they name none.
    #[default]
    Utc,
    /// International Atomic Time, as Rubin counts.
    Tai,
    /// Terrestrial Time: TAI and 32.184 s. Barycentric Dynamical Time is the same within 2 ms.
    Tt,
    /// Time of the Global Positioning System: TAI less 19 s.
    Gps,
    /// Julian date of the barycentre of the solar system, as the data have it: up to 8 minutes from the
    /// time on Earth, which depends on the position.
    Barycentric,
}

/// Modified Julian Date in days, in the time scale of the data (ZTF UTC, Rubin TAI).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "f64", into = "f64")]
pub struct Mjd {
    days: f64,
    scale: TimeScale,
}

impl From<f64> for Mjd {
    fn from(days: f64) -> Self {
        Self {
            days,
            scale: TimeScale::Utc,
        }
    }
}

impl From<Mjd> for f64 {
    fn from(mjd: Mjd) -> Self {
        mjd.days
    }
}

impl PartialOrd for Mjd {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.utc_days().partial_cmp(&other.utc_days())
    }
}

impl Mjd {
    /// From a modified Julian date in UTC; none where it is not a finite number.
    pub fn new(days: f64) -> Option<Self> {
        days.is_finite().then(|| days.into())
    }

    /// From a Julian date: JD = MJD + 2400000.5.
    pub fn from_jd(jd: f64) -> Option<Self> {
        Self::new(jd - 2_400_000.5)
    }

    /// The same number of days, counted in that scale.
    #[must_use]
    pub const fn counted_in(self, scale: TimeScale) -> Self {
        Self { scale, ..self }
    }

    /// Days, in the scale of the data.
    pub const fn days(self) -> f64 {
        self.days
    }

    /// The scale of the data.
    pub const fn scale(self) -> TimeScale {
        self.scale
    }

    /// Days in UTC: where times of several surveys stand on one axis.
    pub fn utc_days(self) -> f64 {
        let to_tai_s = match self.scale {
            TimeScale::Utc | TimeScale::Barycentric => return self.days,
            TimeScale::Tai => 0.0,
            TimeScale::Tt => -32.184,
            TimeScale::Gps => 19.0,
        };
        let tai = self.days + to_tai_s / SECONDS_PER_DAY;
        // The day of the step is named in UTC: half a minute does not matter but for that second.
        tai - tai_minus_utc_s(tai - tai_minus_utc_s(tai) / SECONDS_PER_DAY) / SECONDS_PER_DAY
    }

    /// Julian date in days.
    pub fn jd(self) -> f64 {
        self.days + 2_400_000.5
    }
}

impl TimeScale {
    /// The name as FITS writes it (`TIMESYS`).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utc => "UTC",
            Self::Tai => "TAI",
            Self::Tt => "TT",
            Self::Gps => "GPS",
            Self::Barycentric => "BJD",
        }
    }

    /// The scale of a `TIMESYS`.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_uppercase();
        Some(match name.split('(').next().unwrap_or_default() {
            "UTC" | "UT" | "UT1" | "GMT" => Self::Utc,
            "TAI" | "IAT" => Self::Tai,
            "TT" | "TDT" | "ET" | "TDB" | "TCG" | "TCB" => Self::Tt,
            "GPS" => Self::Gps,
            "BJD" => Self::Barycentric,
            _ => return None,
        })
    }
}

/// TAI - UTC in seconds at a UTC date: 10 s on 1 January 1972 and 27 leap seconds since (IERS
/// Bulletin C; none is announced). Before 1972 the first value is taken.
fn tai_minus_utc_s(mjd: f64) -> f64 {
    const LEAPS: [f64; 27] = [
        41_499.0, 41_683.0, 42_048.0, 42_413.0, 42_778.0, 43_144.0, 43_509.0, 43_874.0, 44_239.0,
        44_786.0, 45_151.0, 45_516.0, 46_247.0, 47_161.0, 47_892.0, 48_257.0, 48_804.0, 49_169.0,
        49_534.0, 50_083.0, 50_630.0, 51_179.0, 53_736.0, 54_832.0, 56_109.0, 57_204.0, 57_754.0,
    ];
    10.0 + LEAPS.iter().filter(|day| mjd >= **day).count() as f64
}

impl Canonical for Mjd {
    fn write(&self, text: &mut String) {
        variant(text, "Mjd", &self.days);
    }
}

/// A moment of the wall clock: microseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// Modified Julian date of 1970-01-01T00:00:00 UTC.
const UNIX_EPOCH_MJD: f64 = 40_587.0;
const SECONDS_PER_DAY: f64 = 86_400.0;
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
    use super::{Mjd, TimeScale, Timestamp, tai_minus_utc_s};

    #[test]
    fn scales_meet_in_utc() {
        // 2025-12-01: TAI is 37 s ahead.
        let seconds = |scale| {
            let mjd = Mjd::new(61_010.25).unwrap().counted_in(scale);
            assert!((mjd.days() - 61_010.25).abs() < 1e-12);
            (mjd.utc_days() - 61_010.25) * 86_400.0
        };
        for (scale, expected) in [
            (TimeScale::Utc, 0.0),
            (TimeScale::Tai, -37.0),
            (TimeScale::Tt, -69.184),
            (TimeScale::Gps, -18.0),
            (TimeScale::Barycentric, 0.0),
        ] {
            assert!((seconds(scale) - expected).abs() < 1e-5, "{scale:?}");
        }
        // The last second before 2017 and the first after it.
        for (mjd, expected) in [
            (57_753.999, 36.0),
            (57_754.0, 37.0),
            (41_317.0, 10.0),
            (51_544.0, 32.0),
        ] {
            assert!((tai_minus_utc_s(mjd) - expected).abs() < 1e-9, "{mjd}");
        }
        assert_eq!(TimeScale::from_name(" tai "), Some(TimeScale::Tai));
        assert_eq!(TimeScale::from_name("LOCAL"), None);
    }

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
