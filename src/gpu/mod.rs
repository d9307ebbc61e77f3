//! Layer 2: wgpu. The stamp atlas, the instanced stamp pipeline, scatter plots, the triangles of the window on software
//! drivers, pictures without a window.
//!
//! Sorted by lifetime: [`StampAtlas`] holds pixels as long as the device lives and is shared
//! by all threads; [`StampPainter`] holds the pipeline and the buffers of this frame's
//! batches; `prepare` uploads instances and looks, `paint` only records one draw call.
//!
//! Other rooms do not name `wgpu`: the types they must pass through stand here.

pub mod atlas;
pub mod device;
pub mod headless;
pub mod mesh_frame;
pub mod meshes;
pub mod scatter;
pub mod stamps;

mod atlas_demand;
mod atlas_layers;
mod atlas_texture;
mod batch;
mod frame;
mod pipeline;
mod scatter_cloud;
mod scatter_pipeline;
mod stamp_data;

pub use atlas::{AtlasError, AtlasStatus, StampAtlas};
pub use atlas_demand::FrameEnd;
pub use device::{DeviceWatch, is_software};
pub use frame::Frame;
pub use headless::{Headless, HeadlessError};
pub use mesh_frame::{MeshDraw, MeshFrame, MeshVertex};
pub use meshes::{GlyphPixels, MeshPainter};
pub use scatter::{Layer, ScatterFrame, ScatterPainter, points_managed};
pub use scatter_cloud::Cloud;
pub use stamp_data::StampInstance;
pub use stamps::StampPainter;

/// A device, as egui's `RenderState` holds it.
pub type Device = wgpu::Device;
pub type Queue = wgpu::Queue;
/// The pass that egui paints in.
pub type RenderPass<'a> = wgpu::RenderPass<'a>;
/// What a callback's `prepare` receives.
pub type CommandEncoder = wgpu::CommandEncoder;
/// What a callback's `prepare` may return.
pub type CommandBuffer = wgpu::CommandBuffer;
/// The format of the window's surface.
pub type TextureFormat = wgpu::TextureFormat;
/// What the adapter says of itself.
pub type AdapterInfo = wgpu::AdapterInfo;
/// The adapter behind a device.
pub type Adapter = wgpu::Adapter;
