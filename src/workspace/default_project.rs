//! The project file of a set for which the user names none, and the local copy of one on a server.

use std::path::{Path, PathBuf};

use crate::{
    domain::fnv::{FNV_START, fnv1a},
    store::server::Address,
};

/// Bytes of a default project's name taken from what it was made for.
const NAME_BYTES: usize = 72;

/// The project file for these paths where the user names none: in the user's data folder,
/// named after the first path and a number made of all of them. A long name is cut; the number
/// tells such names apart.
pub fn default_project(paths: &[PathBuf]) -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "destello")?;
    let full: Vec<_> = paths
        .iter()
        .map(|path| path.canonicalize().unwrap_or_else(|_| path.clone()))
        .collect();
    let name = full
        .first()?
        .file_stem()
        .map_or("set".into(), |stem| stem.to_string_lossy());
    let number = full.iter().fold(FNV_START, |hash, path| {
        let bytes = path.as_os_str().as_encoded_bytes().iter();
        fnv1a(hash, bytes.chain(b"\n").copied())
    });
    let file = |name: &str| numbered_file(&folders, name, number);
    let safe = safe_name(&name);
    // Earlier versions took names as they are: such a project goes on.
    let earlier = file(&name);
    if safe != name && earlier.exists() {
        return Some(earlier);
    }
    Some(file(&safe))
}

/// The local copy of a project on a server: in the same folder, named after the project and the address.
pub fn local_copy(address: &Address) -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "destello")?;
    let number = fnv1a(FNV_START, address.text().bytes());
    Some(numbered_file(&folders, &safe_name(&address.name()), number))
}

/// A file in the folder of default projects.
fn numbered_file(folders: &directories::ProjectDirs, name: &str, number: u64) -> PathBuf {
    let number = number as u32 ^ (number >> 32) as u32;
    let file = format!("{name}-{number:08x}.destello");
    folders.data_dir().join("projects").join(file)
}

/// True for a file in the folder of default projects.
pub fn is_default(file: &Path) -> bool {
    let folders = directories::ProjectDirs::from("", "", "destello");
    folders.is_some_and(|folders| file.parent() == Some(&folders.data_dir().join("projects")))
}

/// A name that every file system takes, of at most [`NAME_BYTES`] bytes.
fn safe_name(name: &str) -> String {
    let is_unsafe = |c: char| {
        c.is_control()
            || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
            || matches!(c, '\u{fffd}' | '\u{200e}' | '\u{200f}')
            || ('\u{202a}'..='\u{202e}').contains(&c)
            || ('\u{2066}'..='\u{2069}').contains(&c)
    };
    let safe: String = name
        .chars()
        .map(|c| if is_unsafe(c) { '_' } else { c })
        .collect();
    let mut end = safe.len().min(NAME_BYTES);
    while !safe.is_char_boundary(end) {
        end -= 1;
    }
    safe[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_paths_lead_to_the_same_project_and_others_to_another() {
        let project = |path: &str| default_project(&[path.into()]).unwrap();
        assert_eq!(project("/data/night"), project("/data/night"));
        assert_ne!(project("/data/night"), project("/other/night"));
        // Projects that exist are named so.
        let known = project("/nowhere/destello/night");
        assert!(
            known.ends_with("night-bd7cbccc.destello"),
            "{}",
            known.display()
        );
        assert!(project("/data/night").to_string_lossy().contains("night-"));
    }

    #[test]
    fn each_address_has_its_copy() {
        let copy = |text: &str| {
            let address = Address::parse(text).unwrap();
            local_copy(&address).unwrap().display().to_string()
        };
        let night = copy("postgresql://ana@db/night");
        assert!(
            night.contains("night@db-") && is_default(night.as_ref()),
            "{night}"
        );
        assert_ne!(night, copy("postgresql://ana@db/night?project=two"));
        assert_ne!(night, copy("postgresql://ben@db/night"));
    }

    #[test]
    fn long_and_strange_names_give_short_and_safe_project_names() {
        let name = |path: std::path::PathBuf| {
            let file = default_project(&[path]).unwrap();
            file.file_name().unwrap().to_str().unwrap().to_owned()
        };
        let long = name(format!("/data/{}", "é".repeat(120)).into());
        assert!(long.len() <= 100, "{}", long.len());
        assert!(long.starts_with("éé"), "{long}");
        let other = name(format!("/data/{}", "é".repeat(121)).into());
        assert_ne!(long, other, "the number tells them apart");
        let strange = name("/data/a\nb\u{202e}c:d".into());
        assert!(strange.starts_with("a_b_c_d-"), "{strange}");
        let plain = name("/data/Größe [1] (x) 'y'".into());
        assert!(plain.starts_with("Größe [1] (x) 'y'-"), "{plain}");
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_no_text_has_a_project_too() {
        use std::os::unix::ffi::OsStrExt;
        let path = |byte: u8| {
            let name = [b"/data/night-".as_slice(), &[byte]].concat();
            std::path::PathBuf::from(std::ffi::OsStr::from_bytes(&name))
        };
        let [a, b] = [0xff, 0xfe].map(|byte| default_project(&[path(byte)]).unwrap());
        assert_ne!(a, b, "the number is made of the exact bytes");
        assert!(a.to_str().unwrap().contains("night-_-"), "{}", a.display());
    }
}
