//! Pixel maths over many simulated stamps.

mod photometry;
