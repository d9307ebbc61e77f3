//! Paths in the settings file: as they are, and with their bytes written out where they are no
//! text. One such path must not keep all settings from being saved.

use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, percent_encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::io::file_address::path_of_bytes;

/// Begins a path whose bytes are written out: `bytes:/data/%FF`. No absolute path begins so.
const MARK: &str = "bytes:";

/// What is written out, beside bytes above 127.
const WRITTEN_OUT: &AsciiSet = &CONTROLS.add(b'%');

fn to_text(path: &Path) -> String {
    if let Some(text) = path.to_str() {
        return text.to_owned();
    }
    let bytes = path.as_os_str().as_encoded_bytes();
    format!("{MARK}{}", percent_encode(bytes, WRITTEN_OUT))
}

fn from_text(text: &str) -> PathBuf {
    let Some(escaped) = text.strip_prefix(MARK) else {
        return text.into();
    };
    path_of_bytes(percent_decode_str(escaped).collect())
}

/// A path, for `#[serde(with)]`.
pub mod one {
    use super::{Deserialize, Deserializer, Path, PathBuf, Serializer, from_text, to_text};

    pub fn serialize<S: Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&to_text(path))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
        Ok(from_text(&String::deserialize(from)?))
    }
}

/// A list of paths, for `#[serde(with)]`.
pub mod list {
    use super::{Deserialize, Deserializer, PathBuf, Serialize, Serializer, from_text, to_text};

    pub fn serialize<S: Serializer>(paths: &[PathBuf], to: S) -> Result<S::Ok, S::Error> {
        let texts: Vec<_> = paths.iter().map(|path| to_text(path)).collect();
        texts.serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<PathBuf>, D::Error> {
        let texts = Vec::<String>::deserialize(from)?;
        Ok(texts.iter().map(|text| from_text(text)).collect())
    }
}

/// Paths by what they are for, for `#[serde(with)]`.
pub mod map {
    use std::collections::BTreeMap;

    use super::{Deserialize, Deserializer, PathBuf, Serialize, Serializer, from_text, to_text};
    use crate::workspace::pick::PickFor;

    type Paths = BTreeMap<PickFor, PathBuf>;

    pub fn serialize<S: Serializer>(paths: &Paths, to: S) -> Result<S::Ok, S::Error> {
        let texts = paths.iter().map(|(purpose, path)| (purpose, to_text(path)));
        texts.collect::<BTreeMap<_, _>>().serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Paths, D::Error> {
        let texts = BTreeMap::<PickFor, String>::deserialize(from)?;
        let paths = texts
            .into_iter()
            .map(|(purpose, text)| (purpose, from_text(&text)));
        Ok(paths.collect())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::ffi::OsStrExt;

    use super::*;
    use crate::{workspace::pick::PickFor, workspace::settings::Settings};

    #[test]
    fn every_path_comes_back_from_the_settings_file() {
        let strange = Path::new(std::ffi::OsStr::from_bytes(b"/a/\xff%\x80 \n\xc3\xa9"));
        let plain = Path::new("/data/bytes:100%/é");
        let mut settings = Settings {
            vocabulary_files: vec![strange.into()],
            recent_projects: vec![strange.into(), plain.into()],
            ..Settings::default()
        };
        settings
            .last_folders
            .insert(PickFor::ImportLabels, strange.into());
        let text = toml::to_string_pretty(&settings).unwrap();
        assert!(text.contains("\"/data/bytes:100%/é\""), "{text}");
        assert_eq!(toml::from_str::<Settings>(&text).unwrap(), settings);
    }
}
