//! What each label brings, as the window measures it.

use super::curve_task::{CurveRequest, CurveUpdate};
use crate::{
    app::{effect::Effect, event::JobId, state::AppState},
    domain::{LearningCurve, Timestamp},
    tasks::progress::Progress,
};

/// Mean recalls that differ by less are called alike, 0 to 1.
const ALIKE: f64 = 0.01;

/// Held-out examples from which on a curve says something.
const ENOUGH: usize = 20;

impl AppState {
    pub(crate) fn start_learning_curve(&mut self, now: Timestamp) -> Vec<Effect> {
        if self.jobs.contains_key(&JobId::LearningCurve) {
            return Vec::new();
        }
        match self.fine_tuning_request(now) {
            Ok(request) => {
                self.fine_tuning.curve = None;
                let progress = Progress::default();
                self.jobs.insert(JobId::LearningCurve, progress);
                vec![Effect::LearningCurve(Box::new(CurveRequest {
                    generation: self.generation,
                    order: request.order,
                    parent: request.parent,
                    parent_source: request.parent_source,
                }))]
            }
            Err(why) => {
                self.warn(why, now);
                Vec::new()
            }
        }
    }

    pub(crate) fn take_learning_curve(&mut self, update: CurveUpdate, now: Timestamp) {
        match update {
            CurveUpdate::Progress {
                steps: [done, total],
                curve,
            } => {
                let [done, total] = [done, total].map(|steps| steps as usize);
                let progress = Progress { done, total };
                self.jobs.insert(JobId::LearningCurve, progress);
                self.fine_tuning.curve = Some(curve);
                return;
            }
            CurveUpdate::Finished(curve) => {
                self.fine_tuning.curve = Some(curve);
                self.tell("the learning curve is measured", now);
            }
            CurveUpdate::Stopped => self.tell("learning curve stopped", now),
            CurveUpdate::Failed(why) => self.warn(format!("learning curve: {why}"), now),
        }
        self.jobs.remove(&JobId::LearningCurve);
    }

    /// What the curve says, in a sentence.
    pub fn learning_curve_in_words(&self) -> String {
        let Some(curve) = self.fine_tuning.curve() else {
            return String::new();
        };
        let held_out = format!("Measured on {} held-out examples.", curve.held_out);
        if curve.held_out < ENOUGH {
            return format!(
                "Measured on {} held-out examples only: too few to tell whether more labels are worth it.",
                curve.held_out
            );
        }
        match last_gain(curve) {
            Some((from, to, gain)) if gain > ALIKE => format!(
                "From {from} to {to} labels mean recall still rose by {:.1} points: more labels are \
                 worth it. {held_out}",
                100.0 * gain
            ),
            Some((from, to, gain)) => format!(
                "From {from} to {to} labels mean recall changed by {:+.1} points: labels of this kind \
                 bring little more. {held_out}",
                100.0 * gain
            ),
            None => held_out,
        }
    }
}

/// What the last doubling brought: labels before, labels after, mean recall gained.
fn last_gain(curve: &LearningCurve) -> Option<(usize, usize, f64)> {
    let mut known = curve.points.iter().rev();
    let mut known = known
        .by_ref()
        .filter_map(|point| Some((point.labels, point.in_order?)));
    let (to, after) = known.next()?;
    let (from, before) = known.next()?;
    Some((from, to, after - before))
}
