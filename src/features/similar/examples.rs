//! What *More like this* takes as examples, and why it cannot.

use crate::{
    domain::{CandidateIx, Role},
    language::translated_static,
    text,
    workspace::{screen::Screen, shared::Shared},
};

/// The images that the network `compact` needs to compare stamps; S/N is computed from them.
pub const COMPARED: [Role; 3] = [Role::Science, Role::Reference, Role::Difference];
/// Of a larger selection so many are looked at: it comes of one set.
const LOOKED_AT: usize = 100;

/// What is selected on the mosaic or in the latent space, else the candidate on the screen.
pub fn examples_here(shared: &Shared) -> Vec<CandidateIx> {
    if is_selection(shared) {
        return shared.selection.iter().collect();
    }
    shared.place.candidate.into_iter().collect()
}

fn is_selection(shared: &Shared) -> bool {
    matches!(shared.screen, Screen::Mosaic | Screen::Latent) && !shared.selection.is_empty()
}

/// Why none of the examples has stamps that can be compared; none where one has, or where there is no example.
pub fn why_not_compared(shared: &Shared) -> Option<String> {
    let examples: Vec<CandidateIx> = if is_selection(shared) {
        shared.selection.iter().take(LOOKED_AT).collect()
    } else {
        shared.place.candidate.into_iter().collect()
    };
    let missing = examples.iter().map(|ix| missing_of(shared, *ix));
    let missing: Vec<Vec<&str>> = missing.collect();
    let first = missing.first()?;
    let is_none_usable = missing.iter().all(|missing| !missing.is_empty());
    is_none_usable.then(|| what_is_missing(first))
}

/// That such images are needed: there is no reference and no difference.
fn what_is_missing(missing: &[&str]) -> String {
    match missing {
        [one, two, three] => text!(
            "stamps are compared by science, reference and difference: there is no {one} and no {two} and no {three}",
            one,
            two,
            three
        ),
        [one, two] => text!(
            "stamps are compared by science, reference and difference: there is no {one} and no {two}",
            one,
            two
        ),
        others => text!(
            "stamps are compared by science, reference and difference: there is no {missing}",
            missing = others.join(", ")
        ),
    }
}

/// The images that are missing of the epoch that stands for a candidate.
fn missing_of(shared: &Shared, ix: CandidateIx) -> Vec<&'static str> {
    let candidate = shared.catalogue.get(ix);
    let epoch = candidate.and_then(|candidate| candidate.epochs.get(candidate.first_look()));
    let is_missing = |role: &Role| epoch.is_none_or(|epoch| epoch.stamp(*role).is_none());
    let missing = COMPARED.into_iter().filter(is_missing);
    missing.map(|role| translated_static(role.name())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::models::{FEATURES, card};

    #[test]
    fn what_is_compared_is_what_the_network_takes() {
        let input = card(FEATURES).unwrap().input;
        let mut taken: Vec<Role> = input.stamps().unwrap().channels.clone();
        taken.retain(|role| *role != Role::Snr);
        taken.sort_unstable();
        assert_eq!(taken, COMPARED);
    }
}
