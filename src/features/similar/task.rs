//! Comparing stamps: the tasks of the window and of the command line, and the table.

use std::sync::Arc;

use crate::{
    domain::{Candidate, CandidateIx, Catalogue, InputPlan},
    features::scoring::score::prepare_all,
    io::{
        Decoder,
        export::columns::{FilledColumn, Kind, Value, double, text},
    },
    learn::{
        infer::StampFeatures,
        similarity::{AlikeVectors, DIMENSIONS, Projection},
    },
    tasks::{Task, TaskContext, compute_queue::Priority, progress::Progress, step_times::Phase},
    workspace::model_registry::ModelRegistry,
};

/// Candidates whose stamps are read and computed at a time.
const AT_ONCE: usize = 128;

/// Looks at the stamps of a set, one epoch of each candidate: the one to look at first.
pub struct CompareStamps {
    /// The name or file of the network.
    pub source: Arc<str>,
    /// The candidates at this moment.
    pub catalogue: Arc<Catalogue>,
    pub models: ModelRegistry,
    pub decoder: Arc<Decoder>,
}

impl Task for CompareStamps {
    const NAME: &'static str = crate::english!("comparing stamps");
    type Update = Progress;
    type Output = Arc<AlikeVectors>;

    fn run(self, cx: &TaskContext<Progress>) -> anyhow::Result<Arc<AlikeVectors>> {
        let id = self.models.load_in_turn(&self.source, cx)?.id;
        let model = self.models.get(&id);
        let model = model.ok_or_else(|| anyhow::anyhow!("{} is gone", self.source))?;
        let model = model.network("asked what is alike")?;
        let plan = model.stamps()?.clone();
        let features = Arc::new(StampFeatures::of(&model)?);
        let projection = Arc::new(Projection::new(features.len()));
        let mut rows = Vec::with_capacity(self.catalogue.len());
        while rows.len() < self.catalogue.len() {
            cx.check()?;
            let chosen = self.catalogue.since(rows.len()).take(AT_ONCE);
            let chosen: Vec<Candidate> = chosen.map(|(_, known)| one_epoch(known)).collect();
            let (are_known, inputs) = prepared(&chosen, &plan, &self.decoder);
            let (features, projection) = (features.clone(), projection.clone());
            let phase = Phase::new(Self::NAME, "looking at stamps");
            let found = cx.compute(Priority::Soon, phase, move || {
                let all = features.of_stamps(&inputs);
                let rows = all.chunks(features.len().max(1));
                let rows = rows.map(|row| Box::new(projection.of(row)));
                rows.collect::<Vec<Box<[f32; DIMENSIONS]>>>()
            })?;
            let mut found = found.into_iter();
            let with_gaps = are_known.into_iter();
            rows.extend(with_gaps.map(|is_known| is_known.then(|| found.next()).flatten()));
            let (done, total) = (rows.len(), self.catalogue.len());
            cx.progress(done, total);
            cx.update_now_and_then(|| Progress { done, total });
        }
        Ok(Arc::new(AlikeVectors::new(rows)))
    }
}

/// What stands for a candidate: the epoch to look at first.
fn one_epoch(candidate: &Candidate) -> Candidate {
    let epoch = candidate.epochs.get(candidate.first_look());
    Candidate {
        id: candidate.id.clone(),
        epochs: epoch.cloned().into_iter().collect(),
        ..Candidate::default()
    }
}

/// Whose stamps can be used, and the inputs of those, one behind the other.
fn prepared(
    candidates: &[Candidate],
    plan: &InputPlan,
    decoder: &Decoder,
) -> (Vec<bool>, Vec<f32>) {
    let known: Vec<&Candidate> = candidates.iter().collect();
    let mut inputs = Vec::new();
    let are_known = prepare_all(&known, plan, decoder)
        .into_iter()
        .map(|epochs| {
            let first = epochs.into_iter().next();
            let input = first.and_then(Result::ok);
            let is_known = input.is_some();
            inputs.extend(input.unwrap_or_default());
            is_known
        });
    (are_known.collect(), inputs)
}

/// Ranks a set by its likeness to examples.
pub struct RankAlike {
    /// What the stamps of the set are like.
    pub vectors: Arc<AlikeVectors>,
    /// The examples.
    pub more: Vec<CandidateIx>,
    /// The counterexamples.
    pub less: Vec<CandidateIx>,
}

impl Task for RankAlike {
    const NAME: &'static str = "ranking by likeness";
    type Update = ();
    /// The likeness of every candidate, -1 to 1; NaN without a stamp.
    type Output = Arc<[f32]>;

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<Arc<[f32]>> {
        cx.check()?;
        let [more, less] = [&self.more, &self.less].map(|examples| {
            let places = examples.iter().map(|ix| ix.0 as usize);
            places.collect::<Vec<usize>>()
        });
        let is_known = |at: &usize| self.vectors.is_known(*at);
        anyhow::ensure!(
            more.iter().any(is_known),
            "the example has no stamps that can be compared: science, reference and difference of 21 pixels and more"
        );
        Ok(self.vectors.likeness(&more, &less).into())
    }
}

/// The candidates nearest first, those without a stamp left out.
pub fn nearest(likeness: &[f32]) -> Vec<CandidateIx> {
    let mut order: Vec<usize> = (0..likeness.len()).collect();
    order.retain(|at| !likeness[*at].is_nan());
    order.sort_by(|a, b| likeness[*b].total_cmp(&likeness[*a]).then(a.cmp(b)));
    order.into_iter().map(|at| CandidateIx(at as u32)).collect()
}

/// The table: one row a candidate, the nearest first.
#[rustfmt::skip]
pub fn columns(nearest: &[CandidateIx], likeness: &[f32], catalogue: &Catalogue) -> Vec<FilledColumn> {
    use Kind::{Double, Text};
    let fill = |name: &str, kind, unit, meaning: &str, value: &dyn Fn(CandidateIx) -> Value| FilledColumn {
        name: name.into(),
        kind,
        unit,
        meaning: meaning.into(),
        values: nearest.iter().map(|ix| value(*ix)).collect(),
    };
    let degrees = |ix, axis: usize| double(catalogue.get(ix).and_then(|known: &Candidate| Some(known.position_deg?[axis])));
    vec![
        fill("id", Text, "", "identifier", &|ix| text(catalogue.get(ix).map(|known| &*known.id))),
        fill("likeness", Double, "", "cosine to the examples less half of that to the counterexamples, -1 to 1", &|ix| double(Some(f64::from(likeness[ix.0 as usize])))),
        fill("ra", Double, "deg", "right ascension, J2000", &|ix| degrees(ix, 0)),
        fill("dec", Double, "deg", "declination, J2000", &|ix| degrees(ix, 1)),
    ]
}
