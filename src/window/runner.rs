//! Starts what `apply` asked for: effects become jobs.

use std::{collections::BTreeMap, sync::Arc};

use super::settings_file;
use super::{effect::Effect, event::JobId, reporter::Reporter};
use crate::{
    domain::Timestamp,
    features::{
        file_dialog::native::ask_in_system,
        open::index::{self, Opening, Reading},
    },
    gpu::StampAtlas,
    io::{decode::Decoder, scan::StampIds},
    tasks::{Tasks, cancel::CancelToken},
    workspace::{
        context::{Context, FileDialog},
        decode_pool::DecodePool,
        journal_writer::Journal,
        latent_registry::LatentRegistry,
        model_registry::ModelRegistry,
    },
};

/// The running jobs of this window.
pub struct Runner {
    /// For work that outlives a set: simulating, training, dialogs, vocabularies.
    reporter: Reporter,
    /// For work on the opened set; replaced with each opening.
    of_set: Reporter,
    reading: Reading,
    atlas: Option<Arc<StampAtlas>>,
    pool: DecodePool,
    tasks: Tasks,
    models: ModelRegistry,
    latent_models: LatentRegistry,
    journal: Option<Journal>,
    cancel: BTreeMap<JobId, CancelToken>,
    keeps_settings: bool,
    dialog: FileDialog,
}

impl Runner {
    /// Starts the decoders. Without an atlas stamps are decoded but not drawn; a visit
    /// (`keeps_settings` false) leaves the user's settings alone.
    pub fn new(
        reporter: Reporter,
        atlas: Option<Arc<StampAtlas>>,
        keeps_settings: bool,
    ) -> anyhow::Result<Self> {
        let reading = Reading {
            ids: Arc::new(StampIds::default()),
            decoder: Arc::new(Decoder::default()),
        };
        let pool = DecodePool::start(&reporter, &reading.decoder, atlas.as_ref())?;
        let models = ModelRegistry::default();
        let broken = models.clone();
        let tasks = Tasks::new(reporter.nudge())?.looking(move || broken.recover());
        Ok(Self {
            of_set: reporter.clone(),
            reporter,
            reading,
            atlas,
            pool,
            tasks,
            latent_models: LatentRegistry::beside(models.clone()),
            models,
            journal: None,
            cancel: BTreeMap::new(),
            keeps_settings,
            dialog: Arc::new(ask_in_system),
        })
    }

    /// From now on stamps are drawn from this atlas. What is under way goes on; stamps that were
    /// asked for and not begun have to be asked for again.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn draw_with(&mut self, atlas: Arc<StampAtlas>) -> std::io::Result<()> {
        let atlas = Some(atlas);
        self.pool = DecodePool::start(&self.reporter, &self.reading.decoder, atlas.as_ref())?;
        self.atlas = atlas;
        Ok(())
    }

    /// From now on this one asks the user for files, instead of the dialog of the system.
    pub fn ask_by(&mut self, dialog: FileDialog) {
        self.dialog = dialog;
    }

    /// What an update at that moment is given.
    pub fn context(&self, now: Timestamp) -> Context {
        Context {
            now,
            tasks: self.tasks.clone(),
            models: self.models.clone(),
            latent_models: self.latent_models.clone(),
            decoder: self.reading.decoder.clone(),
            dialog: self.dialog.clone(),
        }
    }

    /// Starts one effect.
    ///
    /// # Errors
    /// Where the system gives no thread, or the settings cannot be written.
    pub fn start(&mut self, effect: Effect) -> anyhow::Result<()> {
        match effect {
            Effect::Open {
                generation,
                paths,
                project,
            } => self.open(Opening {
                generation,
                paths,
                project,
            })?,
            Effect::Append(events) => self.with_journal(|journal| journal.append(events)),
            Effect::SaveSession(json) => self.with_journal(|journal| journal.save_session(json)),
            Effect::SaveSettings(settings) => {
                if self.keeps_settings {
                    settings_file::save(&settings)?;
                }
            }
            Effect::Decode { wanted } => self.pool.request(wanted),
            Effect::Reload(stamps) => self.pool.reload(stamps),
            Effect::CloseSet { generation } => self.leave_set(generation),
            Effect::Flush => self.with_journal(Journal::flush),
            Effect::Cancel(job) => self.stop(job),
            // The window does these itself.
            Effect::Quit | Effect::Copy(_) => {}
        }
        Ok(())
    }

    fn stop(&mut self, job: JobId) {
        if let Some(token) = self.cancel.get(&job) {
            token.cancel();
        }
    }

    /// What only an open project can do.
    fn with_journal(&self, order: impl FnOnce(&Journal)) {
        if let Some(journal) = &self.journal {
            order(journal);
        }
    }

    fn new_token(&mut self, job: JobId) -> CancelToken {
        let token = CancelToken::default();
        self.cancel.insert(job, token.clone());
        token
    }

    /// Leaves the present set: its index stops, its journal ends by itself.
    fn leave_set(&mut self, generation: u64) {
        if let Some(token) = self.cancel.remove(&JobId::Index) {
            token.cancel();
        }
        // From here on nothing arrives of the set that is left.
        self.of_set = self.reporter.for_opening(generation);
        // Its thread writes what it was given to the end, without this one waiting for it.
        self.journal = None;
    }

    fn open(&mut self, opening: Opening) -> std::io::Result<()> {
        self.leave_set(opening.generation);
        let decoder = Arc::new(Decoder::default());
        self.reading.decoder = decoder;
        self.pool = DecodePool::start(&self.of_set, &self.reading.decoder, self.atlas.as_ref())?;
        let token = self.new_token(JobId::Index);
        self.journal = Some(index::open(
            opening,
            self.reading.clone(),
            token,
            &self.of_set,
        )?);
        Ok(())
    }

    /// Stops everything; returns when every decision and an unfinished training are on disk.
    pub fn close(&mut self) {
        for token in self.cancel.values() {
            token.cancel();
        }
        if let Some(journal) = self.journal.take() {
            match journal.close() {
                Some(0) => {}
                Some(lost) => log::error!("{lost} labels could not be written"),
                None => log::error!("the project's disk did not answer: labels may be lost"),
            }
        }
        self.tasks.close();
    }
}
