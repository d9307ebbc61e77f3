//! What has the keyboard is seen: a frame round it, whatever it is painted with, and in view.
//!
//! egui's own frame round a button gives way to the colours that ours have, and what we paint ourselves has none. One
//! frame for all is painted last, on the layer of the widget, so that no view has to think of it. Text fields have a
//! cursor and a frame of their own.

use egui::{
    Context, CornerRadius, Event, Id, Plugin, RawInput, Response, Stroke, StrokeKind, Ui,
    accesskit::{Action, ActionRequest, TreeId},
};

/// Width of the frame, points.
const WIDTH: f32 = 2.0;

/// Paints the frame, and scrolls to what Tab leads to.
#[derive(Default)]
pub struct FocusInSight {
    last: Option<Id>,
    /// What has got the keyboard and is not whole in view.
    hidden: Option<Id>,
}

impl Plugin for FocusInSight {
    fn debug_name(&self) -> &'static str {
        "destello focus in sight"
    }

    fn input_hook(&mut self, _ctx: &Context, input: &mut RawInput) {
        // As a screen reader asks for it: every scroll area that the widget lies in does it.
        if let Some(id) = self.hidden.take() {
            input
                .events
                .push(Event::AccessKitActionRequest(ActionRequest {
                    action: Action::ScrollIntoView,
                    target_tree: TreeId::ROOT,
                    target_node: id.accesskit_id(),
                    data: None,
                }));
        }
    }

    fn on_end_pass(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        let focused = ctx.memory(egui::Memory::focused);
        let is_new = std::mem::replace(&mut self.last, focused) != focused;
        let Some(response) = focused.and_then(|id| ctx.read_response(id)) else {
            return;
        };
        if is_new && !is_whole(&response) {
            self.hidden = focused;
            crate::widgets::repaint_once(&ctx);
        }
        if !ctx.text_edit_focused() {
            paint(&ctx, &response);
        }
    }
}

/// True where nothing of it is cut off.
fn is_whole(response: &Response) -> bool {
    response
        .interact_rect
        .expand(1.0)
        .contains_rect(response.rect)
}

fn paint(ctx: &Context, response: &Response) {
    if !response.interact_rect.is_positive() {
        return;
    }
    let color = ctx.global_style().visuals.strong_text_color();
    let clip = response.interact_rect.expand(WIDTH);
    let painter = ctx.layer_painter(response.layer_id).with_clip_rect(clip);
    let stroke = Stroke::new(WIDTH, color);
    let corners = CornerRadius::same(3);
    painter.rect_stroke(response.rect, corners, stroke, StrokeKind::Outside);
}
