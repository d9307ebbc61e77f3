//! Separate FITS files for each role: the files of one epoch become one.

use std::{path::Path, sync::Arc};

use super::{
    fits_header::Header,
    fits_layout::{FitsLayout, ImageHdu},
    scan::{FitsRead, Met, Scan},
    scan_fits::{FitsPlace, FitsRule, describe},
    scan_index::DetectionTable,
    scan_names::{self, Naming},
    scan_rules::Rule,
};
use crate::domain::{Candidate, Epoch, Mjd, Role};

/// A file and the role in its name.
#[derive(Clone, Copy)]
pub(super) struct RoleFile<'a> {
    pub(super) path: &'a Path,
    pub(super) role: Role,
}

impl Scan<'_> {
    /// The files of one epoch, by role. A file that is a whole object after all is taken as that.
    pub(super) fn role_files(
        &mut self,
        files: &[RoleFile<'_>],
        prefix: &str,
        naming: &Naming,
        table: Option<&DetectionTable>,
        met: Met,
    ) {
        let mut epoch = Epoch::default();
        let mut first: Option<Header> = None;
        for file in files {
            let Some(fits) = self.fits(file.path, met) else {
                continue;
            };
            if fits.rule != FitsRule::Lone {
                self.whole_fits(file.path, &fits);
            } else if epoch.stamp(file.role).is_some() {
                let why = format!(
                    "is a second {} image of the epoch {prefix}",
                    file.role.name()
                );
                self.problem(file.path, "file", &why);
            } else {
                self.add_role(&mut epoch, file.role, &fits);
                first.get_or_insert_with(|| fits.layout.primary.clone());
            }
        }
        if let Some(header) = first {
            epoch.stamps.sort_by_key(|stamp| stamp.role);
            self.role_epoch(epoch, &header, prefix, naming, table);
        }
    }

    fn add_role(&self, epoch: &mut Epoch, role: Role, fits: &FitsRead) {
        let place = FitsPlace {
            source: &fits.source,
            ids: self.ids,
            names: &self.names,
        };
        let Some(main) = main_image(&fits.layout) else {
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
    ) {
        let name = naming.epoch(prefix);
        let own = name.epoch.as_deref().unwrap_or(prefix);
        let row = table.filter(|table| table.has(own));
        let from_name = scan_names::mjd(own).and_then(Mjd::new);
        epoch.mjd = epoch.mjd.or(from_name);
        epoch.candid = epoch
            .candid
            .take()
            .or_else(|| name.epoch.as_deref().map(Arc::from));
        let mut candidate = Candidate {
            id: name.object.as_str().into(),
            epochs: vec![epoch],
            history: Vec::new(),
            position_deg: header.position_deg(),
            truth: header.text("CLASS").map(Arc::from),
            fields: header.fields(&self.names),
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
        self.candidate(candidate);
    }
}

/// The image of the sky, as opposed to what describes it.
fn main_image(layout: &FitsLayout) -> Option<&ImageHdu> {
    let describes = |image: &&ImageHdu| matches!(image.role, Some(Role::Variance | Role::Psf));
    let main = layout.images.iter().find(|image| !describes(image));
    main.or_else(|| layout.images.first())
}
