//! Light curves as the forest takes them: of simulated sequences and of candidates by one way.

use std::sync::Arc;

use crate::{
    domain::{Band, Candidate, Detector, Epoch, ImageSequence, Photometry, Role},
    imaging::{
        photometry::{Frame, Method, light_curve, measure_usual_width},
        statistics::median,
    },
    io::Decoder,
    lightcurve::{LightCurve, Point},
    workspace::assemble::assemble,
};

/// Fluxes are counts a second on this zero point: a source of this magnitude has 1.
const ZERO_POINT: f64 = 25.0;
/// Magnitudes for a relative change of 1: 2.5 / ln 10.
const MAG_PER_SHARE: f64 = 1.085_736_204_758_129_6;
/// A source as bright as this shows the width of the point-spread function.
const SNR_FOR_WIDTH: f64 = 50.0;
/// A shown width over the named seeing outside of this is that of a galaxy or of a cosmic ray.
const BELIEVED_SCALE: std::ops::RangeInclusive<f64> = 0.6..=1.2;
/// A width further than this from the run of the seeing is disturbed by a neighbour.
const FARTHEST_FROM_RUN: f64 = 0.25;
/// Stands in for headers that do not say what they were taken with: DECam, as in HiTS.
const USUAL_DETECTOR: Detector = Detector {
    pixel_scale_arcsec: 0.27,
    gain_e_per_adu: 4.1,
    read_noise_e: 6.0,
    saturation_adu: 40_000.0,
};

/// A measurement with its filter.
#[derive(Clone, Debug, PartialEq)]
pub struct BandPoint {
    pub band: Option<Band>,
    /// Time, flux, error.
    pub point: Point,
}

/// The light curve of a candidate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CandidateCurve {
    /// For each epoch its measurement, or why there is none.
    pub epochs: Vec<Result<BandPoint, Arc<str>>>,
    /// Detections that the data bring without images.
    pub history: Vec<BandPoint>,
}

impl CandidateCurve {
    /// What is known at an epoch: the measurements up to it, of the band that has most of them (of
    /// the first one where bands are even).
    pub fn until(&self, epoch: usize) -> LightCurve {
        let upto = self.epochs.iter().take(epoch + 1);
        let mut known: Vec<&BandPoint> = upto.filter_map(|point| point.as_ref().ok()).collect();
        let now = known.iter().map(|known| known.point.mjd);
        let now = now.fold(f64::NEG_INFINITY, f64::max);
        known.extend(self.history.iter().filter(|old| old.point.mjd < now));
        one_band(&known)
    }

    /// All measurements of the band that has most of them.
    pub fn whole(&self) -> LightCurve {
        let epochs = self.epochs.iter().filter_map(|point| point.as_ref().ok());
        one_band(&epochs.chain(&self.history).collect::<Vec<_>>())
    }
}

fn one_band(points: &[&BandPoint]) -> LightCurve {
    let mut bands: Vec<(&Option<Band>, usize)> = Vec::new();
    for point in points {
        match bands.iter_mut().find(|(band, _)| **band == point.band) {
            Some((_, count)) => *count += 1,
            None => bands.push((&point.band, 1)),
        }
    }
    let most = bands.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let chosen = bands.iter().find(|(_, count)| *count == most);
    let chosen = chosen.map(|(band, _)| *band);
    let of_band = points.iter().filter(|point| Some(&point.band) == chosen);
    LightCurve::new(of_band.map(|point| point.point))
}

/// The measurement of each epoch of a sequence in memory: optimal photometry of the science images
/// at the sequence's positions; none where an epoch cannot be measured or its conditions are not
/// believed.
///
/// The point-spread function is a Moffat profile, as wide as the bright epochs of the source itself
/// show, elsewhere as the seeing says on the scale that those up to it tell. What a sequence says of its
/// point-spread function is passed over: simulations know it, real files do not.
pub fn of_sequence(mut sequence: ImageSequence) -> Vec<Option<Point>> {
    set_widths(&mut sequence);
    let measured = light_curve(&sequence, Method::Optimal, Role::Science);
    let epochs = sequence.epochs.iter().zip(measured);
    epochs
        .map(|(epoch, measured)| {
            let visit = &epoch.visit;
            let measured = measured.filter(|_| visit.is_believed())?;
            let per_count =
                on_zero_point(f64::from(visit.zero_point)) / f64::from(visit.exposure_s);
            let point = Point {
                mjd: visit.mjd.days(),
                flux: measured.flux * per_count,
                error: measured.flux_err * per_count,
            };
            point.is_measurement().then_some(point)
        })
        .collect()
}

/// What a count a second at a zero point is on ours.
fn on_zero_point(zero_point: f64) -> f64 {
    10f64.powf(0.4 * (ZERO_POINT - zero_point))
}

/// Sets the width of every epoch by what it and earlier ones show: a flux stays what it was when
/// later epochs come.
fn set_widths(sequence: &mut ImageSequence) {
    let scale_px = f64::from(sequence.detector.pixel_scale_arcsec);
    let mut scales: Vec<f32> = Vec::new();
    for at in 0..sequence.epochs.len() {
        let seeing_px = f64::from(sequence.epochs[at].visit.seeing_arcsec) / scale_px;
        let shown = shown_width(sequence, at).filter(|width| {
            let scale = width / seeing_px;
            BELIEVED_SCALE.contains(&scale)
        });
        scales.extend(shown.map(|width| (width / seeing_px) as f32));
        let run = median(&scales).unwrap_or(1.0) * seeing_px;
        let agrees = |width: &f64| (width / run - 1.0).abs() <= FARTHEST_FROM_RUN;
        let width = shown.filter(agrees).unwrap_or(run);
        sequence.epochs[at].psf_fwhm_px = Some(width as f32);
    }
}

/// The width that a bright source shows, pixels.
fn shown_width(sequence: &ImageSequence, at: usize) -> Option<f64> {
    let (width, height) = (sequence.width, sequence.height);
    let saturation = Some(sequence.detector.saturation_adu);
    let image = sequence.image(Role::Science, at)?;
    let frame = Frame::new(width, height, image, saturation)?;
    let near = sequence.epochs[at].centroid_px.map(f64::from);
    let shown = measure_usual_width(&frame, near)?;
    (shown.snr >= SNR_FOR_WIDTH).then_some(shown.ellipse.fwhm_px)
}

/// The light curve of a candidate: measured on its science stamps where they come with times and
/// conditions, as image sequences do; else the magnitudes that the data bring.
pub fn of_candidate(candidate: &Candidate, decoder: &Decoder) -> CandidateCurve {
    match assemble(candidate, Role::Science, USUAL_DETECTOR, decoder) {
        Ok(assembled) => {
            let why: Arc<str> =
                "its time, zero point or conditions are missing or not believed".into();
            let mut epochs = vec![Err(why); candidate.epochs.len()];
            let points = of_sequence(assembled.sequence);
            for (at, point) in assembled.places.into_iter().zip(points) {
                let band = candidate.epochs[at].band.clone();
                let point = point.ok_or_else(|| "its flux cannot be measured".into());
                epochs[at] = point.map(|point| BandPoint { band, point });
            }
            CandidateCurve {
                epochs,
                history: Vec::new(),
            }
        }
        Err(why) => of_magnitudes(candidate, &why),
    }
}

fn of_magnitudes(candidate: &Candidate, why: &str) -> CandidateCurve {
    let of_epoch = |epoch: &Epoch| {
        let point = point_of(epoch.mjd?.days(), epoch.mag?, epoch.mag_err?)?;
        let band = epoch.band.clone();
        Some(BandPoint { band, point })
    };
    let why: Arc<str> = format!("it has no magnitude, and no flux: {why}").into();
    let epochs = candidate.epochs.iter();
    let of_history = |old: &Photometry| {
        // A flux that is missing is no flux of the source.
        let error = old
            .mag_err
            .filter(|_| !old.is_upper_limit && !old.is_fading)?;
        let point = point_of(old.mjd.days(), old.mag, error)?;
        let band = old.band.clone();
        Some(BandPoint { band, point })
    };
    CandidateCurve {
        epochs: epochs
            .map(|epoch| of_epoch(epoch).ok_or_else(|| why.clone()))
            .collect(),
        history: candidate.history.iter().filter_map(of_history).collect(),
    }
}

/// A magnitude as a flux.
fn point_of(mjd: f64, mag: f32, mag_err: f32) -> Option<Point> {
    let flux = on_zero_point(f64::from(mag));
    let error = flux * f64::from(mag_err) / MAG_PER_SHARE;
    let point = Point { mjd, flux, error };
    point.is_measurement().then_some(point)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{Mjd, Templates},
        simulate::{SequenceClass, SequenceOrder, SequenceSimulator, Simulate, Survey},
    };

    fn sequence(class: SequenceClass, index: u64) -> ImageSequence {
        let simulator = SequenceSimulator::new(SequenceOrder {
            survey: Arc::new(Survey::built_in("hits2015").unwrap()),
            templates: Arc::new(Templates::default()),
            classes: vec![class],
            roles: vec![Role::Science],
            seed: 3,
        });
        simulator.unwrap().candidate(index)
    }

    #[test]
    fn a_constant_star_has_a_constant_flux_on_the_common_zero_point() {
        let mut ratios = Vec::new();
        for index in 0..12 {
            let sequence = sequence(SequenceClass::NonVariable, index);
            let mag = sequence.truth.as_ref().and_then(|truth| truth.mag).unwrap();
            let expected = on_zero_point(mag);
            for point in of_sequence(sequence).into_iter().flatten() {
                if point.flux > 30.0 * point.error {
                    ratios.push((point.flux / expected) as f32);
                }
            }
        }
        let middle = median(&ratios).unwrap();
        assert!(
            ratios.len() > 50 && (middle - 1.0).abs() < 0.08,
            "{middle} of {}",
            ratios.len()
        );
    }

    #[test]
    fn epochs_that_are_not_believed_have_no_point() {
        let mut sequence = sequence(SequenceClass::RrLyrae, 1);
        sequence.epochs[4].visit.zero_point = f32::NAN;
        sequence.epochs[6].visit.seeing_arcsec = 9.0;
        let points = of_sequence(sequence);
        let missing: Vec<usize> = (0..points.len())
            .filter(|at| points[*at].is_none())
            .collect();
        assert!(missing.contains(&4) && missing.contains(&6), "{missing:?}");
        assert!(missing.len() < 5, "{missing:?}");
    }

    #[test]
    fn magnitudes_stand_in_where_nothing_can_be_measured() {
        let epoch = |mjd: f64, mag: Option<f32>, band: Band| Epoch {
            mjd: Mjd::new(mjd),
            mag,
            mag_err: Some(0.1),
            band: Some(band),
            ..Epoch::default()
        };
        let candidate = Candidate {
            epochs: vec![
                epoch(3.0, Some(25.0), Band::G),
                epoch(4.0, None, Band::G),
                epoch(5.0, Some(20.0), Band::G),
            ],
            history: vec![
                Photometry {
                    mjd: Mjd::new(1.0).unwrap(),
                    band: Some(Band::G),
                    mag: 22.5,
                    mag_err: Some(0.1),
                    is_upper_limit: false,
                    is_fading: false,
                },
                Photometry {
                    mjd: Mjd::new(4.5).unwrap(),
                    band: Some(Band::R),
                    mag: 21.0,
                    mag_err: Some(0.1),
                    is_upper_limit: false,
                    is_fading: false,
                },
                Photometry {
                    mjd: Mjd::new(2.0).unwrap(),
                    band: Some(Band::G),
                    mag: 23.0,
                    mag_err: None,
                    is_upper_limit: true,
                    is_fading: false,
                },
            ],
            ..Candidate::default()
        };
        let curve = of_candidate(&candidate, &Decoder::default());
        assert!(
            curve.epochs[1]
                .as_ref()
                .unwrap_err()
                .contains("no magnitude")
        );
        let near = |found: &[f64], expected: &[f64]| {
            assert_eq!(found.len(), expected.len(), "{found:?}");
            for (a, b) in found.iter().zip(expected) {
                assert!((a / b - 1.0).abs() < 1e-6, "{found:?}");
            }
        };
        // The red detection is of another band, and later ones are not known yet.
        near(curve.until(0).fluxes(), &[10.0, 1.0]);
        near(curve.until(2).fluxes(), &[10.0, 1.0, 100.0]);
        near(curve.until(2).errors(), &[0.921_034, 0.092_103_4, 9.210_34]);
        near(curve.whole().times(), &[1.0, 3.0, 5.0]);
    }
}
