//! Judging: a key becomes label events, the book folds them, the journal gets them.

use std::sync::Arc;

use super::{assigning::nothing_to_take, targets::Targets};
use crate::{
    domain::{
        CandidateIx, LabelAction, LabelEvent, Origin, Role, Shown, label::StepId,
        label_book::LabelState,
    },
    text,
    workspace::{
        command::Label, context::Context, scores::shown::Reading, screen::Screen, shared::Shared,
    },
};

impl Shared {
    pub fn apply_label(&mut self, label: Label, cx: &Context) {
        match label {
            Label::Class(at) => self.give_class(at, cx),
            Label::Note { candidate, text } => {
                let note = LabelAction::Note { text };
                self.decide_about(&[candidate], &note, Origin::Window, cx);
            }
            Label::Vocabulary(at) => {
                self.vocabulary = at.min(self.vocabularies.len() - 1);
                self.vocabulary_before = None;
                self.has_chosen_vocabulary = true;
                self.report(
                    text!("vocabulary: {name}", name = self.vocabulary().title),
                    cx.now,
                );
                self.save_session();
            }
        }
    }

    fn give_class(&mut self, at: usize, cx: &Context) {
        let Some(class) = self.vocabulary().classes.get(at).map(|c| c.name.clone()) else {
            return;
        };
        let is_tagging = self.vocabulary().is_tagging;
        let Some(targets) = self.targets_or_warn(cx) else {
            return;
        };
        let all_have = self.all(&targets, |labels| labels.classes.contains(&class));
        let action = match (is_tagging, all_have) {
            (false, _) => LabelAction::Set { class },
            (true, false) => LabelAction::Tag { class },
            (true, true) => LabelAction::Untag { class },
        };
        self.decide(targets, &action, !is_tagging, cx);
    }

    pub fn toggle_flag(&mut self, cx: &Context) {
        let Some(targets) = self.targets_or_warn(cx) else {
            return;
        };
        let on = !self.all(&targets, |labels| labels.is_flagged);
        self.decide(targets, &LabelAction::Flag { on }, false, cx);
    }

    /// Unsure, or the label taken away, for whoever is on the screen.
    pub fn give(&mut self, action: &LabelAction, advances: bool, cx: &Context) {
        let targets = self.targets_or_warn(cx);
        if let Some(targets) = targets {
            self.decide(targets, action, advances, cx);
        }
    }

    /// Passes over: what is decided already stays as it is.
    pub fn skip(&mut self, cx: &Context) {
        let Some(mut targets) = self.targets_or_warn(cx) else {
            return;
        };
        let all = std::mem::take(&mut targets.candidates);
        let (kept, open): (Vec<_>, Vec<_>) = all.into_iter().partition(|ix| {
            let candidate = self.catalogue.get(*ix);
            candidate.is_some_and(|candidate| self.label_on_screen(candidate).is_decided())
        });
        targets.candidates = open;
        if !targets.candidates.is_empty() {
            self.decide(targets, &LabelAction::Skip, true, cx);
            return;
        }
        let ids: Vec<_> = kept
            .iter()
            .filter_map(|ix| Some(self.catalogue.get(*ix)?.id.clone()))
            .collect();
        if targets.is_bulk {
            self.selection.set(targets.unseen);
        } else if self.settings.advances_after_label {
            self.walk(1, cx);
        }
        self.report(
            text!("passed over: {what} keeps its label", what = subject(&ids)),
            cx.now,
        );
    }

    fn all(&self, targets: &Targets, is_so: impl Fn(&LabelState) -> bool) -> bool {
        let known = targets.candidates.iter();
        let mut known = known.filter_map(|ix| self.catalogue.get(*ix));
        known.all(|candidate| is_so(self.book.state(&candidate.id)))
    }

    /// The same action for every target. Goes on to the next candidate where one was judged
    /// and `advances`; of a selection what was not seen stays selected.
    fn decide(&mut self, targets: Targets, action: &LabelAction, advances: bool, cx: &Context) {
        let origin = if targets.is_bulk {
            Origin::Bulk
        } else {
            Origin::Window
        };
        if !self.decide_about(&targets.candidates, action, origin, cx) {
            return;
        }
        if targets.is_bulk {
            self.tell_of_unseen(targets.unseen.len());
            self.selection.set(targets.unseen);
        } else if advances && self.settings.advances_after_label {
            self.walk(1, cx);
        }
    }

    /// One step: the same action for all of these. False where it could not be taken.
    fn decide_about(
        &mut self,
        candidates: &[CandidateIx],
        action: &LabelAction,
        origin: Origin,
        cx: &Context,
    ) -> bool {
        let meant = self.without_unseen(candidates, action);
        let passed_over = candidates.len() - meant.len();
        if meant.is_empty() && passed_over > 0 {
            self.report(nothing_to_take(passed_over), cx.now);
            return false;
        }
        let candidates = &*meant;
        let known = candidates
            .iter()
            .filter_map(|ix| Some((*ix, self.catalogue.get(*ix)?)));
        let targets: Vec<_> = known
            .map(|(ix, candidate)| (ix, candidate.id.clone()))
            .collect();
        if targets.is_empty() {
            return false;
        }
        let Some(step) = self.next_step(cx) else {
            return false;
        };
        let ids: Vec<_> = targets.iter().map(|(_, id)| id.clone()).collect();
        let origin = self.as_repeat(&ids, action, origin);
        let event = |(ix, id): &(CandidateIx, Arc<str>)| {
            let (model, score) = self.known_score(*ix).unzip();
            LabelEvent {
                shown: Some(self.shown(*ix)),
                model,
                score,
                ..self.event(step, id.clone(), action.clone(), origin, cx)
            }
        };
        let events: Vec<_> = targets.iter().map(event).collect();
        // Who has judged does not want to be led elsewhere by what is still being found.
        self.place.is_chosen = true;
        self.return_to = None;
        self.decided_at.push(cx.now);
        let text = self.decision_in_words(candidates, action);
        let text = format!("{text}: {}", subject(&ids));
        self.report_decision(text, cx);
        self.tell_of_passed_over(passed_over);
        self.record(events);
        if origin == Origin::Repeat && self.repeat_check.left() == 0 {
            self.report_repeats(cx);
        }
        true
    }

    /// "labelled real"; "labelled real instead of bogus", where a class takes the place of another one that is on the screen;
    /// of several candidates how many have another one.
    fn decision_in_words(&self, candidates: &[CandidateIx], action: &LabelAction) -> String {
        let LabelAction::Set { class } = action else {
            return words(action);
        };
        let known = candidates.iter().filter_map(|ix| self.catalogue.get(*ix));
        let others: Vec<String> = known
            .map(|candidate| &self.label_on_screen(candidate).classes)
            .filter(|classes| !classes.is_empty() && **classes != [class.clone()])
            .map(|classes| classes.join("+"))
            .collect();
        match (&*others, candidates.len()) {
            ([], _) => words(action),
            ([other], 1) => text!("labelled {class} instead of {other}", class, other),
            (others, _) => text!(
                "labelled {class}, {count} of them instead of another class",
                class,
                count = others.len()
            ),
        }
    }

    pub fn undo(&mut self, cx: &Context) {
        let Some(of) = self.book.next_undo(&self.annotator()) else {
            self.report(text!("nothing to undo"), cx.now);
            return;
        };
        self.take_step(of, LabelAction::Undo { of }, text!("undone"), cx);
    }

    pub fn redo(&mut self, cx: &Context) {
        let Some(of) = self.book.next_redo(&self.annotator()) else {
            self.report(text!("nothing to redo"), cx.now);
            return;
        };
        self.take_step(of, LabelAction::Redo { of }, text!("done again"), cx);
    }

    fn take_step(&mut self, of: StepId, action: LabelAction, verb: &str, cx: &Context) {
        let Some(step) = self.next_step(cx) else {
            return;
        };
        let events: Vec<_> = self.book.step(of).cloned().collect();
        // What stands for a whole step names no candidate.
        let named = events.iter().filter(|event| !event.candidate.is_empty());
        let ids: Vec<_> = named.map(|event| event.candidate.clone()).collect();
        let what = events
            .first()
            .map(|event| words(&event.action))
            .unwrap_or_default();
        let known = ids
            .iter()
            .filter_map(|id| self.catalogue.get(self.catalogue.find(id)?));
        let mut known = known.peekable();
        if known.any(|candidate| self.is_label_hidden(candidate)) {
            // What it was is hidden.
            self.report(format!("{verb}: {}", subject(&ids)), cx.now);
        } else {
            self.report(format!("{verb}: {what}: {}", subject(&ids)), cx.now);
        }
        let event = self.event(step, "".into(), action, Origin::Window, cx);
        self.record(vec![event]);
        if let [id] = &*ids
            && let Some(candidate) = self.catalogue.find(id)
            && self.queue.rank(candidate).is_some()
        {
            self.go_to(candidate, cx);
        }
    }

    /// The number of the next step. Labels need a project that can be written: without one
    /// the reason is shown.
    pub fn next_step(&mut self, cx: &Context) -> Option<StepId> {
        if self.repeat_check.is_practice() {
            self.warn(
                text!("no label is given during a practice: end it first"),
                cx.now,
            );
            return None;
        }
        if let Some(steps) = &mut self.steps {
            return Some(steps.next_step());
        }
        self.warn(self.why_no_labels(), cx.now);
        None
    }

    /// Why there is no project to keep labels in.
    pub fn why_no_labels(&self) -> String {
        match &self.project.fault {
            Some(fault) => text!("labels cannot be kept: {fault}", fault),
            None => text!("open stamps first: there is no project to keep labels").into(),
        }
    }

    pub fn event(
        &self,
        step: StepId,
        candidate: Arc<str>,
        action: LabelAction,
        origin: Origin,
        cx: &Context,
    ) -> LabelEvent {
        let dwell_us = self.place.since.map(|since| cx.now.0 - since.0);
        LabelEvent {
            step,
            candidate,
            action,
            vocabulary: self.vocabulary().name.clone(),
            annotator: self.annotator(),
            at: cx.now,
            dwell_ms: dwell_us
                .filter(|_| matches!(origin, Origin::Window | Origin::Repeat))
                .and_then(|us| u32::try_from(us / 1000).ok()),
            shown: None,
            model: None,
            score: None,
            origin,
            program: env!("CARGO_PKG_VERSION").into(),
        }
    }

    /// The active model and its score of what stands for a candidate on this screen, hidden or
    /// not: of the epoch where it is shown large, else of the best epoch.
    pub fn known_score(&self, ix: CandidateIx) -> Option<(Arc<str>, f64)> {
        let model = self.scores.active();
        let reading = match self.screen {
            Screen::Inspect => self.scores.of_epoch(model, ix, self.epoch_decided_on(ix)),
            Screen::Mosaic
            | Screen::Latent
            | Screen::Evaluate
            | Screen::Train
            | Screen::Problems => self.scores.of_candidate(model, ix),
        };
        let (Reading::Score { value, .. }
        | Reading::Class {
            probability: value, ..
        }) = reading
        else {
            return None;
        };
        let id = model.ready.as_ref()?.id.text().clone();
        // To the digits that a person would read, not those of the conversion.
        Some((id, (f64::from(value) * 1e6).round() / 1e6))
    }

    /// True where a score of the candidate stood on the screen.
    fn is_score_shown(&self, ix: CandidateIx) -> bool {
        let is_in_view = self.sight.epoch_seen(ix).is_some();
        // The order and the choice of a queue by scores tell of them too, hidden or not.
        if is_in_view && self.queue.uses_scores() {
            return true;
        }
        let mut shown = self.scores.shown().iter();
        let any = shown.any(|model| self.scores.of_candidate(model, ix).is_known());
        is_in_view && !self.is_blind() && any
    }

    /// What was on screen of one candidate. Limits are told for the one at the place alone:
    /// small pictures have their own.
    pub fn shown(&self, ix: CandidateIx) -> Shown {
        let look = &self.display.plain;
        let at = self.epoch_decided_on(ix);
        let epoch = self
            .catalogue
            .get(ix)
            .and_then(|candidate| candidate.epochs.get(at));
        let name = epoch.and_then(|epoch| epoch.candid.as_deref().map(str::to_owned));
        let is_at_place = self.place.candidate == Some(ix) && self.screen == Screen::Inspect;
        let limits = is_at_place
            .then(|| self.limits(ix, at, Role::Science))
            .flatten();
        let limits = limits.map(|limits| [limits.low, limits.high]);
        Shown {
            epoch: name.unwrap_or_else(|| (at + 1).to_string()),
            stretch: look.stretch.name().to_owned(),
            limits: look.rule.name().to_owned(),
            science_limits: limits,
            color_map: look.color_map.name().to_owned(),
            is_score_shown: self.is_score_shown(ix),
        }
    }

    /// Into the book at once, and to the journal.
    pub fn record(&mut self, events: Vec<LabelEvent>) {
        for event in &events {
            Arc::make_mut(&mut self.book).push(Arc::new(event.clone()));
        }
        self.project.unsaved += events.len();
        if let Some(journal) = &self.journal {
            journal.append(events);
        }
    }
}

/// An action in words: "labelled real".
pub fn words(action: &LabelAction) -> String {
    match action {
        LabelAction::Set { class } => text!("labelled {class}", class),
        LabelAction::Tag { class } => text!("tagged {class}", class),
        LabelAction::Untag { class } => text!("tag {class} taken off", class),
        LabelAction::Clear => text!("label cleared").into(),
        LabelAction::Unsure => text!("unsure").into(),
        LabelAction::Skip => text!("skipped").into(),
        LabelAction::Flag { on: true } => text!("flagged").into(),
        LabelAction::Flag { on: false } => text!("flag taken off").into(),
        LabelAction::Note { .. } => text!("noted").into(),
        LabelAction::Import { table } => text!("labels of {table} imported", table),
        LabelAction::Component { what } => text!("members of {what} labelled", what),
        LabelAction::Assign(assignment) => assignment.in_words(),
        LabelAction::Undo { .. } => text!("undo").into(),
        LabelAction::Redo { .. } => text!("redo").into(),
    }
}

fn subject(ids: &[Arc<str>]) -> String {
    match ids {
        [one] => one.to_string(),
        many => text!("{count} candidates", count = many.len()),
    }
}
