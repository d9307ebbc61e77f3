//! Layers one after the other, each as the operators that compute it.

use burn::{
    module::Param,
    nn::{
        LayerNorm, LayerNormConfig, Linear, PaddingConfig2d,
        conv::Conv2d,
        pool::{AvgPool2d, MaxPool2d},
    },
    tensor::Tensor,
};

use super::{
    graph::{Graph, Value, integer, integers, number, word},
    proto::AttributeProto,
};

/// Where slices that go backwards end: before the first.
const BEFORE_FIRST: i64 = i64::MIN;

/// A value of a graph, and what comes after it.
pub(super) struct Chain<'a> {
    graph: &'a mut Graph,
    /// What the names of its layers begin with.
    within: String,
    value: Value,
}

impl<'a> Chain<'a> {
    /// Begins with that value; `within` is what the names of the layers begin with, with its dot.
    pub fn new(graph: &'a mut Graph, within: &str, value: &Value) -> Self {
        Self {
            graph,
            within: within.into(),
            value: value.clone(),
        }
    }

    pub fn end(self) -> Value {
        self.value
    }

    /// One operator, with more inputs than the value at the end.
    pub fn then(
        mut self,
        name: &str,
        operator: &str,
        others: &[&Value],
        settings: Vec<AttributeProto>,
    ) -> Self {
        let name = format!("{}{name}", self.within);
        let inputs: Vec<&Value> = std::iter::once(&self.value)
            .chain(others.iter().copied())
            .collect();
        self.value = self.graph.node(&name, operator, &inputs, settings);
        self
    }

    /// Whole numbers in a row, for an operator that follows.
    pub fn integers(&mut self, name: &str, values: &[i64]) -> Value {
        let name = format!("{}{name}", self.within);
        self.graph.integers(&name, values)
    }

    /// Numbers in a row, for an operator that follows.
    pub fn numbers(&mut self, name: &str, values: &[f32]) -> Value {
        let name = format!("{}{name}", self.within);
        self.graph.numbers(&name, values)
    }

    /// Weight and bias of a layer.
    fn weights<const D: usize>(
        &mut self,
        name: &str,
        weight: &Param<Tensor<D>>,
        bias: Option<&Param<Tensor<1>>>,
    ) -> Vec<Value> {
        let name = format!("{}{name}", self.within);
        let weight = self.graph.weights(&format!("{name}.weight"), &weight.val());
        let mut both = vec![weight];
        if let Some(bias) = bias {
            both.push(self.graph.weights(&format!("{name}.bias"), &bias.val()));
        }
        both
    }

    /// (n, channel, y, x) to (n, channel, y, x).
    pub fn convolution(mut self, name: &str, layer: &Conv2d) -> Self {
        let weights = self.weights(name, &layer.weight, layer.bias.as_ref());
        let mut settings = vec![
            integers("kernel_shape", &layer.kernel_size),
            integers("strides", &layer.stride),
            integers("dilations", &layer.dilation),
            integer("group", layer.groups as i64),
        ];
        settings.extend(padding(&layer.padding));
        let weights: Vec<&Value> = weights.iter().collect();
        self.then(name, "Conv", &weights, settings)
    }

    /// (n, number) to (n, number).
    pub fn dense(mut self, name: &str, layer: &Linear) -> Self {
        let weights = self.weights(name, &layer.weight, layer.bias.as_ref());
        let weights: Vec<&Value> = weights.iter().collect();
        self.then(name, "Gemm", &weights, Vec::new())
    }

    /// Mean and variance of each row taken out; the layer must have the usual epsilon.
    pub fn layer_norm(mut self, name: &str, layer: &LayerNorm) -> Self {
        let weights = self.weights(name, &layer.gamma, layer.beta.as_ref());
        let weights: Vec<&Value> = weights.iter().collect();
        // The layer keeps it to itself.
        let epsilon = LayerNormConfig::new(1).epsilon;
        let settings = vec![integer("axis", -1), number("epsilon", epsilon)];
        self.then(name, "LayerNormalization", &weights, settings)
    }

    /// ReLU, leaky where the slope below zero is not 0.
    pub fn rectifier(self, leak: f64) -> Self {
        if leak > 0.0 {
            self.then("leaky_relu", "LeakyRelu", &[], vec![number("alpha", leak)])
        } else {
            self.then("relu", "Relu", &[], Vec::new())
        }
    }

    /// The largest of each window.
    pub fn max_pooling(self, layer: &MaxPool2d) -> Self {
        let mut settings = vec![
            integers("kernel_shape", &layer.kernel_size),
            integers("strides", &layer.stride),
            integers("dilations", &layer.dilation),
            integer("ceil_mode", i64::from(layer.ceil_mode)),
        ];
        settings.extend(padding(&layer.padding));
        self.then("max_pool", "MaxPool", &[], settings)
    }

    /// The mean of each window.
    pub fn average_pooling(self, layer: &AvgPool2d) -> Self {
        let mut settings = vec![
            integers("kernel_shape", &layer.kernel_size),
            integers("strides", &layer.stride),
            integer("ceil_mode", i64::from(layer.ceil_mode)),
            integer("count_include_pad", i64::from(layer.count_include_pad)),
        ];
        settings.extend(padding(&layer.padding));
        self.then("average_pool", "AveragePool", &[], settings)
    }

    /// (n, …) to (n, number).
    pub fn flattened(self) -> Self {
        self.then("flatten", "Flatten", &[], vec![integer("axis", 1)])
    }

    /// Axes in another order.
    pub fn permuted(self, order: &[usize]) -> Self {
        self.then("transpose", "Transpose", &[], vec![integers("perm", order)])
    }

    /// In another shape; -1 is what is left.
    pub fn reshaped(mut self, sides: &[i64]) -> Self {
        let sides = self.integers("shape", sides);
        self.then("reshape", "Reshape", &[&sides], Vec::new())
    }

    /// Those axes backwards.
    pub fn flipped(mut self, axes: &[i64]) -> Self {
        if axes.is_empty() {
            return self;
        }
        let each = |value: i64| vec![value; axes.len()];
        let cut = [
            self.integers("flip.starts", &each(-1)),
            self.integers("flip.ends", &each(BEFORE_FIRST)),
            self.integers("flip.axes", axes),
            self.integers("flip.steps", &each(-1)),
        ];
        let [starts, ends, axes, steps] = &cut;
        self.then("flip", "Slice", &[starts, ends, axes, steps], Vec::new())
    }

    /// The channels from one to before another.
    pub fn part_of_channels(mut self, from: i64, to: i64) -> Self {
        let [starts, ends, axes] = [
            self.integers("part.starts", &[from]),
            self.integers("part.ends", &[to]),
            self.integers("part.axes", &[1]),
        ];
        self.then("part", "Slice", &[&starts, &ends, &axes], Vec::new())
    }

    /// The quarter turns of (n, channel, y, x), one after the other: (view · n, channel, y, x), as
    /// [`crate::learn::Views::of`] makes them.
    pub fn four_views(self) -> Self {
        let Self {
            graph,
            within,
            value: input,
        } = self;
        let turned = Chain::new(graph, &within, &input).permuted(&[0, 1, 3, 2]);
        let turned = turned.end();
        let [quarter, half, three_quarters] =
            [(&turned, &[2][..]), (&input, &[2, 3]), (&turned, &[3])]
                .map(|(from, axes)| Chain::new(graph, &within, from).flipped(axes).end());
        let views = [&quarter, &half, &three_quarters];
        Chain::new(graph, &within, &input).then("views", "Concat", &views, vec![integer("axis", 0)])
    }

    /// The mean over the first axis, which is then gone.
    pub fn averaged_over_first(self) -> Self {
        let settings = vec![integers("axes", &[0]), integer("keepdims", 0)];
        self.then("mean", "ReduceMean", &[], settings)
    }

    /// Rows that sum to 1, under that name.
    pub fn softmax(self, name: &str) -> Self {
        self.then(name, "Softmax", &[], vec![integer("axis", 1)])
    }
}

/// What is put around an image.
fn padding(padding: &PaddingConfig2d) -> Option<AttributeProto> {
    match padding {
        PaddingConfig2d::Valid => None,
        // Of an odd number of pixels more stand at the end, in burn as in ONNX.
        PaddingConfig2d::Same => Some(word("auto_pad", "SAME_UPPER")),
        PaddingConfig2d::Explicit(top, left, bottom, right) => {
            Some(integers("pads", &[*top, *left, *bottom, *right]))
        }
    }
}
