//! Empirical supernovae from outside as tables.

use std::sync::Arc;

use super::table::{COBALT_MAG_PER_DAY, SupernovaTable};
use crate::domain::{Band, SupernovaTemplate, Templates};
use crate::simulate::Random;
use crate::simulate::light_curve::passband::{self, WAVELENGTHS_NM};

/// Fluxes relative to the maximum in r that are no light.
const DARK: f32 = 1e-6;

/// Most rows of a table.
const MOST_ROWS: usize = 4096;

/// A template to use.
pub struct ChosenTemplate {
    pub model: String,
    pub redshift: f64,
    /// Its magnitudes against days of the observer.
    pub table: Arc<SupernovaTable>,
}

/// A template of type Ia or of core collapse that knows this band: any model, with the redshift
/// nearest to the one wanted. None where there is none.
pub fn draw(
    random: &mut Random,
    templates: &Templates,
    is_ia: bool,
    redshift: f64,
    band: &Band,
) -> Option<ChosenTemplate> {
    let is_usable = |template: &&SupernovaTemplate| {
        template.model.starts_with("Ia") == is_ia
            && template.flux.iter().any(|(known, _)| known == band)
    };
    let usable = || templates.supernovae.iter().filter(is_usable);
    let count = usable().count();
    let model = &usable().nth(random.below(count))?.model;
    let distance = |template: &SupernovaTemplate| (template.redshift - redshift).abs();
    let nearest = usable()
        .filter(|template| template.model == *model)
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    Some(ChosenTemplate {
        model: model.clone(),
        redshift: nearest.redshift,
        table: Arc::new(table(nearest)?),
    })
}

/// The template on a uniform grid of days, as fine as its closest phases; none where it is no
/// curve.
fn table(template: &SupernovaTemplate) -> Option<SupernovaTable> {
    let phases = &template.phases_days[..];
    let (first, last) = (*phases.first()?, *phases.last()?);
    let gaps = phases.windows(2).map(|pair| pair[1] - pair[0]);
    let step = gaps.fold(f64::INFINITY, f64::min);
    // Phases that do not ascend, or fewer than two of them.
    if !(step > 0.0 && step.is_finite()) {
        return None;
    }
    let rows = ((last - first) / step).round() as usize + 1;
    if rows > MOST_ROWS {
        return None;
    }
    let mut columns = Vec::with_capacity(template.flux.len());
    for (band, flux) in &template.flux {
        if flux.len() != phases.len() {
            return None;
        }
        let days = (0..rows).map(|row| first + row as f64 * step);
        let column = magnitudes(phases, flux, days, step);
        columns.push((WAVELENGTHS_NM[passband::place(band)], column));
    }
    columns.sort_by(|a, b| a.0.total_cmp(&b.0));
    SupernovaTable::from_columns(first, step, &columns)
}

/// Magnitudes on a grid of days: dark until the template shines, and where it ends
/// fading as radioactive cobalt does.
fn magnitudes(
    phases: &[f64],
    flux: &[f32],
    days: impl Iterator<Item = f64>,
    step_days: f64,
) -> Vec<f32> {
    let fading = (COBALT_MAG_PER_DAY * step_days) as f32;
    let mut previous = f32::INFINITY;
    let mut left = 0;
    let column = days.map(|day| {
        while left + 2 < phases.len() && phases[left + 1] <= day {
            left += 1;
        }
        let share = ((day - phases[left]) / (phases[left + 1] - phases[left])).clamp(0.0, 1.0);
        let [before, after] = [flux[left], flux[left + 1]];
        // Not before + 0 x after: one of the two may be missing (NaN).
        let flux = match share {
            0.0 => before,
            1.0 => after,
            _ => before + (after - before) * share as f32,
        };
        previous = if flux > DARK && flux.is_finite() {
            -2.5 * flux.log10()
        } else {
            previous + fading
        };
        previous
    });
    column.collect()
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "darkness is exact")]
mod tests {
    use super::*;

    fn of(model: &str, redshift: f64, g: [f32; 4]) -> SupernovaTemplate {
        SupernovaTemplate {
            model: model.into(),
            redshift,
            phases_days: [-2.0, 0.0, 2.0, 4.0].into(),
            flux: vec![(Band::R, vec![0.0, 1.0, 0.5, 0.25]), (Band::G, g.into())],
        }
    }

    #[test]
    fn the_nearest_redshift_of_a_model_of_the_type_is_taken() {
        let g = [0.1, 0.8, 0.4, f32::NAN];
        let templates = Templates {
            supernovae: vec![
                of("Ia-one", 0.05, g),
                of("Ia-one", 0.2, g),
                of("CC-two", 0.1, g),
            ],
            ..Templates::default()
        };
        let mut random = Random::of(1, 0, 0);
        let chosen = draw(&mut random, &templates, true, 0.15, &Band::G).unwrap();
        assert_eq!((&*chosen.model, chosen.redshift), ("Ia-one", 0.2));
        let chosen = draw(&mut random, &templates, false, 0.4, &Band::R).unwrap();
        assert_eq!((&*chosen.model, chosen.redshift), ("CC-two", 0.1));
        assert!(draw(&mut random, &templates, true, 0.1, &Band::Z).is_none());
        assert!(draw(&mut random, &Templates::default(), true, 0.1, &Band::G).is_none());
    }

    #[test]
    fn a_table_is_the_template_in_magnitudes() {
        let table = table(&of("Ia", 0.1, [f32::NAN, 0.8, 0.4, f32::NAN])).unwrap();
        let [u, g, r, i, ..] = table.nearest_columns();
        assert_eq!((u, i), (g, r));
        let mag = |flux: f64| -2.5 * flux.log10();
        assert!((table.magnitude(0.0, g) - mag(0.8)).abs() < 1e-6);
        assert!((table.magnitude(1.0, g) - f64::midpoint(mag(0.8), mag(0.4))).abs() < 1e-6);
        assert!((table.magnitude(4.0, r) - mag(0.25)).abs() < 1e-6);
        assert_eq!(table.magnitude(-1.0, g), f64::INFINITY);
        // Past its end the g column fades by 0.0098 mag a day.
        assert!((table.magnitude(4.0, g) - mag(0.4) - 0.0196).abs() < 1e-4);
    }

    #[test]
    fn what_is_no_curve_is_left_alone() {
        let mut template = of("Ia", 0.1, [0.0; 4]);
        template.flux[0].1.pop();
        assert_eq!(table(&template), None);
        let mut template = of("Ia", 0.1, [0.0; 4]);
        template.phases_days = [0.0, 0.0, 1.0, 2.0].into();
        assert_eq!(table(&template), None);
    }
}
