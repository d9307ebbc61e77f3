//! The real program in a real window: the tour and its pictures; then keys as a hand presses
//! them, a kill, and the next start.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::common::{StampSet, program::program};
use destello::{domain::LabelBook, store::Project};

/// A slow machine draws every pixel of the window by itself.
const PATIENCE: Duration = Duration::from_secs(150);

/// The pictures of the tour, in order.
const PICTURES: [&str; 18] = [
    "01-inspect",
    "02-labelled",
    "03-epoch-north-up",
    "04-histogram",
    "05-header",
    "06-look-of-alerce",
    "07-mosaic",
    "08-mosaic-triplets",
    "09-filter",
    "10-problems",
    "11-palette",
    "12-keys",
    "13-settings",
    "14-light",
    "15-light-mosaic",
    "16-new-simulation",
    "17-undone",
    "18-explanation",
];

/// A display of our own, gone when dropped.
struct Display {
    name: String,
    server: Child,
}

impl Display {
    /// Starts Xvfb; none where it is not installed.
    fn start() -> Option<Self> {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1440x900x24"])
            .args(["-nolisten", "tcp", "-noreset"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        // Its number comes when it is ready.
        let mut number = String::new();
        let mut answer = BufReader::new(server.stdout.take().unwrap());
        answer.read_line(&mut number).unwrap();
        let name = format!(":{}", number.trim());
        Some(Self { name, server })
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // Asked to end it tidies up its lock and socket; killed it would not.
        let server = self.server.id().to_string();
        Command::new("kill").arg(server).status().ok();
        self.server.wait().ok();
    }
}

/// The program, killed when dropped.
struct Program(Child);

impl Program {
    /// Starts it on a display with a home of its own.
    fn start(display: &str, home: &Path, arguments: &[&Path]) -> Self {
        Self::start_with(display, home, arguments, Stdio::inherit())
    }

    /// The same with another place for its messages.
    fn start_with(display: &str, home: &Path, arguments: &[&Path], messages: Stdio) -> Self {
        let mut command = Self::command(display, home, arguments);
        Self(command.stderr(messages).spawn().unwrap())
    }

    fn command(display: &str, home: &Path, arguments: &[&Path]) -> Command {
        let mut command = program();
        command
            .args(arguments)
            .env("DISPLAY", display)
            .env_remove("WAYLAND_DISPLAY")
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_DATA_HOME", home.join("data"))
            .env("USER", "ana")
            // No desktop: its dialogs would open on another display.
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env("XDG_RUNTIME_DIR", home.join("run"));
        command
    }

    /// Waits for its own end, and whether that was a good one.
    fn ends_well(&mut self) -> bool {
        wait_for("the end of the program", || self.0.try_wait().unwrap()).success()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Asks again and again: another process has no way to tell us. The pause only spares the
/// processor that it needs.
fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The labels that are on disk.
fn book(project: &Path) -> LabelBook {
    let events = Project::open_or_create(project).unwrap().events_since(0);
    LabelBook::of(events.unwrap().into_iter().map(|(_, event)| event.into()))
}

fn classes(book: &LabelBook) -> Vec<String> {
    let ids = ["hits01", "hits02", "hits03", "hits04"];
    let classes = ids.map(|id| book.state(id).classes.join("+"));
    classes.into()
}

/// A display of our own, or the one that is there; its name.
fn any_display() -> (Option<Display>, String) {
    let own = Display::start();
    let name = own.as_ref().map(|display| display.name.clone());
    let name = name.or_else(|| std::env::var("DISPLAY").ok());
    (own, name.expect("there is a display"))
}

pub fn the_tour_takes_a_picture_of_every_screen() {
    let (_own, display) = any_display();
    let set = StampSet::new();
    std::fs::write(set.path().join("empty.fits"), b"").unwrap();
    let (home, tour) = (set.beside("home"), set.beside("tour"));
    let arguments = [&*set.path(), Path::new("--tour"), &tour];
    assert!(Program::start(&display, &home, &arguments).ends_well());
    let picture = |name: &&str| {
        let file = tour.join(format!("{name}.png"));
        let picture = image::open(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
        picture.to_rgb8()
    };
    let pictures: Vec<_> = PICTURES.iter().map(picture).collect();
    for (name, picture) in PICTURES.iter().zip(&pictures) {
        assert!(picture.width() >= 860 && picture.height() >= 560, "{name}");
        let colors: BTreeSet<_> = picture.pixels().map(|pixel| pixel.0).collect();
        assert!(colors.len() > 60, "{name} has {} colours", colors.len());
    }
    for (at, name) in PICTURES.iter().enumerate() {
        for (other, picture) in PICTURES.iter().zip(&pictures).take(at) {
            assert_ne!(picture, &pictures[at], "{other} and {name} look the same");
        }
    }
    // Two labels and a flag; then flag and second label are taken back.
    let book = book(&tour.join("tour.destello"));
    assert_eq!(book.events().len(), 5);
    assert_eq!(classes(&book), ["real", "", "", ""]);
    assert!(book.events().iter().all(|event| &*event.annotator == "ana"));
}

pub fn a_system_in_spanish_has_a_window_in_spanish() {
    let (_own, display) = any_display();
    let set = StampSet::new();
    let keys = |locale: &str| {
        let (home, tour) = (
            set.beside(&format!("home-{locale}")),
            set.beside(&format!("tour-{locale}")),
        );
        let arguments = [&*set.path(), Path::new("--tour"), &tour];
        let mut command = Program::command(&display, &home, &arguments);
        let child = command.env("LC_ALL", locale).spawn().unwrap();
        assert!(Program(child).ends_well(), "{locale}");
        let messages = std::fs::read_to_string(home.join("data/destello/logs/destello.log"));
        assert!(
            messages.unwrap().contains("opens its window"),
            "the log is in English"
        );
        image::open(tour.join("12-keys.png")).unwrap().to_rgb8()
    };
    let (english, spanish) = (keys("C"), keys("es_CL.UTF-8"));
    assert_eq!(english.dimensions(), spanish.dimensions());
    let differing = english
        .pixels()
        .zip(spanish.pixels())
        .filter(|(a, b)| a != b);
    assert!(differing.count() > 20_000, "the window is in English");
}

/// A hand at the keyboard of a display.
struct Hand<'a> {
    display: &'a str,
}

impl Hand<'_> {
    fn xdotool(&self, words: &[&str]) -> String {
        let answer = Command::new("xdotool")
            .args(words)
            .env("DISPLAY", self.display)
            .output()
            .unwrap();
        assert!(answer.status.success(), "xdotool {words:?}: {answer:?}");
        String::from_utf8(answer.stdout).unwrap()
    }

    /// Waits for the window and gives it the keyboard: there is no window manager to do so.
    fn take_window(&self) -> String {
        let found = self.xdotool(&["search", "--sync", "--onlyvisible", "--name", "destello$"]);
        let window = found.lines().next().unwrap();
        self.xdotool(&["windowfocus", "--sync", window]);
        window.to_owned()
    }

    /// Waits for the window that comes after this one, and gives it the keyboard.
    fn take_window_after(&self, old: &str) -> String {
        let window = wait_for("another window", || {
            let found = Command::new("xdotool")
                .args(["search", "--onlyvisible", "--name", "destello$"])
                .env("DISPLAY", self.display)
                .output()
                .unwrap();
            let found = String::from_utf8(found.stdout).unwrap();
            found.lines().find(|line| *line != old).map(str::to_owned)
        });
        self.xdotool(&["windowfocus", "--sync", &window]);
        window
    }

    fn press(&self, key: &str) {
        self.xdotool(&["key", key]);
    }
}

/// A stamp set, a home for the program, and a display of its own with a hand at the keyboard.
struct Scene {
    display: Display,
    set: StampSet,
    home: PathBuf,
    project: PathBuf,
}

impl Scene {
    fn new() -> Self {
        let set = StampSet::new();
        Self {
            display: Display::start().expect("Xvfb is installed"),
            home: set.beside("home"),
            project: set.beside("night.destello"),
            set,
        }
    }

    const fn hand(&self) -> Hand<'_> {
        Hand {
            display: self.display.name.as_str(),
        }
    }

    /// The program with nothing named, its window in the hand.
    fn start(&self) -> Program {
        let program = Program::start(&self.display.name, &self.home, &[]);
        self.hand().take_window();
        program
    }

    /// The program on the set and its project, and its window: it is in the hand and shows the first
    /// candidate.
    fn open(&self, more: &[&Path], messages: Stdio) -> (Program, String) {
        let path = self.set.path();
        let usual = [&*path, Path::new("--project"), &self.project];
        let arguments = [&usual, more].concat();
        let program = Program::start_with(&self.display.name, &self.home, &arguments, messages);
        let window = self.hand().take_window();
        wait_for_place(&self.project, "hits01");
        (program, window)
    }
}

/// The only default project in a home.
fn default_projects(home: &Path) -> Vec<PathBuf> {
    let folder = home.join("data").join("destello").join("projects");
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let projects = files.map(|file| file.path());
    projects
        .filter(|path| path.extension().is_some_and(|ending| ending == "destello"))
        .collect()
}

/// Keys that may come before the window is ready are pressed again until something has come of
/// them.
fn until(what: &str, hand: &Hand<'_>, keys: impl Fn(&Hand<'_>), mut is_so: impl FnMut() -> bool) {
    wait_for(what, || {
        if is_so() {
            return Some(());
        }
        keys(hand);
        let pressed = Instant::now();
        while pressed.elapsed() < Duration::from_secs(6) {
            if is_so() {
                return Some(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        None
    });
}

pub fn where_no_dialog_comes_a_typed_path_opens_a_set_and_a_signal_closes_it_with_every_label() {
    let scene = Scene::new();
    let (hand, set, home) = (scene.hand(), &scene.set, &scene.home);
    let empty = set.beside("empty");
    std::fs::create_dir(&empty).unwrap();
    let mut program = scene.start();
    let open = |path: &Path| {
        let path = path.display().to_string();
        move |hand: &Hand<'_>| {
            hand.press("Escape");
            hand.press("ctrl+shift+o");
            // The bus is asked before the dialog comes.
            std::thread::sleep(Duration::from_millis(1_500));
            hand.xdotool(&["type", "--delay", "30", &path]);
            hand.press("Return");
        }
    };
    // An empty folder first: it leaves no project and is not remembered as one.
    let settings = || {
        let file = home.join("config/destello/settings.toml");
        std::fs::read_to_string(file).unwrap_or_default()
    };
    until("the empty folder", &hand, open(&empty), || {
        settings().contains("/empty\"")
    });
    assert!(default_projects(home).is_empty());
    assert!(settings().contains("recent_projects = []"));
    until("the set", &hand, open(&set.path()), || {
        !default_projects(home).is_empty()
    });
    let projects = default_projects(home);
    assert_eq!(projects.len(), 1, "{projects:?}");
    let name = projects[0]
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    assert!(name.starts_with("night-"), "{name}");
    wait_for_place(&projects[0], "hits01");
    // A key that comes before the stamps are drawn labels nobody.
    let given = || book(&projects[0]).events().len();
    until("a label", &hand, |hand| hand.press("1"), || given() > 0);
    let before = given();
    hand.press("2");
    // Asked to end right behind a label, it writes the label first.
    let process = program.0.id().to_string();
    let asked = Command::new("kill").args(["-TERM", &process]).status();
    assert!(asked.unwrap().success());
    assert!(program.ends_well(), "it closes as a window does");
    let events = book(&projects[0]).events().len();
    assert!((before..=before + 2).contains(&events), "{before} {events}");
    let settings = settings();
    assert!(settings.contains(&name), "{settings}");
    assert!(
        settings.contains("open_folder"),
        "the folder is remembered: {settings}"
    );
}

/// True where the project remembers that candidate as the one on screen.
fn is_place(project: &Path, id: &str) -> bool {
    let session = || {
        let project = Project::open_or_create(project.is_file().then_some(project)?).unwrap();
        project.session_get("window").unwrap()
    };
    let place = format!("\"candidate\":\"{id}\"");
    session().is_some_and(|session| session.contains(&place))
}

fn wait_for_place(project: &Path, id: &str) {
    wait_for(id, || is_place(project, id).then_some(()));
}

fn wait_for_events(project: &Path, count: usize) {
    wait_for("labels on disk", || {
        (book(project).events().len() == count).then_some(())
    });
}

pub fn labels_given_by_key_survive_a_kill() {
    let scene = Scene::new();
    let (hand, project) = (scene.hand(), &scene.project);
    let (mut program, _) = scene.open(&[], Stdio::inherit());
    for (at, key) in ["1", "2"].into_iter().enumerate() {
        hand.press(key);
        wait_for_events(project, at + 1);
    }
    hand.press("Right");
    wait_for_place(project, "hits04");
    hand.press("1");
    wait_for_events(project, 3);
    wait_for_place(project, "hits05");
    program.0.kill().unwrap();
    assert!(!program.ends_well());
    assert_eq!(classes(&book(project)), ["real", "bogus", "", "real"]);

    // Without any argument it opens the last project at the last place.
    let mut program = scene.start();
    // Keys pressed before it has opened the project are lost; this one may come twice.
    wait_for("the last candidate", || {
        hand.press("End");
        is_place(project, "hits06").then_some(())
    });
    hand.press("BackSpace");
    wait_for_place(project, "hits04");
    hand.press("ctrl+q");
    assert!(program.ends_well());
    let log = scene.home.join("data/destello/logs/destello.log");
    let log = std::fs::read_to_string(log).unwrap();
    // The first start was killed, the second one was not.
    assert_eq!(log.matches("opens its window").count(), 2, "{log}");
    assert_eq!(log.matches("the window is closed").count(), 1, "{log}");
    assert!(log.contains("graphics: "), "{log}");
    assert!(!book(project).state("hits04").is_labelled());
    assert!(book(project).state("hits01").is_labelled());
}

pub fn a_lost_graphics_device_costs_no_label_and_no_place() {
    let scene = Scene::new();
    let (hand, project) = (scene.hand(), &scene.project);
    let fault = scene.set.beside("fault");
    let losing = [Path::new("--lose-gpu-by"), &fault];
    let (mut program, first) = scene.open(&losing, Stdio::inherit());
    for (at, key) in ["1", "2"].into_iter().enumerate() {
        hand.press(key);
        wait_for_events(project, at + 1);
    }
    wait_for_place(project, "hits03");
    std::fs::write(&fault, b"").unwrap();
    hand.take_window_after(&first);
    assert!(!fault.exists());
    // The new window shows the same candidate, takes labels, and undoes those of the old one.
    wait_for("a label in the new window", || {
        hand.press("1");
        (book(project).events().len() > 2).then_some(())
    });
    assert!(book(project).state("hits03").is_labelled());
    hand.press("ctrl+q");
    assert!(program.ends_well());
    assert_eq!(classes(&book(project))[..3], ["real", "bogus", "real"]);
}

pub fn a_refused_driver_is_replaced_and_a_second_loss_ends_with_a_sentence() {
    let scene = Scene::new();
    let (hand, project) = (scene.hand(), &scene.project);
    let (fault, messages) = (scene.set.beside("fault"), scene.set.beside("messages"));
    let losing = [
        Path::new("--refuse-gpu"),
        Path::new("--lose-gpu-by"),
        &fault,
    ];
    let file = std::fs::File::create(&messages).unwrap();
    let (mut program, _) = scene.open(&losing, file.into());
    hand.press("2");
    wait_for_events(project, 1);
    std::fs::write(&fault, b"").unwrap();
    let ended = wait_for("the end of the program", || program.0.try_wait().unwrap());
    assert_eq!(ended.code(), Some(1));
    let messages = std::fs::read_to_string(&messages).unwrap();
    for part in [
        "every label is on disk",
        "refused by --refuse-gpu",
        "the graphics device was lost",
    ] {
        assert!(messages.contains(part), "{part}: {messages}");
    }
    assert_eq!(classes(&book(project))[0], "bogus");
}

/// Seconds of processor time of a process, all threads together.
fn processor_s(program: &Program) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", program.0.id())).unwrap();
    // Behind the name user and system time are the 12th and 13th, in hundredths of a second.
    let fields = stat.rsplit(')').next().unwrap().split_whitespace();
    let ticks = fields
        .skip(11)
        .take(2)
        .map(|ticks| ticks.parse::<f64>().unwrap());
    ticks.sum::<f64>() / 100.0
}

/// Waits until what was still computed and drawn is done.
fn wait_for_rest(program: &Program) {
    let mut last = processor_s(program);
    wait_for("the program to rest", || {
        std::thread::sleep(Duration::from_secs(1));
        let now = processor_s(program);
        let rests = now - last < 0.02;
        last = now;
        rests.then_some(())
    });
}

pub fn a_key_costs_little_where_the_processor_draws() {
    const PRESSES: usize = 30;
    /// It was .18 s with egui's own renderer on two cores of 2026; a machine may be slower than that one.
    const MOST_S: f64 = 0.12;
    let scene = Scene::new();
    let hand = scene.hand();
    let (mut program, _) = scene.open(&[], Stdio::inherit());
    wait_for_rest(&program);
    let before = processor_s(&program);
    for press in 0..PRESSES {
        hand.press(if press % 2 == 0 { "Right" } else { "Left" });
        std::thread::sleep(Duration::from_millis(250));
    }
    std::thread::sleep(Duration::from_secs(1));
    let each = (processor_s(&program) - before) / PRESSES as f64;
    println!(
        "a key to the next candidate: {:.0} ms of processor",
        1e3 * each
    );
    assert!(
        each > 0.0 && each < MOST_S,
        "{each:.3} s of processor a key"
    );
    hand.press("ctrl+q");
    assert!(program.ends_well());
}

pub fn moves_of_the_pointer_over_what_stays_the_same_draw_nothing() {
    const MOVES: usize = 30;
    let scene = Scene::new();
    let hand = scene.hand();
    let (mut program, window) = scene.open(&[], Stdio::inherit());
    hand.xdotool(&["windowmove", "--sync", &window, "0", "0"]);
    wait_for_rest(&program);
    let cost = |at: [usize; 2]| {
        let place = |step: usize| (at[0] + step % 7).to_string();
        let y = at[1].to_string();
        hand.xdotool(&["mousemove", &place(6), &y]);
        std::thread::sleep(Duration::from_secs(1));
        let before = processor_s(&program);
        for step in 0..MOVES {
            hand.xdotool(&["mousemove", &place(step), &y]);
            std::thread::sleep(Duration::from_millis(100));
        }
        std::thread::sleep(Duration::from_secs(1));
        processor_s(&program) - before
    };
    let (status_line, stamp) = (cost([700, 852]), cost([450, 300]));
    println!("{MOVES} moves: {status_line:.2} s over the status line, {stamp:.2} s over a stamp");
    assert!(stamp > 5.0 * status_line, "{stamp} {status_line}");
    hand.press("ctrl+q");
    assert!(program.ends_well());
}
