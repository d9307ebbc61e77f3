//! The text of a path that is being typed, and the path that it means.
//!
//! `~` is the home folder, a relative path begins at the folder that destello was started in, and
//! what stands before `//` or `/~` counts no more. A name that is no text is shown as well as it
//! can be and meant exactly.

use std::{
    ffi::OsStr,
    path::{MAIN_SEPARATOR, Path, PathBuf, is_separator},
};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathBase {
    /// The user's home folder.
    pub home: PathBuf,
    /// The folder that destello was started in.
    pub start: PathBuf,
}

impl PathBase {
    pub fn of_process() -> Self {
        let home = directories::BaseDirs::new().map(|folders| folders.home_dir().to_owned());
        let root = || PathBuf::from(MAIN_SEPARATOR.to_string());
        Self {
            home: home.unwrap_or_else(root),
            start: std::env::current_dir().unwrap_or_else(|_| root()),
        }
    }
}

/// A text that is being typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathText {
    text: String,
    /// A beginning of the text that means another path than its letters: a name that is no text.
    exact: Option<(String, PathBuf)>,
}

impl PathText {
    pub fn of(path: &Path) -> Self {
        let text = shown_name(path.as_os_str());
        let is_exact = path.as_os_str() == OsStr::new(&text);
        let exact = (!is_exact).then(|| (text.clone(), path.to_owned()));
        Self { text, exact }
    }

    /// The text of a folder, so that a name can be typed behind it.
    pub fn of_folder(path: &Path) -> Self {
        let mut typed = Self::of(path);
        if !typed.text.ends_with(is_separator) {
            typed.text.push(MAIN_SEPARATOR);
        }
        typed
    }

    /// As it stands in the field.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What was typed takes the place of what stood there.
    pub fn set(&mut self, text: &str) {
        let one_line: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
        since_restart(&one_line).clone_into(&mut self.text);
        let still = |(shown, _): &(String, PathBuf)| self.text.starts_with(shown.as_str());
        self.exact = self.exact.take().filter(still);
    }

    /// The folder part as it stands there, up to its separator.
    pub fn folder_text(&self) -> &str {
        let end = self.text.rfind(is_separator).map_or(0, |at| at + 1);
        &self.text[..end]
    }

    /// What is typed of a name.
    pub fn name_text(&self) -> &str {
        &self.text[self.folder_text().len()..]
    }

    /// Puts a name of the folder behind the folder part.
    pub fn take_name(&mut self, name: &OsStr, is_folder: bool, base: &PathBase) {
        let path = self.folder(base).join(name);
        let shown = shown_name(name);
        let text = format!("{}{shown}", self.folder_text());
        if name != OsStr::new(&shown) || self.exact.is_some() {
            self.exact = Some((text.clone(), path));
        }
        self.text = text;
        if is_folder {
            self.text.push(MAIN_SEPARATOR);
        }
    }

    /// Puts letters behind the folder part.
    pub fn take_letters(&mut self, letters: &str) {
        let text = format!("{}{letters}", self.folder_text());
        self.set(&text);
    }

    /// The folder whose names complete the text.
    pub fn folder(&self, base: &PathBase) -> PathBuf {
        self.meant(self.folder_text(), base)
    }

    /// The path that is meant.
    pub fn path(&self, base: &PathBase) -> PathBuf {
        self.meant(&self.text, base)
    }

    fn meant(&self, text: &str, base: &PathBase) -> PathBuf {
        if let Some((shown, exact)) = &self.exact
            && let Some(rest) = text.strip_prefix(shown.as_str())
        {
            let inside = rest.trim_start_matches(is_separator);
            // A longer name that only begins so is another one.
            if inside.len() < rest.len() || rest.is_empty() {
                return if inside.is_empty() {
                    exact.clone()
                } else {
                    exact.join(inside)
                };
            }
        }
        if text == "~" {
            return base.home.clone();
        }
        if let Some(rest) = text.strip_prefix('~')
            && rest.starts_with(is_separator)
        {
            return base.home.join(rest.trim_start_matches(is_separator));
        }
        base.start.join(text)
    }
}

/// A name in letters that can stand in a line; those that cannot are shown as `?`.
pub fn shown_name(name: &OsStr) -> String {
    let text = name.to_string_lossy();
    let is_unknown = |c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER;
    text.chars()
        .map(|c| if is_unknown(c) { '?' } else { c })
        .collect()
}

/// What stands behind the last `//` or `/~/`: a path that was begun anew within another.
fn since_restart(text: &str) -> &str {
    let bytes = text.as_bytes();
    let is_slash = |at: usize| bytes.get(at) == Some(&b'/');
    let starts = (1..bytes.len()).rev().find(|at| {
        let is_home = bytes[*at] == b'~' && is_slash(at + 1);
        is_slash(at - 1) && (is_slash(*at) || is_home)
    });
    starts.map_or(text, |at| &text[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> PathBase {
        PathBase {
            home: "/home/ana".into(),
            start: "/data".into(),
        }
    }

    #[cfg(unix)]
    #[test]
    fn texts_mean_paths() {
        for (text, folder, path) in [
            ("", "/data", "/data"),
            ("night", "/data", "/data/night"),
            ("./night/a.fits", "/data/night", "/data/night/a.fits"),
            ("~", "/data", "/home/ana"),
            ("~/", "/home/ana", "/home/ana"),
            ("~/x/y", "/home/ana/x", "/home/ana/x/y"),
            ("~x/y", "/data/~x", "/data/~x/y"),
            ("/a/b", "/a", "/a/b"),
            ("/", "/", "/"),
            ("/a//b", "/", "/b"),
            ("/a/~/b", "/home/ana", "/home/ana/b"),
            ("/a/b~/c", "/a/b~", "/a/b~/c"),
            ("/a b /c ", "/a b ", "/a b /c "),
        ] {
            let mut typed = PathText::default();
            typed.set(text);
            assert_eq!(typed.folder(&base()), Path::new(folder), "{text}");
            assert_eq!(typed.path(&base()), Path::new(path), "{text}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_no_text_is_meant_exactly() {
        use std::os::unix::ffi::OsStrExt;
        let two_lines = OsStr::new("n\n");
        let mut typed = PathText::of_folder(Path::new("/data"));
        typed.take_name(two_lines, true, &base());
        let more = format!("{}a", typed.text());
        typed.set(&more);
        assert_eq!(typed.path(&base()), Path::new("/data/n\n/a"));
        let name = OsStr::from_bytes(b"n\xff");
        let mut typed = PathText::of_folder(Path::new("/data"));
        typed.take_name(name, true, &base());
        assert_eq!(typed.text(), "/data/n?/");
        let folder = Path::new("/data").join(name);
        assert_eq!(typed.folder(&base()), folder);
        typed.set("/data/n?/a.fits");
        assert_eq!(typed.path(&base()), folder.join("a.fits"));
        typed.take_name(OsStr::new("b.fits"), false, &base());
        assert_eq!(typed.path(&base()), folder.join("b.fits"));
        // Typed over, it is what its letters are.
        typed.set("/data/n");
        assert_eq!(typed.path(&base()), Path::new("/data/n"));
        let mut typed = PathText::of(&folder);
        typed.set("/data/n?2");
        assert_eq!(typed.path(&base()), Path::new("/data/n?2"));
    }
}
