//! What the convolutions of a network find in a stamp, before its dense layers make classes of it.

use rayon::prelude::*;

use super::{
    single_epoch::{fill, mean},
    stack::Stack,
};
use crate::learn::{LearnError, Model, Network, Views, kernels::LANES};

/// The convolutions of a network of single epochs, on the CPU.
#[derive(Debug)]
pub struct StampFeatures {
    channels: usize,
    side: usize,
    /// Each with the first of its channels.
    trunks: Vec<(usize, Stack)>,
    features: usize,
}

impl StampFeatures {
    /// Those of a model.
    ///
    /// # Errors
    /// Where it has none that four views share: it takes sequences, or is another kind of network.
    pub fn of(model: &Model) -> Result<Self, LearnError> {
        let plan = model.stamps()?;
        let on_cpu = model.on_cpu();
        let stacks = stacks(plan.side_px, on_cpu.network());
        let trunks = stacks.ok_or_else(|| LearnError::NoFeatures(model.card().name.clone()))?;
        let count = |stack: &Stack| {
            let map = stack.to()?;
            Some(map.channels * map.height * map.width)
        };
        let features = trunks.iter().filter_map(|(_, stack)| count(stack)).sum();
        Ok(Self {
            channels: plan.planes(),
            side: plan.side_px,
            trunks,
            features,
        })
    }

    /// Numbers for each stamp.
    pub const fn len(&self) -> usize {
        self.features
    }

    /// True where a network finds nothing.
    pub const fn is_empty(&self) -> bool {
        self.features == 0
    }

    /// (n, channel, y, x) as the model takes them to (n, feature), each the mean over the four orientations.
    pub fn of_stamps(&self, stamps: &[f32]) -> Vec<f32> {
        let size = self.channels * self.side * self.side;
        let together = LANES / Views::Four.count();
        let groups = stamps.par_chunks(size * together);
        let groups = groups.map(|stamps| self.group(stamps, stamps.len() / size));
        groups.collect::<Vec<_>>().concat()
    }

    fn group(&self, stamps: &[f32], count: usize) -> Vec<f32> {
        let views = Views::Four.count();
        let mut found = vec![0.0; count * self.features];
        let mut first_feature = 0;
        for (first_channel, trunk) in &self.trunks {
            let shape = (self.channels, self.side);
            first_feature += trunk.run(
                |memory| {
                    let first = (*first_channel, trunk);
                    fill(stamps, shape, views, first, memory.input());
                },
                |of_views| {
                    for (at, of_views) in of_views.iter().enumerate() {
                        let mean = mean(of_views, views);
                        for candidate in 0..count {
                            let row = candidate * self.features + first_feature;
                            found[row + at] = mean.0[candidate];
                        }
                    }
                    of_views.len()
                },
            );
        }
        found
    }
}

/// The convolutions of the networks that average over views; of an ensemble those of its first member.
fn stacks(side: usize, network: &Network) -> Option<Vec<(usize, Stack)>> {
    let one = |stack: Option<Stack>| Some(vec![(0, stack?)]);
    match network {
        Network::Cap(network) => one(Stack::convolutions(side, &network.trunk.layers())),
        Network::Cape(members) => {
            let first = members.first()?;
            one(Stack::convolutions(side, &first.trunk.layers()))
        }
        Network::Compact(network) => one(Stack::convolutions(side, &network.layers())),
        Network::Context(network) => Some(vec![
            (0, Stack::convolutions(side, &network.middle())?),
            (
                network.channels_of_view(),
                Stack::convolutions(side, &network.whole())?,
            ),
        ]),
        Network::DeepHits(_) | Network::Braai(_) | Network::Recurrent(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tensor, TensorData};

    use super::*;
    use crate::learn::{Compute, infer::questions};

    /// Of a model that comes with the program, against its convolutions in burn.
    #[test]
    fn features_are_the_means_over_four_views_of_what_burn_finds() {
        let bytes = include_bytes!("../../../assets/models/compact.safetensors");
        let model = crate::learn::model_file::from_bytes("compact", bytes, &Compute::cpu());
        let model = model.unwrap();
        let features = StampFeatures::of(&model).unwrap();
        let (count, size) = (6, model.stamps().unwrap().len());
        let stamps = questions(count, size);
        let ours = features.of_stamps(&stamps);
        assert_eq!(ours.len(), count * features.len());
        let Network::Compact(network) = model.network() else {
            panic!("another network");
        };
        let input = TensorData::new(stamps, [count, size / 441, 21, 21]);
        let input = Tensor::<4>::from_data(input, &Device::flex());
        let found = crate::learn::network::by_burn(Views::Four.of(input), &network.layers());
        let found = found.flatten::<2>(1, 3).reshape([4, count, features.len()]);
        let mean: Vec<f32> = found.mean_dim(0).into_data().iter::<f32>().collect();
        // The kernels may keep the numbers of a stamp in another order.
        let sorted = |row: &[f32]| {
            let mut row = row.to_vec();
            row.sort_by(f32::total_cmp);
            row
        };
        for (ours, mean) in ours.chunks(features.len()).zip(mean.chunks(features.len())) {
            for (ours, mean) in sorted(ours).iter().zip(sorted(mean)) {
                assert!((ours - mean).abs() < 1e-4, "{ours} {mean}");
            }
        }
        assert!(ours.iter().any(|value| *value > 0.1));
    }
}
