//! A share with its uncertainty, in words: never below 0, never above 100 %.

use super::measure::Measure;
use crate::text;

/// The interval of Wilson (1927) of one standard deviation about a share of so many, 0 to 1.
pub fn wilson(share: f64, count: f64) -> [f64; 2] {
    let middle = (share + 0.5 / count) / (1.0 + 1.0 / count);
    let variance = share * (1.0 - share) / count + 0.25 / (count * count);
    let half = variance.sqrt() / (1.0 + 1.0 / count);
    [(middle - half).max(0.0), (middle + half).min(1.0)]
}

/// The interval of one standard error about a share, 0 to 1: on both sides of it where that has space, else Wilson's about
/// a share of as many as have this error.
pub fn interval(share: f64, error: f64) -> [f64; 2] {
    if fits(share, error) {
        return [(share - error).max(0.0), (share + error).min(1.0)];
    }
    wilson(share.clamp(0.0, 1.0), count_with(share, error))
}

/// The interval where one standard error on both sides would leave 0 to 1; none where ± is right.
pub fn uneven(share: f64, error: f64) -> Option<[f64; 2]> {
    (!fits(share, error)).then(|| interval(share, error))
}

fn fits(share: f64, error: f64) -> bool {
    /// Of sums of rounded numbers.
    const ROUNDING: f64 = 1e-9;
    share - error >= -ROUNDING && share + error <= 1.0 + ROUNDING
}

/// Of how many a share has this standard error, where (k + 1) / (n + 2) stands for it: so errors of few right ones are made
/// here (`DomainFigures`, `Confusion::accuracy_with_error`).
fn count_with(share: f64, error: f64) -> f64 {
    let excess = |count: f64| {
        let share = (share * count + 1.0) / (count + 2.0);
        error * error * count - share * (1.0 - share)
    };
    let [mut few, mut many] = [1e-2_f64, 1e12];
    for _ in 0..100 {
        let between = (few * many).sqrt();
        if excess(between) < 0.0 {
            few = between;
        } else {
            many = between;
        }
    }
    few
}

/// How a share is written: as percent or as it is, with so many digits.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    pub scale: f64,
    pub unit: &'static str,
    pub digits: usize,
}

impl Style {
    /// "97.8 ± 0.8 %".
    pub const PERCENT: Self = Self {
        scale: 100.0,
        unit: " %",
        digits: 1,
    };
    /// "0.978 ± 0.008".
    pub const PLAIN: Self = Self {
        scale: 1.0,
        unit: "",
        digits: 3,
    };

    /// As figures of an evaluation are written on the screen.
    pub const fn of(measure: Measure) -> Self {
        if measure.is_percent() {
            Self::PERCENT
        } else {
            Self::PLAIN
        }
    }
}

/// "97.8 ± 0.8 %"; "100.0 % (88.2 to 100.0 %)" where one standard error on both sides would leave 0 to 100 %.
pub fn in_words(share: f64, error: Option<f64>, style: Style) -> String {
    let Style {
        scale,
        unit,
        digits,
    } = style;
    let number = |value: f64| format!("{:.digits$}", scale * value);
    match error.filter(|error| error.is_finite()) {
        None => format!("{}{unit}", number(share)),
        Some(error) if fits(share, error) => {
            format!("{} ± {}{unit}", number(share), number(error))
        }
        Some(error) => {
            let [low, high] = interval(share, error).map(number);
            let share = number(share);
            text!(
                "{share}{unit} ({low} to {high}{unit})",
                share,
                unit,
                low,
                high
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Five of five and one of one, by Wilson's formula: n / (n + 1).
    #[test]
    fn where_all_are_right_the_interval_ends_at_one() {
        for count in [1.0_f64, 5.0, 300.0] {
            let share = (count + 1.0) / (count + 2.0);
            let error = (share * (1.0 - share) / count).sqrt();
            let [low, high] = interval(1.0, error);
            assert!((low - count / (count + 1.0)).abs() < 1e-6, "{low}");
            assert!((high - 1.0).abs() < 1e-12);
            let [none, few] = interval(0.0, error);
            assert!(none.abs() < 1e-12 && (few - 1.0 / (count + 1.0)).abs() < 1e-6);
        }
    }

    #[test]
    fn words_stay_between_nothing_and_all() {
        for (share, error, words) in [
            (0.978, Some(0.008), "97.8 ± 0.8 %"),
            (0.9, Some(0.1), "90.0 ± 10.0 %"),
            (0.5, None, "50.0 %"),
        ] {
            assert_eq!(in_words(share, error, Style::PERCENT), words);
        }
        for share in [0.0, 0.004, 0.03, 0.95, 0.99, 1.0] {
            let [low, high] = interval(share, 0.13);
            assert!(low >= 0.0 && low <= share && share <= high && high <= 1.0);
            let words = in_words(share, Some(0.13), Style::PERCENT);
            assert!(words.contains(" % (") && !words.contains('±'), "{words}");
        }
        assert_eq!(in_words(0.993, Some(0.006), Style::PLAIN), "0.993 ± 0.006");
    }
}
