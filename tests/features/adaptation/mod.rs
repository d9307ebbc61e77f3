//! Fine-tuning, versions, learning curves, and what to label next.

mod decoded_once;
mod fine_tuning;
mod forest;
mod honest;
