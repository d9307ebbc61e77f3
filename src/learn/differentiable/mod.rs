//! What training on the CPU computes by the kernels instead of by burn: convolutions with what follows them, and the
//! LSTM. Each is one operation of burn's automatic differentiation with a gradient of its own, so that networks,
//! losses and optimisers stay burn's. On a GPU, and without gradients, burn computes as it did.

mod convolutions;
mod group;
mod plan;
mod recurrence;
mod spare;

pub(in crate::learn) use convolutions::convolutions;
pub(in crate::learn) use plan::{padding, shape};
pub(in crate::learn) use recurrence::recurrence;
pub(in crate::learn) use spare::Buffers;

use burn::{
    backend::{Autodiff, BackendTypes, Flex},
    tensor::{Tensor, TensorData},
};

/// A tensor on the CPU whose gradient may be asked for.
type Tracked = <Autodiff<Flex> as BackendTypes>::FloatTensorPrimitive;
/// A tensor on the CPU.
type Plain = <Flex as BackendTypes>::FloatTensorPrimitive;

/// None where a tensor is elsewhere, or no gradients are computed.
fn tracked<const D: usize>(tensor: &Tensor<D>) -> Option<Tracked> {
    tensor.clone().try_into_primitive::<Autodiff<Flex>>().ok()
}

/// The numbers of a tensor, in the order of its axes.
fn numbers(tensor: Plain) -> Vec<f32> {
    let data = tensor.into_data();
    data.iter::<f32>().collect()
}

/// A tensor of those numbers.
fn plain(values: Vec<f32>, sides: impl Into<Vec<usize>>) -> Plain {
    Plain::from_data(TensorData::new(values, sides.into()))
}

#[cfg(test)]
mod tests;
