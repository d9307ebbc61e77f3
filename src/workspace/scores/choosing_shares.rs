//! What the person asks of class shares, and what they change in words.

use super::{
    shares::{ChosenShares, FoundShares},
    shown::ShownModel,
};
use crate::{
    domain::words::plural,
    learn::shares::ShareSource,
    text,
    workspace::{context::Context, shared::Shared},
};

/// Kinds of changes that a sentence names.
const NAMED: usize = 3;

impl Shared {
    /// What is chosen for models of the active one's kind; nothing before it was read.
    pub(crate) fn choose_shares(&mut self, chosen: ChosenShares) {
        let active = self.scores.active().ready.as_ref();
        let Some(is_real_or_bogus) = active.map(|ready| ready.real.is_some()) else {
            return;
        };
        let is_as_trained = chosen.source == ShareSource::Trained;
        *self.scores.chosen_shares.of_mut(is_real_or_bogus) = chosen;
        for model in &mut self.scores.shown {
            let is_of_kind = model
                .ready
                .as_ref()
                .is_some_and(|ready| ready.real.is_some() == is_real_or_bogus);
            if is_of_kind && is_as_trained {
                model.uncorrect();
            }
        }
    }

    /// Predictions of the active model are as trained again; false where they are already.
    pub fn take_back_shares(&mut self, cx: &Context) -> bool {
        let active = self.scores.active();
        let Some(ready) = active.ready.as_ref() else {
            return false;
        };
        let chosen = self.scores.chosen_shares(ready).clone();
        if chosen.source == ShareSource::Trained {
            return false;
        }
        let text = text!(
            "{model} predicts with its class shares as trained again",
            model = ready.id
        );
        self.choose_shares(ChosenShares {
            source: ShareSource::Trained,
            ..chosen
        });
        self.after_scores_changed();
        self.save_session();
        self.report(text, cx.now);
        true
    }

    /// What a correction changes: "31 supernovae were called asteroids, 2 RR Lyrae were called galaxies"; of one
    /// that is not in force what they are called, and what they would be.
    pub fn shares_in_words(&self, model: &ShownModel, found: &FoundShares) -> String {
        let classes = model
            .ready
            .as_ref()
            .map_or(&[][..], |ready| &ready.card.classes);
        let name = |at: usize, count: usize| {
            let class = classes.get(at).map_or("?", String::as_str);
            let title = self.class_named(class).map(|class| class.title.to_string());
            let title = title.unwrap_or_else(|| class.replace('_', " "));
            plural(&title, count)
        };
        let changes = found.changes();
        let mut words: Vec<String> = changes
            .iter()
            .take(NAMED)
            .map(|([before, after], count)| {
                let (is, was) = (name(*after, *count), name(*before, *count));
                match (found.is_in_force(), *count) {
                    (true, 1) => text!("{count} {is} was called {was}", count, is, was),
                    (true, _) => text!("{count} {is} were called {was}", count, is, was),
                    (false, _) => {
                        text!(
                            "{count} {is} would no longer be called {was}",
                            count,
                            is,
                            was
                        )
                    }
                }
            })
            .collect();
        let rest: usize = changes.iter().skip(NAMED).map(|(_, count)| count).sum();
        if rest > 0 {
            words.push(text!("{count} others", count = rest));
        }
        match (words.is_empty(), found.is_in_force()) {
            (true, true) => text!("no candidate is called otherwise").into(),
            (true, false) => text!("no candidate would be called otherwise").into(),
            (false, _) => words.join(", "),
        }
    }
}
