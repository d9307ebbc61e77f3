//! Gradients of convolutions of sixteen images: of their weights, and of what stands before pooling and rectifier.
#![expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the instructions that were chosen"
)]

use pulp::{Arch, Simd, WithSimd};

use super::{
    convolution::{Pool, Shape, Weights},
    lanes::{LANES, Lanes, Map},
};

/// Channels of the output in a tile, and taps.
const CHANNELS: usize = 8;
const TAPS: usize = 3;
/// Pixels of the output whose gradient of one tile stays in the fastest cache.
const NEAR: usize = 72;

/// The gradient of the weights of one convolution, summed over images, one sum for each lane.
#[derive(Clone, Debug)]
pub(in crate::learn) struct WeightGradient {
    from: Map,
    /// The gradient of the output; its border does not matter.
    gradient: Map,
    /// What comes out, before pooling.
    to: Map,
    shape: Shape,
    /// (block of channels, tap, channel); taps in the order (from, y, x).
    sums: Vec<Lanes>,
    /// One for each channel.
    biases: Vec<Lanes>,
}

impl WeightGradient {
    /// Zero. `from` has the border that the convolution wants.
    pub fn new(from: Map, gradient: Map, shape: Shape) -> Self {
        let to = Map {
            border: 0,
            ..gradient
        };
        let taps = from.channels * shape.kernel[0] * shape.kernel[1];
        let channels = to.channels.next_multiple_of(CHANNELS);
        Self {
            from,
            gradient,
            to,
            shape,
            sums: vec![Lanes::ZERO; channels * taps],
            biases: vec![Lanes::ZERO; to.channels],
        }
    }

    /// Adds what one group of images contributes. `work` is memory that is used again.
    pub fn add(&mut self, input: &[Lanes], gradient: &[Lanes], work: &mut Vec<Lanes>) {
        assert_eq!(input.len(), self.from.len(), "an input of another layer");
        assert_eq!(
            gradient.len(),
            self.gradient.len(),
            "a gradient of another layer"
        );
        work.resize(CHANNELS * NEAR.max(self.to.width), Lanes::ZERO);
        Arch::new().dispatch(Add {
            layer: self,
            input,
            gradient,
            work,
        });
    }

    /// Adds the sums over all lanes to weights (to, from, y, x) and biases, and starts again.
    pub fn take(&mut self, into: &mut Weights) {
        let taps = self.from.channels * self.shape.kernel[0] * self.shape.kernel[1];
        let sum = |lanes: &mut Lanes| std::mem::replace(lanes, Lanes::ZERO).0.iter().sum::<f32>();
        for (block, sums) in self.sums.chunks_exact_mut(taps * CHANNELS).enumerate() {
            for (tap, sums) in sums.chunks_exact_mut(CHANNELS).enumerate() {
                for (at, lanes) in sums.iter_mut().enumerate() {
                    let channel = block * CHANNELS + at;
                    if channel < self.to.channels {
                        into.weight[channel * taps + tap] += sum(lanes);
                    }
                }
            }
        }
        for (bias, lanes) in into.bias.iter_mut().zip(&mut self.biases) {
            *bias += sum(lanes);
        }
    }
}

struct Add<'a> {
    layer: &'a mut WeightGradient,
    input: &'a [Lanes],
    gradient: &'a [Lanes],
    work: &'a mut [Lanes],
}

impl WithSimd for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            layer,
            input,
            gradient,
            work,
        } = self;
        let input = S::as_simd_f32s(bytemuck::cast_slice(input)).0;
        let parts = LANES / S::F32_LANES;
        let (from, to) = (layer.from, layer.to);
        let [high, wide] = layer.shape.kernel;
        let taps = from.channels * high * wide;
        let rows = (NEAR / to.width).max(1);
        let row = from.row() * parts * layer.shape.stride;
        let step = parts * layer.shape.stride;
        let place = |y| (0..to.width).map(move |x| y * row + x * step);
        let places: Vec<usize> = (0..rows).flat_map(place).collect();
        for top in (0..to.height).step_by(rows) {
            let rows = rows.min(to.height - top);
            let blocks = layer.sums.chunks_exact_mut(taps * CHANNELS).enumerate();
            for (block, sums) in blocks {
                let first = block * CHANNELS;
                let lines = Lines {
                    map: layer.gradient,
                    width: to.width,
                    rows: top..top + rows,
                };
                lines.gather(first, gradient, work, &mut layer.biases);
                let near: &[S::f32s] =
                    S::as_simd_f32s(bytemuck::cast_slice(&work[..rows * to.width * CHANNELS])).0;
                let sums = S::as_mut_simd_f32s(bytemuck::cast_slice_mut(sums)).0;
                let mut tile = Tile {
                    places: &places,
                    part: 0,
                    taps: [0; TAPS],
                };
                let place = |tap: usize| {
                    let (channel, y, x) = (tap / (high * wide), tap / wide % high, tap % wide);
                    let top = top * layer.shape.stride + y;
                    (top * from.row() + channel * from.line() + x) * parts
                };
                for tap in (0..taps).step_by(TAPS) {
                    let count = TAPS.min(taps - tap);
                    let sums = &mut sums[tap * CHANNELS * parts..][..count * CHANNELS * parts];
                    tile.taps = std::array::from_fn(|at| place(tap + at.min(count - 1)));
                    for part in 0..parts {
                        tile.part = part;
                        match count {
                            3 => tile.run::<S, 3>(simd, input, near, sums),
                            2 => tile.run::<S, 2>(simd, input, near, sums),
                            _ => tile.run::<S, 1>(simd, input, near, sums),
                        }
                    }
                }
            }
        }
    }
}

/// Some rows of the gradient.
struct Lines {
    map: Map,
    width: usize,
    rows: std::ops::Range<usize>,
}

impl Lines {
    /// Those of one block of channels: (y, x, channel), zero for channels that there are not. Adds them to the
    /// gradients of the biases.
    #[inline(always)]
    fn gather(self, first: usize, gradient: &[Lanes], work: &mut [Lanes], biases: &mut [Lanes]) {
        let line = self.width * CHANNELS;
        for (y, work) in self.rows.zip(work.chunks_exact_mut(line)) {
            for at in 0..CHANNELS {
                let channel = first + at;
                let into = work.iter_mut().skip(at).step_by(CHANNELS);
                if channel >= self.map.channels {
                    into.for_each(|lanes| *lanes = Lanes::ZERO);
                    continue;
                }
                let line = &gradient[self.map.at(channel, y, 0)..];
                let mut sum = biases[channel];
                for (into, lanes) in into.zip(line) {
                    *into = *lanes;
                    for (sum, value) in sum.0.iter_mut().zip(&lanes.0) {
                        *sum += value;
                    }
                }
                biases[channel] = sum;
            }
        }
    }
}

/// Some taps of eight channels; steps are counted in vectors.
struct Tile<'a> {
    /// Where each pixel of the output is, in the input, counted from the first.
    places: &'a [usize],
    part: usize,
    /// Where the taps of the first pixel are.
    taps: [usize; TAPS],
}

impl Tile<'_> {
    #[inline(always)]
    fn run<S: Simd, const COUNT: usize>(
        &self,
        simd: S,
        input: &[S::f32s],
        near: &[S::f32s],
        sums: &mut [S::f32s],
    ) {
        let parts = LANES / S::F32_LANES;
        let mut all = [[simd.splat_f32s(0.0); CHANNELS]; COUNT];
        let [a, b, c] = self.taps.map(|tap| &input[tap + self.part..]);
        let pixels = near.chunks_exact(CHANNELS * parts).zip(self.places);
        for (pixel, at) in pixels {
            let taps = [a[*at], b[*at], c[*at]];
            let pixel = &pixel[self.part..=(CHANNELS - 1) * parts + self.part];
            // Written out, as the sums stay in registers only where no loop is left.
            macro_rules! add {
                    ($($channel:literal)*) => {$(
                        let gradient = pixel[$channel * parts];
                        all[0][$channel] = simd.mul_add_f32s(taps[0], gradient, all[0][$channel]);
                        if COUNT > 1 {
                            all[1][$channel] =
                                simd.mul_add_f32s(taps[1], gradient, all[1][$channel]);
                        }
                        if COUNT > 2 {
                            all[2][$channel] =
                                simd.mul_add_f32s(taps[2], gradient, all[2][$channel]);
                        }
                    )*};
                }
            add!(0 1 2 3 4 5 6 7);
        }
        macro_rules! put {
            ($tap:literal: $($channel:literal)*) => {$(
                if $tap < COUNT {
                    let at = ($tap * CHANNELS + $channel) * parts + self.part;
                    sums[at] = simd.add_f32s(sums[at], all[$tap][$channel]);
                }
            )*};
        }
        put!(0: 0 1 2 3 4 5 6 7);
        put!(1: 0 1 2 3 4 5 6 7);
        put!(2: 0 1 2 3 4 5 6 7);
    }
}

/// What follows a convolution in training, where its whole output is kept.
#[derive(Clone, Copy, Debug)]
pub(in crate::learn) struct Following {
    /// The output of the convolution, rectified.
    pub whole: Map,
    /// The same after pooling.
    pub pooled: Map,
    pub slope: f32,
    pub pool: Pool,
}

impl Following {
    /// Pools one group of images.
    pub fn pool(&self, whole: &[Lanes], pooled: &mut [Lanes]) {
        struct Run<'a>(&'a Following, &'a [Lanes], &'a mut [Lanes]);
        impl WithSimd for Run<'_> {
            type Output = ();

            #[inline(always)]
            fn with_simd<S: Simd>(self, _: S) {
                let Self(following, whole, pooled) = self;
                for (channel, y, x) in following.pooled.pixels() {
                    let mut joined = Lanes::ZERO;
                    following.join(whole, channel, y, x, &mut joined);
                    pooled[following.pooled.at(channel, y, x)] = joined;
                }
            }
        }
        Arch::new().dispatch(Run(self, whole, pooled));
    }

    /// The largest or the mean of a window.
    #[inline(always)]
    fn join(&self, whole: &[Lanes], channel: usize, y: usize, x: usize, joined: &mut Lanes) {
        let is_mean = matches!(self.pool, Pool::Mean { .. });
        let mut is_first = true;
        let (rows, columns) = self.window(y, x);
        let share = 1.0 / (rows.len() * columns.len()) as f32;
        for row in rows {
            for column in columns.clone() {
                let pixel = &whole[self.whole.at(channel, row, column)];
                for (joined, value) in joined.0.iter_mut().zip(&pixel.0) {
                    *joined = if is_first {
                        *value
                    } else if is_mean {
                        *joined + value
                    } else {
                        joined.max(*value)
                    };
                }
                is_first = false;
            }
        }
        if is_mean {
            for joined in &mut joined.0 {
                *joined *= share;
            }
        }
    }

    #[inline(always)]
    fn window(&self, y: usize, x: usize) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
        let side = self.pool.side();
        let along = |at: usize, length: usize| at * side..length.min((at + 1) * side);
        (along(y, self.whole.height), along(x, self.whole.width))
    }

    /// The gradient after pooling taken to the output of the convolution. The largest of a window gets all of it, the first among equals.
    pub fn back(
        &self,
        [whole, pooled]: [&[Lanes]; 2],
        after: (&Map, &[Lanes]),
        before: (&Map, &mut [Lanes]),
    ) {
        struct Run<'a>(
            &'a Following,
            &'a [Lanes],
            &'a [Lanes],
            (&'a Map, &'a [Lanes]),
            (&'a Map, &'a mut [Lanes]),
        );
        impl WithSimd for Run<'_> {
            type Output = ();

            #[inline(always)]
            fn with_simd<S: Simd>(self, _: S) {
                let Self(following, whole, pooled, after, (map, before)) = self;
                for (channel, y, x) in following.pooled.pixels() {
                    let gradient = &after.1[after.0.at(channel, y, x)];
                    let most = &pooled[following.pooled.at(channel, y, x)];
                    following.back_one(whole, (channel, y, x), most, gradient, map, before);
                }
            }
        }
        Arch::new().dispatch(Run(self, whole, pooled, after, before));
    }

    #[inline(always)]
    fn back_one(
        &self,
        whole: &[Lanes],
        (channel, y, x): (usize, usize, usize),
        most: &Lanes,
        gradient: &Lanes,
        map: &Map,
        before: &mut [Lanes],
    ) {
        let (rows, columns) = self.window(y, x);
        let share = match self.pool {
            Pool::Mean { .. } => 1.0 / (rows.len() * columns.len()) as f32,
            _ => 1.0,
        };
        let is_max = matches!(self.pool, Pool::Max { .. });
        let mut left = Lanes([share; LANES]);
        for row in rows {
            for column in columns.clone() {
                let value = &whole[self.whole.at(channel, row, column)];
                let into = &mut before[map.at(channel, row, column)];
                for lane in 0..LANES {
                    let is_chosen = !is_max || value.0[lane] >= most.0[lane];
                    let share = if is_chosen { left.0[lane] } else { 0.0 };
                    let slope = if value.0[lane] > 0.0 { 1.0 } else { self.slope };
                    into.0[lane] = gradient.0[lane] * share * slope;
                    if is_max {
                        left.0[lane] -= share;
                    }
                }
            }
        }
    }
}
