//! What each point of the latent space is coloured by: a number of a palette a point, and a legend.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::choice::ColorBy;
use crate::{
    domain::{CandidateIx, Embedding},
    features::latent::{
        parts::{Legend, ShadeKey, Shades},
        state::LatentPane,
    },
    workspace::{
        queue::column::{Cell, Column, Row},
        shared::Shared,
    },
};

/// The place in the palette of what has no colour.
pub const NO_SHADE: u8 = u8::MAX;
/// Steps of a range of numbers.
pub const SHADES: usize = 255;
/// Classes with a colour of their own; the rest is one more.
pub const MOST_CLASSES: usize = 12;
/// The ends of a range: what lies beyond them has the colour of the end.
const ENDS: (f64, f64) = (0.02, 0.98);

impl LatentPane {
    /// The colours of the points.
    pub const fn shades(&self) -> Option<&Arc<Shades>> {
        self.shade.shades.as_ref()
    }

    /// Grows whenever colours change.
    pub const fn shade_revision(&self) -> u64 {
        self.shade.revision
    }
}

impl LatentPane {
    /// Works colours out anew where anything has changed that they depend on.
    pub(crate) fn refresh_shades(&mut self, shared: &mut Shared) {
        let Some(embedding) = shared.embedding.clone() else {
            return;
        };
        let color_by = self.choice.color_by.clone();
        let (is_of_labels, is_of_scores) = match &color_by {
            ColorBy::Column(column) => (
                matches!(column, Column::Label | Column::State | Column::Flag),
                column.is_of_scores(),
            ),
            _ => (false, false),
        };
        let key = ShadeKey {
            points: embedding.len(),
            run: self.run(),
            candidates: shared.catalogue.len(),
            labels: is_of_labels.then(|| shared.book.revision()),
            scores: is_of_scores.then(|| shared.scores.revision()),
            is_hidden: hides_color(shared, &color_by),
            unrepeated: shared.repeat_check.hidden(),
            color_by,
        };
        if self.shade.key.as_ref() == Some(&key) {
            return;
        }
        let shades = if key.is_hidden {
            Shades {
                index: vec![NO_SHADE; embedding.len()],
                legend: Legend::Nothing("scores and truth are hidden"),
            }
        } else {
            shades(shared, &embedding, &key.color_by)
        };
        let part = &mut self.shade;
        part.shades = Some(Arc::new(shades));
        part.key = Some(key);
        part.revision += 1;
    }
}

/// True where colours would give away what labels should be blind to.
fn hides_color(shared: &Shared, color_by: &ColorBy) -> bool {
    match color_by {
        ColorBy::Column(column) => shared.hides_column(column),
        ColorBy::Error => shared.is_blind(),
        ColorBy::Component | ColorBy::Epoch => false,
    }
}

fn shades(shared: &Shared, embedding: &Embedding, color_by: &ColorBy) -> Shades {
    let points = embedding.points.iter();
    match color_by {
        ColorBy::Component => {
            let number = |at: usize| embedding.component(at);
            let index = (0..embedding.len()).map(number).collect::<Vec<_>>();
            of_components(&index, embedding.space.components.len())
        }
        ColorBy::Epoch => {
            let numbers = points.map(|point| Some(f64::from(point.epoch) + 1.0));
            of_numbers(&numbers.collect::<Vec<_>>())
        }
        ColorBy::Error => {
            let errors = embedding.errors.iter();
            let numbers = errors.map(|error| Some(f64::from(*error)));
            of_numbers(&numbers.collect::<Vec<_>>())
        }
        ColorBy::Column(column) => {
            let cells = cells(shared, column);
            let cell = |ix: CandidateIx| cells.get(ix.0 as usize).unwrap_or(&Cell::Missing);
            let of_points = points.map(|point| cell(point.candidate));
            of_cells(&of_points.collect::<Vec<_>>())
        }
    }
}

/// The value of every candidate. Of labels only the labelled ones are looked at.
fn cells(shared: &Shared, column: &Column) -> Vec<Cell> {
    let value = |ix, candidate| {
        column.cell(Row {
            ix,
            candidate,
            book: &shared.book,
            scores: &shared.scores,
            repeat_check: &shared.repeat_check,
        })
    };
    if *column != Column::Label {
        let all = shared.catalogue.iter();
        return all.map(|(ix, candidate)| value(ix, candidate)).collect();
    }
    let mut cells = vec![Cell::Missing; shared.catalogue.len()];
    for (id, _) in shared.book.candidates() {
        if let Some(ix) = shared.catalogue.find(id)
            && let Some(candidate) = shared.catalogue.get(ix)
        {
            cells[ix.0 as usize] = value(ix, candidate);
        }
    }
    cells
}

fn of_components(of_point: &[Option<usize>], components: usize) -> Shades {
    let mut counts = vec![0; components];
    for component in of_point.iter().flatten() {
        counts[*component] += 1;
    }
    let name = |(at, count): (usize, usize)| (Arc::from((at + 1).to_string()), count);
    let shade = |component: &Option<usize>| component.map_or(NO_SHADE, |at| (at % SHADES) as u8);
    Shades {
        index: of_point.iter().map(shade).collect(),
        legend: Legend::Classes(counts.into_iter().enumerate().map(name).collect()),
    }
}

/// Texts are classes; where there is no text, numbers are a range.
fn of_cells(cells: &[&Cell]) -> Shades {
    if cells.iter().any(|cell| matches!(cell, Cell::Text(_))) {
        return of_classes(cells);
    }
    let number = |cell: &&Cell| match cell {
        Cell::Number(value) => Some(*value),
        _ => None,
    };
    of_numbers(&cells.iter().map(number).collect::<Vec<_>>())
}

/// The most frequent classes by name; all others together come last.
fn of_classes(cells: &[&Cell]) -> Shades {
    let mut counts: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    for cell in cells {
        if let Some(text) = text(cell) {
            *counts.entry(text).or_default() += 1;
        }
    }
    let mut classes: Vec<_> = counts.into_iter().collect();
    classes.sort_by(|(a, n), (b, m)| m.cmp(n).then(a.cmp(b)));
    let rest: usize = classes
        .drain(classes.len().min(MOST_CLASSES)..)
        .map(|(_, n)| n)
        .sum();
    classes.sort();
    let place: HashMap<_, _> = classes
        .iter()
        .map(|(name, _)| name.clone())
        .zip(0_u8..)
        .collect();
    let others = classes.len() as u8;
    let shade = |cell: &&Cell| {
        text(cell).map_or(NO_SHADE, |text| place.get(&text).copied().unwrap_or(others))
    };
    let index = cells.iter().map(shade).collect();
    if rest > 0 {
        classes.push(("others".into(), rest));
    }
    Shades {
        index,
        legend: Legend::Classes(classes),
    }
}

fn text(cell: &Cell) -> Option<Arc<str>> {
    match cell {
        Cell::Text(text) => Some(text.clone()),
        Cell::Number(number) => Some(number.to_string().into()),
        Cell::Missing => None,
    }
}

fn of_numbers(numbers: &[Option<f64>]) -> Shades {
    let known = |number: &Option<f64>| number.filter(|value| value.is_finite());
    let mut sorted: Vec<f64> = numbers.iter().filter_map(known).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else {
        return Shades {
            index: vec![NO_SHADE; numbers.len()],
            legend: Legend::Nothing("no point has a value"),
        };
    };
    let end = |share: f64| sorted[(share * last as f64).round() as usize];
    let (mut low, mut high) = (end(ENDS.0), end(ENDS.1));
    if low >= high {
        (low, high) = (sorted[0], sorted[last]);
    }
    let shade = |number: &Option<f64>| {
        known(number).map_or(NO_SHADE, |value| {
            let share = if high > low {
                (value - low) / (high - low)
            } else {
                0.5
            };
            (share.clamp(0.0, 1.0) * (SHADES - 1) as f64).round() as u8
        })
    };
    Shades {
        index: numbers.iter().map(shade).collect(),
        legend: Legend::Range { low, high },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_run_from_the_first_shade_to_the_last() {
        let numbers: Vec<_> = (0..101).map(|at| Some(f64::from(at))).collect();
        let shades = of_numbers(&numbers);
        assert_eq!(
            shades.legend,
            Legend::Range {
                low: 2.0,
                high: 98.0
            }
        );
        assert_eq!(
            (shades.index[0], shades.index[50], shades.index[100]),
            (0, 127, 254)
        );
        let some = of_numbers(&[Some(3.0), None, Some(f64::NAN), Some(3.0)]);
        assert_eq!(some.index, [127, NO_SHADE, NO_SHADE, 127]);
        let none = of_numbers(&[None, None]);
        assert!(matches!(none.legend, Legend::Nothing(_)));
    }

    #[test]
    fn the_most_frequent_classes_have_colors_of_their_own() {
        let names: Vec<Arc<str>> = (0..20).map(|at| format!("c{at:02}").into()).collect();
        let mut cells = Vec::new();
        for (at, name) in names.iter().enumerate() {
            // c19 is met most often.
            cells.extend(vec![Cell::Text(name.clone()); at + 1]);
        }
        cells.push(Cell::Missing);
        let of_points: Vec<_> = cells.iter().collect();
        let shades = of_cells(&of_points);
        let Legend::Classes(classes) = &shades.legend else {
            panic!("no classes")
        };
        assert_eq!(classes.len(), MOST_CLASSES + 1);
        assert_eq!((&*classes[0].0, classes[0].1), ("c08", 9));
        assert_eq!((&*classes[12].0, classes[12].1), ("others", 36));
        assert_eq!(shades.index[0], 12);
        assert_eq!(shades.index.last(), Some(&NO_SHADE));
        let last = shades.index[shades.index.len() - 2];
        assert_eq!(&*classes[last as usize].0, "c19");
    }
}
