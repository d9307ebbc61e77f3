//! Class shares set by hand: a small TOML file.

use std::collections::BTreeMap;

use super::class_shares::{ClassShares, ShareSource};
use crate::domain::class_of;

/// Shares out of TOML: a line a class, `supernova = 0.1`; classes that are not named do not occur. Numbers need
/// not sum to 1: counts do as well. Names are understood as in tables of labels.
///
/// # Errors
/// A sentence that names the file and the cause.
pub fn parse(file: &str, text: &str, classes: &[String]) -> Result<ClassShares, String> {
    let refused = |why: String| format!("{file}: {why}");
    let given: BTreeMap<String, f64> =
        toml::from_str(text).map_err(|error| refused(format!("no class shares: {error}")))?;
    let mut shares = vec![0.0; classes.len()];
    for (name, share) in &given {
        let class = class_of(name, classes).ok_or_else(|| {
            let known = classes.join(", ");
            refused(format!("{name} is no class of this model; it has {known}"))
        })?;
        if !(share.is_finite() && *share >= 0.0) {
            return Err(refused(format!(
                "the share of {name} is {share}; it cannot be negative"
            )));
        }
        shares[class] += share;
    }
    if shares.iter().sum::<f64>() <= 0.0 {
        return Err(refused("no class has a share above 0".into()));
    }
    Ok(ClassShares::exact(ShareSource::ByHand, &shares))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_and_slips_are_named() {
        let classes = ["supernova", "galaxy", "asteroid"].map(String::from);
        let read = parse("a.toml", "supernova = 30\nasteroid = 10", &classes).unwrap();
        assert_eq!(read.shares, [0.75, 0.0, 0.25]);
        assert_eq!(read.occurs, [true, false, true]);
        for (text, expected) in [
            (
                "quasar = 1",
                "a.toml: quasar is no class of this model; it has supernova, galaxy, asteroid",
            ),
            (
                "galaxy = -1",
                "a.toml: the share of galaxy is -1; it cannot be negative",
            ),
            ("galaxy = 0", "a.toml: no class has a share above 0"),
        ] {
            assert_eq!(parse("a.toml", text, &classes).unwrap_err(), expected);
        }
        assert!(
            parse("a.toml", "galaxy", &classes)
                .unwrap_err()
                .starts_with("a.toml: no class")
        );
    }
}
