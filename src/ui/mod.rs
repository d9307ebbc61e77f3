//! Floor 5: egui views. State in, commands out.
//!
//! A view takes `&AppState` and its own `&mut ViewMemory`, paints, and pushes commands; it
//! changes nothing else.

pub mod frame;
pub mod theme;
pub mod view_memory;

mod cells;
mod class_bands;
mod class_table;
mod decoded;
mod evaluate;
mod evaluate_matrix;
mod evaluate_plot;
mod explain_bar;
mod fine_tune_pane;
mod folded_curve;
mod form_fields;
mod header_pane;
mod heat_map;
mod histogram_pane;
mod hotkeys;
mod input_order;
mod inspect;
mod key_sheet;
mod label_panel;
mod latent;
mod latent_bar;
mod latent_check;
mod latent_cloud;
mod latent_components;
mod latent_foot;
mod latent_hover;
mod latent_legend;
mod latent_memory;
mod latent_region;
mod latent_scatter;
mod latent_walk;
mod light_curve;
mod log_pane;
mod mosaic;
mod mosaic_cell;
mod palette;
mod path_pane;
mod problems;
mod queue_panel;
mod readout;
mod refusal;
mod score_badge;
mod score_bar;
mod settings_pane;
pub mod sight;
mod simulation_pane;
mod simulation_preview;
mod small_stamps;
mod stamp_paint;
mod stamp_view;
mod start_page;
mod status_bar;
mod strip;
mod top_bar;
mod train;
mod train_form;
mod train_plot;
mod wants;

pub use frame::frame_ui;
pub use stamp_paint::install;
pub use view_memory::ViewMemory;
