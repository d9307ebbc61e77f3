//! A PostgreSQL server of a test's own, in a temporary folder, gone when dropped.

use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::common::program::{finished, text};

/// The server refuses to run as root: it runs as this user, `nobody` on every system.
const NOBODY: u32 = 65_534;
/// How long a server may take to answer: after a kill it reads its log again.
const PATIENCE: Duration = Duration::from_mins(1);
/// Who may log in without being asked, and who must know a password.
pub const TRUST: &str = "trust";
pub const SCRAM: &str = "scram-sha-256";
/// The password of `ana`, the owner.
pub const PASSWORD: &str = "s3cret-of-ana";

/// Where the programs of a server are; none where none is installed.
pub fn programs() -> Option<PathBuf> {
    let of_debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let of_debian = of_debian
        .flatten()
        .map(|version| version.path().join("bin"));
    let path = env::var_os("PATH").unwrap_or_default();
    let mut all: Vec<PathBuf> = of_debian.chain(env::split_paths(&path)).collect();
    // Links to some of them may lie elsewhere.
    let needed = ["initdb", "postgres", "psql"];
    all.retain(|folder| needed.iter().all(|name| folder.join(name).exists()));
    all.pop()
}

/// A server with the database `night` of the role `ana`.
pub struct Server {
    folder: TempDir,
    port: u16,
    encrypts: bool,
    process: Option<Child>,
}

impl Server {
    /// One that lets everybody in.
    pub fn new() -> Self {
        Self::with(TRUST, false)
    }

    /// One that lets in as named; where it encrypts it has `root.crt` in its folder, on which its certificate rests.
    pub fn with(lets_in: &str, encrypts: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Self {
            port: free_port(),
            folder,
            encrypts,
            process: None,
        };
        let password = server.folder.path().join("password");
        fs::write(&password, PASSWORD).unwrap();
        if encrypts {
            server.make_certificates();
        }
        server.hand_over();
        let mut initdb = server.command("initdb");
        initdb.args(["-U", "ana", "-E", "UTF8", "--locale", "C", "-A", lets_in]);
        initdb.arg("--pwfile").arg(&password);
        initdb.arg("-D").arg(server.data());
        finished(&mut initdb);
        fs::remove_file(password).unwrap();
        server.start();
        server.sql_in("postgres", "CREATE DATABASE night");
        server
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The folder of its socket, and of its certificates.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The address by its socket, with something behind it such as `&project=two`.
    pub fn address(&self, more: &str) -> String {
        let (folder, port) = (self.folder.path().display(), self.port);
        format!("postgresql://ana@/night?host={folder}&port={port}{more}")
    }

    /// The address by the network, with something behind it such as `?sslmode=require`.
    pub fn network_address(&self, more: &str) -> String {
        format!("postgresql://ana@localhost:{}/night{more}", self.port)
    }

    /// A program of the server, as the user that it runs as.
    fn command(&self, name: &str) -> Command {
        let program = programs().unwrap().join(name);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            let [user, group] = ["--reuid", "--regid"].map(|option| format!("{option}={NOBODY}"));
            command
                .args([&*user, &*group, "--clear-groups"])
                .arg(program);
            command
        } else {
            Command::new(program)
        };
        command
            .current_dir(self.folder.path())
            .env("PGPASSWORD", PASSWORD);
        command
    }

    /// Gives the folder to the user that the server runs as.
    fn hand_over(&self) {
        #[cfg(unix)]
        if is_root() {
            let owner = Some(NOBODY);
            std::os::unix::fs::chown(self.folder.path(), owner, owner).unwrap();
            for entry in fs::read_dir(self.folder.path()).unwrap().flatten() {
                std::os::unix::fs::chown(entry.path(), owner, owner).unwrap();
            }
        }
    }

    /// Starts it, and waits until it answers.
    pub fn start(&mut self) {
        let since = Instant::now();
        while since.elapsed() < PATIENCE {
            let is_running = self.process.as_mut().is_some_and(|process| {
                // A server whose predecessor is not wholly gone ends at once: it is started again.
                process.try_wait().unwrap().is_none()
            });
            if !is_running {
                self.process = Some(self.begin());
            }
            if self.try_sql("postgres", "SELECT 1").is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let log = fs::read_to_string(self.folder.path().join("log"));
        panic!("the server does not answer: {}", log.unwrap_or_default());
    }

    fn begin(&self) -> Child {
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.folder.path().join("log"))
            .unwrap();
        let mut postgres = self.command("postgres");
        postgres.arg("-D").arg(self.data());
        postgres.arg("-k").arg(self.folder.path());
        postgres.args(["-p", &self.port.to_string()]);
        postgres.args(["-c", "listen_addresses=localhost"]);
        if self.encrypts {
            let file = |name: &str| self.folder.path().join(name).display().to_string();
            postgres.args(["-c", "ssl=on"]);
            postgres.args(["-c", &format!("ssl_cert_file={}", file("server.crt"))]);
            postgres.args(["-c", &format!("ssl_key_file={}", file("server.key"))]);
        }
        let errors = log.try_clone().unwrap();
        postgres.stdin(Stdio::null()).stdout(log).stderr(errors);
        postgres.spawn().unwrap()
    }

    /// Kills it (SIGKILL).
    pub fn kill(&mut self) {
        let mut process = self.process.take().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    /// What a statement gives: a line a row, columns parted by `|`.
    pub fn sql(&self, statement: &str) -> String {
        self.sql_in("night", statement)
    }

    fn sql_in(&self, database: &str, statement: &str) -> String {
        self.try_sql(database, statement)
            .unwrap_or_else(|why| panic!("{statement}: {why}"))
    }

    fn try_sql(&self, database: &str, statement: &str) -> Result<String, String> {
        let mut psql = self.command("psql");
        psql.arg("-h").arg(self.folder.path());
        psql.args(["-p", &self.port.to_string(), "-U", "ana", "-qAtX"]);
        psql.args(["-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement]);
        let done = psql.output().unwrap();
        if done.status.success() {
            Ok(text(&done.stdout).trim().to_owned())
        } else {
            Err(text(&done.stderr))
        }
    }

    /// An authority, and a certificate for `localhost` that rests on it.
    fn make_certificates(&self) {
        let openssl = |arguments: &str| {
            let mut openssl = Command::new("openssl");
            openssl
                .args(arguments.split(' '))
                .current_dir(self.folder.path());
            finished(&mut openssl);
        };
        let new_key = "-newkey rsa:2048 -nodes";
        openssl(&format!(
            "req -x509 {new_key} -keyout root.key -out root.crt -days 2 -subj /CN=authority"
        ));
        openssl(&format!(
            "req {new_key} -keyout server.key -out server.csr -subj /CN=localhost"
        ));
        let names = "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n";
        fs::write(self.folder.path().join("names"), names).unwrap();
        openssl(
            "x509 -req -in server.csr -CA root.crt -CAkey root.key -CAcreateserial -days 2 -extfile names -out server.crt",
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            process.kill().ok();
            process.wait().ok();
        }
    }
}

/// A port that nothing listens on.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// True for root, whose home folder belongs to user 0.
fn is_root() -> bool {
    let mut id = Command::new("id");
    finished(id.arg("-u")).trim() == "0"
}
