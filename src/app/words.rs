//! Numbers as people read them.

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

#[cfg(test)]
mod tests {
    use super::*;

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
