//! What all features share: the open set, stamps, the models at hand, the project's writer, and what is
//! on the screen.

pub mod action;
pub mod annotator;
pub mod any_model;
pub mod assemble;
pub mod clock;
pub mod context;
pub mod decode_pool;
pub mod default_project;
pub mod display;
pub mod drawn;
pub mod journal_writer;
pub mod keys;
pub mod label_count;
pub mod latent_models;
pub mod latent_registry;
pub mod model_registry;
pub mod models;
pub mod open;
pub mod pick;
pub(crate) mod saved_path;
pub(crate) mod screen;
pub mod selection;
pub mod settings;
pub mod stamp_cache;
pub mod stamp_store;
pub mod table;
pub(crate) mod toast;
pub mod versions;
pub mod vocabulary;
pub mod words;
