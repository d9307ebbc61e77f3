//! Versions of models that projects keep: `night.destello#compact@1f0c44d2` names one.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, anyhow, bail};

use super::{clock::now, models};
use crate::{
    domain::{ModelId, ModelVersion},
    learn::Compute,
    store::Project,
    tasks::{Running, Task, TaskContext, TaskEvent, Tasks, next_event},
};

/// Keeps a version with its model file, in one transaction.
///
/// # Errors
/// Where the project cannot be written; then nothing of it is kept.
pub fn keep(project: &Path, version: &ModelVersion, file: &[u8]) -> anyhow::Result<()> {
    Ok(Project::open_or_create(project)?.put_version(version, file)?)
}

/// Who keeps a new version.
#[derive(Clone, Debug)]
pub enum Keep {
    Project(PathBuf),
    /// A model file, with its card beside it.
    File(PathBuf),
}

impl Keep {
    /// Keeps a version with its model file, whole or not at all; gives the name under which it can be
    /// read.
    ///
    /// # Errors
    /// Where the project or a file cannot be written.
    pub fn keep(&self, version: &ModelVersion, file: &[u8]) -> anyhow::Result<Arc<str>> {
        Ok(match self {
            Self::Project(project) => {
                keep(project, version, file)
                    .context("the fine-tuned model could not be kept; all is as it was")?;
                source(project, &version.id)
            }
            Self::File(path) => {
                models::write_with_card(path, file, &version.card)?;
                path.to_string_lossy().into()
            }
        })
    }
}

/// Keeps a model file as a version of a project. The file is read as a whole first: what cannot be used
/// is not kept.
///
/// # Errors
/// Where the file is no model that tells classes, the project has it already, or cannot be written.
pub fn import(project: &Path, file: &Path) -> anyhow::Result<ModelVersion> {
    let name = file.display().to_string();
    let bytes = fs::read(file).with_context(|| format!("{name} is no model that can be used"))?;
    let model = models::from_bytes(&name, &bytes, &Compute::cpu())?.model;
    let id = model.id().clone();
    let mut store = Project::open_or_create(project)?;
    if store.version_file(&id)?.is_some() {
        bail!("{}: there is a version {id} already", project.display());
    }
    let version = ModelVersion {
        parent: id.clone(),
        id,
        parent_source: fs::canonicalize(file).map_or(name, |file| file.display().to_string()),
        made_at: now(),
        card: model.card().clone(),
    };
    store.put_version(&version, &bytes)?;
    Ok(version)
}

/// The name under which a version can be read.
pub fn source(project: &Path, id: &ModelId) -> Arc<str> {
    format!("{}#{id}", project.display()).into()
}

/// Project and version of a name; none where it names none.
pub fn parse(source: &str) -> Option<(PathBuf, ModelId)> {
    let (project, id) = source.rsplit_once('#')?;
    let is_version = id.contains('@') && Path::new(project).is_file();
    is_version.then(|| (project.into(), ModelId::from_text(id)))
}

/// The model file of a version.
///
/// # Errors
/// Where the project has no such version.
pub fn file(project: &Path, id: &ModelId) -> anyhow::Result<Vec<u8>> {
    let found = Project::open_existing(project)?.version_file(id)?;
    found.ok_or_else(|| anyhow!("{}: there is no version {id}", project.display()))
}

/// All versions of a project, the oldest first.
///
/// # Errors
/// Where there is no project, or it cannot be read.
pub fn all(project: &Path) -> anyhow::Result<Vec<ModelVersion>> {
    if !project.is_file() {
        bail!("{}: there is no such project", project.display());
    }
    Ok(Project::open_existing(project)?.versions()?)
}

/// Takes a version out of a project; its scores stay.
///
/// # Errors
/// Where there is none, or the project cannot be written.
pub fn remove(project: &Path, id: &ModelId) -> anyhow::Result<()> {
    if Project::open_existing(project)?.remove_version(id)? {
        return Ok(());
    }
    bail!("{}: there is no version {id}", project.display())
}

/// Versions of models that the project of the opened set keeps.
#[derive(Debug, Default)]
pub struct Versions {
    all: Vec<ModelVersion>,
    reading: Option<Running<ReadVersions>>,
}

impl Versions {
    /// The oldest first.
    pub fn all(&self) -> &[ModelVersion] {
        &self.all
    }

    /// A new one.
    pub fn add(&mut self, version: ModelVersion) {
        self.all.push(version);
    }

    pub fn read(&mut self, project: PathBuf, tasks: &Tasks) {
        self.reading = Some(tasks.start(ReadVersions { project }));
    }

    /// True while the project is asked.
    pub const fn is_reading(&self) -> bool {
        self.reading.is_some()
    }

    /// Takes in what the project has.
    pub fn poll(&mut self) {
        while let Some(event) = next_event(&mut self.reading) {
            if let TaskEvent::Finished(versions) = event {
                self.all = versions;
            }
        }
    }
}

/// Reads the versions of a project.
pub struct ReadVersions {
    pub project: PathBuf,
}

impl Task for ReadVersions {
    const NAME: &'static str = "reading versions";
    type Update = ();
    type Output = Vec<ModelVersion>;

    fn run(self, _: &TaskContext<()>) -> anyhow::Result<Vec<ModelVersion>> {
        all(&self.project)
    }
}
