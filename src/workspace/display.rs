//! How stamps are drawn: recipes by role, scale lock, contrast, orientation, sign.

use serde::{Deserialize, Serialize};

use super::action::Action;
use crate::{
    domain::{Candidate, CandidateIx, DifferenceSign, Epoch, Role, Stamp},
    imaging::{ColorMap, LimitRule, Limits, Look, Preset, Recipe, Stretch},
    workspace::shared::Shared,
};

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
    pub const fn name(self) -> &'static str {
        match self {
            Self::Object => "locked over epochs",
            Self::Set => "locked over the set",
            Self::Free => "free",
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
    /// Difference.
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
    /// Difference.
    pub difference: Recipe,
    /// Signal to noise.
    pub snr: Recipe,
    /// Over what limits are found.
    pub lock: Lock,
    /// Limits of the set, where it is locked.
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
    /// The display of a preset.
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
            flips_sign: false,
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

    /// The recipe of a role.
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

    const fn limits_of_set(&self, role: Role) -> Option<Limits> {
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
                format!("look of {}", self.preset.name())
            }
            Action::NextStretch => {
                self.plain.stretch = next(&Stretch::ALL, &self.plain.stretch);
                format!("stretch: {}", self.plain.stretch.name())
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
                format!("limits: {}", rule.name())
            }
            Action::NextColorMap => {
                self.plain.color_map = next(&ColorMap::ALL, &self.plain.color_map);
                format!("colour map: {}", self.plain.color_map.name())
            }
            Action::Invert => {
                self.plain.is_inverted = !self.plain.is_inverted;
                if self.plain.is_inverted {
                    "inverted".into()
                } else {
                    "not inverted".into()
                }
            }
            Action::AutoContrast => {
                let fresh = Self::of(self.preset);
                self.tweak = Tweak::default();
                self.plain.rule = fresh.plain.rule;
                self.difference.rule = fresh.difference.rule;
                self.snr.rule = fresh.snr.rule;
                self.set_limits = SetLimits::default();
                "contrast and limits automatic".into()
            }
            Action::NorthUp => {
                self.is_north_up = !self.is_north_up;
                if self.is_north_up {
                    "north up".into()
                } else {
                    "as stored".into()
                }
            }
            Action::FlipSign => {
                self.flips_sign = !self.flips_sign;
                if self.flips_sign {
                    "differences shown as science minus reference".into()
                } else {
                    "differences shown as stored".into()
                }
            }
            Action::Crosshair => {
                self.has_crosshair = !self.has_crosshair;
                format!(
                    "cross-hair {}",
                    if self.has_crosshair { "on" } else { "off" }
                )
            }
            _ => return None,
        })
    }
}

fn next<T: Copy + PartialEq>(all: &[T], present: &T) -> T {
    let at = all.iter().position(|known| known == present);
    all[at.map_or(0, |at| at + 1) % all.len()]
}

/// Most stamps looked at when limits are locked over the set.
const SET_SAMPLE: usize = 600;

impl Shared {
    /// The look of a role at an epoch: limits from all stamps it is locked with that are in
    /// memory. None while there are none.
    pub fn look(
        &self,
        candidate: CandidateIx,
        epoch: usize,
        role: Role,
        scope: Scope,
    ) -> Option<Look> {
        let recipe = self.display.recipe(role);
        let stamps: Vec<&Stamp> = self
            .locked_ids(self.catalogue.get(candidate)?, epoch, role, scope)
            .filter_map(|id| self.stamps.ready(id))
            .map(|decoded| &decoded.stamp)
            .collect();
        if stamps.is_empty() {
            return None;
        }
        let mut look = recipe.look_over(&stamps);
        if self.display.lock == Lock::Set
            && let Some(limits) = self.display.limits_of_set(role)
        {
            look.limits = limits;
        }
        look.contrast = self.display.tweak.contrast;
        look.bias = self.display.tweak.bias;
        Some(look)
    }

    /// The limits of a role at an epoch.
    pub fn limits(&self, candidate: CandidateIx, epoch: usize, role: Role) -> Option<Limits> {
        self.look(candidate, epoch, role, Scope::Locked)
            .map(|look| look.limits)
    }

    /// True where every stamp that limits are found from is in memory or known to be bad:
    /// from then on the look stays the same.
    pub fn is_look_settled(
        &self,
        candidate: CandidateIx,
        epoch: usize,
        role: Role,
        scope: Scope,
    ) -> bool {
        let Some(candidate) = self.catalogue.get(candidate) else {
            return false;
        };
        self.locked_ids(candidate, epoch, role, scope).all(|id| {
            !matches!(
                self.stamps.get(id),
                None | Some(super::stamp_cache::CachedStamp::Pending)
            )
        })
    }

    fn locked_ids(
        &self,
        candidate: &Candidate,
        epoch: usize,
        role: Role,
        scope: Scope,
    ) -> impl Iterator<Item = crate::domain::StampId> {
        let epochs: &[Epoch] = match (scope, self.display.lock) {
            (Scope::Locked, Lock::Object | Lock::Set) => &candidate.epochs,
            (Scope::Epoch, _) | (_, Lock::Free) => {
                candidate.epochs.get(epoch..=epoch).unwrap_or_default()
            }
        };
        let preset = self.display.preset;
        preset
            .stamps_locked_with(role, epochs)
            .map(|stamp| stamp.id)
    }

    /// The next scale lock; locking over the set takes limits from what is in memory.
    pub fn next_lock(&mut self) -> String {
        self.display.lock = next(&Lock::ALL, &self.display.lock);
        self.lock_set_again();
        format!("scale {}", self.display.lock.name())
    }

    /// Finds the limits of the set anew, where it is locked.
    pub fn lock_set_again(&mut self) {
        if self.display.lock == Lock::Set {
            self.display.set_limits = SetLimits {
                plain: self.limits_over_set(Role::Science),
                difference: self.limits_over_set(Role::Difference),
                snr: self.limits_over_set(Role::Snr),
            };
        }
    }

    fn limits_over_set(&self, role: Role) -> Option<Limits> {
        let roles = self.display.preset.roles_locked_with(role);
        let stamps: Vec<&Stamp> = self
            .queue
            .order()
            .iter()
            .filter_map(|ix| self.catalogue.get(*ix))
            .flat_map(|candidate| &candidate.epochs)
            .flat_map(|epoch| &epoch.stamps)
            .filter(|stamp| roles.contains(&stamp.role))
            .filter_map(|stamp| self.stamps.ready(stamp.id))
            .map(|decoded| &decoded.stamp)
            .take(SET_SAMPLE)
            .collect();
        let recipe = self.display.recipe(role);
        (!stamps.is_empty()).then(|| recipe.look_over(&stamps).limits)
    }
}
