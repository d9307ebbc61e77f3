//! From the records of an alert file to candidates, one epoch each.

use std::{path::Path, sync::Arc};

use crate::{
    domain::{
        Band, Candidate, DifferenceSign, Epoch, Fields, Mjd, Part, Photometry, Problem, Role,
        Source, StampIds, StampRef, TimeScale,
    },
    imaging::photometry::ab_from_njy,
    io::{
        alerts::{
            self,
            avro_file::{are_messages, read_messages, read_records},
            plan::{Plan, Plans, Survey},
            record::{Cutout, Packet, Row, Wanted},
        },
        fits::{geometry::ZTF_ARCSEC_PER_PX, header::difference_sign},
        labels_csv::plain_label,
        parquet::cutouts::{CutoutsError, ParquetCutouts},
        recognise::{Content, HEAD_BYTES, recognise},
    },
};

/// Where the bytes of an alert file lie.
#[derive(Clone, Copy)]
pub struct AlertPlace<'a> {
    /// The file, or the archive.
    pub source: &'a Arc<Source>,
    /// How the file is called in the Problems list.
    pub label: &'a str,
    /// Byte offset within the unpacked archive; 0 for a file of its own.
    pub at_byte: u64,
    /// Its bytes within the archive; 0 for a file of its own.
    pub len: u32,
}

impl<'a> AlertPlace<'a> {
    /// A file of its own.
    pub const fn of_file(source: &'a Arc<Source>, label: &'a str) -> Self {
        Self {
            source,
            label,
            at_byte: 0,
            len: 0,
        }
    }
}

/// Whose packets they are, and the names of their numbers.
type Shape<'a> = (Survey, &'a Arc<[Arc<str>]>);

/// What an alert file gave.
#[derive(Debug, Default)]
pub struct AlertsFound {
    /// One candidate for each packet with a stamp.
    pub candidates: Vec<Candidate>,
    /// Packets and cutouts that are not usable.
    pub problems: Vec<Problem>,
}

impl AlertsFound {
    /// Takes in a packet: its candidate, or why it is none.
    fn add(
        &mut self,
        record: u32,
        shape: Shape<'_>,
        packet: Packet<'_>,
        place: AlertPlace<'_>,
        ids: &StampIds,
    ) {
        match candidate(record, shape, packet, place, ids, &mut self.problems) {
            Ok(candidate) => self.candidates.push(candidate),
            Err(problem) => self.problems.push(problem),
        }
    }
}

/// Indexes one alert file.
pub fn read_alerts(
    bytes: &[u8],
    place: AlertPlace<'_>,
    plans: &Plans,
    ids: &StampIds,
) -> AlertsFound {
    let mut found = AlertsFound::default();
    // A message of a file of its own is found again by its bytes, without those before it.
    let done = if place.len == 0 && are_messages(bytes) {
        read_messages(bytes, plans, &mut |range, plan, packet| {
            let place = AlertPlace {
                at_byte: range.start as u64,
                len: u32::try_from(range.len()).unwrap_or(u32::MAX),
                ..place
            };
            found.add(0, (plan.survey, &plan.names), packet, place, ids);
        })
    } else {
        let mut add = |record, plan: &Plan, packet: Packet<'_>| {
            found.add(record, (plan.survey, &plan.names), packet, place, ids);
        };
        read_records(bytes, plans, Wanted::All, &|_| true, &mut add)
    };
    if let Err(error) = done {
        let problem = Problem::new(place.label, "alert file", error.to_string());
        found.problems.push(problem);
    }
    found
}

/// Indexes a Parquet file with cutouts: a row is a packet.
pub fn read_rows(
    path: &Path,
    source: &Arc<Source>,
    ids: &StampIds,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<AlertsFound, CutoutsError> {
    let file = ParquetCutouts::open(path)?;
    let label = path.display().to_string();
    let place = AlertPlace::of_file(source, &label);
    let mut found = AlertsFound::default();
    let done = file.packets(&mut |row, packet| {
        found.add(row, (file.survey, &file.names), packet, place, ids);
        !is_cancelled()
    });
    for candidate in &mut found.candidates {
        candidate.truth = truth_of(candidate);
    }
    if let Err(error) = done {
        if found.candidates.is_empty() {
            return Err(error);
        }
        found
            .problems
            .push(Problem::new(label, "file", error.to_string()));
    }
    Ok(found)
}

/// The class in a column of the table.
fn truth_of(candidate: &Candidate) -> Option<Arc<str>> {
    let fields = candidate.epochs.first().map(|epoch| &epoch.fields);
    let class = fields.and_then(|fields| {
        ["class", "class_name", "label", "truth"]
            .iter()
            .find_map(|name| fields.get(name))
    });
    class
        .map(|class| plain_label(&class.to_string()))
        .filter(|class| !class.is_empty())
        .map(Arc::from)
}

/// Indexes alerts as JSON.
pub fn read_json(
    bytes: &[u8],
    path: &Path,
    source: &Arc<Source>,
    ids: &StampIds,
) -> Result<AlertsFound, String> {
    let label = path.display().to_string();
    let place = AlertPlace::of_file(source, &label);
    let mut found = AlertsFound::default();
    for (record, alert) in (0..).zip(&alerts::json::alerts(bytes)?) {
        let (packet, names) = alerts::json::packet(alert);
        found.add(record, (Survey::Other, &names), packet, place, ids);
    }
    Ok(found)
}

/// What a problem with identifiers is about.
const IDENTIFIERS: &str = "identifiers";

fn candidate(
    record: u32,
    shape: Shape<'_>,
    packet: Packet<'_>,
    place: AlertPlace<'_>,
    ids: &StampIds,
    problems: &mut Vec<Problem>,
) -> Result<Candidate, Problem> {
    let name = packet.row.candid.clone();
    let name = name.as_deref().unwrap_or("without candid");
    let refuse = |why: &str| Problem::new(place.label, format!("packet {name}"), why);
    if packet.cutouts.is_empty() {
        return Err(refuse("has a schema without cutouts"));
    }
    let faults: Vec<_> = packet.cutouts.iter().map(fault).collect();
    if let [Some(first), ..] = faults[..]
        && faults.iter().all(Option::is_some)
    {
        return Err(refuse(&format!(
            "has no usable cutout: {} {first}",
            packet.cutouts[0].name
        )));
    }
    let mut stamps: Vec<StampRef> = Vec::new();
    for (cutout, fault) in packet.cutouts.iter().zip(faults) {
        if let Some(why) = fault {
            let what = format!("{} of packet {name}", cutout.name);
            problems.push(Problem::new(place.label, what, why));
        } else if stamps.iter().all(|stamp| stamp.role != cutout.role) {
            for role in [cutout.role].into_iter().chain(planes(cutout)) {
                stamps.push(StampRef {
                    id: ids.next(),
                    role,
                    source: place.source.clone(),
                    part: Part::Cutout {
                        at_byte: place.at_byte,
                        len: place.len,
                        record,
                    },
                });
            }
        }
    }
    stamps.sort_by_key(|stamp| stamp.role);
    if packet.row.is_id_rounded && problems.iter().all(|problem| problem.what != IDENTIFIERS) {
        let why = "are floating-point numbers, which round them above 2^53: detections that differ in the last digits \
                   are taken for one; write them as integers or as text";
        problems.push(Problem::new(place.label, IDENTIFIERS, why));
    }
    of_packet(packet, shape, stamps)
        .ok_or_else(|| refuse("has neither an object identifier nor a candid"))
}

/// The candidate of a packet and its stamps, with one epoch; none where the packet names none.
pub fn of_packet(
    packet: Packet<'_>,
    (survey, names): Shape<'_>,
    stamps: Vec<StampRef>,
) -> Option<Candidate> {
    let id = packet
        .row
        .object_id
        .clone()
        .or_else(|| packet.row.candid.clone())?;
    let survey = survey_of(survey, &id);
    let fields = Fields::new(names.clone(), packet.numbers, packet.texts);
    let position = packet.row.ra.zip(packet.row.dec);
    Some(Candidate {
        id,
        history: packet
            .history
            .iter()
            .filter_map(|row| photometry(row, survey))
            .chain(packet.forced.iter().filter_map(|row| forced(row, survey)))
            .collect(),
        position_deg: position.map(|(ra, dec)| [ra, dec]),
        epochs: vec![epoch(&packet.row, survey, stamps, fields)],
        truth: None,
        fields: Fields::default(),
        joined: Fields::default(),
    })
}

/// Why a cutout cannot be a FITS file, seen from its first bytes.
fn fault(cutout: &Cutout<'_>) -> Option<&'static str> {
    let Some(bytes) = cutout.bytes else {
        return Some("is null");
    };
    match recognise(&bytes[..bytes.len().min(HEAD_BYTES)]) {
        Content::Fits | Content::Packed(_) => None,
        other => Some(other.refusal()),
    }
}

/// Brokers rename the schema, but ZTF's object names stay.
pub fn survey_of(survey: Survey, object_id: &str) -> Survey {
    if object_id.starts_with("ZTF") {
        Survey::Ztf
    } else {
        survey
    }
}

fn epoch(row: &Row, survey: Survey, stamps: Vec<StampRef>, fields: Fields) -> Epoch {
    let single = |value: Option<f64>| value.map(|value| value as f32);
    let [mag, mag_err] = magnitude(row);
    let fwhm_px = row.fwhm_px.filter(|_| survey == Survey::Ztf);
    let sign = row.is_diff_pos.as_deref().map(difference_sign);
    // Rubin always subtracts the template.
    let has_flux = || row.flux_njy.map(|_| DifferenceSign::ScienceMinusReference);
    Epoch {
        candid: row.candid.clone(),
        mjd: mjd(row),
        band: band(row, survey),
        mag,
        mag_err,
        limiting_mag: single(row.limiting_mag),
        seeing_arcsec: single(fwhm_px.map(|px| px * ZTF_ARCSEC_PER_PX)),
        difference_sign: sign.or_else(has_flux).unwrap_or_default(),
        stamps,
        fields,
    }
}

/// A detection where the row has a candid, else an upper limit; none without time or magnitude.
fn photometry(row: &Row, survey: Survey) -> Option<Photometry> {
    let is_upper_limit = row.candid.is_none();
    let [mag, mag_err] = magnitude(row);
    let mag = if is_upper_limit {
        row.limiting_mag? as f32
    } else {
        mag?
    };
    Some(Photometry {
        mjd: mjd(row)?,
        band: band(row, survey),
        mag,
        mag_err: mag_err.filter(|_| !is_upper_limit),
        is_upper_limit,
        is_fading: !is_upper_limit && is_fading(row),
    })
}

/// True where the difference was turned for it, or its flux is negative.
fn is_fading(row: &Row) -> bool {
    let sign = row.is_diff_pos.as_deref().map(difference_sign);
    sign == Some(DifferenceSign::ReferenceMinusScience)
        || row.flux_njy.is_some_and(|flux| flux < 0.0)
}

fn mjd(row: &Row) -> Option<Mjd> {
    let scale = row.time_scale.as_deref().and_then(TimeScale::from_name);
    let mjd = row.mjd.and_then(Mjd::new);
    let mjd = mjd.map(|mjd| mjd.counted_in(scale.unwrap_or_default()));
    let tai = || Some(Mjd::new(row.mjd_tai?)?.counted_in(TimeScale::Tai));
    mjd.or_else(tai).or_else(|| row.jd.and_then(Mjd::from_jd))
}

/// Forced photometry: a detection beyond three standard deviations either way, else the limit at five.
fn forced(row: &Row, survey: Survey) -> Option<Photometry> {
    let err_njy = row.flux_err_njy.filter(|err| *err > 0.0)?;
    let flux_njy = row.flux_njy.filter(|flux| flux.is_finite())?;
    let is_upper_limit = flux_njy.abs() < 3.0 * err_njy;
    let flux_njy = if is_upper_limit {
        5.0 * err_njy
    } else {
        flux_njy
    };
    let (mag, mag_err) = ab_from_njy(flux_njy, Some(err_njy))?;
    Some(Photometry {
        mjd: mjd(row)?,
        band: band(row, survey),
        mag,
        mag_err: mag_err.filter(|_| !is_upper_limit),
        is_upper_limit,
        is_fading: !is_upper_limit && flux_njy < 0.0,
    })
}

/// Planes beside the image in a cutout as Rubin packs it: variance, and point-spread function.
fn planes(cutout: &Cutout<'_>) -> impl Iterator<Item = Role> {
    let bytes = cutout
        .bytes
        .filter(|bytes| cutout.role == Role::Science && bytes.starts_with(b"SIMPLE"));
    let has =
        move |name: &[u8]| bytes.is_some_and(|bytes| memchr::memmem::find(bytes, name).is_some());
    let names: [(&[u8], Role); 2] = [(b"'UNCERT", Role::Variance), (b"'PSFIMAGE", Role::Psf)];
    names
        .into_iter()
        .filter(move |(name, _)| has(name))
        .map(|(_, role)| role)
}

fn band(row: &Row, survey: Survey) -> Option<Band> {
    let name = row.band.as_deref().and_then(Band::from_name);
    name.or_else(|| match (survey, row.filter_id?) {
        (Survey::Ztf, fid) => Band::from_ztf_fid(fid),
        (Survey::Winter, 0) => Some(Band::Y),
        (Survey::Winter, 1) => Some(Band::Other("J".into())),
        (Survey::Winter, 2) => Some(Band::Other("H".into())),
        (Survey::Winter, 3) => Some(Band::Other("K".into())),
        _ => None,
    })
}

/// Magnitude and error; those of the flux where the packet has only that.
fn magnitude(row: &Row) -> [Option<f32>; 2] {
    if row.mag.is_some() {
        return [row.mag, row.mag_err].map(|value| value.map(|value| value as f32));
    }
    let of_flux = row
        .flux_njy
        .and_then(|flux| ab_from_njy(flux, row.flux_err_njy));
    [
        of_flux.map(|(mag, _)| mag),
        of_flux.and_then(|(_, err)| err),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_without_candid_is_an_upper_limit() {
        let row = Row {
            jd: Some(2_458_832.5),
            filter_id: Some(2),
            limiting_mag: Some(19.5),
            ..Row::default()
        };
        let point = photometry(&row, Survey::Ztf).unwrap();
        assert!(point.is_upper_limit);
        assert_eq!(point.band, Some(Band::R));
        assert_eq!((point.mag, point.mag_err), (19.5, None));
    }

    #[test]
    fn forced_photometry_is_a_detection_either_way_or_a_limit() {
        let of = |flux_njy: f64| {
            let row = Row {
                mjd_tai: Some(61_000.0),
                flux_njy: Some(flux_njy),
                flux_err_njy: Some(100.0),
                ..Row::default()
            };
            let point = forced(&row, Survey::Other).unwrap();
            (point.is_upper_limit, point.is_fading, point.mag)
        };
        let [(_, _, bright), (_, _, limit)] = [of(3_000.0), of(200.0)];
        assert_eq!(of(3_000.0), (false, false, bright));
        assert_eq!(of(-3_000.0), (false, true, bright), "by as much");
        assert_eq!(
            (of(200.0), of(-200.0)),
            ((true, false, limit), (true, false, limit))
        );
        let at_five = ab_from_njy(500.0, None).unwrap().0;
        assert!((limit - at_five).abs() < 1e-6);
    }

    #[test]
    fn identifiers_that_were_rounded_are_a_problem_of_the_file() {
        let alert = |name: &str, candid: &str| {
            format!(
                r#"{{"objectId": "{name}", "candid": {candid}, "candidate": {{"jd": 2458881.5}},
                "cutoutScience": "U0lNUExF"}}"#
            )
        };
        let source = Arc::new(Source {
            path: Path::new("a.json").into(),
            kind: crate::domain::SourceKind::Json,
        });
        for (candid, wanted) in [
            ("1.127174604415015e18", 1),
            ("1127174604415015005", 0),
            ("7.0", 0),
        ] {
            let text = format!("[{},{}]", alert("a", candid), alert("b", candid));
            let path = Path::new("a.json");
            let found = read_json(text.as_bytes(), path, &source, &StampIds::default()).unwrap();
            assert_eq!(found.candidates.len(), 2, "{:?}", found.problems);
            assert_eq!(found.problems.len(), wanted, "{candid}");
            assert!(
                found
                    .problems
                    .iter()
                    .all(|problem| problem.why.contains("2^53"))
            );
        }
    }
}
