//! News from workers: how events change the state.

use std::{path::PathBuf, sync::Arc};

use super::{
    effect::Effect,
    event::{JobEvent, JobId},
    state::AppState,
};
use crate::{
    domain::{Problem, StampId, Vocabulary},
    features::{
        file_dialog::pick::PickFor,
        open::{index::Batch, opening::OpenedProject},
    },
    workspace::{context::Context, stamp_cache::CachedStamp, words::short},
};

/// Letters of a path in a message.
const NAME: usize = 80;

impl AppState {
    pub(crate) fn apply_news(&mut self, event: JobEvent, cx: &Context) -> Vec<Effect> {
        match event {
            JobEvent::ProjectOpened {
                generation,
                path,
                events,
                steps,
                session,
                paths,
            } if generation == self.generation => {
                self.take_project(
                    OpenedProject {
                        path,
                        events,
                        steps,
                        session,
                        paths,
                    },
                    cx,
                );
            }
            JobEvent::ProjectRefused { generation, why } if generation == self.generation => {
                self.project.fault = Some(why);
                self.warn(self.why_no_labels(), cx.now);
            }
            JobEvent::Found { generation, batch } if generation == self.generation => {
                return self.take_batch(batch, cx);
            }
            JobEvent::IndexDone {
                generation,
                is_cancelled,
                missing,
            } if generation == self.generation => {
                return self.finish_index(is_cancelled, &missing, cx);
            }
            JobEvent::Journal { generation, news } if generation == self.generation => {
                return self.apply_journal_news(news, cx);
            }
            JobEvent::ProjectOpened { .. }
            | JobEvent::ProjectRefused { .. }
            | JobEvent::Found { .. }
            | JobEvent::IndexDone { .. }
            | JobEvent::Journal { .. } => {}
            JobEvent::Decoded(stamps) => {
                for (id, result) in stamps {
                    let content = match result {
                        Ok(decoded) => CachedStamp::Ready(decoded),
                        // One of a set that was left, or that nobody waits for any more.
                        Err(_) if self.stamps.get(id).is_none() => continue,
                        Err(problem) => {
                            if !self.problems.contains(&problem) {
                                self.problems.push((*problem).clone());
                            }
                            CachedStamp::Failed(problem)
                        }
                    };
                    self.stamps.put(id, content);
                }
            }
            JobEvent::Problems(problems) => self.problems.extend(problems),
            JobEvent::Broke(why) => self.take_breakdown(why, cx),
            JobEvent::Progress { job, progress } => {
                self.jobs.insert(job, progress);
            }
        }
        Vec::new()
    }

    /// Shown at once, and kept in Problems.
    fn take_breakdown(&mut self, why: String, cx: &Context) {
        self.problems
            .push(Problem::new("destello", "fault", why.clone()));
        self.warn(why, cx.now);
    }

    pub(crate) fn picked(
        &mut self,
        purpose: PickFor,
        mut paths: Vec<std::path::PathBuf>,
        cx: &Context,
    ) -> Vec<Effect> {
        match purpose {
            PickFor::OpenFiles | PickFor::OpenFolder => return self.open(paths, None, cx),
            PickFor::Model => return self.add_model(&paths[0], cx),
            PickFor::Vocabulary => self.read_vocabulary(paths.swap_remove(0), cx),
            PickFor::ImportLabels => self.import(paths.swap_remove(0), cx),
            PickFor::ExportLabels => self.export(paths.swap_remove(0), cx),
            PickFor::EvaluationFolder => self.write_evaluation(&paths[0], cx),
            PickFor::LatentModel => return self.take_latent_file(&paths[0], cx),
            PickFor::TrainingSurvey | PickFor::NewModel => {
                return self.take_training_path(purpose, &paths[0], cx);
            }
            PickFor::Survey | PickFor::Templates | PickFor::SimulationFolder => {
                self.take_simulation_path(purpose, &paths[0], cx);
            }
        }
        Vec::new()
    }

    /// Uses a vocabulary that was read; a file is remembered for the next start.
    pub(crate) fn take_vocabulary(
        &mut self,
        source: PathBuf,
        vocabulary: Result<Box<Vocabulary>, Problem>,
        cx: &Context,
    ) -> Vec<Effect> {
        let vocabulary = match vocabulary {
            Ok(vocabulary) => *vocabulary,
            Err(problem) => {
                self.warn(problem.to_string(), cx.now);
                self.problems.push(problem);
                return Vec::new();
            }
        };
        let known = self
            .vocabularies
            .iter()
            .position(|known| known.name == vocabulary.name);
        let at = known.unwrap_or(self.vocabularies.len());
        let is_built_in = at < Vocabulary::built_ins().len();
        if is_built_in && self.vocabularies[at] != vocabulary {
            let name = &vocabulary.name;
            let why = format!(
                "{}: {name} is the name of a built-in vocabulary: give yours another",
                source.display()
            );
            self.warn(why, cx.now);
            return Vec::new();
        }
        self.asked_vocabulary = Some(vocabulary.name.clone());
        if at == self.vocabularies.len() {
            self.vocabularies.push(vocabulary);
        } else if !is_built_in {
            self.vocabularies[at] = vocabulary;
        }
        self.vocabulary = at;
        self.report(format!("vocabulary: {}", self.vocabulary().title), cx.now);
        let mut effects = vec![self.save_session()];
        if !is_built_in && !self.settings.vocabulary_files.contains(&source) {
            self.settings.vocabulary_files.push(source);
            effects.push(Effect::SaveSettings(Box::new(self.settings.clone())));
        }
        effects
    }

    fn take_batch(&mut self, batch: Batch, cx: &Context) -> Vec<Effect> {
        let shown = self.first_stamp();
        let is_first = self.catalogue.is_empty() && !batch.candidates.is_empty();
        for candidate in batch.candidates {
            Arc::make_mut(&mut self.catalogue).absorb(candidate);
        }
        self.find_epoch_again(shown);
        self.problems.extend(batch.problems);
        self.recognised.extend(batch.recognised);
        self.jobs.insert(JobId::Index, batch.progress);
        self.extend_queue();
        if self.queue.is_behind(&self.catalogue) && self.may_sort_again(cx) {
            self.refresh_queue();
        }
        self.settle(cx);
        if is_first {
            return self.remember_set();
        }
        Vec::new()
    }

    /// While candidates are being found, a sorted queue is made anew once a second: often enough
    /// to begin work, seldom enough not to hold up the window.
    pub(crate) fn may_sort_again(&mut self, cx: &Context) -> bool {
        const SORT_EVERY_US: i64 = 1_000_000;
        let is_time = self
            .sorted_at
            // A clock that was set back must not hold it up.
            .is_none_or(|at| !(0..SORT_EVERY_US).contains(&(cx.now.0 - at.0)));
        if is_time {
            self.sorted_at = Some(cx.now);
        }
        is_time
    }

    fn finish_index(
        &mut self,
        is_cancelled: bool,
        missing: &[PathBuf],
        cx: &Context,
    ) -> Vec<Effect> {
        self.jobs.remove(&JobId::Index);
        self.project.is_opening = false;
        self.refresh_queue();
        self.queue.look_for_columns(&self.catalogue);
        self.recognised.sort();
        if self.catalogue.is_empty() && !is_cancelled {
            self.found_nothing(missing, cx);
            return Vec::new();
        }
        if is_cancelled {
            self.report("indexing stopped: what was found so far is open", cx.now);
        } else if !self.toast.as_ref().is_some_and(|toast| toast.is_error)
            && let Some((path, rule)) = self.recognised.first()
        {
            let text = format!("{}: {rule}", short(&path.to_string_lossy(), NAME));
            self.report(text, cx.now);
        }
        self.settle(cx);
        let effects = vec![self.save_session()];
        self.start_scoring(cx);
        effects
    }

    /// The stamp by which the epoch on screen is known, whatever its number becomes.
    fn first_stamp(&self) -> Option<StampId> {
        self.epoch()?.stamps.first().map(|stamp| stamp.id)
    }

    /// Epochs come into time order as they are found: the one on screen keeps its place there.
    fn find_epoch_again(&mut self, shown: Option<StampId>) {
        let at = shown.and_then(|shown| {
            let mut epochs = self.candidate()?.epochs.iter();
            epochs.position(|epoch| epoch.stamps.first().is_some_and(|stamp| stamp.id == shown))
        });
        if let Some(at) = at {
            self.place.epoch = at;
        }
    }

    /// Goes to the place of the last session as far as it is found; until the person moves,
    /// to the first candidate. Such a place is provisional: it is not written over the saved one.
    fn settle(&mut self, cx: &Context) {
        if self.place.is_chosen && self.place.candidate.is_some() {
            return;
        }
        let wanted = self.return_to.clone();
        let found = wanted
            .as_ref()
            .and_then(|place| self.catalogue.find(&place.candidate));
        if let (Some(place), Some(candidate)) = (wanted, found) {
            self.place_at(candidate, cx);
            let epochs = self
                .candidate()
                .map_or(&[][..], |candidate| &candidate.epochs);
            let named = epochs
                .iter()
                .position(|epoch| place.candid.is_some() && epoch.candid == place.candid);
            self.set_epoch(named.unwrap_or(place.epoch));
        } else if self.place.candidate.is_none()
            && let Some(first) = self.queue.order().first().copied()
        {
            self.place_at(first, cx);
        }
    }
}
