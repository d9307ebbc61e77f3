//! Actions without payload: menu, shortcut, palette and key help all read this one table.

use serde::{Deserialize, Serialize};

use super::pick::PickFor;
use crate::language::translated_static;

/// What a person can ask for with one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    OpenFiles,
    OpenFolder,
    OpenServer,
    OpenDemo,
    NewSimulation,
    ImportLabels,
    MergeProjects,
    JoinTable,
    UnjoinTables,
    ExportLabels,
    NightReport,
    SavePhotometry,
    SaveStamps,
    AddVocabulary,
    ExportEvaluation,
    ReadAgain,
    CloseSet,
    Quit,
    NextCandidate,
    PreviousCandidate,
    NextUnlabelled,
    FirstCandidate,
    LastCandidate,
    NextEpoch,
    PreviousEpoch,
    Play,
    PlayBack,
    Blink,
    BlinkBack,
    Unsure,
    Skip,
    Flag,
    Note,
    ClearLabel,
    Undo,
    Redo,
    NextVocabulary,
    Search,
    Filter,
    RefreshQueue,
    ShowNew,
    WholeQueue,
    ClosePairs,
    MoreLikeThis,
    LessLikeThis,
    PointElsewhere,
    LooksLike,
    BesideAlike,
    View1,
    View2,
    View3,
    View4,
    View5,
    SelectAll,
    SelectNone,
    SelectRestOfPage,
    SelectThis,
    AddModel,
    NextModel,
    HideScores,
    RaiseThreshold,
    LowerThreshold,
    ChooseThreshold,
    Disagreements,
    ScoreAgain,
    LabelNext,
    Doubts,
    RepeatCheck,
    Team,
    Practice,
    ClassShares,
    SideBySide,
    FineTune,
    WhatChanged,
    RollBack,
    Embed,
    Inspect,
    Mosaic,
    Latent,
    Evaluate,
    Train,
    Problems,
    Samp,
    Settings,
    #[serde(alias = "key_sheet")]
    KeyHelp,
    Guide,
    Palette,
    NextPreset,
    NextStretch,
    NextLimits,
    NextColorMap,
    NextLock,
    Invert,
    AutoContrast,
    NorthUp,
    FlipSign,
    Crosshair,
    Histogram,
    Header,
    FoldCurve,
    Explanation,
    NextExplanation,
    ZoomIn,
    ZoomOut,
    ZoomReset,
    ToggleTheme,
    Log,
    ReportProblem,
}

/// The menu an action stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Menu {
    File,
    Go,
    Label,
    /// Models and what they say.
    Model,
    /// How stamps are drawn.
    View,
    /// Windows of the program.
    Window,
    /// Keys, the log, what to do where something fails.
    Help,
}

impl Menu {
    /// All menus from left to right.
    pub const ALL: [Self; 7] = [
        Self::File,
        Self::Go,
        Self::Label,
        Self::View,
        Self::Model,
        Self::Window,
        Self::Help,
    ];

    /// The menu's title, in the language of the window.
    pub fn title(self) -> &'static str {
        translated_static(match self {
            Self::File => "File",
            Self::Go => "Go",
            Self::Label => "Label",
            Self::View => "View",
            Self::Model => "Model",
            Self::Window => "Window",
            Self::Help => "Help",
        })
    }
}

/// One row of the table.
#[derive(Debug)]
pub struct ActionInfo {
    pub action: Action,
    pub menu: Menu,
    title: &'static str,
    help: &'static str,
    /// Its keys, unless the user chose others.
    pub keys: &'static [&'static str],
}

impl ActionInfo {
    /// Its name, in the language of the window.
    pub fn title(&self) -> &'static str {
        translated_static(self.title)
    }

    /// What it does, in a sentence, in the language of the window.
    pub fn help(&self) -> &'static str {
        translated_static(self.help)
    }

    pub const fn english_title(&self) -> &'static str {
        self.title
    }

    pub const fn english_help(&self) -> &'static str {
        self.help
    }
}

const fn row(
    action: Action,
    menu: Menu,
    title: &'static str,
    help: &'static str,
    keys: &'static [&'static str],
) -> ActionInfo {
    ActionInfo {
        action,
        menu,
        title,
        help,
        keys,
    }
}

const VIEW: &str =
    "Filter, order and screen that were saved under that number (Views, above the list)";

/// Every action, in menu order.
#[rustfmt::skip]
pub const ACTIONS: &[ActionInfo] = &[
    row(Action::OpenFiles, Menu::File, "Open files…", "Open FITS files, alert packets or archives", &["Ctrl+O"]),
    row(Action::OpenFolder, Menu::File, "Open folder…", "Open everything in a folder", &["Ctrl+Shift+O"]),
    row(Action::OpenServer, Menu::File, "Open project on a server…", "Label together with others: a project on a PostgreSQL server, with the stamps that are open", &[]),
    row(Action::OpenDemo, Menu::File, "Open the demo set", "Simulate 2,000 candidates of all classes, once, and open them", &["Ctrl+D"]),
    row(Action::NewSimulation, Menu::File, "New simulation…", "Simulate image sequences or triplets of a survey, with a preview", &["Ctrl+N"]),
    row(Action::ImportLabels, Menu::File, "Import labels…", "Read labels from a CSV table", &["Ctrl+I"]),
    row(Action::MergeProjects, Menu::File, "Merge projects…", "Take the labels of other project files into this project: each once, in the order of time", &[]),
    row(Action::JoinTable, Menu::File, "Join table…", "Columns of another table beside the stamps, to filter and sort by: by identifier or position", &["Ctrl+J"]),
    row(Action::UnjoinTables, Menu::File, "Remove joined tables", "Take the columns of all joined tables away, here and in the project", &[]),
    row(Action::ExportLabels, Menu::File, "Export labels…", "Write labels with provenance: CSV, JSONL, Parquet, VOTable, FITS, DS9 regions", &["Ctrl+E"]),
    row(Action::NightReport, Menu::File, "Night report…", "One HTML page: counts, and every judged candidate with stamps, light curve, label, who and when", &[]),
    row(Action::SavePhotometry, Menu::File, "Save photometry…", "Measure every epoch of the candidates of the list: a table of fluxes and magnitudes, CSV, Parquet or FITS", &[]),
    row(Action::SaveStamps, Menu::File, "Save stamps…", "Write the candidates of the list with their stamps: one Parquet file, or a folder of FITS cubes", &[]),
    row(Action::AddVocabulary, Menu::File, "Add vocabulary…", "Read classes of your own from a TOML file", &[]),
    row(Action::ExportEvaluation, Menu::File, "Export evaluation…", "Write all figures of the evaluation: CSV, JSON, PNG", &["Ctrl+Shift+E"]),
    row(Action::ReadAgain, Menu::File, "Read all files again", "Open this set again without the index that was kept", &[]),
    row(Action::CloseSet, Menu::File, "Close set", "Leave the opened set; the start page leads to others", &["Ctrl+W"]),
    row(Action::Quit, Menu::File, "Quit", "Close the window, once every label is on disk", &["Ctrl+Q"]),
    row(Action::NextCandidate, Menu::Go, "Next candidate", "Go to the next candidate of the queue", &["ArrowRight"]),
    row(Action::PreviousCandidate, Menu::Go, "Previous candidate", "Go back one candidate", &["ArrowLeft"]),
    row(Action::NextUnlabelled, Menu::Go, "Next unlabelled", "Go to the next unlabelled candidate", &["N"]),
    row(Action::FirstCandidate, Menu::Go, "First candidate", "Go to the start of the queue", &["Home"]),
    row(Action::LastCandidate, Menu::Go, "Last candidate", "Go to the end of the queue", &["End"]),
    row(Action::NextEpoch, Menu::Go, "Next epoch", "Show the next visit", &["]", "ArrowDown"]),
    row(Action::PreviousEpoch, Menu::Go, "Previous epoch", "Show the visit before", &["[", "ArrowUp"]),
    row(Action::Play, Menu::Go, "Play epochs", "Run through the epochs at constant scale", &["Space"]),
    row(Action::PlayBack, Menu::Go, "Play backwards", "Run through the epochs backwards", &["Shift+Space"]),
    row(Action::Blink, Menu::Go, "Blink", "Show science, reference, difference in turn at one place", &["B"]),
    row(Action::BlinkBack, Menu::Go, "Blink back", "Blink in the other order", &["Shift+B"]),
    row(Action::Search, Menu::Go, "Search by id", "Find a candidate by a part of its identifier", &["/"]),
    row(Action::Filter, Menu::Go, "Filter", "Keep only candidates that match, such as mag<20 label:none", &["Ctrl+F"]),
    row(Action::RefreshQueue, Menu::Go, "Refresh the queue", "Filter and sort again, with the labels given since", &["F5"]),
    row(Action::ShowNew, Menu::Go, "What came in", "Candidates and epochs that came into the folder since the set was opened, or since they were shown", &["Alt+N"]),
    row(Action::WholeQueue, Menu::Go, "All candidates again", "Drop the filter and the order by likeness, and leave the few that were opened alone", &["Ctrl+F5"]),
    row(Action::ClosePairs, Menu::Go, "Close pairs…", "Find candidates within some arcseconds of each other: one object under two identifiers?", &[]),
    row(Action::MoreLikeThis, Menu::Go, "More like this", "The candidates nearest first to this one, or to the selected ones; again adds examples", &["A"]),
    row(Action::LessLikeThis, Menu::Go, "Less like this", "This one, or the selected ones, are no examples of what is looked for: rank again", &["Shift+A"]),
    row(Action::PointElsewhere, Menu::Go, "Point at it elsewhere", "TOPCAT, Aladin, DS9 and others on this computer go to this candidate, by SAMP", &["Shift+G"]),
    row(Action::LooksLike, Menu::View, "Looks like", "Show the labelled candidates that this one looks most like, beside it in Inspect", &["Alt+L"]),
    row(Action::BesideAlike, Menu::View, "Beside what it looks like", "Side by side: this one and the labelled candidates that it looks most like", &["Shift+Q"]),
    row(Action::View1, Menu::Go, "Saved view 1", VIEW, &["Alt+1"]),
    row(Action::View2, Menu::Go, "Saved view 2", VIEW, &["Alt+2"]),
    row(Action::View3, Menu::Go, "Saved view 3", VIEW, &["Alt+3"]),
    row(Action::View4, Menu::Go, "Saved view 4", VIEW, &["Alt+4"]),
    row(Action::View5, Menu::Go, "Saved view 5", VIEW, &["Alt+5"]),
    row(Action::Unsure, Menu::Label, "Unsure", "Looked at, and cannot say", &["U"]),
    row(Action::Skip, Menu::Label, "Skip", "Pass over for now; a label that was given stays", &["S"]),
    row(Action::Flag, Menu::Label, "Flag", "Mark for a second look, or take the mark off", &["F"]),
    row(Action::Note, Menu::Label, "Note", "Write a remark", &["E"]),
    row(Action::ClearLabel, Menu::Label, "Clear label", "Take the label away", &["0", "Delete"]),
    row(Action::Undo, Menu::Label, "Undo", "Take back the last step, also after a restart", &["Ctrl+Z", "Backspace"]),
    row(Action::Redo, Menu::Label, "Redo", "Do the step again", &["Ctrl+Shift+Z", "Ctrl+Y"]),
    row(Action::NextVocabulary, Menu::Label, "Next vocabulary", "Change the set of classes", &["V"]),
    row(Action::SelectAll, Menu::Label, "Select all", "Select every candidate of the queue that is not flagged; labels go to those that were on the screen", &["Ctrl+A"]),
    row(Action::SelectNone, Menu::Label, "Select none", "Drop the selection", &["Escape"]),
    row(Action::SelectRestOfPage, Menu::Label, "Select rest of page", "Select what is wholly on this mosaic page, not judged and not flagged", &["R"]),
    row(Action::SelectThis, Menu::Label, "Select this one", "Add the candidate on the screen to the selection, or take it out", &["Ctrl+Space"]),
    row(Action::AddModel, Menu::Model, "Add model…", "Show the scores of a model from a file (safetensors with its card; ONNX with its recipe beside it)", &["Ctrl+M"]),
    row(Action::NextModel, Menu::Model, "Next model", "The scores of the next of the shown models stand on the stamps", &["W"]),
    row(Action::HideScores, Menu::Model, "Hide scores", "Label blind: no trace of a score on the screen; again shows them", &["Shift+S"]),
    row(Action::RaiseThreshold, Menu::Model, "Raise threshold", "Call fewer candidates real", &["."]),
    row(Action::LowerThreshold, Menu::Model, "Lower threshold", "Call more candidates real", &["Comma"]),
    row(Action::ChooseThreshold, Menu::Model, "Threshold for recall", "The threshold that finds the wanted share of the labelled real candidates", &["Shift+T"]),
    row(Action::Disagreements, Menu::Model, "Disagreements", "Keep only candidates that the shown models put on different sides; again shows all", &["D"]),
    row(Action::ScoreAgain, Menu::Model, "Score the rest", "Go on scoring after it was stopped or failed", &["Shift+F5"]),
    row(Action::LabelNext, Menu::Label, "Label next", "Sort by what the model would learn most from, with a share of random ones", &["Shift+N"]),
    row(Action::Doubts, Menu::Label, "Doubtful labels", "Labels that the active model doubts, the most doubtful first", &["Shift+D"]),
    row(Action::RepeatCheck, Menu::Label, "Repeat check", "Judge some of your labelled candidates again, the first label hidden: how consistent are you?", &["Shift+R"]),
    row(Action::Team, Menu::Label, "Team…", "Who judges which candidates, blind to each other's labels; how far everybody is, and how well they agree", &[]),
    row(Action::ClassShares, Menu::Model, "Class shares…", "How often each class occurs in this set, beside the shares that the model was trained with", &["Shift+C"]),
    row(Action::FineTune, Menu::Model, "Fine-tune…", "Train the active model further on the labels of this set", &["Ctrl+L"]),
    row(Action::WhatChanged, Menu::Model, "What changed", "Candidates that class shares, or a fine-tuned version, make the model decide otherwise", &["Ctrl+Shift+L"]),
    row(Action::RollBack, Menu::Model, "Roll back", "Class shares as trained again; else from a fine-tuned version back to the model before", &["Ctrl+R"]),
    row(Action::Embed, Menu::Model, "Embed the set", "Put every stamp into the latent space of the chosen model", &["Shift+F4"]),
    row(Action::Explanation, Menu::Model, "Explanation", "Show over the stamps which pixels drive the prediction", &["L"]),
    row(Action::NextExplanation, Menu::Model, "Next explanation", "Relevance propagation, its positive part, integrated gradients", &["Shift+L"]),
    row(Action::NextPreset, Menu::View, "Next look", "Change between destello's look and those of the brokers", &["P"]),
    row(Action::NextStretch, Menu::View, "Next stretch", "Linear, log, sqrt, square, asinh, sinh, power, histogram-equal", &["T"]),
    row(Action::NextLimits, Menu::View, "Next limits", "Min-max, percentile, zscale, sigma-clip", &["J"]),
    row(Action::NextColorMap, Menu::View, "Next colour map", "Change the colour map of science and reference", &["K"]),
    row(Action::NextLock, Menu::View, "Next scale lock", "Limits locked over the epochs, over the set, or free", &["Y"]),
    row(Action::Invert, Menu::View, "Invert", "Exchange black and white", &["I"]),
    row(Action::AutoContrast, Menu::View, "Reset contrast", "Contrast, bias and hand-set limits back to automatic", &["C"]),
    row(Action::NorthUp, Menu::View, "North up", "Turn stamps so that north is up and east is left", &["O"]),
    row(Action::FlipSign, Menu::View, "Flip difference sign", "Show differences as science minus reference, or with the sign of the file", &["X"]),
    row(Action::Crosshair, Menu::View, "Cross-hair", "Mirror the pointer in every stamp", &["G"]),
    row(Action::Histogram, Menu::View, "Histogram", "Pixel values with limits to drag", &["Shift+H"]),
    row(Action::Header, Menu::View, "Header", "Header cards and packet fields of this epoch", &["H"]),
    row(Action::FoldCurve, Menu::View, "Fold light curve", "The light curve over time, over half its period, its period, twice its period", &["Shift+P"]),
    row(Action::SideBySide, Menu::View, "Side by side", "Two to six candidates, or epochs, at one scale and one stretch: the selected ones, else epochs of this one", &["Q"]),
    row(Action::ZoomIn, Menu::View, "Zoom in", "Enlarge all stamps together", &["Plus", "Z"]),
    row(Action::ZoomOut, Menu::View, "Zoom out", "Shrink all stamps together", &["Minus", "Shift+Z"]),
    row(Action::ZoomReset, Menu::View, "Whole stamp", "Zoom and pan back", &["Equals"]),
    row(Action::ToggleTheme, Menu::View, "Light or dark", "Change the theme", &["Ctrl+T"]),
    row(Action::Inspect, Menu::Window, "Inspect", "One candidate, large", &["Enter"]),
    row(Action::Mosaic, Menu::Window, "Mosaic", "Many candidates at once", &["M", "F2"]),
    row(Action::Latent, Menu::Window, "Latent", "Where a latent model puts the candidates, and its components", &["F4"]),
    row(Action::Evaluate, Menu::Window, "Evaluate", "How well models judge candidates whose truth is known", &["F6"]),
    row(Action::Train, Menu::Window, "Train", "Train a network on simulated triplets or on your labels", &["F7"]),
    row(Action::Problems, Menu::Window, "Problems", "What could not be opened, and why", &["F3"]),
    row(Action::Samp, Menu::Window, "SAMP…", "Position, stamp, table or selection to TOPCAT, Aladin, DS9; what they point at becomes current here", &[]),
    row(Action::Practice, Menu::Window, "Practice…", "Judge candidates whose truth is known and hidden: right or wrong at once, and a certificate", &["Alt+P"]),
    row(Action::Settings, Menu::Window, "Settings…", "Keys, name, memory, theme", &["Ctrl+Comma"]),
    row(Action::KeyHelp, Menu::Help, "Keys", "All keys at a glance", &["?"]),
    row(Action::Guide, Menu::Help, "Guide", "The page of the guide about what is on the screen", &["F1"]),
    row(Action::Log, Menu::Help, "Log", "What the program noted: warnings, and why something broke off", &["Shift+F3"]),
    row(Action::ReportProblem, Menu::Help, "Report a problem", "Copy version, system, graphics and the last lines of the log, to send them", &[]),
    row(Action::Palette, Menu::Window, "Command palette", "Find any action by name", &["Ctrl+P", "Ctrl+K"]),
];

impl Action {
    /// True where it opens a file dialog.
    pub const fn asks_for_path(self) -> bool {
        self.pick_for().is_some()
    }

    /// The file dialog that it opens at once; none for other actions.
    pub const fn pick_for(self) -> Option<PickFor> {
        Some(match self {
            Self::OpenFiles => PickFor::OpenFiles,
            Self::OpenFolder => PickFor::OpenFolder,
            Self::ImportLabels => PickFor::ImportLabels,
            Self::MergeProjects => PickFor::MergeProjects,
            Self::JoinTable => PickFor::JoinTable,
            Self::ExportLabels => PickFor::ExportLabels,
            Self::NightReport => PickFor::NightReport,
            Self::SavePhotometry => PickFor::SavePhotometry,
            Self::SaveStamps => PickFor::SaveStamps,
            Self::AddVocabulary => PickFor::Vocabulary,
            Self::AddModel => PickFor::Model,
            _ => return None,
        })
    }

    /// The table row of this action.
    pub fn info(self) -> &'static ActionInfo {
        static MISSING: ActionInfo = row(Action::Quit, Menu::File, "?", "?", &[]);
        ACTIONS
            .iter()
            .find(|info| info.action == self)
            .unwrap_or(&MISSING)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_action_stands_once_and_no_key_twice() {
        let mut keys = std::collections::BTreeMap::new();
        for (at, info) in ACTIONS.iter().enumerate() {
            assert!(
                ACTIONS[..at]
                    .iter()
                    .all(|other| other.action != info.action),
                "{}",
                info.title
            );
            for key in info.keys {
                assert_eq!(keys.insert(*key, info.title), None, "{key}");
            }
        }
    }

    #[test]
    fn every_action_has_a_row() {
        for info in ACTIONS {
            assert_eq!(info.action.info().title, info.title);
        }
        assert_eq!(
            ACTIONS.last().map(|info| info.action),
            Some(Action::Palette)
        );
        assert_eq!(
            ACTIONS.len(),
            108,
            "an action was added or lost: keep enum and table equal"
        );
        assert_eq!(Action::ReportProblem as usize + 1, ACTIONS.len());
    }
}
