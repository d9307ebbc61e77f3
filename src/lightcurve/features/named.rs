//! The features by name, and their values on the way into their places.

pub const COUNT: usize = 58;

/// Their names, as FATS has them, in the order of `features`.
#[rustfmt::skip]
pub const NAMES: [&str; COUNT] = [
    "Amplitude", "Rcs", "StetsonK", "Meanvariance", "Autocor_length", "Con", "Beyond1Std",
    "SmallKurtosis", "Std", "Skew", "MaxSlope", "MedianAbsDev", "MedianBRP", "PairSlopeTrend",
    "FluxPercentileRatioMid20", "FluxPercentileRatioMid35", "FluxPercentileRatioMid50",
    "FluxPercentileRatioMid65", "FluxPercentileRatioMid80", "PercentDifferenceFluxPercentile",
    "PercentAmplitude", "LinearTrend", "Eta_e", "Mean", "Q31", "AndersonDarling", "PeriodLS",
    "Period_fit", "Psi_CS", "Psi_eta",
    "Freq1_harmonics_amplitude_0", "Freq1_harmonics_amplitude_1",
    "Freq1_harmonics_amplitude_2", "Freq1_harmonics_amplitude_3",
    "Freq2_harmonics_amplitude_0", "Freq2_harmonics_amplitude_1",
    "Freq2_harmonics_amplitude_2", "Freq2_harmonics_amplitude_3",
    "Freq3_harmonics_amplitude_0", "Freq3_harmonics_amplitude_1",
    "Freq3_harmonics_amplitude_2", "Freq3_harmonics_amplitude_3",
    "Freq1_harmonics_rel_phase_0", "Freq1_harmonics_rel_phase_1",
    "Freq1_harmonics_rel_phase_2", "Freq1_harmonics_rel_phase_3",
    "Freq2_harmonics_rel_phase_0", "Freq2_harmonics_rel_phase_1",
    "Freq2_harmonics_rel_phase_2", "Freq2_harmonics_rel_phase_3",
    "Freq3_harmonics_rel_phase_0", "Freq3_harmonics_rel_phase_1",
    "Freq3_harmonics_rel_phase_2", "Freq3_harmonics_rel_phase_3",
    "Gskew", "StructureFunction_index_21", "StructureFunction_index_31",
    "StructureFunction_index_32",
];

/// Values of features, in the order of [`NAMES`]; all finite.
pub type Features = [f32; COUNT];

/// The place of a feature in [`NAMES`].
pub fn place(name: &str) -> Option<usize> {
    NAMES.iter().position(|known| *known == name)
}

/// Values on their way into their places.
pub(super) struct Named(pub Features);

impl Default for Named {
    fn default() -> Self {
        Self([0.0; COUNT])
    }
}

impl Named {
    /// Puts a value down; one that does not exist, or is not finite as an `f32`, stays 0.
    pub fn set(&mut self, name: &str, value: Option<f64>) {
        let value = value
            .map(|value| value as f32)
            .filter(|value| value.is_finite());
        if let (Some(at), Some(value)) = (place(name), value) {
            self.0[at] = value;
        }
    }
}
