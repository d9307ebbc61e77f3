//! The filter line: terms side by side are all needed; `or`, `not` and brackets join them otherwise.
//!
//! `mag<20 (label:none or note:"look again") not rb<0.3`

use std::{fmt, sync::Arc};

use super::{
    column::{Column, Row},
    facts::Facts,
    filter_term::{Term, parse_term},
    sorting::kept,
};
use crate::{
    domain::{CandidateIx, Catalogue, LabelBook},
    text,
    workspace::{repeat_check::RepeatCheck, scores::shown::Scores},
};

/// Words that join terms, and are no terms.
pub(super) const KEYWORDS: [&str; 3] = [OR, AND, NOT];
const OR: &str = "or";
/// May stand between terms, and changes nothing.
const AND: &str = "and";
const NOT: &str = "not";
/// Brackets within brackets.
const DEEPEST: usize = 50;

/// All conditions of the filter line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    root: Condition,
}

/// Conditions, joined.
#[derive(Clone, Debug, PartialEq)]
enum Condition {
    Term(Term),
    /// Every one of them; true where there is none.
    All(Vec<Condition>),
    /// One of them at least.
    Any(Vec<Condition>),
    Not(Box<Condition>),
}

impl Default for Condition {
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

impl Condition {
    fn matches(&self, row: Row<'_>) -> bool {
        match self {
            Self::Term(term) => term.matches(row),
            Self::All(all) => all.iter().all(|one| one.matches(row)),
            Self::Any(any) => any.iter().any(|one| one.matches(row)),
            Self::Not(one) => !one.matches(row),
        }
    }

    fn terms<'a>(&'a self, found: &mut Vec<&'a Term>) {
        match self {
            Self::Term(term) => found.push(term),
            Self::All(many) | Self::Any(many) => many.iter().for_each(|one| one.terms(found)),
            Self::Not(one) => one.terms(found),
        }
    }

    /// One where there is only one.
    fn joined(mut many: Vec<Self>, join: fn(Vec<Self>) -> Self) -> Self {
        match many.len() {
            1 => many.remove(0),
            _ => join(many),
        }
    }

    /// In brackets where it stands beside others.
    fn write_beside(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(_) | Self::Any(_) => write!(f, "({self})"),
            Self::Term(_) | Self::Not(_) => write!(f, "{self}"),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (many, between) = match self {
            Self::Term(term) => return write!(f, "{term}"),
            Self::Not(one) => {
                f.write_str("not ")?;
                return one.write_beside(f);
            }
            Self::All(all) => (all, " "),
            Self::Any(any) => (any, " or "),
        };
        for (at, one) in many.iter().enumerate() {
            if at > 0 {
                f.write_str(between)?;
            }
            one.write_beside(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Filter {
    /// The line that reads as this filter.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.root)
    }
}

impl Filter {
    /// Reads a filter line.
    ///
    /// # Errors
    /// A sentence naming what cannot be understood.
    pub fn parse(line: &str) -> Result<Self, String> {
        let mut reader = Reader {
            tokens: tokens(line)?,
            at: 0,
        };
        if reader.tokens.is_empty() {
            return Ok(Self::default());
        }
        let root = reader.any(0)?;
        match reader.next() {
            None => Ok(Self { root }),
            Some(_) => Err(text!("a bracket is closed that was not opened").into()),
        }
    }

    /// True where the candidate meets it.
    pub fn matches(&self, row: Row<'_>) -> bool {
        self.root.matches(row)
    }

    /// Why the data and labels alone do not answer it; none where they do.
    pub fn unknown_without_window(&self) -> Option<&'static str> {
        let terms = self.terms();
        let is_of_scores = |term: &&Term| term.column() == Some(&Column::Significance);
        if self.uses_scores() || terms.iter().any(is_of_scores) {
            return Some(
                "no scores are known here: write them with `destello score`, join the table in the window, and save from there",
            );
        }
        let is_mine = terms
            .iter()
            .any(|term| matches!(term, Term::Assigned(None)));
        is_mine.then_some("write whose: assigned:NAME")
    }

    /// The candidates that meet it by the data and these labels alone, in the order of finding.
    pub fn kept_of(&self, catalogue: &Catalogue, book: &LabelBook) -> Vec<CandidateIx> {
        let facts = Facts {
            catalogue,
            book,
            scores: &Scores::default(),
            repeat_check: &RepeatCheck::default(),
            latent: None,
        };
        kept(0, facts, &|ix| {
            let candidate = catalogue.get(ix);
            candidate.is_some_and(|candidate| self.matches(facts.row(ix, candidate)))
        })
    }

    pub(super) fn terms(&self) -> Vec<&Term> {
        let mut found = Vec::new();
        self.root.terms(&mut found);
        found
    }

    /// True where scores decide what it lets through.
    pub fn uses_scores(&self) -> bool {
        self.terms()
            .into_iter()
            .any(|term| *term == Term::Disagree || term.column().is_some_and(Column::is_of_scores))
    }

    /// True where scores or the data's own classes decide what it lets through.
    pub fn gives_away(&self) -> bool {
        self.terms()
            .into_iter()
            .any(|term| *term == Term::Disagree || term.column().is_some_and(Column::gives_away))
    }

    /// The fields of headers and packets that it compares.
    pub fn fields(&self) -> impl Iterator<Item = &Arc<str>> {
        self.terms()
            .into_iter()
            .filter_map(|term| match term.column() {
                Some(Column::Field(name)) => Some(name),
                _ => None,
            })
    }

    /// The first condition on a field of that name.
    pub(super) fn term_of_field(&self, name: &str) -> Option<&Term> {
        let mut terms = self.terms().into_iter();
        terms.find(|term| matches!(term.column(), Some(Column::Field(field)) if **field == *name))
    }

    /// True where it lets everything through.
    pub const fn is_empty(&self) -> bool {
        matches!(&self.root, Condition::All(all) if all.is_empty())
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Open,
    Close,
    Word(String),
}

/// Words and brackets; between quotation marks both are text.
fn tokens(line: &str) -> Result<Vec<Token>, String> {
    let mut found = Vec::new();
    let mut word = String::new();
    let mut is_quoted = false;
    let end_of = |word: &mut String, found: &mut Vec<Token>| {
        if !word.is_empty() {
            found.push(Token::Word(std::mem::take(word)));
        }
    };
    for c in line.chars() {
        match c {
            '"' => {
                is_quoted = !is_quoted;
                word.push(c);
            }
            _ if is_quoted => word.push(c),
            '(' | ')' => {
                end_of(&mut word, &mut found);
                found.push(if c == '(' { Token::Open } else { Token::Close });
            }
            _ if c.is_whitespace() => end_of(&mut word, &mut found),
            _ => word.push(c),
        }
    }
    if is_quoted {
        return Err(text!("{word}: a quotation mark is not closed", word));
    }
    end_of(&mut word, &mut found);
    Ok(found)
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
}

impl Reader {
    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += usize::from(token.is_some());
        token
    }

    fn takes(&mut self, keyword: &str) -> bool {
        let is_it = matches!(self.tokens.get(self.at), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword));
        self.at += usize::from(is_it);
        is_it
    }

    /// Groups with `or` between.
    fn any(&mut self, depth: usize) -> Result<Condition, String> {
        let mut any = vec![self.all(depth)?];
        while self.takes(OR) {
            any.push(self.all(depth)?);
        }
        Ok(Condition::joined(any, Condition::Any))
    }

    /// Conditions side by side.
    fn all(&mut self, depth: usize) -> Result<Condition, String> {
        let mut all = vec![self.one(depth)?];
        loop {
            let has_and = self.takes(AND);
            let ends = match self.tokens.get(self.at) {
                None | Some(Token::Close) => true,
                Some(Token::Word(word)) => word.eq_ignore_ascii_case(OR),
                Some(Token::Open) => false,
            };
            if ends && !has_and {
                return Ok(Condition::joined(all, Condition::All));
            }
            all.push(self.one(depth)?);
        }
    }

    fn one(&mut self, depth: usize) -> Result<Condition, String> {
        if depth > DEEPEST {
            return Err(text!(
                "more than {deepest} brackets within each other",
                deepest = DEEPEST
            ));
        }
        if self.takes(NOT) {
            return Ok(Condition::Not(Box::new(self.one(depth + 1)?)));
        }
        match self.next() {
            Some(Token::Word(word)) => {
                if KEYWORDS
                    .iter()
                    .any(|keyword| word.eq_ignore_ascii_case(keyword))
                {
                    return Err(text!(
                        "{word} needs a condition on both sides",
                        word = format_args!("{word:?}")
                    ));
                }
                parse_term(&word).map(Condition::Term)
            }
            Some(Token::Open) => {
                let inside = self.any(depth + 1)?;
                match self.next() {
                    Some(Token::Close) => Ok(inside),
                    _ => Err(text!("a bracket is not closed").into()),
                }
            }
            Some(Token::Close) => {
                Err(text!("a condition is missing before a closing bracket").into())
            }
            None => Err(text!("a condition is missing at the end").into()),
        }
    }
}

#[cfg(test)]
#[path = "filter_tests.rs"]
mod tests;
