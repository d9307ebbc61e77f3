//! Writing a certificate, as a task.

use std::{path::PathBuf, sync::Arc};

use crate::{
    domain::{
        Catalogue, Confusion,
        practice::{Answered, Practice},
    },
    io::{
        Decoder,
        export::certificate::{Certificate, Pair, Shown, TRUTH, write},
    },
    tasks::{Task, TaskContext},
};

/// Writes what came of a practice as one HTML page.
pub struct WriteCertificate {
    pub out: PathBuf,
    pub practice: Arc<Practice>,
    /// The candidates, for identifiers and stamps; none where their set was left.
    pub catalogue: Option<Arc<Catalogue>>,
    pub decoder: Arc<Decoder>,
}

impl Task for WriteCertificate {
    const NAME: &'static str = "certificate";
    type Update = ();
    type Output = PathBuf;

    fn run(self, cx: &TaskContext<()>) -> anyhow::Result<PathBuf> {
        cx.check()?;
        cx.abandonable("the certificate", move || {
            let page = certificate(&self.practice, self.catalogue.as_deref());
            let mut decode = |stamps: &[_]| self.decoder.decode(stamps);
            write(&self.out, &page, &mut decode)?;
            Ok(self.out)
        })?
    }
}

/// What stands on the page.
fn certificate<'a>(practice: &Practice, catalogue: Option<&'a Catalogue>) -> Certificate<'a> {
    let pair = |first: &str, second: &str, table: Confusion| Pair {
        first: first.into(),
        second: second.into(),
        table,
    };
    let mut pairs = vec![pair(TRUTH, &practice.person, practice.person())];
    if practice.model().total() > 0 {
        pairs.push(pair(TRUTH, &practice.model, practice.model()));
        pairs.push(pair(
            &practice.person,
            &practice.model,
            practice.person_and_model(),
        ));
    }
    let wrong = practice
        .answers
        .iter()
        .filter(|answered| !answered.is_right());
    let shown = wrong.filter_map(|answered| {
        let candidate = catalogue?.get(answered.candidate)?;
        Some(Shown {
            id: &candidate.id,
            words: words(practice, answered),
            epoch: candidate.epochs.get(candidate.first_look()),
        })
    });
    Certificate {
        person: practice.person.clone(),
        facts: vec![
            ("set", practice.set.to_string()),
            ("answered", practice.answers.len().to_string()),
            ("passed over", practice.passed.to_string()),
            ("model", practice.model.to_string()),
        ],
        times: practice.times,
        classes: practice.classes.clone(),
        kinds: practice.by_kind(),
        apart: shown.collect(),
        pairs,
    }
}

/// "bogus (dipole), called real; the model: bogus".
fn words(practice: &Practice, answered: &Answered) -> String {
    let class = |at: usize| practice.classes.get(at).map_or("?", |class| &**class);
    let kind = answered.kind.as_ref();
    let kind = kind.map_or_else(String::new, |kind| format!(" ({kind})"));
    let model = answered.model.map_or_else(String::new, |model| {
        format!("; the model: {}", class(model))
    });
    format!(
        "{}{kind}, called {}{model}",
        class(answered.truth),
        class(answered.person)
    )
}
