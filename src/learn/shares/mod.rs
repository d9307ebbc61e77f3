//! Class shares: how often each class occurs where a model was trained, and where it is used (label shift).
//!
//! A classifier's probability of a class is proportional to how likely the data are under that class times
//! the share of the class among what it was trained with. Where the opened set has other shares, each
//! probability is multiplied by the ratio of the two and the row brought to a sum of 1 (Saerens, Latinne &
//! Decaestecker 2002): [`correct`]. The shares of the opened set need no labels: [`estimate`]. Probabilities
//! must be calibrated first (Alexandari, Kundaje & Shrikumar 2020).
//!
//! Shares are estimated on each object's latest epoch and used for all its epochs: on first epochs, where
//! nothing is known yet, an estimate collapses onto one class.

mod biases;
mod class_shares;
mod correct;
mod estimate;
mod from_labels;
mod hand;
mod uncertainty;

pub use biases::LabelBiases;
pub use class_shares::{ClassShares, Decision, ShareSource, Shrunk};
pub use correct::{correct, followed_threshold};
pub use estimate::{FEW_OBJECTS, estimate};
pub use from_labels::from_labels;
pub use hand::parse;
