//! Places whose picture changes with each move of the pointer over them, such as plots that read out values.
//!
//! What can be clicked and dragged is taken for one anyway; a plot that senses less is named here.

use egui::{Context, Id, Pos2, Rect, Sense};

/// The places of one pass.
#[derive(Clone, Default)]
struct Followed {
    pass: u64,
    places: Vec<Rect>,
}

fn id() -> Id {
    Id::unique("places that follow the pointer")
}

/// This place follows the pointer, as long as it is named in every frame.
pub fn follow_pointer(ctx: &Context, place: Rect) {
    let pass = ctx.cumulative_pass_nr();
    ctx.data_mut(|data| {
        let followed = data.get_temp_mut_or_default::<Followed>(id());
        if followed.pass != pass {
            *followed = Followed {
                pass,
                places: Vec::new(),
            };
        }
        followed.places.push(place);
    });
}

/// True where a move of the pointer between these places, without a button pressed, changes nothing of what the last frame has drawn: the
/// same things lie beneath both, and none of them follows the pointer.
pub fn is_move_dead(ctx: &Context, from: Pos2, to: Pos2) -> bool {
    let follows = ctx.data(|data| {
        let followed = data.get_temp::<Followed>(id()).unwrap_or_default();
        followed.places.iter().any(|place| place.contains(to))
    });
    if follows || ctx.egui_is_using_pointer() {
        return false;
    }
    let both = Sense::click_and_drag();
    ctx.viewport(|viewport| {
        let mut widgets = viewport.this_pass.widgets.layers().flat_map(|(_, all)| all);
        widgets.all(|widget| {
            let [was, is] = [from, to].map(|place| widget.interact_rect.contains(place));
            let is_followed = is && widget.enabled && widget.sense.contains(both);
            was == is && !is_followed
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{RawInput, pos2, vec2};

    /// A window with a button, a stamp that can be dragged, and a plot that senses nothing.
    fn window() -> Context {
        let ctx = Context::default();
        for _ in 0..2 {
            let output = ctx.run_ui(RawInput::default(), |ui| {
                let at = |x: f32| Rect::from_min_size(pos2(x, 10.0), vec2(20.0, 20.0));
                ui.interact(at(0.0), Id::unique("button"), Sense::click());
                ui.interact(at(40.0), Id::unique("stamp"), Sense::click_and_drag());
                ui.interact(at(80.0), Id::unique("plot"), Sense::hover());
                follow_pointer(ui.ctx(), at(80.0));
            });
            output.drop_without_applying_deltas();
        }
        ctx
    }

    #[test]
    fn only_moves_over_what_does_not_change_are_dead() {
        let ctx = window();
        let is_dead = |from: f32, to: f32| is_move_dead(&ctx, pos2(from, 20.0), pos2(to, 20.0));
        assert!(is_dead(5.0, 15.0), "within the button");
        assert!(is_dead(25.0, 35.0), "beside everything");
        assert!(!is_dead(15.0, 25.0), "out of the button");
        assert!(!is_dead(25.0, 5.0), "into the button");
        assert!(!is_dead(45.0, 55.0), "over the stamp");
        assert!(!is_dead(85.0, 95.0), "over the plot");
        assert!(is_dead(105.0, 115.0), "behind the plot");
    }
}
