//! From the layout of a FITS file to candidates: cubes, extensions, lone images.

use std::{path::Path, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    file_names::is_ztf_object,
    identity::{By, Place},
};
use crate::{
    domain::{
        Band, Candidate, DifferenceSign, Epoch, Fields, Geometry, Mjd, Part, Role, Source,
        SourceKind, StampIds, StampRef, TimeScale, position::separation_arcsec,
    },
    imaging::photometry::ab_from_njy,
    io::{
        field_names::FieldNames,
        fits::{
            self,
            header::exact_number,
            layout::{FitsLayout, ImageHdu, LayoutError},
        },
    },
};

/// How the stamps of a file hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FitsRule {
    /// A cube per role, time along NAXIS3, described by an EPOCHS table.
    CubeWithTable,
    /// A cube per role without a table: epochs without times.
    Cube,
    /// Extensions named by role: one epoch, or several that are numbered.
    Extensions,
    /// One image, perhaps with its variance and point-spread function.
    Lone,
}

impl FitsRule {
    pub fn of(layout: &FitsLayout) -> Self {
        let mains = layout.images.iter().filter(|image| is_main(image));
        let named = mains.clone().filter(|image| image.role.is_some()).count();
        if layout.is_numbered() || layout.is_image_table() {
            Self::Extensions
        } else if layout.epochs.is_some() {
            Self::CubeWithTable
        } else if layout.images.iter().any(|image| image.planes.is_some()) {
            Self::Cube
        } else if (named >= 1 && mains.count() >= 2) || layout.is_series() {
            Self::Extensions
        } else {
            Self::Lone
        }
    }
}

/// True for an image of the sky, as opposed to what describes it.
fn is_main(image: &ImageHdu) -> bool {
    !image.is_map && !matches!(image.role, Some(Role::Variance | Role::Psf))
}

/// The image that shows the object best: the first of the sky.
pub fn main_image(layout: &FitsLayout) -> Option<&ImageHdu> {
    let main = layout.images.iter().find(|image| is_main(image));
    main.or_else(|| layout.images.first())
}

/// Where the stamp of a file lies, and the position of its object.
///
/// A position in the header that lies outside of the stamp is that of the telescope: then the middle of
/// the stamp counts.
pub fn place(layout: &FitsLayout) -> (Option<[f64; 2]>, Option<Place>) {
    let Some(main) = main_image(layout) else {
        return (layout.primary.position_deg(), None);
    };
    let size_px = [main.width, main.height];
    let headers = [&main.header, &layout.primary];
    let of_source = || {
        let number = |name: &str| source_cell(layout, name)?.parse::<f64>().ok();
        Some([number("ra")?, number("dec").or_else(|| number("decl"))?])
    };
    let given_deg = of_source().or_else(|| headers.iter().find_map(|header| header.position_deg()));
    let wcs = headers
        .iter()
        .find_map(|header| fits::wcs::local(header, size_px));
    let arcsec_per_px = wcs
        .as_ref()
        .and_then(|wcs| Geometry::Wcs(*wcs).arcsec_per_px());
    let side_px = main.width.max(main.height);
    let reach = |scale: f64| scale * (side_px as f64 / 2.0) * std::f64::consts::SQRT_2;
    let is_here = |given_deg: &[f64; 2]| match (&wcs, arcsec_per_px) {
        (Some(wcs), Some(scale)) => separation_arcsec(*given_deg, wcs.crval_deg) <= reach(scale),
        _ => true,
    };
    let at_deg = given_deg.filter(is_here).or(wcs.map(|wcs| wcs.crval_deg));
    let place = at_deg.map(|at_deg| Place {
        at_deg,
        arcsec_per_px,
        side_px,
    });
    (at_deg, place)
}

/// The file and where its stamps get their numbers from.
#[derive(Clone, Copy)]
pub struct FitsPlace<'a> {
    pub source: &'a Arc<Source>,
    /// Numbers for stamps.
    pub ids: &'a StampIds,
    pub names: &'a FieldNames,
    /// Byte and length of the file in its archive.
    pub member: Option<(u64, u32)>,
}

impl FitsPlace<'_> {
    /// A reference to one image or plane.
    pub fn stamp(&self, role: Role, hdu: u16, plane: Option<u32>) -> StampRef {
        let part = match self.member {
            None => Part::Hdu { hdu, plane },
            Some((at_byte, len)) => Part::Member {
                at_byte,
                len,
                hdu,
                plane,
            },
        };
        StampRef {
            id: self.ids.next(),
            role,
            source: self.source.clone(),
            part,
        }
    }
}

pub fn source(path: &Path, layout: &FitsLayout) -> Arc<Source> {
    Arc::new(Source {
        path: path.into(),
        kind: if layout.is_ztf_cutout {
            SourceKind::ZtfCutout
        } else {
            SourceKind::Fits
        },
    })
}

/// The candidate of a file that holds a whole object; `fallback_id` where no OBJECT is given.
pub fn candidate(
    layout: &FitsLayout,
    rule: FitsRule,
    in_file: FitsPlace<'_>,
    fallback_id: &str,
) -> Result<Candidate, LayoutError> {
    let mut epochs = match rule {
        FitsRule::CubeWithTable | FitsRule::Cube => cube_epochs(layout, in_file)?,
        FitsRule::Extensions if layout.is_numbered() => numbered_epochs(layout, in_file),
        FitsRule::Extensions | FitsRule::Lone => extension_epochs(layout, in_file),
    };
    if epochs.iter().all(|epoch| epoch.stamps.is_empty()) {
        return Err(LayoutError::OnlyMaps);
    }
    if let [epoch] = &mut epochs[..] {
        describe_source(epoch, layout, in_file.names);
    }
    let object = object_name(layout, rule);
    let id = object.map_or_else(|| fallback_id.into(), |(name, _)| name.into());
    Ok(Candidate {
        id,
        epochs,
        history: Vec::new(),
        position_deg: place(layout).0,
        truth: layout.text("CLASS").map(Arc::from),
        fields: layout.primary.fields(in_file.names),
        joined: Fields::default(),
    })
}

/// A value of the tables of a Rubin alert.
fn source_cell<'l>(layout: &'l FitsLayout, name: &str) -> Option<&'l str> {
    let cell = layout
        .source
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    cell.map(|(_, value)| value.as_str())
}

/// What the tables of a Rubin alert say of its detection.
fn describe_source(epoch: &mut Epoch, layout: &FitsLayout, names: &FieldNames) {
    if layout.source.is_empty() {
        return;
    }
    let cell = |name: &str| source_cell(layout, name);
    let number = |name: &str| cell(name)?.parse::<f64>().ok();
    let tai = number("midpointMjdTai").or_else(|| number("midPointTai"));
    epoch.candid = cell("diaSourceId").map(Arc::from).or(epoch.candid.take());
    epoch.mjd = tai
        .and_then(Mjd::new)
        .map(|mjd| mjd.counted_in(TimeScale::Tai))
        .or(epoch.mjd);
    epoch.band = cell("band")
        .or_else(|| cell("filterName"))
        .and_then(Band::from_name)
        .or(epoch.band.take());
    let flux = number("psfFlux").or_else(|| number("psFlux"));
    let flux_err = number("psfFluxErr").or_else(|| number("psFluxErr"));
    if let Some((mag, mag_err)) = flux.and_then(|flux| ab_from_njy(flux, flux_err)) {
        epoch.mag = Some(mag);
        epoch.mag_err = mag_err;
    }
    epoch.difference_sign = DifferenceSign::ScienceMinusReference;
    let (mut numbers, mut texts) = (Vec::new(), Vec::new());
    for (name, value) in &layout.source {
        match exact_number(value) {
            Some(number) => numbers.push((name.as_str(), number)),
            None => texts.push((name.as_str(), value.clone())),
        }
    }
    epoch.fields = names.fields(&numbers, texts);
}

/// Keywords in which surveys keep the identifier of an object.
const SURVEY_IDS: [&str; 6] = [
    "OBJECTID",
    "OBJID",
    "DIAOBJID",
    "DIAOBJECTID",
    "OID",
    "ZTFNAME",
];

/// What the header calls the object, and whether that is an identifier of the survey.
pub fn object_name(layout: &FitsLayout, rule: FitsRule) -> Option<(String, By)> {
    let is_id = |id: &String| !matches!(id.as_str(), "0" | "-1" | "none" | "None");
    let of_source = ["diaObjectId", "ssObjectId", "diaSourceId"]
        .iter()
        .find_map(|name| source_cell(layout, name).map(str::to_owned).filter(is_id));
    if let Some(id) = of_source {
        return Some((id, By::Survey));
    }
    if let Some(id) = layout.primary.first_text(&SURVEY_IDS).filter(is_id) {
        return Some((id, By::Survey));
    }
    let object = layout.text("OBJECT").filter(|_| rule != FitsRule::Lone)?;
    let by = if is_ztf_object(&object) {
        By::Survey
    } else {
        By::Object
    };
    Some((object, by))
}

/// The images of a cube file by role, one per role at most, in role order.
fn by_role(layout: &FitsLayout) -> Vec<(Role, &ImageHdu)> {
    let mut images: Vec<(Role, &ImageHdu)> = Vec::new();
    for image in &layout.images {
        // The primary HDU is the science cube, whatever it is called.
        let is_primary = image.hdu == layout.main_hdu && !image.is_map;
        let role = image.role.or(is_primary.then_some(Role::Science));
        if let Some(role) = role.filter(|role| images.iter().all(|(known, _)| known != role)) {
            images.push((role, image));
        }
    }
    if let ([], Some(first)) = (&images[..], main_image(layout)) {
        images.push((Role::Science, first));
    }
    images.sort_by_key(|(role, _)| *role);
    images
}

fn cube_epochs(layout: &FitsLayout, place: FitsPlace<'_>) -> Result<Vec<Epoch>, LayoutError> {
    let images = by_role(layout);
    let band = layout.primary.band();
    let count = epoch_count(layout, &images)?;
    let mut epochs = match &layout.epochs {
        Some(rows) => rows.clone(),
        None => vec![Epoch::default(); count],
    };
    for (plane, epoch) in (0..).zip(&mut epochs) {
        epoch.band = epoch.band.take().or_else(|| band.clone());
        let stamps = images.iter().map(|(role, image)| {
            // A single image serves all epochs.
            let plane = image
                .planes
                .map(|planes| if planes == 1 { 0 } else { plane });
            place.stamp(*role, image.hdu, plane)
        });
        epoch.stamps = stamps.collect();
    }
    Ok(epochs)
}

/// The number of epochs; cubes and table must agree.
fn epoch_count(layout: &FitsLayout, images: &[(Role, &ImageHdu)]) -> Result<usize, LayoutError> {
    let planes = |image: &ImageHdu| image.planes.unwrap_or(1);
    let is_one_for_all = |role: Role, image: &ImageHdu| role != Role::Science && planes(image) == 1;
    let lengths = images
        .iter()
        .filter(|(role, image)| !is_one_for_all(*role, image))
        .map(|(role, image)| (role.name(), planes(image)));
    let longest = lengths.clone().map(|(_, planes)| planes).max();
    let epochs = longest
        .or_else(|| layout.epochs.as_ref().map(Vec::len))
        .unwrap_or(1);
    for (role, planes) in lengths {
        match &layout.epochs {
            Some(table) if table.len() != planes => {
                let rows = table.len();
                return Err(LayoutError::Rows { role, planes, rows });
            }
            None if planes != epochs => {
                return Err(LayoutError::Planes {
                    role,
                    planes,
                    epochs,
                });
            }
            _ => {}
        }
    }
    Ok(epochs)
}

/// The rows of the table of epochs, each with the images of its number.
fn numbered_epochs(layout: &FitsLayout, place: FitsPlace<'_>) -> Vec<Epoch> {
    let mut epochs = layout.epochs.clone().unwrap_or_default();
    for image in layout.images.iter().filter(|image| !image.is_map) {
        let number = image.number.map_or(0, |number| number as usize);
        let epoch = number.checked_sub(1).and_then(|at| epochs.get_mut(at));
        if let Some((epoch, role)) = epoch.zip(image.role)
            && epoch.stamp(role).is_none()
        {
            epoch.stamps.push(place.stamp(role, image.hdu, None));
        }
    }
    for epoch in &mut epochs {
        epoch.stamps.sort_by_key(|stamp| stamp.role);
    }
    epochs
}

/// One epoch for each number of the extensions' names (SCI1, REF1, …), usually one.
fn extension_epochs(layout: &FitsLayout, place: FitsPlace<'_>) -> Vec<Epoch> {
    let has_science = layout
        .images
        .iter()
        .any(|image| image.role == Some(Role::Science));
    // Numbers mean epochs only where a role comes more than once: some writers number all HDUs.
    let is_series = layout.is_series();
    let is_numbered = is_series || (0..layout.images.len()).any(|at| times_before(layout, at) > 0);
    // An image without a name is the science image where no other is.
    let unnamed = layout.images.iter().position(|image| {
        let is_free =
            image.name.is_empty() || image.hdu == layout.main_hdu || layout.images.len() == 1;
        is_free && image.role.is_none() && !image.is_map
    });
    let has_role = layout.images.iter().any(|image| image.role.is_some());
    let first = layout.images.iter().position(|image| !image.is_map);
    let fallback_at = unnamed
        .or(first.filter(|_| !has_role))
        .filter(|_| !has_science);
    let mut epochs: Vec<(u32, Epoch)> = Vec::new();
    for (at, image) in layout.images.iter().enumerate() {
        let is_fallback = is_series || fallback_at == Some(at);
        let fallback = is_fallback.then_some(Role::Science);
        let Some(role) = image.role.or(fallback) else {
            continue;
        };
        let number = if is_series {
            at as u32 + 1
        } else if is_numbered {
            epoch_number(layout, at)
        } else {
            1
        };
        let at = epochs.iter().position(|(known, _)| *known == number);
        let at = at.unwrap_or_else(|| {
            epochs.push((number, Epoch::default()));
            epochs.len() - 1
        });
        let epoch = &mut epochs[at].1;
        if epoch.stamp(role).is_none() {
            epoch.stamps.push(place.stamp(role, image.hdu, None));
            describe(epoch, layout, image, place.names);
        }
    }
    let mut epochs: Vec<Epoch> = epochs.into_iter().map(|(_, epoch)| epoch).collect();
    for epoch in &mut epochs {
        epoch.stamps.sort_by_key(|stamp| stamp.role);
    }
    epochs
}

/// The number in the image's name; the second SCI without a number belongs to the second epoch.
fn epoch_number(layout: &FitsLayout, at: usize) -> u32 {
    let number = layout.images[at].number;
    number.unwrap_or_else(|| times_before(layout, at) as u32 + 1)
}

/// How many images before this one have its role.
fn times_before(layout: &FitsLayout, at: usize) -> usize {
    let role = layout.images[at].role;
    let before = layout.images[..at].iter();
    before
        .filter(|image| role.is_some() && image.role == role)
        .count()
}

/// What the header of an image, or else the primary one, says of its epoch.
pub fn describe(epoch: &mut Epoch, layout: &FitsLayout, image: &ImageHdu, names: &FieldNames) {
    let headers = [&image.header, &layout.primary];
    let number = |keys: &[&str]| headers.iter().find_map(|header| header.first_number(keys));
    let single = |keys: &[&str]| number(keys).map(|value| value as f32);
    epoch.candid = epoch.candid.take().or_else(|| layout.primary.candid());
    epoch.mjd = epoch
        .mjd
        .or_else(|| headers.iter().find_map(|header| header.mjd()));
    let band = || headers.iter().find_map(|header| header.band());
    epoch.band = epoch.band.take().or_else(band);
    epoch.mag = epoch.mag.or_else(|| single(&["MAGPSF", "MAG"]));
    epoch.mag_err = epoch.mag_err.or_else(|| single(&["SIGMAPSF", "MAGERR"]));
    epoch.limiting_mag = epoch
        .limiting_mag
        .or_else(|| single(&["DIFFMAGLIM", "LIMMAG5", "LIMMAG"]));
    epoch.seeing_arcsec = epoch.seeing_arcsec.or_else(|| single(&["SEEING"]));
    if epoch.difference_sign == DifferenceSign::Unknown {
        epoch.difference_sign = layout.primary.difference_sign();
    }
    // The primary header's fields are the candidate's.
    if epoch.fields.is_empty() && image.hdu > 0 {
        epoch.fields = image.header.fields(names);
    }
}
