//! Floor 5: egui views. State in, commands out.
