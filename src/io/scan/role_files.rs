//! Separate FITS files for each role: the files of one epoch become one.

use std::{path::Path, sync::Arc};

use super::{
    FitsRead, Met, Scan,
    detection_tables::DetectionTable,
    file_names::{self, Naming, is_detection_id, is_ztf_object, stem},
    fits_files::{self, FitsRule, describe},
    identity::{By, Part, Place},
    rules::Rule,
};
use crate::{
    domain::{Candidate, Epoch, Fields, Mjd, Role, position::separation_arcsec},
    io::fits::header::Header,
};

/// A file and the role in its name.
#[derive(Clone, Copy)]
pub struct RoleFile<'a> {
    pub path: &'a Path,
    pub role: Role,
}

/// What the first file of an epoch gives to all of it.
struct FirstFile<'a> {
    header: Header,
    position_deg: Option<[f64; 2]>,
    place: Option<Place>,
    path: &'a Path,
}

impl Scan<'_> {
    /// The files of one epoch, by role. A file that is a whole object after all is taken as that.
    pub fn role_files(
        &mut self,
        files: &[RoleFile<'_>],
        prefix: &str,
        naming: &Naming,
        table: Option<&DetectionTable>,
        met: Met,
    ) {
        let mut epoch = Epoch::default();
        let mut first: Option<FirstFile<'_>> = None;
        for file in files {
            let Some(fits) = self.fits(file.path, met) else {
                continue;
            };
            let (position, place) = fits_files::place(&fits.layout);
            let known = first.as_ref().and_then(|first| first.place);
            if fits.rule != FitsRule::Lone {
                self.whole_fits(file.path, &fits);
            } else if epoch.stamp(file.role).is_some() {
                let why = format!(
                    "is a second {} image of the epoch {prefix}",
                    file.role.name()
                );
                self.problem(file.path, "file", &why);
            } else if known
                .zip(place)
                .is_some_and(|(known, place)| !is_overlap(known, place))
            {
                let why = format!(
                    "lies elsewhere on the sky than the other images of the epoch {prefix}: taken as an object of \
                     its own"
                );
                self.problem(file.path, "file", &why);
                self.whole_fits(file.path, &fits);
            } else {
                self.add_role(&mut epoch, file.role, &fits);
                let first = first.get_or_insert_with(|| FirstFile {
                    header: fits.layout.primary.clone(),
                    position_deg: None,
                    place: None,
                    path: file.path,
                });
                first.position_deg = first.position_deg.or(position);
                first.place = first.place.or(place);
            }
        }
        if let Some(first) = first {
            epoch.stamps.sort_by_key(|stamp| stamp.role);
            let (candidate, by) = self.role_epoch(epoch, &first.header, prefix, naming, table);
            self.part(Part {
                candidate: Candidate {
                    position_deg: candidate.position_deg.or(first.position_deg),
                    ..candidate
                },
                path: first.path.to_owned(),
                by,
                place: first.place,
                own_name: if prefix.is_empty() {
                    stem(first.path)
                } else {
                    prefix.to_owned()
                },
            });
        }
    }

    fn add_role(&self, epoch: &mut Epoch, role: Role, fits: &FitsRead) {
        let place = self.place(fits);
        let Some(main) = fits_files::main_image(&fits.layout) else {
            return;
        };
        epoch.stamps.push(place.stamp(role, main.hdu, None));
        describe(epoch, &fits.layout, main, &self.names);
        if role == Role::Science {
            // Rubin: the variance and the point-spread function lie in the science file.
            for image in fits
                .layout
                .images
                .iter()
                .filter(|image| image.hdu != main.hdu)
            {
                let role = image.role.filter(|role| epoch.stamp(*role).is_none());
                if let Some(role) = role {
                    epoch.stamps.push(place.stamp(role, image.hdu, None));
                }
            }
        }
    }

    fn role_epoch(
        &mut self,
        mut epoch: Epoch,
        header: &Header,
        prefix: &str,
        naming: &Naming,
        table: Option<&DetectionTable>,
    ) -> (Candidate, By) {
        let name = naming.epoch(prefix);
        let own = name.epoch.as_deref().unwrap_or(prefix);
        let row = table.filter(|table| table.has(own));
        let from_name = file_names::mjd(own).and_then(Mjd::new);
        epoch.mjd = epoch.mjd.or(from_name);
        epoch.candid = epoch
            .candid
            .take()
            .or_else(|| name.epoch.as_deref().map(Arc::from));
        let mut candidate = Candidate {
            id: name.object.as_str().into(),
            epochs: vec![epoch],
            history: Vec::new(),
            position_deg: None,
            truth: header.text("CLASS").map(Arc::from),
            fields: header.fields(&self.names),
            joined: Fields::default(),
        };
        if let Some(table) = row {
            table.complete(own, &mut candidate, &self.names);
            candidate.id = table.object(own).map_or(candidate.id, Arc::from);
        }
        let rule = match row {
            Some(_) => Rule::RoleFilesByIndex,
            None if naming.is_folder_object() => Rule::RoleFilesByFolder,
            None => Rule::RoleFilesFlat,
        };
        self.count(rule, 1);
        let is_survey =
            row.is_some() || is_ztf_object(&candidate.id) || is_detection_id(&candidate.id);
        let by = if is_survey { By::Survey } else { By::Name };
        (candidate, by)
    }
}

/// True where two stamps may show the same place.
fn is_overlap(a: Place, b: Place) -> bool {
    let half = |place: Place| place.arcsec_per_px.unwrap_or(0.0) * place.side_px as f64 / 2.0;
    let reach = (half(a) + half(b)).max(2.0);
    separation_arcsec(a.at_deg, b.at_deg) <= reach
}
