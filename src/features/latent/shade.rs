//! What each point of the latent space is coloured by: a number of a palette a point, and a legend. A task makes them: of a
//! million points that takes longer than a frame.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::choice::ColorBy;
use crate::{
    domain::{CandidateIx, Catalogue, Embedding, LabelBook},
    english,
    tasks::{Task, TaskContext},
    text,
    workspace::{
        queue::column::{Cell, Column, Row},
        repeat_check::RepeatCheck,
        scores::shown::Scores,
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

/// What colours mean.
#[derive(Clone, Debug, PartialEq)]
pub enum Legend {
    /// Classes by their place in the palette, with how many points each has.
    Classes(Vec<(Arc<str>, usize)>),
    /// Numbers from the first shade to the last.
    Range {
        /// What has the first shade.
        low: f64,
        /// What has the last.
        high: f64,
    },
    /// No point has a colour: why.
    Nothing(&'static str),
}

/// A colour for every point.
#[derive(Clone, Debug, PartialEq)]
pub struct Shades {
    /// For each point its place in the palette.
    pub index: Vec<u8>,
    /// What they mean.
    pub legend: Legend,
    /// What they were made by.
    pub color_by: ColorBy,
}

/// The colours of all points by one of their properties, as of the moment when it is started.
pub struct MakeShades {
    pub embedding: Arc<Embedding>,
    pub color_by: ColorBy,
    /// True where colours would give away what labels should be blind to: there are none then.
    pub is_hidden: bool,
    pub catalogue: Arc<Catalogue>,
    /// Empty where the property does not depend on labels: what a task holds is copied at the next label.
    pub book: Arc<LabelBook>,
    /// Empty where the property is not one of scores.
    pub scores: Box<Scores>,
    /// Candidates whose labels are hidden.
    pub repeat_check: RepeatCheck,
}

impl Task for MakeShades {
    const NAME: &'static str = "latent colours";
    type Update = ();
    type Output = Arc<Shades>;

    fn run(mut self, cx: &TaskContext<()>) -> anyhow::Result<Arc<Shades>> {
        cx.check()?;
        let (index, legend) = if self.is_hidden {
            let why = english!("scores and truth are hidden");
            (vec![NO_SHADE; self.embedding.len()], Legend::Nothing(why))
        } else {
            self.shades()
        };
        Ok(Arc::new(Shades {
            index,
            legend,
            color_by: self.color_by,
        }))
    }
}

/// For each point its place in the palette, and what places mean.
type Colored = (Vec<u8>, Legend);

impl MakeShades {
    fn shades(&mut self) -> Colored {
        let embedding = self.embedding.clone();
        let points = embedding.points.iter();
        match self.color_by.clone() {
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
                let cells = self.cells(&column);
                // The next label need not copy it.
                self.book = Arc::default();
                let cell = |ix: CandidateIx| cells.get(ix.0 as usize).unwrap_or(&Cell::Missing);
                let of_points = points.map(|point| cell(point.candidate));
                of_cells(&of_points.collect::<Vec<_>>())
            }
        }
    }

    /// The value of every candidate. Of labels only the labelled ones are looked at.
    fn cells(&self, column: &Column) -> Vec<Cell> {
        let value = |ix, candidate| {
            column.cell(Row {
                ix,
                candidate,
                book: &self.book,
                scores: &self.scores,
                repeat_check: &self.repeat_check,
            })
        };
        if *column != Column::Label {
            let all = self.catalogue.iter();
            return all.map(|(ix, candidate)| value(ix, candidate)).collect();
        }
        let mut cells = vec![Cell::Missing; self.catalogue.len()];
        for (id, _) in self.book.candidates() {
            if let Some(ix) = self.catalogue.find(id)
                && let Some(candidate) = self.catalogue.get(ix)
            {
                cells[ix.0 as usize] = value(ix, candidate);
            }
        }
        cells
    }
}

fn of_components(of_point: &[Option<usize>], components: usize) -> Colored {
    let mut counts = vec![0; components];
    for component in of_point.iter().flatten() {
        counts[*component] += 1;
    }
    let name = |(at, count): (usize, usize)| (Arc::from((at + 1).to_string()), count);
    let shade = |component: &Option<usize>| component.map_or(NO_SHADE, |at| (at % SHADES) as u8);
    let index = of_point.iter().map(shade).collect();
    let counted = counts.into_iter().enumerate().map(name).collect();
    (index, Legend::Classes(counted))
}

/// Texts are classes; where there is no text, numbers are a range.
fn of_cells(cells: &[&Cell]) -> Colored {
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
fn of_classes(cells: &[&Cell]) -> Colored {
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
        classes.push((text!("others").into(), rest));
    }
    (index, Legend::Classes(classes))
}

fn text(cell: &Cell) -> Option<Arc<str>> {
    match cell {
        Cell::Text(text) => Some(text.clone()),
        Cell::Number(number) => Some(number.to_string().into()),
        Cell::Missing => None,
    }
}

fn of_numbers(numbers: &[Option<f64>]) -> Colored {
    let known = |number: &Option<f64>| number.filter(|value| value.is_finite());
    let mut sorted: Vec<f64> = numbers.iter().filter_map(known).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else {
        let why = english!("no point has a value");
        return (vec![NO_SHADE; numbers.len()], Legend::Nothing(why));
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
    let index = numbers.iter().map(shade).collect();
    (index, Legend::Range { low, high })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_run_from_the_first_shade_to_the_last() {
        let numbers: Vec<_> = (0..101).map(|at| Some(f64::from(at))).collect();
        let (index, legend) = of_numbers(&numbers);
        assert_eq!(
            legend,
            Legend::Range {
                low: 2.0,
                high: 98.0
            }
        );
        assert_eq!((index[0], index[50], index[100]), (0, 127, 254));
        let (some, _) = of_numbers(&[Some(3.0), None, Some(f64::NAN), Some(3.0)]);
        assert_eq!(some, [127, NO_SHADE, NO_SHADE, 127]);
        let (_, none) = of_numbers(&[None, None]);
        assert!(matches!(none, Legend::Nothing(_)));
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
        let (index, legend) = of_cells(&of_points);
        let Legend::Classes(classes) = &legend else {
            panic!("no classes")
        };
        assert_eq!(classes.len(), MOST_CLASSES + 1);
        assert_eq!((&*classes[0].0, classes[0].1), ("c08", 9));
        assert_eq!((&*classes[12].0, classes[12].1), ("others", 36));
        assert_eq!(index[0], 12);
        assert_eq!(index.last(), Some(&NO_SHADE));
        let last = index[index.len() - 2];
        assert_eq!(&*classes[last as usize].0, "c19");
    }
}
