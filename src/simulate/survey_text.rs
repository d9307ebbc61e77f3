//! Surveys as text: TOML, whole or as what differs from a survey that comes with the program.

use toml::{Table, Value};

use super::{SimulationError, Survey};

/// Surveys that come with the program: name and text.
const BUILT_IN: [(&str, &str); 10] = [
    (
        "hits2015",
        include_str!("../../assets/surveys/hits2015.toml"),
    ),
    ("ztf", include_str!("../../assets/surveys/ztf.toml")),
    ("rubin", include_str!("../../assets/surveys/rubin.toml")),
    ("demo", include_str!("../../assets/surveys/demo.toml")),
    ("mixed", include_str!("../../assets/surveys/mixed.toml")),
    (
        "mixed_frames",
        include_str!("../../assets/surveys/mixed_frames.toml"),
    ),
    (
        "mixed_all",
        include_str!("../../assets/surveys/mixed_all.toml"),
    ),
    (
        "ztf_frames",
        include_str!("../../assets/surveys/ztf_frames.toml"),
    ),
    (
        "rubin_frames",
        include_str!("../../assets/surveys/rubin_frames.toml"),
    ),
    (
        "hits2015_hosts",
        include_str!("../../assets/surveys/hits2015_hosts.toml"),
    ),
];

/// The key that names the survey which a text changes.
const EXTENDS: &str = "extends";
/// Surveys may extend surveys that extend others, so many deep.
const DEEPEST: usize = 4;
/// Keys of distributions, which are replaced as a whole.
const OF_DISTRIBUTIONS: [&str; 5] = [
    "uniform",
    "log_uniform",
    "normal",
    "log_normal",
    "percentiles",
];

impl Survey {
    /// Names of the surveys that come with the program.
    pub fn built_in_names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// A survey that comes with the program.
    ///
    /// # Errors
    /// Where there is none of that name.
    pub fn built_in(name: &str) -> Result<Self, SimulationError> {
        let (name, text) = built_in_text(name)?;
        Self::from_toml(name, text)
    }

    /// Reads a survey; `name` is its file or name, for errors.
    ///
    /// # Errors
    /// Where the text is no survey, or a value is impossible.
    pub fn from_toml(name: &str, text: &str) -> Result<Self, SimulationError> {
        let fault = |why: String| SimulationError::Survey {
            survey: name.into(),
            why,
        };
        let given: Table = toml::from_str(text).map_err(|error| fault(error.to_string()))?;
        let survey: Self = if given.contains_key(EXTENDS) {
            let whole = extended(given, DEEPEST).map_err(fault)?;
            whole.try_into()
        } else {
            // From the text itself: an error then shows the line.
            toml::from_str(text)
        }
        .map_err(|error| fault(error.to_string()))?;
        survey.check().map_err(fault)?;
        Ok(survey)
    }
}

fn built_in_text(name: &str) -> Result<(&'static str, &'static str), SimulationError> {
    let mut known = BUILT_IN.into_iter();
    known
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .ok_or_else(|| SimulationError::UnknownSurvey {
            name: name.into(),
            known: Survey::built_in_names().collect::<Vec<_>>().join(", "),
        })
}

/// A text with everything of the survey that it extends.
fn extended(mut given: Table, depth: usize) -> Result<Table, String> {
    let base = match given.remove(EXTENDS) {
        None => return Ok(given),
        Some(Value::String(base)) => base,
        Some(other) => {
            return Err(format!(
                "{EXTENDS} is {other}: it must be the name of a survey"
            ));
        }
    };
    if depth == 0 {
        return Err(format!(
            "{EXTENDS} goes more than {DEEPEST} surveys deep: {base} extends another in turn"
        ));
    }
    let (_, text) = built_in_text(&base).map_err(|error| error.to_string())?;
    let base: Table = toml::from_str(text).map_err(|error| error.to_string())?;
    let mut whole = extended(base, depth - 1)?;
    merge(&mut whole, given);
    Ok(whole)
}

/// Sections are merged key by key; numbers, lists and distributions take the place of others.
fn merge(whole: &mut Table, given: Table) {
    for (key, value) in given {
        match (whole.get_mut(&key), value) {
            (Some(Value::Table(before)), Value::Table(now))
                if !is_distribution(before) && !is_distribution(&now) =>
            {
                merge(before, now);
            }
            (_, value) => {
                whole.insert(key, value);
            }
        }
    }
}

fn is_distribution(table: &Table) -> bool {
    OF_DISTRIBUTIONS.iter().any(|key| table.contains_key(*key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::Distribution;

    #[test]
    fn a_survey_takes_from_another_what_it_does_not_say_itself() {
        let base = Survey::built_in("ztf").unwrap();
        let text = "extends = \"ztf\"\ntitle = \"Mine\"\n\n[site]\nseeing_arcsec = 2.5\n\n\
                    [triplets]\nsnr = { uniform = [5, 9] }\n";
        let mine = Survey::from_toml("mine.toml", text).unwrap();
        assert_eq!(mine.title, "Mine");
        assert_eq!(mine.site.seeing_arcsec, Distribution::Constant(2.5));
        assert_eq!(mine.site.airmass, base.site.airmass);
        // A distribution takes the place of one of another kind.
        let snr = mine.triplets.snr.range().map(|snr| snr.round() as u32);
        assert_eq!(snr, [5, 9]);
        assert_eq!(mine.psf, base.psf);
        assert_eq!(mine.bands, base.bands);
    }

    #[test]
    fn an_extension_has_its_faults_named() {
        for (text, part) in [
            ("extends = \"hst\"", "hst"),
            ("extends = 3", "must be the name of a survey"),
            ("extends = \"ztf\"\n[site]\nsmog = 1", "smog"),
            ("extends = \"ztf\"\n[site]\nairmass = 0.1", "site.airmass"),
        ] {
            let error = Survey::from_toml("mine.toml", text)
                .unwrap_err()
                .to_string();
            assert!(
                error.contains("mine.toml") && error.contains(part),
                "{error}"
            );
        }
    }
}
