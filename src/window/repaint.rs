//! One frame for one event.
//!
//! egui asks for two more frames after every frame with input, so that what is laid out late settles.
//! Without a GPU each is a tenth of a second. Here what changes asks for its own pass
//! ([`super::frame`]), so these requests are passed over: after keys and moves of the pointer one frame
//! is drawn, after a click two, and every other request gives one.

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread::ThreadId,
    time::{Duration, Instant},
};

use eframe::UserEvent;
use egui::{Context, Event, Plugin, RawInput, RequestRepaintInfo, Ui};
use winit::event_loop::EventLoopProxy;

/// After the wheel was turned scrolling goes on for so long, seconds.
const SCROLLING_S: f64 = 0.6;
/// Requests for later than this are none.
const LATEST: Duration = Duration::from_hours(24);

/// Knows when a pass begins on a thread, and whether its input settles by itself.
#[derive(Default)]
struct Beginning {
    thread: Arc<Mutex<Option<ThreadId>>>,
    /// When the wheel was turned last, seconds of the egui clock.
    scrolled_at: Option<f64>,
}

impl Plugin for Beginning {
    fn debug_name(&self) -> &'static str {
        "destello repaints"
    }

    fn input_hook(&mut self, _ctx: &Context, input: &mut RawInput) {
        let now = input.time.unwrap_or_default();
        let is_wheel = |event: &Event| matches!(event, Event::MouseWheel { .. } | Event::Zoom(_));
        if input.events.iter().any(is_wheel) {
            self.scrolled_at = Some(now);
        }
        let is_scrolling = self.scrolled_at.is_some_and(|at| now - at < SCROLLING_S);
        let is_plain = !input.events.is_empty() && input.events.iter().all(settles_at_once);
        self.set(is_plain && !is_scrolling);
    }

    fn on_begin_pass(&mut self, _ui: &mut Ui) {
        self.set(false);
    }
}

impl Beginning {
    fn set(&self, is_beginning: bool) {
        let thread = is_beginning.then(|| std::thread::current().id());
        *self.thread.lock().unwrap_or_else(PoisonError::into_inner) = thread;
    }
}

/// True for events whose whole effect is in the frame that has them.
const fn settles_at_once(event: &Event) -> bool {
    matches!(
        event,
        Event::Key { .. }
            | Event::Text(_)
            | Event::PointerMoved(_)
            | Event::MouseMoved(_)
            | Event::PointerGone
            | Event::ModifiersChanged(_)
    )
}

/// Calls `redraw` with every request for a frame but those that egui makes because there was plain
/// input.
pub fn observe(ctx: &Context, redraw: impl Fn(RequestRepaintInfo) + Send + Sync + 'static) {
    let beginning = Beginning::default();
    let thread = beginning.thread.clone();
    ctx.add_plugin(beginning);
    ctx.set_repaint_observer(move |info| {
        let begins_on = *thread.lock().unwrap_or_else(PoisonError::into_inner);
        if begins_on != Some(std::thread::current().id()) {
            redraw(info);
        }
    });
}

/// Sends these requests to the event loop of the window, instead of all that eframe would send.
pub fn drive(ctx: &Context, frames: EventLoopProxy<UserEvent>) {
    ctx.set_request_repaint_callback(|_| {});
    let frames = Mutex::new(frames);
    observe(ctx, move |request| {
        if request.delay > LATEST {
            return;
        }
        let request = UserEvent::RequestRepaint {
            viewport_id: request.viewport_id,
            when: Instant::now() + request.delay,
            cumulative_pass_nr: request.current_cumulative_pass_nr,
        };
        let frames = frames.lock().unwrap_or_else(PoisonError::into_inner);
        if frames.send_event(request).is_err() {
            log::debug!("the window has ended: no more frames");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn frame(ctx: &Context, events: Vec<Event>, asks: bool) {
        let input = RawInput {
            events,
            ..RawInput::default()
        };
        let output = ctx.run_ui(input, |ui| {
            if asks {
                ui.ctx().request_repaint();
            }
        });
        output.drop_without_applying_deltas();
    }

    #[test]
    fn plain_input_asks_for_nothing_more_and_views_for_one_frame() {
        let ctx = Context::default();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        observe(&ctx, move |_| {
            count.fetch_add(1, Ordering::Relaxed);
        });
        // What egui does at its start.
        for _ in 0..3 {
            frame(&ctx, Vec::new(), false);
        }
        let asked_by = |events: Vec<Event>, asks: bool| {
            asked.store(0, Ordering::Relaxed);
            frame(&ctx, events, asks);
            frame(&ctx, Vec::new(), false);
            asked.load(Ordering::Relaxed)
        };
        let at = egui::Pos2::new(5.0, 5.0);
        assert_eq!(asked_by(vec![Event::PointerMoved(at)], false), 0);
        assert_eq!(asked_by(vec![Event::Text("x".into())], false), 0);
        assert_eq!(asked_by(vec![Event::Text("x".into())], true), 1);
        assert_eq!(asked_by(Vec::new(), true), 1);
        let click = Event::PointerButton {
            pos: at,
            button: egui::PointerButton::Primary,
            pressed: true,
            modifiers: egui::Modifiers::NONE,
        };
        assert!(asked_by(vec![click], false) >= 1);
        // Another thread's request counts while a pass begins.
        let other = ctx.clone();
        asked.store(0, Ordering::Relaxed);
        std::thread::scope(|scope| {
            scope.spawn(move || other.request_repaint());
        });
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }
}
