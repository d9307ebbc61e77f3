//! Networks of single epochs: Deep-HiTS, CAP and its ensemble, the compact network and the one of two views, braai.
//!
//! The sixteen images of a group are the four views of four candidates (view, candidate), or sixteen candidates
//! where a network looks at one view only.

use rayon::prelude::*;

use super::{engine::softmax, stack::Stack};
use crate::learn::{
    Network, Views,
    kernels::{LANES, Lanes, Map},
    network::{Braai, Compact, Context, CyclicAverage, DeepHits, Head, Trunk},
};

/// The layers of one network: those of each view, and those of all views together.
#[derive(Debug)]
struct Member {
    /// Each with the first of its channels; what comes out of them lies one behind the other.
    trunks: Vec<(usize, Stack)>,
    /// What follows them; nothing where the only trunk has all of it.
    views: Stack,
    join: Join,
    together: Stack,
}

/// What is made of the views.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Join {
    Single,
    Mean,
    /// One behind the other.
    Concatenation,
}

/// One network, or several whose probabilities are averaged.
#[derive(Debug)]
pub(in crate::learn) struct SingleEpoch {
    channels: usize,
    side: usize,
    views: usize,
    members: Vec<Member>,
    /// The one output is the logit of the second class, beside a 0 for the first.
    is_binary: bool,
}

impl SingleEpoch {
    /// None where the network has a part that the kernels do not know.
    pub fn new(side: usize, network: &Network) -> Option<Self> {
        let members = match network {
            Network::DeepHits(network) => vec![deep_hits(side, network)?],
            Network::Cap(network) => vec![cap(side, network)?],
            Network::Cape(members) => {
                let members = members.iter().map(|member| cap(side, member));
                members.collect::<Option<_>>()?
            }
            Network::Compact(network) => vec![compact(side, network)?],
            Network::Context(network) => vec![context(side, network)?],
            Network::Braai(network) => vec![braai(side, network)?],
            Network::Recurrent(_) => return None,
        };
        let first = members.first()?;
        let views = match first.join {
            Join::Single => Views::One.count(),
            Join::Mean | Join::Concatenation => Views::Four.count(),
        };
        let channels = first
            .trunks
            .iter()
            .map(|(at, trunk)| Some(at + trunk.from()?.channels));
        Some(Self {
            channels: channels.max().flatten()?,
            side,
            views,
            is_binary: matches!(network, Network::Braai(_)),
            members,
        })
    }

    /// (n, channel, y, x) to (n, class).
    pub fn probabilities(&self, stamps: &[f32]) -> Vec<f32> {
        self.of_views(stamps, self.views)
    }

    /// The same from the first view alone; none where the views are not averaged.
    pub fn probabilities_of_one_view(&self, stamps: &[f32]) -> Option<Vec<f32>> {
        let mut members = self.members.iter();
        let is_averaged = members.all(|member| member.join == Join::Mean);
        is_averaged.then(|| self.of_views(stamps, Views::One.count()))
    }

    fn of_views(&self, stamps: &[f32], views: usize) -> Vec<f32> {
        let size = self.channels * self.side * self.side;
        let together = size * LANES / views;
        let groups = stamps.par_chunks(together);
        let groups = groups.map(|stamps| self.group(stamps, views));
        groups.collect::<Vec<_>>().concat()
    }

    /// Candidates whose views fill the lanes.
    fn group(&self, stamps: &[f32], views: usize) -> Vec<f32> {
        let shape = (self.channels, self.side);
        let count = stamps.len() / (self.channels * self.side * self.side);
        let mut mean: Vec<f32> = Vec::new();
        for member in &self.members {
            let mut features = Vec::new();
            for (first, trunk) in &member.trunks {
                trunk.run(
                    |memory| fill(stamps, shape, views, (*first, trunk), memory.input()),
                    |found| features.extend_from_slice(found),
                );
            }
            if !member.views.is_empty() {
                features = member.views.run(
                    |memory| memory.input().copy_from_slice(&features),
                    <[Lanes]>::to_vec,
                );
            }
            let joined = join(&features, member.join, views);
            let logits = match member.join {
                Join::Single => joined,
                _ => member.together.run(
                    |memory| memory.input().copy_from_slice(&joined),
                    <[Lanes]>::to_vec,
                ),
            };
            let found = self.softmax(&logits, count);
            if mean.is_empty() {
                mean = found;
            } else {
                mean.iter_mut()
                    .zip(found)
                    .for_each(|(sum, one)| *sum += one);
            }
        }
        let members = self.members.len() as f32;
        for sum in &mut mean {
            *sum /= members;
        }
        mean
    }

    /// (class, lane) before the softmax to (candidate, class).
    fn softmax(&self, logits: &[Lanes], count: usize) -> Vec<f32> {
        let of_lane = |lane: usize| {
            let zero = self.is_binary.then_some(0.0);
            let logits = logits.iter().map(move |logit| logit.0[lane]);
            softmax(zero.into_iter().chain(logits))
        };
        (0..count).flat_map(of_lane).collect()
    }
}

/// Puts the views of candidates into the lanes, from that channel on, turned as `Views::of` turns them. What is
/// left of the lanes holds the first candidate, whose numbers are known to be sound.
pub(super) fn fill(
    stamps: &[f32],
    (channels, side): (usize, usize),
    views: usize,
    (first_channel, stack): (usize, &Stack),
    input: &mut [Lanes],
) {
    let Some(map) = stack.from() else { return };
    let last = side - 1;
    let size = channels * side * side;
    let count = stamps.len() / size;
    let candidates = LANES / views;
    let of_lane = |lane: usize| {
        let candidate = lane % candidates;
        let candidate = if candidate < count { candidate } else { 0 };
        &stamps[candidate * size..(candidate + 1) * size]
    };
    let of_lanes: [&[f32]; LANES] = std::array::from_fn(of_lane);
    for (channel, y, x) in map.pixels() {
        let first = (first_channel + channel) * side * side;
        let turned = [
            y * side + x,
            x * side + last - y,
            (last - y) * side + last - x,
            (last - x) * side + y,
        ];
        let pixel = &mut input[map.at(channel, y, x)].0;
        for (view, pixels) in pixel.chunks_exact_mut(candidates).enumerate() {
            let of_view = &of_lanes[view * candidates..];
            for (pixel, stamp) in pixels.iter_mut().zip(of_view) {
                *pixel = stamp[first + turned[view]];
            }
        }
    }
}

/// Features (number, view and candidate) to (number, candidate).
fn join(features: &[Lanes], join: Join, views: usize) -> Vec<Lanes> {
    let candidates = LANES / views;
    let of_view = |feature: &Lanes, view: usize| {
        let mut alone = Lanes::ZERO;
        let of_view = &feature.0[view * candidates..(view + 1) * candidates];
        alone.0[..candidates].copy_from_slice(of_view);
        alone
    };
    match join {
        Join::Single => features.to_vec(),
        Join::Mean => features.iter().map(|all| mean(all, views)).collect(),
        Join::Concatenation => (0..views)
            .flat_map(|view| features.iter().map(move |feature| of_view(feature, view)))
            .collect(),
    }
}

/// The mean over the views of each candidate, in the first lanes.
pub(super) fn mean(of_views: &Lanes, views: usize) -> Lanes {
    let mut mean = Lanes::ZERO;
    for of_view in of_views.0.chunks_exact(LANES / views) {
        mean.0
            .iter_mut()
            .zip(of_view)
            .for_each(|(sum, one)| *sum += one);
    }
    mean.0.iter_mut().for_each(|sum| *sum /= views as f32);
    mean
}

/// A trunk and the head of cyclic average pooling.
fn averaged(trunk: Stack, head: &Head) -> Option<Member> {
    let [_, units] = head.dense_2.weight.dims();
    let places = trunk.to()?.places();
    Some(Member {
        trunks: vec![(
            0,
            trunk.dense(&head.dense_1, 0.0, places).dense(
                &head.dense_2,
                0.0,
                0..head.dense_2.weight.dims()[0],
            ),
        )],
        views: Stack::default(),
        join: Join::Mean,
        together: Stack::default().dense(&head.classes, 1.0, 0..units),
    })
}

fn cap(side: usize, network: &CyclicAverage) -> Option<Member> {
    averaged(
        Stack::convolutions(side, &network.trunk.layers())?,
        &network.head,
    )
}

fn compact(side: usize, network: &Compact) -> Option<Member> {
    let trunk = Stack::convolutions(side, &network.layers())?;
    averaged(trunk, &network.head)
}

/// Two trunks, each over half of the channels, and one head.
fn context(side: usize, network: &Context) -> Option<Member> {
    let middle = Stack::convolutions(side, &network.middle())?;
    let whole = Stack::convolutions(side, &network.whole())?;
    let head = &network.head;
    let [_, units] = head.dense_2.weight.dims();
    let (first, second) = (middle.to()?, whole.to()?);
    let of_first = first.channels * first.height * first.width;
    let places = first
        .places()
        .chain(second.places().map(move |at| of_first + at));
    Some(Member {
        trunks: vec![(0, middle), (network.channels_of_view(), whole)],
        views: Stack::default().dense(&head.dense_1, 0.0, places).dense(
            &head.dense_2,
            0.0,
            0..head.dense_2.weight.dims()[0],
        ),
        join: Join::Mean,
        together: Stack::default().dense(&head.classes, 1.0, 0..units),
    })
}

fn deep_hits(side: usize, network: &DeepHits) -> Option<Member> {
    let trunk = Stack::convolutions(side, &network.trunk.layers())?;
    let map = trunk.to()?;
    let features: Vec<usize> = map.places().collect();
    let places = (0..Views::Four.count())
        .flat_map(|view| features.iter().map(move |at| view * Trunk::FEATURES + at));
    let leak = network.leak as f32;
    let [units, _] = network.dense_2.weight.dims();
    Some(Member {
        trunks: vec![(0, trunk)],
        views: Stack::default(),
        join: Join::Concatenation,
        together: Stack::default()
            .dense(&network.dense_1, leak, places)
            .dense(&network.dense_2, leak, 0..units)
            .dense(&network.classes, 1.0, 0..network.classes.weight.dims()[0]),
    })
}

fn braai(side: usize, network: &Braai) -> Option<Member> {
    let trunk = Stack::convolutions(side, &network.layers())?;
    let places = channels_last(trunk.to()?);
    let trunk = trunk.dense(&network.fc_1, 0.0, places).dense(
        &network.fc_out,
        1.0,
        0..network.fc_out.weight.dims()[0],
    );
    Some(Member {
        trunks: vec![(0, trunk)],
        views: Stack::default(),
        join: Join::Single,
        together: Stack::default(),
    })
}

/// For every number in the order of memory its place in (y, x, channel), as Keras flattens.
fn channels_last(map: Map) -> impl Iterator<Item = usize> {
    let (channels, pixels) = (map.channels, map.height * map.width);
    map.places()
        .map(move |place| place % pixels * channels + place / pixels)
}
