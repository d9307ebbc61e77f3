//! The file in which a running hub writes its address and the word that lets programs of the same user register.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::io::file_address;

/// Beginning of the variable `SAMP_HUB` where it names a lock file (section 5.2 of the standard).
const LOCK_URL: &str = "std-lockurl:";
/// Longer files are none that a hub writes.
const MOST_BYTES: u64 = 64 * 1024;

/// Where a hub is, and the word for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubAddress {
    /// Its endpoint of XML-RPC.
    pub url: String,
    /// What registering needs; only its owner can read the file.
    pub secret: String,
}

impl HubAddress {
    /// The hub of this user: by the variable `SAMP_HUB`, else by `.samp` in the home folder.
    ///
    /// # Errors
    /// Where none is running, or its file cannot be used.
    pub fn find() -> Result<Self, String> {
        let path = match env::var("SAMP_HUB") {
            Ok(place) => named_by(&place)?,
            Err(_) => home()?.join(".samp"),
        };
        Self::read(&path)
    }

    /// The hub that wrote this file.
    ///
    /// # Errors
    /// As for [`Self::find`].
    pub fn read(path: &Path) -> Result<Self, String> {
        let shown = path.display();
        let size = fs::metadata(path).map_or(0, |found| found.len());
        if size > MOST_BYTES {
            return Err(format!("{shown}: {size} bytes are no lock file of SAMP"));
        }
        let text = fs::read_to_string(path).map_err(|why| match why.kind() {
            std::io::ErrorKind::NotFound => {
                format!("no SAMP hub is running (there is no {shown}): start TOPCAT, Aladin or another hub first")
            }
            _ => format!("{shown}: {why}"),
        })?;
        let of = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            let value = line.and_then(|rest| rest.trim_start().strip_prefix('='));
            value.map(|value| value.trim().to_owned()).ok_or_else(|| {
                format!("{shown}: a lock file of SAMP has a line `{name}=…`, which this one lacks")
            })
        };
        Ok(Self {
            url: of("samp.hub.xmlrpc.url")?,
            secret: of("samp.secret")?,
        })
    }
}

fn named_by(place: &str) -> Result<PathBuf, String> {
    let url = place.strip_prefix(LOCK_URL);
    url.and_then(file_address::to_path)
        .ok_or_else(|| format!("SAMP_HUB is {place:?}: only {LOCK_URL}file:///… can be used"))
}

fn home() -> Result<PathBuf, String> {
    let folders = directories::BaseDirs::new();
    folders
        .map(|folders| folders.home_dir().to_owned())
        .ok_or_else(|| "no home folder is known, in which a SAMP hub would leave its file".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<HubAddress, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".samp");
        fs::write(&path, text).unwrap();
        HubAddress::read(&path)
    }

    #[test]
    fn address_and_word_are_read_whatever_stands_beside_them() {
        let text = "# SAMP lockfile\nhub.impl=JSAMP\nsamp.secret=734144fdaab8400a1ec2\n\
                    samp.hub.xmlrpc.url=http://127.0.0.1:8001/xmlrpc\nsamp.profile.version=1.3\n";
        let found = read(text).unwrap();
        assert_eq!(found.url, "http://127.0.0.1:8001/xmlrpc");
        assert_eq!(found.secret, "734144fdaab8400a1ec2");
    }

    #[test]
    fn what_is_missing_is_named() {
        let why = read("samp.secret=a\n").unwrap_err();
        assert!(why.contains("samp.hub.xmlrpc.url"), "{why}");
        let why = HubAddress::read(Path::new("/nowhere/.samp")).unwrap_err();
        assert!(why.contains("no SAMP hub is running"), "{why}");
    }

    #[test]
    fn the_variable_names_a_file_by_its_address() {
        let of = |place: &str| named_by(place).map(|path| path.display().to_string());
        assert_eq!(of("std-lockurl:file:///tmp/hub"), Ok("/tmp/hub".into()));
        assert_eq!(
            of("std-lockurl:file://localhost/tmp/hub"),
            Ok("/tmp/hub".into())
        );
        assert_eq!(
            of("std-lockurl:file:///C:/my%20files/hub"),
            Ok("C:/my files/hub".into())
        );
        assert!(of("std-lockurl:http://elsewhere/hub").is_err());
        assert!(of("/tmp/hub").is_err());
    }
}
