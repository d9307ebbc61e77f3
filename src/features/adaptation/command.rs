//! What the person asks of fine-tuning.

use std::sync::Arc;

/// Fine-tuning a model on the labels of the opened set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FineTune {
    /// Go.
    Start,
    /// True gives the model classes that labels name and it does not know.
    NewClasses(bool),
    /// Stop; all is as it was.
    Stop,
    /// Measure what each label brings.
    Curve,
    /// Measure it no more.
    StopCurve,
    /// Make this version the active model.
    Use(Arc<str>),
    /// Take the active version back: the model that it was taught from is active again.
    RollBack,
    /// Show the candidates whose decision changed.
    Changes,
}
