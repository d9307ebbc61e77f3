//! Kernels for the CPU: the few kinds of layers that the networks have, sixteen images at a time.
//!
//! An activation is stored as `Lanes`: the same pixel of the same channel of sixteen images side by side.
//! Every multiplication then serves sixteen images with one weight, whatever the number of channels, the size
//! of the image, the stride or the padding; nothing has to be shuffled or padded. `Map` has the order of the
//! pixels. Instructions are chosen when the program runs (AVX-512, AVX2 with FMA, NEON, or none of them) by
//! `pulp`, so that this code has no `unsafe`.
//!
//! Weights come in the order that burn gives them; burn stays the definition of every network.

use pulp::{Arch, Simd, WithSimd};

mod activation;
mod convolution;
mod gradient;
mod input_gradient;
mod lanes;

pub(in crate::learn) use activation::{LstmBack, LstmCell, LstmEpoch, NormLayer};
pub(in crate::learn) use convolution::{After, Convolution, Pool, Shape, Weights};
pub(in crate::learn) use gradient::{Following, WeightGradient};
pub(in crate::learn) use input_gradient::{InputGradient, gradient_border};
pub(in crate::learn) use lanes::{LANES, Lanes, Map};

/// The vector instructions of this processor that the kernels use.
pub fn instructions() -> &'static str {
    struct Which;
    impl WithSimd for Which {
        type Output = &'static str;

        fn with_simd<S: Simd>(self, _: S) -> &'static str {
            match (S::F32_LANES, S::REGISTER_COUNT) {
                (16.., _) => "AVX-512",
                (8.., _) => "AVX2",
                (4.., 32..) => "NEON",
                (2.., _) => "vectors of four",
                _ => "no vector instructions",
            }
        }
    }
    Arch::new().dispatch(Which)
}

#[cfg(test)]
mod tests;
