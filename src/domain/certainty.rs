//! How much a predicted class is worth: whether anything is seen yet, and the set of classes that an object may be.

use crate::text;

/// The share of objects of each class whose set holds it, unless the user wants another.
pub const USUAL_LEVEL: f64 = 0.9;

/// How much a predicted class is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Certainty {
    /// It is not known: nothing was calibrated, or the stamps were not looked at yet.
    #[default]
    Unknown,
    /// Nothing is seen up to this epoch: the class is what the model expects without looking.
    Unseen,
    /// The set has that class alone.
    One,
    /// The set has so many classes.
    Several(usize),
}

/// What is known of an object up to an epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownClasses<'a> {
    /// Whether anything is seen; none where that is not known.
    pub is_seen: Option<bool>,
    /// The classes that it may be, the likeliest first; none where nothing was calibrated.
    pub set: Option<Vec<&'a str>>,
}

impl KnownClasses<'_> {
    /// In short.
    pub fn certainty(&self) -> Certainty {
        match (self.is_seen, self.set.as_ref().map(Vec::len)) {
            (Some(false), _) => Certainty::Unseen,
            (_, Some(1)) => Certainty::One,
            (_, Some(count)) => Certainty::Several(count),
            (_, None) => Certainty::Unknown,
        }
    }

    /// "Supernova or Asteroid, undecided", "nothing is seen yet: Supernova or Asteroid", "Supernova": in the user's
    /// names of the classes. None where it is not known.
    pub fn in_words(&self, title: impl Fn(&str) -> String) -> Option<String> {
        /// More classes than these are counted, not named.
        const MOST_NAMED: usize = 3;
        let set = self.set.as_deref().unwrap_or_default();
        let mut names: Vec<String> = set.iter().map(|class| title(class)).collect();
        let classes = match names.len() {
            0 => String::new(),
            1..=MOST_NAMED => {
                let last = names.pop().unwrap_or_default();
                if names.is_empty() {
                    last
                } else {
                    text!("{classes} or {last}", classes = names.join(", "), last)
                }
            }
            count => text!(
                "{class} or one of {count} others",
                class = names[0],
                count = count - 1
            ),
        };
        match self.certainty() {
            Certainty::Unknown => None,
            Certainty::Unseen if classes.is_empty() => Some(text!("nothing is seen yet").into()),
            Certainty::Unseen => Some(text!("nothing is seen yet: {classes}", classes)),
            Certainty::One => Some(classes),
            Certainty::Several(_) => Some(text!("{classes}, undecided", classes)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(is_seen: Option<bool>, set: Option<&[&'static str]>) -> Option<String> {
        let known = KnownClasses {
            is_seen,
            set: set.map(<[_]>::to_vec),
        };
        known.in_words(str::to_uppercase)
    }

    #[test]
    fn what_is_known_is_put_into_words() {
        for (is_seen, set, expected) in [
            (Some(true), Some(&["sn"][..]), Some("SN")),
            (None, Some(&["sn", "ast"]), Some("SN or AST, undecided")),
            (
                Some(true),
                Some(&["sn", "ast", "gal"]),
                Some("SN, AST or GAL, undecided"),
            ),
            (
                Some(true),
                Some(&["sn", "ast", "gal", "rr"]),
                Some("SN or one of 3 others, undecided"),
            ),
            (
                Some(false),
                Some(&["sn", "ast"]),
                Some("nothing is seen yet: SN or AST"),
            ),
            (Some(false), None, Some("nothing is seen yet")),
            (Some(true), None, None),
        ] {
            assert_eq!(words(is_seen, set).as_deref(), expected);
        }
    }
}
