//! Passwords and encryption.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use destello::store::server::{Address, Exchange};

use super::{
    person::Person,
    server::{PASSWORD, SCRAM, Server, TRUST},
};
use crate::common::program::{finished, text};

/// Files below a folder that hold the password.
fn files_with_password(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files_with_password(&path, found);
            continue;
        }
        let bytes = fs::read(&path).unwrap_or_default();
        let password = PASSWORD.as_bytes();
        if bytes.windows(password.len()).any(|part| part == password) {
            found.push(path.display().to_string());
        }
    }
}

pub fn passwords_are_written_nowhere() {
    let server = Server::with(SCRAM, false);
    let address = server.address("");
    let ana = Person::new("ana", &address);
    let list = |address: &str| {
        let mut list = ana.program();
        list.args(["label", "list", "--project", address]);
        list
    };
    let refused = |mut list: std::process::Command| {
        let done = list.output().unwrap();
        assert_eq!(done.status.code(), Some(1));
        let why = text(&done.stderr);
        assert!(!why.contains(PASSWORD), "{why}");
        why
    };
    let why = refused(list(&address));
    assert!(why.contains("set PGPASSWORD"), "{why}");
    let mut wrong = list(&address);
    wrong.env("PGPASSWORD", "wrong");
    let why = refused(wrong);
    assert!(why.contains("password authentication failed"), "{why}");
    // In an address it is refused, and not repeated.
    let within = address.replace("ana@", &format!("ana:{PASSWORD}@"));
    for address in [within, format!("{address}&password={PASSWORD}")] {
        let why = refused(list(&address));
        assert!(why.contains("leave the password out"), "{why}");
        let mut copy = ana.program();
        copy.args(["project", "copy", "night.destello", &address]);
        refused(copy);
        let mut window = ana.program();
        window.args(["--project", &address]);
        refused(window);
    }
    finished(list(&address).env("PGPASSWORD", PASSWORD));
    let mut found = Vec::new();
    files_with_password(ana.home(), &mut found);
    assert_eq!(found, [""; 0]);
    // A password file counts where only its owner reads it.
    let file = ana.home().join(".pgpass");
    fs::write(&file, format!("localhost:*:night:ana:{PASSWORD}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let mut new = list(&server.address("&project=two"));
    assert!(refused(new).contains("password"));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    new = list(&server.address("&project=two"));
    finished(&mut new);
    files_with_password(ana.home(), &mut found);
    assert_eq!(found, [file.display().to_string()]);
}

pub fn connections_are_encrypted_as_the_address_asks() {
    let server = Server::with(TRUST, true);
    let plain = Server::new();
    let folder = tempfile::tempdir().unwrap();
    let open = |address: &str, name: &str| {
        let address = Address::parse(address).unwrap();
        let file = folder.path().join(name);
        Exchange::with_copy(&address, &file).map_err(|error| error.to_string())
    };
    let is_encrypted = "SELECT bool_or(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                        WHERE application_name = 'destello'";
    for (mode, encrypts) in [("disable", "f"), ("prefer", "t"), ("require", "t")] {
        let address = server.network_address(&format!("?sslmode={mode}"));
        let mut exchange = open(&address, mode).unwrap();
        exchange.exchange().unwrap();
        assert_eq!(server.sql(is_encrypted), encrypts, "{mode}");
    }
    let root = server.folder().join("root.crt");
    let verified = format!("?sslmode=verify-full&sslrootcert={}", root.display());
    open(&server.network_address(&verified), "verified").unwrap();
    let other = Server::with(TRUST, true);
    let why = open(&other.network_address(&verified), "other").unwrap_err();
    assert!(why.contains("certificate"), "{why}");
    // What does not encrypt is taken by prefer, and refused by require.
    open(&plain.network_address(""), "prefers").unwrap();
    let why = open(&plain.network_address("?sslmode=require"), "requires").unwrap_err();
    assert!(why.contains("TLS"), "{why}");
}
