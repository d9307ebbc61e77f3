//! Moves of the pointer that change nothing draw nothing.
//!
//! eframe draws a frame for every move. Without a GPU that is most of what the program does while a hand rests on the mouse. A
//! move over what stays the same is held back, and passed on with the next event that may need the place of the pointer.

use std::sync::{Arc, OnceLock};

use eframe::{EframeWinitApplication, UserEvent};
use egui::{Context, Pos2, pos2};
use winit::{
    application::ApplicationHandler,
    dpi::PhysicalPosition,
    event::{DeviceEvent, DeviceId, ElementState, StartCause, WindowEvent},
    event_loop::ActiveEventLoop,
    window::WindowId,
};

use crate::widgets::followed::is_move_dead;

/// The window of eframe, without the moves that change nothing.
pub(super) struct StillPointer<'a> {
    window: EframeWinitApplication<'a>,
    /// There once the window is set up.
    ctx: Arc<OnceLock<Context>>,
    held: Option<(WindowId, WindowEvent)>,
    /// Where the window has the pointer.
    at: Option<PhysicalPosition<f64>>,
    /// Buttons that are pressed.
    pressed: usize,
}

impl<'a> StillPointer<'a> {
    pub(super) const fn over(
        window: EframeWinitApplication<'a>,
        ctx: Arc<OnceLock<Context>>,
    ) -> Self {
        Self {
            window,
            ctx,
            held: None,
            at: None,
            pressed: 0,
        }
    }

    /// True where a move to that place need not be drawn.
    fn is_dead(&self, to: PhysicalPosition<f64>) -> bool {
        let (Some(ctx), Some(from)) = (self.ctx.get(), self.at) else {
            return false;
        };
        let scale = f64::from(ctx.pixels_per_point());
        let points = |place: PhysicalPosition<f64>| -> Pos2 {
            pos2((place.x / scale) as f32, (place.y / scale) as f32)
        };
        self.pressed == 0 && is_move_dead(ctx, points(from), points(to))
    }

    /// Passes on the move that was held back.
    fn let_go(&mut self, events: &ActiveEventLoop) {
        if let Some((id, event)) = self.held.take() {
            self.pass(events, id, event);
        }
    }

    fn pass(&mut self, events: &ActiveEventLoop, id: WindowId, event: WindowEvent) {
        match &event {
            WindowEvent::CursorMoved { position, .. } => self.at = Some(*position),
            WindowEvent::CursorLeft { .. } => self.at = None,
            WindowEvent::MouseInput { state, .. } => match state {
                ElementState::Pressed => self.pressed += 1,
                ElementState::Released => self.pressed = self.pressed.saturating_sub(1),
            },
            _ => {}
        }
        self.window.window_event(events, id, event);
    }
}

impl ApplicationHandler<UserEvent> for StillPointer<'_> {
    fn window_event(&mut self, events: &ActiveEventLoop, id: WindowId, event: WindowEvent) {
        match event {
            WindowEvent::CursorMoved { position, .. } if self.is_dead(position) => {
                self.held = Some((id, event));
                return;
            }
            // The new place is all that counts.
            WindowEvent::CursorMoved { .. } | WindowEvent::CursorLeft { .. } => self.held = None,
            WindowEvent::RedrawRequested => {
                self.pass(events, id, event);
                // Something else may lie beneath the pointer now.
                if let Some((_, WindowEvent::CursorMoved { position, .. })) = self.held
                    && !self.is_dead(position)
                {
                    self.let_go(events);
                }
                return;
            }
            // X11 has one for every move.
            WindowEvent::AxisMotion { .. } => {}
            _ => self.let_go(events),
        }
        self.pass(events, id, event);
    }

    fn resumed(&mut self, events: &ActiveEventLoop) {
        self.window.resumed(events);
    }

    fn new_events(&mut self, events: &ActiveEventLoop, cause: StartCause) {
        self.window.new_events(events, cause);
    }

    fn user_event(&mut self, events: &ActiveEventLoop, event: UserEvent) {
        self.window.user_event(events, event);
    }

    fn device_event(&mut self, events: &ActiveEventLoop, id: DeviceId, event: DeviceEvent) {
        // The raw motion comes beside each move, asks for a frame of its own, and nothing here follows it.
        if !matches!(event, DeviceEvent::MouseMotion { .. }) {
            self.window.device_event(events, id, event);
        }
    }

    fn about_to_wait(&mut self, events: &ActiveEventLoop) {
        self.window.about_to_wait(events);
    }

    fn suspended(&mut self, events: &ActiveEventLoop) {
        self.window.suspended(events);
    }

    fn exiting(&mut self, events: &ActiveEventLoop) {
        self.window.exiting(events);
    }

    fn memory_warning(&mut self, events: &ActiveEventLoop) {
        self.window.memory_warning(events);
    }
}
