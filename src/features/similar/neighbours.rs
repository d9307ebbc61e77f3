//! The labelled candidates that one candidate is most like, one of each class: the task, and which of them are shown.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    domain::{CandidateIx, Catalogue, LabelBook, Vocabulary, class_of},
    learn::similarity::AlikeVectors,
    tasks::{Task, TaskContext},
    workspace::{alike::Neighbour, repeat_check::RepeatCheck},
};

/// Labelled candidates between two looks whether the task was cancelled.
const STEP: usize = 4096;
/// Classes of a vocabulary of several of which the nearest is shown.
const LIKELY: usize = 2;
/// What labels are in the simplest vocabulary.
const SIDES: [&str; 2] = ["bogus", "real"];

/// The labelled candidates of a set, as of some revision of its labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labelled {
    revision: u64,
    candidates: usize,
    /// A candidate with several tags stands under each.
    rows: Vec<(CandidateIx, Arc<str>)>,
}

impl Labelled {
    fn of(book: &LabelBook, catalogue: &Catalogue) -> Self {
        let mut rows = Vec::new();
        for (id, state) in book.candidates() {
            if let Some(ix) = catalogue.find(id).filter(|_| state.is_labelled()) {
                rows.extend(state.classes.iter().map(|class| (ix, class.clone())));
            }
        }
        Self {
            revision: book.revision(),
            candidates: catalogue.len(),
            rows,
        }
    }

    fn is_of(&self, book: &LabelBook, catalogue: &Catalogue) -> bool {
        (self.revision, self.candidates) == (book.revision(), catalogue.len())
    }
}

/// Looks for the nearest labelled candidate of each class.
pub struct FindNeighbours {
    /// The candidate that they are to be like.
    pub here: CandidateIx,
    /// What the stamps of the set are like.
    pub vectors: Arc<AlikeVectors>,
    /// The candidates at this moment.
    pub catalogue: Arc<Catalogue>,
    pub book: Arc<LabelBook>,
    /// Those whose labels are hidden.
    pub repeat_check: RepeatCheck,
    /// The labelled ones as they were found the last time.
    pub known: Option<Arc<Labelled>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct NearestOfClasses {
    /// What they are like.
    pub here: CandidateIx,
    /// The labelled candidates, for the next time.
    pub labelled: Arc<Labelled>,
    /// False where the candidate has no stamp that can be compared.
    pub is_known: bool,
    /// The nearest of each class.
    pub nearest: BTreeMap<Arc<str>, (CandidateIx, f32)>,
}

impl Task for FindNeighbours {
    const NAME: &'static str = "nearest labelled";
    type Update = ();
    type Output = NearestOfClasses;

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<NearestOfClasses> {
        let known = self.known;
        let known = known.filter(|known| known.is_of(&self.book, &self.catalogue));
        let labelled = known.unwrap_or_else(|| Arc::new(Labelled::of(&self.book, &self.catalogue)));
        // The next label need not copy them.
        drop(self.book);
        let here = self.here.0 as usize;
        let mut nearest: BTreeMap<Arc<str>, (CandidateIx, f32)> = BTreeMap::new();
        for (at, (ix, class)) in labelled.rows.iter().enumerate() {
            if at % STEP == 0 {
                cx.check()?;
            }
            let candidate = self.catalogue.get(*ix);
            let is_hidden = candidate.is_some_and(|known| self.repeat_check.hides(known));
            let likeness = self.vectors.between(here, ix.0 as usize);
            let Some(likeness) = likeness.filter(|_| *ix != self.here && !is_hidden) else {
                continue;
            };
            let best = nearest.entry(class.clone()).or_insert((*ix, likeness));
            if likeness > best.1 {
                *best = (*ix, likeness);
            }
        }
        Ok(NearestOfClasses {
            here: self.here,
            labelled,
            is_known: self.vectors.is_known(here),
            nearest,
        })
    }
}

/// What is shown beside a candidate: the nearest one, or the kind of which there is no label.
#[derive(Clone, Debug, PartialEq)]
pub enum Sought {
    Found(Neighbour),
    /// Of this kind ("real", "bogus") no other candidate is labelled.
    Missing(&'static str),
}

/// Which of the nearest are shown. In a vocabulary that has them, the nearest real one and the nearest artefact; of
/// other classes the nearest of the two likeliest ones: as the model (`likely`, the likeliest first) predicts, else
/// those to which the nearest examples belong.
pub fn chosen(
    found: &NearestOfClasses,
    vocabulary: &Vocabulary,
    likely: Option<&[&str]>,
) -> Vec<Sought> {
    let side = |class: &str| class_of(class, &SIDES);
    let neighbour = |(class, (candidate, likeness)): (&Arc<str>, &(CandidateIx, f32))| Neighbour {
        candidate: *candidate,
        class: class.clone(),
        likeness: *likeness,
    };
    let mut by_likeness: Vec<Neighbour> = found.nearest.iter().map(neighbour).collect();
    by_likeness.sort_by(|a, b| b.likeness.total_cmp(&a.likeness));
    let mut shown: Vec<Sought> = Vec::new();
    for (at, name) in SIDES.iter().enumerate().rev() {
        if vocabulary.classes.iter().any(|class| *class.name == **name) {
            let mut of_side = by_likeness
                .iter()
                .filter(|one| side(&one.class) == Some(at));
            let nearest = of_side.next().cloned();
            shown.push(nearest.map_or(Sought::Missing(name), Sought::Found));
        }
    }
    let is_other = |name: &str| !SIDES.contains(&name);
    if !vocabulary.classes.iter().any(|class| is_other(&class.name)) {
        return shown;
    }
    let others = by_likeness.iter().filter(|one| is_other(&one.class));
    let of_model = |name: &&str| {
        let mut of_class = by_likeness.iter();
        of_class.find(|one| is_other(&one.class) && class_of(&one.class, &[name]) == Some(0))
    };
    let classes: Vec<&Neighbour> = match likely {
        Some(likely) => likely.iter().filter_map(of_model).take(LIKELY).collect(),
        None => others.take(LIKELY).collect(),
    };
    for one in classes {
        let is_shown = |known: &Sought| matches!(known, Sought::Found(known) if known.candidate == one.candidate);
        if !shown.iter().any(is_shown) {
            shown.push(Sought::Found(one.clone()));
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(nearest: &[(&str, u32, f32)]) -> NearestOfClasses {
        let nearest = nearest.iter();
        NearestOfClasses {
            here: CandidateIx(0),
            labelled: Arc::default(),
            is_known: true,
            nearest: nearest
                .map(|(class, ix, likeness)| ((*class).into(), (CandidateIx(*ix), *likeness)))
                .collect(),
        }
    }

    fn words(shown: &[Sought]) -> Vec<String> {
        let word = |sought: &Sought| match sought {
            Sought::Found(one) => format!("{} {}", one.class, one.candidate.0),
            Sought::Missing(name) => format!("no {name}"),
        };
        shown.iter().map(word).collect()
    }

    #[test]
    fn of_real_and_bogus_one_of_each_is_shown() {
        let vocabulary = Vocabulary::real_bogus();
        let all = found(&[("real", 3, 0.4), ("bogus", 7, 0.9), ("supernova", 5, 0.6)]);
        // A supernova is a real one, and nearer.
        assert_eq!(
            words(&chosen(&all, &vocabulary, None)),
            ["supernova 5", "bogus 7"]
        );
        let one = found(&[("real", 3, 0.4)]);
        assert_eq!(
            words(&chosen(&one, &vocabulary, None)),
            ["real 3", "no bogus"]
        );
        assert_eq!(
            words(&chosen(&found(&[]), &vocabulary, None)),
            ["no real", "no bogus"]
        );
    }

    #[test]
    fn of_classes_the_two_likeliest_count() {
        let all = found(&[
            ("supernova", 1, 0.2),
            ("galaxy", 2, 0.9),
            ("rr_lyrae", 3, 0.5),
            ("asteroid", 4, 0.4),
        ]);
        let vocabulary = Vocabulary::sequence_classes();
        assert_eq!(
            words(&chosen(&all, &vocabulary, None)),
            ["galaxy 2", "rr_lyrae 3"]
        );
        let likely = ["supernova", "cepheid", "asteroid", "galaxy"];
        assert_eq!(
            words(&chosen(&all, &vocabulary, Some(&likely))),
            ["supernova 1", "asteroid 4"]
        );
        // The artefact, and the likeliest class by another spelling of its name.
        let alerce = Vocabulary::alerce_stamp();
        let all = found(&[("SN", 1, 0.2), ("bogus", 2, 0.9), ("AGN", 3, 0.1)]);
        assert_eq!(
            words(&chosen(&all, &alerce, Some(&["supernova", "bogus", "AGN"]))),
            ["bogus 2", "SN 1", "AGN 3"]
        );
    }
}
