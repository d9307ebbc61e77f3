//! When an exposure was taken, from the keywords of a header.
//!
//! A modified Julian date comes first, then a Julian date, then a date with its time of the day, in one
//! keyword or two. A date without any time of the day is no time: midnight would be a guess. The scale
//! is that of `TIMESYS`, or of the keyword where it names one, else UTC.

use super::header::{Header, sexagesimal};
use crate::domain::{Mjd, TimeScale};

const MJD: [&str; 14] = [
    "MJD-OBS", "MJD_OBS", "MJDOBS", "OBSMJD", "MJD", "MJD-AVG", "MJD-MID", "MJD_MID", "MJDMID",
    "MJD-BEG", "MJD-STR", "MJDSTART", "EXPSTART", "MJD-STA",
];
const MJD_TAI: [&str; 4] = ["MIDPOINTMJDTAI", "MIDPOINTTAI", "MJDTAI", "MJD-TAI"];
const JD: [&str; 7] = [
    "JD", "OBSJD", "JD-OBS", "JD_OBS", "JDOBS", "JD-MID", "JUL-DATE",
];
const BARYCENTRIC_JD: [&str; 5] = ["BJD", "BJD-OBS", "BJD_OBS", "BJD_TDB", "HJD"];
const DATE: [&str; 9] = [
    "DATE-OBS", "DATE_OBS", "DATEOBS", "DATE-BEG", "DATE-AVG", "DATE-MID", "UTC-DATE", "UT-DATE",
    "UTDATE",
];
const TIME: [&str; 16] = [
    "TIME-OBS", "TIME_OBS", "TIMEOBS", "UTC-OBS", "UTC_OBS", "UTCOBS", "UT-OBS", "UT", "UTC",
    "UTSHUT", "UTSTART", "UTC-BEG", "UT-START", "TIME-BEG", "EXPSTRT", "UT_START",
];

/// A Julian date before this is none: 16 November 1858.
const FIRST_JD: f64 = 2_400_000.5;

/// Time of the exposure.
pub fn mjd(header: &Header) -> Option<Mjd> {
    let scale = header
        .text("TIMESYS")
        .and_then(|name| TimeScale::from_name(&name));
    let scale = scale.unwrap_or_default();
    let days = header.first_number(&MJD).and_then(of_number);
    let tai = || Some(of_number(header.first_number(&MJD_TAI)?)?.counted_in(TimeScale::Tai));
    let jd = || {
        header
            .first_number(&JD)
            .filter(|jd| *jd > FIRST_JD)
            .and_then(Mjd::from_jd)
    };
    if let Some(mjd) = days.or_else(jd) {
        return Some(mjd.counted_in(scale));
    }
    let date = || Some(of_date(header)?.counted_in(scale));
    let barycentric = || {
        let jd = header.first_number(&BARYCENTRIC_JD)?;
        Some(of_number(jd)?.counted_in(TimeScale::Barycentric))
    };
    tai().or_else(date).or_else(barycentric)
}

/// A Julian date in the place of a modified one is seen by its size.
fn of_number(days: f64) -> Option<Mjd> {
    if days > FIRST_JD {
        return Mjd::from_jd(days);
    }
    // 0 stands for "unknown".
    Mjd::new(days).filter(|mjd| mjd.days() != 0.0)
}

fn of_date(header: &Header) -> Option<Mjd> {
    DATE.iter().find_map(|name| {
        let text = header.text(name)?;
        let (date, time) = match text.split_once(['T', ' ']) {
            Some((date, time)) => (date, Some(time.to_owned())),
            None => (&*text, None),
        };
        let days = days_of(date)?;
        let of_day = match time {
            Some(time) => {
                let (time, ahead) = offset(&time)?;
                day_fraction(time)? - ahead
            }
            None => TIME.iter().find_map(|name| time_of_day(header, name))?,
        };
        Mjd::new(days + of_day)
    })
}

/// The part of a day in a keyword of its own: sexagesimal, or hours, or seconds as ESO writes them.
fn time_of_day(header: &Header, name: &str) -> Option<f64> {
    if let Some(number) = header.number(name) {
        return if (0.0..24.0).contains(&number) {
            Some(number / 24.0)
        } else {
            (24.0..86_400.0)
                .contains(&number)
                .then(|| number / 86_400.0)
        };
    }
    let text = header.text(name)?;
    // Some write the whole moment here.
    let time = text.rsplit_once('T').map_or(&*text, |(_, time)| time);
    day_fraction(time.trim_end_matches('Z'))
}

/// The time of the day without its offset from UTC at the end (`Z`, `+00:00`, `-0300`), and that in days.
fn offset(time: &str) -> Option<(&str, f64)> {
    let time = time.trim_end_matches('Z').trim_end();
    let Some(at) = time.rfind(['+', '-']) else {
        return Some((time, 0.0));
    };
    let (moment, offset) = time.split_at(at);
    let sign = if offset.starts_with('-') { -1.0 } else { 1.0 };
    let digits: Vec<&str> = match &offset[1..] {
        digits if digits.len() == 4 && digits.is_ascii() => vec![&digits[..2], &digits[2..]],
        digits => digits.split(':').collect(),
    };
    let number = |text: &&str| text.parse::<u8>().ok().map(f64::from);
    let hours = match &digits[..] {
        [hours] => number(hours)?,
        [hours, minutes] => number(hours)? + number(minutes)? / 60.0,
        _ => return None,
    };
    (hours <= 14.0).then_some((moment.trim_end(), sign * hours / 24.0))
}

fn day_fraction(time: &str) -> Option<f64> {
    let hours = sexagesimal(time)
        // A leap second: the last moment of its minute.
        .or_else(|| sexagesimal(&format!("{}:60", time.split_once(":60.")?.0)))?;
    (0.0..=24.0).contains(&hours).then(|| hours / 24.0)
}

/// The modified Julian date of the midnight that a date begins with: `2015-02-17`, `2015/02/17`, or the
/// old `17/02/98` of the years up to 1999.
fn days_of(date: &str) -> Option<f64> {
    let parts: Vec<&str> = date.trim().split(['-', '/']).collect();
    let [first, month, last] = parts[..] else {
        return None;
    };
    let number = |text: &str| text.trim().parse::<i16>().ok();
    let (year, day) = match (first.len(), last.len(), date.contains('/')) {
        (4, _, _) => (number(first)?, number(last)?),
        (1 | 2, 4, true) => (number(last)?, number(first)?),
        (1 | 2, 2, true) => (1900 + number(last)?, number(first)?),
        _ => return None,
    };
    let (month, day) = (i8::try_from(number(month)?).ok()?, i8::try_from(day).ok()?);
    let date = jiff::civil::Date::new(year, month, day).ok()?;
    let zero = jiff::civil::date(1858, 11, 17);
    let days = zero.until(date).ok()?.get_days();
    Some(f64::from(days))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time_of(cards: &[(&str, &str)]) -> Option<Mjd> {
        mjd(&Header::of(cards))
    }

    #[test]
    fn every_way_of_writing_a_moment_gives_it() {
        // 2015-02-17T03:39:53.5 (astropy: 57070.152702546).
        for cards in [
            &[("MJD-OBS", "57070.152702546296")][..],
            &[("MJD-OBS", "'57070.152702546296'")],
            &[("MJD-OBS", "2457070.6527025463")],
            &[("JD", "2457070.6527025463")],
            &[("DATE-OBS", "'2015-02-17T03:39:53.5'")],
            &[("DATE-OBS", "'2015-02-17T03:39:53.5Z'")],
            &[("DATE-OBS", "'2015-02-17 03:39:53.5'")],
            &[("DATE_OBS", "'2015-02-17T03:39:53.5'")],
            &[("DATE-OBS", "'2015-02-17'"), ("TIME-OBS", "'03:39:53.5'")],
            &[("DATE-OBS", "'2015-02-17'"), ("UT", "'03:39:53.5'")],
            &[("DATE-OBS", "'2015/02/17'"), ("UTC-OBS", "'03:39:53.5'")],
            &[("DATE-OBS", "'17/02/2015'"), ("UTSHUT", "'03:39:53.5'")],
            &[("DATE-OBS", "'2015-02-17'"), ("UTC", "13193.5")],
            &[("DATE-OBS", "'2015-02-17'"), ("UT", "3.664861111111111")],
            &[("DATE-BEG", "'2015-02-17T03:39:53.5'")],
            &[("DATE-OBS", "'2015-02-17T03:39:53.5+00:00'")],
            &[("DATE-OBS", "'2015-02-17 00:39:53.5-0300'")],
            &[("DATE-OBS", "'2015-02-17T05:09:53.5 +01:30'")],
        ] {
            let mjd = time_of(cards).map(Mjd::days);
            assert!(
                mjd.is_some_and(|mjd| (mjd - 57_070.152_702_546_3).abs() < 1e-9),
                "{cards:?} {mjd:?}"
            );
        }
        let leap = time_of(&[("DATE-OBS", "'2016-12-31T23:59:60.5'")]);
        assert_eq!(leap, Mjd::new(57_754.0));
        let old = time_of(&[("DATE-OBS", "'17/02/98'"), ("TIME-OBS", "'12:00:00'")]);
        assert_eq!(old, Mjd::new(50_861.5));
    }

    #[test]
    fn a_date_alone_and_nonsense_are_no_time() {
        for cards in [
            &[("DATE-OBS", "'2015-02-17'")][..],
            &[("DATE-OBS", "'2015-02-30T00:00:00'")],
            &[("DATE-OBS", "'2015-02-17T99:00:00'")],
            &[("MJD-OBS", "NaN")],
            &[("MJD-OBS", "0.0")],
            &[("DATE", "'2015-02-17T03:39:53.5'")],
        ] {
            assert_eq!(time_of(cards), None, "{cards:?}");
        }
    }

    #[test]
    fn the_scale_is_kept_beside_the_time() {
        let scale = |cards: &[(&str, &str)]| time_of(cards).map(Mjd::scale);
        assert_eq!(scale(&[("MJD", "60000.5")]), Some(TimeScale::Utc));
        assert_eq!(
            scale(&[("MJD", "60000.5"), ("TIMESYS", "'TAI     '")]),
            Some(TimeScale::Tai)
        );
        assert_eq!(scale(&[("BJD", "2460000.5")]), Some(TimeScale::Barycentric));
        let tai = time_of(&[("MJD", "60000.5"), ("TIMESYS", "'TAI'")]).unwrap();
        assert!((tai.days() - 60_000.5).abs() < 1e-12);
        assert!((tai.utc_days() - 60_000.5 + 37.0 / 86_400.0).abs() < 1e-9);
    }
}
