//! The training bundle: read by an independent crate, by astropy, and by destello itself.

use std::{collections::HashMap, fs, path::Path, sync::Arc};

use crate::common::{
    awkward::{AWKWARD_ID, CANDID},
    bundles::{sample, write},
};
use destello::{
    domain::{
        DifferenceSign, LabelBook, Part, Role, Source, SourceKind, StampId, StampRef, TimeScale,
    },
    io::{
        export::{Selection, bundle, rows, split::Split},
        fits::bundle::read_index,
    },
};

/// Every image HDU by name: its shape (planes, height, width) and pixels.
fn images(path: &Path) -> HashMap<String, ([u64; 3], Vec<f64>)> {
    use fitsrs::{Fits, HDU, Pixels as Data, card::Value};
    let mut file = Fits::from_reader(std::io::Cursor::new(fs::read(path).unwrap()));
    let mut found = HashMap::new();
    while let Some(hdu) = file.next() {
        let HDU::XImage(hdu) = hdu.unwrap() else {
            continue;
        };
        let header = hdu.get_header();
        let name = match header.get("EXTNAME") {
            Some(Value::String { value, .. }) => value.trim().to_owned(),
            other => panic!("{other:?}"),
        };
        let naxis = header.get_xtension().get_naxis();
        let shape = [naxis[2], naxis[1], naxis[0]];
        let pixels = match file.get_data(&hdu).pixels() {
            Data::F32(pixels) => pixels.map(f64::from).collect(),
            Data::U8(pixels) => pixels.map(f64::from).collect(),
            _ => panic!("{name} has another type"),
        };
        found.insert(name, (shape, pixels));
    }
    found
}

#[test]
fn images_and_masks_read_back_plane_by_plane() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("train[1].bundle.fits");
    let report = write(&path, Selection::Labelled);
    assert_eq!((report.objects, report.epochs, report.stamps), (2, 3, 7));
    assert_eq!(report.problems.len(), 1);
    let images = images(&path);
    let mut names: Vec<_> = images.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "DIFFERENCE",
            "MASK_DIFFERENCE",
            "MASK_REFERENCE",
            "MASK_SCIENCE",
            "REFERENCE",
            "SCIENCE"
        ]
    );
    assert_eq!(images["SCIENCE"].0, [3, 4, 5]);
    assert_eq!(images["REFERENCE"].0, [3, 6, 6]);
    assert_eq!(images["MASK_REFERENCE"].0, [3, 6, 6]);

    let science = &images["SCIENCE"].1;
    let mask = &images["MASK_SCIENCE"].1;
    // Row 0 is whole, with its NaN; row 1 is three pixels wide: two columns lie outside.
    assert_eq!(mask[..5], [0.0, 0.0, 0.0, 1.0, 0.0]);
    assert_eq!(mask[20..25], [0.0, 0.0, 0.0, 2.0, 2.0]);
    assert_eq!(mask[25..30], [1.0, 0.0, 0.0, 2.0, 2.0]);
    // Row 2 has three lines: the fourth lies outside.
    assert_eq!(mask[55..60], [2.0; 5]);
    for (pixel, mask) in science.iter().zip(mask) {
        assert_eq!(pixel.is_nan(), *mask != 0.0);
    }
    assert!((science[1] - science[0] - 1.0).abs() < 1e-3);
    // The reference that cannot be decoded and the difference that is missing are empty planes.
    assert_eq!(images["MASK_REFERENCE"].1[36..72], [2.0; 36]);
    assert_eq!(images["MASK_DIFFERENCE"].1[20..40], [2.0; 20]);
}

#[test]
fn destello_opens_its_bundle_as_a_stamp_set() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.bundle.fits");
    write(&path, Selection::All);
    let source = Arc::new(Source {
        path: path.as_path().into(),
        kind: SourceKind::Fits,
    });
    let mut next = 0;
    let mut next_id = || {
        next += 1;
        StampId(next)
    };
    let found = read_index(&source, &mut next_id)
        .unwrap()
        .expect("it is a bundle");
    let ids: Vec<_> = found.iter().map(|c| &*c.id).collect();
    assert_eq!(ids, ["ZTF18aaaaaaa", AWKWARD_ID, "ZTF18unlabel"]);
    let first = &found[0];
    assert_eq!(first.truth.as_deref(), Some("real"));
    assert_eq!(found[2].truth, None);
    assert_eq!(first.position_deg, Some([123.456_789_012_345, -45.5]));
    assert_eq!(first.epochs.len(), 2);
    let epoch = &first.epochs[0];
    assert_eq!(epoch.candid.as_deref(), Some(CANDID));
    assert!((epoch.mjd.unwrap().days() - 58_881.174_606_5).abs() < f64::EPSILON);
    assert_eq!((epoch.mag, epoch.mag_err), (Some(18.3), None));
    assert_eq!(epoch.difference_sign, DifferenceSign::ReferenceMinusScience);
    assert_eq!(epoch.is_negative(), Some(true));
    // A negative source whose difference is not turned comes back as such.
    let fading = &found[2].epochs[0];
    assert_eq!(
        fading.difference_sign,
        DifferenceSign::ScienceMinusReference
    );
    assert_eq!(fading.is_negative(), Some(true));
    let mjd = fading.mjd.unwrap();
    assert_eq!((mjd.days(), mjd.scale()), (61_000.5, TimeScale::Tai));
    assert_eq!(found[1].epochs[0].is_negative(), None);
    assert_eq!(
        first.roles(),
        [Role::Science, Role::Reference, Role::Difference]
    );
    // What has no pixels is no stamp, and each stamp's plane is its row.
    let roles: Vec<_> = first.epochs[1].stamps.iter().map(|s| s.role).collect();
    assert_eq!(roles, [Role::Science]);
    let parts: Vec<_> = found[1].epochs[0].stamps.iter().map(|s| s.part).collect();
    let part = |hdu| Part::Hdu {
        hdu,
        plane: Some(2),
    };
    assert_eq!(parts, [part(1), part(3), part(5)]);
}

#[test]
fn what_is_no_bundle_is_passed_over_and_a_broken_one_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let index = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let source = Arc::new(Source {
            path: path.as_path().into(),
            kind: SourceKind::Fits,
        });
        let found = read_index(&source, &mut || StampId(0));
        found
            .map(|c| c.map(|c| c.len()))
            .map_err(|error| error.to_string())
    };
    let path = folder.path().join("whole.bundle.fits");
    write(&path, Selection::All);
    let whole = fs::read(&path).unwrap();
    assert_eq!(index("whole", &whole), Ok(Some(3)));
    let plain = String::from_utf8_lossy(&whole[..2880]).replace("DESTELLO", "SOMEBODY");
    assert_eq!(index("plain", plain.as_bytes()), Ok(None));
    assert!(index("text", b"no FITS").unwrap_err().contains("text: "));
    assert!(index("empty", b"").is_err());
    let newer = patched(
        &whole,
        "BUNDVER =                    1",
        "BUNDVER =                    9",
    );
    assert!(index("newer", &newer).unwrap_err().contains("layout 9"));
    let shorter = patched(
        &whole,
        "NAXIS3  =                    4",
        "NAXIS3  =                    3",
    );
    assert!(index("shorter", &shorter).is_err());
    // A file that is cut short is no bundle, a broken one, or as it was; it never holds fewer.
    for cut in (0..whole.len()).step_by(1000) {
        let found = index("cut", &whole[..cut]);
        assert!(!matches!(found, Ok(Some(n)) if n != 3), "{cut}: {found:?}");
    }
    assert!(index("cut", &whole[..whole.len() / 2]).is_err());
}

fn patched(bytes: &[u8], old: &str, new: &str) -> Vec<u8> {
    let at = bytes
        .windows(old.len())
        .position(|w| w == old.as_bytes())
        .unwrap();
    let mut out = bytes.to_vec();
    out[at..at + new.len()].copy_from_slice(new.as_bytes());
    out
}

#[test]
fn nothing_to_bundle_is_an_error_and_leaves_the_old_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.bundle.fits");
    fs::write(&path, "old").unwrap();
    let (catalogue, _, _) = sample();
    let book = LabelBook::default();
    let rows = rows(&book, &catalogue, Selection::Labelled);
    let none = &mut |_: &[StampRef]| Vec::new();
    let why = bundle::write(&path, &rows, &Split::default(), none).unwrap_err();
    assert!(why.to_string().contains("none of the chosen candidates"));
    assert_eq!(fs::read(&path).unwrap(), b"old");
}
