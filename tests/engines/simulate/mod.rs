//! Simulators, by the statistics of what they make.

mod sequences;
mod triplets;
