//! The gradient of the input of a convolution: convolutions too, of the gradient of the output.
//!
//! With a stride of s a pixel of the input meets only every s-th tap: those whose place in the kernel leaves the same
//! remainder. Each remainder is a small convolution of its own, whose pixels lie s apart in the gradient of the input, so
//! that no zero is multiplied.

use super::{
    convolution::{After, Convolution, Pool, Shape, Weights},
    lanes::{Lanes, Map},
};

/// One axis of one remainder. Pixel `first + stride * t` of the input meets the pixels `t + shift - j` of the output by
/// the taps `remainder + stride * j` of the kernel.
#[derive(Clone, Copy, Debug)]
struct Along {
    remainder: usize,
    first: usize,
    count: usize,
    taps: usize,
    shift: isize,
}

impl Along {
    /// Of an input of that length with that padding.
    fn of(remainder: usize, length: usize, padding: usize, kernel: usize, stride: usize) -> Self {
        let first = (remainder as isize - padding as isize).rem_euclid(stride as isize);
        let shift = (first + padding as isize - remainder as isize) / stride as isize;
        let first = first as usize;
        Self {
            remainder,
            first,
            count: length.saturating_sub(first).div_ceil(stride),
            taps: kernel.saturating_sub(remainder).div_ceil(stride),
            shift,
        }
    }

    /// Zeros that an output of that length needs on each side.
    fn border(&self, output: usize) -> isize {
        let left = self.taps as isize - 1 - self.shift;
        let right = self.count as isize + self.shift - output as isize;
        left.max(right)
    }

    /// Where the first pixel comes out of a convolution with that border.
    const fn offset(&self, border: usize) -> usize {
        (self.shift + 1 - self.taps as isize + border as isize) as usize
    }
}

/// All remainders along both axes; those without a tap or a pixel are left out.
fn remainders(from: Map, shape: Shape) -> impl Iterator<Item = [Along; 2]> {
    let [high, wide] = shape.kernel;
    let along = move |remainder, length, kernel| {
        Along::of(remainder, length, from.border, kernel, shape.stride)
    };
    let all = (0..shape.stride).flat_map(move |y| {
        (0..shape.stride).map(move |x| [along(y, from.height, high), along(x, from.width, wide)])
    });
    all.filter(|both| both.iter().all(|one| one.taps > 0 && one.count > 0))
}

/// Zeros that the gradient of the output needs on each side; `from` is the input, its border being the padding.
pub(in crate::learn) fn gradient_border(from: Map, shape: Shape, output: [usize; 2]) -> usize {
    let borders =
        remainders(from, shape).flat_map(|[y, x]| [y.border(output[0]), x.border(output[1])]);
    borders.fold(0, isize::max) as usize
}

/// What takes the gradient of a layer's output to that of its input.
#[derive(Clone, Debug)]
pub(in crate::learn) struct InputGradient {
    to: Map,
    stride: usize,
    parts: Vec<([Along; 2], Convolution)>,
    /// The border of the gradient of the output.
    border: usize,
}

impl InputGradient {
    /// Of a layer with weights (to, from, y, x). `gradient` is that of its output, with a border of
    /// [`gradient_border`].
    pub fn new(from: Map, gradient: Map, shape: Shape, weight: &[f32]) -> Self {
        let part = |both: [Along; 2]| {
            let kernel = both.map(|one| one.taps);
            let weights = Weights {
                weight: weights_of(both, from.channels, gradient.channels, shape, weight),
                bias: vec![0.0; from.channels],
            };
            let after = After {
                slope: 1.0,
                pool: Pool::None,
            };
            let shape = Shape { kernel, stride: 1 };
            (both, Convolution::new(gradient, shape, &weights, after, 0))
        };
        Self {
            to: Map { border: 0, ..from },
            stride: shape.stride,
            parts: remainders(from, shape).map(part).collect(),
            border: gradient.border,
        }
    }

    /// Of one group of images. `part` and `work` are memory that is used again.
    pub fn run(
        &self,
        gradient: &[Lanes],
        into: &mut [Lanes],
        part: &mut Vec<Lanes>,
        work: &mut Vec<Lanes>,
    ) {
        if let [(_, convolution)] = &self.parts[..]
            && self.stride == 1
            && convolution.to() == self.to
        {
            convolution.run(gradient, into, work);
            return;
        }
        // Some pixels meet no tap where the kernel is smaller than the stride.
        if self.parts.len() < self.stride * self.stride {
            into.fill(Lanes::ZERO);
        }
        for (both, convolution) in &self.parts {
            let map = convolution.to();
            part.resize(map.len(), Lanes::ZERO);
            convolution.run(gradient, part, work);
            let [y, x] = both;
            let [top, left] = [y.offset(self.border), x.offset(self.border)];
            for row in 0..y.count {
                for channel in 0..self.to.channels {
                    let line = &part[map.at(channel, row + top, left)..][..x.count];
                    let first = self.to.at(channel, y.first + row * self.stride, x.first);
                    let places = into[first..].iter_mut().step_by(self.stride);
                    for (into, pixel) in places.zip(line) {
                        *into = *pixel;
                    }
                }
            }
        }
    }
}

/// (from, to, y, x): the taps of one remainder, turned about, channels exchanged.
fn weights_of(
    [y, x]: [Along; 2],
    from: usize,
    to: usize,
    shape: Shape,
    weight: &[f32],
) -> Vec<f32> {
    let [high, wide] = shape.kernel;
    let taps = |one: Along| {
        (0..one.taps)
            .rev()
            .map(move |at| one.remainder + at * shape.stride)
    };
    let mut weights = Vec::with_capacity(from * to * y.taps * x.taps);
    for channel in 0..from {
        for other in 0..to {
            let kernel = &weight[(other * from + channel) * high * wide..][..high * wide];
            for row in taps(y) {
                weights.extend(taps(x).map(|column| kernel[row * wide + column]));
            }
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the definition: every pixel of the output gives its gradient to the pixels that it was made of.
    fn expected(
        from: Map,
        output: Map,
        shape: Shape,
        weight: &[f32],
        gradient: &[Lanes],
    ) -> Vec<Lanes> {
        let to = Map { border: 0, ..from };
        let mut all = to.zeros();
        let [high, wide] = shape.kernel;
        for (channel, y, x) in output.pixels() {
            let of_output = gradient[output.at(channel, y, x)];
            for (other, row, column) in (Map {
                channels: from.channels,
                height: high,
                width: wide,
                border: 0,
            })
            .pixels()
            {
                let at = |along: usize, tap: usize| {
                    (along * shape.stride + tap).checked_sub(from.border)
                };
                let (Some(y), Some(x)) = (at(y, row), at(x, column)) else {
                    continue;
                };
                if y < from.height && x < from.width {
                    let tap =
                        weight[((channel * from.channels + other) * high + row) * wide + column];
                    let into = &mut all[to.at(other, y, x)];
                    for (into, value) in into.0.iter_mut().zip(&of_output.0) {
                        *into += tap * value;
                    }
                }
            }
        }
        all
    }

    #[test]
    fn every_stride_and_padding_gives_what_the_definition_gives() {
        for (side, stride, kernel, border) in [
            (11, 2, [3, 3], 1),
            (21, 2, [5, 5], 2),
            (9, 1, [3, 3], 1),
            (9, 1, [3, 3], 0),
            (8, 1, [4, 4], 3),
            (10, 3, [4, 4], 0),
            (7, 3, [1, 1], 0),
            (9, 2, [3, 1], 1),
        ] {
            let shape = Shape { kernel, stride };
            let from = Map {
                channels: 3,
                height: side,
                width: side,
                border,
            };
            let along = |kernel: usize| (side + 2 * border - kernel) / stride + 1;
            let sides = kernel.map(along);
            let output = Map {
                channels: 5,
                height: sides[0],
                width: sides[1],
                border: gradient_border(from, shape, sides),
            };
            let number = |at: usize| ((at * 7919) % 23) as f32 - 11.0;
            let weight: Vec<f32> = (0..15 * kernel[0] * kernel[1]).map(number).collect();
            let mut gradient = output.zeros();
            for (at, (channel, y, x)) in output.pixels().enumerate() {
                gradient[output.at(channel, y, x)] =
                    Lanes(std::array::from_fn(|lane| number(at + 31 * lane)));
            }
            let whole = InputGradient::new(from, output, shape, &weight);
            let mut found = vec![Lanes([f32::NAN; 16]); Map { border: 0, ..from }.len()];
            whole.run(&gradient, &mut found, &mut Vec::new(), &mut Vec::new());
            // Whole numbers: both sums are exact.
            assert_eq!(
                found,
                expected(from, output, shape, &weight, &gradient),
                "{shape:?} of {side} with {border}"
            );
        }
    }
}
