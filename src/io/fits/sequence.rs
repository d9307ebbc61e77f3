//! An image sequence as one FITS file, in the layout that destello opens.
//!
//! The primary image is the science cube (epoch, y, x); without science it is empty. An image
//! HDU for every other role carries its name, and the table `EPOCHS` has a row for each epoch.
//! A reference that is the same at all epochs is written once, as an image (y, x).

use super::bytes::{CardValue, Cells, Column, FitsBytes, PixelType};
use crate::{
    domain::{DifferenceSign, ImageSequence, Role, SequenceEpoch},
    io::simulation_truth::TRUTH_CARDS,
};

/// What a file says of the simulation that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Title of the survey.
    pub survey: String,
    pub seed: u64,
    /// Number of the candidate in its simulation.
    pub index: u64,
}

/// The bytes of the file.
pub fn sequence_bytes(sequence: &ImageSequence, provenance: &Provenance) -> Vec<u8> {
    let plane = [sequence.width, sequence.height];
    let cube = [plane[0], plane[1], sequence.epochs.len()];
    let science = sequence.cube(Role::Science);
    let mut file = match science {
        Some(_) => FitsBytes::primary(&cube),
        None => FitsBytes::primary(&[]),
    };
    object_cards(&mut file, sequence, provenance);
    if science.is_some() {
        file.card("EXTNAME", CardValue::Text("SCIENCE"), "");
        file.card("BUNIT", CardValue::Text("ADU"), "");
    }
    file.end_header();
    if let Some(pixels) = science {
        file.pixels(pixels);
    }
    for (role, pixels) in &sequence.images {
        if *role == Role::Science {
            continue;
        }
        let is_constant = *role == Role::Reference
            // Without another cube nothing would tell the epochs apart.
            && science.is_some()
            && sequence.epochs.len() > 1
            && is_same_at_all_epochs(pixels, plane[0] * plane[1]);
        let (axes, pixels) = if is_constant {
            (&plane[..], &pixels[..plane[0] * plane[1]])
        } else {
            (&cube[..], &pixels[..])
        };
        file.image(&role.name().to_ascii_uppercase(), PixelType::Float, axes);
        if let Some(unit) = unit(*role) {
            file.card("BUNIT", CardValue::Text(unit), "");
        }
        file.end_header();
        file.pixels(pixels);
    }
    file.table("EPOCHS", sequence.epochs.len(), &columns(&sequence.epochs));
    file.finish()
}

const fn unit(role: Role) -> Option<&'static str> {
    match role {
        Role::Science | Role::Reference | Role::Difference => Some("ADU"),
        Role::Variance => Some("ADU2"),
        Role::Snr | Role::Psf => None,
    }
}

/// Compares bits, so that NaN equals NaN.
fn is_same_at_all_epochs(pixels: &[f32], pixels_a_plane: usize) -> bool {
    let Some(first) = pixels.get(..pixels_a_plane) else {
        return false;
    };
    let is_first = |plane: &[f32]| {
        let mut pairs = plane.iter().zip(first);
        pairs.all(|(a, b)| a.to_bits() == b.to_bits())
    };
    pixels.chunks_exact(pixels_a_plane).skip(1).all(is_first)
}

fn object_cards(file: &mut FitsBytes, sequence: &ImageSequence, provenance: &Provenance) {
    file.card("OBJECT", CardValue::Text(&sequence.id), "identifier");
    if let Some(truth) = &sequence.truth {
        file.card("CLASS", CardValue::Text(truth.class), "true class");
        file.card(
            "KIND",
            CardValue::Text(&truth.kind),
            "kind within the class",
        );
        file.card(
            "FIELD",
            CardValue::Text(&truth.field),
            "whose conditions were used",
        );
        for ((key, comment), (_, _, number)) in TRUTH_CARDS.into_iter().zip(truth.numbers()) {
            file.card(key, CardValue::Number(number.unwrap_or(f64::NAN)), comment);
        }
    }
    let detector = sequence.detector;
    let mut number = |key, value: f32, comment| {
        // By its decimals: 0.27 as a double would be written 0.27000001072883606.
        let value = value.to_string().parse().unwrap_or(f64::from(value));
        file.card(key, CardValue::Number(value), comment);
    };
    number("PIXSCALE", detector.pixel_scale_arcsec, "[arcsec] a pixel");
    number("GAIN", detector.gain_e_per_adu, "[electron/ADU]");
    number("RDNOISE", detector.read_noise_e, "[electron] read noise");
    number(
        "SATURATE",
        detector.saturation_adu,
        "[ADU] saturation level",
    );
    file.card(
        "SURVEY",
        CardValue::Text(&provenance.survey),
        "simulated survey",
    );
    // Seeds use all 64 bits; a text keeps what FITS integers do not hold.
    let seed = provenance.seed.to_string();
    file.card("SEED", CardValue::Text(&seed), "of the simulation");
    let index = i64::try_from(provenance.index).unwrap_or(i64::MAX);
    file.card("INDEX", CardValue::Int(index), "number in the simulation");
}

fn columns(epochs: &[SequenceEpoch]) -> Vec<Column<'static>> {
    let floats = |name, unit, of: &dyn Fn(&SequenceEpoch) -> f32| Column {
        name,
        unit,
        cells: Cells::Floats(epochs.iter().map(of).collect()),
    };
    let texts = |name, of: &dyn Fn(&SequenceEpoch) -> String| Column {
        name,
        unit: "",
        cells: Cells::Texts(epochs.iter().map(of).collect()),
    };
    let mjd = epochs.iter().map(|epoch| epoch.visit.mjd.days()).collect();
    let measured =
        |at: usize| move |epoch: &SequenceEpoch| epoch.measured_mag.map_or(f32::NAN, |mag| mag[at]);
    vec![
        Column {
            name: "MJD",
            unit: "d",
            cells: Cells::Doubles(mjd),
        },
        texts("FILTER", &|epoch| epoch.visit.band.name().to_owned()),
        floats("EXPTIME", "s", &|epoch| epoch.visit.exposure_s),
        floats("SEEING", "arcsec", &|epoch| epoch.visit.seeing_arcsec),
        floats("AIRMASS", "", &|epoch| epoch.visit.airmass),
        floats("SKY", "ADU", &|epoch| epoch.visit.sky_adu),
        floats("LIMMAG5", "mag", &|epoch| epoch.visit.limiting_mag),
        floats("ZP", "mag", &|epoch| epoch.visit.zero_point),
        floats("MAG", "mag", &measured(0)),
        floats("MAGERR", "mag", &measured(1)),
        floats("CX", "pix", &|epoch| epoch.centroid_px[0]),
        floats("CY", "pix", &|epoch| epoch.centroid_px[1]),
        floats("PSFFWHM", "pix", &|epoch| {
            epoch.psf_fwhm_px.unwrap_or(f32::NAN)
        }),
        texts("ISDIFFPOS", &|epoch| {
            let sign = match epoch.difference_sign {
                DifferenceSign::ScienceMinusReference => "t",
                DifferenceSign::ReferenceMinusScience => "f",
                DifferenceSign::Unknown => "",
            };
            sign.to_owned()
        }),
        floats("TRUEFLUX", "ADU", &|epoch| {
            epoch.true_counts_adu.unwrap_or(f32::NAN)
        }),
    ]
}
