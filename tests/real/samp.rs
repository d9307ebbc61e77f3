//! SAMP by a hub that others wrote: astropy's, with a client that loads what it is sent.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use crate::common::{
    PlacedSet,
    program::{finished, program},
};

/// Starts a hub and a client, prints where the hub's file is, then a line for each message.
const HUB: &str = r#"
import sys, time
from astropy.samp import SAMPHubServer, SAMPIntegratedClient, conf
from astropy.table import Table
conf.use_internet = False
lock = sys.argv[1]
hub = SAMPHubServer(web_profile=False, lockfile=lock, addr="127.0.0.1")
hub.start()
client = SAMPIntegratedClient(name="listener", addr="127.0.0.1")
client.connect(hub_params=hub.params)
def received(key, sender, number, mtype, params, extra):
    if mtype == "table.load.votable":
        table = Table.read(params["url"].removeprefix("file://"), format="votable")
        print(mtype, len(table), table["objectId"][0], flush=True)
    elif mtype == "image.load.fits":
        from astropy.io import fits
        print(mtype, fits.getdata(params["url"].removeprefix("file://")).shape, flush=True)
    else:
        print(mtype, params["ra"], params["dec"], flush=True)
    client.reply(number, {"samp.status": "samp.ok", "samp.result": {}})
for mtype in ["coord.pointAt.sky", "table.load.votable", "image.load.fits"]:
    client.bind_receive_call(mtype, received)
print("ready", flush=True)
sys.stdin.readline()
client.disconnect()
hub.stop()
"#;

pub fn positions_tables_and_images_reach_a_client_of_astropy() {
    let set = PlacedSet::with_a_pair();
    let lock = set.beside("lock");
    let mut hub = Command::new("python3")
        .args(["-c", HUB, &lock.to_string_lossy()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(hub.stdout.take().unwrap()).lines();
    // The hub of astropy has words of its own.
    let mut next = || {
        let mut ours = lines
            .by_ref()
            .map(Result::unwrap)
            .filter(|line| !line.starts_with("INFO"));
        ours.next().unwrap()
    };
    assert_eq!(next(), "ready");
    let place = format!("std-lockurl:file://{}", lock.display());
    let night = set.path();
    let night = night.to_string_lossy();
    let samp = |arguments: &[&str]| {
        finished(
            program()
                .arg("samp")
                .args(arguments)
                .env("SAMP_HUB", &place)
                .env("XDG_CACHE_HOME", set.beside("cache")),
        )
    };
    assert!(samp(&["list"]).contains("listener"));
    samp(&["position", &night, "--id", "far"]);
    assert_eq!(next(), "coord.pointAt.sky 151.00000000 2.00000000");
    samp(&["table", &night]);
    assert_eq!(next(), "table.load.votable 4 far");
    samp(&["image", &night, "--id", "left"]);
    assert_eq!(next(), "image.load.fits (9, 9)");
    drop(hub.stdin.take());
    hub.wait().unwrap();
}
