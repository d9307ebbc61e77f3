//! What file dialogs are opened for, and the rules of each: the same for those of the system and
//! ours.

use crate::{english, text};
use serde::{Deserialize, Serialize};

/// What a file dialog was opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PickFor {
    OpenFiles,
    OpenFolder,
    /// A vocabulary of the user's own (TOML).
    Vocabulary,
    /// A table of labels to read.
    ImportLabels,
    /// Projects whose labels this one takes.
    MergeProjects,
    /// A table to join to the set.
    JoinTable,
    /// A file to write labels to.
    ExportLabels,
    /// A page to write a report to.
    NightReport,
    /// A table of photometry to write.
    SavePhotometry,
    /// A file or folder to write stamps to.
    SaveStamps,
    /// A file for the certificate of a practice.
    Certificate,
    /// A survey of the user's own (TOML).
    Survey,
    /// A folder of templates.
    Templates,
    /// A folder for simulated candidates.
    SimulationFolder,
    /// A folder for the figures of an evaluation.
    EvaluationFolder,
    /// A model of the user's own.
    Model,
    /// A survey of the user's own (TOML) to train on.
    TrainingSurvey,
    /// A file for a model that is to be trained.
    NewModel,
    /// A latent model of the user's own.
    LatentModel,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickKind {
    File,
    /// One or more files that are there.
    Files,
    Folder,
    /// A file to write, there or not.
    Save,
}

/// Kinds of files by name, each with its endings.
type Filters = &'static [(&'static str, &'static [&'static str])];

impl PickFor {
    pub const fn kind(self) -> PickKind {
        match self {
            Self::OpenFiles | Self::MergeProjects => PickKind::Files,
            Self::OpenFolder
            | Self::Templates
            | Self::SimulationFolder
            | Self::EvaluationFolder => PickKind::Folder,
            Self::ExportLabels
            | Self::NightReport
            | Self::SavePhotometry
            | Self::SaveStamps
            | Self::Certificate
            | Self::NewModel => PickKind::Save,
            Self::Vocabulary
            | Self::ImportLabels
            | Self::JoinTable
            | Self::Survey
            | Self::TrainingSurvey
            | Self::Model
            | Self::LatentModel => PickKind::File,
        }
    }

    /// The title of the dialog.
    pub fn title(self) -> &'static str {
        match self {
            Self::OpenFiles => text!("Open stamps, packets or archives"),
            Self::OpenFolder => text!("Open a folder"),
            Self::Vocabulary => text!("Add a vocabulary"),
            Self::ImportLabels => text!("Import labels"),
            Self::MergeProjects => text!("Merge projects into this one"),
            Self::JoinTable => text!("Join a table"),
            Self::ExportLabels => text!("Export labels"),
            Self::NightReport => text!("Write a report"),
            Self::SavePhotometry => text!("Save photometry"),
            Self::SaveStamps => {
                text!("Save stamps: .parquet, or a folder by a name without ending")
            }
            Self::Certificate => text!("A file for the certificate"),
            Self::Survey | Self::TrainingSurvey => text!("Choose a survey"),
            Self::Templates => text!("Choose a folder of templates"),
            Self::SimulationFolder => text!("Choose an empty folder for the simulation"),
            Self::EvaluationFolder => text!("Choose a folder for the figures"),
            Self::Model | Self::LatentModel => text!("Add a model"),
            Self::NewModel => text!("A file for the new model"),
        }
    }

    /// Kinds of files that are offered, in English; none for all.
    pub const fn filters(self) -> Filters {
        match self {
            Self::Vocabulary => &[(english!("Vocabulary"), &["toml"])],
            Self::ImportLabels => &[(english!("Table of labels (id,label)"), &["csv"])],
            Self::MergeProjects => &[(english!("Project"), &["destello"])],
            Self::Certificate => &[(english!("Page"), &["html"])],
            Self::Survey | Self::TrainingSurvey => &[(english!("Survey"), &["toml"])],
            Self::LatentModel | Self::NewModel => {
                &[(english!("Model with its card"), &["safetensors"])]
            }
            Self::Model => &[(
                english!("Model with its card, or ONNX with its recipe"),
                &["safetensors", "forest", "model", "onnx"],
            )],
            Self::ExportLabels => &[
                ("CSV", &["csv"]),
                ("JSON Lines", &["jsonl"]),
                ("Parquet", &["parquet"]),
                ("VOTable", &["vot", "xml"]),
                (english!("DS9 regions"), &["reg"]),
                (english!("Night report"), &["html"]),
                (english!("FITS table or training bundle"), &["fits"]),
                (english!("Lasair annotations"), &["lasair.jsonl"]),
                (english!("SkyPortal classifications"), &["skyportal.json"]),
                (english!("TNS bulk report"), &["tns.json"]),
                (
                    english!("Zooniverse manifest with pictures"),
                    &["zooniverse.csv"],
                ),
                (english!("Label Studio tasks"), &["labelstudio.json"]),
            ],
            Self::NightReport => &[(english!("Night report"), &["html"])],
            Self::SavePhotometry => &[
                ("CSV", &["csv"]),
                ("Parquet", &["parquet"]),
                (english!("FITS table"), &["fits"]),
            ],
            Self::SaveStamps => &[(english!("Parquet with cutouts"), &["parquet"])],
            Self::OpenFiles
            | Self::OpenFolder
            | Self::JoinTable
            | Self::Templates
            | Self::SimulationFolder
            | Self::EvaluationFolder => &[],
        }
    }

    /// The name that is proposed for a new file on that day, UTC (`2026-11-22`).
    pub fn usual_name(self, today: &str) -> Option<String> {
        match self {
            Self::ExportLabels => Some("labels.csv".into()),
            Self::NightReport => Some(night_report_name(today)),
            Self::SavePhotometry => Some("photometry.csv".into()),
            Self::SaveStamps => Some("stamps.parquet".into()),
            Self::Certificate => Some("certificate.html".into()),
            Self::NewModel => Some("model.safetensors".into()),
            _ => None,
        }
    }

    /// True where a folder may be named that is still to be made.
    pub const fn may_make_folder(self) -> bool {
        matches!(self, Self::SimulationFolder | Self::EvaluationFolder)
    }
}

/// The name of the report of a night: those of several nights do not take each other's place.
pub fn night_report_name(today: &str) -> String {
    format!("night-{today}.html")
}

#[cfg(test)]
mod tests {
    use super::PickFor;

    #[test]
    fn reports_of_several_nights_have_names_of_their_own() {
        let names = ["2026-11-30", "2026-12-01"].map(|day| PickFor::NightReport.usual_name(day));
        assert_eq!(names[0].as_deref(), Some("night-2026-11-30.html"));
        assert_ne!(names[0], names[1]);
        assert_eq!(PickFor::OpenFolder.usual_name("2026-11-30"), None);
    }
}
