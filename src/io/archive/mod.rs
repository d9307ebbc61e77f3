//! Archives: tar, plain or packed, and zip: members as a stream, and later one member at a time.

pub(super) mod gzip;

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    gunzip::{BytesError, MAX_BYTES},
    packing::Packing,
    recognise::HEAD_BYTES,
};
use crate::domain::SourceKind;
use gzip::{Checkpoint, Checkpoints, Gunzip};

/// Bytes read from disk at a time.
const BUFFER_BYTES: usize = 256 << 10;

/// Checkpoints of the archives met so far, so that members are found again.
#[derive(Default)]
pub struct Archives {
    checkpoints: Mutex<HashMap<PathBuf, Arc<Mutex<Checkpoints>>>>,
    /// The archive of another packing than gzip that was unpacked last: there is no entering these.
    unpacked: Mutex<Option<(PathBuf, Arc<Vec<u8>>)>>,
}

/// A file in an archive.
pub struct Member {
    /// Its path in the archive.
    pub name: PathBuf,
    /// Where its content starts in the unpacked archive.
    pub at_byte: u64,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl Archives {
    fn checkpoints(&self, path: &Path) -> Arc<Mutex<Checkpoints>> {
        let mut known = self
            .checkpoints
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        known.entry(path.to_owned()).or_default().clone()
    }

    /// Hands each regular file of the archive to `each`, in order, until that returns false.
    ///
    /// What lies before a cut or a damage has been handed over when the error comes.
    pub fn read_members(
        &self,
        path: &Path,
        kind: SourceKind,
        each: &mut dyn FnMut(Member) -> bool,
    ) -> io::Result<()> {
        let file = BufReader::with_capacity(BUFFER_BYTES, File::open(path)?);
        match kind {
            SourceKind::Zip => return walk_zip(file, each),
            SourceKind::TarPacked => {
                // Unpacked anew: the file may have changed.
                *self.unpacked.lock().unwrap_or_else(PoisonError::into_inner) = None;
                let bytes = self.whole(path).map_err(io::Error::other)?;
                return walk(&bytes[..], each);
            }
            SourceKind::TarGz => {}
            _ => return walk(file, each),
        }
        // An archive that changed must not be entered at places of the old one.
        *lock(&self.checkpoints(path)) = Checkpoints::default();
        let points = self.checkpoints(path);
        let stream = KeepingGunzip {
            stream: Gunzip::new(file),
            points,
        };
        walk(stream, each)
    }

    /// The content of members at (byte, length), handed to `each` with their position in the
    /// list; fastest in file order.
    pub fn read_members_at(
        &self,
        path: &Path,
        kind: SourceKind,
        places: &[(u64, u32)],
        each: &mut dyn FnMut(usize, Result<Vec<u8>, BytesError>),
    ) {
        let mut reader = match kind {
            SourceKind::TarGz => MemberReader::Gzip(self.checkpoints(path), None),
            SourceKind::TarPacked => {
                MemberReader::Whole(self.whole(path).map_err(|error| error.to_string()))
            }
            SourceKind::Zip => MemberReader::Zip(None),
            _ => MemberReader::Plain(None),
        };
        for (index, (at, len)) in places.iter().enumerate() {
            each(index, reader.read(path, *at, *len as usize));
        }
    }
}

impl Archives {
    /// The content of a tar archive that is packed as a whole, kept until another one is asked for.
    fn whole(&self, path: &Path) -> Result<Arc<Vec<u8>>, BytesError> {
        let mut kept = self.unpacked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, bytes)) = &*kept
            && known == path
        {
            return Ok(bytes.clone());
        }
        let file = BufReader::with_capacity(BUFFER_BYTES, File::open(path)?);
        let mut head = [0; 6];
        File::open(path)?.read_exact(&mut head)?;
        let packing =
            Packing::of(&head).ok_or(BytesError::Read(io::ErrorKind::InvalidData.into()))?;
        let mut bytes = Vec::new();
        let unpacked = packing
            .reader(file)?
            .take(MAX_BYTES as u64 + 1)
            .read_to_end(&mut bytes);
        if bytes.len() > MAX_BYTES {
            return Err(BytesError::TooLarge);
        }
        // What lies before a cut is of use.
        if let Err(error) = unpacked
            && bytes.len() < HEAD_BYTES
        {
            return Err(error.into());
        }
        let bytes = Arc::new(bytes);
        *kept = Some((path.to_owned(), bytes.clone()));
        Ok(bytes)
    }
}

/// The regular files of a zip archive; their place is their number.
fn walk_zip(input: impl Read + Seek, each: &mut dyn FnMut(Member) -> bool) -> io::Result<()> {
    let mut archive = zip::ZipArchive::new(input).map_err(io::Error::other)?;
    for number in 0..archive.len() {
        let entry = archive.by_index(number).map_err(io::Error::other)?;
        if !entry.is_file() {
            continue;
        }
        let name = entry
            .enclosed_name()
            .unwrap_or_else(|| PathBuf::from(entry.name().replace('\0', "")));
        let bytes = zip_bytes(entry)?;
        let at_byte = number as u64;
        if !each(Member {
            name,
            at_byte,
            bytes,
        }) {
            break;
        }
    }
    Ok(())
}

/// The content of an entry; none of it where it is too long for a set of stamps.
fn zip_bytes(entry: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    entry.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MAX_BYTES {
        bytes.clear();
    }
    Ok(bytes)
}

fn lock(points: &Mutex<Checkpoints>) -> std::sync::MutexGuard<'_, Checkpoints> {
    points.lock().unwrap_or_else(PoisonError::into_inner)
}

fn walk(input: impl Read, each: &mut dyn FnMut(Member) -> bool) -> io::Result<()> {
    let mut archive = tar::Archive::new(input);
    for entry in archive.entries()? {
        let entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = entry.path()?.into_owned();
        let (at_byte, len) = (entry.raw_file_position(), entry.size());
        let mut bytes = Vec::new();
        // A member that is too long is passed over: the caller sees an empty one.
        if len <= MAX_BYTES as u64 {
            // A damaged header may promise any length: memory grows only with what is there.
            bytes.reserve(len.min(1 << 20) as usize);
            entry.take(len).read_to_end(&mut bytes)?;
            if (bytes.len() as u64) < len {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        if !each(Member {
            name,
            at_byte,
            bytes,
        }) {
            break;
        }
    }
    Ok(())
}

/// A gzip stream that leaves checkpoints behind.
struct KeepingGunzip<R> {
    stream: Gunzip<R>,
    points: Arc<Mutex<Checkpoints>>,
}

impl<R: io::BufRead> Read for KeepingGunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.stream.read(buffer)?;
        self.stream.keep(&mut lock(&self.points));
        Ok(len)
    }
}

/// Reads members one after the other, without going back to the start for each.
enum MemberReader {
    Plain(Option<File>),
    Gzip(Arc<Mutex<Checkpoints>>, Option<Gunzip<BufReader<File>>>),
    Whole(Result<Arc<Vec<u8>>, String>),
    Zip(Option<zip::ZipArchive<BufReader<File>>>),
}

impl MemberReader {
    fn read(&mut self, path: &Path, at: u64, len: usize) -> Result<Vec<u8>, BytesError> {
        let mut bytes = Vec::new();
        match self {
            Self::Plain(file) => {
                let file = match file {
                    Some(file) => file,
                    None => file.insert(File::open(path)?),
                };
                file.seek(SeekFrom::Start(at))?;
                file.take(len as u64).read_to_end(&mut bytes)?;
            }
            Self::Whole(Err(why)) => return Err(io::Error::other(why.clone()).into()),
            Self::Whole(Ok(whole)) => {
                let at = usize::try_from(at).unwrap_or(usize::MAX);
                let member = at.checked_add(len).and_then(|end| whole.get(at..end));
                bytes.extend_from_slice(member.unwrap_or_default());
            }
            Self::Zip(archive) => {
                let archive = if let Some(archive) = archive {
                    archive
                } else {
                    let file = BufReader::new(File::open(path)?);
                    archive.insert(zip::ZipArchive::new(file).map_err(io::Error::other)?)
                };
                let number = usize::try_from(at).unwrap_or(usize::MAX);
                bytes = zip_bytes(archive.by_index(number).map_err(io::Error::other)?)?;
            }
            Self::Gzip(points, stream) => {
                let stream = entered(stream, points, path, at)?;
                let skip = at.saturating_sub(stream.position());
                pass_over(stream, skip, points).map_err(BytesError::Gunzip)?;
                stream
                    .by_ref()
                    .take(len as u64)
                    .read_to_end(&mut bytes)
                    .map_err(BytesError::Gunzip)?;
            }
        }
        if bytes.len() < len {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        Ok(bytes)
    }
}

/// Passes over so many bytes and leaves checkpoints on the way: a set whose index was kept has none yet.
fn pass_over(
    stream: &mut Gunzip<BufReader<File>>,
    count: u64,
    points: &Mutex<Checkpoints>,
) -> io::Result<()> {
    let mut left = stream.by_ref().take(count);
    let mut buffer = vec![0; 64 << 10];
    while left.read(&mut buffer)? > 0 {
        left.get_ref().keep(&mut lock(points));
    }
    Ok(())
}

/// The stream, at or before byte `at`: as it is, or resumed where that is nearer.
fn entered<'s>(
    stream: &'s mut Option<Gunzip<BufReader<File>>>,
    points: &Mutex<Checkpoints>,
    path: &Path,
    at: u64,
) -> io::Result<&'s mut Gunzip<BufReader<File>>> {
    let position = stream.as_ref().map(Gunzip::position);
    let point = lock(points).before(at).cloned();
    let nearest = point.as_ref().map_or(0, Checkpoint::out_bytes);
    let is_good = position.is_some_and(|position| position <= at && position >= nearest);
    if !is_good {
        let file = BufReader::with_capacity(BUFFER_BYTES, File::open(path)?);
        *stream = Some(match &point {
            Some(point) => Gunzip::resume(file, point)?,
            None => Gunzip::new(file),
        });
    }
    stream
        .as_mut()
        .ok_or_else(|| io::ErrorKind::NotFound.into())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    /// Where the index was kept the archive was not walked through: the first look leaves the checkpoints.
    #[test]
    fn looking_at_a_member_leaves_checkpoints_on_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("night.tar.gz");
        let bytes: Vec<u8> = (0..6_u32 << 20)
            .map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(&bytes).unwrap();
        std::fs::write(&path, packer.finish().unwrap()).unwrap();
        let archives = Archives::default();
        let read = |at: usize| {
            let mut found = Vec::new();
            let places = [(at as u64, 1_000)];
            archives.read_members_at(&path, SourceKind::TarGz, &places, &mut |_, bytes| {
                found = bytes.unwrap();
            });
            assert!(found == bytes[at..at + 1_000], "at {at}");
        };
        read(5 << 20);
        let points = archives.checkpoints(&path);
        let nearest = |at: u64| lock(&points).before(at).map(Checkpoint::out_bytes);
        assert!(nearest(5 << 20) >= Some(3 << 20), "{:?}", nearest(5 << 20));
        assert!(nearest(2 << 20) >= Some(1 << 20));
        for at in [0, 1_234_567, (5 << 20) + 77] {
            read(at);
        }
    }
}
