//! Numbers, names and plurals as people read them.

use crate::language::translated;

/// A duration for people.
pub fn duration(seconds: f64) -> String {
    if seconds < 90.0 {
        format!("{seconds:.0} s")
    } else if seconds < 5400.0 {
        format!("{:.0} min", seconds / 60.0)
    } else {
        format!("{:.1} h", seconds / 3600.0)
    }
}

/// A number with its thousands apart: `20,000`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with so many digits after the point; what is rounded to nothing has no sign.
pub fn rounded(number: f64, digits: usize) -> String {
    let text = format!("{number:.digits$}");
    match text.strip_prefix('-') {
        Some(size) if size.chars().all(|c| matches!(c, '0' | '.')) => size.to_owned(),
        _ => text,
    }
}

/// So many things: `1 member`, `2,000 members`.
pub fn counted(number: u64, thing: &str) -> String {
    let number_text = thousands(number);
    if number == 1 {
        return format!("{number_text} {}", translated(thing));
    }
    format!("{number_text} {}", translated(&format!("{thing}s")))
}

/// A class for so many objects: "supernovae", "galaxies", "RR Lyrae".
pub fn plural(title: &str, count: usize) -> String {
    /// Words of the field that are the same for many.
    const SAME: [&str; 6] = ["RR Lyrae", "bogus", "real", "AGN", "QSO", "Bogus"];
    let lower = title.to_lowercase();
    if count == 1 || SAME.iter().any(|same| same.to_lowercase() == lower) {
        return title.into();
    }
    if lower.ends_with("nova") {
        return format!("{title}e");
    }
    if let Some(stem) = lower.ends_with('y').then(|| &title[..title.len() - 1])
        && !stem.ends_with(['a', 'e', 'o', 'u'])
    {
        return format!("{stem}ies");
    }
    if lower.ends_with('s') || lower.ends_with(|c: char| !c.is_alphabetic()) {
        return title.into();
    }
    format!("{title}s")
}

/// A name on one line and of at most that many letters: the middle of a long one is left out.
/// Signs that have no shape, or turn the direction of writing, become `?`.
pub fn short(text: &str, most: usize) -> String {
    let is_unsafe = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
            || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffd}')
    };
    let letters: Vec<char> = text
        .chars()
        .map(|c| if is_unsafe(c) { '?' } else { c })
        .collect();
    if letters.len() <= most {
        return letters.into_iter().collect();
    }
    let kept = most.saturating_sub(1);
    // The end tells more: number and ending of a file stand there.
    let head = kept / 2;
    let tail = letters.len() - (kept - head);
    let (head, tail) = (letters[..head].iter(), letters[tail..].iter());
    head.chain(&['…']).chain(tail).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_has_no_sign() {
        for (number, digits, text) in [
            (-0.000_2, 3, "0.000"),
            (-0.0, 0, "0"),
            (-0.000_500_1, 3, "-0.001"),
            (1.5, 1, "1.5"),
        ] {
            assert_eq!(rounded(number, digits), text);
        }
    }

    #[test]
    fn one_is_singular() {
        assert_eq!(counted(1, "member"), "1 member");
        assert_eq!(counted(0, "member"), "0 members");
        assert_eq!(counted(12_000, "member"), "12,000 members");
    }

    #[test]
    fn long_and_strange_names_fit_on_one_line() {
        assert_eq!(short("night.fits", 10), "night.fits");
        assert_eq!(short("a-long-night.fits", 10), "a-lo….fits");
        assert_eq!(short("éééééé", 3), "é…é");
        assert_eq!(short("a\nb\u{202e}c\u{fffd}", 9), "a?b?c?");
        assert_eq!(short("abc", 0), "…");
        assert_eq!(short("", 0), "");
    }

    #[test]
    fn classes_have_plurals() {
        for (one, many) in [
            ("Supernova", "Supernovae"),
            ("Galaxy", "Galaxies"),
            ("RR Lyrae", "RR Lyrae"),
            ("Eclipsing binary", "Eclipsing binaries"),
            ("Asteroid", "Asteroids"),
            ("bogus", "bogus"),
            ("SN Ia-91bg", "SN Ia-91bgs"),
        ] {
            assert_eq!(
                (plural(one, 1).as_str(), plural(one, 2)),
                (one, many.into())
            );
        }
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            [1, 999, 1000, 1_234_567].map(thousands),
            ["1", "999", "1,000", "1,234,567"]
        );
        assert_eq!(
            [5.4, 300.0, 9000.0].map(duration),
            ["5 s", "5 min", "2.5 h"]
        );
    }
}
