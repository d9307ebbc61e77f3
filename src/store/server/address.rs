//! The address of a project on a server: `postgresql://user@host:port/database?sslmode=require&project=night`.

use std::{ffi::OsStr, path::PathBuf, time::Duration};

use percent_encoding::percent_decode_str;
use postgres::config::{Config, Host, SslMode};

use super::{ServerError, error::in_words, tls::Tls};

/// How an address begins.
const SCHEMES: [&str; 2] = ["postgresql://", "postgres://"];
/// How long a server may take to accept a connection, unless the address says otherwise.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// After so long without an answer a connection is given up.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// Letters of a project's name.
const MOST_LETTERS: usize = 40;
/// Where servers of Unix listen unless they are set up otherwise.
const SOCKETS: &str = "/var/run/postgresql";

/// The address of a project on a server. It has no password.
#[derive(Clone, Debug)]
pub struct Address {
    text: String,
    pub(super) config: Config,
    pub(super) tls: Tls,
    /// The project in the database; empty where none is named.
    project: String,
}

impl Address {
    /// True for what is meant as one, such as the value of `--project`.
    pub fn is_meant(text: &OsStr) -> bool {
        let text = text.to_str().unwrap_or_default();
        SCHEMES.iter().any(|scheme| text.starts_with(scheme))
    }

    /// Reads an address.
    ///
    /// # Errors
    /// Where it is none, names no database, or has a password, which would be kept in the history of the shell.
    pub fn parse(text: &str) -> Result<Self, ServerError> {
        let fault = |why: &str| ServerError::Address {
            address: without_password(text),
            why: why.into(),
        };
        let rest = SCHEMES.iter().find_map(|scheme| text.strip_prefix(scheme));
        let rest = rest.ok_or_else(|| fault("an address begins with postgresql://"))?;
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let user = place.rfind('@').map_or("", |at| &place[..at]);
        if user.contains(':') {
            return Err(fault(
                "leave the password out: it is taken from PGPASSWORD or ~/.pgpass",
            ));
        }
        let mut options = Options::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            options.take(pair).map_err(|why| fault(&why))?;
        }
        let mut config = format!("postgresql://{place}?{}", options.others.join("&"))
            .parse::<Config>()
            .map_err(|error| {
                fault(&format!(
                    "this is no address of a server: {}",
                    in_words(&error)
                ))
            })?;
        if config.get_dbname().is_none_or(str::is_empty) {
            return Err(fault(
                "name the database, as in postgresql://user@host/database",
            ));
        }
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            config.host(if cfg!(unix) { SOCKETS } else { "localhost" });
        }
        let tls = Tls::new(options.mode.as_deref(), options.root).map_err(|why| fault(&why))?;
        // A socket of the same machine needs no encryption, and servers encrypt none.
        let hosts = config.get_hosts();
        let is_local = !hosts.is_empty() && hosts.iter().all(is_socket);
        config.ssl_mode(if is_local {
            SslMode::Disable
        } else {
            tls.ssl_mode()
        });
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_WITHIN);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(ANSWER_WITHIN);
            config.keepalives_idle(ANSWER_WITHIN);
        }
        config.application_name("destello");
        Ok(Self {
            text: text.to_owned(),
            config,
            tls,
            project: options.project,
        })
    }

    /// As it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the project is called where it is listed: `night@db.observatory.edu`.
    pub fn name(&self) -> String {
        let database = self.config.get_dbname().unwrap_or_default();
        let name = if self.project.is_empty() {
            database.to_owned()
        } else {
            format!("{database}-{}", self.project)
        };
        format!("{name}@{}", self.host())
    }

    /// The schema that holds the project.
    pub(super) fn schema(&self) -> String {
        if self.project.is_empty() {
            "destello".into()
        } else {
            format!("destello_{}", self.project)
        }
    }

    /// The first host, as `~/.pgpass` has it.
    pub(super) fn host(&self) -> &str {
        match self.config.get_hosts().first() {
            Some(Host::Tcp(host)) => host,
            _ => "localhost",
        }
    }
}

/// A host that is a folder of sockets.
const fn is_socket(host: &Host) -> bool {
    !matches!(host, Host::Tcp(_))
}

/// What stands behind the question mark.
#[derive(Default)]
struct Options {
    mode: Option<String>,
    root: Option<PathBuf>,
    project: String,
    /// As they stand there.
    others: Vec<String>,
}

impl Options {
    fn take(&mut self, pair: &str) -> Result<(), String> {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let value = decoded(value);
        match decoded(key).as_str() {
            "password" | "sslpassword" => {
                return Err(
                    "leave the password out: it is taken from PGPASSWORD or ~/.pgpass".into(),
                );
            }
            "sslmode" => self.mode = Some(value),
            "sslrootcert" => self.root = Some(value.into()),
            "project" => {
                let is_letter = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '_');
                if value.is_empty() || value.len() > MOST_LETTERS || !value.chars().all(is_letter) {
                    return Err(format!(
                        "project={value}: a name is made of at most {MOST_LETTERS} small letters, digits and underscores"
                    ));
                }
                self.project = value;
            }
            _ => self.others.push(pair.to_owned()),
        }
        Ok(())
    }
}

/// An address as it may be shown: what may be a password is left out.
fn without_password(text: &str) -> String {
    let (place, query) = text.split_once('?').unwrap_or((text, ""));
    let start = place.find("://").map_or(0, |at| at + 3);
    let place = match place.rfind('@') {
        Some(at) if at > start => match place[start..at].find(':') {
            Some(colon) => format!("{}:…{}", &place[..start + colon], &place[at..]),
            None => place.to_owned(),
        },
        _ => place.to_owned(),
    };
    let is_open = |pair: &&str| {
        let key = pair.split('=').next().unwrap_or_default();
        let key = percent_decode_str(key).decode_utf8_lossy();
        !key.contains("password")
    };
    let pairs: Vec<&str> = query.split('&').filter(is_open).collect();
    let pairs = pairs.join("&");
    if pairs.is_empty() {
        place
    } else {
        format!("{place}?{pairs}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(text: &str) -> String {
        Address::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn parts_are_read_and_named() {
        let address = "postgresql://ana@db.obs.edu:5433/night?sslmode=require&project=fields";
        let address = Address::parse(address).unwrap();
        assert_eq!(address.name(), "night-fields@db.obs.edu");
        assert_eq!(address.schema(), "destello_fields");
        assert_eq!(address.config.get_user(), Some("ana"));
        assert_eq!(address.config.get_ports(), [5433]);
        assert_eq!(address.config.get_ssl_mode(), SslMode::Require);
        let usual = Address::parse("postgres://db/night").unwrap();
        assert_eq!(usual.schema(), "destello");
        assert_eq!(usual.config.get_ssl_mode(), SslMode::Prefer);
        let plain = Address::parse("postgresql://db/night?sslmode=disable").unwrap();
        assert_eq!(plain.config.get_ssl_mode(), SslMode::Disable);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_of_sockets_is_a_host_without_encryption() {
        for text in ["postgresql:///night?host=/tmp/here", "postgresql:///night"] {
            let address = Address::parse(text).unwrap();
            assert_eq!(address.config.get_ssl_mode(), SslMode::Disable, "{text}");
            assert_eq!(address.name(), "night@localhost", "{text}");
        }
    }

    #[test]
    fn a_password_is_refused_and_not_repeated() {
        for text in [
            "postgresql://ana:s3cret@db/night",
            "postgresql://ana:s3c/r@et@db/night?sslmode=require",
            "postgresql://ana@db/night?password=s3cret",
            "postgresql://ana@db/night?pass%77ord=s3cret",
        ] {
            let why = why(text);
            assert!(why.contains(".pgpass"), "{why}");
            assert!(!why.contains("s3c") && !why.contains("et@"), "{why}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_a_sentence() {
        assert!(why("http://db/night").contains("begins with postgresql://"));
        assert!(why("postgresql://db").contains("name the database"));
        assert!(why("postgresql://db/night?project=A b").contains("small letters"));
        assert!(why("postgresql://db/night?sslmode=verify-ca").contains("verify-full"));
        assert!(why("postgresql://db/night?colour=red").contains("no address of a server"));
        assert!(Address::is_meant(OsStr::new("postgresql://db/night")));
        assert!(!Address::is_meant(OsStr::new(
            "/data/postgresql/night.destello"
        )));
    }
}
