//! From the layout of a FITS file to candidates: cubes, extensions, lone images.

use std::{path::Path, sync::Arc};

use super::{
    field_names::FieldNames,
    fits_layout::{FitsLayout, ImageHdu, LayoutError},
};
use crate::domain::{
    Candidate, DifferenceSign, Epoch, Part, Role, Source, SourceKind, StampIds, StampRef,
};

/// How the stamps of a file hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
    /// The rule of a layout.
    pub fn of(layout: &FitsLayout) -> Self {
        let mains = layout.images.iter().filter(|image| is_main(image));
        let named = mains.clone().filter(|image| image.role.is_some()).count();
        if layout.epochs.is_some() {
            Self::CubeWithTable
        } else if layout.images.iter().any(|image| image.planes.is_some()) {
            Self::Cube
        } else if named >= 1 && mains.count() >= 2 {
            Self::Extensions
        } else {
            Self::Lone
        }
    }
}

/// True for an image of the sky, as opposed to what describes it.
fn is_main(image: &ImageHdu) -> bool {
    !matches!(image.role, Some(Role::Variance | Role::Psf))
}

/// The file and where its stamps get their numbers from.
#[derive(Clone, Copy)]
pub struct FitsPlace<'a> {
    /// The file.
    pub source: &'a Arc<Source>,
    /// Numbers for stamps.
    pub ids: &'a StampIds,
    /// Names for fields.
    pub names: &'a FieldNames,
}

impl FitsPlace<'_> {
    /// A reference to one image or plane.
    pub fn stamp(&self, role: Role, hdu: u16, plane: Option<u32>) -> StampRef {
        StampRef {
            id: self.ids.next(),
            role,
            source: self.source.clone(),
            part: Part::Hdu { hdu, plane },
        }
    }
}

/// The source of a FITS file.
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
    place: FitsPlace<'_>,
    fallback_id: &str,
) -> Result<Candidate, LayoutError> {
    let epochs = match rule {
        FitsRule::CubeWithTable | FitsRule::Cube => cube_epochs(layout, place)?,
        FitsRule::Extensions | FitsRule::Lone => extension_epochs(layout, place),
    };
    let object = layout.primary.text("OBJECT");
    let object = object.filter(|_| rule != FitsRule::Lone);
    Ok(Candidate {
        id: object.unwrap_or_else(|| fallback_id.to_owned()).into(),
        epochs,
        history: Vec::new(),
        position_deg: layout.primary.position_deg(),
        truth: layout.primary.text("CLASS").map(Arc::from),
        fields: layout.primary.fields(place.names),
    })
}

/// The images of a cube file by role, one per role at most, in role order.
fn by_role(layout: &FitsLayout) -> Vec<(Role, &ImageHdu)> {
    let mut images: Vec<(Role, &ImageHdu)> = Vec::new();
    for image in &layout.images {
        // The primary HDU is the science cube, whatever it is called.
        let role = image.role.or((image.hdu == 0).then_some(Role::Science));
        if let Some(role) = role.filter(|role| images.iter().all(|(known, _)| known != role)) {
            images.push((role, image));
        }
    }
    if let ([], Some(first)) = (&images[..], layout.images.first()) {
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

/// One epoch for each number of the extensions' names (SCI1, REF1, …), usually one.
fn extension_epochs(layout: &FitsLayout, place: FitsPlace<'_>) -> Vec<Epoch> {
    let has_science = layout
        .images
        .iter()
        .any(|image| image.role == Some(Role::Science));
    // Numbers mean epochs only where a role comes more than once: some writers number all HDUs.
    let is_numbered = (0..layout.images.len()).any(|at| times_before(layout, at) > 0);
    let mut epochs: Vec<(u32, Epoch)> = Vec::new();
    for (at, image) in layout.images.iter().enumerate() {
        let fallback = (at == 0 && !has_science).then_some(Role::Science);
        let Some(role) = image.role.or(fallback) else {
            continue;
        };
        let number = if is_numbered {
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
