//! What every command that predicts classes knows of class shares.

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
