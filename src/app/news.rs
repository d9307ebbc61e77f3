//! News from workers: how events change the state.

use std::{path::PathBuf, sync::Arc};

use super::{
    effect::Effect,
    shelf::Shelved,
    state::{AppState, HeaderCards},
};
use crate::{
    domain::{LabelBook, LabelEvent, Problem, Timestamp, Vocabulary},
    jobs::event::{Batch, JobEvent, JobId, PickFor},
};

impl AppState {
    pub(super) fn apply_news(&mut self, event: JobEvent, now: Timestamp) -> Vec<Effect> {
        match event {
            JobEvent::ProjectOpened {
                generation,
                path,
                events,
                steps,
                session,
                paths,
            } if generation == self.generation => {
                self.project.path = Some(path.clone());
                self.project.paths = paths;
                self.project.fault = None;
                self.steps = Some(steps);
                self.book = Arc::new(fold(events));
                if let Some(session) = session {
                    self.restore_session(&session);
                }
                self.settings.remember_project(&path);
                self.jobs.insert(JobId::Index, NO_PROGRESS);
                return vec![Effect::SaveSettings(Box::new(self.settings.clone()))];
            }
            JobEvent::ProjectRefused { generation, why } if generation == self.generation => {
                self.project.fault = Some(why);
                self.warn(self.why_no_labels(), now);
            }
            JobEvent::Found { generation, batch } if generation == self.generation => {
                return self.take_batch(batch, now);
            }
            JobEvent::IndexDone {
                generation,
                is_cancelled,
            } if generation == self.generation => {
                return self.finish_index(is_cancelled, now);
            }
            JobEvent::ProjectOpened { .. }
            | JobEvent::ProjectRefused { .. }
            | JobEvent::Found { .. }
            | JobEvent::IndexDone { .. } => {}
            JobEvent::Decoded(stamps) => {
                for (id, result) in stamps {
                    let content = match result {
                        Ok(decoded) => Shelved::Ready(decoded),
                        Err(problem) => {
                            if !self.problems.contains(&problem) {
                                self.problems.push((*problem).clone());
                            }
                            Shelved::Failed(problem)
                        }
                    };
                    self.shelf.put(id, content);
                }
            }
            JobEvent::Header { stamp, cards } => {
                if self
                    .header
                    .as_ref()
                    .is_some_and(|header| header.stamp == stamp)
                {
                    self.header = Some(HeaderCards {
                        stamp,
                        cards: Some(cards),
                    });
                }
            }
            JobEvent::Problems(problems) => self.problems.extend(problems),
            JobEvent::Progress { job, progress } => {
                self.jobs.insert(job, progress);
            }
            other => return self.apply_other_news(other, now),
        }
        Vec::new()
    }

    fn apply_other_news(&mut self, event: JobEvent, now: Timestamp) -> Vec<Effect> {
        match event {
            JobEvent::Journal { generation, news } if generation == self.generation => {
                self.apply_journal_news(news);
            }
            JobEvent::Vocabulary { source, vocabulary } => {
                return self.take_vocabulary(source, vocabulary, now);
            }
            JobEvent::Done { job, outcome } => {
                self.jobs.remove(&job);
                match outcome {
                    Ok(text) => self.tell(text, now),
                    Err(why) => self.warn(why, now),
                }
            }
            JobEvent::Picked { purpose, paths } if !paths.is_empty() => {
                return self.picked(purpose, paths, now);
            }
            _ => {}
        }
        Vec::new()
    }

    fn picked(
        &mut self,
        purpose: PickFor,
        mut paths: Vec<std::path::PathBuf>,
        now: Timestamp,
    ) -> Vec<Effect> {
        match purpose {
            PickFor::OpenFiles | PickFor::OpenFolder => self.open(paths, None),
            PickFor::Vocabulary => vec![Effect::ReadVocabulary(paths.swap_remove(0))],
            PickFor::ImportLabels => self.import(paths.swap_remove(0), now),
            PickFor::ExportLabels => self.export(paths.swap_remove(0)),
        }
    }

    /// Uses a vocabulary that was read; a file is remembered for the next start.
    fn take_vocabulary(
        &mut self,
        source: PathBuf,
        vocabulary: Result<Box<Vocabulary>, Problem>,
        now: Timestamp,
    ) -> Vec<Effect> {
        let vocabulary = match vocabulary {
            Ok(vocabulary) => *vocabulary,
            Err(problem) => {
                self.warn(problem.to_string(), now);
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
        if at == self.vocabularies.len() {
            self.vocabularies.push(vocabulary);
        } else if !is_built_in {
            self.vocabularies[at] = vocabulary;
        }
        self.vocabulary = at;
        self.tell(format!("vocabulary: {}", self.vocabulary().title), now);
        let mut effects = vec![self.save_session()];
        if !is_built_in && !self.settings.vocabulary_files.contains(&source) {
            self.settings.vocabulary_files.push(source);
            effects.push(Effect::SaveSettings(Box::new(self.settings.clone())));
        }
        effects
    }

    fn take_batch(&mut self, batch: Batch, now: Timestamp) -> Vec<Effect> {
        for candidate in batch.candidates {
            Arc::make_mut(&mut self.catalogue).absorb(candidate);
        }
        self.problems.extend(batch.problems);
        self.recognised.extend(batch.recognised);
        self.jobs.insert(JobId::Index, batch.progress);
        self.queue.extend(&self.catalogue, &self.book);
        if self.queue.is_behind(&self.catalogue) && self.may_sort_again(now) {
            self.queue.refresh(&self.catalogue, &self.book);
        }
        self.settle(now)
    }

    /// While candidates are being found, a sorted queue is made anew once a second: often enough
    /// to begin work, seldom enough not to hold up the window.
    fn may_sort_again(&mut self, now: Timestamp) -> bool {
        const SORT_EVERY_US: i64 = 1_000_000;
        let is_time = self
            .sorted_at
            .is_none_or(|at| now.0 - at.0 >= SORT_EVERY_US);
        if is_time {
            self.sorted_at = Some(now);
        }
        is_time
    }

    fn finish_index(&mut self, is_cancelled: bool, now: Timestamp) -> Vec<Effect> {
        self.jobs.remove(&JobId::Index);
        self.queue.refresh(&self.catalogue, &self.book);
        self.recognised.sort();
        if is_cancelled {
            self.tell("indexing stopped: what was found so far is open", now);
        } else if !self.toast.as_ref().is_some_and(|toast| toast.is_error)
            && let Some((path, rule)) = self.recognised.first()
        {
            let text = format!("{}: {rule}", path.display());
            self.tell(text, now);
        }
        let mut effects = self.settle(now);
        if self.place.candidate.is_none() && self.queue.order().is_empty() {
            self.return_to = None;
        }
        effects.push(self.save_session());
        effects
    }

    /// Goes to the candidate of the last session once it is there; until the person moves,
    /// to the first one.
    fn settle(&mut self, now: Timestamp) -> Vec<Effect> {
        if let Some((id, epoch)) = self.return_to.clone()
            && let Some(candidate) = self.catalogue.find(&id)
            && !self.place.is_chosen
        {
            let effects = self.go_to(candidate, now);
            let last = self
                .candidate()
                .map_or(0, |c| c.epochs.len().saturating_sub(1));
            self.place.epoch = epoch.min(last);
            return effects;
        }
        if self.place.candidate.is_none()
            && let Some(first) = self.queue.order().first().copied()
        {
            let return_to = self.return_to.take();
            // The place is provisional: it is not written over the one of the last session.
            self.go_to(first, now);
            self.place.is_chosen = false;
            self.return_to = return_to;
        }
        Vec::new()
    }
}

const NO_PROGRESS: crate::jobs::event::Progress =
    crate::jobs::event::Progress { done: 0, total: 0 };

fn fold(events: Vec<LabelEvent>) -> LabelBook {
    LabelBook::of(events.into_iter().map(Arc::new))
}
