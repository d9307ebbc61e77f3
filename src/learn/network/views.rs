//! The four quarter turns of a stamp.

use burn::tensor::Tensor;

/// Which orientations a network looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Views {
    /// All four quarter turns, joined by the network: in use, and in training as published.
    Four,
    /// The stamp as it comes, for a training that turns every example at random.
    One,
}

impl Views {
    pub const fn count(self) -> usize {
        match self {
            Self::Four => 4,
            Self::One => 1,
        }
    }

    /// The views of (candidate, channel, y, x), one after the other: (view · candidate, channel, y, x).
    pub fn of(self, input: Tensor<4>) -> Tensor<4> {
        match self {
            Self::One => input,
            Self::Four => {
                let turned = input.clone().swap_dims(2, 3);
                Tensor::cat(
                    vec![
                        input.clone(),
                        turned.clone().flip([2]),
                        input.flip([2, 3]),
                        turned.flip([3]),
                    ],
                    0,
                )
            }
        }
    }

    /// Every view turned back, and all of them added up: (view · candidate, channel, y, x) to
    /// (candidate, channel, y, x). The transpose of [`Self::of`].
    pub(in crate::learn) fn added_back(self, views: &Tensor<4>) -> Tensor<4> {
        let count = views.dims()[0] / self.count();
        let view = |at: usize| views.clone().narrow(0, at * count, count);
        match self {
            Self::One => view(0),
            Self::Four => {
                view(0)
                    + view(1).flip([2]).swap_dims(2, 3)
                    + view(2).flip([2, 3])
                    + view(3).flip([3]).swap_dims(2, 3)
            }
        }
    }
}
