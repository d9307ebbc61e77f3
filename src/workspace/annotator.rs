//! Who labels: the name given, else the one the system knows.

/// The name given; else `$USER` or `$LOGNAME` (`%USERNAME%`), else "unknown".
pub fn annotator(given: Option<&str>) -> String {
    let is_name = |name: &String| !name.trim().is_empty();
    let from_system = || {
        ["USER", "LOGNAME", "USERNAME"]
            .iter()
            .filter_map(|variable| std::env::var(variable).ok())
            .find(is_name)
    };
    given
        .map(ToOwned::to_owned)
        .filter(is_name)
        .or_else(from_system)
        .unwrap_or_else(|| "unknown".into())
}

#[cfg(test)]
mod tests {
    use super::annotator;

    #[test]
    fn a_given_name_counts_and_there_is_always_one() {
        assert_eq!(annotator(Some("ana")), "ana");
        assert!(!annotator(Some(" ")).trim().is_empty());
        assert!(!annotator(None).is_empty());
    }
}
