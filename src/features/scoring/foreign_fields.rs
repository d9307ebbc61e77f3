//! Numbers of the alert that a network of others takes beside the stamps.

use std::sync::Arc;

use crate::domain::{Candidate, Epoch, ForeignPlan, Mjd};

/// The fields of the epoch at that place, in the order of the recipe, scaled.
pub(super) fn foreign_fields(
    plan: &ForeignPlan,
    candidate: &Candidate,
    at: usize,
) -> Result<Vec<f32>, Arc<str>> {
    let Some(input) = &plan.fields else {
        return Ok(Vec::new());
    };
    let value = |field: &crate::domain::foreign::ForeignField| match (
        value_of(&field.name, candidate, at),
        input.missing,
    ) {
        (Some(value), _) => Ok(((value - field.offset) / field.scale) as f32),
        (None, Some(missing)) => Ok(missing),
        (None, None) => Err(format!("has no value for the field {}", field.name).into()),
    };
    input.fields.iter().map(value).collect()
}

/// A field of the epoch, of the object, or made of the alerts so far.
fn value_of(name: &str, candidate: &Candidate, at: usize) -> Option<f64> {
    let epoch = candidate.epochs.get(at)?;
    let own = epoch
        .fields
        .get(name)
        .or_else(|| candidate.fields.get(name));
    own.and_then(|value| value.number())
        .or_else(|| known(name, candidate, epoch))
        .or_else(|| of_history(name, candidate, at))
        .filter(|value| value.is_finite())
}

/// What a reader keeps apart from the fields, under the names of ZTF's alerts.
fn known(name: &str, candidate: &Candidate, epoch: &Epoch) -> Option<f64> {
    match name {
        "ra" => candidate.position_deg.map(|position| position[0]),
        "dec" => candidate.position_deg.map(|position| position[1]),
        "magpsf" => epoch.mag.map(f64::from),
        "sigmapsf" => epoch.mag_err.map(f64::from),
        "diffmaglim" => epoch.limiting_mag.map(f64::from),
        _ => None,
    }
}

/// One of [`crate::domain::foreign::HISTORY_FIELDS`]. The first detection is that of the survey (`jdstarthist`)
/// where it is earlier than all alerts at hand.
fn of_history(name: &str, candidate: &Candidate, at: usize) -> Option<f64> {
    let epoch = candidate.epochs.get(at)?;
    let number = |name: &str| epoch.fields.number(name);
    if name == "nnotdet" {
        return Some(number("ncovhist")? - number("ndethist")?);
    }
    let now = epoch.mjd.map(Mjd::days)?;
    let so_far: Vec<(f64, f64)> = candidate.epochs[..=at]
        .iter()
        .filter_map(|epoch| Some((epoch.mjd?.days(), f64::from(epoch.mag?))))
        .collect();
    let first = candidate.epochs.iter().filter_map(|epoch| epoch.mjd);
    let first = first.map(Mjd::days).fold(now, f64::min);
    let first = match number("jdstarthist") {
        Some(jd) => first.min(jd - 2_400_000.5),
        None => first,
    };
    let by_mag = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
    let (peak, peak_mag) = *so_far.iter().min_by(by_mag)?;
    match name {
        "age" => Some(now - first),
        "days_since_peak" => Some(now - peak),
        "days_to_peak" => Some(peak - first),
        "peakmag_so_far" => Some(peak_mag),
        "maxmag_so_far" => so_far.iter().max_by(by_mag).map(|(_, mag)| *mag),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Fields,
        foreign::{ForeignField, ForeignFields, ForeignOutput, HISTORY_FIELDS, OutputKind},
    };

    fn plan(names: &[&str], missing: Option<f32>) -> ForeignPlan {
        let field = |name: &&str| ForeignField {
            name: (*name).into(),
            offset: 0.0,
            scale: 1.0,
        };
        ForeignPlan {
            images: Vec::new(),
            fields: Some(ForeignFields {
                input: "metadata".into(),
                fields: names.iter().map(field).collect(),
                missing,
            }),
            output: ForeignOutput {
                output: "score".into(),
                kind: OutputKind::Sigmoid,
            },
        }
    }

    fn candidate() -> Candidate {
        let names: Arc<[Arc<str>]> = ["ncovhist", "ndethist", "jdstarthist"]
            .map(Arc::from)
            .into();
        let epoch = |mjd: f64, mag: f32| Epoch {
            mjd: Mjd::new(mjd),
            mag: Some(mag),
            fields: Fields::new(names.clone(), vec![30.0, 4.0, 2_459_990.5], Vec::new()),
            ..Epoch::default()
        };
        Candidate {
            epochs: vec![
                epoch(59_995.0, 19.0),
                epoch(60_000.0, 18.0),
                epoch(60_003.0, 20.0),
            ],
            position_deg: Some([10.0, -5.0]),
            ..Candidate::default()
        }
    }

    #[test]
    fn what_is_made_of_the_alerts_so_far_is_as_published() {
        // By `alert_utils.prep_alerts`: jdstarthist is MJD 59,990.
        let of = |at| foreign_fields(&plan(&HISTORY_FIELDS, None), &candidate(), at).unwrap();
        assert_eq!(of(0), [5.0, 0.0, 5.0, 19.0, 19.0, 26.0]);
        assert_eq!(of(2), [13.0, 3.0, 10.0, 18.0, 20.0, 26.0]);
    }

    #[test]
    fn fields_are_scaled_and_what_is_missing_is_named() {
        let mut scaled = plan(&["ra", "magpsf"], None);
        if let Some(fields) = &mut scaled.fields {
            (fields.fields[1].offset, fields.fields[1].scale) = (16.0, 2.0);
        }
        assert_eq!(
            foreign_fields(&scaled, &candidate(), 1).unwrap(),
            [10.0, 1.0]
        );
        let missing = foreign_fields(&plan(&["drb"], None), &candidate(), 0);
        assert_eq!(missing, Err("has no value for the field drb".into()));
        let missing = foreign_fields(&plan(&["drb"], Some(-9.0)), &candidate(), 0);
        assert_eq!(missing.unwrap(), [-9.0]);
    }
}
