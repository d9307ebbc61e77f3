//! A hub of SAMP with one other program, `topcat`, that takes positions, tables and rows and does what it is asked.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
};

use destello::io::samp::{
    HubAddress, SampValue,
    xml_rpc::{answer, call, read_call},
};
use tempfile::TempDir;
use tiny_http::{Response, Server};

const KEY: &str = "key:destello";
const TAKEN: [&str; 4] = [
    "coord.pointAt.sky",
    "table.load.votable",
    "table.highlight.row",
    "table.select.rowList",
];

/// What the hub knows.
#[derive(Default)]
struct Known {
    callback: Option<String>,
    wanted: Vec<String>,
    /// MType and parameters of what came for `topcat`.
    asked: Vec<(String, SampValue)>,
    is_registered: bool,
    refusal: Option<String>,
}

/// The hub.
pub struct SampHub {
    server: Arc<Server>,
    known: Arc<Mutex<Known>>,
    runs: Option<JoinHandle<()>>,
    folder: TempDir,
}

impl SampHub {
    /// Starts it.
    pub fn start() -> Self {
        let server = Arc::new(Server::http("127.0.0.1:0").unwrap());
        let known = Arc::<Mutex<Known>>::default();
        let (serving, knowing) = (server.clone(), known.clone());
        let runs = std::thread::Builder::new()
            .name("hub".into())
            .spawn(move || serve(&serving, &knowing))
            .unwrap();
        Self {
            server,
            known,
            runs: Some(runs),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Its address.
    pub fn address(&self) -> HubAddress {
        HubAddress {
            url: format!("http://{}/", self.server.server_addr()),
            secret: "open sesame".into(),
        }
    }

    /// The lock file that it would write.
    pub fn lock_file(&self) -> PathBuf {
        let HubAddress { url, secret } = self.address();
        let path = self.folder.path().join("lock");
        let text = format!("samp.secret={secret}\nsamp.hub.xmlrpc.url={url}\n");
        fs::write(&path, text).unwrap();
        path
    }

    /// A place for files.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().join("files")
    }

    /// What came for `topcat` since the last look: MType and a parameter of each.
    pub fn take_asked(&self, parameter: &str) -> Vec<(String, String)> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = known.asked.drain(..).map(|(mtype, parameters)| {
            let value = parameters.member(parameter).cloned();
            let text = match value {
                Some(SampValue::Text(text)) => text,
                other => format!("{other:?}"),
            };
            (mtype, text)
        });
        asked.collect()
    }

    /// From now on `topcat` refuses for this reason.
    pub fn refuse(&self, why: &str) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.refusal = Some(why.into());
    }

    /// True while destello is registered.
    pub fn is_registered(&self) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.is_registered
    }

    /// Sends a message in the name of `topcat`, with this key.
    pub fn send_with(&self, key: &str, mtype: &str, parameters: SampValue) {
        let callback = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            let is_wanted = known.wanted.iter().any(|wanted| wanted == mtype);
            assert!(is_wanted, "{mtype} was not subscribed to");
            known.callback.clone().unwrap()
        };
        // What is about the hub comes from the hub itself.
        let sender = if mtype.starts_with("samp.hub.") {
            "hub"
        } else {
            "c1"
        };
        let message = SampValue::map([("samp.mtype", mtype.into()), ("samp.params", parameters)]);
        let text = call(
            "samp.client.receiveNotification",
            &[key.into(), sender.into(), message],
        );
        let sent = minreq::post(callback)
            .with_body(text)
            .with_timeout(10)
            .send();
        assert_eq!(sent.unwrap().status_code, 200);
    }

    /// Sends a message in the name of `topcat`.
    pub fn send(&self, mtype: &str, parameters: SampValue) {
        self.send_with(KEY, mtype, parameters);
    }
}

impl Drop for SampHub {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(runs) = self.runs.take() {
            runs.join().unwrap_or_default();
        }
    }
}

fn serve(server: &Server, known: &Mutex<Known>) {
    // `unblock` ends it.
    while let Ok(mut request) = server.recv() {
        let mut text = String::new();
        request.as_reader().read_to_string(&mut text).unwrap();
        let (method, parameters) = read_call(&text).unwrap();
        let value = reply(&method, &parameters, known);
        request.respond(Response::from_string(value)).unwrap();
    }
}

fn reply(method: &str, parameters: &[SampValue], known: &Mutex<Known>) -> String {
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    if method == "samp.hub.register" {
        if parameters != ["open sesame".into()] {
            return fault("the secret is wrong");
        }
        known.is_registered = true;
        return answer(&SampValue::map([
            ("samp.private-key", KEY.into()),
            ("samp.hub-id", "hub".into()),
            ("samp.self-id", "c2".into()),
        ]));
    }
    if parameters.first() != Some(&KEY.into()) {
        return fault("the key is wrong");
    }
    let text = |at: usize| parameters[at].text().unwrap_or_default().to_owned();
    let value = match method {
        "samp.hub.setXmlrpcCallback" => {
            known.callback = Some(text(1));
            "".into()
        }
        "samp.hub.declareSubscriptions" => {
            if let SampValue::Map(wanted) = &parameters[1] {
                known.wanted = wanted.keys().cloned().collect();
            }
            "".into()
        }
        "samp.hub.declareMetadata" => "".into(),
        "samp.hub.unregister" => {
            known.is_registered = false;
            "".into()
        }
        "samp.hub.getRegisteredClients" => SampValue::List(vec!["hub".into(), "c1".into()]),
        "samp.hub.getMetadata" => {
            let name = if text(1) == "c1" { "topcat" } else { "Hub" };
            SampValue::map([("samp.name", name.into())])
        }
        "samp.hub.getSubscribedClients" => {
            let is_taken = TAKEN.contains(&text(1).as_str());
            let takes = is_taken.then(|| ("c1".to_owned(), SampValue::map([])));
            SampValue::Map(takes.into_iter().collect::<BTreeMap<_, _>>())
        }
        "samp.hub.callAndWait" => {
            assert_eq!(text(1), "c1");
            let member = |name: &str| parameters[2].member(name).cloned().unwrap();
            let mtype = member("samp.mtype").text().unwrap().to_owned();
            known.asked.push((mtype, member("samp.params")));
            match &known.refusal {
                None => SampValue::map([
                    ("samp.status", "samp.ok".into()),
                    ("samp.result", SampValue::map([])),
                ]),
                Some(why) => SampValue::map([
                    ("samp.status", "samp.error".into()),
                    (
                        "samp.error",
                        SampValue::map([("samp.errortxt", why.as_str().into())]),
                    ),
                ]),
            }
        }
        other => return fault(&format!("no method {other}")),
    };
    answer(&value)
}

fn fault(why: &str) -> String {
    let value = answer(&SampValue::map([("faultString", why.into())]));
    value
        .replace("<params><param>", "<fault>")
        .replace("</param></params>", "</fault>")
}
