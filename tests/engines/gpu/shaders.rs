//! Every shader is valid WGSL and asks no device for more than the standard promises.

use std::{fs, path::Path};

use naga::valid::{Capabilities, ValidationFlags, Validator};

#[test]
fn every_shader_is_valid_without_special_capabilities() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("shaders");
    let mut count = 0;
    for entry in fs::read_dir(&folder).unwrap().flatten() {
        let path = entry.path();
        let name = path.display();
        assert!(
            path.extension().is_some_and(|ext| ext == "wgsl"),
            "{name} is no shader"
        );
        let text = fs::read_to_string(&path).unwrap();
        let module = naga::front::wgsl::parse_str(&text)
            .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(&text)));
        Validator::new(ValidationFlags::all(), Capabilities::empty())
            .validate(&module)
            .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(&text)));
        count += 1;
    }
    assert!(count > 0, "no shader in {}", folder.display());
}

#[test]
fn a_shader_that_needs_more_is_noticed() {
    let text = "fn double(x: f64) -> f64 { return x + x; }";
    let module = naga::front::wgsl::parse_str(text).unwrap();
    let result = Validator::new(ValidationFlags::all(), Capabilities::empty()).validate(&module);
    assert!(result.is_err());
}
