//! How stamps are drawn: recipes by role, scale lock, contrast, orientation, sign.

use serde::{Deserialize, Serialize};

use super::action::Action;
use crate::{
    domain::{DifferenceSign, Role},
    english,
    imaging::{ColorMap, LimitRule, Limits, Preset, Recipe, Stretch},
    language::translated_static,
    text,
};

/// Names and descriptions of looks: `imaging`, where they come from, knows no language.
const LOOKS: [&str; 21] = [
    english!("linear"),
    english!("log"),
    english!("sqrt"),
    english!("square"),
    english!("asinh"),
    english!("sinh"),
    english!("power"),
    english!("histogram-equal"),
    english!("above sky"),
    english!("min-max"),
    english!("percentile"),
    english!("zscale"),
    english!("sigma clip"),
    english!("manual"),
    english!("central box"),
    english!(
        "science and reference: asinh softened by the noise, from 2 sigma under each stamp's sky to 99.8 % of the pixels; difference: linear, symmetric about zero, blue fades, red brightens"
    ),
    english!("grey; science and reference up to the brightest of the central 4×4"),
    english!("reversed Blues, 0.5 to 99.95 %; asinh, difference linear"),
    english!("bone, 1 to 100 %; log, difference linear"),
    english!("grey, linear, zscale 0.25 of 600 pixels; NaN red"),
    english!("bone, linear, minimum to maximum"),
];

/// A stretch, a rule of limits or a description of a look in the language of the window.
pub fn look_in_words(english: &'static str) -> &'static str {
    debug_assert!(LOOKS.contains(&english), "{english} is not translated");
    translated_static(english)
}

/// Over what limits are found together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lock {
    /// All epochs of the object: constant scale while blinking and playing.
    #[default]
    Object,
    /// The stamps in memory at the moment of locking: one scale for the set.
    Set,
    /// Each epoch by itself.
    Free,
}

impl Lock {
    /// All, in the order of the key.
    pub const ALL: [Self; 3] = [Self::Object, Self::Set, Self::Free];

    /// The name on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Object => text!("locked over epochs"),
            Self::Set => text!("locked over the set"),
            Self::Free => text!("free"),
        }
    }
}

/// Whose limits a picture takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// As the scale lock says: for the large stamps and the strip.
    Locked,
    /// Of the shown epoch alone: for small pictures, whose other epochs are not read.
    Epoch,
}

/// Contrast and bias as DS9 has them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tweak {
    /// Slope, 1 for none.
    pub contrast: f32,
    /// Middle of the map, 0.5 for none.
    pub bias: f32,
}

impl Default for Tweak {
    fn default() -> Self {
        Self {
            contrast: 1.0,
            bias: 0.5,
        }
    }
}

/// Limits over the set: science with reference, and difference.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct SetLimits {
    /// Science and reference.
    pub plain: Option<Limits>,
    pub difference: Option<Limits>,
    /// Signal to noise.
    pub snr: Option<Limits>,
}

/// Everything that changes how stamps look. Changing it uploads no pixels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Display {
    /// The named look all recipes started from.
    pub preset: Preset,
    /// Science and reference.
    pub plain: Recipe,
    pub difference: Recipe,
    /// Signal to noise.
    pub snr: Recipe,
    /// Over what limits are found.
    pub lock: Lock,
    /// Limits of the set, where it is locked; above the sky where the rule says so.
    #[serde(rename = "limits_of_set")]
    pub set_limits: SetLimits,
    /// Contrast and bias.
    pub tweak: Tweak,
    /// Turn stamps so that north is up.
    pub is_north_up: bool,
    /// Show reference minus science as science minus reference.
    pub flips_sign: bool,
    /// Mirror the pointer in all stamps.
    pub has_crosshair: bool,
}

impl Default for Display {
    fn default() -> Self {
        Self::of(Preset::default())
    }
}

impl Display {
    pub fn of(preset: Preset) -> Self {
        Self {
            preset,
            plain: preset.recipe(Role::Science),
            difference: preset.recipe(Role::Difference),
            snr: preset.recipe(Role::Snr),
            lock: Lock::default(),
            set_limits: SetLimits::default(),
            tweak: Tweak::default(),
            is_north_up: false,
            flips_sign: true,
            has_crosshair: true,
        }
    }

    /// Takes the recipes of a preset and leaves everything else.
    pub fn use_preset(&mut self, preset: Preset) {
        let fresh = Self::of(preset);
        self.preset = preset;
        self.plain = fresh.plain;
        self.difference = fresh.difference;
        self.snr = fresh.snr;
        self.set_limits = SetLimits::default();
    }

    /// True where both find limits by the same rules.
    pub fn has_rules_of(&self, other: &Self) -> bool {
        let rules = |display: &Self| {
            let roles = [display.plain, display.difference, display.snr];
            (
                display.preset,
                roles.map(|recipe| (recipe.rule, recipe.is_symmetric)),
            )
        };
        rules(self) == rules(other)
    }

    /// Another set has other limits: a lock over the last one ends.
    pub fn unlock_set(&mut self) {
        self.set_limits = SetLimits::default();
        if self.lock == Lock::Set {
            self.lock = Lock::Object;
        }
    }

    pub fn recipe(&self, role: Role) -> Recipe {
        match role {
            Role::Science | Role::Reference => self.plain,
            Role::Difference => self.difference,
            Role::Snr => self.snr,
            Role::Variance | Role::Psf => self.preset.recipe(role),
        }
    }

    /// The recipe of a role, to change it; none for roles that have a fixed one.
    pub const fn recipe_mut(&mut self, role: Role) -> Option<&mut Recipe> {
        match role {
            Role::Science | Role::Reference => Some(&mut self.plain),
            Role::Difference => Some(&mut self.difference),
            Role::Snr => Some(&mut self.snr),
            Role::Variance | Role::Psf => None,
        }
    }

    /// True where the difference of that epoch is shown with its sign turned.
    pub fn negates(&self, role: Role, sign: DifferenceSign) -> bool {
        self.flips_sign && sign.is_turned_in(role)
    }

    pub(super) const fn limits_of_set(&self, role: Role) -> Option<Limits> {
        match role {
            Role::Science | Role::Reference => self.set_limits.plain,
            Role::Difference => self.set_limits.difference,
            Role::Snr => self.set_limits.snr,
            Role::Variance | Role::Psf => None,
        }
    }

    /// Does an action of the view menu and says what changed; none where it is not one.
    pub fn act(&mut self, action: Action) -> Option<String> {
        Some(match action {
            Action::NextPreset => {
                self.use_preset(next(&Preset::ALL, &self.preset));
                text!("look: {look}", look = self.preset.name())
            }
            Action::NextStretch => {
                self.plain.stretch = next(&Stretch::ALL, &self.plain.stretch);
                let stretch = look_in_words(self.plain.stretch.name());
                text!("stretch: {stretch}", stretch)
            }
            Action::NextLimits => {
                let rules = &LimitRule::ALL;
                let at = rules
                    .iter()
                    .position(|r| r.name() == self.plain.rule.name());
                let rule = rules[at.map_or(0, |at| at + 1) % rules.len()];
                self.plain.rule = rule;
                self.difference.rule = rule;
                self.set_limits = SetLimits::default();
                text!("limits: {limits}", limits = look_in_words(rule.name()))
            }
            Action::NextColorMap => {
                self.plain.color_map = next(&ColorMap::ALL, &self.plain.color_map);
                text!("colour map: {map}", map = self.plain.color_map.name())
            }
            Action::Invert => {
                self.plain.is_inverted = !self.plain.is_inverted;
                if self.plain.is_inverted {
                    text!("inverted").into()
                } else {
                    text!("not inverted").into()
                }
            }
            Action::AutoContrast => {
                let fresh = Self::of(self.preset);
                self.tweak = Tweak::default();
                self.plain.rule = fresh.plain.rule;
                self.difference.rule = fresh.difference.rule;
                self.snr.rule = fresh.snr.rule;
                self.set_limits = SetLimits::default();
                text!("contrast and limits automatic").into()
            }
            Action::NorthUp => {
                self.is_north_up = !self.is_north_up;
                if self.is_north_up {
                    text!("north up").into()
                } else {
                    text!("file orientation").into()
                }
            }
            Action::FlipSign => {
                self.flips_sign = !self.flips_sign;
                if self.flips_sign {
                    text!("differences shown as science minus reference").into()
                } else {
                    text!("differences with the sign of the file").into()
                }
            }
            Action::Crosshair => {
                self.has_crosshair = !self.has_crosshair;
                if self.has_crosshair {
                    text!("cross-hair on").into()
                } else {
                    text!("cross-hair off").into()
                }
            }
            _ => return None,
        })
    }
}

pub(super) fn next<T: Copy + PartialEq>(all: &[T], present: &T) -> T {
    let at = all.iter().position(|known| known == present);
    all[at.map_or(0, |at| at + 1) % all.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_look_can_be_translated() {
        let stretches = Stretch::ALL.map(Stretch::name).into_iter();
        let rules = LimitRule::ALL.map(LimitRule::name);
        let descriptions = Preset::ALL.map(Preset::description);
        for text in stretches.chain(rules).chain(descriptions) {
            assert!(LOOKS.contains(&text), "{text}");
        }
    }
}
