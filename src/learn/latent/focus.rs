//! Which pixels count: what tells a source from an artefact lies in the middle of a stamp, while its
//! rim has as much to be drawn. Far pixels are taken to scatter more (our choice).

use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData},
};

use super::LatentShape;

/// No pixel counts less than this, so that pictures stay whole.
const LEAST_WEIGHT: f64 = 1e-3;

/// Weights of the pixels of a stamp.
#[derive(Module, Debug)]
pub struct Focus {
    channels: usize,
    side: usize,
    /// Standard deviation, pixels; 0 where all pixels count the same.
    reach: f64,
}

impl Focus {
    /// As the shape tells.
    pub fn of(shape: &LatentShape) -> Self {
        Self {
            channels: shape.channels,
            side: shape.side_px,
            reach: shape.focus_px.unwrap_or(0.0),
        }
    }

    /// The weight of every pixel, 1 in the middle: (1, pixel). The variance of a pixel is that in the
    /// middle over its weight.
    pub fn weights(&self, device: &Device) -> Tensor<2> {
        let middle = (self.side as f64 - 1.0) / 2.0;
        let weight = |at: usize| {
            let place = at % (self.side * self.side);
            let x = (place % self.side) as f64 - middle;
            let y = (place / self.side) as f64 - middle;
            if self.reach > 0.0 {
                let far = (x * x + y * y) / (self.reach * self.reach);
                (-far).exp().max(LEAST_WEIGHT) as f32
            } else {
                1.0
            }
        };
        let count = self.channels * self.side * self.side;
        let weights: Vec<f32> = (0..count).map(weight).collect();
        Tensor::from_data(TensorData::new(weights, [1, count]), device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_counts_most_and_all_channels_alike() {
        let focus = Focus {
            channels: 2,
            side: 21,
            reach: 6.0,
        };
        let weights = focus.weights(&Device::flex()).into_data();
        let weights: Vec<f32> = weights.iter::<f32>().collect();
        assert_eq!(weights[..441], weights[441..]);
        assert!((weights[220] - 1.0).abs() < 1e-6);
        // Six pixels to the right: the amplitude is exp(-1/2), its square 1/e.
        assert!((weights[226] - (-1.0_f32).exp()).abs() < 1e-6);
        assert!((f64::from(weights[0]) - (-200.0_f64 / 36.0).exp()).abs() < 1e-6);
        let all = Focus {
            reach: 0.0,
            ..focus
        };
        let sum = all.weights(&Device::flex()).sum().into_data();
        assert!((sum.iter::<f64>().sum::<f64>() - 882.0).abs() < 1e-6);
    }
}
