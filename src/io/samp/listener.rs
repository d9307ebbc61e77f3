//! Where the hub sends messages: an address on this computer alone, by a port that the system chooses.

use std::{io::Read as _, sync::Arc, time::Duration};

use tiny_http::{Header, Request, Response, Server};

use super::{hub::Hub, message::Incoming, xml_rpc};

/// Longer messages are refused: a list of a million rows has some 50 MB.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// Listens for what the hub sends.
pub struct Listener {
    server: Server,
    hub: Arc<Hub>,
}

impl Listener {
    /// Opens an address and gives it to the hub.
    ///
    /// # Errors
    /// Where the system gives no port, or the hub refuses.
    pub fn open(hub: Arc<Hub>) -> Result<Self, String> {
        let fault = |why: &dyn std::fmt::Display| format!("no port on 127.0.0.1 for SAMP: {why}");
        let server = Server::http("127.0.0.1:0").map_err(|why| fault(&why))?;
        hub.send_to(&format!("http://{}/", server.server_addr()))?;
        Ok(Self { server, hub })
    }

    /// The next message with the identifier of its sender; none where none comes in time.
    ///
    /// What is no message, not from the hub, or lacks something is answered with the reason and passed over.
    ///
    /// # Errors
    /// Where the port was closed.
    pub fn next(&self, wait: Duration) -> Result<Option<(String, Incoming)>, String> {
        let request = self.server.recv_timeout(wait);
        let Some(request) = request.map_err(|why| format!("SAMP: {why}"))? else {
            return Ok(None);
        };
        match self.take(request) {
            Ok(incoming) => Ok(Some(incoming)),
            Err(why) => {
                log::info!("SAMP: {why}");
                Ok(None)
            }
        }
    }

    fn take(&self, mut request: Request) -> Result<(String, Incoming), String> {
        let mut text = String::new();
        let read = request
            .as_reader()
            .take(MOST_BYTES)
            .read_to_string(&mut text);
        // The hub is answered at once; who waits for the deed is answered through the hub.
        let answer = xml_rpc::answer(&"".into()).into_bytes();
        let header = Header::from_bytes("Content-Type", "text/xml");
        let response = header
            .into_iter()
            .fold(Response::from_data(answer), Response::with_header);
        request.respond(response).map_err(|why| why.to_string())?;
        read.map_err(|why| why.to_string())?;
        let (method, parameters) = xml_rpc::read_call(&text)?;
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
                self.hub.reply(id.text().unwrap_or_default(), outcome)?;
                Ok((sender, incoming?))
            }
            _ => Err(format!("{method} was not asked for")),
        }
    }
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Listener at {}", self.server.server_addr())
    }
}
