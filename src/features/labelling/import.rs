//! Import of label tables: rows become label events, once.
//!
//! # What is imported
//!
//! A row is left out as already known where
//! - it has a time, and an event that counts has the same candidate, decision, annotator and time
//!   (so that our own exports come back without doubling anything); or
//! - it has no time, and an imported event that counts has the same candidate, decision and
//!   annotator (any annotator where the row names none); or
//! - it has no time, and the candidate's present class was decided just so.
//!
//! Importing a file twice therefore changes nothing, also after a person decided differently in
//! between. An import that was undone no longer counts: importing the file again does it again.
//!
//! All rows of a file are one step, so that one undo takes it back.

use std::{collections::HashMap, path::Path, sync::Arc};

use anyhow::Context;

use crate::{
    domain::{
        CandidateNames, Catalogue, LabelAction, LabelBook, LabelEvent, Origin, Problem, StepId,
        Timestamp, Vocabulary, label_book::LabelState,
    },
    io::labels_csv::{self, LabelRow, LabelTable},
    store::Project,
    text,
    workspace::vocabulary::best_vocabulary,
};

/// Who imports, when, as which step, and with which classes.
#[derive(Clone, Debug)]
pub struct Importer<'a> {
    /// The classes; rows may use any alias.
    pub vocabulary: &'a Vocabulary,
    /// The person, for rows that name none.
    pub annotator: Arc<str>,
    /// The time, for rows that have none.
    pub at: Timestamp,
    pub step: StepId,
}

impl Importer<'_> {
    fn event(&self, candidate: Arc<str>, action: LabelAction) -> LabelEvent {
        LabelEvent {
            step: self.step,
            candidate,
            action,
            vocabulary: self.vocabulary.name.clone(),
            annotator: self.annotator.clone(),
            at: self.at,
            dwell_ms: None,
            shown: None,
            model: None,
            score: None,
            origin: Origin::Import,
            program: env!("CARGO_PKG_VERSION").into(),
        }
    }
}

#[derive(Debug, Default, PartialEq)]
pub struct ImportPlan {
    /// The events to append; empty where every row is known.
    pub events: Vec<LabelEvent>,
    /// Name of the vocabulary that the labels were read with.
    pub vocabulary: Arc<str>,
    /// Rows that bring something new.
    pub new_rows: usize,
    /// Rows that were already known.
    pub known_rows: usize,
    /// Rows without any label.
    pub unlabelled_rows: usize,
    /// Rows whose decision takes the place of another that counted until now.
    pub overruling_rows: usize,
    /// Those of them that give another class than another annotator did.
    pub conflicting_rows: usize,
    /// Rows that could not be used: unknown ids, unknown classes, unreadable ones.
    pub problems: Vec<Problem>,
    /// Rows that were used, but not as they may have been meant: times that are not understood, several
    /// labels of one object.
    pub notes: Vec<Problem>,
}

/// Reads a table, works out what is new in it, and appends that in one transaction.
///
/// Without a vocabulary the built-in one that knows most labels of the table is taken.
pub fn import_labels(
    project: &mut Project,
    catalogue: &Catalogue,
    labels: &Path,
    vocabulary: Option<&Vocabulary>,
    annotator: &str,
) -> anyhow::Result<ImportPlan> {
    let table = labels_csv::read(labels).context("the labels cannot be read")?;
    let words: Vec<_> = table
        .rows
        .iter()
        .map(|row| truth_number(&row.label))
        .collect();
    let vocabulary = vocabulary
        .cloned()
        .unwrap_or_else(|| best_vocabulary(&words));
    let (events, _) = project.history()?;
    let book = LabelBook::of(events.into_iter().map(Arc::new));
    let importer = Importer {
        vocabulary: &vocabulary,
        annotator: annotator.into(),
        at: crate::workspace::clock::now(),
        step: project.step_ids()?.next_step(),
    };
    let plan = plan_import(&table, catalogue, &book, &importer);
    project.append(&plan.events)?;
    Ok(plan)
}

/// Works out what a table brings; changes nothing.
pub fn plan_import(
    table: &LabelTable,
    catalogue: &Catalogue,
    book: &LabelBook,
    importer: &Importer<'_>,
) -> ImportPlan {
    let mut plan = ImportPlan {
        problems: table.problems.clone(),
        notes: table.notes.clone(),
        vocabulary: importer.vocabulary.name.clone(),
        ..ImportPlan::default()
    };
    let objects = CandidateNames::of(catalogue);
    let column = best_column(&objects, table);
    let mut last_planned: HashMap<(Arc<str>, Arc<str>), Planned> = HashMap::new();
    for row in &table.rows {
        let mut refuse = |why| {
            let at = format!("row at line {}", row.line);
            plan.problems.push(Problem::new(&*table.path, at, why));
        };
        let name = row
            .ids
            .get(column)
            .filter(|name| !name.is_empty())
            .unwrap_or(&row.id);
        let found = objects
            .find(name)
            .or_else(|| row.ids.iter().find_map(|name| objects.find(name)));
        let Some(candidate) = found else {
            refuse(format!("{name} is not among the opened candidates"));
            continue;
        };
        if row.label.is_empty() {
            plan.unlabelled_rows += 1;
            continue;
        }
        let Some(actions) = actions_of(&row.label, importer.vocabulary) else {
            refuse(format!(
                "{} is no class of the vocabulary {}",
                row.label, importer.vocabulary.name
            ));
            continue;
        };
        let events: Vec<_> = actions
            .iter()
            .map(|action| event_of(row, &candidate, action, importer))
            .collect();
        let key = (candidate, events[0].annotator.clone());
        // Within the table the last row counts, so only a repetition of it is passed over.
        let is_known = match last_planned.get(&key) {
            Some((_, last)) => *last == actions,
            None => events.iter().all(|event| is_known(event, row, book)),
        };
        if let Some((line, last)) = last_planned.get(&key)
            && *last != actions
        {
            let why = format!(
                "{} has another label by {} at line {line}; the one that stands last counts",
                key.0, key.1
            );
            plan.notes.push(Problem::new(
                &*table.path,
                format!("row at line {}", row.line),
                why,
            ));
        }
        if is_known {
            plan.known_rows += 1;
        } else {
            plan.new_rows += 1;
            plan.compare(&key, &actions, book);
            plan.events.extend(events);
            last_planned.insert(key, (row.line, actions));
        }
    }
    if !plan.events.is_empty() {
        plan.events.insert(0, marker(table, importer));
    }
    plan
}

/// What a label in a table or on the command line stands for: one class; several tags joined by
/// `;` in a tagging vocabulary; or the words `unsure` and `skip`. None where it is unknown.
pub fn actions_of(label: &str, vocabulary: &Vocabulary) -> Option<Vec<LabelAction>> {
    let class = |name: &str| vocabulary.class(name).map(|class| class.name.clone());
    if vocabulary.is_tagging {
        let tags: Option<Vec<_>> = label.split(';').map(class).collect();
        if let Some(tags) = tags {
            let tag = |class| LabelAction::Tag { class };
            return Some(tags.into_iter().map(tag).collect());
        }
    } else if let Some(class) = class(label) {
        return Some(vec![LabelAction::Set { class }]);
    }
    let word = label.trim().to_ascii_lowercase();
    // Truth values where the classes go by 1 and 0.
    if truth_number(label) != label {
        let class = class(truth_number(label))?;
        return Some(vec![if vocabulary.is_tagging {
            LabelAction::Tag { class }
        } else {
            LabelAction::Set { class }
        }]);
    }
    match word.as_str() {
        "unsure" | "uncertain" => Some(vec![LabelAction::Unsure]),
        "skip" | "skipped" => Some(vec![LabelAction::Skip]),
        _ => None,
    }
}

/// 1 for true and 0 for false, also as FITS and forms write them; any other label as it is.
fn truth_number(label: &str) -> &str {
    let word = label.trim().to_ascii_lowercase();
    match word.as_str() {
        "true" | "t" | "yes" | "y" => "1",
        "false" | "f" | "no" | "n" => "0",
        _ => label,
    }
}

/// The line in which a candidate was labelled last by an annotator, and how.
type Planned = (u64, Vec<LabelAction>);

/// Rows that are enough to see which column names the candidates.
const ROWS_LOOKED_AT: usize = 2_000;

/// The column of the table whose cells name most candidates; of equals the likeliest by its name.
fn best_column(names: &CandidateNames<'_>, table: &LabelTable) -> usize {
    let rows = &table.rows[..table.rows.len().min(ROWS_LOOKED_AT)];
    let found = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.ids.get(column));
        cells.filter(|cell| names.find(cell).is_some()).count()
    };
    let columns = (0..table.id_columns.len()).map(|column| (found(column), column));
    columns
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map_or(0, |best| best.1)
}

fn event_of(
    row: &LabelRow,
    candidate: &Arc<str>,
    action: &LabelAction,
    importer: &Importer<'_>,
) -> LabelEvent {
    LabelEvent {
        annotator: row
            .annotator
            .clone()
            .unwrap_or_else(|| importer.annotator.clone()),
        at: row.at.unwrap_or(importer.at),
        ..importer.event(candidate.clone(), action.clone())
    }
}

/// The first event of the step: names the table, and makes the step the importing person's.
fn marker(table: &LabelTable, importer: &Importer<'_>) -> LabelEvent {
    let name = Path::new(&table.path).file_name();
    let table = name.map_or(table.path.as_str().into(), |name| name.to_string_lossy());
    let table = (&*table).into();
    importer.event("".into(), LabelAction::Import { table })
}

/// True where the decision is another than the one that counted. Tags add up, and a skip takes nothing away.
fn overrules(actions: &[LabelAction], before: &LabelState) -> bool {
    before.is_labelled()
        && actions.iter().any(|action| match action {
            LabelAction::Set { class } => before.classes != [class.clone()],
            LabelAction::Unsure => true,
            _ => false,
        })
}

impl ImportPlan {
    /// Counts a new row that contradicts the label that counted.
    fn compare(
        &mut self,
        (candidate, annotator): &(Arc<str>, Arc<str>),
        actions: &[LabelAction],
        book: &LabelBook,
    ) {
        if !overrules(actions, book.state(candidate)) {
            return;
        }
        self.overruling_rows += 1;
        let decision = book.decision(candidate);
        let is_by_other = decision.is_some_and(|event| event.annotator != *annotator);
        let gives_class = matches!(actions, [LabelAction::Set { .. }]);
        self.conflicting_rows += usize::from(is_by_other && gives_class);
    }

    /// That labels which were there count no longer, where it is so.
    pub fn overruled_in_words(&self) -> Option<String> {
        let rows = match self.overruling_rows {
            0 => return None,
            1 => text!("1 contradicts a label that was there, and counts now").into(),
            rows => text!(
                "{rows} contradict labels that were there, and count now",
                rows
            ),
        };
        let shown = match (self.conflicting_rows, self.overruling_rows) {
            (0, _) => String::new(),
            (1, 1) => text!(": conflict>0 shows it").into(),
            (conflicting, all) if conflicting == all => text!(": conflict>0 shows them").into(),
            (conflicting, _) => text!(": conflict>0 shows {conflicting} of them", conflicting),
        };
        Some(rows + &shown)
    }
}

fn is_known(event: &LabelEvent, row: &LabelRow, book: &LabelBook) -> bool {
    let is_by = |known: &LabelEvent| match row.annotator {
        Some(_) => known.annotator == event.annotator,
        None => true,
    };
    let is_same = |known: &LabelEvent| known.action == event.action && is_by(known);
    let mut counting = book
        .history(&event.candidate)
        .filter(|(_, counts)| *counts)
        .map(|(known, _)| known);
    if row.at.is_some() {
        return counting.any(|known| is_same(known) && known.at == event.at);
    }
    counting.any(|known| is_same(known) && known.origin == Origin::Import)
        || book.decision(&event.candidate).is_some_and(is_same)
}
