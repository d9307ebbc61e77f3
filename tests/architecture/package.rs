//! What packages are made of: the icon is the one of the window, versions agree, file types are those that open.
//!
//! `make icons` (`DESTELLO_WRITE_ICONS=1`) writes the files of the icon.

use std::{collections::BTreeSet, env, fs, io::Write as _, path::PathBuf, process::Command};

use destello::imaging::icon;
use flate2::{Compression, write::GzEncoder};

/// Sides of the pictures that menus take, pixels.
const SIDES: [usize; 6] = [16, 32, 48, 64, 128, 256];

fn root(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(root(path)).unwrap()
}

fn png_of(side: usize) -> PathBuf {
    root(&format!("assets/icon/destello-{side}.png"))
}

#[test]
fn the_files_of_the_icon_are_what_the_window_shows() {
    let svg = root("assets/icon/destello.svg");
    if env::var_os("DESTELLO_WRITE_ICONS").is_some() {
        fs::write(&svg, icon::svg()).unwrap();
        for side in SIDES {
            let picture = image::RgbaImage::from_raw(side as u32, side as u32, icon::pixels(side));
            picture.unwrap().save(png_of(side)).unwrap();
        }
    }
    assert_eq!(fs::read_to_string(svg).unwrap(), icon::svg(), "make icons");
    for side in SIDES {
        let picture = image::open(png_of(side)).unwrap().into_rgba8();
        assert_eq!(picture.width() as usize, side);
        assert!(
            picture.into_raw() == icon::pixels(side),
            "{side}: make icons"
        );
    }
}

/// Drawn by somebody else out of the SVG, it looks the same.
#[test]
fn the_svg_is_drawn_as_the_pixels_are() {
    let side = 128;
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("icon.png");
    let drawn = Command::new("rsvg-convert")
        .args(["-w", "128", "-h", "128", "-o"])
        .arg(&out)
        .arg(root("assets/icon/destello.svg"))
        .status();
    let Ok(drawn) = drawn else {
        println!("rsvg-convert is not here: the SVG was not drawn");
        return;
    };
    assert!(drawn.success());
    let theirs = image::open(out).unwrap().into_rgba8().into_raw();
    let ours = icon::pixels(side);
    // Colours count as far as they are opaque: what is clear has no colour.
    let seen = |pixel: &[u8]| -> [i32; 4] {
        let [r, g, b, a] = [0, 1, 2, 3].map(|at| i32::from(pixel[at]));
        [r * a / 255, g * a / 255, b * a / 255, a]
    };
    let differences: Vec<i32> = theirs
        .chunks(4)
        .zip(ours.chunks(4))
        .flat_map(|(theirs, ours)| {
            let (theirs, ours) = (seen(theirs), seen(ours));
            [0, 1, 2, 3].map(|at| (theirs[at] - ours[at]).abs())
        })
        .collect();
    let mean = f64::from(differences.iter().sum::<i32>()) / differences.len() as f64;
    let large = differences.iter().filter(|d| **d > 40).count();
    assert!(mean < 1.5, "the mean difference is {mean}");
    assert!(
        large * 200 < differences.len(),
        "{large} of {} differ by more than 40",
        differences.len()
    );
}

#[test]
fn packages_and_citation_have_the_version_of_the_program() {
    let version = env!("CARGO_PKG_VERSION");
    let citation = format!("\nversion: {version}\n");
    assert!(read("CITATION.cff").contains(&citation));
    let metainfo = read("assets/package/destello.metainfo.xml");
    let first = metainfo.split("<release version=\"").nth(1).unwrap();
    assert_eq!(first.split('"').next(), Some(version), "the newest release");
    let changelog = read("CHANGELOG.md");
    let heads = changelog.lines().filter(|line| line.starts_with("## "));
    let newest = heads.map(|line| line.trim_start_matches("## "));
    let newest = newest
        .into_iter()
        .find(|head| *head != "Unreleased")
        .unwrap();
    assert_eq!(newest.split(' ').next(), Some(version));
}

/// What a file manager offers destello for, it can open; and its own project is among that.
#[test]
fn file_types_of_the_desktop_entry_are_declared_and_known_by_their_content() {
    let entry = read("assets/package/destello.desktop");
    let types = entry
        .lines()
        .find_map(|line| line.strip_prefix("MimeType="));
    let declared = read("assets/package/destello.mime.xml");
    let declared = roxmltree::Document::parse(&declared).unwrap();
    let named = |name: &str| {
        declared.descendants().any(|node| {
            ["mime-type", "alias"].contains(&node.tag_name().name())
                && node.attribute("type") == Some(name)
        })
    };
    for name in types.unwrap().split(';').filter(|name| !name.is_empty()) {
        assert!(name == "inode/directory" || named(name), "{name}");
    }
    // The application id of a project stands at byte 68 of SQLite's header.
    let project = tempfile::tempdir().unwrap();
    let project = project.path().join("a.destello");
    destello::store::Project::open_or_create(&project).unwrap();
    let bytes = fs::read(&project).unwrap();
    let at = |offset: &str| {
        let found = declared.descendants().find(|node| {
            node.tag_name().name() == "match" && node.attribute("offset") == Some(offset)
        });
        found.and_then(|node| node.attribute("value")).unwrap()
    };
    let magic = at("68").as_bytes();
    assert_eq!(&bytes[68..68 + magic.len()], magic);
}

/// `tests/fuzz` compiles the readers by their paths: a folder or a crate that it lacks is noticed here and not by who fuzzes next.
#[test]
fn the_fuzzed_readers_have_all_folders_and_crates_that_they_use() {
    let library = read("tests/fuzz/lib.rs");
    let named = library
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod "));
    let compiled: Vec<&str> = named.filter_map(|name| name.strip_suffix(';')).collect();
    assert!(compiled.contains(&"io"), "{compiled:?}");
    let sources = super::sources();
    let readers = sources.iter().filter(|(inside, _)| {
        let folder = inside.split('/').next();
        folder.is_some_and(|folder| compiled.contains(&folder))
    });
    let code = |text: &str| text.split("#[cfg(test)]").next().map(str::to_owned);
    let readers: Vec<(&String, String)> = readers
        .map(|(inside, text)| (inside, code(text).unwrap_or_default()))
        .collect();
    for (inside, code) in &readers {
        for name in super::crate_imports(code) {
            let is_folder = root(&format!("src/{name}/mod.rs")).is_file();
            assert!(!is_folder || compiled.contains(&&*name), "{inside}: {name}");
        }
    }
    let dependencies = |manifest: &str| -> Vec<String> {
        let manifest: toml::Table = toml::from_str(&read(manifest)).unwrap();
        let all = manifest["dependencies"].as_table().unwrap();
        all.keys().map(|name| name.replace('-', "_")).collect()
    };
    let fuzzed = dependencies("tests/fuzz/Cargo.toml");
    let lacking = dependencies("Cargo.toml");
    let mut lacking: Vec<String> = lacking
        .into_iter()
        .filter(|name| !fuzzed.contains(name))
        .collect();
    let is_used = |name: &String| {
        readers
            .iter()
            .any(|(_, code)| super::uses_crate(code, name))
    };
    lacking.retain(is_used);
    assert_eq!(lacking, Vec::<String>::new());
}

/// A crate has 10 MiB at most; and `exclude` in Cargo.toml leaves out nothing that the sources read.
#[test]
fn the_crate_has_what_is_compiled_in_and_is_small_enough_for_a_registry() {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let listed = Command::new(cargo)
        .args(["package", "--list", "--allow-dirty", "--offline"])
        .current_dir(root(""))
        .output()
        .unwrap();
    let why = String::from_utf8_lossy(&listed.stderr);
    assert!(listed.status.success(), "{why}");
    let listed = String::from_utf8(listed.stdout).unwrap();
    let listed: BTreeSet<&str> = listed.lines().collect();

    let mut read_in = 0;
    for (inside, text) in super::sources() {
        if inside.ends_with("tests.rs") {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let up = "../".repeat(inside.matches('/').count() + 1);
        let quoted = format!("\"{up}");
        let outside = code.split(&quoted).skip(1);
        for path in outside.filter_map(|rest| rest.split('"').next()) {
            if root(path).is_file() {
                assert!(listed.contains(path), "src/{inside} reads {path}");
                read_in += 1;
            }
        }
    }
    assert!(read_in > 25, "{read_in} files are compiled in");
    for page in fs::read_dir(root("assets/guide")).unwrap() {
        let page = page.unwrap().file_name().into_string().unwrap();
        assert!(listed.contains(format!("assets/guide/{page}").as_str()));
    }

    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    for path in listed.iter().filter(|path| {
        let folder = path.split('/').next();
        folder.is_some_and(|folder| ["src", "assets", "shaders", "Cargo.lock"].contains(&folder))
    }) {
        packed.write_all(&fs::read(root(path)).unwrap()).unwrap();
    }
    let size = packed.finish().unwrap().len();
    assert!(size < 10 << 20, "the crate has {size} bytes");
}

/// What the workflows call is there; and what they install for checks of other systems is what is checked.
#[test]
fn workflows_call_what_is_there() {
    let makefile = read("Makefile");
    let mut called = 0;
    for name in ["ci", "release"] {
        let workflow = read(&format!(".github/workflows/{name}.yml"));
        let lines: Vec<&str> = workflow.lines().map(str::trim).collect();
        for line in lines.iter().filter(|line| !line.starts_with('#')) {
            let words: Vec<&str> = line.split_whitespace().collect();
            for pair in words.windows(2) {
                if pair[0] == "sh" {
                    assert!(root(pair[1]).is_file(), "{name}: {line}");
                    called += 1;
                }
                if pair[0] == "make" {
                    let target = format!("\n{}:", pair[1]);
                    assert!(makefile.contains(&target), "{name}: {line}");
                    called += 1;
                }
            }
        }
    }
    assert!(called >= 5, "{called} calls");
    let checked = makefile
        .lines()
        .find(|line| line.contains("check_cross.sh"));
    let targets = checked.unwrap().split("check_cross.sh ").nth(1).unwrap();
    let installed = format!("rustup target add {targets}\n");
    assert!(read(".github/workflows/ci.yml").contains(&installed));
}
