//! The union of the events of several projects: which are the same, which step numbers they get, in which order they stand.
//!
//! Events are the same where their identities are; where copies of a project that had no identities got them each for itself, where
//! all that is in them is and the first events of their steps are the same. Step numbers are given by each file for itself: those that come in get numbers that follow from the
//! identity of an event of theirs, so that whoever merges the same projects has the same numbers.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap, HashSet},
};

use rusqlite::types::Value;

use super::event_row::EventRow;
use crate::domain::fnv;

/// The first range of step numbers for events that come in. No file gives out so many by opening.
const MERGED_RANGES: i64 = 1 << 30;
/// Places of values in a row.
const STEP: usize = 0;
const OF_STEP: usize = 6;
const AT: usize = 9;

/// Two projects have different events of one identity.
pub(super) struct Contradiction {
    /// The project, by position; 0 is the one that is merged into.
    pub source: usize,
    pub why: String,
}

/// The events of all projects, each once.
pub(super) struct Union {
    /// First those of the project that is merged into.
    pub rows: Vec<EventRow>,
    /// How many these are.
    pub ours: usize,
    /// The order of each project, by positions among the rows.
    orders: Vec<Vec<usize>>,
}

/// The events of one project.
#[derive(Default)]
struct Taken {
    /// Their positions among the rows, in the project's order.
    order: Vec<usize>,
    /// In which range of step numbers each is in this project.
    ranges: Vec<i64>,
}

impl Union {
    /// `ours` are the events of the project that is merged into, in its order.
    pub fn of(ours: Vec<EventRow>, theirs: Vec<Vec<EventRow>>) -> Result<Self, Contradiction> {
        let count = ours.len();
        let mut gathering = Gathering::default();
        let mut all = vec![gathering.take(0, count, ours)?];
        for (source, rows) in (1..).zip(theirs) {
            all.push(gathering.take(source, count, rows)?);
        }
        let Gathering {
            mut rows, sources, ..
        } = gathering;
        let numbers = numbers_of_ranges(&rows, &all, count);
        for (at, row) in rows.iter_mut().enumerate().skip(count) {
            for cell in [STEP, OF_STEP] {
                if let Value::Integer(step) = &mut row.cells[cell] {
                    let range = (sources[at], *step >> 32);
                    // A step that its own project does not know is none of ours either.
                    let number = numbers.get(&range).copied();
                    let number = number.unwrap_or_else(|| number_of(&row.id));
                    *step = (number << 32) | (*step & 0xffff_ffff);
                }
            }
        }
        Ok(Self {
            rows,
            ours: count,
            orders: all.into_iter().map(|taken| taken.order).collect(),
        })
    }

    /// The positions of all rows in one order.
    pub fn in_one_order(&self) -> Vec<usize> {
        in_one_order(&self.orders, &self.rows)
    }
}

/// Events as they are gathered.
#[derive(Default)]
struct Gathering {
    rows: Vec<EventRow>,
    /// The project that each row was taken from.
    sources: Vec<usize>,
    by_identity: HashMap<Vec<u8>, usize>,
    /// For each row the first one of its step.
    firsts: Vec<usize>,
    /// By all that is in an event but its step, together with the first event of its step, and which of several alike in its
    /// project it is.
    by_content: HashMap<(u64, usize), usize>,
}

impl Gathering {
    /// Takes in the events of a project.
    fn take(
        &mut self,
        source: usize,
        ours: usize,
        rows: Vec<EventRow>,
    ) -> Result<Taken, Contradiction> {
        let mut taken = Taken::default();
        let mut alike: HashMap<u64, usize> = HashMap::new();
        let mut seen = HashSet::new();
        // The row of the first event of each step of this project.
        let mut firsts: HashMap<i64, usize> = HashMap::new();
        for row in rows {
            let step = step_of(&row);
            let first = firsts.get(&step).copied();
            let content = content_in_step(&row, first);
            let nth = alike.entry(content).or_default();
            let key = (content, *nth);
            *nth += 1;
            let range = range_of(&row);
            if let Some(at) = self.by_identity.get(&row.id).copied() {
                if !is_alike(&self.rows[at].cells, &row.cells) {
                    return Err(contradiction(source, &self.rows[at], &row));
                }
                firsts.entry(step).or_insert(at);
                if seen.insert(at) {
                    taken.order.push(at);
                    taken.ranges.push(range);
                }
                continue;
            }
            let same = self.by_content.get(&key).copied();
            let same = same.filter(|at| is_alike(&self.rows[*at].cells, &row.cells));
            // Rows of two imports of one table are alike: they are the same where the imports are.
            let same = same.filter(|at| self.firsts[*at] == first.unwrap_or(*at));
            let at = match same {
                // Within one project events that are alike are two.
                Some(at) if self.sources[at] != source && seen.insert(at) => {
                    self.by_identity.insert(row.id.clone(), at);
                    // Whatever the order of the projects, one of the identities stays.
                    if at >= ours && row.id < self.rows[at].id {
                        self.rows[at] = row;
                        self.sources[at] = source;
                    }
                    at
                }
                _ => {
                    let at = self.rows.len();
                    seen.insert(at);
                    self.by_identity.insert(row.id.clone(), at);
                    self.by_content.entry(key).or_insert(at);
                    self.rows.push(row);
                    self.sources.push(source);
                    self.firsts.push(first.unwrap_or(at));
                    at
                }
            };
            firsts.entry(step).or_insert(at);
            taken.order.push(at);
            taken.ranges.push(range);
        }
        Ok(taken)
    }
}

fn contradiction(source: usize, known: &EventRow, row: &EventRow) -> Contradiction {
    let text = |row: &EventRow, at: usize| match &row.cells[at] {
        Value::Text(text) => text.clone(),
        other => format!("{other:?}"),
    };
    let words = |row: &EventRow| {
        let [candidate, action, annotator] = [1, 2, 8].map(|at| text(row, at));
        format!("\"{action}\" of {annotator} on \"{candidate}\"")
    };
    Contradiction {
        source,
        why: format!(
            "one of its label events is {}, and {} in another project under the same identity: one of the files was changed by \
             another program",
            words(row),
            words(known)
        ),
    }
}

/// Cells but those of steps. A server holds no NUL in texts.
fn without_steps(cells: &[Value]) -> impl Iterator<Item = &Value> {
    let all = cells.iter().enumerate();
    all.filter(|(at, _)| ![STEP, OF_STEP].contains(at))
        .map(|(_, cell)| cell)
}

fn is_alike(a: &[Value], b: &[Value]) -> bool {
    let is_same = |(a, b): (&Value, &Value)| match (a, b) {
        (Value::Text(a), Value::Text(b)) => a == b || plain(a) == plain(b),
        (a, b) => a == b,
    };
    without_steps(a).zip(without_steps(b)).all(is_same)
}

fn plain(text: &str) -> String {
    text.replace('\0', "\u{2400}")
}

fn content_of(cells: &[Value]) -> u64 {
    without_steps(cells).fold(fnv::FNV_START, |hash, cell| match cell {
        Value::Text(text) => fnv::fnv1a(hash, plain(text).bytes().chain([0])),
        other => fnv::fnv1a(hash, format!("{other:?}").bytes().chain([0])),
    })
}

/// The same with the row of the first event of its step; none for the first one itself.
fn content_in_step(row: &EventRow, first: Option<usize>) -> u64 {
    let of_step = first.map_or(0, |first| first as u64 + 1);
    fnv::fnv1a(content_of(&row.cells), of_step.to_le_bytes())
}

fn step_of(row: &EventRow) -> i64 {
    match row.cells[STEP] {
        Value::Integer(step) => step,
        _ => 0,
    }
}

/// The range of step numbers that an event is in.
fn range_of(row: &EventRow) -> i64 {
    step_of(row) >> 32
}

/// The range of step numbers that an identity leads to.
fn number_of(id: &[u8]) -> i64 {
    let drawn = fnv::drawn(id.iter().copied()) as i64;
    MERGED_RANGES | (drawn & (MERGED_RANGES - 1))
}

/// A range of step numbers of a project: which project, and which range.
type RangeOf = (usize, i64);

/// A number that a range is to have; those that stay as they are come first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Wanted<'a> {
    is_new: bool,
    /// The identity of the first event in it.
    id: &'a [u8],
    number: i64,
    range: RangeOf,
}

/// The new number of each range of step numbers of each project. A range is known by the first event in it: where that is in the
/// project that is merged into, it is the range of that one.
fn numbers_of_ranges(rows: &[EventRow], all: &[Taken], ours: usize) -> HashMap<RangeOf, i64> {
    let known = rows[..ours].iter().map(range_of);
    // Which identity has a number; none for those of the project that is merged into.
    let mut taken: BTreeMap<i64, Option<&[u8]>> = known.map(|range| (range, None)).collect();
    let mut firsts: BTreeMap<RangeOf, usize> = BTreeMap::new();
    for (source, project) in all.iter().enumerate().skip(1) {
        for (at, range) in project.order.iter().zip(&project.ranges) {
            firsts.entry((source, *range)).or_insert(*at);
        }
    }
    let mut numbers = HashMap::new();
    let mut wanted: Vec<Wanted<'_>> = Vec::new();
    for (range, first) in firsts {
        if first < ours {
            numbers.insert(range, range_of(&rows[first]));
        } else {
            let id = &*rows[first].id;
            let is_kept = range.1 >= MERGED_RANGES;
            let number = if is_kept { range.1 } else { number_of(id) };
            wanted.push(Wanted {
                is_new: !is_kept,
                id,
                number,
                range,
            });
        }
    }
    wanted.sort_unstable();
    let mut of_identity: HashMap<&[u8], i64> = HashMap::new();
    for Wanted {
        id,
        mut number,
        range,
        ..
    } in wanted
    {
        if let Some(known) = of_identity.get(id) {
            number = *known;
        }
        while taken.get(&number).is_some_and(|owner| *owner != Some(id)) {
            number = MERGED_RANGES | ((number + 1) & (MERGED_RANGES - 1));
        }
        taken.insert(number, Some(id));
        of_identity.insert(id, number);
        numbers.insert(range, number);
    }
    numbers
}

/// All events in one order: none before one that stands before it in any project; of those that may come next the earliest, of
/// two of one time the one with the lesser identity. Where projects contradict each other, which copies of one on a server may
/// for a while, the earliest of all comes next.
fn in_one_order(orders: &[Vec<usize>], rows: &[EventRow]) -> Vec<usize> {
    let mut by_time: Vec<usize> = (0..rows.len()).collect();
    let time = |at: usize| match rows[at].cells[AT] {
        Value::Integer(at) => at,
        _ => 0,
    };
    by_time.sort_unstable_by(|a, b| (time(*a), &rows[*a].id).cmp(&(time(*b), &rows[*b].id)));
    let mut rank = vec![0; rows.len()];
    for (at, row) in by_time.iter().enumerate() {
        rank[*row] = at;
    }
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); rows.len()];
    let mut waits = vec![0_usize; rows.len()];
    for order in orders {
        for pair in order.windows(2) {
            after[pair[0]].push(pair[1]);
            waits[pair[1]] += 1;
        }
    }
    let ready = (0..rows.len()).filter(|at| waits[*at] == 0);
    let mut ready: BinaryHeap<Reverse<usize>> = ready.map(|at| Reverse(rank[at])).collect();
    let mut is_done = vec![false; rows.len()];
    let mut earliest = by_time.iter().copied();
    let mut done = Vec::with_capacity(rows.len());
    while done.len() < rows.len() {
        let next = match ready.pop() {
            Some(Reverse(rank)) => Some(by_time[rank]),
            None => earliest.find(|at| !is_done[*at]),
        };
        let Some(next) = next else { break };
        if std::mem::replace(&mut is_done[next], true) {
            continue;
        }
        done.push(next);
        for follower in &after[next] {
            waits[*follower] -= 1;
            if waits[*follower] == 0 && !is_done[*follower] {
                ready.push(Reverse(rank[*follower]));
            }
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::event_row::CELLS;

    fn row(id: u8, at: i64) -> EventRow {
        let mut cells = vec![Value::Null; CELLS];
        cells[STEP] = Value::Integer(1 << 32);
        cells[1] = Value::Text(format!("c{id}"));
        cells[AT] = Value::Integer(at);
        EventRow {
            seq: 0,
            id: vec![id; 16],
            cells,
        }
    }

    #[test]
    fn time_is_the_order_as_far_as_each_project_allows() {
        // The clock of the first project was set back after its first event.
        let rows = [row(1, 50), row(2, 10), row(3, 20), row(4, 60)];
        let orders = [vec![0, 1], vec![2, 3]];
        assert_eq!(in_one_order(&orders, &rows), [2, 0, 1, 3]);
        let turned = [vec![2, 3], vec![0, 1]];
        assert_eq!(in_one_order(&turned, &rows), [2, 0, 1, 3]);
    }

    #[test]
    fn orders_that_contradict_each_other_lose_nothing() {
        let rows = [row(1, 10), row(2, 20), row(3, 30)];
        let orders = [vec![0, 1, 2], vec![2, 1, 0]];
        let mut all = in_one_order(&orders, &rows);
        assert_eq!(
            all,
            in_one_order(&[orders[1].clone(), orders[0].clone()], &rows)
        );
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2]);
    }

    #[test]
    fn ranges_of_different_projects_get_different_numbers_and_the_same_ones_again() {
        let merged = |a: Vec<EventRow>, b: Vec<EventRow>| {
            let union = Union::of(Vec::new(), vec![a, b]).ok().unwrap();
            let steps = union.rows.iter().map(|row| match row.cells[STEP] {
                Value::Integer(step) => (row.id[0], step >> 32),
                _ => panic!("a step is a number"),
            });
            steps.collect::<BTreeMap<_, _>>()
        };
        let (a, b) = (vec![row(1, 10), row(2, 20)], vec![row(3, 15)]);
        let steps = merged(a.clone(), b.clone());
        assert_eq!(steps, merged(b.clone(), a.clone()));
        assert_eq!(steps[&1], steps[&2]);
        assert_ne!(steps[&1], steps[&3]);
        assert!(
            steps
                .values()
                .all(|range| (1 << 30..1 << 31).contains(range))
        );
        // Copies of a project that got identities each for itself have the same events.
        let mut again = a.clone();
        for row in &mut again {
            row.id[0] += 100;
        }
        let union = Union::of(Vec::new(), vec![again, a, b]);
        assert_eq!(union.ok().unwrap().rows.len(), 3);
    }
}
