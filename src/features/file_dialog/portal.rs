//! Whether the desktop has a file dialog: rfd cannot tell a missing portal from a dismissed dialog.
//!
//! The session bus is asked for the version of the portal's file chooser, which starts the portal
//! where it is not running. It is absent where no portal is installed, and where the portal has no
//! part that can show a dialog. The messages are those of the D-Bus specification, by hand: one
//! question needs no library.

/// True where a native dialog will come.
#[cfg(any(
    target_os = "macos",
    target_os = "windows",
    target_os = "android",
    target_os = "ios"
))]
pub(crate) fn has_native_dialog() -> bool {
    true
}

/// True where a native dialog will come.
#[cfg(not(any(
    target_os = "macos",
    target_os = "windows",
    target_os = "android",
    target_os = "ios"
)))]
pub(crate) fn has_native_dialog() -> bool {
    let has_screen =
        std::env::var_os("DISPLAY").is_some() || std::env::var_os("WAYLAND_DISPLAY").is_some();
    bus::has_file_chooser() || (has_screen && is_in_path("zenity"))
}

/// True where a program of that name can be started. rfd takes zenity where there is no portal.
#[cfg(not(any(target_os = "macos", target_os = "windows")))]
fn is_in_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

#[cfg(not(any(target_os = "macos", target_os = "windows")))]
mod bus {
    use std::{
        ffi::OsString,
        io::{self, Read, Write},
        os::unix::{ffi::OsStringExt, net::UnixStream},
        path::PathBuf,
        time::{Duration, Instant},
    };

    use percent_encoding::percent_decode_str;

    /// A portal that is started answers within this; one that does not is as good as none.
    const PATIENCE: Duration = Duration::from_secs(4);
    /// No message of this conversation is longer.
    const MOST_BYTES: usize = 1 << 20;

    /// True where the portal of this session can show file dialogs.
    pub fn has_file_chooser() -> bool {
        let address = std::env::var("DBUS_SESSION_BUS_ADDRESS").ok();
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        sockets(address.as_deref(), runtime)
            .into_iter()
            .filter_map(|socket| socket.connect().ok())
            .any(|stream| match ask(stream) {
                Ok(has) => has,
                Err(error) => {
                    log::debug!("the session bus does not answer: {error}");
                    false
                }
            })
    }

    /// Where a bus listens.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Socket {
        Path(PathBuf),
        Abstract(Vec<u8>),
    }

    impl Socket {
        fn connect(&self) -> io::Result<UnixStream> {
            match self {
                Self::Path(path) => UnixStream::connect(path),
                #[cfg(target_os = "linux")]
                Self::Abstract(name) => {
                    use std::os::{linux::net::SocketAddrExt, unix::net::SocketAddr};
                    UnixStream::connect_addr(&SocketAddr::from_abstract_name(name)?)
                }
                #[cfg(not(target_os = "linux"))]
                Self::Abstract(_) => Err(io::ErrorKind::Unsupported.into()),
            }
        }
    }

    /// The sockets of an address list; without one that of the user's session.
    pub fn sockets(address: Option<&str>, runtime: Option<PathBuf>) -> Vec<Socket> {
        let Some(address) = address.filter(|address| !address.is_empty()) else {
            let bus = runtime.map(|folder| Socket::Path(folder.join("bus")));
            return bus.into_iter().collect();
        };
        let of_one = |one: &str| {
            let keys = one.strip_prefix("unix:")?;
            keys.split(',')
                .filter_map(|pair| pair.split_once('='))
                .find_map(|(key, value)| {
                    // `%41` stands for a byte.
                    let value: Vec<u8> = percent_decode_str(value).collect();
                    match key {
                        "path" => Some(Socket::Path(OsString::from_vec(value).into())),
                        "abstract" => Some(Socket::Abstract(value)),
                        _ => None,
                    }
                })
        };
        address.split(';').filter_map(of_one).collect()
    }

    /// Asks for the version of the file chooser.
    pub fn ask(mut stream: UnixStream) -> io::Result<bool> {
        let until = Instant::now() + PATIENCE;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.write_all(b"\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n")?;
        let hello = Call {
            serial: 1,
            destination: "org.freedesktop.DBus",
            path: "/org/freedesktop/DBus",
            interface: "org.freedesktop.DBus",
            member: "Hello",
            arguments: &[],
        };
        let version = Call {
            serial: 2,
            destination: "org.freedesktop.portal.Desktop",
            path: "/org/freedesktop/portal/desktop",
            interface: "org.freedesktop.DBus.Properties",
            member: "Get",
            arguments: &["org.freedesktop.portal.FileChooser", "version"],
        };
        let mut input = Input { stream, until };
        // Two lines of text: the challenge and the consent.
        for begin in ["DATA", "OK"] {
            let line = input.line()?;
            if !line.starts_with(begin) {
                return Err(io::Error::other(line));
            }
        }
        for call in [hello, version] {
            input.stream.write_all(&call.bytes())?;
        }
        loop {
            let message = input.message()?;
            if message.reply_to == Some(2) {
                return Ok(message.kind == METHOD_RETURN);
            }
        }
    }

    const METHOD_CALL: u8 = 1;
    const METHOD_RETURN: u8 = 2;

    struct Call<'a> {
        serial: u32,
        destination: &'a str,
        path: &'a str,
        interface: &'a str,
        member: &'a str,
        arguments: &'a [&'a str],
    }

    impl Call<'_> {
        /// As it goes over the wire, little endian.
        fn bytes(&self) -> Vec<u8> {
            let mut body = Vec::new();
            for argument in self.arguments {
                pad(&mut body, 4);
                string(&mut body, argument);
            }
            let mut bytes = vec![b'l', METHOD_CALL, 0, 1];
            bytes.extend((body.len() as u32).to_le_bytes());
            bytes.extend(self.serial.to_le_bytes());
            let mut fields = Vec::new();
            let texts = [
                (1, b'o', self.path),
                (2, b's', self.interface),
                (3, b's', self.member),
                (6, b's', self.destination),
            ];
            for (code, kind, text) in texts {
                pad(&mut fields, 8);
                fields.extend([code, 1, kind, 0]);
                string(&mut fields, text);
            }
            if !self.arguments.is_empty() {
                pad(&mut fields, 8);
                let count = self.arguments.len() as u8;
                fields.extend([8, 1, b'g', 0, count]);
                fields.extend(self.arguments.iter().map(|_| b's'));
                fields.push(0);
            }
            bytes.extend((fields.len() as u32).to_le_bytes());
            // The fields begin at byte 16, so their own padding holds here too.
            bytes.extend(fields);
            pad(&mut bytes, 8);
            bytes.extend(body);
            bytes
        }
    }

    fn pad(bytes: &mut Vec<u8>, to: usize) {
        bytes.resize(bytes.len().next_multiple_of(to), 0);
    }

    fn string(bytes: &mut Vec<u8>, text: &str) {
        bytes.extend((text.len() as u32).to_le_bytes());
        bytes.extend(text.as_bytes());
        bytes.push(0);
    }

    struct Message {
        kind: u8,
        reply_to: Option<u32>,
    }

    struct Input {
        stream: UnixStream,
        until: Instant,
    }

    impl Input {
        fn exact(&mut self, bytes: &mut [u8]) -> io::Result<()> {
            let mut done = 0;
            while done < bytes.len() {
                let left = self.until.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                self.stream.set_read_timeout(Some(left))?;
                match self.stream.read(&mut bytes[done..]) {
                    Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                    Ok(read) => done += read,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        }

        fn line(&mut self) -> io::Result<String> {
            let mut line = Vec::new();
            while !line.ends_with(b"\r\n") {
                let mut byte = [0];
                self.exact(&mut byte)?;
                line.extend(byte);
                if line.len() > 4096 {
                    return Err(io::ErrorKind::InvalidData.into());
                }
            }
            Ok(String::from_utf8_lossy(&line).into_owned())
        }

        fn message(&mut self) -> io::Result<Message> {
            let mut head = [0; 16];
            self.exact(&mut head)?;
            let number = number_reader(head[0])?;
            let word = |at: usize| number([head[at], head[at + 1], head[at + 2], head[at + 3]]);
            let (body, fields) = (word(4) as usize, word(12) as usize);
            if body > MOST_BYTES || fields > MOST_BYTES {
                return Err(io::ErrorKind::InvalidData.into());
            }
            let mut rest = vec![0; fields.next_multiple_of(8) + body];
            self.exact(&mut rest)?;
            Ok(Message {
                kind: head[1],
                reply_to: reply_serial(&rest[..fields], number),
            })
        }
    }

    type NumberReader = fn([u8; 4]) -> u32;

    fn number_reader(order: u8) -> io::Result<NumberReader> {
        match order {
            b'l' => Ok(u32::from_le_bytes),
            b'B' => Ok(u32::from_be_bytes),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    /// The number of the call that a message answers (header field 5).
    fn reply_serial(fields: &[u8], number: NumberReader) -> Option<u32> {
        let mut at = 0;
        let word = |at: usize| {
            let bytes = fields.get(at..at + 4)?;
            Some(number([bytes[0], bytes[1], bytes[2], bytes[3]]))
        };
        while at + 4 <= fields.len() {
            // Code, then a signature of one letter: its length, the letter, a zero.
            let (code, kind) = (fields[at], fields[at + 2]);
            at += 4;
            match kind {
                b'u' if code == 5 => return word(at),
                b'u' => at += 4,
                b's' | b'o' => at += 4 + word(at)? as usize + 1,
                b'g' => at += 1 + usize::from(*fields.get(at)?) + 1,
                _ => return None,
            }
            at = at.next_multiple_of(8);
        }
        None
    }

    #[cfg(test)]
    mod tests {
        use super::super::bus::*;

        #[test]
        fn addresses_lead_to_sockets() {
            let path = |path: &str| Socket::Path(path.into());
            for (address, expected) in [
                (
                    "unix:path=/run/user/1000/bus",
                    vec![path("/run/user/1000/bus")],
                ),
                (
                    "unix:abstract=/tmp/dbus-x,guid=1;unix:path=/a%20b",
                    vec![Socket::Abstract(b"/tmp/dbus-x".into()), path("/a b")],
                ),
                ("tcp:host=localhost,port=1", vec![]),
                ("unix:path=/half%2", vec![path("/half%2")]),
            ] {
                assert_eq!(sockets(Some(address), None), expected, "{address}");
            }
            let own = sockets(None, Some("/run/user/7".into()));
            assert_eq!(own, [path("/run/user/7/bus")]);
            assert_eq!(sockets(None, None), []);
        }

        #[test]
        fn a_bus_that_is_no_bus_or_says_nothing_has_no_dialog() {
            let (ours, mut theirs) = UnixStream::pair().unwrap();
            theirs.write_all(b"HTTP/1.1 400 Bad Request\r\n").unwrap();
            assert!(ask(ours).is_err());
            let (ours, theirs) = UnixStream::pair().unwrap();
            drop(theirs);
            assert!(ask(ours).is_err());
        }

        /// A portal, an error of the bus, and other news in between.
        #[test]
        fn the_answer_to_the_question_counts() {
            for (kind, has) in [(METHOD_RETURN, true), (3, false)] {
                let (ours, mut theirs) = UnixStream::pair().unwrap();
                theirs.write_all(b"DATA\r\nOK 1234\r\n").unwrap();
                for (kind, reply_to) in [(METHOD_RETURN, 1), (4, 9), (kind, 2)] {
                    let mut bytes = vec![b'l', kind, 0, 1, 0, 0, 0, 0, 7, 0, 0, 0];
                    let mut fields = vec![6, 1, b's', 0];
                    string(&mut fields, ":1.5");
                    pad(&mut fields, 8);
                    fields.extend([5, 1, b'u', 0]);
                    fields.extend(u32::to_le_bytes(reply_to));
                    bytes.extend((fields.len() as u32).to_le_bytes());
                    bytes.extend(fields);
                    pad(&mut bytes, 8);
                    theirs.write_all(&bytes).unwrap();
                }
                assert_eq!(ask(ours).unwrap(), has, "{kind}");
            }
        }
    }
}
