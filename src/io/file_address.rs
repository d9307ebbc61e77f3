//! Addresses of files, `file:///tmp/a%20b.vot`: what programs name files by to each other (RFC 8089).

use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

const SCHEME: &str = "file:";
/// What is no letter or digit is written as its bytes, but these.
const WRITTEN_OUT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b'~')
    .remove(b':');

/// The address of a file, whatever its name: one that is no UTF-8 goes by its bytes.
pub fn of_path(path: &Path) -> String {
    let mut bytes = path.as_os_str().as_encoded_bytes().to_vec();
    // Elsewhere a backslash is a sign of a name.
    if cfg!(windows) || has_drive(&bytes) {
        for byte in &mut bytes {
            if *byte == b'\\' {
                *byte = b'/';
            }
        }
    }
    // A drive letter needs a slash before it.
    let slash = if bytes.starts_with(b"/") { "" } else { "/" };
    format!("file://{slash}{}", percent_encode(&bytes, WRITTEN_OUT))
}

/// The file of an address on this machine: `file:///x`, `file://localhost/x`, or `file:/x` as Java writes it.
pub fn to_path(address: &str) -> Option<PathBuf> {
    let rest = address.strip_prefix(SCHEME)?;
    let path = match rest.strip_prefix("//") {
        Some(rest) => rest.strip_prefix("localhost").unwrap_or(rest),
        None => rest,
    };
    if !path.starts_with('/') {
        return None;
    }
    let bytes: Vec<u8> = percent_decode_str(path).collect();
    let without_slash = bytes.get(1..).filter(|rest| has_drive(rest));
    Some(path_of_bytes(
        without_slash.map_or_else(|| bytes.clone(), <[u8]>::to_vec),
    ))
}

/// `C:\` or `C:/`.
fn has_drive(path: &[u8]) -> bool {
    matches!(path, [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic())
}

/// The path of these bytes, exact where paths are bytes.
#[cfg(unix)]
pub fn path_of_bytes(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt as _;
    std::ffi::OsString::from_vec(bytes).into()
}

/// The path of these bytes, which are UTF-8 where paths are texts.
#[cfg(not(unix))]
pub fn path_of_bytes(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_hold_any_name_and_lead_back_to_it() {
        for (path, address) in [
            ("/tmp/a b#é.vot", "file:///tmp/a%20b%23%C3%A9.vot"),
            ("/tmp/100%", "file:///tmp/100%25"),
            ("C:/night/a.vot", "file:///C:/night/a.vot"),
        ] {
            assert_eq!(of_path(Path::new(path)), address);
            assert_eq!(to_path(address), Some(path.into()), "{address}");
        }
        let windows = Path::new("C:\\night of rain\\a.vot");
        assert_eq!(of_path(windows), "file:///C:/night%20of%20rain/a.vot");
    }

    #[test]
    fn addresses_of_this_machine_lead_to_files() {
        for address in [
            "file:///tmp/hub",
            "file://localhost/tmp/hub",
            "file:/tmp/hub",
        ] {
            assert_eq!(to_path(address), Some("/tmp/hub".into()), "{address}");
        }
        for address in [
            "http://x/hub",
            "file://elsewhere/hub",
            "file:hub",
            "/tmp/hub",
            "",
        ] {
            assert_eq!(to_path(address), None, "{address}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_no_text_goes_by_its_bytes() {
        use std::os::unix::ffi::OsStrExt as _;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"/tmp/\xff\\x"));
        let address = of_path(path);
        assert_eq!(address, "file:///tmp/%FF%5Cx");
        assert_eq!(to_path(&address), Some(path.into()));
    }
}
