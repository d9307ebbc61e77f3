//! Sorting, filtering and searching.

use std::collections::BTreeSet;

use super::{
    column::Column,
    filter_term::{Comparison, Term, is_none},
    hint::nearest_names,
    order::QueueSpec,
};
use crate::{
    text,
    workspace::{command::QueueCommand, context::Context, shared::Shared},
};

impl Shared {
    /// Sorts, filters or searches.
    pub fn apply_queue(&mut self, command: QueueCommand, cx: &Context) {
        let last = self.queue.spec();
        let spec = match command {
            QueueCommand::Search(text) => return self.search(&text, cx),
            QueueCommand::Sort {
                column,
                is_descending,
            } => QueueSpec {
                column,
                is_descending,
                ..last.clone()
            },
            QueueCommand::Filter(filter) => QueueSpec {
                filter,
                ..last.clone()
            },
            QueueCommand::View(at) => return self.show_view(at, cx),
        };
        self.show_queue(spec, cx);
    }

    /// Filters and sorts. A filter that was typed leads to the first candidate that it keeps; otherwise the one on the
    /// screen stays, where it is kept.
    pub fn show_queue(&mut self, spec: QueueSpec, cx: &Context) {
        let is_filter = spec.filter != self.queue.spec().filter;
        let is_narrowed = is_filter && !spec.filter.trim().is_empty();
        self.set_queue(spec);
        self.selection.keep_shown(&self.queue);
        if is_narrowed && self.queue.fault().is_none() {
            self.go_to_first(cx);
        } else {
            self.stay_in_queue(cx);
        }
        self.save_session();
    }

    /// While candidates are being found, a sorted queue is made anew once a second: often enough
    /// to begin work, seldom enough not to hold up the window.
    pub fn may_sort_again(&mut self, cx: &Context) -> bool {
        const SORT_EVERY_US: i64 = 1_000_000;
        let is_time = self
            .sorted_at
            // A clock that was set back must not hold it up.
            .is_none_or(|at| !(0..SORT_EVERY_US).contains(&(cx.now.0 - at.0)));
        if is_time {
            self.sorted_at = Some(cx.now);
        }
        is_time
    }
}

impl Shared {
    /// What is wrong with the filter line, columns that may be meant, and by which filter candidates are listed until it is
    /// mended; none where the line is in force.
    pub fn filter_fault(&self) -> Option<String> {
        let queue = &self.queue;
        let offered =
            queue.unknown_column().map(
                |name| match &nearest_names(name, &self.column_names())[..] {
                    [] => text!("the sort menu has all columns").to_owned(),
                    names => text!("near to it: {names}", names = names.join(", ")),
                },
            );
        let Some(why) = queue.fault() else {
            // The filter was in force before its column went.
            let name = queue.unknown_column()?;
            return Some(text!(
                "no candidate has a column {name}; {offered}",
                name,
                offered = offered?
            ));
        };
        let offered = offered.map_or_else(String::new, |offered| format!("; {offered}"));
        let in_force = queue.filter_in_force();
        Some(if in_force.is_empty() {
            text!("{why}{offered}. Until then all are listed", why, offered)
        } else {
            text!(
                "{why}{offered}. Until then the list is that of “{filter}”",
                why,
                offered,
                filter = in_force
            )
        })
    }

    /// The names of all columns that a filter may compare.
    fn column_names(&self) -> BTreeSet<String> {
        let scores = self.score_columns().into_iter();
        let columns = Column::OWN
            .into_iter()
            .chain(scores.filter(|_| !self.is_blind()));
        let names = columns.map(|column| column.name().to_owned());
        let fields = self.field_names().into_iter();
        names.chain(fields.map(|name| name.to_string())).collect()
    }

    /// Why the filter keeps nothing: of labels by the classes of the vocabulary, else as the queue has it.
    pub fn filter_hint(&self) -> Option<String> {
        if !self.queue.order().is_empty() || self.catalogue.is_empty() {
            return None;
        }
        let terms = self.queue.filter_in_force().terms();
        let asks_for_people = |term: &&Term| matches!(term, Term::Assigned(_));
        if self.book.assignment().is_none() && terms.iter().any(asks_for_people) {
            return Some(
                text!("no candidate is assigned to anybody: Label, Team… assigns them").into(),
            );
        }
        let of_labels = terms.into_iter().find_map(|term| match term {
            Term::Compare {
                column: Column::Label,
                comparison: Comparison::Equal,
                value,
            } if !is_none(value) => self.label_hint(value),
            _ => None,
        });
        of_labels.or_else(|| self.queue.hint().map(str::to_owned))
    }

    /// What is wrong with the name of a class; none of a class of the vocabulary in use, or of one that was given.
    fn label_hint(&self, name: &str) -> Option<String> {
        let vocabulary = self.vocabulary();
        match vocabulary.class(name) {
            Some(class) if class.name.eq_ignore_ascii_case(name) => None,
            Some(class) => Some(text!(
                "labels call it {class}: write label:{class}",
                class = class.name
            )),
            None => {
                let classes = vocabulary.classes.iter().map(|class| &*class.name);
                let classes: Vec<&str> = classes.collect();
                Some(text!(
                    "{name} is no class of the vocabulary {vocabulary}: {classes}",
                    name,
                    vocabulary = vocabulary.title,
                    classes = classes.join(", ")
                ))
            }
        }
    }
}
