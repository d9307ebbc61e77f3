//! Real sets of HiTS, ZTF and Rubin: everything opens, with exactly the faults that are in it.
//!
//! The expected numbers were computed with astropy 7 and fastavro on the same files.
#![expect(clippy::float_cmp, reason = "pixels come through bit by bit")]

use std::collections::BTreeMap;

use destello::{
    domain::{Candidate, Geometry, Problem, Role, SourceKind, Stamp},
    io::Decoder,
    workspace::open::Opened,
};

use crate::{
    common::opened::{candidate, open, stamp},
    data,
};

/// Decodes everything and returns the number of stamps and the problems of those without pixels.
fn decode_all(opened: &Opened) -> (usize, Vec<Problem>) {
    let epochs = opened
        .catalogue
        .iter()
        .flat_map(|(_, object)| &object.epochs);
    let stamps: Vec<_> = epochs.flat_map(|epoch| epoch.stamps.clone()).collect();
    let decoded = Decoder::default().decode(&stamps);
    let problems: Vec<_> = decoded
        .into_iter()
        .filter_map(|(_, stamp)| stamp.err())
        .collect();
    (stamps.len(), problems)
}

/// Shape, number of NaN, sum of the others, and the value at column 5 of row 3.
fn assert_pixels(stamp: &Stamp, shape: (usize, usize), nan: usize, sum: f64, at_5_3: f32) {
    assert_eq!((stamp.width, stamp.height), shape);
    assert_eq!(
        stamp.pixels.iter().filter(|pixel| pixel.is_nan()).count(),
        nan
    );
    let numbers = stamp.pixels.iter().filter(|pixel| !pixel.is_nan());
    let found: f64 = numbers.map(|pixel| f64::from(*pixel)).sum();
    assert!((found - sum).abs() <= sum.abs() * 1e-12, "{found} {sum}");
    let at = stamp.at(5, 3).unwrap();
    assert!(
        at == at_5_3 || at.is_nan() && at_5_3.is_nan(),
        "{at} {at_5_3}"
    );
}

fn only<'a>(opened: &'a Opened, candid: &str) -> (&'a Candidate, usize) {
    let place = |(_, object): (_, &'a Candidate)| {
        let is_it = |epoch: &destello::domain::Epoch| epoch.candid.as_deref() == Some(candid);
        Some((object, object.epochs.iter().position(is_it)?))
    };
    opened.catalogue.iter().find_map(place).unwrap()
}

pub fn hits_has_275_cubes() {
    let folder = data("hits");
    let opened = open(&folder);
    assert!(opened.problems.is_empty(), "{:?}", opened.problems);
    assert_eq!(opened.catalogue.len(), 275);
    let mut table = csv::Reader::from_path(folder.join("index.csv")).unwrap();
    for row in table.records() {
        let row = row.unwrap();
        let object = candidate(&opened, &row[2]);
        assert_eq!(object.epochs.len().to_string(), row[5], "{}", &row[2]);
        assert_eq!(object.truth.as_deref(), Some(&row[1]));
    }
    let (count, problems) = decode_all(&opened);
    assert_eq!((count, problems), (7250, Vec::new()));
    let object = candidate(&opened, "SNHiTS15B");
    assert_eq!(object.epochs[27].mjd.unwrap().days(), 57_095.182_297_9);
    assert_eq!(object.epochs[1].mag, Some(25.177_277));
    assert_eq!(object.epochs[1].seeing_arcsec, Some(1.190_7));
    let first = stamp(object, 0, Role::Science).unwrap();
    assert_pixels(&first, (21, 21), 0, 54_528.544_342_041_016, 117.667_854);
    let last = stamp(object, 27, Role::Science).unwrap();
    assert_pixels(&last, (21, 21), 0, 54_270.934_318_542_48, 110.303_58);
    // Sentinel pixels stay what they are.
    let object = candidate(&opened, "Blind15A_22_N6_0768_1851");
    let sentinel = stamp(object, 4, Role::Science).unwrap();
    assert_pixels(&sentinel, (21, 21), 0, 400_050_088.336_891_2, 109.768_03);
    assert!(sentinel.pixels.contains(&9.998e7));
}

pub fn ztf_stamps_are_211_objects() {
    let folder = data("ztf/stamps");
    let opened = open(&folder);
    assert!(opened.problems.is_empty(), "{:?}", opened.problems);
    let epochs: usize = opened
        .catalogue
        .iter()
        .map(|(_, object)| object.epochs.len())
        .sum();
    assert_eq!((opened.catalogue.len(), epochs), (211, 239));
    for (_, object) in opened.catalogue.iter() {
        for epoch in &object.epochs {
            assert_eq!(epoch.stamps.len(), 3);
            assert!(epoch.mjd.is_some() && epoch.band.is_some() && epoch.mag.is_some());
            let name = epoch.stamps[0].source.path.display().to_string();
            assert!(name.contains(&*object.id) && name.contains(epoch.candid.as_deref().unwrap()));
        }
    }
    let (count, problems) = decode_all(&opened);
    assert_eq!((count, problems), (717, Vec::new()));
    let (object, epoch) = only(&opened, "2475433850015015000");
    let holes = stamp(object, epoch, Role::Difference).unwrap();
    assert_pixels(&holes, (63, 63), 2149, -2_724.121_761_069_691_3, f32::NAN);
    let (object, epoch) = only(&opened, "522193343315015001");
    let edge = stamp(object, epoch, Role::Science).unwrap();
    assert_pixels(&edge, (55, 63), 567, 560_716.487_350_463_9, 192.394_79);
    assert!(matches!(edge.geometry, Geometry::ZtfRowZeroNorth { .. }));
}

pub fn ztf_packets_open() {
    let folder = data("ztf/packets");
    let opened = open(&folder);
    assert!(opened.problems.is_empty(), "{:?}", opened.problems);
    assert_eq!(opened.catalogue.len(), 35);
    let (count, problems) = decode_all(&opened);
    assert_eq!((count, problems), (108, Vec::new()));
    let object = candidate(&opened, "ZTF20aaelulu");
    let epoch = &object.epochs[0];
    assert_eq!(epoch.candid.as_deref(), Some("1105522281015015000"));
    assert_eq!(epoch.mjd.unwrap().jd(), 2_458_860.022_280_1);
    assert_eq!(epoch.mag, Some(14.916_227));
    assert_eq!(epoch.fields.number("drb"), Some(0.999_999_463_558_197));
    assert_eq!(object.history.len(), 12);
    let science = stamp(object, 0, Role::Science).unwrap();
    assert_pixels(&science, (63, 63), 0, 1_202_785.203_125, 168.721_07);
    let difference = stamp(object, 0, Role::Difference).unwrap();
    assert_pixels(&difference, (63, 63), 0, 26_313.908_229_040_71, 2.489_087);
}

pub fn the_archives_have_exactly_their_faults() {
    let folder = data("ztf-archives");
    let opened = open(&folder);
    assert_eq!(opened.catalogue.len(), 35);
    let mut faults: BTreeMap<(String, &str), usize> = BTreeMap::new();
    for problem in &opened.problems {
        let inside = problem
            .path
            .strip_prefix(&format!("{}/", folder.display()))
            .unwrap();
        let file = inside.split('/').next().unwrap().to_owned();
        let kind = ["sync marker", "follow its schema", "is null", "picture"]
            .into_iter()
            .find(|words| problem.why.contains(words))
            .unwrap();
        *faults.entry((file, kind)).or_default() += 1;
    }
    let found: Vec<_> = faults
        .iter()
        .map(|((file, kind), n)| (&**file, *kind, *n))
        .collect();
    // One byte is missing in each of five packets; in two of them it was one of the fields.
    assert_eq!(
        found,
        [
            ("516401801315010009.avro", "sync marker", 1),
            ("516434762915010006.avro", "follow its schema", 1),
            ("516442330015015017.avro", "sync marker", 1),
            ("516442805615015004.avro", "follow its schema", 1),
            ("516476004815015005.avro", "sync marker", 1),
            ("ZTF18abxhyqv.tar.gz", "is null", 4),
            ("ZTF18acruwxq.tar.gz", "is null", 3),
            ("tar.tst.gz", "picture", 21),
        ]
    );
    // In the other three it was one of the difference cutout.
    let (count, problems) = decode_all(&opened);
    assert_eq!((count, problems.len()), (105, 3));
    for problem in problems {
        assert_eq!(problem.what, "cutout difference");
        assert!(problem.why.contains("gzip"), "{problem}");
    }
}

pub fn rubin_alerts_open_with_variance_and_psf() {
    let folder = data("rubin");
    let opened = open(&folder);
    assert_eq!(opened.problems, Vec::new());
    // 33 Rubin alerts as FITS, the framed one, packets of ZTF, DECam and WINTER, and two of the Parquet file.
    assert_eq!(opened.catalogue.len(), 39);
    assert_eq!(decode_all(&opened).1, Vec::new());
    let object = candidate(&opened, "169645854020337671");
    let roles = [
        Role::Science,
        Role::Reference,
        Role::Difference,
        Role::Variance,
        Role::Psf,
    ];
    assert_eq!(object.roles(), roles);
    assert_eq!(
        object.epochs[0].candid.as_deref(),
        Some("169813006131658851")
    );
    let mags = opened
        .catalogue
        .iter()
        .filter(|(_, object)| object.epochs[0].mag.is_some());
    assert!(mags.count() > 3, "fluxes give magnitudes");
    let science = stamp(object, 0, Role::Science).unwrap();
    assert_pixels(&science, (30, 30), 0, 4_162.741_688_728_333, 9.997_524);
    let scale = science.geometry.arcsec_per_px().unwrap();
    assert!((scale - 0.2).abs() < 0.001, "{scale}");
    let variance = stamp(object, 0, Role::Variance).unwrap();
    assert_pixels(&variance, (30, 30), 0, 1_225_733.349_731_445_3, 1_362.91);
    assert_eq!(variance.geometry, science.geometry);
    let psf = stamp(object, 0, Role::Psf).unwrap();
    let sum: f64 = psf.pixels.iter().map(|pixel| f64::from(*pixel)).sum();
    assert!((sum - 0.999_999_465_946_491_5).abs() < 1e-6);
    // Fink's Parquet file has 956 forced measurements, some of them far below zero.
    let is_of_parquet = |one: &Candidate| {
        let mut stamps = one.epochs.iter().flat_map(|epoch| &epoch.stamps);
        stamps.any(|stamp| stamp.source.kind == SourceKind::Parquet)
    };
    let all = opened.catalogue.iter().map(|(_, candidate)| candidate);
    let history: Vec<_> = all
        .filter(|one| is_of_parquet(one))
        .flat_map(|one| &one.history)
        .collect();
    assert!(history.len() >= 956, "{}", history.len());
    assert!(history.iter().any(|point| point.is_fading));
    let winter = candidate(&opened, "WNTR24awati");
    let difference = stamp(winter, 0, Role::Difference).unwrap();
    assert_pixels(
        &difference,
        (81, 81),
        3611,
        610_268.675_694_622_1,
        40.175_507,
    );
}
