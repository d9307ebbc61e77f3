//! What was published for HiTS: the curves that a DET is drawn beside.
//!
//! Computed from the predictions that the authors of Deep-HiTS (Cabrera-Vives et al. 2017) stored
//! with their code (github.com/guille-c/Deep-HiTS, `runs/arch7/test_predictions.pkl` and
//! `runs/RF_5000/test_pred_RF_all.pkl`): one run each, 100,000 candidates of HiTS 2013A, half of
//! them positive. They are of other data than any set opened here.

/// A published curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PublishedDet {
    /// Name and source.
    pub name: &'static str,
    /// False-positive and false-negative rates.
    pub points: &'static [[f64; 2]],
}

/// The convolutional network and the random forest.
pub const PUBLISHED: [PublishedDet; 2] = [
    PublishedDet {
        name: "Deep-HiTS, published (HiTS)",
        points: &[
            [1e-4, 0.331_34],
            [3e-4, 0.198_76],
            [1e-3, 0.076_98],
            [2e-3, 0.028_12],
            [3e-3, 0.013_96],
            [5e-3, 0.005_94],
            [1e-2, 0.002_06],
            [2e-2, 0.000_8],
            [3e-2, 0.000_52],
        ],
    },
    PublishedDet {
        name: "Random forest, published (HiTS)",
        points: &[
            [9.8e-4, 0.146_38],
            [1.9e-3, 0.070_96],
            [2.84e-3, 0.048_38],
            [5e-3, 0.025_24],
            [9.78e-3, 0.010_6],
            [1.958e-2, 0.004_26],
            [2.972e-2, 0.002_08],
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::PUBLISHED;

    #[test]
    fn the_network_misses_less_than_the_forest() {
        for curve in PUBLISHED {
            let is_falling = curve.points.is_sorted_by(|a, b| a[0] < b[0] && a[1] > b[1]);
            assert!(is_falling, "{}", curve.name);
        }
        let missed = |at: usize| PUBLISHED[at].points.last().unwrap()[1];
        assert!(missed(0) < missed(1));
    }
}
