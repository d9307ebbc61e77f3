//! The text that identifiers are made of, layout 1.
//!
//! A version of a model is called by a hash of its weights and of a text about its inputs; a
//! checkpoint holds the text of the order that it belongs to; simulated candidates and manifests
//! hold a hash of the text of their survey. Projects, settings and files hold those identifiers, so
//! the same thing must have the same text in every version of the program.
//!
//! The rule is therefore: **layout 1 is frozen, and an identifier never changes.** The text is
//! written by hand, word for word: each type says in its [`Canonical`] what it is called and what its
//! fields are called, and these are words of the layout, not names of the code. To rename a type or a
//! field leaves them alone. The layout looks as Rust's `{:?}` once wrote those types, because
//! identifiers were made of that up to version 0.1.0; so identifiers of that time are those of today,
//! and no table of old names is needed.
//!
//! What is added to a type later is written only where it differs from what was meant before it was
//! there; then nothing that exists is predicted differently. Whoever cannot do without another layout
//! begins its text with `layout 2`, and makes both identifiers count where scores, versions,
//! thresholds and checkpoints are looked up.

use std::{
    fmt::{Display, LowerExp},
    path::PathBuf,
    sync::Arc,
};

/// What identifiers are made of.
pub trait Canonical {
    /// Adds its text.
    fn write(&self, text: &mut String);

    fn canonical_text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }
}

/// Adds a name with named values: `Plan { side_px: 21, channels: [Science] }`.
pub fn record(text: &mut String, name: &str, fields: &[(&str, &dyn Canonical)]) {
    text.push_str(name);
    let mut before = " { ";
    for (field, value) in fields {
        text.push_str(before);
        text.push_str(field);
        text.push_str(": ");
        value.write(text);
        before = ", ";
    }
    text.push_str(" }");
}

/// Adds a name with one value: `Some(21)`.
pub fn variant(text: &mut String, name: &str, value: &dyn Canonical) {
    text.push_str(name);
    text.push('(');
    value.write(text);
    text.push(')');
}

/// Texts one after the other, with blanks between.
pub fn words(parts: &[&dyn Canonical]) -> String {
    let texts: Vec<String> = parts.iter().map(Canonical::canonical_text).collect();
    texts.join(" ")
}

/// Makes [`Canonical`] for a structure: what the layout calls it and each of its fields.
macro_rules! canonical_record {
    ($type:ty, $name:literal { $($word:literal: $field:ident),+ $(,)? }) => {
        impl $crate::domain::canonical::Canonical for $type {
            fn write(&self, text: &mut String) {
                let Self { $($field),+ } = self;
                $crate::domain::canonical::record(text, $name, &[$(($word, $field)),+]);
            }
        }
    };
}
pub(crate) use canonical_record;

/// Makes [`Canonical`] for an enumeration without values: what the layout calls each of its members.
macro_rules! canonical_words {
    ($type:ty { $($member:ident: $word:literal),+ $(,)? }) => {
        impl $crate::domain::canonical::Canonical for $type {
            fn write(&self, text: &mut String) {
                text.push_str(match self { $(Self::$member => $word),+ });
            }
        }
    };
}
pub(crate) use canonical_words;

/// Adds the shortest decimal number that reads back as the same, with a point or an exponent.
/// Numbers nearer to 0 than `least` have an exponent.
fn number<N: Copy + Into<f64> + Display + LowerExp>(text: &mut String, value: N, least: N) {
    let size = value.into().abs();
    let written = if size == 0.0 || (least.into()..1e16).contains(&size) {
        let plain = value.to_string();
        if plain.contains('.') {
            plain
        } else {
            plain + ".0"
        }
    } else {
        format!("{value:e}")
    };
    text.push_str(&written);
}

/// Adds what stands between quotation marks.
fn quoted(text: &mut String, part: &str) {
    for c in part.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            '\0' => text.push_str("\\0"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            // Accents that belong to the character before.
            '\u{300}'..='\u{36f}' => text.extend(c.escape_unicode()),
            _ if c.is_control() => text.extend(c.escape_unicode()),
            _ => text.push(c),
        }
    }
}

fn list<T: Canonical>(text: &mut String, values: &[T]) {
    text.push('[');
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            text.push_str(", ");
        }
        value.write(text);
    }
    text.push(']');
}

impl<T: Canonical + ?Sized> Canonical for &T {
    fn write(&self, text: &mut String) {
        (**self).write(text);
    }
}

impl Canonical for bool {
    fn write(&self, text: &mut String) {
        text.push_str(if *self { "true" } else { "false" });
    }
}

impl Canonical for u64 {
    fn write(&self, text: &mut String) {
        text.push_str(&self.to_string());
    }
}

impl Canonical for usize {
    fn write(&self, text: &mut String) {
        (*self as u64).write(text);
    }
}

impl Canonical for f64 {
    fn write(&self, text: &mut String) {
        number(text, *self, 1e-4);
    }
}

impl Canonical for f32 {
    fn write(&self, text: &mut String) {
        number(text, *self, 1e-4);
    }
}

impl Canonical for str {
    fn write(&self, text: &mut String) {
        text.push('"');
        quoted(text, self);
        text.push('"');
    }
}

impl Canonical for String {
    fn write(&self, text: &mut String) {
        self.as_str().write(text);
    }
}

impl Canonical for Arc<str> {
    fn write(&self, text: &mut String) {
        (**self).write(text);
    }
}

impl Canonical for PathBuf {
    fn write(&self, text: &mut String) {
        text.push('"');
        for part in self.as_os_str().as_encoded_bytes().utf8_chunks() {
            quoted(text, part.valid());
            let bytes = part.invalid().iter();
            text.extend(bytes.map(|byte| format!("\\x{byte:02X}")));
        }
        text.push('"');
    }
}

impl<T: Canonical> Canonical for Option<T> {
    fn write(&self, text: &mut String) {
        match self {
            Some(value) => variant(text, "Some", value),
            None => text.push_str("None"),
        }
    }
}

impl<T: Canonical> Canonical for Vec<T> {
    fn write(&self, text: &mut String) {
        list(text, self);
    }
}

impl<T: Canonical> Canonical for std::collections::BTreeMap<String, T> {
    fn write(&self, text: &mut String) {
        text.push('{');
        for (at, (name, value)) in self.iter().enumerate() {
            if at > 0 {
                text.push_str(", ");
            }
            name.write(text);
            text.push_str(": ");
            value.write(text);
        }
        text.push('}');
    }
}

impl<T: Canonical, const N: usize> Canonical for [T; N] {
    fn write(&self, text: &mut String) {
        list(text, self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Identifiers are made of such texts: they must stay what they are.
    #[test]
    fn layout_1_is_frozen() {
        let number = |value: f64| value.canonical_text();
        let numbers = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-0.27, "-0.27"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e-4, "0.0001"),
            (9.9e-5, "9.9e-5"),
            (9_007_199_254_740_993.0, "9007199254740992.0"),
            (1e16, "1e16"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (value, expected) in numbers {
            assert_eq!(number(value), expected);
        }
        assert_eq!(1e-4_f32.canonical_text(), "0.0001");
        assert_eq!(0.1_f32.canonical_text(), "0.1");
        assert_eq!(7_usize.canonical_text(), "7");
        assert_eq!(u64::MAX.canonical_text(), "18446744073709551615");
        assert_eq!([true, false].canonical_text(), "[true, false]");
        assert_eq!(Vec::<u64>::new().canonical_text(), "[]");
        assert_eq!(Some(vec![0.5, 2.0]).canonical_text(), "Some([0.5, 2.0])");
        assert_eq!(None::<u64>.canonical_text(), "None");
        let text = "é e\u{301} 'a' \"b\" \\ \0\t\n\r\u{7f}";
        let written = r#""é e\u{301} 'a' \"b\" \\ \0\t\n\r\u{7f}""#;
        assert_eq!(text.canonical_text(), written);
        assert_eq!(PathBuf::from(text).canonical_text(), written);
        let mut plan = String::new();
        record(&mut plan, "Plan", &[("a", &1_u64), ("b", &"x")]);
        assert_eq!(plan, "Plan { a: 1, b: \"x\" }");
    }

    #[cfg(unix)]
    #[test]
    fn paths_that_are_no_text_differ() {
        use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
        let path = PathBuf::from(OsStr::from_bytes(b"a\xffb"));
        assert_eq!(path.canonical_text(), r#""a\xFFb""#);
    }
}
