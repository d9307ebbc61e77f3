//! The survey's facts about the candidate and the epoch on screen, in the order that vetters use.

use crate::{
    domain::{Candidate, Epoch, FieldValue},
    english,
    language::translated_static,
    workspace::{labelling::blind::names_a_judgement, shared::Shared},
};

/// Fields of ZTF's packets that vetters look at.
const ZTF: [&str; 22] = [
    "drb",
    "rb",
    "isdiffpos",
    "magpsf",
    "sigmapsf",
    "magap",
    "diffmaglim",
    "fwhm",
    "distnr",
    "magnr",
    "sgscore1",
    "distpsnr1",
    "srmag1",
    "ssdistnr",
    "ssnamenr",
    "ndethist",
    "ncovhist",
    "jdstarthist",
    "classtar",
    "elong",
    "nbad",
    "field",
];
/// The same of Rubin's.
const RUBIN: [&str; 21] = [
    "reliability",
    "snr",
    "isNegative",
    "psfFlux",
    "psfFluxErr",
    "apFlux",
    "extendedness",
    "dipoleFitAttempted",
    "isDipole",
    "glint_trail",
    "trailLength",
    "pixelFlags",
    "pixelFlags_saturated",
    "pixelFlags_cr",
    "nDiaSources",
    "firstDiaSourceMjdTai",
    "ssObjectId",
    "designation",
    "diaObjectId",
    "detector",
    "visit",
];
/// Facts shown where neither survey's fields are there.
const ANY: [&str; 8] = [
    "SNR",
    "FWHM",
    "AIRMASS",
    "EXPTIME",
    "ELLIPTICITY",
    "FIELD",
    "CCD",
    "INSTRUME",
];

/// A fact: its name and value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The field.
    pub name: String,
    /// Its value, as read.
    pub value: String,
}

/// The facts to show: those that the user chose, else the survey's usual ones that the data have.
/// Scores and classes are left out while labels are blind.
pub fn facts(shared: &Shared, candidate: &Candidate, epoch: &Epoch) -> Vec<Fact> {
    let chosen = &shared.settings.facts;
    let names: Vec<&str> = if chosen.is_empty() {
        let has = |names: &[&str]| {
            let known = |name: &&&str| value(candidate, epoch, name).is_some();
            names.iter().filter(known).count()
        };
        let lists: [&[&str]; 3] = [&ZTF, &RUBIN, &ANY];
        let best = lists.into_iter().max_by_key(|names| has(names));
        best.unwrap_or_default().to_vec()
    } else {
        chosen.iter().map(String::as_str).collect()
    };
    let is_blind = shared.is_blind();
    let shown = names
        .into_iter()
        .filter(|name| !is_blind || !names_a_judgement(name));
    shown
        .filter_map(|name| {
            Some(Fact {
                name: name.to_owned(),
                value: value(candidate, epoch, name)?,
            })
        })
        .collect()
}

/// The value of a field of the epoch, else of the candidate; none where it is missing.
fn value(candidate: &Candidate, epoch: &Epoch, name: &str) -> Option<String> {
    let found = [&epoch.fields, &candidate.fields]
        .into_iter()
        .find_map(|fields| fields.get(name))?;
    if let Some(words) = nothing_near(name, &found) {
        return Some(translated_static(words).to_owned());
    }
    match found {
        FieldValue::Text(text) => (!text.trim().is_empty()).then(|| text.to_string()),
        FieldValue::Number(number) if !number.is_finite() => None,
        FieldValue::Number(number) => Some(number_in_words(number)),
    }
}

/// What ZTF's packets write where there is nothing near (schema of `ztf.alert.candidate`, version 3.3: "-999.0 if none", of
/// `ssnamenr` "null if none").
fn nothing_near(name: &str, value: &FieldValue) -> Option<&'static str> {
    const NONE: f64 = -999.0;
    const SOLAR_SYSTEM: &str = english!("no known object near");
    const PANSTARRS: &str = english!("no source near");
    let is_none = match value {
        FieldValue::Number(number) => (number - NONE).abs() < 1e-6,
        FieldValue::Text(text) => text.trim() == "null",
    };
    let of_panstarrs = ["distpsnr", "sgscore", "sgmag", "srmag", "simag", "szmag"];
    match name {
        _ if !is_none => None,
        "ssdistnr" | "ssmagnr" | "ssnamenr" => Some(SOLAR_SYSTEM),
        _ if of_panstarrs.iter().any(|field| name.starts_with(field)) => Some(PANSTARRS),
        _ => None,
    }
}

/// A whole number as it is, others with up to five digits.
fn number_in_words(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return format!("{number:.0}");
    }
    let size = number.abs();
    if !(1e-3..1e7).contains(&size) {
        return format!("{number:.3e}");
    }
    let digits = (4 - size.log10().floor() as i32).clamp(0, 6) as usize;
    let text = format!("{number:.digits$}");
    if text.contains('.') {
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::Fields, workspace::settings::Settings};

    fn epoch(fields: &[(&str, f64)]) -> Epoch {
        let names: Vec<std::sync::Arc<str>> =
            fields.iter().map(|(name, _)| (*name).into()).collect();
        let numbers = fields.iter().map(|(_, value)| *value).collect();
        Epoch {
            fields: Fields::new(names.into(), numbers, Vec::new()),
            ..Epoch::default()
        }
    }

    #[test]
    fn a_surveys_facts_come_in_its_order_and_hide_scores_from_the_blind() {
        let mut shared = Shared::new(Settings::default(), "ana");
        let ztf = epoch(&[
            ("magpsf", 18.123_456),
            ("drb", 0.998),
            ("ndethist", 12.0),
            ("distnr", f64::NAN),
        ]);
        let shown = |shared: &Shared| -> Vec<String> {
            let facts = facts(shared, &Candidate::default(), &ztf);
            facts
                .iter()
                .map(|fact| format!("{} {}", fact.name, fact.value))
                .collect()
        };
        assert_eq!(
            shown(&shared),
            ["drb 0.998", "magpsf 18.123", "ndethist 12"]
        );
        shared.settings.facts = vec!["ndethist".into(), "drb".into(), "none".into()];
        assert_eq!(shown(&shared), ["ndethist 12", "drb 0.998"]);
        shared.scores.is_hidden = true;
        assert_eq!(shown(&shared), ["ndethist 12"]);
    }

    #[test]
    fn what_ztf_writes_for_nothing_is_named() {
        let text = |text: &str| FieldValue::Text(text.into());
        for (name, value, words) in [
            (
                "ssdistnr",
                FieldValue::Number(-999.0),
                Some("no known object near"),
            ),
            ("ssnamenr", text("null"), Some("no known object near")),
            (
                "sgscore1",
                FieldValue::Number(-999.0),
                Some("no source near"),
            ),
            ("ssdistnr", FieldValue::Number(1.5), None),
            ("ssnamenr", text("1999 RQ36"), None),
            ("field", FieldValue::Number(-999.0), None),
        ] {
            assert_eq!(nothing_near(name, &value), words, "{name} {value:?}");
        }
        let shared = Shared::new(Settings::default(), "ana");
        let alone = epoch(&[("drb", 0.998), ("ssdistnr", -999.0)]);
        let facts = facts(&shared, &Candidate::default(), &alone);
        assert_eq!(facts[1].value, "no known object near");
    }

    #[test]
    fn numbers_are_short_and_exact_where_whole() {
        for (number, text) in [
            (2_459_000.0, "2459000"),
            (0.123_456_7, "0.12346"),
            (-12.5, "-12.5"),
            (1.5e-9, "1.500e-9"),
            (123_456.75, "123457"),
        ] {
            assert_eq!(number_in_words(number), text);
        }
    }
}
