//! Surveys, simulators and measurements that the tests share.

use std::sync::Arc;

use destello::{
    domain::{ImageSequence, Role, Templates},
    simulate::{Simulate, Survey, TripletOrder, TripletSimulator},
};

/// All that is measured here.
pub const ROLES: [Role; 5] = [
    Role::Science,
    Role::Reference,
    Role::Difference,
    Role::Snr,
    Role::Psf,
];

/// A survey that comes with the program.
pub fn survey(name: &str) -> Survey {
    Survey::built_in(name).unwrap()
}

/// The same without anything that hides a signature: companions, missing strips, turned signs.
pub fn plain_survey(name: &str) -> Survey {
    let mut survey = survey(name);
    survey.triplets.on_source_share = 0.0;
    survey.triplets.missing_share = 0.0;
    survey.triplets.polarity_share = 0.0;
    survey
}

/// A simulator of these kinds.
pub fn simulator(survey: Survey, kinds: &[&str], seed: u64) -> TripletSimulator {
    let order = TripletOrder {
        survey: Arc::new(survey),
        templates: Arc::new(Templates::default()),
        kinds: kinds.iter().map(|kind| (*kind).into()).collect(),
        roles: ROLES.to_vec(),
        seed,
    };
    TripletSimulator::new(order).unwrap()
}

/// The first candidates of a kind.
pub fn candidates(survey: Survey, kind: &str, count: u64) -> Vec<ImageSequence> {
    let simulator = simulator(survey, &[kind], 11);
    (0..count).map(|index| simulator.candidate(index)).collect()
}

/// A stamp, square.
pub struct Stamp {
    /// Width and height.
    pub side: usize,
    /// (y, x).
    pub pixels: Vec<f64>,
}

impl Stamp {
    /// The stamp of a role.
    pub fn of(made: &ImageSequence, role: Role) -> Self {
        let pixels = made.image(role, 0).unwrap();
        Self {
            side: made.width,
            pixels: pixels.iter().map(|pixel| f64::from(*pixel)).collect(),
        }
    }

    /// The pixel in the middle, along both axes.
    pub fn middle(&self) -> usize {
        self.side / 2
    }

    /// (distance from a place, value) of every pixel.
    pub fn by_radius(&self, [cx, cy]: [f64; 2]) -> impl Iterator<Item = (f64, f64)> {
        self.places()
            .map(move |([x, y], value)| ((x - cx).hypot(y - cy), value))
    }

    /// (place, value) of every known pixel.
    pub fn places(&self) -> impl Iterator<Item = ([f64; 2], f64)> {
        let values = self.pixels.iter().enumerate();
        values
            .filter(|(_, value)| value.is_finite())
            .map(|(at, value)| ([(at % self.side) as f64, (at / self.side) as f64], *value))
    }

    /// Mean over the pixels of a ring.
    pub fn ring_mean(&self, center: [f64; 2], [from, to]: [f64; 2]) -> f64 {
        let inside = self.by_radius(center);
        mean(
            inside
                .filter(|(r, _)| (from..to).contains(r))
                .map(|(_, value)| value),
        )
    }

    /// Median, and standard deviation by the median absolute deviation.
    pub fn sky(&self) -> [f64; 2] {
        let known = || {
            self.pixels
                .iter()
                .copied()
                .filter(|value| value.is_finite())
        };
        let center = median(known());
        [
            center,
            1.4826 * median(known().map(|value| (value - center).abs())),
        ]
    }

    /// Where the light above (sign 1) or below (−1) a threshold lies, and how much there is.
    pub fn centroid(&self, sign: f64, threshold: f64) -> Option<[f64; 3]> {
        let (mut sum, mut x, mut y) = (0.0, 0.0, 0.0);
        for ([px, py], value) in self.places() {
            let light = sign * value;
            if light > threshold {
                sum += light;
                x += px * light;
                y += py * light;
            }
        }
        (sum > 0.0).then(|| [x / sum, y / sum, sum])
    }

    /// Minor over major axis of the second moments of what is above a threshold.
    pub fn axis_ratio(&self, threshold: f64) -> Option<f64> {
        let [cx, cy, sum] = self.centroid(1.0, threshold)?;
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for ([x, y], value) in self.places().filter(|(_, value)| *value > threshold) {
            xx += value * (x - cx).powi(2);
            xy += value * (x - cx) * (y - cy);
            yy += value * (y - cy).powi(2);
        }
        let half = ((xx - yy).powi(2) / 4.0 + xy * xy).sqrt();
        let mean = f64::midpoint(xx, yy);
        (sum > 0.0 && mean + half > 0.0).then(|| ((mean - half).max(0.0) / (mean + half)).sqrt())
    }
}

/// Mean; 0 of nothing.
pub fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values {
        sum += value;
        count += 1.0;
    }
    if count > 0.0 { sum / count } else { 0.0 }
}

/// Median; 0 of nothing.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<_> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

/// Share of the candidates that are so.
pub fn share(made: &[ImageSequence], is_so: impl Fn(&ImageSequence) -> bool) -> f64 {
    made.iter().filter(|made| is_so(made)).count() as f64 / made.len() as f64
}

/// Full width at half maximum, pixels.
pub fn fwhm_px(made: &ImageSequence) -> f64 {
    f64::from(made.epochs[0].visit.seeing_arcsec / made.detector.pixel_scale_arcsec)
}

/// S/N of the detection.
pub fn snr(made: &ImageSequence) -> f64 {
    made.truth.as_ref().and_then(|truth| truth.snr).unwrap()
}

/// The pixel of the science image that is brightest with its neighbours, near the middle.
pub fn brightest(made: &ImageSequence) -> [f64; 2] {
    let stamp = Stamp::of(made, Role::Science);
    let near = stamp.middle() - 5..=stamp.middle() + 5;
    let places = near
        .clone()
        .flat_map(|y| near.clone().map(move |x| [x as f64, y as f64]));
    let light = |place: &[f64; 2]| stamp.ring_mean(*place, [0.0, 1.6]);
    let found = places.max_by(|a, b| light(a).total_cmp(&light(b)));
    found.unwrap_or([stamp.middle() as f64; 2])
}

/// Where the detection's peak lies.
pub fn target(made: &ImageSequence) -> [f64; 2] {
    made.epochs[0].centroid_px.map(f64::from)
}
