//! The language of the window. English texts stand in the source, inside [`text!`](crate::text); those of other
//! languages in one file each, `assets/languages/`, found by the English one.
//!
//! Only the window chooses a language: command line, log, tables, reports, errors (why a file could not be read, that a
//! task broke off) and Problems are in English always, as are names of classes, which are data.

use std::{
    borrow::Cow,
    cell::Cell,
    collections::HashMap,
    fmt::Display,
    sync::{
        LazyLock,
        atomic::{AtomicBool, Ordering},
    },
};

use serde::{Deserialize, Serialize};

use crate::text;

/// Texts by the English ones.
type Texts = HashMap<String, String>;

/// True while the window is in Spanish.
static IS_SPANISH: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// True while this thread makes what is in English always.
    static IN_ENGLISH: Cell<bool> = const { Cell::new(false) };
}

static SPANISH: LazyLock<Texts> = LazyLock::new(|| {
    // A test reads the file: where it could not be read, the window would be in English.
    read(include_str!("../../assets/languages/es.toml")).unwrap_or_default()
});

/// What the user wants to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// That of the system where destello has it, else English.
    #[default]
    System,
    English,
    Spanish,
}

impl Language {
    /// All choices, in the order of the settings.
    pub const ALL: [Self; 3] = [Self::System, Self::English, Self::Spanish];

    /// Its name in itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => text!("as the system"),
            Self::English => "English",
            Self::Spanish => "Español",
        }
    }

    fn is_spanish(self, system: &str) -> bool {
        match self {
            Self::System => is_spanish(system),
            Self::English => false,
            Self::Spanish => true,
        }
    }
}

/// Whether a name such as `es-CL` or `es_ES.UTF-8` stands for Spanish.
fn is_spanish(locale: &str) -> bool {
    let language = locale.split(['-', '_', '.']).next();
    language.is_some_and(|code| code.eq_ignore_ascii_case("es"))
}

/// From now on texts are in that language; the system's has a name such as `es-CL`.
pub fn choose(language: Language, system: &str) {
    IS_SPANISH.store(language.is_spanish(system), Ordering::Relaxed);
}

/// Makes something in English, whatever the language of the window: sentences of the window that a file has too.
pub fn in_english<T>(make: impl FnOnce() -> T) -> T {
    struct Before(bool);
    impl Drop for Before {
        fn drop(&mut self) {
            IN_ENGLISH.set(self.0);
        }
    }
    let _before = Before(IN_ENGLISH.replace(true));
    make()
}

fn is_now_spanish() -> bool {
    IS_SPANISH.load(Ordering::Relaxed) && !IN_ENGLISH.get()
}

/// An English text in the language of the window; itself where that has none for it.
pub fn translated(english: &str) -> Cow<'_, str> {
    if is_now_spanish()
        && let Some(spanish) = SPANISH.get(english)
    {
        return Cow::Borrowed(spanish.as_str());
    }
    Cow::Borrowed(english)
}

/// The same for a text that lives as long as the program.
pub fn translated_static(english: &'static str) -> &'static str {
    if is_now_spanish() {
        SPANISH.get(english).map_or(english, String::as_str)
    } else {
        english
    }
}

/// A text with `{name}` in it, in the language of the window, with a value in the place of each name.
pub fn filled(english: &'static str, values: &[(&str, &dyn Display)]) -> String {
    fill(translated_static(english), values)
}

fn fill(mut rest: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut whole = String::new();
    while let Some((before, from)) = rest.split_once('{') {
        whole.push_str(before);
        let Some((name, after)) = from.split_once('}') else {
            whole.push('{');
            rest = from;
            break;
        };
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => {
                whole.push_str(&value.to_string());
            }
            None => {
                whole.extend(["{", name, "}"]);
            }
        }
        rest = after;
    }
    whole.push_str(rest);
    whole
}

/// The texts of a file of a language: `"English" = "other"`, in tables that only order them.
///
/// # Errors
/// Where it is no TOML of that form, or one text has two translations.
pub fn read(toml: &str) -> anyhow::Result<Texts> {
    let parts: std::collections::BTreeMap<String, Texts> = toml::from_str(toml)?;
    let mut all = Texts::new();
    for (english, other) in parts.into_values().flatten() {
        if all.get(&english).is_some_and(|known| *known != other) {
            anyhow::bail!("“{english}” has two translations");
        }
        all.insert(english, other);
    }
    Ok(all)
}

/// A text of the window in its language, from the English one: `text!("Settings")` is a `&'static str`,
/// `text!("{count} of {all}", count = 3, all = 7)`, or with variables of those names `text!("{count} of {all}", count, all)`,
/// is a `String`. Values have their format before: `share = format_args!("{share:.1}")`.
#[macro_export]
macro_rules! text {
    ($english:literal) => {
        $crate::language::translated_static($english)
    };
    ($english:literal, $($name:ident $(= $value:expr)?),+ $(,)?) => {
        $crate::language::filled($english, &[$((stringify!($name), &$crate::text!(@value $name $(= $value)?))),+])
    };
    (@value $name:ident) => { $name };
    (@value $name:ident = $value:expr) => { $value };
}

/// An English text that is translated where it is shown ([`translated_static`]): for tables that are made before the
/// language is known.
#[macro_export]
macro_rules! english {
    ($english:literal) => {
        $english
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_places_choose_a_language() {
        for (name, is) in [
            ("es", true),
            ("es-CL", true),
            ("ES_es.UTF-8", true),
            ("en-US", false),
            ("est-EE", false),
            ("C", false),
        ] {
            assert_eq!(is_spanish(name), is, "{name}");
        }
    }

    #[test]
    fn what_is_made_in_english_ends() {
        let both = in_english(|| [IN_ENGLISH.get(), in_english(|| IN_ENGLISH.get())]);
        assert_eq!(both, [true, true]);
        assert!(std::panic::catch_unwind(|| in_english(|| panic!("on purpose"))).is_err());
        assert!(!IN_ENGLISH.get());
    }

    #[test]
    fn values_stand_where_their_names_stood() {
        let values: [(&str, &dyn Display); 2] = [("count", &3), ("all", &"{count}")];
        assert_eq!(fill("{count} of {all}", &values), "3 of {count}");
        assert_eq!(fill("de {all}, {count}", &values), "de {count}, 3");
        assert_eq!(fill("{what} {", &values), "{what} {");
        assert_eq!(fill("", &values), "");
        let count = 3;
        assert_eq!(text!("{count} of {all}", count, all = 2 + 2), "3 of 4");
    }

    #[test]
    fn files_of_a_language_are_read_and_contradictions_are_refused() {
        let texts =
            read("[a]\n\"Quit\" = \"Salir\"\n[b]\n\"Open\" = \"Abrir\"\n\"Quit\" = \"Salir\"")
                .unwrap();
        assert_eq!(texts.len(), 2);
        assert!(read("[a]\n\"Quit\" = \"Salir\"\n[b]\n\"Quit\" = \"Irse\"").is_err());
        assert!(read("\"Quit\" = \"Salir\"").is_err());
    }
}
