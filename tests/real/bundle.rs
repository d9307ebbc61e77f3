//! The training bundle, read by Python with astropy alone.

use std::process::Command;

use destello::io::export::Selection;

use crate::common::{awkward::AWKWARD_ID, bundles::write};

const PYTHON: &str = r#"
import sys, numpy as np
from astropy.io import fits
with fits.open(sys.argv[1]) as f:
    f.verify("exception")
    assert f[0].header["DESTELLO"] == "BUNDLE" and f[0].header["BUNDVER"] == 1
    t, c = f["BUNDLE"].data, f["CLASSES"].data
    x, m = f["SCIENCE"].data, f["MASK_SCIENCE"].data
    assert x.shape == m.shape == (3, 4, 5) and x.dtype == ">f4" and m.dtype == "uint8"
    assert (np.isnan(x) == (m != 0)).all()
    assert list(c["class_name"]) == ["real", "bogus"] and list(c["rows"]) == [2, 1]
    assert list(t["class_number"]) == [0, 0, 1]
    text = lambda name: [v.encode().decode("unicode_escape") for v in t[name]]
    assert text("objectId")[2] == sys.argv[2], text("objectId")
    assert list(t["candid"])[:2] == ["1127174604415015005", "1127174604415015006"]
    assert t["mjd"][0] == 58881.1746065 and np.isnan(t["mjd"][2])
    assert list(t["science_width"]) == [5, 3, 5] and list(t["difference_width"]) == [5, 0, 5]
    assert set(t["split"]) <= {"train", "validation", "test"} and t["split"][0] == t["split"][1]
    assert t["label_time"][0] == "2026-11-22T13:51:57.123456Z"
print("astropy agrees")
"#;

pub fn python_reads_it_with_astropy_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("train.bundle.fits");
    write(&path, Selection::Labelled);
    let output = Command::new("python3")
        .args(["-c", PYTHON])
        .arg(&path)
        .arg(AWKWARD_ID)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("Warning"), "{said}");
}
