//! What the views of the window remember for themselves.

use crate::{
    features::{
        explanation::heat_map::HeatMapTextures, latent::view::memory::LatentMemory,
        simulation::preview_view::PreviewTextures,
    },
    widgets::view_memory::ViewMemory,
};

/// What views remember.
#[derive(Default)]
pub struct Memory {
    /// What several views share.
    pub view: ViewMemory,
    /// The view of the latent space.
    pub latent: LatentMemory,
    /// Pictures of the explanation shown.
    pub heat_maps: HeatMapTextures,
    /// Pictures of the simulation's preview.
    pub preview: PreviewTextures,
}

impl Memory {
    /// Of a window that is cleared to the colour of panels.
    pub fn on_cleared_window() -> Self {
        let mut memory = Self::default();
        memory.view.is_ground_of_window = true;
        memory
    }

    /// What is left in a window with another device: what the person sees and types, without
    /// anything that lies in the memory of the old one.
    #[must_use]
    pub fn on_new_device(self) -> Self {
        Self {
            view: self.view.on_new_device(),
            ..Self::default()
        }
    }
}
