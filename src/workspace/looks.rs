//! How each stamp of the opened set is drawn: its limits from the stamps that it is locked with.

use super::{
    display::{Lock, Scope, next},
    shared::Shared,
};
use crate::{
    domain::{Candidate, CandidateIx, Epoch, Role, Stamp},
    imaging::{Limits, Look, SharedLook},
    text,
    workspace::display::SetLimits,
};

/// Most stamps looked at when limits are locked over the set.
const SET_SAMPLE: usize = 600;

impl Shared {
    /// The look that the stamps share which a role at an epoch is locked with: limits from those
    /// that are in memory. None while there are none.
    pub fn shared_look(
        &self,
        candidate: CandidateIx,
        epoch: usize,
        role: Role,
        scope: Scope,
    ) -> Option<SharedLook> {
        let recipe = self.display.recipe(role);
        let stamps: Vec<&Stamp> = self
            .locked_ids(self.catalogue.get(candidate)?, epoch, role, scope)
            .filter_map(|id| self.stamps.ready(id))
            .map(|decoded| &decoded.stamp)
            .collect();
        if stamps.is_empty() {
            return None;
        }
        let mut over = recipe.look_over(&stamps);
        let look = &mut over.look;
        if self.display.lock == Lock::Set
            && let Some(limits) = self.display.limits_of_set(role)
        {
            look.limits = limits;
        }
        look.contrast = self.display.tweak.contrast;
        look.bias = self.display.tweak.bias;
        Some(over)
    }

    /// The look of a role at an epoch; none while its stamp, or all it is locked with, are not in
    /// memory.
    pub fn look(
        &self,
        candidate: CandidateIx,
        epoch: usize,
        role: Role,
        scope: Scope,
    ) -> Option<Look> {
        let over = self.shared_look(candidate, epoch, role, scope)?;
        Some(over.of(self.pixels_of(candidate, epoch, role)?))
    }

    /// The pixels of a role at an epoch, where they are in memory.
    pub fn pixels_of(&self, candidate: CandidateIx, epoch: usize, role: Role) -> Option<&Stamp> {
        let stamp = self
            .catalogue
            .get(candidate)?
            .epochs
            .get(epoch)?
            .stamp(role)?;
        Some(&self.stamps.ready(stamp.id)?.stamp)
    }

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
        text!("scale {lock}", lock = self.display.lock.name())
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
        (!stamps.is_empty()).then(|| recipe.look_over(&stamps).look.limits)
    }
}
