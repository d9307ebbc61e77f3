//! Image sequences to learn from. They are kept as calibrated images; what the network sees of them is
//! made anew at every presentation, with other epochs left out and in another orientation.

use std::{collections::BTreeMap, ops::Range};

use burn::{
    module::Module,
    tensor::{
        Device, Tensor, TensorData,
        activation::{log_softmax, softmax},
    },
};

use rayon::prelude::*;

use super::{
    Compute, Dataset, LearnError, Network, Settling, TrainingBatch,
    batch::orient,
    dataset::Settled,
    infer::{Engine, Epochs, States, sequence_kernels},
    network::SequenceBatch,
    temperature::{Judged, calibration_error},
};
use crate::{
    domain::{SequencePlan, fnv::fnv1a, likeliest},
    imaging::sequence_input::{CHANNELS, CONDITIONS, CalibratedEpoch, History},
};

/// Sequences validated at once. More are hardly faster, and would keep others waiting.
const BATCH: usize = 16;
/// Epochs over which the weight of a verdict rises to that of later ones.
const RAMP: usize = 10;
/// What the last verdict weighs on top.
const LAST: f32 = 5.0;
/// Fewest epochs that are left of a sequence.
const FEWEST: usize = 3;

/// A candidate of known class.
#[derive(Clone, Debug, PartialEq)]
pub struct Sequence {
    /// Its usable images in the order of time.
    pub epochs: Vec<CalibratedEpoch>,
    /// Position of its class in the model's card.
    pub class: u8,
}

/// Many of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Sequences {
    plan: SequencePlan,
    all: Vec<Sequence>,
    classes: Vec<u8>,
}

/// What a network takes, as numbers.
struct Inputs {
    channels: Vec<f32>,
    conditions: Vec<f32>,
    lengths: Vec<usize>,
}

impl Sequences {
    /// Those that have an epoch, to be seen as a plan says.
    pub fn new(plan: &SequencePlan, sequences: impl IntoIterator<Item = Sequence>) -> Self {
        let all: Vec<_> = sequences
            .into_iter()
            .filter(|sequence| !sequence.epochs.is_empty())
            .collect();
        Self {
            plan: plan.clone(),
            classes: all.iter().map(|sequence| sequence.class).collect(),
            all,
        }
    }

    /// They themselves.
    pub fn all(&self) -> &[Sequence] {
        &self.all
    }

    fn inputs<'a>(&self, chosen: impl Iterator<Item = (Vec<&'a CalibratedEpoch>, u8)>) -> Inputs {
        let mut inputs = Inputs {
            channels: Vec::new(),
            conditions: Vec::new(),
            lengths: Vec::new(),
        };
        let side = self.plan.side_px;
        let mut seen = Vec::with_capacity(CHANNELS * side * side);
        for (epochs, turn) in chosen {
            let mut history = History::new(self.plan.form, side);
            inputs.lengths.push(epochs.len());
            for epoch in epochs {
                seen.clear();
                inputs.conditions.extend(history.next(epoch, &mut seen));
                for channel in seen.chunks_exact(side * side) {
                    orient(channel, side, turn, &mut inputs.channels);
                }
            }
        }
        inputs
    }
}

impl Inputs {
    fn batch(self, side: usize, device: &Device) -> SequenceBatch {
        let images = self.channels.len() / (CHANNELS * side * side);
        let shape = [images, CHANNELS, side, side];
        SequenceBatch {
            images: Tensor::from_data(TensorData::new(self.channels, shape), device),
            conditions: Tensor::from_data(
                TensorData::new(self.conditions, [images, CONDITIONS]),
                device,
            ),
            lengths: self.lengths,
        }
    }
}

/// The epochs of a sequence that are shown this time: half of the times all of them, else without
/// some, or from a later one on, or up to an earlier one. Our choice.
fn shown(epochs: &[CalibratedEpoch], chance: u64) -> Vec<&CalibratedEpoch> {
    let count = epochs.len();
    let part = |share: u64| (count as u64 * (chance >> 8 & 0xff) * share / (256 * 100)) as usize;
    let all = epochs.iter().enumerate();
    let kept: Vec<&CalibratedEpoch> = match chance & 7 {
        0..=3 => return epochs.iter().collect(),
        4 | 5 => {
            let is_kept = |at: usize| fnv1a(chance, [at as u8]) % 100 >= 15;
            all.filter(|(at, _)| is_kept(*at)).map(|(_, e)| e).collect()
        }
        6 => epochs[part(50)..].iter().collect(),
        _ => epochs[..count - part(50)].iter().collect(),
    };
    if kept.len() < FEWEST {
        epochs.iter().collect()
    } else {
        kept
    }
}

/// What each verdict weighs in the loss: (sequence, epoch), 0 beyond the end. They sum to the number
/// of sequences.
fn weights(lengths: &[usize], most: usize) -> Vec<f32> {
    let mut weights = Vec::with_capacity(lengths.len() * most);
    for length in lengths {
        let of = |at: usize| {
            let ramp = ((at + 1) as f32 / RAMP as f32).min(1.0);
            if at + 1 == *length { ramp + LAST } else { ramp }
        };
        let sum: f32 = (0..*length).map(of).sum();
        weights.extend((0..most).map(|at| if at < *length { of(at) / sum } else { 0.0 }));
    }
    weights
}

impl Dataset for Sequences {
    fn len(&self) -> usize {
        self.all.len()
    }

    fn classes(&self) -> &[u8] {
        &self.classes
    }

    /// Cross-entropy of the predictions after all epochs; later ones weigh more, the last most.
    fn loss(&self, network: &Network, batch: &TrainingBatch<'_>) -> Result<Tensor<1>, LearnError> {
        let network = network.recurrent()?;
        let chosen = batch.chosen.iter().enumerate().map(|(order, at)| {
            let chance = fnv1a(batch.noise, (order as u64).to_le_bytes());
            let epochs = shown(&self.all[*at].epochs, chance >> 9);
            (epochs, batch.turn(order))
        });
        let device = &batch.device;
        let epochs = self.inputs(chosen).batch(self.plan.side_px, device);
        let lengths = epochs.lengths.clone();
        let (predicted, _) = network.forward(epochs, None);
        let [count, most, classes] = predicted.dims();
        let mut target = vec![0.0_f32; count * most * classes];
        let weights = weights(&lengths, most);
        for (place, weight) in weights.into_iter().enumerate() {
            let class = usize::from(self.classes[batch.chosen[place / most]]);
            if let Some(cell) = target.get_mut(place * classes + class) {
                *cell = weight;
            }
        }
        let target = TensorData::new(target, [count, most, classes]);
        let target = Tensor::<3>::from_data(target, device);
        Ok((log_softmax(batch.adjusted(predicted), 2) * target)
            .sum()
            .div_scalar(-(count as f64)))
    }

    fn classify(
        &self,
        network: &Network,
        range: Range<usize>,
        compute: &Compute,
    ) -> Result<Vec<f32>, LearnError> {
        let all = self.predictions_of(range, network, compute)?;
        let last = all.into_iter().filter_map(|mut rows| rows.pop());
        Ok(last.flatten().collect())
    }

    fn validated_at_once(&self) -> usize {
        BATCH
    }

    /// The temperature that fits all verdicts from the third epoch on, and how well probabilities are
    /// calibrated before and after.
    fn settle(
        &self,
        settling: &mut Settling,
        compute: &Compute,
    ) -> Result<Option<Settled>, LearnError> {
        let network = &settling.network;
        let Some(before) = &mut settling.before else {
            settling.before = Some(Vec::new());
            return Ok(None);
        };
        if !self.judge_more(network, before, compute)? {
            return Ok(None);
        }
        let Some(temperature) = settling.search.step(&self.judged(before)) else {
            return Ok(None);
        };
        let Some((network, after)) = &mut settling.tempered else {
            let Network::Recurrent(recurrent) = network.clone() else {
                return Err(LearnError::Kind("sequences", "single epochs"));
            };
            let network = Network::Recurrent(recurrent.tempered(temperature));
            settling.tempered = Some((network, Vec::new()));
            return Ok(None);
        };
        if !self.judge_more(network, after, compute)? {
            return Ok(None);
        }
        let (before, after) = (&*before, &*after);
        let figures = [
            ("temperature", temperature),
            (
                "calibration_error_untempered",
                calibration_error(&self.judged(before)),
            ),
            ("calibration_error", calibration_error(&self.judged(after))),
            ("validation_mean_recall", self.mean_recall(after)),
        ];
        Ok(Some((
            network.clone(),
            figures.map(|(name, value)| (name.to_owned(), value)).into(),
        )))
    }
}

impl Sequences {
    /// Class probabilities of the next sequences after those that are judged so far; true when all are.
    fn judge_more(
        &self,
        network: &Network,
        so_far: &mut Vec<Vec<Vec<f32>>>,
        compute: &Compute,
    ) -> Result<bool, LearnError> {
        let until = (so_far.len() + BATCH).min(self.all.len());
        if so_far.len() == until {
            return Ok(true);
        }
        so_far.extend(self.predictions_of(so_far.len()..until, network, compute)?);
        Ok(false)
    }

    fn judged<'a>(&self, predictions: &'a [Vec<Vec<f32>>]) -> Vec<Judged<'a>> {
        let all = predictions.iter().zip(&self.classes);
        let rows = all.flat_map(|(rows, class)| {
            let rows = rows.iter().skip(FEWEST - 1);
            rows.map(|row| (&row[..], usize::from(*class)))
        });
        rows.collect()
    }

    /// Mean over the classes of the share that is recognised after the last epoch.
    fn mean_recall(&self, predictions: &[Vec<Vec<f32>>]) -> f64 {
        let mut counts: BTreeMap<u8, [usize; 2]> = BTreeMap::new();
        for (rows, class) in predictions.iter().zip(&self.classes) {
            let last = rows.last().map_or(&[][..], |row| &row[..]);
            let is_right = likeliest(last) == Some(usize::from(*class));
            let count = counts.entry(*class).or_default();
            count[0] += usize::from(is_right);
            count[1] += 1;
        }
        let recalls = counts
            .values()
            .map(|[right, all]| *right as f64 / *all as f64);
        recalls.sum::<f64>() / counts.len().max(1) as f64
    }

    /// Class probabilities after every epoch of every sequence.
    ///
    /// # Errors
    /// Where the network takes single epochs.
    pub fn predictions(
        &self,
        network: &Network,
        compute: &Compute,
    ) -> Result<Vec<Vec<Vec<f32>>>, LearnError> {
        self.predictions_of(0..self.all.len(), network, compute)
    }

    fn predictions_of(
        &self,
        range: Range<usize>,
        network: &Network,
        compute: &Compute,
    ) -> Result<Vec<Vec<Vec<f32>>>, LearnError> {
        let network = network.recurrent()?.valid();
        if let Some(kernels) = sequence_kernels(self.plan.side_px, &network, compute) {
            let some = self.all[range].par_iter();
            return some.map(|one| self.predictions_by(&kernels, one)).collect();
        }
        let device = compute.plain();
        let mut predictions = Vec::with_capacity(range.len());
        for some in self.all[range].chunks(BATCH) {
            let whole = some
                .iter()
                .map(|sequence| (sequence.epochs.iter().collect(), 0));
            let batch = self.inputs(whole).batch(self.plan.side_px, &device);
            let lengths = batch.lengths.clone();
            let (predicted, _) = network.forward(batch, None);
            let [_, most, classes] = predicted.dims();
            let predicted: Vec<f32> = softmax(predicted, 2).into_data().iter::<f32>().collect();
            let rows = predicted.chunks((most * classes).max(1)).zip(lengths);
            predictions.extend(rows.map(|(rows, length)| {
                let rows = rows.chunks(classes.max(1)).take(length);
                rows.map(<[f32]>::to_vec).collect::<Vec<_>>()
            }));
        }
        Ok(predictions)
    }

    /// Class probabilities after every epoch of one sequence.
    fn predictions_by(
        &self,
        kernels: &impl Engine,
        sequence: &Sequence,
    ) -> Result<Vec<Vec<f32>>, LearnError> {
        let whole = std::iter::once((sequence.epochs.iter().collect(), 0));
        let inputs = self.inputs(whole);
        let length = sequence.epochs.len();
        let epochs = Epochs {
            images: inputs.channels,
            conditions: inputs.conditions,
            count: 1,
            length,
        };
        let rows = kernels.follow(&epochs, &mut States::new(1))?;
        let classes = (rows.len() / length.max(1)).max(1);
        Ok(rows.chunks(classes).map(<[f32]>::to_vec).collect())
    }
}

#[cfg(test)]
#[path = "sequences_tests.rs"]
mod tests;
