//! Convolutions and dense layers of sixteen images, with what follows them: bias, rectifier, pooling.
//!
//! The innermost tile holds eight channels (four where there are only sixteen registers) of three neighbouring
//! pixels in registers, and goes through all taps: 24 products for three loads and eight weights.
#![expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the instructions that were chosen"
)]

use pulp::{Arch, Simd, WithSimd};

use super::lanes::{LANES, Lanes, Map};

/// Channels whose weights lie side by side; a rest of at most four lies in a block of its own.
const BLOCK: usize = 8;
const HALF: usize = 4;

/// What is done with the output before it is stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::learn) struct After {
    /// Slope of the rectifier below zero: 0 of a ReLU, 1 where there is none.
    pub slope: f32,
    pub pool: Pool,
}

/// What windows that do not overlap are joined to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::learn) enum Pool {
    None,
    /// The largest of so many pixels a side. A last window that is cut off counts or is left out.
    Max {
        side: usize,
        is_last_cut: bool,
    },
    /// The mean of so many pixels a side.
    Mean {
        side: usize,
    },
}

impl Pool {
    /// Pixels of a window a side.
    pub const fn side(self) -> usize {
        match self {
            Self::None => 1,
            Self::Max { side, .. } | Self::Mean { side } => side,
        }
    }

    /// Windows along an axis of that length.
    pub const fn windows(self, length: usize) -> usize {
        match self {
            Self::Max {
                side,
                is_last_cut: true,
            } => length.div_ceil(side),
            _ => length / self.side(),
        }
    }
}

/// Kernel, stride and padding; the same along both axes but for the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::learn) struct Shape {
    /// Height and width of the kernel.
    pub kernel: [usize; 2],
    pub stride: usize,
}

/// Weights (to, from, y, x) and a bias for each channel of the output.
#[derive(Clone, Debug, Default)]
pub(in crate::learn) struct Weights {
    pub weight: Vec<f32>,
    pub bias: Vec<f32>,
}

/// A layer that is ready to run.
#[derive(Clone, Debug)]
pub(in crate::learn) struct Convolution {
    from: Map,
    to: Map,
    shape: Shape,
    /// Height and width before pooling.
    inner: [usize; 2],
    after: After,
    /// (block, y, from, x, to).
    packed: Vec<f32>,
    bias: Vec<f32>,
}

impl Convolution {
    /// The border of `from` is the padding; that of the output is what the next layer wants.
    pub fn new(from: Map, shape: Shape, weights: &Weights, after: After, border: usize) -> Self {
        let [high, wide] = shape.kernel;
        let along =
            |length: usize, kernel: usize| (length + 2 * from.border - kernel) / shape.stride + 1;
        let inner = [along(from.height, high), along(from.width, wide)];
        let channels = weights.bias.len();
        let to = Map {
            channels,
            height: after.pool.windows(inner[0]),
            width: after.pool.windows(inner[1]),
            border,
        };
        Self {
            packed: packed(&weights.weight, channels, from.channels, shape.kernel),
            bias: weights.bias.clone(),
            from,
            to,
            shape,
            inner,
            after,
        }
    }

    /// A dense layer: weights are (to, from).
    pub fn dense(weights: &Weights, slope: f32) -> Self {
        let from = weights.weight.len() / weights.bias.len().max(1);
        let row = Map {
            channels: 1,
            height: 1,
            width: from,
            border: 0,
        };
        let shape = Shape {
            kernel: [1, from],
            stride: 1,
        };
        let pool = Pool::None;
        Self::new(row, shape, weights, After { slope, pool }, 0)
    }

    pub const fn to(&self) -> Map {
        self.to
    }

    /// Height and width before pooling.
    #[cfg(test)]
    pub const fn inner(&self) -> [usize; 2] {
        self.inner
    }

    pub const fn from(&self) -> Map {
        self.from
    }

    /// Computes one group of images. `work` is memory that is used again; the border of the output is left
    /// as it is.
    pub fn run(&self, input: &[Lanes], output: &mut [Lanes], work: &mut Vec<Lanes>) {
        self.run_by(input, output, work, |run| Arch::new().dispatch(run));
    }

    /// The same by instructions that `run` chooses.
    pub(super) fn run_by(
        &self,
        input: &[Lanes],
        output: &mut [Lanes],
        work: &mut Vec<Lanes>,
        run: impl FnOnce(Run<'_>),
    ) {
        assert_eq!(input.len(), self.from.len(), "an input of another layer");
        assert_eq!(output.len(), self.to.len(), "an output of another layer");
        work.resize(self.after.pool.side() * BLOCK * self.inner[1], Lanes::ZERO);
        run(Run {
            layer: self,
            input,
            output,
            work,
        });
    }
}

/// (to, from, y, x) to (block, y, from, x, to).
fn packed(weight: &[f32], to: usize, from: usize, [high, wide]: [usize; 2]) -> Vec<f32> {
    let mut packed = Vec::with_capacity(to.next_multiple_of(HALF) * from * high * wide);
    for (first, size) in blocks(to) {
        for y in 0..high {
            for channel in 0..from {
                for x in 0..wide {
                    packed.extend((first..first + size).map(|to| {
                        let at = ((to * from + channel) * high + y) * wide + x;
                        weight.get(at).copied().unwrap_or_default()
                    }));
                }
            }
        }
    }
    packed
}

/// The first channel and the size of every block.
fn blocks(channels: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..channels).step_by(BLOCK).map(move |first| {
        let is_half = channels - first <= HALF;
        (first, if is_half { HALF } else { BLOCK })
    })
}

/// A layer with its input and output, for the instructions that are chosen.
pub(super) struct Run<'a> {
    layer: &'a Convolution,
    input: &'a [Lanes],
    output: &'a mut [Lanes],
    work: &'a mut [Lanes],
}

impl WithSimd for Run<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            layer,
            input,
            output,
            work,
        } = self;
        let input = S::as_simd_f32s(bytemuck::cast_slice(input)).0;
        let output = S::as_mut_simd_f32s(bytemuck::cast_slice_mut(output)).0;
        let work = S::as_mut_simd_f32s(bytemuck::cast_slice_mut(work)).0;
        let parts = LANES / S::F32_LANES;
        let [high, wide] = layer.shape.kernel;
        let row = layer.from.row() * parts;
        let pool = layer.after.pool.side();
        for y in 0..layer.to.height {
            let rows = pool.min(layer.inner[0] - y * pool);
            let mut packed = &*layer.packed;
            for (first, size) in blocks(layer.bias.len()) {
                let (weights, rest) = packed.split_at(size * high * wide * layer.from.channels);
                packed = rest;
                for inner in 0..rows {
                    let top = (y * pool + inner) * layer.shape.stride * row;
                    let lines = &input[top..top + high * row];
                    let line = BLOCK * layer.inner[1] * parts;
                    let into = &mut work[inner * line..(inner + 1) * line];
                    for part in 0..parts {
                        block_of_row(simd, layer, part, size, lines, weights, into);
                    }
                }
                let channels = first..layer.bias.len().min(first + size);
                finish(simd, layer, y, rows, channels, work, output);
            }
        }
    }
}

/// One row of the output, of one block of channels: (channel, x).
#[inline(always)]
fn block_of_row<S: Simd>(
    simd: S,
    layer: &Convolution,
    part: usize,
    size: usize,
    lines: &[S::f32s],
    weights: &[f32],
    into: &mut [S::f32s],
) {
    let parts = LANES / S::F32_LANES;
    let width = layer.inner[1];
    let mut tile = Tile {
        line: layer.from.line() * parts,
        parts,
        step: layer.shape.stride * parts,
        taps: layer.shape.kernel[1],
        size,
        first: 0,
        start: 0,
        put: 0,
        put_line: width * parts,
    };
    // Of sixteen registers twelve hold sums.
    let most = if S::REGISTER_COUNT < 32 { HALF } else { BLOCK };
    let mut x = 0;
    while x < width {
        let pixels = if width - x >= 3 { 3 } else { width - x };
        tile.start = x * tile.step + part;
        tile.put = x * parts + part;
        let channels = if pixels == 1 { size } else { size.min(most) };
        for first in (0..size).step_by(channels) {
            tile.first = first;
            match (channels, pixels) {
                (BLOCK, 3) => tile.run::<S, BLOCK, 3>(simd, lines, weights, into),
                (BLOCK, 2) => tile.run::<S, BLOCK, 2>(simd, lines, weights, into),
                (BLOCK, _) => tile.run::<S, BLOCK, 1>(simd, lines, weights, into),
                (_, 3) => tile.run::<S, HALF, 3>(simd, lines, weights, into),
                (_, 2) => tile.run::<S, HALF, 2>(simd, lines, weights, into),
                _ => tile.run::<S, HALF, 1>(simd, lines, weights, into),
            }
        }
        x += pixels;
    }
}

/// Some channels of some neighbouring pixels; steps are counted in vectors.
struct Tile {
    /// From one line of the input, of one channel, to the next.
    line: usize,
    /// Vectors of one pixel.
    parts: usize,
    /// From a pixel to its neighbour in the input.
    step: usize,
    taps: usize,
    /// Channels of the block.
    size: usize,
    /// The first channel of the block that is computed.
    first: usize,
    /// The first pixel, in a line of the input.
    start: usize,
    /// The same in a line of the output.
    put: usize,
    put_line: usize,
}

impl Tile {
    #[inline(always)]
    fn run<S: Simd, const CHANNELS: usize, const PIXELS: usize>(
        &self,
        simd: S,
        lines: &[S::f32s],
        weights: &[f32],
        into: &mut [S::f32s],
    ) {
        let mut sums = [[simd.splat_f32s(0.0); PIXELS]; CHANNELS];
        let of_lines = weights.chunks_exact(self.taps * self.size);
        for (line, weights) in lines.chunks_exact(self.line).zip(of_lines) {
            let mut at = self.start;
            for weights in weights.chunks_exact(self.size) {
                let Some(weights) = weights[self.first..].first_chunk::<CHANNELS>() else {
                    return;
                };
                let pixels = &line[at..=at + (PIXELS - 1) * self.step];
                let near = pixels[0];
                let next = pixels[if PIXELS > 1 { self.step } else { 0 }];
                let last = pixels[if PIXELS > 2 { 2 * self.step } else { 0 }];
                // Written out, as the sums stay in registers only where no loop is left.
                macro_rules! add {
                    ($($channel:literal)*) => {$(
                        if $channel < CHANNELS {
                            let weight = simd.splat_f32s(weights[$channel]);
                            let sums = &mut sums[$channel];
                            sums[0] = simd.mul_add_f32s(weight, near, sums[0]);
                            if PIXELS > 1 {
                                sums[1] = simd.mul_add_f32s(weight, next, sums[1]);
                            }
                            if PIXELS > 2 {
                                sums[2] = simd.mul_add_f32s(weight, last, sums[2]);
                            }
                        }
                    )*};
                }
                add!(0 1 2 3 4 5 6 7);
                at += self.parts;
            }
        }
        macro_rules! put {
            ($($channel:literal)*) => {$(
                if $channel < CHANNELS {
                    let at = (self.first + $channel) * self.put_line + self.put;
                    into[at] = sums[$channel][0];
                    if PIXELS > 1 {
                        into[at + self.parts] = sums[$channel][1];
                    }
                    if PIXELS > 2 {
                        into[at + 2 * self.parts] = sums[$channel][2];
                    }
                }
            )*};
        }
        put!(0 1 2 3 4 5 6 7);
    }
}

/// Bias, rectifier and pooling of one row of the output, of some channels.
#[inline(always)]
fn finish<S: Simd>(
    simd: S,
    layer: &Convolution,
    y: usize,
    rows: usize,
    channels: std::ops::Range<usize>,
    work: &[S::f32s],
    output: &mut [S::f32s],
) {
    let parts = LANES / S::F32_LANES;
    let slope = simd.splat_f32s(layer.after.slope);
    let line = layer.inner[1] * parts;
    let side = layer.after.pool.side();
    let is_mean = matches!(layer.after.pool, Pool::Mean { .. });
    let join = |a, b| {
        if is_mean {
            simd.add_f32s(a, b)
        } else {
            simd.max_f32s(a, b)
        }
    };
    let share = simd.splat_f32s(1.0 / (side * side) as f32);
    for (at, channel) in channels.enumerate() {
        let bias = simd.splat_f32s(layer.bias[channel]);
        let put = layer.to.at(channel, y, 0) * parts;
        for x in 0..layer.to.width {
            let columns = side.min(layer.inner[1] - x * side);
            for part in 0..parts {
                let value = |row: usize, column: usize| {
                    let pixel = (x * side + column) * parts + part;
                    let value = work[(row * BLOCK + at) * line + pixel];
                    let value = simd.add_f32s(value, bias);
                    simd.max_f32s(value, simd.mul_f32s(value, slope))
                };
                let mut joined = value(0, 0);
                for row in 0..rows {
                    for column in usize::from(row == 0)..columns {
                        joined = join(joined, value(row, column));
                    }
                }
                if is_mean {
                    joined = simd.mul_f32s(joined, share);
                }
                output[put + x * parts + part] = joined;
            }
        }
    }
}
