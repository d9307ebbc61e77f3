//! The real templates of HiTS.

use destello::io::templates::{read_templates, read_visits_table};

use crate::data;

pub fn the_real_templates_are_read() {
    let folder = data("templates");
    let read = read_templates(&folder).unwrap();
    let templates = read.templates;
    assert_eq!(templates.psfs.len(), 1500);
    assert_eq!(templates.supernovae.len(), 121);
    assert_eq!(templates.eclipsing_binaries.len(), 115);
    assert_eq!(templates.rr_lyrae.len(), 23);
    assert_eq!(templates.fields.len(), 49);
    let visits: usize = templates.fields.iter().map(|f| f.visits.len()).sum();
    assert_eq!((visits, read.dropped_visits), (1622, 4));
    let table = folder.join("observing_conditions_hits2015.csv");
    assert_eq!(read_visits_table(&table).unwrap(), (templates.fields, 4));
}
