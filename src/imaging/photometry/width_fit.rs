//! Least squares of an elliptical profile and a constant, by Levenberg (1944) and Marquardt (1963).

use super::{frame::Frame, moments::Moments, psf_shape::Ellipse};

const PARAMETERS: usize = 7;
const MOST_ROUNDS: usize = 40;
/// Pixels within this many FWHM of the centre are fitted.
const REACH_FWHM: f64 = 2.5;

/// A profile as a function of q, which is 1 at half maximum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Profile {
    Gaussian,
    Moffat(f64),
}

impl Profile {
    pub const fn beta(self) -> Option<f64> {
        match self {
            Self::Gaussian => None,
            Self::Moffat(beta) => Some(beta),
        }
    }

    /// Value and derivative by q.
    fn at(self, q: f64) -> [f64; 2] {
        match self {
            Self::Gaussian => {
                let value = (-std::f64::consts::LN_2 * q).exp();
                [value, -std::f64::consts::LN_2 * value]
            }
            Self::Moffat(beta) => {
                let bend = 2f64.powf(1.0 / beta) - 1.0;
                let base = 1.0 + bend * q;
                let value = base.powf(-beta);
                [value, -beta * bend * value / base]
            }
        }
    }

    /// Integral over the plane of a profile of unit peak whose form has determinant 1.
    fn volume(self) -> f64 {
        match self {
            Self::Gaussian => std::f64::consts::PI / std::f64::consts::LN_2,
            Self::Moffat(beta) => {
                std::f64::consts::PI / ((beta - 1.0) * (2f64.powf(1.0 / beta) - 1.0))
            }
        }
    }
}

/// A fitted profile `B + A g(a dx² + 2 b dx dy + c dy²)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fit {
    pub profile: Profile,
    pub background: f64,
    pub peak: f64,
    pub center_px: [f64; 2],
    /// a, b, c, pixels⁻².
    pub form: [f64; 3],
    /// Mean square of what is left.
    pub mean_square: f64,
}

impl Fit {
    /// Fits from the moments of a source on.
    pub fn of(
        frame: &Frame<'_>,
        start: &Moments,
        background: f64,
        profile: Profile,
    ) -> Option<Self> {
        let [xx, xy, yy] = start.covariance_px2;
        let scale = 2.0 * std::f64::consts::LN_2 * (xx * yy - xy * xy);
        let [x, y] = start.center_px;
        let nearest = y.round().max(0.0) as usize * frame.width + x.round().max(0.0) as usize;
        let near = frame.within(start.center_px, 2.0).into_iter();
        let good = near.filter(|(at, ..)| frame.is_good(*at));
        let brightest = good.map(|(at, ..)| f64::from(frame.values[at]));
        let peak = frame.values.get(nearest).filter(|_| frame.is_good(nearest));
        let peak = peak.map_or_else(|| brightest.fold(0.0, f64::max), |peak| f64::from(*peak));
        let first = Self {
            profile,
            background,
            peak: (peak - background).max(1e-6 * peak.abs()),
            center_px: [x, y],
            // q = 1 at half maximum: the inverse covariance over 2 ln 2.
            form: [yy / scale, -xy / scale, xx / scale],
            mean_square: f64::INFINITY,
        };
        first.refitted(frame, profile)
    }

    /// Fits another profile, from this one on.
    pub fn refitted(&self, frame: &Frame<'_>, profile: Profile) -> Option<Self> {
        let reach = (REACH_FWHM * self.ellipse().fwhm_px).max(4.0);
        let pixels: Vec<[f64; 3]> = frame
            .within(self.center_px, reach)
            .into_iter()
            .filter(|(at, ..)| frame.is_good(*at))
            .map(|(at, dx, dy)| {
                let [x, y] = self.center_px;
                [x + dx, y + dy, f64::from(frame.values[at])]
            })
            .collect();
        if pixels.len() <= PARAMETERS {
            return None;
        }
        let mut best = Self { profile, ..*self };
        best.mean_square = best.left(&pixels);
        let mut damping = 1e-3;
        for _ in 0..MOST_ROUNDS {
            let Some(next) = best.stepped(&pixels, damping) else {
                damping *= 10.0;
                if damping > 1e8 {
                    break;
                }
                continue;
            };
            let gain = 1.0 - next.mean_square / best.mean_square;
            best = next;
            damping = (damping * 0.2).max(1e-9);
            if gain < 1e-7 {
                break;
            }
        }
        let [x, y] = best.center_px;
        let walk = (x - self.center_px[0]).hypot(y - self.center_px[1]);
        let is_sane = best.peak > 0.0
            && walk < 3.0
            && best.ellipse().fwhm_px < 2.0 * frame.width.max(frame.height) as f64;
        is_sane.then_some(best)
    }

    /// Width and form.
    pub fn ellipse(&self) -> Ellipse {
        let [a, b, c] = self.form;
        let (mean, turn) = (a.midpoint(c), ((a - c) / 2.0).hypot(b));
        let (large, small) = (mean + turn, (mean - turn).max(1e-12));
        Ellipse {
            fwhm_px: 2.0 * (large * small).powf(-0.25),
            ellipticity: 1.0 - (small / large).sqrt(),
            // The major axis is that of the smaller coefficient.
            angle_rad: 0.5 * (-2.0 * b).atan2(c - a),
        }
    }

    /// Light of the whole profile.
    pub fn flux(&self) -> f64 {
        let [a, b, c] = self.form;
        self.peak * self.profile.volume() / (a * c - b * b).max(1e-24).sqrt()
    }

    /// The sum of the squared profile of unit peak: the pixels of a matched filter.
    pub fn effective_px(&self) -> f64 {
        // Half of the volume for a Gaussian; near enough for the others.
        self.flux() / self.peak / 2.0
    }

    /// Value and derivatives by background, peak, x, y, a, b, c.
    fn model(&self, [x, y, _]: [f64; 3]) -> (f64, [f64; PARAMETERS]) {
        let (dx, dy) = (x - self.center_px[0], y - self.center_px[1]);
        let [a, b, c] = self.form;
        let q = a * dx * dx + 2.0 * b * dx * dy + c * dy * dy;
        let [value, slope] = self.profile.at(q.max(0.0));
        let by_q = self.peak * slope;
        let derivatives = [
            1.0,
            value,
            -2.0 * by_q * (a * dx + b * dy),
            -2.0 * by_q * (b * dx + c * dy),
            by_q * dx * dx,
            2.0 * by_q * dx * dy,
            by_q * dy * dy,
        ];
        (self.background + self.peak * value, derivatives)
    }

    fn left(&self, pixels: &[[f64; 3]]) -> f64 {
        let square = |pixel: &[f64; 3]| (pixel[2] - self.model(*pixel).0).powi(2);
        pixels.iter().map(square).sum::<f64>() / pixels.len() as f64
    }

    /// A damped step that leaves less; none where it does not.
    fn stepped(&self, pixels: &[[f64; 3]], damping: f64) -> Option<Self> {
        let mut matrix = [[0.0; PARAMETERS]; PARAMETERS];
        let mut right = [0.0; PARAMETERS];
        for pixel in pixels {
            let (value, slopes) = self.model(*pixel);
            for (row, by_row) in slopes.into_iter().enumerate() {
                right[row] += by_row * (pixel[2] - value);
                for (column, by_column) in slopes.into_iter().enumerate() {
                    matrix[row][column] += by_row * by_column;
                }
            }
        }
        for (at, row) in matrix.iter_mut().enumerate() {
            row[at] *= 1.0 + damping;
        }
        let [background, peak, x, y, a, b, c] = solve(matrix, right)?;
        let mut next = *self;
        next.background += background;
        next.peak += peak;
        next.center_px[0] += x;
        next.center_px[1] += y;
        next.form[0] += a;
        next.form[1] += b;
        next.form[2] += c;
        let [a, b, c] = next.form;
        if !(a > 0.0 && c > 0.0 && a * c > b * b) {
            return None;
        }
        next.mean_square = next.left(pixels);
        (next.mean_square < self.mean_square).then_some(next)
    }
}

/// Solves a symmetric system by elimination with pivots; none where it is singular.
fn solve<const N: usize>(mut matrix: [[f64; N]; N], mut right: [f64; N]) -> Option<[f64; N]> {
    for at in 0..N {
        let pivot = (at..N).max_by(|a, b| matrix[*a][at].abs().total_cmp(&matrix[*b][at].abs()))?;
        matrix.swap(at, pivot);
        right.swap(at, pivot);
        let head = matrix[at][at];
        if head == 0.0 || !head.is_finite() {
            return None;
        }
        let pivot_row = matrix[at];
        for row in at + 1..N {
            let factor = matrix[row][at] / head;
            for column in at..N {
                matrix[row][column] -= factor * pivot_row[column];
            }
            right[row] -= factor * right[at];
        }
    }
    for at in (0..N).rev() {
        let known: f64 = (at + 1..N)
            .map(|column| matrix[at][column] * right[column])
            .sum();
        right[at] = (right[at] - known) / matrix[at][at];
    }
    right.iter().all(|value| value.is_finite()).then_some(right)
}

#[cfg(test)]
mod tests {
    use super::solve;

    #[test]
    fn a_system_is_solved_and_a_singular_one_is_none() {
        let [x, y] = solve([[0.0, 2.0], [3.0, 1.0]], [4.0, 5.0]).unwrap();
        assert!((x - 1.0).abs() < 1e-12 && (y - 2.0).abs() < 1e-12);
        assert_eq!(solve([[1.0, 2.0], [2.0, 4.0]], [1.0, 2.0]), None);
        assert_eq!(solve([[f64::NAN]], [1.0]), None);
    }
}
