//! From the form to an order for the job, and what it will do, in a sentence.

use std::path::PathBuf;

use super::{
    form::LearnFrom,
    labelled_set::OpenedSet,
    train::{TrainOrder, TrainingData},
};
use crate::{
    domain::words::{duration, thousands},
    features::training::state::TrainingPane,
    text,
    workspace::shared::Shared,
};

impl TrainingPane {
    /// The order that the form stands for.
    ///
    /// # Errors
    /// What has to be filled in or done first.
    pub fn training_order(&self, shared: &Shared) -> Result<TrainOrder, String> {
        let form = &self.form;
        let data = match form.from {
            LearnFrom::Simulation if form.survey.trim().is_empty() => {
                return Err(text!("choose a survey").into());
            }
            LearnFrom::Simulation => TrainingData::Simulation {
                survey: form.survey.trim().into(),
                templates: None,
            },
            LearnFrom::Labels if form.network.is_recurrent() => {
                return Err(text!("a network of image sequences learns from labels on the command line: destello train sequence --data SET --labels FILE").into());
            }
            LearnFrom::Labels => TrainingData::Opened(opened_set(shared)?),
        };
        let name = form.name_or_usual();
        let out = match form.out.trim() {
            "" => {
                let home = self.home.as_ref().ok_or(text!("name a file"))?;
                // A name may hold what a file name may not.
                let file = name.replace(['/', '\\'], "_");
                home.join(format!("{file}.safetensors"))
            }
            out => PathBuf::from(out),
        };
        let command = form.command(&data, &out);
        let mut order = TrainOrder::usual(form.network, data, form.recipe, form.steps.max(1), out);
        order.seed = form.seed;
        order.name = Some(name);
        order.command = command;
        Ok(order)
    }

    /// What will happen, in a sentence; or what has to be done first.
    ///
    /// # Errors
    /// What has to be filled in or done first.
    pub fn training_plan(&self, shared: &Shared) -> Result<String, String> {
        let order = self.training_order(shared)?;
        let schedule = &order.schedule;
        let presented = schedule.steps * schedule.batch as u64 * order.members as u64;
        let (count, size) = (thousands(schedule.steps), schedule.batch);
        let batches = match order.members {
            1 => text!("{count} batches of {size}", count, size),
            members => text!(
                "{count} batches of {size} for each of {members} members",
                count,
                size,
                members
            ),
        };
        let from = match &order.data {
            TrainingData::Simulation { survey, .. } => text!(
                "{count} different simulated triplets of survey {survey}",
                count = thousands(presented.div_ceil(order.passes as u64)),
                survey
            ),
            TrainingData::Labelled { .. } | TrainingData::Opened(_) => {
                let [real, bogus] = labelled_sides(shared);
                text!(
                    "{real} candidates labelled real and {bogus} bogus, but every sixth, which is kept for \
                     validation",
                    real = thousands(real as u64),
                    bogus = thousands(bogus as u64)
                )
            }
        };
        let known = self.rate_of(self.form.network);
        let long = known.map_or_else(
            || text!("An estimate of the time appears once it runs.").into(),
            |rate| text!("About {time}.", time = duration(presented as f64 / rate)),
        );
        Ok(text!(
            "Learns {batches} from {from}. {long}",
            batches,
            from,
            long
        ))
    }
}

/// What is shown above the form for a set of image sequences, for which networks of real and bogus are of no use; none for other sets.
pub(super) fn of_sequences(shared: &Shared) -> Option<&'static str> {
    const LOOKED_AT: usize = 20;
    const MANY_EPOCHS: usize = 5;
    let first: Vec<_> = shared.catalogue.iter().take(LOOKED_AT).collect();
    let are_many = first
        .iter()
        .filter(|(_, candidate)| candidate.epochs.len() >= MANY_EPOCHS);
    (2 * are_many.count() > first.len()).then_some(
        text!("This set has image sequences. Networks of their classes learn from labels by `destello train sequence --data SET --labels FILE`, \
         and here from simulated sequences, with the network recurrent."),
    )
}

fn opened_set(shared: &Shared) -> Result<OpenedSet, String> {
    let [real, bogus] = labelled_sides(shared);
    if real == 0 || bogus == 0 {
        return Err(text!(
            "label some real and some bogus candidates first: so far {real} and {bogus}",
            real,
            bogus
        ));
    }
    let paths = shared.project.paths.iter();
    let paths: Vec<_> = paths.map(|path| path.display().to_string()).collect();
    Ok(OpenedSet {
        name: paths.join(", ").into(),
        catalogue: shared.catalogue.clone(),
        book: shared.book.clone(),
    })
}

/// How many candidates are labelled real, and how many bogus.
pub fn labelled_sides(shared: &Shared) -> [usize; 2] {
    let count = &shared.label_count;
    [count.real().count(), count.bogus().count()]
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{
        domain::{Candidate, Catalogue, Epoch},
        features::training::train::Architecture,
        workspace::settings::Settings,
    };

    fn pane() -> TrainingPane {
        let mut pane = TrainingPane::default();
        pane.home = Some("models".into());
        pane
    }

    fn nothing_open() -> Shared {
        Shared::new(Settings::default(), "ana")
    }

    #[test]
    fn the_usual_form_is_an_order_for_the_usual_folder() {
        let order = pane().training_order(&nothing_open()).unwrap();
        assert_eq!(order.out, Path::new("models/compact-mixed-1.safetensors"));
        assert_eq!(order.name.as_deref(), Some("compact-mixed-1"));
        assert_eq!(
            (order.members, order.chunk, order.validation),
            (1, 40_000, 4_000)
        );
        assert_eq!(order.schedule.validate_every, 1_000);
        let wanted = "--network compact --recipe ours --survey mixed --steps 20000 --seed 1";
        assert!(order.command.contains(wanted), "{}", order.command);
    }

    #[test]
    fn a_short_training_simulates_and_validates_less() {
        let mut pane = pane();
        pane.form.steps = 20;
        pane.form.network = Architecture::Cape;
        pane.form.name = "a/b".into();
        let order = pane.training_order(&nothing_open()).unwrap();
        assert_eq!(
            (order.members, order.chunk, order.validation),
            (5, 320, 320)
        );
        assert_eq!(order.schedule.validate_every, 2);
        assert_eq!(order.out, Path::new("models/a_b.safetensors"));
        let plan = pane.training_plan(&nothing_open()).unwrap();
        let wanted = "Learns 20 batches of 64 for each of 5 members from 1,600 different";
        assert!(plan.starts_with(wanted), "{plan}");
    }

    #[test]
    fn sets_of_sequences_have_their_own_networks() {
        let mut pane = pane();
        pane.form.from = LearnFrom::Labels;
        pane.form.network = Architecture::Recurrent;
        let why = pane.training_order(&nothing_open()).unwrap_err();
        assert!(why.contains("destello train sequence"), "{why}");
        assert_eq!(of_sequences(&nothing_open()), None);
        let mut shared = nothing_open();
        let mut catalogue = Catalogue::default();
        for (id, epochs) in [("a", 9), ("b", 1), ("c", 5)] {
            catalogue.absorb(Candidate {
                id: id.into(),
                epochs: vec![Epoch::default(); epochs],
                ..Candidate::default()
            });
        }
        shared.catalogue = catalogue.into();
        assert!(of_sequences(&shared).unwrap().contains("train sequence"));
    }

    #[test]
    fn what_is_missing_is_told() {
        let mut pane = pane();
        pane.form.from = LearnFrom::Labels;
        let why = pane.training_order(&nothing_open()).unwrap_err();
        assert!(why.contains("so far 0 and 0"), "{why}");
        pane.form.from = LearnFrom::Simulation;
        pane.form.survey = " ".into();
        assert_eq!(
            pane.training_plan(&nothing_open()).unwrap_err(),
            "choose a survey"
        );
        pane.form.survey = "ztf".into();
        pane.home = None;
        assert_eq!(
            pane.training_plan(&nothing_open()).unwrap_err(),
            "name a file"
        );
    }
}
