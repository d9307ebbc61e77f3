//! Objects with what a model predicts of them, and what each way of adapting makes of it.

use std::{collections::BTreeMap, sync::Arc};

use destello::{
    domain::{
        Candidate, Catalogue, Prediction, Predictions, SetCalibration, certainty::USUAL_LEVEL,
        class_of, detections::SEEN, fnv, likeliest,
    },
    features::scoring::{
        detections::significances,
        fusing::{Scorer, calibrated},
    },
    io::Decoder,
    learn::{
        chance::Chance,
        shares::{ClassShares, Decision, LabelBiases, correct, estimate},
    },
};

/// Numbers of epochs that are judged; the last stands for all.
pub const AFTER: [usize; 7] = [1, 2, 3, 5, 10, 20, usize::MAX];
/// Groups of fields.
const GROUPS: u64 = 4;
/// Candidates scored at once.
const CHUNK: usize = 64;

/// One object.
struct Object {
    class: usize,
    /// Group of its field.
    group: u64,
    /// Epochs that were scored: how many were seen then, the row, and the row calibrated.
    rows: Vec<(usize, [Vec<f32>; 2])>,
    /// What the model itself predicts after each epoch, and how significantly anything was detected up to it.
    own: Predictions,
    significances: Arc<[f32]>,
}

/// All of them, with what one model predicts.
pub struct Objects {
    classes: Vec<String>,
    trained: Vec<f64>,
    all: Vec<Object>,
    fields: usize,
    sets: Option<SetCalibration>,
}

/// What is made of an object's row after so many epochs.
type Change<'a> = &'a dyn Fn(&Object, usize, &[Vec<f32>; 2]) -> Vec<f32>;

/// Mean recall and accuracy after each number of epochs.
pub type Curve = [[f64; 2]; AFTER.len()];

/// What was found of a model.
pub struct Measured {
    pub name: String,
    pub shares: String,
    pub as_trained: Curve,
    pub estimated: Curve,
    /// One for each draw of labels.
    pub labelled: Vec<Curve>,
    /// How often labels were kept, of all groups and draws.
    pub kept: [usize; 2],
    /// Objects that the estimated shares call rightly and the model as trained does not, and the other way
    /// round; after all epochs, every class found equally well.
    pub won: [usize; 2],
    /// The same of labels against estimated shares, in all draws together.
    pub won_by_labels: [usize; 2],
    /// Sets of classes after each number of epochs; empty where nothing was calibrated.
    pub sets: Vec<Coverage>,
}

/// How often sets hold the true class.
pub struct Coverage {
    /// The mean over the classes that there are.
    pub held: f64,
    /// Classes in a set, the mean over the classes that there are.
    pub size: f64,
    /// Of each class that there is: its name, objects, how many sets hold it, of how many nothing is seen yet.
    pub classes: Vec<(String, [usize; 3])>,
}

/// The field of an object; itself where its file names none.
fn field_of(candidate: &Candidate) -> String {
    let field = candidate.fields.get("FIELD");
    field.map_or_else(|| candidate.id.to_string(), |field| field.to_string())
}

impl Objects {
    pub fn scored(
        scorer: &Scorer,
        catalogue: &Catalogue,
        decoder: &Decoder,
    ) -> anyhow::Result<Self> {
        let classes = scorer.card().classes.clone();
        let known: Vec<(&Candidate, usize)> = catalogue
            .iter()
            .filter_map(|(_, one)| Some((one, class_of(one.truth.as_deref()?, &classes)?)))
            .collect();
        let mut fields: BTreeMap<String, usize> = BTreeMap::new();
        for (candidate, _) in &known {
            *fields.entry(field_of(candidate)).or_default() += 1;
        }
        let mut all = Vec::with_capacity(known.len());
        for chunk in known.chunks(CHUNK) {
            let candidates: Vec<&Candidate> = chunk.iter().map(|(one, _)| *one).collect();
            let scored = scorer.score(&candidates, decoder)?;
            let mended = calibrated(scorer.id(), &scored).unwrap_or_else(|| scored.clone());
            for ((candidate, class), both) in chunk.iter().zip(scored.iter().zip(&mended)) {
                let epochs = both.0.iter().zip(both.1.iter()).enumerate();
                let rows = epochs.filter_map(|(at, both)| match both {
                    (Prediction::Probabilities(row), Prediction::Probabilities(mended)) => {
                        Some((at + 1, [row.to_vec(), mended.to_vec()]))
                    }
                    _ => None,
                });
                let field = field_of(candidate);
                all.push(Object {
                    own: both.0.clone(),
                    significances: significances(candidate, decoder),
                    class: *class,
                    group: fnv::drawn(field.bytes()) % GROUPS,
                    rows: rows.collect(),
                });
            }
        }
        all.retain(|object| !object.rows.is_empty());
        Ok(Self {
            trained: scorer.card().trained_shares(),
            sets: scorer.card().sets_of(scorer.id()).cloned(),
            classes,
            all,
            fields: fields.len(),
        })
    }

    pub fn classes_there(&self) -> Vec<usize> {
        let is_there = |class: &usize| self.all.iter().any(|object| object.class == *class);
        (0..self.classes.len()).filter(is_there).collect()
    }

    /// "275 objects of 14 fields: 33 supernova, …"
    pub fn in_words(&self) -> String {
        let count = |class: usize| self.all.iter().filter(|one| one.class == class).count();
        let there = self.classes_there().into_iter();
        let there: Vec<String> = there
            .map(|class| format!("{} {}", count(class), self.classes[class]))
            .collect();
        let (objects, fields) = (self.all.len(), self.fields);
        format!("{objects} objects of {fields} fields: {}", there.join(", "))
    }

    /// The row of an object after so many epochs; none before the first that was scored.
    fn row(object: &Object, after: usize) -> Option<&(usize, [Vec<f32>; 2])> {
        object
            .rows
            .iter()
            .take_while(|(epochs, _)| *epochs <= after)
            .last()
    }

    /// The classes that objects are called after so many epochs; none where nothing is predicted yet.
    fn called(&self, after: usize, change: Change<'_>) -> Vec<Option<usize>> {
        let called = |object: &Object| {
            let (epochs, row) = Self::row(object, after)?;
            likeliest(&change(object, *epochs, row))
        };
        self.all.iter().map(called).collect()
    }

    fn mean_recall(&self, called: &[Option<usize>]) -> f64 {
        let there = self.classes_there();
        let recall = |class: &usize| {
            let of_class = self
                .all
                .iter()
                .zip(called)
                .filter(|(one, _)| one.class == *class);
            let all = of_class.clone().count();
            of_class
                .filter(|(_, called)| **called == Some(*class))
                .count() as f64
                / all as f64
        };
        there.iter().map(recall).sum::<f64>() / there.len() as f64
    }

    fn accuracy(&self, called: &[Option<usize>]) -> f64 {
        self.right(called).iter().filter(|right| **right).count() as f64 / called.len() as f64
    }

    fn right(&self, called: &[Option<usize>]) -> Vec<bool> {
        let both = self.all.iter().zip(called);
        both.map(|(one, called)| *called == Some(one.class))
            .collect()
    }

    /// Sets of classes at the usual level after so many epochs, as the model was calibrated.
    fn coverage(&self, after: usize) -> Option<Coverage> {
        let sets = self.sets.as_ref()?;
        let mut found = Coverage {
            held: 0.0,
            size: 0.0,
            classes: Vec::new(),
        };
        let there = self.classes_there();
        for class in &there {
            let (mut counts, mut size) = ([0; 3], 0);
            for one in self.all.iter().filter(|one| one.class == *class) {
                let last = one.own.len().min(after) - 1;
                let Some(set) = sets.set([&one.own, &one.own], last, USUAL_LEVEL) else {
                    continue;
                };
                counts[0] += 1;
                counts[1] += usize::from(set.contains(class));
                counts[2] += usize::from(one.significances[last] < SEEN);
                size += set.len();
            }
            let share = 1.0 / there.len() as f64 / counts[0].max(1) as f64;
            found.held += counts[1] as f64 * share;
            found.size += size as f64 * share;
            found.classes.push((self.classes[*class].clone(), counts));
        }
        Some(found)
    }

    fn curve(&self, of: &dyn Fn(usize, Decision) -> Vec<Option<usize>>) -> Curve {
        AFTER.map(|after| {
            [
                self.mean_recall(&of(after, Decision::EveryClass)),
                self.accuracy(&of(after, Decision::MostRight)),
            ]
        })
    }
}

impl Measured {
    pub fn of(name: String, objects: &Objects, labels: usize, draws: u64) -> Self {
        let trained = &objects.trained;
        let latest = objects
            .all
            .iter()
            .filter_map(|one| Some(&one.rows.last()?.1[1][..]));
        let latest: Vec<&[f32]> = latest.collect();
        let shares = estimate(&latest, trained);
        let as_trained = |after, _| objects.called(after, &|_, _, [row, _]| row.clone());
        let estimated = |after, decision| {
            let target = shares.target(decision);
            objects.called(after, &|_, _, [_, row]| correct(row, trained, &target))
        };
        let mut measured = Self {
            name,
            shares: shares.in_words(&objects.classes),
            as_trained: objects.curve(&as_trained),
            estimated: objects.curve(&estimated),
            labelled: Vec::new(),
            kept: [0; 2],
            won: [0; 2],
            won_by_labels: [0; 2],
            sets: AFTER
                .iter()
                .filter_map(|after| objects.coverage(*after))
                .collect(),
        };
        let before = objects.right(&as_trained(usize::MAX, Decision::EveryClass));
        let after = objects.right(&estimated(usize::MAX, Decision::EveryClass));
        add(&mut measured.won, &before, &after);
        for draw in 0..draws {
            let biases: Vec<LabelBiases> = (0..GROUPS)
                .map(|group| biases_for(objects, &shares, group, labels, draw))
                .collect();
            measured.kept[0] += biases.iter().filter(|biases| biases.is_kept()).count();
            measured.kept[1] += biases.len();
            let labelled = |after, decision| {
                let target = shares.target(decision);
                objects.called(after, &|object, epochs, [_, row]| {
                    let row = correct(row, trained, &target);
                    let biases = &biases[object.group as usize];
                    if biases.is_kept() {
                        biases.apply(&row, epochs)
                    } else {
                        row
                    }
                })
            };
            let by_labels = objects.right(&labelled(usize::MAX, Decision::EveryClass));
            add(&mut measured.won_by_labels, &after, &by_labels);
            measured.labelled.push(objects.curve(&labelled));
        }
        measured
    }
}

fn add(won: &mut [usize; 2], before: &[bool], after: &[bool]) {
    for both in before.iter().zip(after) {
        match both {
            (false, true) => won[0] += 1,
            (true, false) => won[1] += 1,
            _ => {}
        }
    }
}

/// Biases from so many labels of each class, of other groups than that one.
fn biases_for(
    objects: &Objects,
    shares: &ClassShares,
    group: u64,
    labels: usize,
    draw: u64,
) -> LabelBiases {
    let target = shares.target(Decision::EveryClass);
    let mut chance = Chance::new(1_000 * draw + group);
    let mut chosen = Vec::new();
    for class in objects.classes_there() {
        let mut open: Vec<&Object> = objects
            .all
            .iter()
            .filter(|one| one.class == class && one.group != group)
            .collect();
        for _ in 0..labels.min(open.len()) {
            let one = open.swap_remove(chance.below(open.len()));
            let row = one.rows.last().map_or(&[][..], |(_, [_, row])| row);
            chosen.push((correct(row, &objects.trained, &target), class));
        }
    }
    let labelled: Vec<(&[f32], usize)> = chosen
        .iter()
        .map(|(row, class)| (&row[..], *class))
        .collect();
    LabelBiases::learned(&labelled, objects.classes.len())
}
