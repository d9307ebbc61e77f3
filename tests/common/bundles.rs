//! A training bundle of a few objects whose pixels are known.

use std::{collections::HashMap, path::Path, sync::Arc};

use destello::{
    domain::{
        Candidate, Catalogue, DifferenceSign, Epoch, Fields, IS_NEGATIVE, LabelBook, Mjd, Part,
        Problem, Role, Source, SourceKind, Stamp, StampId, StampRef, TimeScale,
    },
    io::export::{
        Selection,
        bundle::{self, BundleReport},
        rows,
        split::Split,
    },
};

use super::{
    awkward::{AWKWARD_ID, CANDID, epoch},
    events::set,
};

/// Pixels by stamp; what is not here cannot be decoded.
pub type Pixels = HashMap<StampId, Stamp>;

fn stamp(pixels: &mut Pixels, role: Role, size: Option<[usize; 2]>) -> StampRef {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let id = StampId(NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
    if let Some([width, height]) = size {
        let value = |at: usize| {
            if at == 3 {
                f32::NAN
            } else {
                id.0 as f32 * 1000.0 + at as f32 + 0.1
            }
        };
        let all: Vec<f32> = (0..width * height).map(value).collect();
        pixels.insert(id, Stamp::new(width, height, all));
    }
    StampRef {
        id,
        role,
        source: Arc::new(Source {
            path: Path::new("/nowhere/night.fits").into(),
            kind: SourceKind::Fits,
        }),
        part: Part::Hdu {
            hdu: 0,
            plane: None,
        },
    }
}

fn with_stamps(epoch: Epoch, stamps: Vec<StampRef>) -> Epoch {
    Epoch { stamps, ..epoch }
}

/// Two labelled objects with three epochs and an unlabelled one. Sizes differ, one difference
/// stamp is missing, one reference stamp cannot be decoded.
pub fn sample() -> (Catalogue, LabelBook, Pixels) {
    use Role::{Difference, Reference, Science};
    let mut pixels = Pixels::new();
    let all = |pixels: &mut Pixels, sizes: [Option<[usize; 2]>; 3]| {
        let roles = [Science, Reference, Difference].into_iter().zip(sizes);
        roles
            .map(|(role, size)| stamp(pixels, role, size))
            .collect::<Vec<_>>()
    };
    let first = all(&mut pixels, [Some([5, 4]), Some([5, 4]), Some([5, 4])]);
    let mut second = all(&mut pixels, [Some([3, 4]), None, Some([5, 4])]);
    second.pop();
    let third = all(&mut pixels, [Some([5, 3]), Some([6, 6]), Some([5, 4])]);
    let fourth = all(&mut pixels, [Some([5, 4]), Some([5, 4]), Some([5, 4])]);
    let mut catalogue = Catalogue::default();
    catalogue.absorb(Candidate {
        id: "ZTF18aaaaaaa".into(),
        epochs: vec![
            with_stamps(epoch(CANDID, 58_881.174_606_5), first),
            with_stamps(epoch("1127174604415015006", 58_882.25), second),
            epoch("1127174604415015007", 58_883.0),
        ],
        position_deg: Some([123.456_789_012_345, -45.5]),
        ..Candidate::default()
    });
    // As Rubin has it: the difference as ever, a negative flux, and a time in TAI.
    let fading = Epoch {
        mjd: Mjd::new(61_000.5).map(|mjd| mjd.counted_in(TimeScale::Tai)),
        difference_sign: DifferenceSign::ScienceMinusReference,
        fields: Fields::new(Arc::from([Arc::from(IS_NEGATIVE)]), vec![1.0], Vec::new()),
        ..Epoch::default()
    };
    for (id, epoch, stamps) in [
        (AWKWARD_ID, Epoch::default(), third),
        ("ZTF18unlabel", fading, fourth),
    ] {
        catalogue.absorb(Candidate {
            id: id.into(),
            epochs: vec![with_stamps(epoch, stamps)],
            ..Candidate::default()
        });
    }
    let events = [set(1, "ZTF18aaaaaaa", "real"), set(2, AWKWARD_ID, "bogus")];
    (catalogue, LabelBook::of(events.map(Arc::new)), pixels)
}

/// Writes the bundle of the chosen ones.
pub fn write(path: &Path, selection: Selection) -> BundleReport {
    let (catalogue, book, pixels) = sample();
    let mut decode = |stamps: &[StampRef]| {
        let decoded = stamps.iter().map(|stamp| {
            let found = pixels.get(&stamp.id).cloned();
            (
                stamp.id,
                found.ok_or_else(|| Problem::new("night.fits", "stamp", "broken")),
            )
        });
        decoded.collect()
    };
    let rows = rows(&book, &catalogue, selection);
    bundle::write(path, &rows, &Split::default(), &mut decode).unwrap()
}
