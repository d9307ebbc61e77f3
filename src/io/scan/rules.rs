//! The rules of recognition in words.

use serde::{Deserialize, Serialize};

use super::fits_files::FitsRule;

/// What makes files one object, in words.
pub const RULE_BOOK: &str = "\
One object or two:
  1. Identifiers of the survey, and tables beside the stamps, come first.
  2. Cutouts further apart than the scatter of the set, or than 2 arcsec (2 pixels) where that is not known,
     are two objects, whatever their names or OBJECT are.
  3. Then names: OBJECT, the folder, the name of the file. A word in a name is a role only where the files
     beside it agree. Cutouts of one OBJECT that show the same exposure are several objects.
  What was chosen against a name, or by OBJECT alone, is a problem below.
";

/// A rule by which stamps were recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Rule {
    /// A FITS file by its own layout.
    Fits(FitsRule),
    /// A training bundle of this program.
    Bundle,
    /// A FITS file for each role, one folder for each object.
    RoleFilesByFolder,
    /// A FITS file for each role, the object in the file's name.
    RoleFilesFlat,
    /// A FITS file for each role, the object in a table beside them.
    RoleFilesByIndex,
    /// Alert packets in files.
    Alerts,
    /// Alert packets in archives.
    ArchivedAlerts,
    /// Alert packets as rows of Parquet files.
    Rows,
    /// Rows of arrays, in files of numpy or HDF5.
    Arrays,
    /// Rows of FITS tables with stamps in their cells.
    ImageTable,
}

impl Rule {
    /// The rule and how often it was applied, as a sentence without a full stop.
    pub fn sentence(self, count: usize) -> String {
        let plural = |one: &str, many: &str| {
            if count == 1 {
                format!("1 {one}")
            } else {
                format!("{count} {many}")
            }
        };
        match self {
            Self::Fits(FitsRule::CubeWithTable) => format!(
                "{}: one object per file, time on NAXIS3",
                plural(
                    "FITS cube with an EPOCHS table",
                    "FITS cubes with an EPOCHS table"
                )
            ),
            Self::Fits(FitsRule::Cube) => format!(
                "{}: one object per file, time on NAXIS3, times unknown",
                plural(
                    "FITS cube without an EPOCHS table",
                    "FITS cubes without an EPOCHS table"
                )
            ),
            Self::Fits(FitsRule::Extensions) => format!(
                "{}: one object per file, roles by EXTNAME",
                plural("multi-extension FITS file", "multi-extension FITS files")
            ),
            Self::Fits(FitsRule::Lone) => format!(
                "{}: one object per file, one stamp each",
                plural("FITS image", "FITS images")
            ),
            Self::Bundle => format!(
                "{}: objects by the table BUNDLE, one plane per epoch",
                plural(
                    "training bundle of destello",
                    "training bundles of destello"
                )
            ),
            Self::RoleFilesByFolder => format!(
                "{} of separate FITS files, role by the end of the name: one folder per object",
                plural("epoch", "epochs")
            ),
            Self::RoleFilesFlat => format!(
                "{} of separate FITS files, role by the end of the name: object by its beginning",
                plural("epoch", "epochs")
            ),
            Self::RoleFilesByIndex => format!(
                "{} of separate FITS files, role by the end of the name: object and time by the \
                 CSV table beside them",
                plural("epoch", "epochs")
            ),
            Self::Alerts => format!(
                "{} (Avro): packets of one object are its epochs",
                plural("alert packet", "alert packets")
            ),
            Self::Rows => format!(
                "{} (Parquet): rows of one object are its epochs",
                plural("alert packet", "alert packets")
            ),
            Self::ImageTable => format!(
                "{} with stamps in its cells: one object a row, role by the column",
                plural("row of a FITS table", "rows of FITS tables")
            ),
            Self::Arrays => format!(
                "{} (numpy, HDF5): objects by the table or the arrays of one axis beside, channels in the order \
                 science, reference, difference",
                plural("row of arrays of stamps", "rows of arrays of stamps")
            ),
            Self::ArchivedAlerts => format!(
                "{} in an archive (tar, Avro): packets of one object are its epochs",
                plural("alert packet", "alert packets")
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_count() {
        assert_eq!(
            Rule::Fits(FitsRule::CubeWithTable).sentence(275),
            "275 FITS cubes with an EPOCHS table: one object per file, time on NAXIS3"
        );
        assert!(Rule::Alerts.sentence(1).starts_with("1 alert packet "));
    }
}
