//! Latent networks: their losses against direct computation, and that they can learn.
