//! A version that is written while the program is killed, or the disk is full: it is there whole, or not
//! at all, and labels stay.

use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
    thread,
    time::Instant,
};

use crate::common::program::{printed, program};

/// Moments at which the program is killed.
const KILLS: u32 = 30;

/// A model file, and a project with three labels.
struct Scene {
    folder: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let scene = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        printed(&[
            "models",
            "export",
            "cap",
            "--out",
            &scene.text("cap.safetensors"),
        ]);
        let mut child = program()
            .args(["label", "stream", "--annotator", "ana", "--project"])
            .arg(scene.path("night.destello"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(b"a,real\nb,bogus\nc,real\n").unwrap();
        drop(input);
        assert!(child.wait().unwrap().success());
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    fn import(&self) -> [String; 5] {
        let (model, project) = (self.text("cap.safetensors"), self.text("night.destello"));
        [
            "models".into(),
            "import".into(),
            model,
            "--project".into(),
            project,
        ]
    }

    /// The version in the project, where there is one; it must be whole.
    fn version(&self) -> Option<String> {
        let project = self.text("night.destello");
        let listed = printed(&["models", "list", "--project", &project]);
        let id = listed
            .split_whitespace()
            .find(|word| word.contains("cap@"))?;
        let id = id.rsplit('#').next().unwrap_or(id);
        let source = format!("{project}#{id}");
        let out = self.text("again.safetensors");
        printed(&["models", "export", &source, "--out", &out]);
        assert_eq!(
            fs::read(&out).unwrap(),
            fs::read(self.path("cap.safetensors")).unwrap()
        );
        fs::remove_file(out).unwrap();
        Some(source)
    }

    fn labels(&self) -> usize {
        let out = self.text("labels.csv");
        let project = self.text("night.destello");
        printed(&[
            "label",
            "agreement",
            "--project",
            &project,
            "--consensus",
            &out,
        ]);
        fs::read_to_string(out).unwrap().lines().count() - 1
    }
}

#[test]
fn killed_at_any_moment_a_version_is_whole_or_not_there() {
    let scene = Scene::new();
    let import = scene.import();
    let import: Vec<&str> = import.iter().map(String::as_str).collect();
    let start = Instant::now();
    printed(&import);
    let whole = start.elapsed();
    let mut found = [0; 2];
    for kill in 0..KILLS {
        if let Some(source) = scene.version() {
            printed(&["models", "remove", &source]);
        }
        let mut child = program()
            .args(&import)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // From before it has begun until after it has ended.
        if kill + 1 < KILLS {
            thread::sleep(whole.mul_f64(1.5 * f64::from(kill) / f64::from(KILLS)));
            child.kill().unwrap();
        }
        // The last one ends by itself: a machine that has become slow meanwhile would end none in time.
        child.wait().unwrap();
        found[usize::from(scene.version().is_some())] += 1;
        assert_eq!(scene.labels(), 3);
    }
    println!(
        "whole: {} of {KILLS}, not there: {}; an import takes {whole:?}",
        found[1], found[0]
    );
    assert!(
        found[0] > 0 && found[1] > 0,
        "killed before and after its end: {found:?}"
    );
}

#[test]
fn on_a_full_disk_no_version_is_half_there() {
    let scene = Scene::new();
    let import = scene.import();
    // Files may grow to 64 kB; the version has more. Writing fails as on a full disk.
    let limited = r#"trap '' XFSZ; ulimit -f 128; exec "$@""#;
    let done = Command::new("sh")
        .args(["-c", limited, "sh", env!("CARGO_BIN_EXE_destello")])
        .args(&import)
        .output()
        .unwrap();
    let why = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(!done.status.success(), "{why}");
    assert!(
        why.contains("night.destello") && why.contains("cannot be written"),
        "{why}"
    );
    assert_eq!(scene.version(), None);
    assert_eq!(scene.labels(), 3);
    // When there is room again, all goes on.
    let import: Vec<&str> = import.iter().map(String::as_str).collect();
    printed(&import);
    assert!(scene.version().is_some());
}
