//! Pages of surveys and archives about an object: templates of addresses, filled on a click. Nothing
//! is opened or sent otherwise.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::domain::Candidate;

/// Signs that mean something in an address, which are written as their bytes.
const IN_ADDRESS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A page about an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Whose page it is.
    pub name: String,
    /// Its address; `{id}`, `{ra}` and `{dec}` (degrees) are filled in.
    pub url: String,
    /// Beginning of the identifiers that it knows; empty for any, and `0-9` for the long numbers of Rubin's objects.
    #[serde(default)]
    pub ids: String,
}

/// Stands for the identifiers of Rubin's objects in [`Link::ids`].
const RUBIN: &str = "0-9";

/// A `diaObjectId`: a number of 15 digits or more that 64 bits hold. Shorter ones are anybody's.
fn is_of_rubin(id: &str) -> bool {
    id.len() >= 15 && id.bytes().all(|byte| byte.is_ascii_digit()) && id.parse::<i64>().is_ok()
}

impl Link {
    fn new(name: &str, ids: &str, url: &str) -> Self {
        Self {
            name: name.into(),
            url: url.into(),
            ids: ids.into(),
        }
    }

    /// The usual ones: brokers by identifier, archives by position.
    pub fn usual() -> Vec<Self> {
        [
            ("ALeRCE", "ZTF", "https://alerce.online/object/{id}"),
            ("Fink", "ZTF", "https://ztf.fink-portal.org/{id}"),
            ("Lasair", "ZTF", "https://lasair-ztf.lsst.ac.uk/objects/{id}/"),
            ("Fritz (SkyPortal)", "ZTF", "https://fritz.science/source/{id}"),
            ("Fink", RUBIN, "https://lsst.fink-portal.org/{id}"),
            ("Lasair", RUBIN, "https://lasair.lsst.ac.uk/objects/{id}/"),
            (
                "SIMBAD",
                "",
                "https://simbad.cds.unistra.fr/simbad/sim-coo?Coord={ra}+{dec}&CooFrame=FK5&Radius=10&Radius.unit=arcsec",
            ),
            (
                "TNS",
                "",
                "https://www.wis-tns.org/search?ra={ra}&decl={dec}&radius=10&coords_unit=arcsec",
            ),
            (
                "Legacy Survey",
                "",
                "https://www.legacysurvey.org/viewer?ra={ra}&dec={dec}&zoom=15&mark={ra},{dec}",
            ),
            (
                "ESASky",
                "",
                "https://sky.esa.int/esasky/?target={ra}%20{dec}&fov=0.05&cooframe=J2000",
            ),
        ]
        .map(|(name, ids, url)| Self::new(name, ids, url))
        .into()
    }

    /// The address for a candidate; none where it is not of that survey, or has no position.
    pub fn of(&self, candidate: &Candidate) -> Option<String> {
        let is_known = match &*self.ids {
            RUBIN => is_of_rubin(&candidate.id),
            beginning => candidate.id.starts_with(beginning),
        };
        if !is_known {
            return None;
        }
        let id = utf8_percent_encode(&candidate.id, IN_ADDRESS).to_string();
        let mut url = self.url.replace("{id}", &id);
        if url.contains("{ra}") || url.contains("{dec}") {
            let [ra, dec] = candidate.position_deg?;
            url = url.replace("{ra}", &format!("{ra:.6}"));
            // A plus sign is a blank in an address.
            url = url.replace("{dec}", &format!("{dec:.6}"));
        }
        Some(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(id: &str, position_deg: Option<[f64; 2]>) -> Candidate {
        Candidate {
            id: id.into(),
            position_deg,
            ..Candidate::default()
        }
    }

    #[test]
    fn brokers_know_their_own_and_archives_a_position() {
        let of = |candidate: &Candidate| -> Vec<String> {
            let links = Link::usual();
            links.iter().filter_map(|link| link.of(candidate)).collect()
        };
        let ztf = of(&candidate("ZTF18abc", Some([210.910_57, -5.25])));
        assert_eq!(ztf.len(), 8);
        assert_eq!(ztf[0], "https://alerce.online/object/ZTF18abc");
        assert!(ztf[6].contains("ra=210.910570&dec=-5.250000"), "{}", ztf[6]);
        assert_eq!(of(&candidate("SNHiTS15B", Some([1.0, 2.0]))).len(), 4);
        assert!(of(&candidate("SNHiTS15B", None)).is_empty());
        let rubin = of(&candidate("313853517460144141", Some([1.0, 2.0])));
        assert_eq!(rubin.len(), 6);
        assert_eq!(rubin[0], "https://lsst.fink-portal.org/313853517460144141");
        assert_eq!(
            rubin[1],
            "https://lasair.lsst.ac.uk/objects/313853517460144141/"
        );
        for id in ["123456", "99999999999999999999", "31385351746014414x"] {
            assert_eq!(of(&candidate(id, Some([1.0, 2.0]))).len(), 4, "{id}");
        }
        let own = Link::new("mine", "", "https://x/{id}");
        let strange = own.of(&candidate("a b/ü&c", None)).unwrap();
        assert_eq!(strange, "https://x/a%20b%2F%C3%BC%26c");
    }
}
