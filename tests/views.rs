mod common;
mod view_harness;
use common::*;
use view_harness::*;
#[test]
fn probe() {
    let set = StampSet::new();
    let mut v = view([1200.0, 800.0], |w| {
        w.open(&[set.path()], &set.beside("night.destello"))
    });
    println!("INSPECT {:#?}", texts(&v));
    println!(
        "{:?}",
        press(&mut v, egui::Modifiers::NONE, egui::Key::Num1)
    );
    println!("{:?}", press(&mut v, egui::Modifiers::NONE, egui::Key::M));
    println!("MOSAIC {:#?}", texts(&v));
    println!(
        "{:?}",
        press(&mut v, egui::Modifiers::COMMAND, egui::Key::Comma)
    );
    println!("SETTINGS {:#?}", texts(&v));
    let v = view([1200.0, 800.0], |_| {});
    println!("START {:#?}", texts(&v));
}
