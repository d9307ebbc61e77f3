//! A light curve: fluxes of one object in one band, in the order of time.

/// One measurement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Modified Julian date, days.
    pub mjd: f64,
    /// Flux, counts a second on a common zero point; below 0 where noise outweighs a faint source.
    pub flux: f64,
    /// Its standard deviation.
    pub error: f64,
}

impl Point {
    /// True where all three are finite and the error is above 0.
    pub fn is_measurement(&self) -> bool {
        let is_finite = [self.mjd, self.flux, self.error]
            .iter()
            .all(|x| x.is_finite());
        is_finite && self.error > 0.0
    }
}

/// Measurements in the order of time.
///
/// They are fluxes rather than magnitudes: optimal photometry of a faint source may be negative,
/// and a magnitude of that does not exist.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LightCurve {
    times: Vec<f64>,
    fluxes: Vec<f64>,
    errors: Vec<f64>,
}

impl LightCurve {
    /// The light curve of these points: those that are no measurements are left out, the others
    /// sorted by time; points of one time keep their order.
    pub fn new(points: impl IntoIterator<Item = Point>) -> Self {
        let mut points: Vec<Point> = points.into_iter().filter(Point::is_measurement).collect();
        points.sort_by(|a, b| a.mjd.total_cmp(&b.mjd));
        Self {
            times: points.iter().map(|point| point.mjd).collect(),
            fluxes: points.iter().map(|point| point.flux).collect(),
            errors: points.iter().map(|point| point.error).collect(),
        }
    }

    /// Number of measurements.
    pub const fn len(&self) -> usize {
        self.times.len()
    }

    /// True where there is none.
    pub const fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// The first `count` measurements; all where there are fewer.
    #[must_use]
    pub fn prefix(&self, count: usize) -> Self {
        let count = count.min(self.len());
        Self {
            times: self.times[..count].to_vec(),
            fluxes: self.fluxes[..count].to_vec(),
            errors: self.errors[..count].to_vec(),
        }
    }

    /// Modified Julian dates, days.
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    pub fn fluxes(&self) -> &[f64] {
        &self.fluxes
    }

    /// Standard deviations of the fluxes.
    pub fn errors(&self) -> &[f64] {
        &self.errors
    }

    /// Days from the first measurement to the last.
    pub fn span_days(&self) -> f64 {
        match (self.times.first(), self.times.last()) {
            (Some(first), Some(last)) => last - first,
            _ => 0.0,
        }
    }

    /// Days since the first measurement: what is computed from them does not know the date.
    pub fn days_since_first(&self) -> Vec<f64> {
        let first = self.times.first().copied().unwrap_or(0.0);
        self.times.iter().map(|time| time - first).collect()
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "numbers that no arithmetic touches")]
mod tests {
    use super::*;

    #[test]
    fn only_measurements_are_kept_and_in_the_order_of_time() {
        let point = |mjd, flux, error| Point { mjd, flux, error };
        let curve = LightCurve::new([
            point(3.0, 1.0, 0.1),
            point(f64::NAN, 2.0, 0.1),
            point(1.0, -3.0, 0.2),
            point(2.0, f64::INFINITY, 0.1),
            point(2.0, 4.0, 0.0),
            point(2.0, 4.0, f64::NAN),
            point(3.0, 5.0, 0.3),
        ]);
        assert_eq!(curve.times(), [1.0, 3.0, 3.0]);
        assert_eq!(curve.fluxes(), [-3.0, 1.0, 5.0]);
        assert_eq!(curve.errors(), [0.2, 0.1, 0.3]);
        assert_eq!(curve.span_days(), 2.0);
        assert_eq!(curve.days_since_first(), [0.0, 2.0, 2.0]);
        assert_eq!(curve.prefix(2).fluxes(), [-3.0, 1.0]);
        assert_eq!(curve.prefix(9), curve);
        assert_eq!(LightCurve::default().span_days(), 0.0);
    }
}
