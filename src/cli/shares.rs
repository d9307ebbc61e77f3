//! What every command that predicts classes knows of class shares, and of sets of classes.

use crate::{features::scoring::class_shares::ShareChoice, learn::shares::Decision};

/// Which class shares, and for which decision.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Shares {
    /// Class shares of the set that predictions are corrected for: `trained` corrects nothing, `estimated` finds
    /// them without labels, `labels` counts labels, and a TOML file sets them by hand (`supernova = 0.1`)
    #[arg(
        long,
        value_name = "trained|estimated|labels|FILE",
        default_value = "trained"
    )]
    pub shares: ShareChoice,
    /// What is best then: `every-class` is found equally well, or `most-right` objects are called what they are
    #[arg(long, value_name = "every-class|most-right", default_value_t = Decision::EveryClass)]
    pub decide: Decision,
}

/// How often sets of classes hold the true one.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Sets {
    /// Sets of classes hold the true one for this share of the objects of each class, percent: an object for which
    /// one class alone would be right less often has several
    #[arg(long, value_name = "PERCENT", default_value_t = 90.0, value_parser = percent)]
    level: f64,
}

impl Sets {
    /// 0 to 1.
    pub const fn level(self) -> f64 {
        self.level / 100.0
    }
}

fn percent(text: &str) -> Result<f64, String> {
    let value: f64 = text
        .parse()
        .map_err(|error| format!("{text} is no number: {error}"))?;
    if (50.0..=99.0).contains(&value) {
        Ok(value)
    } else {
        Err("a level lies between 50 and 99 percent".into())
    }
}
