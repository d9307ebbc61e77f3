//! The table of photometry: one row a measured epoch.

use super::order::EpochPhotometry;
use crate::{
    domain::{Band, Candidate, Epoch, Mjd},
    imaging::photometry::{Brightness, Method},
    io::export::columns::{
        FilledColumn, Kind, TIME_SCALE, TIME_SCALE_MEANING, Value, double, text,
    },
};

pub(crate) struct Row<'a> {
    pub candidate: &'a Candidate,
    pub found: EpochPhotometry,
}

impl Row<'_> {
    fn epoch(&self) -> Option<&Epoch> {
        self.candidate.epochs.get(self.found.epoch)
    }
}

/// All columns, filled.
#[rustfmt::skip]
pub(crate) fn columns(rows: &[Row<'_>], method: Method) -> Vec<FilledColumn> {
    use Kind::{Double, Int, Text};
    let fill = |name: &str, kind, unit, meaning: &str, value: &dyn Fn(&Row<'_>) -> Value| FilledColumn {
        name: name.into(),
        kind,
        unit,
        meaning: meaning.into(),
        values: rows.iter().map(value).collect(),
    };
    vec![
        fill("id", Text, "", "identifier of the object", &|r| text(Some(&r.candidate.id))),
        fill("candid", Text, "", "identifier of the detection", &|r| text(r.epoch().and_then(|e| e.candid.as_deref()))),
        fill("mjd", Double, "d", "modified Julian date, in the time scale beside", &|r| double(r.epoch().and_then(|e| e.mjd.map(Mjd::days)))),
        fill(TIME_SCALE, Text, "", TIME_SCALE_MEANING, &|r| text(r.epoch().and_then(|e| e.mjd.map(|mjd| mjd.scale().name())))),
        fill("band", Text, "", "filter", &|r| text(r.epoch().and_then(|e| e.band.as_ref().map(Band::name)))),
        fill("flux", Double, "", "light of the whole source, in the unit of the stamp", &|r| double(Some(r.found.measured.flux))),
        fill("flux_err", Double, "", "its standard deviation", &|r| double(Some(r.found.measured.flux_err))),
        fill("snr", Double, "", "flux over its standard deviation", &|r| double(Some(r.found.measured.snr()))),
        fill("mag", Double, "mag", "magnitude; of the size of the flux on a difference", &|r| double(magnitude(r).map(|[mag, _]| mag))),
        fill("mag_err", Double, "mag", "its standard deviation", &|r| double(magnitude(r).map(|[_, err]| err))),
        fill("limit", Double, "mag", "3-sigma upper limit of what is not detected", &|r| double(limit(r))),
        fill("background", Double, "", "sky level per pixel", &|r| double(Some(r.found.measured.background))),
        fill("fwhm", Double, "pix", "full width at half maximum of the point-spread function in use", &|r| double(Some(r.found.measured.fwhm_px))),
        fill("x", Double, "pix", "column, 0 at the centre of the first pixel", &|r| double(Some(r.found.measured.position_px[0]))),
        fill("y", Double, "pix", "row, 0 at the centre of the first pixel", &|r| double(Some(r.found.measured.position_px[1]))),
        fill("method", Text, "", "optimal, psf or aperture", &|_| text(Some(method.name()))),
        fill("flags", Text, "", "saturated, edge, missing, width_assumed; joined by ;", &|r| text(Some(r.found.measured.flags.to_string().as_str()).filter(|flags| !flags.is_empty()))),
        fill("pixels", Int, "", "pixels that went into the flux", &|r| Value::Int(r.found.measured.used_px as i64)),
        fill("unit", Text, "", "unit of flux and background", &|r| text(Some(r.found.unit.as_deref().unwrap_or("counts")))),
    ]
}

const fn magnitude(row: &Row<'_>) -> Option<[f64; 2]> {
    match row.found.brightness {
        Some(Brightness::Magnitude { mag, mag_err }) => Some([mag, mag_err]),
        _ => None,
    }
}

const fn limit(row: &Row<'_>) -> Option<f64> {
    match row.found.brightness {
        Some(Brightness::Limit(limit)) => Some(limit),
        _ => None,
    }
}
