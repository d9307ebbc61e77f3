//! Dense layers with rectifiers, one after the other.

use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
    tensor::{Device, Tensor, activation::relu},
};

use crate::learn::network::he_normal;

/// Some dense layers, each followed by a rectifier.
#[derive(Module, Debug)]
pub struct Stack {
    pub(in crate::learn) layers: Vec<Linear>,
}

impl Stack {
    /// From so many numbers over layers of these widths.
    pub fn init(from: usize, widths: &[usize], device: &Device) -> Self {
        let froms = std::iter::once(&from).chain(widths);
        let layers = froms.zip(widths).map(|(from, to)| {
            let layer = LinearConfig::new(*from, *to).with_initializer(he_normal());
            layer.init(device)
        });
        Self {
            layers: layers.collect(),
        }
    }

    /// Numbers that come out, where so many go in.
    pub fn width(&self, from: usize) -> usize {
        let last = self.layers.last();
        last.map_or(from, |layer| layer.weight.dims()[1])
    }

    /// (n, number) to (n, width of the last layer).
    pub fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        let step = |x, layer: &Linear| relu(layer.forward(x));
        self.layers.iter().fold(input, step)
    }

    /// The same with its first layer changed.
    #[must_use]
    pub fn with_first(mut self, change: impl FnOnce(Linear) -> Linear) -> Self {
        if !self.layers.is_empty() {
            let first = self.layers.remove(0);
            self.layers.insert(0, change(first));
        }
        self
    }
}
