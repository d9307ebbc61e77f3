//! Keys: which chord asks for which action, and what the user changed.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::action::{ACTIONS, Action};

/// One key with its modifiers, written `Ctrl+Shift+Z`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Chord {
    /// Ctrl (Command on a Mac).
    pub ctrl: bool,
    /// Shift; not counted for keys that are typed with it, such as `?`.
    pub shift: bool,
    pub alt: bool,
    /// The key's name: `A`, `1`, `ArrowLeft`, `[`, `Space`.
    pub key: String,
}

impl FromStr for Chord {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut chord = Self {
            ctrl: false,
            shift: false,
            alt: false,
            key: String::new(),
        };
        let mut rest = text.trim();
        while let Some((head, tail)) = rest.split_once('+').filter(|(_, tail)| !tail.is_empty()) {
            match head.trim().to_ascii_lowercase().as_str() {
                "ctrl" | "cmd" | "command" => chord.ctrl = true,
                "shift" => chord.shift = true,
                "alt" => chord.alt = true,
                other => return Err(format!("{other} is no modifier: use Ctrl, Shift or Alt")),
            }
            rest = tail.trim();
        }
        if rest.is_empty() {
            return Err(format!("{text:?} names no key"));
        }
        chord.key = if rest.chars().count() == 1 {
            rest.to_uppercase()
        } else {
            rest.to_owned()
        };
        Ok(chord)
    }
}

impl TryFrom<String> for Chord {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Chord> for String {
    fn from(chord: Chord) -> Self {
        chord.to_string()
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (is_held, name) in [
            (self.ctrl, "Ctrl+"),
            (self.alt, "Alt+"),
            (self.shift, "Shift+"),
        ] {
            if is_held {
                f.write_str(name)?;
            }
        }
        f.write_str(match self.key.as_str() {
            "ArrowLeft" => "←",
            "ArrowRight" => "→",
            "ArrowUp" => "↑",
            "ArrowDown" => "↓",
            "Comma" => ",",
            "Period" => ".",
            "Equals" => "=",
            "Minus" => "-",
            "Plus" => "+",
            "Slash" => "/",
            "Backslash" => "\\",
            "Semicolon" => ";",
            "Quote" => "'",
            "Backtick" => "`",
            "OpenBracket" => "[",
            "CloseBracket" => "]",
            "Questionmark" => "?",
            other => other,
        })
    }
}

/// The keys of every action.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyMap {
    /// Only what the user changed; everything else has the keys of the table.
    changed: BTreeMap<Action, Vec<Chord>>,
}

impl KeyMap {
    pub fn chords(&self, action: Action) -> Vec<Chord> {
        self.changed.get(&action).cloned().unwrap_or_else(|| {
            action
                .info()
                .keys
                .iter()
                .filter_map(|key| key.parse().ok())
                .collect()
        })
    }

    /// The first chord in words, for buttons and menus; empty where there is none.
    pub fn hint(&self, action: Action) -> String {
        self.chords(action)
            .first()
            .map(ToString::to_string)
            .unwrap_or_default()
    }

    pub fn action(&self, chord: &Chord) -> Option<Action> {
        ACTIONS
            .iter()
            .map(|info| info.action)
            .find(|action| self.chords(*action).contains(chord))
    }

    /// Gives an action this one chord, taking it from whichever action had it.
    pub fn assign(&mut self, action: Action, chord: Chord) {
        if let Some(holder) = self.action(&chord).filter(|holder| *holder != action) {
            let mut left = self.chords(holder);
            left.retain(|other| *other != chord);
            self.changed.insert(holder, left);
        }
        self.changed.insert(action, vec![chord]);
    }

    /// Back to the keys of the table, for all actions.
    pub fn reset(&mut self) {
        self.changed.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chord(text: &str) -> Chord {
        text.parse().unwrap()
    }

    #[test]
    fn chords_are_read_and_written() {
        let undo = chord("ctrl+shift+z");
        assert!(undo.ctrl && undo.shift && !undo.alt);
        assert_eq!(undo.to_string(), "Ctrl+Shift+Z");
        assert_eq!(
            chord("["),
            Chord {
                ctrl: false,
                shift: false,
                alt: false,
                key: "[".into()
            }
        );
        assert!("Hyper+Z".parse::<Chord>().is_err());
        assert!("".parse::<Chord>().is_err());
    }

    #[test]
    fn a_key_given_to_another_action_is_taken_from_the_first() {
        let mut keys = KeyMap::default();
        assert_eq!(keys.action(&chord("U")), Some(Action::Unsure));
        keys.assign(Action::NextUnlabelled, chord("U"));
        assert_eq!(keys.action(&chord("U")), Some(Action::NextUnlabelled));
        assert!(keys.chords(Action::Unsure).is_empty());
        keys.reset();
        assert_eq!(keys.action(&chord("U")), Some(Action::Unsure));
    }

    #[test]
    fn changed_keys_survive_the_settings_file() {
        let mut keys = KeyMap::default();
        keys.assign(Action::Flag, chord("Ctrl+G"));
        let text = toml::to_string(&keys).unwrap();
        assert_eq!(toml::from_str::<KeyMap>(&text).unwrap(), keys);
    }
}
