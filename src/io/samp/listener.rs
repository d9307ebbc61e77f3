//! Where the hub sends messages: an address on this computer alone, by a port that the system chooses.
//!
//! A call is a small HTTP request with its length. What is longer, slower or without a length is refused, so that no other
//! program can hold the listener or fill the memory.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::Arc,
    time::{Duration, Instant},
};

use super::{hub::Hub, message::Incoming, xml_rpc};

/// Longer messages are refused: a list of a million rows has some 50 MB.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// Longer heads are none of a call.
const MOST_HEAD_BYTES: usize = 16 * 1024;
/// How long a sender may be silent, and how long a call may take.
const SILENCE: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(10);
/// Ends the head of a request.
const HEAD_END: &[u8] = b"\r\n\r\n";

/// Listens for what the hub sends.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    hub: Arc<Hub>,
}

impl Listener {
    /// Opens an address and gives it to the hub.
    ///
    /// # Errors
    /// Where the system gives no port, or the hub refuses.
    pub fn open(hub: Arc<Hub>) -> Result<Self, String> {
        let fault = |why: std::io::Error| format!("no port on 127.0.0.1 for SAMP: {why}");
        let socket = TcpListener::bind("127.0.0.1:0").map_err(fault)?;
        socket.set_nonblocking(true).map_err(fault)?;
        let address = socket.local_addr().map_err(fault)?;
        let asked = hub.send_to(&format!("http://{address}/"));
        asked.map_err(|why| hub.leave_for(why))?;
        Ok(Self { socket, hub })
    }

    /// The message that waits, with the identifier of its sender; none where none waits.
    ///
    /// What is no message, not from the hub, or lacks something is noted in the log and passed over.
    ///
    /// # Errors
    /// Where the port was closed.
    pub fn next(&self) -> Result<Option<(String, Incoming)>, String> {
        let stream = match self.socket.accept() {
            Ok((stream, _)) => stream,
            Err(why) if matches!(why.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
                return Ok(None);
            }
            Err(why) => return Err(format!("SAMP: {why}")),
        };
        match self.take(stream) {
            Ok(incoming) => Ok(Some(incoming)),
            Err(why) => {
                log::info!("SAMP: {why}");
                Ok(None)
            }
        }
    }

    fn take(&self, mut stream: TcpStream) -> Result<(String, Incoming), String> {
        let body = body_of(&mut stream)?;
        let text = std::str::from_utf8(&body).map_err(|why| why.to_string())?;
        // The hub is answered at once; who waits for the deed is answered through the hub.
        let answer = xml_rpc::answer(&"".into());
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            answer.len()
        );
        let written = stream.write_all((head + &answer).as_bytes());
        written.map_err(|why| why.to_string())?;
        let (method, parameters) = xml_rpc::read_call(text)?;
        let [key, sender, rest @ ..] = parameters.as_slice() else {
            return Err(format!("{method} without key and sender"));
        };
        if !self.hub.has_key(key) {
            return Err(format!("{method} from somebody who is not the hub"));
        }
        let sender = sender.text().unwrap_or_default().to_owned();
        match (method.as_str(), rest) {
            ("samp.client.receiveNotification", [message]) => {
                Ok((sender, Incoming::read(message)?))
            }
            ("samp.client.receiveCall", [id, message]) => {
                let incoming = Incoming::read(message);
                let outcome = incoming.as_ref().map(drop).map_err(String::as_str);
                // Whoever asked may wait no more: the message holds all the same.
                if let Err(why) = self.hub.reply(id.text().unwrap_or_default(), outcome) {
                    log::info!("SAMP: {why}");
                }
                Ok((sender, incoming?))
            }
            _ => Err(format!("{method} was not asked for")),
        }
    }
}

/// What a request carries.
fn body_of(stream: &mut TcpStream) -> Result<Vec<u8>, String> {
    let fault = |why: std::io::Error| why.to_string();
    stream.set_nonblocking(false).map_err(fault)?;
    stream.set_read_timeout(Some(SILENCE)).map_err(fault)?;
    stream.set_write_timeout(Some(SILENCE)).map_err(fault)?;
    let until = Instant::now() + PATIENCE;
    let (mut bytes, mut whole) = (Vec::new(), None);
    let mut part = [0; 16 * 1024];
    loop {
        if whole.is_none()
            && let Some(end) = bytes.windows(HEAD_END.len()).position(|at| at == HEAD_END)
        {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length = length_in(&head).ok_or("a request without its length")?;
            if length > MOST_BYTES {
                return Err(format!("a message of {length} bytes is too long"));
            }
            bytes.drain(..end + HEAD_END.len());
            whole = Some(length);
        }
        match whole {
            Some(length) if bytes.len() >= length => {
                bytes.truncate(length);
                return Ok(bytes);
            }
            None if bytes.len() > MOST_HEAD_BYTES => return Err("no request".into()),
            _ => {}
        }
        if Instant::now() > until {
            return Err("a request that takes too long".into());
        }
        match stream.read(&mut part).map_err(fault)? {
            0 => return Err("a request that ends too early".into()),
            count => bytes.extend_from_slice(&part[..count]),
        }
    }
}

fn length_in(head: &str) -> Option<usize> {
    let mut fields = head.lines().filter_map(|line| line.split_once(':'));
    let (_, length) =
        fields.find(|(name, _)| name.trim().eq_ignore_ascii_case("content-length"))?;
    length.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the listener makes of these bytes, after which their sender ends, or is silent.
    fn body(sent: &[u8], ends: bool) -> Result<Vec<u8>, String> {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut sender = TcpStream::connect(socket.local_addr().unwrap()).unwrap();
        sender.write_all(sent).unwrap();
        if ends {
            sender.shutdown(std::net::Shutdown::Write).unwrap();
        }
        body_of(&mut socket.accept().unwrap().0)
    }

    #[test]
    fn a_request_is_read_by_its_length_and_no_claim_is_believed() {
        let call = b"POST / HTTP/1.1\r\ncontent-LENGTH: 5\r\nHost: a\r\n\r\nhello, and more";
        assert_eq!(body(call, false).unwrap(), b"hello");
        for (sent, named) in [
            (
                &b"POST / HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\n"[..],
                "too long",
            ),
            (b"POST / HTTP/1.1\r\n\r\nhello", "without its length"),
            (
                b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhello",
                "too early",
            ),
            (b"", "too early"),
        ] {
            let why = body(sent, true).unwrap_err();
            assert!(why.contains(named), "{why}");
        }
        assert!(
            body(&vec![b'a'; 40_000], true)
                .unwrap_err()
                .contains("no request")
        );
        let since = Instant::now();
        assert!(body(b"POST / HTTP/1.1\r\n", false).is_err(), "it is silent");
        assert!(since.elapsed() < PATIENCE);
    }
}
