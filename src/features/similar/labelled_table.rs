//! For every candidate of a set the nearest labelled one of each class: the task of the command line, and its table.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    domain::{CandidateIx, Catalogue},
    io::export::columns::{FilledColumn, Kind, Value, double, text},
    learn::similarity::AlikeVectors,
    tasks::{Task, TaskContext, progress::Progress},
};

/// Candidates between two looks whether the task was cancelled.
const STEP: usize = 256;

/// The nearest one of each class, with its likeness.
pub type OfClasses = BTreeMap<Arc<str>, (CandidateIx, f32)>;

pub struct NearestLabelled {
    /// What the stamps of the set are like.
    pub vectors: Arc<AlikeVectors>,
    /// The labelled candidates with their classes.
    pub labels: BTreeMap<CandidateIx, Arc<str>>,
}

impl Task for NearestLabelled {
    const NAME: &'static str = "nearest labelled of all";
    type Update = Progress;
    /// In the order of the set; empty for a candidate without a stamp. A candidate is no example of itself.
    type Output = Vec<OfClasses>;

    fn run(self, cx: &TaskContext<Progress>) -> anyhow::Result<Vec<OfClasses>> {
        let total = self.vectors.len();
        let mut all = Vec::with_capacity(total);
        for here in 0..total {
            if here % STEP == 0 {
                cx.check()?;
                cx.progress(here, total);
                cx.update_now_and_then(|| Progress { done: here, total });
            }
            let mut nearest = OfClasses::new();
            for (ix, class) in &self.labels {
                let other = ix.0 as usize;
                let likeness = self.vectors.between(here, other);
                let Some(likeness) = likeness.filter(|_| other != here) else {
                    continue;
                };
                let best = nearest.entry(class.clone()).or_insert((*ix, likeness));
                if likeness > best.1 {
                    *best = (*ix, likeness);
                }
            }
            all.push(nearest);
        }
        Ok(all)
    }
}

/// The table: a row a candidate, for each class the nearest one's identifier and likeness.
pub fn columns(nearest: &[OfClasses], catalogue: &Catalogue) -> Vec<FilledColumn> {
    let classes: BTreeSet<&Arc<str>> = nearest.iter().flat_map(BTreeMap::keys).collect();
    let id_of = |ix: CandidateIx| catalogue.get(ix).map(|candidate| &*candidate.id);
    let column = |name: String, kind, meaning: String, values: Vec<Value>| FilledColumn {
        name,
        kind,
        unit: "",
        meaning,
        values,
    };
    let ids = catalogue.iter().take(nearest.len());
    let ids = ids
        .map(|(_, candidate)| text(Some(&*candidate.id)))
        .collect();
    let mut table = vec![column("id".into(), Kind::Text, "identifier".into(), ids)];
    for class in classes {
        let found: Vec<_> = nearest.iter().map(|one| one.get(class).copied()).collect();
        let names = found
            .iter()
            .map(|one| text(one.and_then(|(ix, _)| id_of(ix))));
        table.push(column(
            format!("nearest_{class}"),
            Kind::Text,
            format!("the labelled {class} that it is most like"),
            names.collect(),
        ));
        let likeness = found
            .iter()
            .map(|one| double(one.map(|(_, likeness)| f64::from(likeness))));
        table.push(column(
            format!("likeness_{class}"),
            Kind::Double,
            "cosine, -1 to 1".into(),
            likeness.collect(),
        ));
    }
    table
}
