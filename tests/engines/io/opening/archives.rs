//! Archives of packets: read as a stream, entered in the middle, cut short.

use destello::{
    domain::{Role, SourceKind},
    io::{Decoder, Found, StampIds, scan},
};

use super::{
    packets::{Packet, codecs, ztf_file},
    samples::*,
};

/// An archive of `count` packets, every tenth of object `ZTF18rep`.
fn night(count: usize) -> Vec<u8> {
    let names: Vec<String> = (0..count).map(|at| format!("night/{at:05}.avro")).collect();
    let members = names.iter().enumerate().map(|(at, name)| {
        let object = ["ZTF18rep", "ZTF18one", "ZTF18two"][at % 3];
        let packet = Packet::new(
            object,
            1_127_174_604_415_000_000 + at as i64,
            2_458_881.5 + at as f64,
        );
        (name.as_str(), ztf_file(&[packet], codecs()[at % 3]))
    });
    tarred(&members.collect::<Vec<_>>())
}

#[test]
fn plain_and_gzipped_archives_open_alike() {
    let folder = tempfile::tempdir().unwrap();
    let tar = night(9);
    for (bytes, kind) in [
        (tar.clone(), SourceKind::Tar),
        (gzipped(&tar), SourceKind::TarGz),
    ] {
        // The name does not matter.
        let opened = open(&put(folder.path(), "night.dat", &bytes));
        assert!(opened.problems.is_empty(), "{:?}", opened.problems);
        assert_eq!(opened.catalogue.len(), 3);
        let object = candidate(&opened, "ZTF18rep");
        assert_eq!(object.epochs.len(), 3);
        assert_eq!(object.epochs[0].stamps[0].source.kind, kind);
        for epoch in 0..3 {
            assert_eq!(
                stamp(object, epoch, Role::Difference).unwrap().pixels[0],
                3.0
            );
        }
    }
}

#[test]
fn members_are_found_again_in_any_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = put(folder.path(), "n.tar.gz", &gzipped(&night(300)));
    let (decoder, ids) = (Decoder::default(), StampIds::default());
    let mut stamps = Vec::new();
    scan(&[path], &decoder, &ids, &|| false, &mut |found| {
        if let Found::Candidate(candidate) = found {
            stamps.extend(candidate.epochs.into_iter().flat_map(|epoch| epoch.stamps));
        }
    });
    assert_eq!(stamps.len(), 900);
    stamps.reverse();
    for decoder in [&decoder, &Decoder::default()] {
        let decoded = decoder.decode(&stamps[100..130]);
        for (wanted, (id, stamp)) in stamps[100..130].iter().zip(decoded) {
            assert_eq!(id, wanted.id);
            assert_eq!(stamp.unwrap().pixels[0], 1.0 + wanted.role as u8 as f32);
        }
    }
}

#[test]
fn an_archive_that_is_cut_opens_up_to_the_cut() {
    let folder = tempfile::tempdir().unwrap();
    let tar = night(30);
    for bytes in [tar[..tar.len() / 2].to_vec(), {
        let gz = gzipped(&tar);
        gz[..gz.len() / 2].to_vec()
    }] {
        let opened = open(&put(folder.path(), "cut.tar", &bytes));
        assert_eq!(opened.problems.len(), 1, "{:?}", opened.problems);
        assert!(
            opened.problems[0].why.contains("cut short"),
            "{:?}",
            opened.problems
        );
        let epochs: usize = opened.catalogue.iter().map(|(_, c)| c.epochs.len()).sum();
        assert!((5..30).contains(&epochs), "{epochs}");
        let object = candidate(&opened, "ZTF18rep");
        assert!(stamp(object, 0, Role::Science).is_ok());
    }
}

#[test]
fn an_archive_of_several_gzip_members_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let tar = night(9);
    let (a, b) = tar.split_at(tar.len() / 3);
    let bytes = [gzipped(a), gzipped(b)].concat();
    let opened = open(&put(folder.path(), "m.tar.gz", &bytes));
    assert!(opened.problems.is_empty(), "{:?}", opened.problems);
    assert_eq!(
        stamp(candidate(&opened, "ZTF18two"), 2, Role::Science)
            .unwrap()
            .pixels[0],
        1.0
    );
}

#[test]
fn scanning_stops_when_it_is_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let path = put(folder.path(), "n.tar.gz", &gzipped(&night(60)));
    let seen = std::cell::Cell::new(0);
    let (decoder, ids) = (Decoder::default(), StampIds::default());
    scan(&[path], &decoder, &ids, &|| seen.get() >= 5, &mut |found| {
        if let Found::Candidate(_) = found {
            seen.set(seen.get() + 1);
        }
    });
    assert_eq!(seen.get(), 5);
}
