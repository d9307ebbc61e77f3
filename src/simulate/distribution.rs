//! Distributions as a survey's file writes them, drawn by their quantiles.

use serde::Deserialize;
use statrs::distribution::{ContinuousCDF, Normal};

use super::Random;
use crate::domain::canonical::{Canonical, canonical_record, variant};

/// How a quantity is spread.
///
/// In TOML: a number, or one of
/// `{ uniform = [low, high] }`, `{ log_uniform = [low, high] }`,
/// `{ normal = [mean, sigma], within = [low, high] }`,
/// `{ log_normal = [median, sigma of the natural logarithm], within = [low, high] }`,
/// `{ percentiles = [[0, 0.9], [50, 1.3], [100, 3.0]] }` (straight lines between).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Distribution {
    /// Always this.
    Constant(f64),
    /// A shape with parameters.
    Shape(Shape),
}

/// The shape of a distribution; exactly one is given.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    uniform: Option<[f64; 2]>,
    log_uniform: Option<[f64; 2]>,
    normal: Option<[f64; 2]>,
    log_normal: Option<[f64; 2]>,
    within: Option<[f64; 2]>,
    percentiles: Option<Vec<[f64; 2]>>,
}

impl Canonical for Distribution {
    fn write(&self, text: &mut String) {
        match self {
            Self::Constant(value) => variant(text, "Constant", value),
            Self::Shape(shape) => variant(text, "Shape", shape),
        }
    }
}

canonical_record!(Shape, "Shape" {
    "uniform": uniform,
    "log_uniform": log_uniform,
    "normal": normal,
    "log_normal": log_normal,
    "within": within,
    "percentiles": percentiles,
});

impl Distribution {
    /// Uniform in the logarithm between two positive values.
    pub fn log_uniform(low: f64, high: f64) -> Self {
        Self::Shape(Shape {
            log_uniform: Some([low, high]),
            ..Shape::default()
        })
    }

    /// A value.
    pub fn draw(&self, random: &mut Random) -> f64 {
        self.quantile(random.unit())
    }

    /// The value that a share `u` (0 to 1) of all values is below.
    pub fn quantile(&self, u: f64) -> f64 {
        let shape = match self {
            Self::Constant(value) => return *value,
            Self::Shape(shape) => shape,
        };
        let cut = shape.cut();
        if let Some([low, high]) = shape.uniform {
            low + (high - low) * u
        } else if let Some([low, high]) = shape.log_uniform {
            (low.ln() + (high.ln() - low.ln()) * u).exp()
        } else if let Some([mean, sigma]) = shape.normal {
            mean + sigma * truncated_normal(u, cut)
        } else if let Some([median, sigma]) = shape.log_normal {
            median * (sigma * truncated_normal(u, cut)).exp()
        } else {
            interpolated(shape.percentiles.as_deref().unwrap_or_default(), 100.0 * u)
        }
    }

    /// The spread of these values: their percentiles, straight lines between. None without values.
    pub fn of_values(values: &[f64]) -> Option<Self> {
        const STEPS: usize = 20;
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let last = sorted.len().checked_sub(1)?;
        let point = |step: usize| {
            let share = step as f64 / STEPS as f64;
            [
                100.0 * share,
                sorted[(share * last as f64).round() as usize],
            ]
        };
        Some(Self::Shape(Shape {
            percentiles: Some((0..=STEPS).map(point).collect()),
            ..Shape::default()
        }))
    }

    /// Smallest and largest value that can be drawn.
    pub fn range(&self) -> [f64; 2] {
        [self.quantile(0.0), self.quantile(1.0)]
    }

    /// Why it cannot be drawn from.
    ///
    /// # Errors
    /// A sentence about the shape.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::Constant(value) if value.is_finite() => Ok(()),
            Self::Constant(value) => Err(format!("{value} is no number to work with")),
            Self::Shape(shape) => shape.check(),
        }
    }
}

impl Shape {
    /// The interval that normal and log-normal values are cut to, in widths from the middle.
    fn cut(&self) -> Option<[f64; 2]> {
        let within = self.within?;
        let of_normal = |[mean, sigma]: [f64; 2]| within.map(|x| (x - mean) / sigma);
        let of_log_normal = |[median, sigma]: [f64; 2]| within.map(|x| (x / median).ln() / sigma);
        let log_normal = || self.log_normal.map(of_log_normal);
        self.normal.map(of_normal).or_else(log_normal)
    }

    fn check(&self) -> Result<(), String> {
        let pairs = [self.uniform, self.log_uniform, self.normal, self.log_normal];
        let given = pairs.iter().flatten().count() + usize::from(self.percentiles.is_some());
        if given != 1 {
            return Err(format!(
                "{given} shapes are given: give one of uniform, log_uniform, normal, log_normal \
                 and percentiles"
            ));
        }
        let mut numbers = pairs.iter().flatten().chain(self.within.iter()).flatten();
        if numbers.any(|number| !number.is_finite()) {
            return Err("a parameter is not finite".into());
        }
        for [low, high] in [self.uniform, self.log_uniform, self.within]
            .iter()
            .flatten()
        {
            if low > high {
                return Err(format!("[{low}, {high}] is not in ascending order"));
            }
        }
        if self.log_uniform.is_some_and(|[low, _]| low <= 0.0) {
            return Err("log_uniform needs values above 0".into());
        }
        for [center, sigma] in [self.normal, self.log_normal].iter().flatten() {
            if *sigma <= 0.0 {
                return Err(format!("the width {sigma} is not above 0"));
            }
            if self.log_normal.is_some() && *center <= 0.0 {
                return Err("log_normal needs a median above 0".into());
            }
        }
        if self.log_normal.is_some() && self.within.is_some_and(|[low, _]| low <= 0.0) {
            return Err("within of log_normal needs values above 0".into());
        }
        if self
            .cut()
            .is_some_and(|[low, high]| low > FAR || high < -FAR)
        {
            return Err(format!(
                "within lies wholly more than {FAR} widths from the middle, where no value is drawn"
            ));
        }
        if self.within.is_some() && self.normal.is_none() && self.log_normal.is_none() {
            return Err("within belongs to normal and log_normal".into());
        }
        self.percentiles
            .as_deref()
            .map_or(Ok(()), check_percentiles)
    }
}

/// Widths from the middle beyond which there is nothing that a simulation could draw.
const FAR: f64 = 8.0;

fn check_percentiles(points: &[[f64; 2]]) -> Result<(), String> {
    let ascends = |axis: usize| points.windows(2).all(|pair| pair[0][axis] <= pair[1][axis]);
    let is_finite = points.iter().flatten().all(|value| value.is_finite());
    let spans = points.first().is_some_and(|first| first[0] == 0.0)
        && points
            .last()
            .is_some_and(|last| (last[0] - 100.0).abs() < 1e-9);
    if !is_finite || !spans || !ascends(0) || !ascends(1) {
        return Err("percentiles must ascend from [0, …] to [100, …]".into());
    }
    Ok(())
}

/// The quantile of a standard normal, cut to an interval.
fn truncated_normal(u: f64, within: Option<[f64; 2]>) -> f64 {
    let normal = Normal::standard();
    let [low, high] = within.unwrap_or([-FAR, FAR]);
    let [below, above] = [low, high].map(|x| normal.cdf(x.clamp(-FAR, FAR)));
    let inside = below + (above - below) * u;
    normal
        .inverse_cdf(inside)
        .clamp(low.min(FAR), high.max(-FAR))
}

fn interpolated(points: &[[f64; 2]], x: f64) -> f64 {
    let above = points.partition_point(|point| point[0] < x);
    match (points.get(above.wrapping_sub(1)), points.get(above)) {
        (Some([x0, y0]), Some([x1, y1])) if x1 > x0 => y0 + (y1 - y0) * (x - x0) / (x1 - x0),
        (_, Some([_, y])) | (Some([_, y]), None) => *y,
        (None, None) => 0.0,
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "numbers that no arithmetic touches")]
mod tests {
    use super::*;

    fn of(toml: &str) -> Distribution {
        #[derive(Deserialize)]
        struct One {
            x: Distribution,
        }
        toml::from_str::<One>(&format!("x = {toml}")).unwrap().x
    }

    #[test]
    fn quantiles_are_those_of_the_shape() {
        for (text, u, expected) in [
            ("3", 0.7, 3.0),
            ("{ uniform = [2, 4] }", 0.25, 2.5),
            ("{ log_uniform = [1, 100] }", 0.5, 10.0),
            ("{ normal = [5, 2] }", 0.841_344_746, 7.0),
            ("{ log_normal = [10, 0.5] }", 0.5, 10.0),
            ("{ percentiles = [[0, 1], [50, 2], [100, 6]] }", 0.75, 4.0),
        ] {
            let found = of(text).quantile(u);
            assert!((found - expected).abs() < 1e-6, "{text}: {found}");
            of(text).check().unwrap();
        }
    }

    #[test]
    fn a_cut_distribution_stays_inside_and_keeps_its_shape() {
        let cut = of("{ normal = [0, 1], within = [-1, 3] }");
        assert_eq!(cut.range().map(|x| (x * 1e6).round() / 1e6), [-1.0, 3.0]);
        let mut random = Random::of(1, 0, 0);
        let values: Vec<_> = (0..4000).map(|_| cut.draw(&mut random)).collect();
        let mean = values.iter().sum::<f64>() / 4000.0;
        // Mean of a normal cut to [-1, 3]: (phi(-1) - phi(3)) / (Phi(3) - Phi(-1)) = 0.2828.
        assert!((mean - 0.2828).abs() < 0.04, "{mean}");
    }

    #[test]
    fn the_spread_of_values_comes_back() {
        let values: Vec<_> = (0..=100).rev().map(|k| f64::from(k).powi(2)).collect();
        let spread = Distribution::of_values(&values).unwrap();
        assert!((spread.quantile(0.5) - 2500.0).abs() < 1.0);
        assert_eq!(spread.range(), [0.0, 10_000.0]);
        assert_eq!(spread.check(), Ok(()));
        assert_eq!(Distribution::of_values(&[]), None);
    }

    #[test]
    fn impossible_shapes_are_refused_with_a_reason() {
        for (text, word) in [
            ("{}", "0 shapes"),
            ("{ uniform = [1, 2], normal = [1, 2] }", "2 shapes"),
            ("{ uniform = [3, 2] }", "ascending"),
            ("{ log_uniform = [0, 2] }", "above 0"),
            ("{ normal = [3, 0] }", "not above 0"),
            ("{ uniform = [1, 2], within = [0, 1] }", "within"),
            ("{ normal = [0, 1], within = [9, 20] }", "8 widths"),
            ("{ log_normal = [1, 0.1], within = [0.1, 0.2] }", "8 widths"),
            ("{ percentiles = [[0, 2], [90, 3]] }", "ascend"),
            ("nan", "number"),
        ] {
            let why = of(text).check().unwrap_err();
            assert!(why.contains(word), "{text}: {why}");
        }
    }
}
