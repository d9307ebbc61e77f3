//! Export of labels: chooses the rows and the format, and writes one file.

use std::path::Path;

use crate::{
    domain::{Catalogue, LabelBook, Problem},
    io::export::{
        ExportError, Format, Selection, Service,
        bundle::{self, Decode},
        page, regions, rows,
        split::Split,
        tns::EmptyField,
        write_for, write_table,
    },
};

#[derive(Clone, Copy, Debug)]
pub struct ExportRequest<'a> {
    pub out: &'a Path,
    pub format: Format,
    /// True for every candidate, also without a label.
    pub is_all: bool,
    /// How a bundle divides the objects.
    pub split: Split,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct ExportReport {
    pub candidates: usize,
    /// Candidates that a region file lacks because they have no position.
    pub without_position: usize,
    /// Stamps, in a bundle.
    pub stamps: usize,
    /// Stamps that a bundle lacks because they could not be decoded, and candidates that a service takes no report of.
    pub problems: Vec<Problem>,
    /// What a service asks for and the file leaves empty.
    pub empty_fields: Vec<EmptyField>,
}

/// Writes the file. `decode` gives the pixels of a bundle or a page; tables never call it.
///
/// A table has the candidates with a class and those marked unsure, flagged or with a note; a
/// bundle has those with a class; both have everything where the request says so.
pub fn export_labels(
    book: &LabelBook,
    catalogue: &Catalogue,
    request: &ExportRequest<'_>,
    decode: &mut Decode<'_>,
) -> Result<ExportReport, ExportError> {
    let selection = match (request.is_all, request.format) {
        // Volunteers classify what has no class yet.
        (true, _) | (_, Format::For(Service::Zooniverse)) => Selection::All,
        (false, Format::Bundle | Format::For(_)) => Selection::Labelled,
        (false, _) => Selection::Judged,
    };
    let rows = rows(book, catalogue, selection);
    if request.format == Format::Bundle {
        let written = bundle::write(request.out, &rows, &request.split, decode)?;
        return Ok(ExportReport {
            candidates: written.objects,
            stamps: written.stamps,
            problems: written.problems,
            ..ExportReport::default()
        });
    }
    if request.format == Format::Page {
        let written = page::write(request.out, &rows, decode)?;
        return Ok(ExportReport {
            candidates: written.candidates,
            stamps: written.stamps,
            problems: written.problems,
            ..ExportReport::default()
        });
    }
    if let Format::For(service) = request.format {
        let written = write_for(service, request.out, &rows, decode)?;
        return Ok(ExportReport {
            candidates: written.candidates,
            stamps: written.pictures,
            problems: written.problems,
            empty_fields: written.empty_fields,
            without_position: 0,
        });
    }
    write_table(request.out, request.format, &rows)?;
    let without_position = match request.format {
        Format::Regions => {
            let positions = rows.iter().map(regions::position);
            positions.filter(Option::is_none).count()
        }
        _ => 0,
    };
    Ok(ExportReport {
        candidates: rows.len() - without_position,
        without_position,
        ..ExportReport::default()
    })
}
