//! Passwords: from the environment or the password file of PostgreSQL, and from nowhere else.
//!
//! <https://www.postgresql.org/docs/current/libpq-pgpass.html>

use std::{env, fs, path::PathBuf};

use super::Address;

/// The password for an address: `PGPASSWORD`, else the first line of the password file that fits.
pub(super) fn password_of(address: &Address) -> Option<String> {
    if let Ok(password) = env::var("PGPASSWORD")
        && !password.is_empty()
    {
        return Some(password);
    }
    let file = file()?;
    let text = fs::read_to_string(&file).ok()?;
    if is_open_to_others(&file) {
        log::warn!(
            "{}: not used, because others may read it: chmod 600 it",
            file.display()
        );
        return None;
    }
    let config = &address.config;
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let login = || env::var("USER").or_else(|_| env::var("USERNAME"));
    let user = match config.get_user() {
        Some(user) => user.to_owned(),
        None => login().unwrap_or_default(),
    };
    let database = config.get_dbname().unwrap_or_default();
    found_in(&text, [address.host(), &port.to_string(), database, &user])
}

/// `PGPASSFILE`, else the usual place.
fn file() -> Option<PathBuf> {
    if let Some(file) = env::var_os("PGPASSFILE") {
        return Some(file.into());
    }
    let folders = directories::BaseDirs::new()?;
    Some(if cfg!(windows) {
        folders.config_dir().join("postgresql").join("pgpass.conf")
    } else {
        folders.home_dir().join(".pgpass")
    })
}

#[cfg(unix)]
fn is_open_to_others(file: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(file).is_ok_and(|about| about.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &std::path::Path) -> bool {
    false
}

/// The password of the first line for host, port, database and user; `*` fits all.
fn found_in(text: &str, wanted: [&str; 4]) -> Option<String> {
    text.lines().find_map(|line| {
        let fields = fields(line)?;
        let mut pairs = fields.iter().zip(wanted);
        let fits = pairs.all(|(field, wanted)| field == "*" || field == wanted);
        let [.., password] = fields;
        fits.then_some(password)
    })
}

/// The five fields of a line: colons part them, a backslash takes the next sign as it is.
fn fields(line: &str) -> Option<[String; 5]> {
    if line.starts_with('#') {
        return None;
    }
    let mut fields = vec![String::new()];
    let mut signs = line.chars();
    while let Some(sign) = signs.next() {
        match sign {
            ':' if fields.len() < 5 => fields.push(String::new()),
            '\\' => fields.last_mut()?.extend(signs.next()),
            sign => fields.last_mut()?.push(sign),
        }
    }
    fields.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::found_in;

    #[test]
    fn the_first_line_that_fits_has_the_password() {
        let text = "# mine\nother:*:*:ana:no\ndb:5432:night:ana:a\\:b\\\\c\n*:*:*:*:last";
        let found = |wanted| found_in(text, wanted);
        assert_eq!(found(["db", "5432", "night", "ana"]).unwrap(), "a:b\\c");
        assert_eq!(found(["db", "5433", "night", "ana"]).unwrap(), "last");
        assert_eq!(
            found_in("db:5432:night:ana", ["db", "5432", "night", "ana"]),
            None
        );
    }
}
