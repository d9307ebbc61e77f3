//! Header cards, table columns and packet fields of a candidate or an epoch, kept small.

use std::sync::Arc;

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

/// Names of numbers, numbers, texts with their names.
pub type FieldParts<'a> = (&'a Arc<[Arc<str>]>, &'a [f64], &'a [(Arc<str>, Arc<str>)]);

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

    /// What [`Fields::new`] makes them of: names of numbers, numbers, texts with their names.
    pub fn parts(&self) -> FieldParts<'_> {
        (&self.names, &self.numbers, &self.texts)
    }

    /// These fields, and more behind them; of one name the new one counts.
    #[must_use]
    pub fn with(&self, more: &Self) -> Self {
        let is_new = |name: &Arc<str>| !more.has(name);
        let kept = self.names.iter().zip(self.numbers.iter());
        let kept = kept.filter(|(name, _)| is_new(name));
        let more_numbers = more.names.iter().zip(more.numbers.iter());
        let (names, numbers): (Vec<Arc<str>>, Vec<f64>) = kept
            .chain(more_numbers)
            .map(|(name, number)| (name.clone(), *number))
            .unzip();
        let texts = self.texts.iter().filter(|(name, _)| is_new(name));
        let texts = texts.chain(more.texts.iter()).cloned().collect();
        if self.is_empty() {
            // The list of names stays shared.
            return more.clone();
        }
        Self::new(names.into(), numbers, texts)
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
    fn of_one_name_the_new_value_counts() {
        let fields = |name: &str, number: f64, text: &str| {
            let texts = vec![(Arc::from("class"), Arc::from(text))];
            Fields::new(Arc::from([Arc::from(name)]), vec![number], texts)
        };
        let both = fields("g", 1.0, "old").with(&fields("r", 2.0, "new"));
        assert_eq!((both.number("g"), both.number("r")), (Some(1.0), Some(2.0)));
        assert_eq!(both.text("class").map(|text| &**text), Some("new"));
        assert_eq!(both.iter().count(), 3);
        assert_eq!(
            fields("g", 1.0, "a")
                .with(&fields("G", 2.0, "b"))
                .number("g"),
            Some(2.0)
        );
        assert_eq!(Fields::default().with(&both), both);
    }

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
