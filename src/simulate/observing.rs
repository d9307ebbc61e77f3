//! The visits of a candidate: of a real field where there are any, else by the survey's schedule.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    Random, SimulationError, Survey,
    conditions::{Night, limiting_magnitude},
    exposure::Recorder,
    survey::BandModel,
};
use crate::{
    domain::{Band, Detector, FieldVisits, Mjd, Templates, Visit},
    imaging::Moffat,
};

/// Most visits that are missing at the start of a late sequence.
const MOST_LATE: usize = 7;
/// Magnitudes that a real visit's zero point may lie beyond the survey's.
const ZERO_POINT_SLACK: f64 = 3.0;

/// Draws visits.
#[derive(Clone, Debug)]
pub struct Observatory {
    survey: Arc<Survey>,
    /// Usable visits in the survey's filters, at least one each.
    fields: Vec<FieldVisits>,
    /// Shares of the filters.
    shares: Vec<f64>,
}

impl Observatory {
    /// Prepares the visits of a survey; fields of the templates go before its own schedule.
    ///
    /// # Errors
    /// Where there are fields and none has a visit that can be used.
    pub fn new(survey: Arc<Survey>, templates: &Templates) -> Result<Self, SimulationError> {
        let usable = |field: &FieldVisits| usable_visits(&survey, field);
        let fields: Vec<_> = templates.fields.iter().filter_map(usable).collect();
        if fields.is_empty() && !templates.fields.is_empty() {
            let names: Vec<_> = survey.bands.iter().map(|band| band.name.as_str()).collect();
            return Err(SimulationError::Templates(format!(
                "none of the {} fields of the observing conditions has a usable visit in {}: a \
                 visit needs a finite time, seeing, sky, zero point and exposure time",
                templates.fields.len(),
                names.join(", ")
            )));
        }
        // A field that is hardly visited serves only where no other does.
        let least = survey.cadence.least_visits;
        let are_enough = |field: &FieldVisits| field.visits.len() >= least;
        let has_full = fields.iter().any(are_enough);
        let fields = fields.into_iter().filter(|f| !has_full || are_enough(f));
        Ok(Self {
            fields: fields.collect(),
            shares: survey.bands.iter().map(|band| band.share).collect(),
            survey,
        })
    }

    /// The visits of a candidate on this CCD: at least one, times strictly ascending.
    pub fn visits(&self, detector: &Detector, random: &mut Random) -> FieldVisits {
        let mut observed = if self.fields.is_empty() {
            FieldVisits {
                field: String::new(),
                visits: self.scheduled(detector, random),
            }
        } else {
            self.of_a_field(random)
        };
        self.lose_some(&mut observed.visits, random);
        observed
    }

    fn of_a_field(&self, random: &mut Random) -> FieldVisits {
        let mut observed = random.choose(&self.fields).clone();
        if random.chance(self.survey.cadence.borrowed_share) {
            let other = random.choose(&self.fields);
            for visit in &mut observed.visits {
                let like: Vec<_> = other
                    .visits
                    .iter()
                    .filter(|v| v.band == visit.band)
                    .collect();
                if !like.is_empty() {
                    *visit = Visit {
                        mjd: visit.mjd,
                        ..(*random.choose(&like)).clone()
                    };
                }
            }
        }
        observed
    }

    fn scheduled(&self, detector: &Detector, random: &mut Random) -> Vec<Visit> {
        let cadence = &self.survey.cadence;
        let total = whole(cadence.visits.draw(random)).min(cadence.most_visits);
        let mut visits = Vec::with_capacity(total);
        let mut night_mjd = cadence.first_mjd.draw(random);
        while visits.len() < total {
            let night = Night::draw(random);
            let mut mjd = night_mjd;
            let tonight = whole(cadence.visits_a_night.draw(random)).min(total - visits.len());
            for _ in 0..tonight {
                visits.extend(self.visit(mjd, &night, detector, random));
                mjd += cadence.visits_apart_days.draw(random);
            }
            // A night as long as the way to the next one pushes that on.
            night_mjd = (night_mjd + cadence.nights_apart_days.draw(random)).max(mjd);
        }
        visits
    }

    fn visit(
        &self,
        mjd: f64,
        night: &Night,
        detector: &Detector,
        random: &mut Random,
    ) -> Option<Visit> {
        let band: &BandModel = &self.survey.bands[random.weighted(&self.shares)];
        let conditions = night.conditions(&self.survey.site, band, random);
        let mut visit = Visit {
            mjd: Mjd::new(mjd)?,
            band: band.band(),
            exposure_s: band.exposure_s as f32,
            seeing_arcsec: conditions.seeing_arcsec as f32,
            airmass: conditions.airmass as f32,
            sky_adu: conditions.sky_adu as f32,
            limiting_mag: 0.0,
            zero_point: conditions.zero_point as f32,
        };
        let recorder = Recorder {
            detector: *detector,
            sky_adu: visit.sky_adu,
            is_quantised: self.survey.detector.is_quantised,
        };
        let fwhm_px = self.survey.psf.width_factor * conditions.seeing_arcsec
            / self.survey.detector.pixel_scale_arcsec;
        let typical = Moffat::round(fwhm_px, self.survey.psf.moffat_beta.quantile(0.5));
        let area = typical.noise_equivalent_area_px();
        visit.limiting_mag = limiting_magnitude(&visit, &recorder, area)? as f32;
        Some(visit)
    }

    /// Visits are lost at random, and some sequences begin late.
    fn lose_some(&self, visits: &mut Vec<Visit>, random: &mut Random) {
        let cadence = &self.survey.cadence;
        let lost = cadence.dropout.draw(random);
        let is_late = random.chance(cadence.late_start_share);
        let late = if is_late {
            random.below(MOST_LATE + 1)
        } else {
            0
        };
        let keep: Vec<_> = (0..visits.len())
            .map(|at| !random.chance(lost) && at >= late)
            .collect();
        if keep.iter().filter(|kept| **kept).count() >= cadence.least_visits.max(1) {
            let mut keep = keep.into_iter();
            visits.retain(|_| keep.next().unwrap_or(true));
        }
        visits.truncate(cadence.most_visits.max(1));
    }
}

/// A drawn number of visits.
fn whole(number: f64) -> usize {
    (number.round() as usize).max(1)
}

/// The visits of a field that can be simulated, in the order of time; none where there is none.
fn usable_visits(survey: &Survey, field: &FieldVisits) -> Option<FieldVisits> {
    let bands: BTreeSet<Band> = survey.bands.iter().map(BandModel::band).collect();
    let is_usable = |visit: &&Visit| bands.contains(&visit.band) && is_possible(survey, visit);
    let mut visits: Vec<_> = field.visits.iter().filter(is_usable).cloned().collect();
    visits.sort_by(|a, b| a.mjd.days().total_cmp(&b.mjd.days()));
    visits.dedup_by(|later, earlier| later.mjd.days() <= earlier.mjd.days());
    (!visits.is_empty()).then(|| FieldVisits {
        field: field.field.clone(),
        visits,
    })
}

/// Whether the conditions of a visit are measurements rather than the marks of failed ones.
fn is_possible(survey: &Survey, visit: &Visit) -> bool {
    let models = survey
        .bands
        .iter()
        .filter(|model| model.band() == visit.band);
    let is_near = |model: &BandModel| {
        let [low, high] = model.zero_point.range();
        let zero_point = f64::from(visit.zero_point);
        zero_point >= low - ZERO_POINT_SLACK && zero_point <= high + ZERO_POINT_SLACK
    };
    let [sharpest, widest] = survey.site.seeing_arcsec.range();
    let seeing = f64::from(visit.seeing_arcsec);
    models.into_iter().all(is_near)
        && seeing >= 0.7 * sharpest
        && seeing <= 1.2 * widest
        && visit.sky_adu.is_finite()
        && visit.sky_adu >= 0.0
        && visit.exposure_s.is_finite()
        && visit.exposure_s > 0.0
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "numbers that no arithmetic touches")]
mod tests {
    use super::*;

    const CCD: Detector = Detector {
        pixel_scale_arcsec: 0.27,
        gain_e_per_adu: 4.1,
        read_noise_e: 6.0,
        saturation_adu: 40_000.0,
    };

    fn observatory(survey: Survey, templates: &Templates) -> Observatory {
        Observatory::new(Arc::new(survey), templates).unwrap()
    }

    fn field(name: &str, seeing: f32, zero_point: f32) -> FieldVisits {
        let visit = |at: u32| Visit {
            mjd: Mjd::new(57_070.0 - f64::from(at)).unwrap(),
            band: if at.is_multiple_of(3) {
                Band::R
            } else {
                Band::G
            },
            exposure_s: 86.0,
            seeing_arcsec: seeing,
            airmass: 1.2,
            sky_adu: 120.0,
            limiting_mag: 23.0,
            zero_point,
        };
        FieldVisits {
            field: name.into(),
            visits: (0..30).map(visit).collect(),
        }
    }

    #[test]
    fn times_ascend_and_numbers_keep_to_the_survey() {
        for name in Survey::built_in_names() {
            let observatory = observatory(Survey::built_in(name).unwrap(), &Templates::default());
            let cadence = &observatory.survey.cadence;
            let least = cadence.visits.range()[0]
                .round()
                .min(cadence.least_visits as f64);
            for seed in 0..200 {
                let mut random = Random::of(seed, 0, 0);
                let visits = observatory.visits(&CCD, &mut random).visits;
                assert!(visits.len() >= least as usize && visits.len() <= cadence.most_visits);
                assert!(visits.windows(2).all(|pair| pair[0].mjd < pair[1].mjd));
                assert!(
                    visits
                        .iter()
                        .all(|visit| is_possible(&observatory.survey, visit))
                );
                assert!(visits.iter().all(|visit| visit.limiting_mag.is_finite()));
            }
        }
    }

    #[test]
    fn bands_have_their_shares() {
        let observatory = observatory(Survey::built_in("demo").unwrap(), &Templates::default());
        let mut random = Random::of(1, 0, 0);
        let (mut in_g, mut all) = (0.0, 0.0);
        for _ in 0..300 {
            for visit in observatory.visits(&CCD, &mut random).visits {
                in_g += f64::from(u8::from(visit.band == Band::G));
                all += 1.0;
            }
        }
        // About 6000 visits: one standard deviation is 0.0063.
        assert!((in_g / all - 0.4_f64).abs() < 0.025, "{in_g} of {all}");
    }

    #[test]
    fn visits_of_fields_are_used_in_the_surveys_filters() {
        let templates = Templates {
            fields: vec![
                field("a", 1.2, 25.0),
                field("b", 2.2, 24.5),
                field("c", 1.2, 0.0),
            ],
            ..Templates::default()
        };
        let observatory = observatory(Survey::built_in("hits2015").unwrap(), &templates);
        assert_eq!(observatory.fields.len(), 2);
        let mut borrowed = 0;
        for seed in 0..400 {
            let seen = observatory.visits(&CCD, &mut Random::of(seed, 0, 0));
            assert!(seen.visits.iter().all(|visit| visit.band == Band::G));
            assert!(seen.visits.windows(2).all(|pair| pair[0].mjd < pair[1].mjd));
            assert!(seen.visits.len() >= 12 && seen.visits.len() <= 20);
            let own = if seen.field == "a" { 1.2 } else { 2.2 };
            borrowed += usize::from(seen.visits.iter().any(|v| v.seeing_arcsec != own));
        }
        // Half of the 30 % borrow from the other field: 60, standard deviation 7.
        assert!((35..=85).contains(&borrowed), "{borrowed}");
    }

    #[test]
    fn fields_without_a_usable_visit_are_refused_in_words() {
        let templates = Templates {
            fields: vec![field("c", 1.2, 0.0), field("d", f32::NAN, 25.0)],
            ..Templates::default()
        };
        let survey = Arc::new(Survey::built_in("hits2015").unwrap());
        let why = Observatory::new(survey, &templates)
            .unwrap_err()
            .to_string();
        assert!(why.contains("none of the 2 fields"), "{why}");
    }
}
