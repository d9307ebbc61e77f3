//! A hub, once this program is registered with it.

use super::{
    lock_file::HubAddress,
    message::{Incoming, Message},
    xml_rpc::{self, SampValue},
};

/// Seconds that the hub may take for what it answers itself.
const HUB_SECONDS: u64 = 10;
/// Seconds that another program may take to do what it is asked.
const PEER_SECONDS: u64 = 60;

/// Another program at the same hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its identifier at the hub.
    pub id: String,
    /// Its name, such as `topcat`; the identifier where it gives none.
    pub name: String,
}

/// A hub with which this program is registered.
#[derive(Debug)]
pub struct Hub {
    url: String,
    /// What the hub knows this program by, and no other program knows.
    key: SampValue,
    /// The hub's own identifier, by which it is among the programs.
    own_id: Option<String>,
}

impl Hub {
    /// Registers, and gives the hub this program's name.
    ///
    /// # Errors
    /// Where no hub answers there, or it refuses.
    pub fn register(address: &HubAddress) -> Result<Self, String> {
        let secret = address.secret.as_str().into();
        let found = post(&address.url, "samp.hub.register", &[secret], HUB_SECONDS)?;
        let key = found.member("samp.private-key").cloned();
        let hub = Self {
            url: address.url.clone(),
            own_id: found
                .member("samp.hub-id")
                .and_then(SampValue::text)
                .map(str::to_owned),
            key: key.ok_or_else(|| format!("the SAMP hub at {} gives no key", address.url))?,
        };
        let about = SampValue::map([
            ("samp.name", "destello".into()),
            (
                "samp.description.text",
                "looks at transient candidates, labels them, and trains networks on the labels"
                    .into(),
            ),
            ("destello.version", env!("CARGO_PKG_VERSION").into()),
        ]);
        match hub.ask("declareMetadata", [about]) {
            Ok(_) => Ok(hub),
            Err(why) => Err(hub.leave_for(why)),
        }
    }

    /// From now on the hub sends what this program understands to this address.
    ///
    /// # Errors
    /// As the hub refuses.
    pub(super) fn send_to(&self, url: &str) -> Result<(), String> {
        self.ask("setXmlrpcCallback", [url.into()])?;
        let wanted = Incoming::SUBSCRIBED.map(|mtype| (mtype, SampValue::map([])));
        self.ask("declareSubscriptions", [SampValue::map(wanted)])?;
        Ok(())
    }

    /// Leaves the hub because of a fault, which stays the one that counts.
    pub(super) fn leave_for(&self, why: String) -> String {
        if let Err(other) = self.unregister() {
            log::info!("SAMP: {other}");
        }
        why
    }

    /// True for the identifier of the hub itself, and for any where it gives none.
    pub fn is_hub(&self, id: &str) -> bool {
        self.own_id.as_deref().is_none_or(|own| own == id)
    }

    /// True where a message with this key comes from the hub.
    pub(super) fn has_key(&self, key: &SampValue) -> bool {
        self.key == *key
    }

    /// Programs that want messages of this kind.
    ///
    /// # Errors
    /// As the hub refuses.
    pub fn peers_for(&self, mtype: &str) -> Result<Vec<Peer>, String> {
        match self.ask("getSubscribedClients", [mtype.into()])? {
            SampValue::Map(found) => Ok(found.into_keys().map(|id| self.peer(id)).collect()),
            SampValue::Text(_) | SampValue::List(_) => Ok(Vec::new()),
        }
    }

    /// All other programs; the hub itself is none.
    ///
    /// # Errors
    /// As the hub refuses.
    pub fn peers(&self) -> Result<Vec<Peer>, String> {
        let found = self.ask("getRegisteredClients", [])?;
        let ids = found.list().unwrap_or_default().iter();
        let ids = ids.filter_map(|id| id.text().map(str::to_owned));
        let ids = ids.filter(|id| self.own_id.as_ref() != Some(id));
        Ok(ids.map(|id| self.peer(id)).collect())
    }

    /// The program of that identifier, with its name.
    pub fn peer(&self, id: String) -> Peer {
        let about = self.ask("getMetadata", [id.as_str().into()]);
        let name = about
            .ok()
            .and_then(|about| Some(about.member("samp.name")?.text()?.to_owned()));
        Peer {
            name: name.unwrap_or_else(|| id.clone()),
            id,
        }
    }

    /// Has a program do something, and waits until it has.
    ///
    /// # Errors
    /// The reason that it gives, or where it does not answer.
    pub fn have_done(&self, peer: &Peer, message: &Message) -> Result<(), String> {
        let wait = PEER_SECONDS.to_string();
        let parameters = [
            self.key.clone(),
            peer.id.as_str().into(),
            message.value(),
            wait.as_str().into(),
        ];
        let seconds = PEER_SECONDS + HUB_SECONDS;
        let answer = post(&self.url, "samp.hub.callAndWait", &parameters, seconds)
            .map_err(|why| format!("{}: {why}", peer.name))?;
        let status = answer.member("samp.status").and_then(SampValue::text);
        // With a warning it is done, if only in part.
        if matches!(status, Some("samp.ok" | "samp.warning")) {
            return Ok(());
        }
        let why = answer
            .member("samp.error")
            .and_then(|error| error.member("samp.errortxt"));
        let why = why
            .and_then(SampValue::text)
            .unwrap_or("it gives no reason");
        Err(format!("{}: {why}", peer.name))
    }

    /// Answers a message that somebody waits for.
    ///
    /// # Errors
    /// As the hub refuses.
    pub(super) fn reply(&self, message: &str, outcome: Result<(), &str>) -> Result<(), String> {
        let answer = match outcome {
            Ok(()) => SampValue::map([
                ("samp.status", "samp.ok".into()),
                ("samp.result", SampValue::map([])),
            ]),
            Err(why) => SampValue::map([
                ("samp.status", "samp.error".into()),
                (
                    "samp.error",
                    SampValue::map([("samp.errortxt", why.into())]),
                ),
            ]),
        };
        self.ask("reply", [message.into(), answer])?;
        Ok(())
    }

    /// Leaves the hub.
    ///
    /// # Errors
    /// As the hub refuses.
    pub fn unregister(&self) -> Result<(), String> {
        self.ask("unregister", []).map(drop)
    }

    fn ask<const N: usize>(
        &self,
        what: &str,
        parameters: [SampValue; N],
    ) -> Result<SampValue, String> {
        let mut all = vec![self.key.clone()];
        all.extend(parameters);
        post(&self.url, &format!("samp.hub.{what}"), &all, HUB_SECONDS)
    }
}

/// Calls a method of the hub.
fn post(
    url: &str,
    method: &str,
    parameters: &[SampValue],
    seconds: u64,
) -> Result<SampValue, String> {
    let fault = |why: String| format!("the SAMP hub at {url}: {why}");
    let sent = minreq::post(url)
        .with_header("Content-Type", "text/xml")
        .with_body(xml_rpc::call(method, parameters))
        .with_timeout(seconds)
        .send();
    let answer = sent.map_err(|why| fault(why.to_string()))?;
    if answer.status_code != 200 {
        return Err(fault(format!(
            "{} {}",
            answer.status_code, answer.reason_phrase
        )));
    }
    let text = answer.as_str().map_err(|why| fault(why.to_string()))?;
    xml_rpc::read_answer(text).map_err(fault)
}
