//! The filter line and the filter in force: a line that is not understood, or compares a column that no candidate has, leaves
//! the one before it.

use std::sync::Arc;

use super::{column::has_field, filter::Filter, filter_term::ends_in_bare_word};
use crate::{domain::Catalogue, text};

#[derive(Clone, Debug, Default)]
pub(super) struct FilterLine {
    in_force: Filter,
    /// The last line that was understood.
    understood: String,
    /// The filter in force before the bare word at the end of the line was begun: what looks like a part of an identifier may become the
    /// name of a column.
    before_word: Filter,
    fault: Option<String>,
    unknown: Option<Arc<str>>,
    /// What the line asks for, where it is not in force because a column is unknown.
    refused: Option<Filter>,
}

/// The first column of a filter that no candidate has; none before there is any candidate.
fn missing_column(filter: &Filter, catalogue: &Catalogue) -> Option<Arc<str>> {
    let mut fields = filter.fields();
    let missing = fields.find(|name| !has_field(catalogue, name));
    missing.filter(|_| !catalogue.is_empty()).cloned()
}

impl FilterLine {
    /// The filter by which candidates are listed.
    pub const fn in_force(&self) -> &Filter {
        &self.in_force
    }

    /// Why the line is not in force.
    pub fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// A column that the line compares and no candidate has.
    pub const fn unknown_column(&self) -> Option<&Arc<str>> {
        self.unknown.as_ref()
    }

    pub fn read(&mut self, line: &str, catalogue: &Catalogue) {
        (self.unknown, self.refused) = (None, None);
        match Filter::parse(line) {
            Ok(filter) => match missing_column(&filter, catalogue) {
                None => self.put_in_force(filter, line),
                Some(name) => {
                    self.leave_column(line);
                    let term = filter.term_of_field(&name);
                    let term = term.map_or_else(|| line.to_owned(), ToString::to_string);
                    self.fault = Some(text!(
                        "{term}: no candidate has a column {name}",
                        term,
                        name
                    ));
                    (self.unknown, self.refused) = (Some(name), Some(filter));
                }
            },
            Err(why) => {
                self.leave_column(line);
                self.fault = Some(why);
            }
        }
    }

    fn put_in_force(&mut self, filter: Filter, line: &str) {
        if !ends_in_bare_word(line) {
            self.before_word = filter.clone();
        }
        line.clone_into(&mut self.understood);
        self.in_force = filter;
        (self.fault, self.unknown) = (None, None);
    }

    /// A word that turns out to be the beginning of a column no longer filters as a part of an identifier.
    fn leave_column(&mut self, line: &str) {
        if self.was_beginning_of(line) {
            self.in_force = self.before_word.clone();
            self.understood.clear();
        }
    }

    /// True where the last line that was understood ended within a word that goes on in this one: "mag" before "mag<".
    fn was_beginning_of(&self, line: &str) -> bool {
        let rest = line.strip_prefix(&self.understood);
        let next = rest.and_then(|rest| rest.chars().next());
        let goes_on = next.is_some_and(|c| !c.is_whitespace() && !matches!(c, '(' | ')'));
        goes_on && ends_in_bare_word(&self.understood)
    }

    /// Looks again for the columns, as candidates or tables have come or gone; true where the line was refused for one and
    /// is in force now.
    pub fn look_for_columns(&mut self, line: &str, catalogue: &Catalogue) -> bool {
        let refused = self.refused.take();
        self.unknown = missing_column(refused.as_ref().unwrap_or(&self.in_force), catalogue);
        match refused {
            Some(filter) if self.unknown.is_none() => {
                self.put_in_force(filter, line);
                true
            }
            refused => {
                self.refused = refused;
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Candidate, Fields};

    fn with_field(name: &str) -> Candidate {
        Candidate {
            id: name.into(),
            fields: Fields::new(Arc::from([name.into()]), vec![2.0], Vec::new()),
            ..Candidate::default()
        }
    }

    #[test]
    fn an_unknown_column_leaves_the_filter_until_the_column_comes() {
        let mut catalogue = Catalogue::default();
        let mut line = FilterLine::default();
        // Before there is any candidate nothing is known of columns.
        line.read("bar>1", &catalogue);
        assert_eq!((line.fault(), line.unknown_column()), (None, None));
        catalogue.absorb(with_field("bar"));
        line.read("mag<21", &catalogue);
        // Typed letter by letter, and at once.
        for typed in [
            "mag<21 f",
            "mag<21 foo",
            "mag<21 foo<",
            "mag<21 foo<3",
            "foo<3",
        ] {
            line.read(typed, &catalogue);
        }
        assert_eq!(line.in_force().to_string(), "mag<21");
        let fault = "foo<3: no candidate has a column foo";
        assert_eq!(line.fault(), Some(fault));
        assert_eq!(line.unknown_column().map(|name| &**name), Some("foo"));
        // What is wrong next does not take the refused line for the one in force.
        line.read("mag<abc", &catalogue);
        assert_eq!(line.in_force().to_string(), "mag<21");
        assert_eq!(line.unknown_column(), None);
        line.read("foo<3", &catalogue);
        assert!(!line.look_for_columns("foo<3", &catalogue));
        assert_eq!(line.fault(), Some(fault));
        catalogue.absorb(with_field("foo"));
        assert!(line.look_for_columns("foo<3", &catalogue));
        assert_eq!(line.in_force().to_string(), "foo<3");
        assert_eq!((line.fault(), line.unknown_column()), (None, None));
    }
}
