//! The queue: columns that are computed from what the data give.

use crate::common::{InlineWindow, PlacedSet};
use destello::{
    window::command::{Command, QueueCommand},
    workspace::queue::column::Column,
};

#[test]
fn the_angle_from_the_galactic_plane_filters_and_sorts() {
    let set = PlacedSet::new(&[
        ("andromeda", Some([10.6847, 41.2688])),
        ("centre", Some([266.405, -28.9362])),
        ("lost", None),
        ("pole", Some([192.8595, 27.1283])),
    ]);
    let mut window = InlineWindow::on(&set.path(), &set.beside("night.destello"));
    for (line, kept) in [
        ("abs_b>20", &["andromeda", "pole"][..]),
        ("ABS_B<1", &["centre"]),
        ("abs_b>21 abs_b<22", &["andromeda"]),
        ("abs_b:none", &["lost"]),
        ("abs_b!=none", &["andromeda", "centre", "pole"]),
    ] {
        window.filter(line);
        assert_eq!(window.queue(), kept, "{line}");
        assert_eq!(window.state.shared.queue.unknown_column(), None, "{line}");
    }
    window.filter("");
    for (is_descending, order) in [
        (false, ["centre", "andromeda", "pole", "lost"]),
        (true, ["pole", "andromeda", "centre", "lost"]),
    ] {
        window.apply(Command::Queue(QueueCommand::Sort {
            column: Column::from_name("abs_b"),
            is_descending,
        }));
        assert_eq!(window.queue(), order);
    }
}
