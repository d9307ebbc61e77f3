//! Examples to learn from, and batches of them.

use super::LearnError;

#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// (channel, y, x), as prepared for the model.
    pub input: Vec<f32>,
    /// Position of its class in the model's card.
    pub class: u8,
}

/// Many examples of one shape.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Examples {
    channels: usize,
    side: usize,
    inputs: Vec<f32>,
    classes: Vec<u8>,
}

impl Examples {
    /// None yet, of that many channels and pixels a side.
    pub const fn new(channels: usize, side: usize) -> Self {
        Self {
            channels,
            side,
            inputs: Vec::new(),
            classes: Vec::new(),
        }
    }

    /// Numbers of one example.
    pub const fn size(&self) -> usize {
        self.channels * self.side * self.side
    }

    /// Pixels a side.
    pub const fn side(&self) -> usize {
        self.side
    }

    pub const fn channels(&self) -> usize {
        self.channels
    }

    pub const fn len(&self) -> usize {
        self.classes.len()
    }

    /// True where there is none.
    pub const fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }

    /// Adds one.
    ///
    /// # Errors
    /// Where it is of another size.
    pub fn push(&mut self, example: &Example) -> Result<(), LearnError> {
        if example.input.len() != self.size() {
            return Err(LearnError::Input {
                expected: self.size(),
                found: example.input.len(),
            });
        }
        self.inputs.extend_from_slice(&example.input);
        self.classes.push(example.class);
        Ok(())
    }

    /// Classes in order.
    pub fn classes(&self) -> &[u8] {
        &self.classes
    }

    /// Inputs one after the other.
    pub fn inputs(&self) -> &[f32] {
        &self.inputs
    }

    /// The same, to be changed in place.
    pub(super) fn inputs_mut(&mut self) -> &mut [f32] {
        &mut self.inputs
    }

    /// The input of one example, (channel, y, x).
    pub fn input(&self, at: usize) -> &[f32] {
        &self.inputs[at * self.size()..(at + 1) * self.size()]
    }

    /// The inputs of those examples, each seen in the orientation that `turn` tells: 0 to 3 quarter
    /// turns, and 4 to 7 the same of its mirror image.
    pub fn oriented(&self, chosen: &[usize], turn: impl Fn(usize) -> u8) -> Vec<f32> {
        let mut inputs = Vec::with_capacity(chosen.len() * self.size());
        for (order, at) in chosen.iter().enumerate() {
            let input = self.input(*at);
            for channel in input.chunks_exact(self.side * self.side) {
                orient(channel, self.side, turn(order), &mut inputs);
            }
        }
        inputs
    }
}

/// Appends a square in one of its eight orientations.
pub(super) fn orient(square: &[f32], side: usize, turn: u8, out: &mut Vec<f32>) {
    let last = side - 1;
    for y in 0..side {
        for x in 0..side {
            let (row, column) = match turn & 3 {
                0 => (y, x),
                1 => (x, last - y),
                2 => (last - y, last - x),
                _ => (last - x, y),
            };
            let column = if turn & 4 == 0 { column } else { last - column };
            out.push(square[row * side + column]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_orientations_are_all_different_and_keep_every_pixel() {
        let square: Vec<f32> = (0..9).map(|at| at as f32).collect();
        let mut seen = Vec::new();
        for turn in 0..8 {
            let mut out = Vec::new();
            orient(&square, 3, turn, &mut out);
            let mut sorted = out.clone();
            sorted.sort_by(f32::total_cmp);
            assert_eq!(sorted, square);
            assert!(!seen.contains(&out), "{turn}");
            seen.push(out);
        }
        // A quarter turn counter-clockwise, rows drawn downwards, as numpy's rot90.
        assert_eq!(seen[1], [2., 5., 8., 1., 4., 7., 0., 3., 6.]);
    }

    #[test]
    fn examples_of_another_size_are_refused() {
        let mut examples = Examples::new(2, 3);
        let example = |size| Example {
            input: vec![0.0; size],
            class: 1,
        };
        examples.push(&example(18)).unwrap();
        let refusal = examples.push(&example(9)).unwrap_err().to_string();
        assert!(refusal.contains("18") && refusal.contains('9'), "{refusal}");
        assert_eq!(examples.len(), 1);
    }
}
