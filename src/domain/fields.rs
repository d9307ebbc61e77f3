//! Header cards, table columns and packet fields of a candidate or an epoch, kept small.

use std::sync::Arc;

/// One value of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldValue {
    /// A number; NaN where the file has none.
    Number(f64),
    /// A text, or an integer too long for a double: identifiers stay exact.
    Text(Arc<str>),
}

impl FieldValue {
    /// The number, also of a text that reads as one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(value) => Some(*value),
            Self::Text(text) => text.trim().parse().ok(),
        }
    }
}

impl std::fmt::Display for FieldValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(value) => write!(f, "{value}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// Named values. Names of numbers are shared between all epochs of one kind of file, so that
/// a hundred packet fields cost eight bytes each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields {
    names: Arc<[Arc<str>]>,
    numbers: Box<[f64]>,
    texts: Box<[(Arc<str>, Arc<str>)]>,
}

impl Fields {
    /// From number columns (`names` and `numbers` in the same order) and texts.
    ///
    /// Surplus names or numbers are dropped; callers share `names` between epochs.
    pub fn new(
        names: Arc<[Arc<str>]>,
        mut numbers: Vec<f64>,
        texts: Vec<(Arc<str>, Arc<str>)>,
    ) -> Self {
        numbers.truncate(names.len());
        Self {
            names,
            numbers: numbers.into(),
            texts: texts.into(),
        }
    }

    /// The number of that name; none where there is no such number field or it is NaN.
    pub fn number(&self, name: &str) -> Option<f64> {
        let at = self
            .names
            .iter()
            .position(|known| known.eq_ignore_ascii_case(name))?;
        self.numbers
            .get(at)
            .copied()
            .filter(|value| !value.is_nan())
    }

    /// The text of that name.
    pub fn text(&self, name: &str) -> Option<&Arc<str>> {
        self.texts
            .iter()
            .find_map(|(known, value)| known.eq_ignore_ascii_case(name).then_some(value))
    }

    /// True where there is a field of that name, with a value or without.
    pub fn has(&self, name: &str) -> bool {
        let mut names = self.names.iter();
        names.any(|known| known.eq_ignore_ascii_case(name)) || self.text(name).is_some()
    }

    /// True where both share one list of names and neither has texts: what one lacks both lack.
    pub fn has_names_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.names, &other.names) && self.texts.is_empty() && other.texts.is_empty()
    }

    /// The value of that name, whatever its type.
    pub fn get(&self, name: &str) -> Option<FieldValue> {
        self.number(name)
            .map(FieldValue::Number)
            .or_else(|| self.text(name).cloned().map(FieldValue::Text))
    }

    /// All fields, numbers first, in file order.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, FieldValue)> {
        let numbers = self.names.iter().zip(self.numbers.iter());
        let texts = self.texts.iter();
        numbers
            .map(|(name, value)| (name, FieldValue::Number(*value)))
            .chain(texts.map(|(name, value)| (name, FieldValue::Text(value.clone()))))
    }

    /// True where there is nothing.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty() && self.texts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_stay_exact_and_missing_numbers_are_none() {
        let fields = Fields::new(
            Arc::from([Arc::from("rb"), Arc::from("drb")]),
            vec![0.5, f64::NAN],
            vec![("candid".into(), "1127174604415015005".into())],
        );
        assert_eq!(fields.number("RB"), Some(0.5));
        assert_eq!(fields.get("drb"), None);
        assert_eq!(
            fields.text("candid").map(|id| &**id),
            Some("1127174604415015005")
        );
        assert_eq!(fields.iter().count(), 3);
    }
}
