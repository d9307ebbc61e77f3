//! Stretches: how the shown interval is bent before it is coloured.
//!
//! Each maps 0..=1 onto 0..=1, rising. Formulas and usual parameters are those of astropy's
//! `visualization.stretch`, which are DS9's where DS9 has the same. Twin of `stretched` in
//! `shaders/stamp.wgsl`.

use serde::{Deserialize, Serialize};

/// The form of a stretch. Its parameter, where it has one, is called `a` as in astropy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stretch {
    /// `t`
    Linear,
    /// `ln(a t + 1) / ln(a + 1)`
    Log,
    /// `√t`
    Sqrt,
    /// `t²`
    Square,
    /// `asinh(t / a) / asinh(1 / a)`
    Asinh,
    /// `sinh(t / a) / sinh(1 / a)`
    Sinh,
    /// `(aᵗ - 1) / (a - 1)`, DS9's power (astropy's `PowerDistStretch`)
    Power,
    /// The share of pixels below: see [`super::equalise`]. Linear until a table is given.
    HistogramEqual,
}

impl Stretch {
    /// All, in the order of a menu.
    pub const ALL: [Self; 8] = [
        Self::Linear,
        Self::Log,
        Self::Sqrt,
        Self::Square,
        Self::Asinh,
        Self::Sinh,
        Self::Power,
        Self::HistogramEqual,
    ];

    /// The name on screen and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Log => "log",
            Self::Sqrt => "sqrt",
            Self::Square => "square",
            Self::Asinh => "asinh",
            Self::Sinh => "sinh",
            Self::Power => "power",
            Self::HistogramEqual => "histogram-equal",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stretch| stretch.name() == name)
    }

    /// The usual parameter; none where the stretch has none.
    pub const fn usual_parameter(self) -> Option<f32> {
        match self {
            Self::Log | Self::Power => Some(1000.0),
            Self::Asinh => Some(0.1),
            Self::Sinh => Some(1.0 / 3.0),
            Self::Linear | Self::Sqrt | Self::Square | Self::HistogramEqual => None,
        }
    }

    /// Where the parameter may lie; 32-bit numbers carry the formula within.
    pub const fn parameter_range(self) -> (f32, f32) {
        match self {
            Self::Log => (0.1, 1e6),
            Self::Power => (1.1, 1e6),
            Self::Asinh => (1e-3, 10.0),
            Self::Sinh => (0.05, 10.0),
            Self::Linear | Self::Sqrt | Self::Square | Self::HistogramEqual => (0.0, 1.0),
        }
    }

    /// The parameter that is used for the wish `a`: within range, the usual one for NaN.
    pub fn parameter(self, a: f32) -> f32 {
        let (least, most) = self.parameter_range();
        match self.usual_parameter() {
            Some(usual) if !a.is_finite() => usual,
            Some(_) => a.clamp(least, most),
            None => 0.0,
        }
    }

    /// The stretched fraction. `t` and the parameter are brought into range first.
    pub fn apply(self, t: f32, a: f32) -> f32 {
        let t = t.clamp(0.0, 1.0);
        let a = self.parameter(a);
        let stretched = match self {
            Self::Linear | Self::HistogramEqual => t,
            Self::Log => (a * t + 1.0).ln() / (a + 1.0).ln(),
            Self::Sqrt => t.sqrt(),
            Self::Square => t * t,
            Self::Asinh => (t / a).asinh() / (1.0 / a).asinh(),
            Self::Sinh => (t / a).sinh() / (1.0 / a).sinh(),
            Self::Power => (a.powf(t) - 1.0) / (a - 1.0),
        };
        stretched.clamp(0.0, 1.0)
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "zero is exact")]
mod tests {
    use super::Stretch;

    fn parameters(stretch: Stretch) -> Vec<f32> {
        let (least, most) = stretch.parameter_range();
        let usual = stretch.usual_parameter().unwrap_or_default();
        vec![least, usual, most, f32::NAN, f32::INFINITY, -1.0, 0.0]
    }

    #[test]
    fn every_stretch_keeps_its_contract() {
        for stretch in Stretch::ALL {
            for a in parameters(stretch) {
                assert_eq!(stretch.apply(0.0, a), 0.0, "{stretch:?} {a}");
                let top = stretch.apply(1.0, a);
                assert!((top - 1.0).abs() < 1e-6, "{stretch:?} {a}: {top}");
                let mut last = 0.0;
                for step in 0..=10_000 {
                    let value = stretch.apply(step as f32 / 10_000.0, a);
                    assert!(value.is_finite(), "{stretch:?} {a}");
                    assert!(value >= last - 1e-6, "{stretch:?} {a} falls at {step}");
                    last = value;
                }
            }
        }
    }

    #[test]
    fn values_are_those_of_astropy() {
        // astropy 8.0: LogStretch()(0.25) and so on, with its default parameters.
        for (stretch, expected) in [
            (Stretch::Linear, 0.25),
            (Stretch::Log, 0.799_775_52),
            (Stretch::Sqrt, 0.5),
            (Stretch::Square, 0.0625),
            (Stretch::Asinh, 0.549_402_6),
            (Stretch::Sinh, 0.082_085_0),
            (Stretch::Power, 0.004_628_04),
        ] {
            let a = stretch.usual_parameter().unwrap_or_default();
            let found = stretch.apply(0.25, a);
            assert!((found - expected).abs() < 2e-6, "{stretch:?}: {found}");
        }
    }

    #[test]
    fn names_find_their_stretch() {
        for stretch in Stretch::ALL {
            assert_eq!(Stretch::from_name(stretch.name()), Some(stretch));
        }
        assert_eq!(Stretch::from_name("cubic"), None);
    }
}
