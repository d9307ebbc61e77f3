//! What networks say of labels that are held out, a batch at a time.

use crate::learn::{
    Compute, Dataset, LearnError, Network,
    validation::{Validating, Validation},
};

/// Networks that are measured one after the other with the same examples.
pub(crate) struct Check {
    /// Those to come, the next one last.
    waiting: Vec<Network>,
    under_way: Option<Validating>,
    found: Vec<Validation>,
}

impl Check {
    /// Of these networks; nothing is computed yet.
    pub fn new(mut networks: Vec<Network>) -> Self {
        networks.reverse();
        Self {
            waiting: networks,
            under_way: None,
            found: Vec::new(),
        }
    }

    /// Classifies one more batch. What was found, in the order of the networks, after the last.
    ///
    /// # Errors
    /// Where there is no example.
    pub fn step(
        &mut self,
        examples: &dyn Dataset,
        compute: &Compute,
    ) -> Result<Option<Vec<Validation>>, LearnError> {
        let next = || {
            let network = self.waiting.pop()?;
            Some(Validating::new(&network, compute))
        };
        let Some(mut validating) = self.under_way.take().or_else(next) else {
            return Ok(Some(std::mem::take(&mut self.found)));
        };
        match validating.step(examples)? {
            None => self.under_way = Some(validating),
            Some(found) => self.found.push(found),
        }
        let is_done = self.under_way.is_none() && self.waiting.is_empty();
        Ok(is_done.then(|| std::mem::take(&mut self.found)))
    }
}
