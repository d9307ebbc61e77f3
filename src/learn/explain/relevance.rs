//! Layer-wise relevance propagation through a network: the score of a class, handed back layer by
//! layer until it lies on pixels.

use burn::tensor::Tensor;

use super::{
    layers::{Layers, Shares, forward, score},
    rule::Rule,
};

/// Relevance on its way back through the members of a network, a layer at a time. The start is the score
/// of a class; other classes have none.
pub(super) struct Propagating {
    members: Vec<Layers>,
    input: Tensor<4>,
    rule: Rule,
    /// The score of the class, the mean over the members; none before the first step.
    start: Option<f32>,
    /// The member whose turn it is.
    member: usize,
    /// What each of its layers that relevance has not reached was given, and the relevance of what the
    /// last of them gave; none before its turn.
    way: Option<(Vec<Tensor<4>>, Tensor<4>)>,
    /// Of the members that are done: (1, channel, y, x).
    sum: Tensor<4>,
    by_biases: f32,
    of_member: f32,
}

impl Propagating {
    /// Of one input; nothing is computed yet.
    pub fn new(members: Vec<Layers>, input: Tensor<4>, rule: Rule) -> Self {
        Self {
            members,
            rule,
            start: None,
            member: 0,
            way: None,
            sum: input.zeros_like(),
            input,
            by_biases: 0.0,
            of_member: 0.0,
        }
    }

    /// One more layer. The shares of the class, the mean over the members, after the last.
    pub fn step(&mut self, class: usize) -> Option<Shares> {
        if self.start.is_none() {
            self.start = Some(score(&self.members, &self.input, class).into_scalar());
            return None;
        }
        if let Some(layers) = self.members.get(self.member) {
            self.way = match self.way.take() {
                None => {
                    self.of_member = 0.0;
                    Some(begin(layers, self.input.clone(), class))
                }
                Some((mut inputs, relevance)) => match inputs.pop() {
                    None => {
                        self.sum = self.sum.clone() + relevance;
                        self.by_biases += self.of_member;
                        self.member += 1;
                        None
                    }
                    Some(input) => {
                        let passed = layers[inputs.len()].relevance(&input, relevance, self.rule);
                        self.of_member += passed.by_biases;
                        Some((inputs, passed.relevance))
                    }
                },
            };
            return None;
        }
        let count = self.members.len().max(1) as f32;
        Some(Shares {
            start: self.start.unwrap_or_default(),
            rest: self.by_biases / count,
            pixels: self.sum.clone() / count,
        })
    }
}

/// What each layer was given, and the relevance of what the last one gave.
fn begin(layers: &Layers, input: Tensor<4>, class: usize) -> (Vec<Tensor<4>>, Tensor<4>) {
    let (inputs, scores) = forward(layers, input);
    let score = scores.clone().narrow(1, class, 1);
    let relevance = scores
        .zeros_like()
        .slice_assign([0..1, class..class + 1, 0..1, 0..1], score);
    (inputs, relevance)
}
