//! Floor 2: wgpu. The stamp atlas, the instanced stamp pipeline, pictures without a window.
