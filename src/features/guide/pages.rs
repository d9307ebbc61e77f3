//! The pages, in the order in which they are read.

use crate::workspace::screen::Screen;

#[derive(Debug)]
pub struct Page {
    /// The name of its file without the ending.
    pub name: &'static str,
    /// Its title in the list.
    pub title: &'static str,
    /// Markdown.
    pub text: &'static str,
}

/// A page out of its file.
macro_rules! page {
    ($name:literal, $title:literal) => {
        Page {
            name: $name,
            title: $title,
            text: include_str!(concat!("../../../assets/guide/", $name, ".md")),
        }
    };
}

pub const PAGES: &[Page] = &[
    page!("first_ten_minutes", "First ten minutes"),
    page!("opening", "Opening"),
    page!("looking", "Looking"),
    page!("labelling", "Labelling"),
    page!("sharing", "Sharing"),
    page!("real_or_bogus", "Real or bogus"),
    page!("sequences", "Classes of sequences"),
    page!("latent", "Latent space"),
    page!("adaptation", "Adaptation"),
    page!("training", "Training"),
    page!("networks_of_others", "Networks of others"),
    page!("simulation", "Simulation"),
    page!("photometry", "Photometry"),
    page!("command_line", "Command line"),
    page!("scale", "Large sets and clusters"),
    page!("trouble", "When something goes wrong"),
    page!("measured", "Measured"),
    page!("promises", "Promises"),
    page!("building", "Building"),
    page!("developers", "Developers"),
];

pub fn page(name: &str) -> Option<&'static Page> {
    PAGES.iter().find(|page| page.name == name)
}

/// The page about what is on the screen.
pub fn page_of(screen: Screen, is_start: bool) -> &'static Page {
    let name = match screen {
        _ if is_start => "first_ten_minutes",
        Screen::Inspect => "looking",
        Screen::Mosaic => "labelling",
        Screen::Latent => "latent",
        Screen::Evaluate => "real_or_bogus",
        Screen::Train => "training",
        Screen::Problems => "trouble",
    };
    page(name).unwrap_or(&PAGES[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_screen_has_a_page_and_every_page_a_title_of_its_own() {
        for screen in [
            Screen::Inspect,
            Screen::Mosaic,
            Screen::Latent,
            Screen::Evaluate,
            Screen::Train,
            Screen::Problems,
        ] {
            assert_ne!(page_of(screen, false).name, PAGES[0].name, "{screen:?}");
        }
        for (at, page) in PAGES.iter().enumerate() {
            assert!(page.text.starts_with("# "), "{}", page.name);
            let before = &PAGES[..at];
            assert!(before.iter().all(|other| other.title != page.title));
        }
    }
}
