//! The state of the application: the features' states beside what they share.

use crate::{
    features::{
        adaptation::state::FineTuningPane, close_pairs::state::ClosePairsPane,
        convert::state::SavingStamps, evaluation::state::EvaluationPane,
        explanation::state::ExplanationPane, file_dialog::state::DialogPane,
        inspect::header::HeaderPane, labelling::transfer::LabelFiles, latent::state::LatentPane,
        light_curve::state::LightCurvePane, open::state::OpeningPane,
        practice::state::PracticePane, samp::state::SampPane, scoring::detections::DetectionTasks,
        scoring::find_shares::SharesTasks, scoring::state::ScoringTasks,
        similar::state::SimilarSearch, simulation::state::SimulationPane, team::state::TeamPane,
        training::state::TrainingPane, watch::state::GrowingSet,
    },
    workspace::{settings::Settings, shared::Shared},
};

/// Everything that the window shows.
#[derive(Debug)]
pub struct AppState {
    /// What all features share.
    pub shared: Shared,
    /// Opening and leaving.
    pub opening: OpeningPane,
    /// What follows the folders of the set.
    pub growing: GrowingSet,
    /// What scores the set.
    pub scoring: ScoringTasks,
    /// What looks whether anything is seen of its candidates.
    pub detections: DetectionTasks,
    /// What finds its class shares.
    pub shares: SharesTasks,
    /// Files of labels and vocabularies that are being read and written.
    pub label_files: LabelFiles,
    /// Header cards on request.
    pub header: HeaderPane,
    pub light_curve: LightCurvePane,
    /// Why a model predicts what it predicts.
    pub explanation: ExplanationPane,
    /// How well models judge.
    pub evaluation: EvaluationPane,
    /// The latent space of the opened set.
    pub latent: LatentPane,
    /// Fine-tuning on the labels of this set.
    pub fine_tuning: FineTuningPane,
    /// Candidates that lie close together.
    pub close_pairs: ClosePairsPane,
    /// Stamps that are being saved.
    pub saving: SavingStamps,
    /// Candidates that are like examples.
    pub similar: SimilarSearch,
    pub samp: SampPane,
    /// Practising on candidates whose truth is known.
    pub practice: PracticePane,
    /// The project on a server, and what keeps its labels exchanged.
    pub team: TeamPane,
    /// The order for a network, and what became of it.
    pub training: TrainingPane,
    /// The order for simulated candidates, with its preview.
    pub simulation: SimulationPane,
    /// Choosing files.
    pub dialog: DialogPane,
    /// The graphics adapter with its driver; none before it is known.
    pub adapter: Option<String>,
    /// What is to go into the clipboard.
    pub clipboard: Option<String>,
    /// True once the window may close: every label is on disk, or given up.
    pub may_quit: bool,
}

impl AppState {
    /// Nothing is open.
    pub fn new(settings: Settings, login_name: &str) -> Self {
        Self {
            shared: Shared::new(settings, login_name),
            opening: OpeningPane::default(),
            growing: GrowingSet::default(),
            scoring: ScoringTasks::default(),
            detections: DetectionTasks::default(),
            shares: SharesTasks::default(),
            label_files: LabelFiles::default(),
            header: HeaderPane::default(),
            light_curve: LightCurvePane::default(),
            explanation: ExplanationPane::default(),
            evaluation: EvaluationPane::default(),
            latent: LatentPane::default(),
            fine_tuning: FineTuningPane::default(),
            close_pairs: ClosePairsPane::default(),
            saving: SavingStamps::default(),
            similar: SimilarSearch::default(),
            samp: SampPane::default(),
            practice: PracticePane::default(),
            team: TeamPane::default(),
            training: TrainingPane::default(),
            simulation: SimulationPane::default(),
            dialog: DialogPane::default(),
            adapter: None,
            clipboard: None,
            may_quit: false,
        }
    }
}
