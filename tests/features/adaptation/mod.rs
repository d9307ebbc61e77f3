//! Fine-tuning, versions, learning curves, and what to label next.

mod fine_tuning;
mod forest;
