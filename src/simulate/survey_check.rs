//! What a survey may say: every number in its range, every refusal a sentence.

use super::{
    Distribution, Survey,
    survey::{BandModel, Cadence, DetectorModel, Neighbours, SubtractionModel},
};
use crate::domain::Band;

/// Smallest and largest value that is allowed, both included.
type Range = [f64; 2];

/// A share or a probability.
const SHARE: Range = [0.0, 1.0];
/// Magnitudes that anything in the sky may have.
const MAGNITUDE: Range = [-5.0, 40.0];
/// Magnitudes of one ADU a second: from a small lens to the largest mirror.
const ZERO_POINT: Range = [10.0, 40.0];
/// Visits of a sequence or a night.
const VISITS: Range = [1.0, 1000.0];

/// Why nothing can be simulated with a survey.
///
/// # Errors
/// A sentence naming the field, its value and what is allowed.
pub fn check(survey: &Survey) -> Result<(), String> {
    let side = survey.stamp_side_px;
    if !(11..=255).contains(&side) || side.is_multiple_of(2) {
        return Err(format!(
            "stamp_side_px is {side}: it must be odd, from 11 to 255"
        ));
    }
    check_detector(&survey.detector)?;
    check_bands(&survey.bands)?;
    check_cadence(&survey.cadence)?;
    spread(
        "site.seeing_arcsec",
        &survey.site.seeing_arcsec,
        [0.01, 60.0],
    )?;
    spread("site.airmass", &survey.site.airmass, [1.0, 40.0])?;
    number(
        "site.night_correlation",
        survey.site.night_correlation,
        SHARE,
    )?;
    let psf = &survey.psf;
    spread("psf.moffat_beta", &psf.moffat_beta, [1.01, 1000.0])?;
    spread("psf.ellipticity", &psf.ellipticity, [0.0, 0.9])?;
    number("psf.width_factor", psf.width_factor, [0.1, 10.0])?;
    number("psf.centroid_jitter_px", psf.centroid_jitter_px, [0.0, 5.0])?;
    number("psf.resampled_share", psf.resampled_share, SHARE)?;
    let of_stars = psf.resampled_share_of_stars.unwrap_or_default();
    number("psf.resampled_share_of_stars", of_stars, SHARE)?;
    let magnitudes = &survey.magnitudes;
    for (name, spread_of) in [
        ("star", &magnitudes.star),
        ("supernova_peak", &magnitudes.supernova_peak),
        ("galaxy", &magnitudes.galaxy),
        ("host", &magnitudes.host),
        ("asteroid", &magnitudes.asteroid),
    ] {
        spread(&format!("magnitudes.{name}"), spread_of, MAGNITUDE)?;
    }
    if let Some(hosts) = &magnitudes.supernova_hosts {
        let field = |field: &str| format!("magnitudes.supernova_hosts.{field}");
        number(&field("share"), hosts.share, SHARE)?;
        number(&field("contrast_share"), hosts.contrast_share, SHARE)?;
        spread(&field("contrast"), &hosts.contrast, [1e-4, 1e4])?;
        number(&field("galaxies_alike"), hosts.galaxies_alike, SHARE)?;
    }
    check_neighbours(&survey.neighbours)?;
    let reference = &survey.reference;
    spread("reference.exposures", &reference.exposures, [1.0, 10_000.0])?;
    spread(
        "reference.seeing_factor",
        &reference.seeing_factor,
        [0.1, 10.0],
    )?;
    check_subtraction(&survey.subtraction)
}

fn check_detector(detector: &DetectorModel) -> Result<(), String> {
    let scale = detector.pixel_scale_arcsec;
    number("detector.pixel_scale_arcsec", scale, [0.001, 100.0])?;
    let gain = &detector.gain_e_per_adu;
    spread("detector.gain_e_per_adu", gain, [0.001, 10_000.0])?;
    spread(
        "detector.read_noise_e",
        &detector.read_noise_e,
        [0.0, 10_000.0],
    )?;
    spread(
        "detector.saturation_adu",
        &detector.saturation_adu,
        [1.0, 1e9],
    )
}

fn check_bands(bands: &[BandModel]) -> Result<(), String> {
    if bands.is_empty() {
        return Err("bands is empty: a survey has one filter at least".into());
    }
    for (at, band) in bands.iter().enumerate() {
        let name = &band.name;
        if matches!(band.band(), Band::Other(_)) {
            return Err(format!(
                "bands[{at}].name is {name:?}: the filters are u, g, r, i, z and y"
            ));
        }
        if bands[..at].iter().any(|other| other.band() == band.band()) {
            return Err(format!(
                "bands[{at}].name is {name:?}, which is given twice"
            ));
        }
        let field = |field: &str| format!("bands.{name}.{field}");
        number(&field("share"), band.share, [0.0, 1e6])?;
        number(&field("exposure_s"), band.exposure_s, [0.001, 100_000.0])?;
        spread(&field("zero_point"), &band.zero_point, ZERO_POINT)?;
        spread(&field("sky_adu"), &band.sky_adu, [0.0, 1e8])?;
    }
    let sum: f64 = bands.iter().map(|band| band.share).sum();
    if sum <= 0.0 {
        return Err(format!(
            "the shares of the bands sum to {sum}: one must be above 0"
        ));
    }
    Ok(())
}

fn check_cadence(cadence: &Cadence) -> Result<(), String> {
    spread(
        "cadence.first_mjd",
        &cadence.first_mjd,
        [-100_000.0, 200_000.0],
    )?;
    spread("cadence.visits", &cadence.visits, VISITS)?;
    spread("cadence.visits_a_night", &cadence.visits_a_night, VISITS)?;
    let nights = &cadence.nights_apart_days;
    spread("cadence.nights_apart_days", nights, [0.01, 10_000.0])?;
    let visits = &cadence.visits_apart_days;
    spread("cadence.visits_apart_days", visits, [0.000_01, 10.0])?;
    let most = cadence.most_visits as f64;
    number("cadence.most_visits", most, VISITS)?;
    number(
        "cadence.least_visits",
        cadence.least_visits as f64,
        [1.0, most],
    )?;
    spread("cadence.dropout", &cadence.dropout, SHARE)?;
    number("cadence.late_start_share", cadence.late_start_share, SHARE)?;
    number("cadence.borrowed_share", cadence.borrowed_share, SHARE)
}

fn check_neighbours(neighbours: &Neighbours) -> Result<(), String> {
    number("neighbours.share", neighbours.share, SHARE)?;
    spread("neighbours.number", &neighbours.number, [1.0, 1000.0])?;
    spread("neighbours.magnitude", &neighbours.magnitude, MAGNITUDE)
}

fn check_subtraction(subtraction: &SubtractionModel) -> Result<(), String> {
    number("subtraction.shift_px", subtraction.shift_px, [0.0, 5.0])?;
    number("subtraction.width", subtraction.width, [0.0, 0.5])?;
    number(
        "subtraction.ellipticity",
        subtraction.ellipticity,
        [0.0, 0.5],
    )?;
    number("subtraction.flux", subtraction.flux, [0.0, 0.5])?;
    number(
        "subtraction.gradient_share",
        subtraction.gradient_share,
        SHARE,
    )?;
    number("subtraction.poor_share", subtraction.poor_share, SHARE)?;
    number(
        "subtraction.poor_factor",
        subtraction.poor_factor,
        [1.0, 20.0],
    )
}

fn number(name: &str, value: f64, [least, most]: Range) -> Result<(), String> {
    // Written so that NaN is refused too.
    if value >= least && value <= most {
        return Ok(());
    }
    Err(format!(
        "{name} is {value}: it must lie from {least} to {most}"
    ))
}

fn spread(name: &str, distribution: &Distribution, [least, most]: Range) -> Result<(), String> {
    if let Distribution::Constant(value) = distribution {
        return number(name, *value, [least, most]);
    }
    distribution
        .check()
        .map_err(|why| format!("{name}: {why}"))?;
    for value in distribution.range() {
        // Quantiles of a logarithm come back with rounding errors.
        let slack = 1e-9 * value.abs();
        let is_inside = value >= least - slack && value <= most + slack;
        if !is_inside {
            return Err(format!(
                "{name} reaches {value}: its values must lie from {least} to {most}"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HITS: &str = include_str!("../../assets/surveys/hits2015.toml");

    #[test]
    fn the_surveys_that_come_with_the_program_are_possible() {
        for name in Survey::built_in_names() {
            let survey = Survey::built_in(name).unwrap();
            assert!(!survey.source.is_empty() && !survey.title.is_empty());
        }
        let unknown = Survey::built_in("hst").unwrap_err().to_string();
        assert!(
            unknown.contains("hits2015") && unknown.contains("rubin"),
            "{unknown}"
        );
    }

    /// The refusal of HiTS with one line changed.
    fn refusal(from: &str, to: &str) -> String {
        assert!(HITS.contains(from), "no {from} in the file");
        let text = HITS.replacen(from, to, 1);
        Survey::from_toml("mine", &text).unwrap_err().to_string()
    }

    /// Text of the file, what stands in its place, and what the refusal names.
    const REFUSED: &[[&str; 4]] = &[
        [
            "stamp_side_px = 21",
            "stamp_side_px = 20",
            "stamp_side_px",
            "20",
        ],
        [
            "pixel_scale_arcsec = 0.27",
            "pixel_scale_arcsec = 0",
            "pixel_scale_arcsec",
            "0",
        ],
        ["{ uniform = [3.9, 4.5] }", "-1.5", "gain_e_per_adu", "-1.5"],
        [
            "{ uniform = [5.5, 7.0] }",
            "{ uniform = [-3, 7] }",
            "read_noise_e",
            "-3",
        ],
        ["{ uniform = [35000, 46000] }", "0", "saturation_adu", "0"],
        ["name = \"g\"", "name = \"F606W\"", "name", "F606W"],
        ["share = 1", "share = 0", "share", "0"],
        ["exposure_s = 86", "exposure_s = 0", "exposure_s", "0"],
        ["exposure_s = 86", "exposure_s = nan", "exposure_s", "NaN"],
        ["[100, 25.13]", "[100, 99]", "bands.g.zero_point", "99"],
        ["[[0, 100]", "[[0, -5]", "sky_adu", "-5"],
        ["visits = {", "visits = 0 #", "cadence.visits", "0"],
        ["most_visits = 30", "most_visits = 0", "most_visits", "0"],
        ["most_visits = 30", "most_visits = 5", "least_visits", "12"],
        [
            "late_start_share = 0.15",
            "late_start_share = 15",
            "late_start_share",
            "15",
        ],
        ["[[0, 0.95]", "[[0, 0]", "seeing_arcsec", "0"],
        ["[[0, 1.08]", "[[0, 0.5]", "airmass", "0.5"],
        [
            "night_correlation = 0.6",
            "night_correlation = 1.6",
            "night_correlation",
            "1.6",
        ],
        ["{ uniform = [3.2, 6.0] }", "1", "moffat_beta", "1"],
        [
            "{ normal = [0.1, 0.06], within = [0, 0.3] }",
            "{ uniform = [0, 1] }",
            "ellipticity",
            "1",
        ],
        [
            "resampled_share = 0.6",
            "resampled_share = -0.1",
            "resampled_share",
            "-0.1",
        ],
        [
            "asteroid = {",
            "asteroid = 400 #",
            "magnitudes.asteroid",
            "400",
        ],
        [
            "exposures = {",
            "exposures = 0 #",
            "reference.exposures",
            "0",
        ],
        [
            "shift_px = 0.04",
            "shift_px = -1",
            "subtraction.shift_px",
            "-1",
        ],
        ["[[0, 0.95]", "[[0, 5]", "site.seeing_arcsec", "ascend"],
    ];

    #[test]
    fn impossible_values_are_refused_with_field_value_and_range() {
        for [from, to, field, value] in REFUSED {
            let why = refusal(from, to);
            assert!(why.contains("mine") && why.contains(field), "{to}: {why}");
            assert!(why.contains(value), "{to}: {why}");
        }
    }

    #[test]
    fn unknown_fields_and_wrong_lists_of_filters_are_refused() {
        let unknown = refusal("share = 1", "share = 1\nsahre = 2");
        assert!(unknown.contains("sahre"), "{unknown}");
        let bands = HITS.find("[[bands]]").unwrap()..HITS.find("[cadence]").unwrap();
        let none =
            HITS.replace(&HITS[bands.clone()], "")
                .replacen("source", "bands = []\nsource", 1);
        let why = Survey::from_toml("mine", &none).unwrap_err().to_string();
        assert!(why.contains("one filter at least"), "{why}");
        let twice = HITS.replace(&HITS[bands.clone()], &HITS[bands].repeat(2));
        let why = Survey::from_toml("mine", &twice).unwrap_err().to_string();
        assert!(why.contains("twice"), "{why}");
    }
}
