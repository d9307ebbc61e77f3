//! Pixels on demand: the stamps that are asked for, each file read once.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    path::Path,
    sync::{
        PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use rayon::prelude::*;

use super::{
    alerts::{
        self,
        avro_file::{are_messages, read_records},
        plan::{Plan, Plans, Survey},
        record::{Packet, Wanted},
    },
    archive::Archives,
    arrays::{
        ArrayError, ArrayFile, OpenArrays,
        layout::{Stack, role_of},
    },
    fits::stamp::{FitsStamps, StampError},
    gunzip::{BytesError, read_file, unpacked},
    packing::Packing,
    parquet::cutouts::ParquetCutouts,
    seen_files::SeenFiles,
    unpacked_files::UnpackedFiles,
};
use crate::domain::{Part, Problem, Role, SourceKind, Stamp, StampId, StampRef};

/// Reads stamps. May be shared between threads; keeps the schemas of alerts and the places at
/// which archives can be entered, both small.
#[derive(Default)]
pub struct Decoder {
    /// Alert schemas met so far.
    pub(super) plans: Plans,
    /// Archives met so far.
    pub(super) archives: Archives,
    /// Files of arrays that are open.
    pub(super) arrays: OpenArrays,
    /// What indexed files were then.
    pub(super) seen: SeenFiles,
    /// Packed files that were indexed and not looked at yet.
    pub(super) unpacked: UnpackedFiles,
    /// Stamps that were asked for.
    asked: AtomicUsize,
}

/// Results by position in the list of wanted stamps.
type Results = BTreeMap<usize, Result<Stamp, Problem>>;
/// Wanted stamps with their position in the list.
type Wants<'a> = [(usize, &'a StampRef)];

impl Decoder {
    /// How many stamps were asked for so far: what is read twice counts twice.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// Size and time of change of a file as one number: those with which it was indexed, else those of now. None
    /// where there is no such file.
    pub fn version(&self, path: &Path) -> Option<u64> {
        self.seen.version(path)
    }

    /// Scans from now on hold back what files are: stamps of files that have changed are refused until
    /// [`Self::release_files`] is called, once what was found is taken in.
    pub fn hold_files(&self) {
        self.seen.hold();
    }

    /// What scans have held back counts from now on.
    pub fn release_files(&self) {
        self.seen.release();
    }

    /// True where a file was indexed, and is held back as another one.
    pub fn is_renewed(&self, path: &Path) -> bool {
        self.seen.is_renewed(path)
    }

    /// True where a file was indexed by this decoder, and is what it was then.
    pub fn is_known(&self, path: &Path) -> bool {
        self.seen.is_known(path)
    }

    /// The wanted stamps, in the order asked for, each with its pixels or why there are none.
    ///
    /// Stamps of one cube, packet or archive are read together, so ask for them together.
    pub fn decode(&self, wanted: &[StampRef]) -> Vec<(StampId, Result<Stamp, Problem>)> {
        self.asked.fetch_add(wanted.len(), Ordering::Relaxed);
        let mut order: Vec<(usize, &StampRef)> = wanted.iter().enumerate().collect();
        order.sort_by(|(_, a), (_, b)| {
            (&a.source.path, sort_key(a.part)).cmp(&(&b.source.path, sort_key(b.part)))
        });
        let mut results = Results::new();
        for same_file in order.chunk_by(|(_, a), (_, b)| a.source == b.source) {
            self.decode_file(same_file, &mut results);
        }
        let result = |(at, stamp): (usize, &StampRef)| {
            let missing = || Err(problem(stamp, "the file no longer holds it"));
            (stamp.id, results.remove(&at).unwrap_or_else(missing))
        };
        wanted.iter().enumerate().map(result).collect()
    }

    fn decode_file(&self, wants: &Wants<'_>, results: &mut Results) {
        let Some((_, first)) = wants.first() else {
            return;
        };
        let path: &Path = &first.source.path;
        let kind = first.source.kind;
        if self.seen.is_changed(path) {
            let why = "the file was changed since it was opened: open the set again";
            return fail(wants, why, results);
        }
        match kind {
            SourceKind::TarGz | SourceKind::Tar | SourceKind::TarPacked | SourceKind::Zip => {
                self.decode_archive(path, kind, wants, results);
            }
            SourceKind::Parquet => decode_rows(path, wants, results),
            SourceKind::Arrays => self.decode_arrays(path, wants, results),
            SourceKind::Json => decode_json(path, wants, results),
            SourceKind::Fits | SourceKind::ZtfCutout | SourceKind::FitsTable => {
                let is_ztf = kind == SourceKind::ZtfCutout;
                let unpacked = self.unpacked.get(path);
                let file = match &unpacked {
                    Some(bytes) => FitsStamps::open((&bytes[..]).into(), is_ztf),
                    None => FitsStamps::open_file(path, is_ztf),
                };
                decode_stamps(file, wants, results);
            }
            SourceKind::Avro if wants.iter().all(|(_, want)| member_of(want.part).1 > 0) => {
                self.decode_messages(path, wants, results);
            }
            SourceKind::Avro => match read_file(path) {
                Ok(bytes) => self.decode_alerts(&bytes, wants, results),
                Err(error) => fail(wants, &error.to_string(), results),
            },
        }
    }

    /// Messages of a stream, each by its bytes in the file.
    fn decode_messages(&self, path: &Path, wants: &Wants<'_>, results: &mut Results) {
        let mut messages = match Messages::open(path) {
            Ok(messages) => messages,
            Err(error) => return fail(wants, &error.to_string(), results),
        };
        for same in wants.chunk_by(|(_, a), (_, b)| member_of(a.part) == member_of(b.part)) {
            match messages.at(member_of(same[0].1.part)) {
                Ok(bytes) => self.decode_alerts(&bytes, same, results),
                Err(error) => fail(same, &error.to_string(), results),
            }
        }
    }

    /// Rows of arrays of numpy or HDF5.
    fn decode_arrays(&self, path: &Path, wants: &Wants<'_>, results: &mut Results) {
        let file = match self.arrays.get(path) {
            Ok(file) => file,
            Err(error) => return fail(wants, &error.to_string(), results),
        };
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        for (at, want) in wants {
            let stamp = array_stamp(&mut file, want);
            results.insert(
                *at,
                stamp.map_err(|error| problem(want, &error.to_string())),
            );
        }
    }

    fn decode_archive(
        &self,
        path: &Path,
        kind: SourceKind,
        wants: &Wants<'_>,
        results: &mut Results,
    ) {
        let members: Vec<&Wants<'_>> = wants
            .chunk_by(|(_, a), (_, b)| member_of(a.part) == member_of(b.part))
            .collect();
        let places: Vec<_> = members
            .iter()
            .map(|same| member_of(same[0].1.part))
            .collect();
        self.archives
            .read_members_at(path, kind, &places, &mut |at, bytes| {
                let wants = members[at];
                let is_fits = matches!(wants[0].1.part, Part::Member { .. });
                match bytes.and_then(unpacked) {
                    Ok(bytes) if is_fits => {
                        decode_stamps(FitsStamps::open(bytes.into(), false), wants, results);
                    }
                    Ok(bytes) => self.decode_alerts(&bytes, wants, results),
                    Err(error) => fail(wants, &error.to_string(), results),
                }
            });
    }

    fn decode_alerts(&self, bytes: &[u8], wants: &Wants<'_>, results: &mut Results) {
        let is_wanted = |number| wants.iter().any(|(_, want)| record_of(want.part) == number);
        let done = read_records(
            bytes,
            &self.plans,
            Wanted::Cutouts,
            &is_wanted,
            &mut |number, plan, packet| {
                for (at, want) in wants
                    .iter()
                    .filter(|(_, want)| record_of(want.part) == number)
                {
                    let stamp = cutout(plan, &packet, want);
                    results.insert(*at, stamp.map_err(|why| problem(want, &why)));
                }
            },
        );
        if let Err(error) = done {
            let error = error.to_string();
            let open = wants.iter().filter(|(at, _)| !results.contains_key(at));
            fail(&open.copied().collect::<Vec<_>>(), &error, results);
        }
    }
}

/// Messages of a stream in a file: read one by one, or out of memory where the file is packed.
pub(super) enum Messages {
    OnDisk(File),
    Unpacked(Vec<u8>),
}

impl Messages {
    pub(super) fn open(path: &Path) -> Result<Self, BytesError> {
        let mut file = File::open(path)?;
        let mut first = [1];
        file.read_exact(&mut first)?;
        if are_messages(&first) {
            Ok(Self::OnDisk(file))
        } else {
            read_file(path).map(Self::Unpacked)
        }
    }

    /// The bytes at a place; fewer where the file has become shorter.
    pub(super) fn at(&mut self, (at, len): (u64, u32)) -> Result<Vec<u8>, BytesError> {
        match self {
            Self::OnDisk(file) => {
                let mut bytes = Vec::new();
                file.seek(SeekFrom::Start(at))?;
                file.take(len.into()).read_to_end(&mut bytes)?;
                Ok(bytes)
            }
            Self::Unpacked(bytes) => {
                let at = usize::try_from(at).unwrap_or(usize::MAX);
                let end = at.checked_add(len as usize);
                let message = end.and_then(|end| bytes.get(at..end));
                Ok(message.unwrap_or_default().to_vec())
            }
        }
    }
}

/// The FITS file in the cutout of the wanted role.
pub(super) fn cutout_bytes<'a>(
    packet: &Packet<'a>,
    want: &StampRef,
) -> Result<Cow<'a, [u8]>, String> {
    // Variance and point-spread function lie beside the science image.
    let role = match want.role {
        Role::Variance | Role::Psf | Role::Snr => Role::Science,
        role => role,
    };
    let own = packet
        .cutouts
        .iter()
        .find(|cutout| cutout.role == want.role);
    let cutout = own.or_else(|| packet.cutouts.iter().find(|cutout| cutout.role == role));
    let bytes = cutout.and_then(|cutout| cutout.bytes);
    let bytes = bytes.ok_or("the cutout is null")?;
    if Packing::of(bytes).is_some() {
        let inside = unpacked(bytes.to_vec()).map_err(|error| error.to_string())?;
        Ok(Cow::Owned(inside))
    } else {
        Ok(Cow::Borrowed(bytes))
    }
}

fn cutout(plan: &Plan, packet: &Packet<'_>, want: &StampRef) -> Result<Stamp, String> {
    let bytes = cutout_bytes(packet, want)?;
    let read = || {
        let mut file = FitsStamps::open(bytes, plan.survey == Survey::Ztf)?;
        let is_plane = packet.cutouts.iter().all(|cutout| cutout.role != want.role);
        let hdu = if is_plane {
            file.image_of(want.role)?
        } else {
            file.first_image()?
        };
        file.stamp(hdu, 0, want.role)
    };
    read().map_err(|error| error.to_string())
}

fn decode_stamps(
    file: Result<FitsStamps<'_>, StampError>,
    wants: &Wants<'_>,
    results: &mut Results,
) {
    let mut file = match file {
        Ok(file) => file,
        Err(error) => return fail(wants, &error.to_string(), results),
    };
    for (at, want) in wants {
        let stamp = match want.part {
            Part::Hdu { hdu, plane } | Part::Member { hdu, plane, .. } => {
                file.stamp(hdu, plane.unwrap_or(0), want.role)
            }
            Part::Cutout {
                at_byte, record, ..
            } => file.cell(
                u16::try_from(at_byte).unwrap_or(u16::MAX),
                record,
                want.role,
            ),
        };
        results.insert(
            *at,
            stamp.map_err(|error| problem(want, &error.to_string())),
        );
    }
}

/// Cutouts of alerts as JSON.
fn decode_json(path: &Path, wants: &Wants<'_>, results: &mut Results) {
    let read = read_file(path).map_err(|error| error.to_string());
    let alerts = match read.and_then(|bytes| alerts::json::alerts(&bytes)) {
        Ok(alerts) => alerts,
        Err(why) => return fail(wants, &why, results),
    };
    for (at, want) in wants {
        let alert = alerts.get(record_of(want.part) as usize);
        let bytes = alert.ok_or_else(|| "the alert is not there any more".to_owned());
        let stamp = bytes.and_then(|alert| {
            let bytes = alerts::json::cutout(alert, want.role)?;
            let is_ztf = alert
                .get("objectId")
                .and_then(|id| id.as_str())
                .is_some_and(|id| id.starts_with("ZTF"));
            row_stamp(
                Some(&bytes),
                want,
                if is_ztf { Survey::Ztf } else { Survey::Other },
            )
        });
        results.insert(*at, stamp.map_err(|why| problem(want, &why)));
    }
}

/// Cutouts of a Parquet file, role by role.
fn decode_rows(path: &Path, wants: &Wants<'_>, results: &mut Results) {
    let file = match ParquetCutouts::open(path) {
        Ok(file) => file,
        Err(error) => return fail(wants, &error.to_string(), results),
    };
    let mut order: Vec<(usize, &StampRef)> = wants.to_vec();
    order.sort_by_key(|(_, want)| (want.role, record_of(want.part)));
    // A role of a group of rows is read by one thread.
    let place = |want: &StampRef| (want.role, file.group_of(record_of(want.part)));
    let tasks: Vec<&Wants<'_>> = order
        .chunk_by(|(_, a), (_, b)| place(a) == place(b))
        .collect();
    let decoded: Vec<Results> = tasks
        .par_iter()
        .map(|same| decode_column(&file, same))
        .collect();
    for mut of_task in decoded {
        results.append(&mut of_task);
    }
}

/// Cutouts of one role, in ascending rows.
fn decode_column(file: &ParquetCutouts, same: &Wants<'_>) -> Results {
    let mut results = Results::new();
    let Some((_, first)) = same.first() else {
        return results;
    };
    let rows: Vec<u32> = same.iter().map(|(_, want)| record_of(want.part)).collect();
    let done = file.cutouts(first.role, &rows, &mut |at, bytes| {
        let (number, want) = same[at];
        let stamp = row_stamp(bytes, want, file.survey);
        results.insert(number, stamp.map_err(|why| problem(want, &why)));
    });
    if let Err(error) = done {
        let open = same.iter().filter(|(at, _)| !results.contains_key(at));
        let open: Vec<_> = open.copied().collect();
        fail(&open, &error.to_string(), &mut results);
    }
    results
}

fn array_stamp(file: &mut ArrayFile, want: &StampRef) -> Result<Stamp, ArrayError> {
    let Part::Cutout {
        at_byte, record, ..
    } = want.part
    else {
        return Err(ArrayError::Changed);
    };
    let at = usize::try_from(at_byte).unwrap_or(usize::MAX);
    let array = file.arrays().get(at).ok_or(ArrayError::Changed)?;
    let stack = Stack::of(array).ok_or(ArrayError::Changed)?;
    let record = record as usize;
    if stack.epochs() > 1 {
        return file.stamp(at, &stack, record / stack.epochs(), record % stack.epochs());
    }
    let roles = stack.roles(role_of(&array.name));
    let channel = roles.iter().position(|role| *role == want.role);
    file.stamp(at, &stack, record, channel.ok_or(ArrayError::Changed)?)
}

fn row_stamp(bytes: Option<&[u8]>, want: &StampRef, survey: Survey) -> Result<Stamp, String> {
    let bytes = bytes.ok_or("the cutout is null")?;
    let bytes = unpacked(bytes.to_vec()).map_err(|error| error.to_string())?;
    let read = || {
        let mut file = FitsStamps::open(bytes.into(), survey == Survey::Ztf)?;
        let hdu = file.first_image()?;
        file.stamp(hdu, 0, want.role)
    };
    read().map_err(|error: StampError| error.to_string())
}

fn fail(wants: &Wants<'_>, why: &str, results: &mut Results) {
    for (at, want) in wants {
        results.insert(*at, Err(problem(want, why)));
    }
}

pub(super) fn problem(stamp: &StampRef, why: &str) -> Problem {
    let path = stamp.source.path.display();
    let (path, what) = match stamp.part {
        Part::Hdu { .. } => (path.to_string(), "stamp"),
        Part::Member { at_byte, .. } => (format!("{path} (file at {at_byte})"), "stamp"),
        Part::Cutout { len: 0, .. } => (path.to_string(), "cutout"),
        Part::Cutout { at_byte, .. } => (format!("{path} (packet at byte {at_byte})"), "cutout"),
    };
    Problem::new(path, format!("{what} {}", stamp.role.name()), why)
}

const fn member_of(part: Part) -> (u64, u32) {
    match part {
        Part::Cutout { at_byte, len, .. } | Part::Member { at_byte, len, .. } => (at_byte, len),
        Part::Hdu { .. } => (0, 0),
    }
}

const fn record_of(part: Part) -> u32 {
    match part {
        Part::Cutout { record, .. } => record,
        Part::Hdu { .. } | Part::Member { .. } => 0,
    }
}

/// File order.
const fn sort_key(part: Part) -> (u64, u32, u32) {
    match part {
        Part::Hdu { hdu, plane } => {
            let plane = match plane {
                Some(plane) => plane,
                None => 0,
            };
            (hdu as u64, plane, 0)
        }
        Part::Cutout {
            at_byte,
            len,
            record,
        } => (at_byte, len, record),
        Part::Member {
            at_byte, len, hdu, ..
        } => (at_byte, len, hdu as u32),
    }
}
