//! Known answers: a device that does not compute what the CPU computes is not trusted.

use super::{
    Compute, LearnError, Model,
    infer::{self, largest_difference},
    latent::LatentModel,
};

/// Largest difference of a probability.
pub const TOLERANCE: f32 = 1e-3;
/// Inputs asked about.
const COUNT: usize = 16;

/// The device that a model is computed on, and what the user must know about it.
#[derive(Debug)]
pub struct Checked {
    /// The model on a device that computes it rightly.
    pub model: Model,
    /// Why that is not the device or the engine that was chosen.
    pub warning: Option<String>,
}

/// Computes a batch on the model's device and on the CPU; where they disagree or the device fails,
/// the CPU it is. On the CPU the kernels are compared with burn.
///
/// # Errors
/// Where the CPU fails too.
pub fn check(model: Model) -> Result<Checked, LearnError> {
    if !model.compute().is_gpu() {
        let warning = model.choice().warning.clone();
        return Ok(Checked { model, warning });
    }
    let on_cpu = model.on(&Compute::cpu());
    settle(model, on_cpu)
}

/// The model, where it answers as the trusted one does; else the trusted one.
fn settle(model: Model, trusted: Model) -> Result<Checked, LearnError> {
    let expected = answers(&trusted)?;
    let device = model.compute().name().to_owned();
    let why = match answers(&model) {
        Ok(answers) => match disagreement(&answers, &expected) {
            None => {
                return Ok(Checked {
                    model,
                    warning: None,
                });
            }
            Some(difference) => format!("computes scores that are off by {difference:.3}"),
        },
        Err(error) => format!("cannot compute {}: {error}", model.card().name),
    };
    Ok(Checked {
        model: trusted,
        warning: Some(format!("{device} {why}; the CPU is used instead")),
    })
}

/// A latent model on the device that it is computed on, and what the user must know about it.
#[derive(Debug)]
pub struct CheckedLatent {
    /// The model on a device that computes it rightly.
    pub model: LatentModel,
    /// Why that is not the device that was chosen.
    pub warning: Option<String>,
}

/// The same for a latent model: where it puts the questions, and how it draws them again.
///
/// # Errors
/// Where the CPU fails too.
pub fn check_latent(model: LatentModel) -> Result<CheckedLatent, LearnError> {
    let places = |model: &LatentModel| -> Result<Vec<f32>, LearnError> {
        let questions = infer::questions(COUNT, model.plan()?.len());
        let mut answers = model.embed(&questions)?.means;
        answers.extend(model.reconstruct(&questions)?);
        Ok(answers)
    };
    if !model.compute().is_gpu() {
        return Ok(CheckedLatent {
            model,
            warning: None,
        });
    }
    let trusted = model.on(&Compute::cpu());
    let expected = places(&trusted)?;
    let device = model.compute().name().to_owned();
    let why = match places(&model).map(|answers| disagreement(&answers, &expected)) {
        Ok(None) => {
            return Ok(CheckedLatent {
                model,
                warning: None,
            });
        }
        Ok(Some(difference)) => format!("computes places that are off by {difference:.3}"),
        Err(error) => format!("cannot compute {}: {error}", model.card().name),
    };
    Ok(CheckedLatent {
        model: trusted,
        warning: Some(format!("{device} {why}; the CPU is used instead")),
    })
}

/// What a model answers to the questions.
fn answers(model: &Model) -> Result<Vec<f32>, LearnError> {
    model.with_engine(|engine| infer::answers(model.card(), engine, COUNT))
}

/// The largest difference, where it is too large. What is no number never agrees.
fn disagreement(answers: &[f32], expected: &[f32]) -> Option<f32> {
    let largest = largest_difference(answers, expected);
    (largest > TOLERANCE).then_some(largest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::model_file::tests::untrained;

    #[test]
    fn a_device_that_computes_something_else_is_not_used() {
        let honest = untrained("compact");
        let same = settle(honest.clone(), honest.clone()).unwrap();
        assert_eq!(same.warning, None);
        // Other weights stand for a device that computes something else.
        let wrong = untrained("compact");
        assert_ne!(wrong.id(), honest.id());
        let checked = settle(wrong, honest.clone()).unwrap();
        assert_eq!(checked.model.id(), honest.id());
        let warning = checked.warning.unwrap();
        assert!(warning.contains("off by"), "{warning}");
        assert!(warning.ends_with("the CPU is used instead"), "{warning}");
    }

    #[test]
    fn answers_that_are_off_or_no_numbers_disagree() {
        assert_eq!(disagreement(&[0.5, 0.2], &[0.5, 0.2004]), None);
        assert!(disagreement(&[0.5, 0.3], &[0.5, 0.2]).is_some());
        assert!(disagreement(&[f32::NAN], &[0.5]).is_some());
        assert!(disagreement(&[0.5], &[0.5, 0.5]).is_some());
    }
}
