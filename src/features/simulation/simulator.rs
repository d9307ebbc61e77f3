//! From an order to the simulator that serves it: survey, templates and classes looked up.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::order::{Kind, SimulationOrder};
use crate::{
    domain::{ImageSequence, Role, Templates, canonical::Canonical},
    imaging::photometry::{DETECTION_SIGMA, Method, light_curve},
    io::{
        fingerprint::Fingerprint,
        templates::{TemplatesError, TemplatesRead, read_templates, read_visits_table},
    },
    simulate::{
        SequenceClass, SequenceOrder, SequenceSimulator, Simulate, SimulationError, Survey,
        TripletOrder, TripletSimulator,
    },
};

/// What an order stands on.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// How the sky is observed.
    pub survey: Arc<Survey>,
    /// Empty where the order names none.
    pub templates: Arc<Templates>,
    /// Visits that were dropped from tables of conditions.
    pub dropped_visits: usize,
    /// Changes with any value of the survey.
    pub survey_fingerprint: String,
    /// Changes with any byte of the templates; `none` without.
    pub templates_fingerprint: String,
}

/// Makes simulators. Tests bring their own.
pub type SimulatorOf =
    dyn Fn(&SimulationOrder, &Prepared) -> Result<Arc<dyn Simulate>, SimulationError> + Send + Sync;

/// The simulators of this program, or those of a test.
#[derive(Clone)]
pub struct Simulators(pub Arc<SimulatorOf>);

impl Simulators {
    /// The simulator of an order.
    pub fn of(&self) -> &SimulatorOf {
        &*self.0
    }
}

impl Default for Simulators {
    fn default() -> Self {
        Self(Arc::new(simulator_of))
    }
}

impl fmt::Debug for Simulators {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Simulators")
    }
}

/// Fills in the measured magnitudes of a simulated candidate before it is written.
pub type Measure = fn(&mut ImageSequence);

/// How magnitudes are measured; without, files have none.
pub const MEASURE: Option<Measure> = Some(measure_magnitudes);

/// Optimal photometry, as a survey's pipeline would do it: on the science images, or on the
/// differences where there are no others. Below three sigma there is no magnitude.
fn measure_magnitudes(sequence: &mut ImageSequence) {
    const RELATIVE_TO_MAG: f64 = 2.5 / std::f64::consts::LN_10;
    let roles = [Role::Science, Role::Difference].into_iter();
    let Some(on) = roles
        .into_iter()
        .find(|role| sequence.cube(*role).is_some())
    else {
        return;
    };
    let measured = light_curve(sequence, Method::Optimal, on);
    for (epoch, measured) in sequence.epochs.iter_mut().zip(measured) {
        let detected = measured.filter(|measured| measured.snr() > DETECTION_SIGMA);
        epoch.measured_mag = detected.and_then(|measured| {
            let mag = epoch.visit.magnitude(measured.flux)?;
            Some([mag as f32, (RELATIVE_TO_MAG / measured.snr()) as f32])
        });
    }
}

/// A survey and the templates of a folder, without the survey's own table of visits.
///
/// # Errors
/// Where the survey is unknown or impossible, or templates cannot be used.
pub fn look_up(
    survey_name: &str,
    folder: Option<&Path>,
) -> Result<(Survey, Templates), SimulationError> {
    Ok((survey(survey_name)?, templates(folder)?.templates))
}

fn templates(folder: Option<&Path>) -> Result<TemplatesRead, SimulationError> {
    folder.map_or_else(
        || Ok(TemplatesRead::default()),
        |folder| read_templates(folder).map_err(refused),
    )
}

/// Looks up survey and templates.
///
/// # Errors
/// Where the survey is unknown or impossible, or templates cannot be used.
pub fn prepare(order: &SimulationOrder) -> Result<Prepared, SimulationError> {
    let survey = survey(&order.survey)?;
    let mut read = templates(order.templates.as_deref())?;
    let mut survey_fingerprint = Fingerprint::default();
    survey_fingerprint.add(survey.canonical_text().as_bytes());
    if let Some(table) = &survey.visits_table {
        let (fields, dropped) =
            read_visits_table(&beside(&order.survey, table)).map_err(refused)?;
        survey_fingerprint.add(fields.canonical_text().as_bytes());
        // The survey's own conditions, rather than those of the templates.
        read.templates.fields = fields;
        read.dropped_visits = dropped;
    }
    let hex = |number: u64| format!("{number:016x}");
    Ok(Prepared {
        survey: Arc::new(survey),
        templates: Arc::new(read.templates),
        dropped_visits: read.dropped_visits,
        survey_fingerprint: hex(survey_fingerprint.get()),
        templates_fingerprint: match order.templates {
            Some(_) => hex(read.fingerprint),
            None => "none".into(),
        },
    })
}

/// The simulator of an order.
///
/// # Errors
/// Where a class or kind is unknown, or the survey or templates cannot serve it.
pub fn simulator_of(
    order: &SimulationOrder,
    prepared: &Prepared,
) -> Result<Arc<dyn Simulate>, SimulationError> {
    Ok(match order.kind {
        Kind::Sequences => Arc::new(SequenceSimulator::new(sequence_order(order, prepared)?)?),
        Kind::Triplets => Arc::new(TripletSimulator::new(triplet_order(order, prepared))?),
    })
}

fn sequence_order(
    order: &SimulationOrder,
    prepared: &Prepared,
) -> Result<SequenceOrder, SimulationError> {
    let mut classes = Vec::new();
    for name in &order.classes {
        let class = SequenceClass::from_name(name)?;
        if !classes.contains(&class) {
            classes.push(class);
        }
    }
    if classes.is_empty() {
        classes = SequenceClass::ALL.to_vec();
    }
    Ok(SequenceOrder {
        survey: prepared.survey.clone(),
        templates: prepared.templates.clone(),
        classes,
        roles: order.roles.clone(),
        seed: order.seed,
    })
}

fn triplet_order(order: &SimulationOrder, prepared: &Prepared) -> TripletOrder {
    TripletOrder {
        survey: prepared.survey.clone(),
        templates: prepared.templates.clone(),
        kinds: order.classes.clone(),
        roles: order.roles.clone(),
        seed: order.seed,
    }
}

/// Name, title and source of the surveys that come with the program.
pub fn surveys() -> Vec<[String; 3]> {
    let of = |name: &str| {
        let survey = Survey::built_in(name).ok()?;
        Some([name.to_owned(), survey.title, survey.source])
    };
    Survey::built_in_names().filter_map(of).collect()
}

/// A survey by its name, or from a TOML file.
fn survey(name: &str) -> Result<Survey, SimulationError> {
    if !is_file(name) {
        return Survey::built_in(name);
    }
    let text = std::fs::read_to_string(name).map_err(|error| SimulationError::Survey {
        survey: name.into(),
        why: format!("cannot be read: {error}"),
    })?;
    Survey::from_toml(name, &text)
}

/// True for the name of a survey file.
pub(crate) fn is_file(survey: &str) -> bool {
    let ending = Path::new(survey).extension();
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case("toml"))
}

/// A path of a survey's file is relative to that file.
fn beside(survey: &str, path: &Path) -> PathBuf {
    match Path::new(survey).parent() {
        Some(folder) if is_file(survey) => folder.join(path),
        _ => path.to_owned(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands it over")]
fn refused(error: TemplatesError) -> SimulationError {
    SimulationError::Templates(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::features::simulation::order::Naming;

    fn order(survey: &str) -> SimulationOrder {
        SimulationOrder {
            kind: Kind::Triplets,
            survey: survey.into(),
            templates: None,
            classes: Vec::new(),
            roles: Vec::new(),
            count: 1,
            seed: 1,
            out: PathBuf::new(),
        }
    }

    // Manifests hold such numbers, and candidates are called by them: they must stay what they are.
    #[test]
    fn surveys_have_the_fingerprints_of_ever() {
        for (survey, expected) in [
            ("hits2015", "50565b91fcd46920"),
            ("ztf", "761ddfa5f11ffbe5"),
            ("rubin", "08fa6291e39111fd"),
            ("demo", "e7b66f41ebf613fc"),
            ("mixed", "27774cbca93c0140"),
        ] {
            let prepared = prepare(&order(survey)).unwrap();
            assert_eq!(prepared.survey_fingerprint, expected, "{survey}");
        }
    }

    #[test]
    fn a_survey_with_visits_has_the_fingerprint_of_ever() {
        let folder = tempfile::tempdir().unwrap();
        let table = "FIELD,FILTER,MJD,EXP_TIME,SEEING,AIRMASS,BACK_LEVEL,LIMIT_MAG_EA5,ZP_PS\n\
            07,g,57003.1,86,1.2,1.1,110,23.5,25.0\n07,u,57001.125,86.5,0.7,1,110,23.5,25.0\n\
            07,r,57002.1,86,4.2,1.1,0.00001,23.5,25.0\n07,i,57004.1,86,1.2,1.1,110,23.5,25.0\n\
            07,z,57005.1,86,1.2,1.1,110,23.5,25.0\nb \"c\",Y,57006,86,1.2,1.1,1e20,23.5,25.0\n";
        fs::write(folder.path().join("visits.csv"), table).unwrap();
        let text = include_str!("../../../assets/surveys/hits2015.toml");
        let survey = folder.path().join("mine.toml");
        fs::write(&survey, format!("visits_table = \"visits.csv\"\n{text}")).unwrap();
        let order = order(&survey.display().to_string());
        let prepared = prepare(&order).unwrap();
        assert_eq!(prepared.survey_fingerprint, "dc2a1a2ec29b1453");
        assert_eq!(Naming::of(&order, &prepared).id(0), "mine-t1-2587-000000");
    }
}
