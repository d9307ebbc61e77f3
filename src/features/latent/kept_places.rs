//! Places in a latent space as a project keeps them: as it keeps scores, by the version of the model, the epoch, and the files
//! and pixels that they were computed from.
//!
//! A place is one row of numbers: coordinates, probabilities of the components, reconstruction error.

use std::{path::Path, sync::Arc};

use crate::{
    domain::{
        Candidate, Catalogue, Embedding, InputPlan, KeptScores, LatentPoint, LatentSpace,
        ModelInput, Prediction, ScoreRow, ScoredFrom,
    },
    features::scoring::{
        inputs::{EpochInput, StampPlan, WantedStamps, stamp_inputs},
        origin::{check_files, files_of},
        score_store::{ScoreStore, StoreFault},
    },
    io::Decoder,
    learn::latent::Embedded,
    tasks::cancel::{CancelToken, Cancelled},
};

/// Where an epoch lies: a row of numbers; or why it has no place.
pub(super) type Place = Result<Arc<[f32]>, Arc<str>>;

/// What is known of the epochs of some candidates before the network computes, candidate by candidate.
pub(super) type Inputs = Vec<Vec<EpochInput>>;

/// What the network is given: those that are to be computed, one after the other.
pub(super) fn to_compute(inputs: &[Vec<EpochInput>]) -> Vec<f32> {
    let ready = inputs.iter().flatten().filter_map(|epoch| match epoch {
        EpochInput::Ready(numbers, _) => Some(numbers.as_slice()),
        EpochInput::Kept(_) | EpochInput::Refused(_) => None,
    });
    ready.flatten().copied().collect()
}

/// The places of one model that a project holds, and those that are new.
pub(super) struct PlaceStore {
    space: Arc<LatentSpace>,
    /// None of a model that takes no stamps: nothing of it is kept.
    input: Option<ModelInput>,
    store: ScoreStore,
    kept: KeptScores,
    decoder: Arc<Decoder>,
}

impl PlaceStore {
    /// Those of a project, of the model with that space that takes what `plan` names.
    pub fn open(
        project: Option<&Path>,
        space: Arc<LatentSpace>,
        plan: Option<&InputPlan>,
        decoder: Arc<Decoder>,
    ) -> Self {
        let input = plan.map(|plan| ModelInput::Stamps(plan.clone()));
        let mut store = ScoreStore::open(project.filter(|_| input.is_some()));
        let mut kept = store.kept(&space.model);
        kept.keep_rows_of(row_length(&space));
        Self {
            space,
            input,
            store,
            kept,
            decoder,
        }
    }

    /// True where the project holds no place.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Places of files that have changed since are not taken for those of the present ones.
    ///
    /// # Errors
    /// [`Cancelled`].
    pub fn check(&mut self, catalogue: &Catalogue, cancel: &CancelToken) -> Result<(), Cancelled> {
        let Some(input) = &self.input else {
            return Ok(());
        };
        check_files(&mut self.kept, input, catalogue, &self.decoder, cancel)
    }

    /// The places of a candidate that are known without a look at its stamps, epoch by epoch.
    pub fn known(&self, candidate: &Candidate) -> Vec<Option<Arc<[f32]>>> {
        let Some(input) = &self.input else {
            return vec![None; candidate.epochs.len()];
        };
        let known = self.kept.known(candidate, input).into_iter();
        known.map(|known| place(known?).ok()).collect()
    }

    /// How many of its epochs had no place when they were looked at last.
    pub fn refused(&self, candidate: &Candidate) -> usize {
        let input = self.input.as_ref();
        input.map_or(0, |input| self.kept.refused(candidate, input))
    }

    /// What is known of the epochs of candidates; stamps of places that are known are not decoded. None of a model that takes
    /// no stamps.
    pub fn inputs(&self, candidates: &[&Candidate]) -> Option<Inputs> {
        let input = self.input.as_ref()?;
        let wanted = WantedStamps {
            plan: StampPlan::of(input)?,
            input,
            kept: &self.kept,
        };
        stamp_inputs(candidates, &[wanted], &self.decoder)
            .into_iter()
            .next()
    }

    /// Where the epochs lie now that the network has placed those that were to be computed. The project keeps what it does
    /// not hold.
    pub fn take(
        &mut self,
        candidates: &[&Candidate],
        inputs: Inputs,
        computed: &Embedded,
    ) -> Vec<Vec<Place>> {
        let (mut next, mut new) = (0, Vec::new());
        let mut all = Vec::with_capacity(candidates.len());
        for (candidate, epochs) in candidates.iter().zip(inputs) {
            let mut pixels = Vec::with_capacity(epochs.len());
            let mut placed = Vec::with_capacity(epochs.len());
            for epoch in epochs {
                let (prediction, hash) = match epoch {
                    EpochInput::Kept(prediction) => (prediction, None),
                    EpochInput::Refused(why) => (Prediction::Refused(why), None),
                    EpochInput::Ready(_, hash) => {
                        next += 1;
                        (row_of(&self.space, computed, next - 1), Some(hash))
                    }
                };
                pixels.push(hash);
                placed.push(prediction);
            }
            new.extend(self.to_keep(candidate, &placed, &pixels));
            all.push(placed.into_iter().map(place).collect());
        }
        self.store.keep(&self.space.model, new.into());
        all
    }

    /// Rows that the project does not hold as they are.
    fn to_keep(
        &self,
        candidate: &Candidate,
        placed: &[Prediction],
        pixels: &[Option<u64>],
    ) -> Vec<ScoreRow> {
        let Some(input) = self.input.as_ref().filter(|_| self.store.is_open()) else {
            return Vec::new();
        };
        let rows = ScoreRow::of(candidate, input, placed, |at, epoch| ScoredFrom {
            files: files_of(epoch, &self.decoder),
            pixels: pixels[at],
        });
        let rows = rows.into_iter();
        rows.filter_map(|mut row| (!self.kept.is_up_to_date(&mut row)).then_some(row))
            .collect()
    }

    /// Writes what is not written yet.
    pub fn write(&mut self) {
        self.store.write();
    }

    /// What the user must know of the project, once.
    pub const fn take_fault(&mut self) -> Option<StoreFault> {
        self.store.take_fault()
    }
}

/// Numbers of a place.
fn row_length(space: &LatentSpace) -> usize {
    space.dimensions + space.components.len() + 1
}

fn place(prediction: Prediction) -> Place {
    match prediction {
        Prediction::Probabilities(numbers) => Ok(numbers),
        Prediction::Refused(why) => Err(why),
    }
}

/// The place of one stamp as a row.
fn row_of(space: &LatentSpace, computed: &Embedded, at: usize) -> Prediction {
    let (axes, components) = (space.dimensions, space.components.len());
    let means = computed.means.get(at * axes..(at + 1) * axes);
    let shares = at * components..(at + 1) * components;
    let shares = computed.responsibilities.get(shares);
    match (means, shares, computed.errors.get(at)) {
        (Some(means), Some(shares), Some(error)) => {
            Prediction::Probabilities([means, shares, &[*error]].concat().into())
        }
        _ => Prediction::Refused("was given no whole place by the model".into()),
    }
}

/// Coordinates, probabilities of the components, reconstruction error.
pub(super) type Parts<'a> = (&'a [f32], &'a [f32], f32);

/// A place in its parts. None of a row of another length.
pub(super) fn parts_of<'a>(space: &LatentSpace, numbers: &'a [f32]) -> Option<Parts<'a>> {
    if numbers.len() != row_length(space) {
        return None;
    }
    let (means, rest) = numbers.split_at(space.dimensions);
    let (error, shares) = rest.split_last()?;
    Some((means, shares, *error))
}

/// Adds a point; false where the row is none of this space.
pub(super) fn push(all: &mut Embedding, point: LatentPoint, numbers: &[f32]) -> bool {
    let Some((means, shares, error)) = parts_of(&all.space, numbers) else {
        return false;
    };
    all.points.push(point);
    all.means.extend(means);
    all.responsibilities.extend(shares);
    all.errors.push(error);
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CandidateIx, LatentComponent, ModelId};

    fn space() -> Arc<LatentSpace> {
        let component = LatentComponent {
            weight: 0.5,
            mean: Arc::new([0.0; 3]),
            variance: Arc::new([1.0; 3]),
        };
        Arc::new(LatentSpace {
            model: ModelId::new("vade", 7),
            dimensions: 3,
            side_px: 21,
            components: [component.clone(), component].into(),
        })
    }

    #[test]
    fn a_row_has_all_of_a_place_and_nothing_of_its_neighbours() {
        let space = space();
        let computed = Embedded {
            means: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            responsibilities: vec![0.1, 0.9, 0.8, 0.2],
            errors: vec![0.5, 0.25],
        };
        let row = place(row_of(&space, &computed, 1)).unwrap();
        assert_eq!(&*row, &[4.0, 5.0, 6.0, 0.8, 0.2, 0.25][..]);
        assert_eq!(row.len(), row_length(&space));
        let parts = parts_of(&space, &row).unwrap();
        assert_eq!(parts, (&[4.0, 5.0, 6.0][..], &[0.8, 0.2][..], 0.25));
        let why = place(row_of(&space, &computed, 2)).unwrap_err();
        assert!(why.contains("no whole place"), "{why}");
        let mut all = Embedding::new(space);
        let point = LatentPoint {
            candidate: CandidateIx(4),
            epoch: 1,
        };
        assert!(push(&mut all, point, &row));
        assert!(!push(&mut all, point, &row[1..]));
        assert_eq!((all.len(), all.mean(0)), (1, &[4.0, 5.0, 6.0][..]));
        assert_eq!(all.component(0), Some(0));
    }
}
