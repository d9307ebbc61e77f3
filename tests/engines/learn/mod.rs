//! Networks that learn from nothing to good.

mod can_cluster;
mod can_learn;
mod examples;
