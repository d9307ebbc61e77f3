//! Shapes of convolutions in a row, as training needs them: every output is kept, with the zeros around it that the
//! next layer wants.

use burn::nn::{PaddingConfig2d, conv::Conv2d};

use crate::learn::kernels::{
    After, Convolution, Following, InputGradient, Map, Pool, Shape, Weights, gradient_border,
};

/// One layer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planned {
    /// What goes in, its border being the padding.
    pub from: Map,
    pub shape: Shape,
    pub following: Following,
    /// The gradient of the output, with the border that turns it into the gradient of the input.
    pub gradient: Map,
}

/// All layers.
#[derive(Clone, Debug)]
pub(super) struct Plan(pub Vec<Planned>);

impl Plan {
    /// None where a layer is of a kind that the kernels do not know.
    pub fn new(sides: [usize; 2], layers: &[(&Conv2d, f64, Pool)]) -> Option<Self> {
        let paddings: Option<Vec<usize>> =
            layers.iter().map(|(layer, ..)| padding(layer)).collect();
        let paddings = paddings?;
        let [_, channels, ..] = layers.first()?.0.weight.dims();
        let mut from = Map {
            channels,
            height: sides[0],
            width: sides[1],
            border: *paddings.first()?,
        };
        let mut planned = Vec::with_capacity(layers.len());
        for (at, (layer, leak, pool)) in layers.iter().enumerate() {
            let shape = shape(layer)?;
            let border = paddings.get(at + 1).copied().unwrap_or_default();
            let one = one(
                from,
                shape,
                layer.weight.dims()[0],
                *leak as f32,
                *pool,
                border,
            )?;
            from = one.following.pooled;
            planned.push(one);
        }
        Some(Self(planned))
    }

    pub fn to(&self) -> Option<Map> {
        self.0.last().map(|layer| layer.following.pooled)
    }

    /// The layers with their weights.
    pub fn forward(&self, weights: &[Weights]) -> Vec<Convolution> {
        let layers = self.0.iter().zip(weights);
        let layer = |(layer, weights): (&Planned, &Weights)| {
            let after = After {
                slope: layer.following.slope,
                pool: Pool::None,
            };
            let border = layer.following.whole.border;
            Convolution::new(layer.from, layer.shape, weights, after, border)
        };
        layers.map(layer).collect()
    }

    /// What takes the gradient of each layer's output to that of its input.
    pub fn backward(&self, weights: &[Weights]) -> Vec<InputGradient> {
        let layers = self.0.iter().zip(weights);
        let layer = |(layer, weights): (&Planned, &Weights)| {
            InputGradient::new(layer.from, layer.gradient, layer.shape, &weights.weight)
        };
        layers.map(layer).collect()
    }
}

fn one(
    from: Map,
    shape: Shape,
    channels: usize,
    slope: f32,
    pool: Pool,
    border: usize,
) -> Option<Planned> {
    let [high, wide] = shape.kernel;
    // Every pixel of the input must be seen, so that it has a gradient.
    let along = |length: usize, kernel: usize| {
        let steps = (length + 2 * from.border).checked_sub(kernel)?;
        steps
            .is_multiple_of(shape.stride)
            .then_some(steps / shape.stride + 1)
    };
    let (height, width) = (along(from.height, high)?, along(from.width, wide)?);
    let pooled = Map {
        channels,
        height: pool.windows(height),
        width: pool.windows(width),
        border,
    };
    let whole = Map {
        channels,
        height,
        width,
        border: if pool == Pool::None { border } else { 0 },
    };
    let gradient = Map {
        channels,
        height,
        width,
        border: gradient_border(from, shape, [height, width]),
    };
    Some(Planned {
        from,
        shape,
        following: Following {
            whole,
            pooled,
            slope,
            pool,
        },
        gradient,
    })
}

/// The kernel; none where it is dilated, of groups, or of another stride along y than along x.
pub(in crate::learn) fn shape(layer: &Conv2d) -> Option<Shape> {
    let [stride, other] = layer.stride;
    let is_plain = stride == other && layer.dilation == [1, 1] && layer.groups == 1;
    is_plain.then_some(Shape {
        kernel: layer.kernel_size,
        stride,
    })
}

/// Zeros on each side; none where they are not as many on all.
pub(in crate::learn) fn padding(layer: &Conv2d) -> Option<usize> {
    match layer.padding {
        PaddingConfig2d::Valid => Some(0),
        PaddingConfig2d::Explicit(top, left, bottom, right) => {
            (top == left && top == bottom && top == right).then_some(top)
        }
        PaddingConfig2d::Same => None,
    }
}
