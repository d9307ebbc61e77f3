//! The light curve on screen: which one is shown, its period, and curves measured here.

use super::{
    folding::PeriodSearch,
    measured::{CurveChoice, MeasuredCurves},
    photometry::task::MeasureSet,
};
use crate::tasks::Running;

#[derive(Debug, Default)]
pub struct LightCurvePane {
    pub curve: CurveChoice,
    /// The period of the light curve on screen.
    pub period_search: PeriodSearch,
    /// Light curves measured here.
    pub measured: MeasuredCurves,
    /// The table of the list that is being made.
    pub(crate) saving: Option<Running<MeasureSet>>,
}

impl LightCurvePane {
    /// Of another set: nothing is measured yet.
    pub fn forget(&mut self) {
        self.measured = MeasuredCurves::default();
        self.period_search = PeriodSearch::default();
    }
}
