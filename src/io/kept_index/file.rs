//! The file of a kept index: blocks of records, packed with zstandard, and behind them a directory of units.
//!
//! ```text
//! magic, format (u32), length and text of the reader that wrote it
//! blocks
//! directory (postcard, packed)
//! place, packed length and length of the directory (u64), XXH64 of all before (u64)
//! ```
//!
//! Numbers are little-endian. A file of another format or reader, or with another hash, is none.

use std::{
    cell::RefCell,
    collections::HashMap,
    fs,
    hash::Hasher as _,
    io::{self, Write},
    path::Path,
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use twox_hash::XxHash64;

use super::names::Names;
use crate::io::seen_files::FileState;

const MAGIC: &[u8; 8] = b"DSTINDEX";
/// To be raised where what is below changes.
const FORMAT: u32 = 1;
/// A block is packed when it has so many bytes.
pub const BLOCK_BYTES: usize = 1 << 20;
/// Packing faster than a disk writes.
const LEVEL: i32 = 1;
/// Place, two lengths, hash.
const TAIL_BYTES: usize = 32;

/// What a unit is found by: a hash of what it is and of the paths of its files.
pub type Key = [u64; 2];

/// Records of a unit within a block.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Piece {
    pub block: u32,
    pub at: u32,
    pub len: u32,
}

/// What came of reading some files together.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Unit {
    pub key: Key,
    /// The files as they were.
    pub files: Vec<FileState>,
    /// Numbers of stamps that it takes.
    pub ids: u32,
    pub pieces: Vec<Piece>,
}

/// A packed block within the file.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Block {
    at: u64,
    packed: u32,
    len: u32,
}

#[derive(Debug, Serialize, Deserialize)]
struct Directory {
    names: Vec<String>,
    lists: Vec<Vec<u32>>,
    blocks: Vec<Block>,
    units: Vec<Unit>,
}

/// The reader that writes: what is read by other code is not taken from here.
fn reader() -> String {
    // Of the sources of the readers and the versions of all crates, by build.rs.
    let sources = option_env!("DESTELLO_READERS").unwrap_or("unknown");
    format!("destello {} {sources}", env!("CARGO_PKG_VERSION"))
}

/// An index that was read.
pub struct Stored {
    bytes: Vec<u8>,
    blocks: Vec<Block>,
    units: Vec<Unit>,
    of_key: HashMap<Key, usize>,
    recent: Recent,
}

impl Stored {
    /// The index in a file, with its names; none where there is none, or one of another reader, or a damaged one.
    pub fn read(path: &Path) -> Option<(Self, Names)> {
        let bytes = fs::read(path).ok()?;
        let (content, tail) = bytes.split_at_checked(bytes.len().checked_sub(TAIL_BYTES)?)?;
        let (tail, _) = tail.as_chunks::<8>();
        let [at, packed, len, hash] = *tail else {
            return None;
        };
        let places = [at, packed, len].map(u64::from_le_bytes);
        if hash_of(content, &places) != u64::from_le_bytes(hash) || !content.starts_with(&head()) {
            return None;
        }
        let [at, packed, len] = places.map(|number| usize::try_from(number).ok());
        let (at, packed) = (at?, packed?);
        let directory = unpacked(content.get(at..at.checked_add(packed)?)?, len?)?;
        let directory: Directory = postcard::from_bytes(&directory).ok()?;
        let names = Names::of(&directory.names, &directory.lists)?;
        let units = directory.units.iter().enumerate();
        let of_key = units.map(|(at, unit)| (unit.key, at)).collect();
        let stored = Self {
            bytes,
            blocks: directory.blocks,
            units: directory.units,
            of_key,
            recent: RefCell::default(),
        };
        Some((stored, names))
    }

    pub const fn len(&self) -> usize {
        self.units.len()
    }

    /// The number of the unit of that key.
    pub fn find(&self, key: Key) -> Option<usize> {
        self.of_key.get(&key).copied()
    }

    pub fn unit(&self, number: usize) -> Option<&Unit> {
        self.units.get(number)
    }

    /// The block that a piece lies in, unpacked.
    pub fn block(&self, piece: Piece) -> Option<Arc<Vec<u8>>> {
        recent_or(&self.recent, piece.block, || {
            let block = self.blocks.get(piece.block as usize)?;
            let at = usize::try_from(block.at).ok()?;
            let packed = self.bytes.get(at..at.checked_add(block.packed as usize)?)?;
            unpacked(packed, block.len as usize)
        })
    }
}

fn recent_or(
    recent: &Recent,
    number: u32,
    unpack: impl FnOnce() -> Option<Vec<u8>>,
) -> Option<Arc<Vec<u8>>> {
    let mut recent = recent.borrow_mut();
    if let Some((known, bytes)) = &*recent
        && *known == number
    {
        return Some(bytes.clone());
    }
    let bytes = Arc::new(unpack()?);
    *recent = Some((number, bytes.clone()));
    Some(bytes)
}

/// The bytes of a piece in its block.
pub fn piece_of(block: &[u8], piece: Piece) -> Option<&[u8]> {
    let at = piece.at as usize;
    block.get(at..at.checked_add(piece.len as usize)?)
}

fn head() -> Vec<u8> {
    let reader = reader();
    let len = reader.len() as u32;
    let parts: [&[u8]; 4] = [
        MAGIC,
        &FORMAT.to_le_bytes(),
        &len.to_le_bytes(),
        reader.as_bytes(),
    ];
    parts.concat()
}

fn hash_of(content: &[u8], places: &[u64; 3]) -> u64 {
    let mut hash = XxHash64::with_seed(0);
    hash.write(content);
    for place in places {
        hash.write(&place.to_le_bytes());
    }
    hash.finish()
}

fn unpacked(packed: &[u8], len: usize) -> Option<Vec<u8>> {
    let bytes = zstd::bulk::decompress(packed, len).ok()?;
    (bytes.len() == len).then_some(bytes)
}

/// Blocks in memory, packed.
#[derive(Default)]
pub struct Packed {
    blocks: Vec<(Vec<u8>, u32)>,
    recent: Recent,
}

/// The block that was unpacked last.
type Recent = RefCell<Option<(u32, Arc<Vec<u8>>)>>;

impl Packed {
    /// Packs a block; its number.
    pub fn add(&mut self, bytes: &[u8]) -> io::Result<u32> {
        let packed = zstd::bulk::compress(bytes, LEVEL)?;
        self.blocks.push((packed, bytes.len() as u32));
        Ok(self.blocks.len() as u32 - 1)
    }

    /// The number of the block that is packed next.
    pub const fn next(&self) -> u32 {
        self.blocks.len() as u32
    }

    /// The block that a piece lies in, unpacked.
    pub fn block(&self, piece: Piece) -> Option<Arc<Vec<u8>>> {
        recent_or(&self.recent, piece.block, || {
            let (packed, len) = self.blocks.get(piece.block as usize)?;
            unpacked(packed, *len as usize)
        })
    }
}

/// Writes an index, unit by unit.
pub struct Writer<W> {
    out: W,
    hash: XxHash64,
    at: u64,
    open: Vec<u8>,
    blocks: Vec<Block>,
    units: Vec<Unit>,
}

impl<W: Write> Writer<W> {
    pub fn new(out: W) -> io::Result<Self> {
        let mut writer = Self {
            out,
            hash: XxHash64::with_seed(0),
            at: 0,
            open: Vec::new(),
            blocks: Vec::new(),
            units: Vec::new(),
        };
        writer.put(&head())?;
        Ok(writer)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.write(bytes);
        self.at += bytes.len() as u64;
        self.out.write_all(bytes)
    }

    fn put_packed(&mut self, bytes: &[u8]) -> io::Result<Block> {
        let packed = zstd::bulk::compress(bytes, LEVEL)?;
        let at = self.at;
        self.put(&packed)?;
        Ok(Block {
            at,
            packed: packed.len() as u32,
            len: bytes.len() as u32,
        })
    }

    /// A unit, whose pieces lie in these blocks.
    pub fn unit(
        &mut self,
        unit: &Unit,
        block_of: impl Fn(Piece) -> Option<Arc<Vec<u8>>>,
    ) -> io::Result<()> {
        let mut written = Vec::with_capacity(unit.pieces.len());
        for piece in &unit.pieces {
            let block = block_of(*piece).ok_or(io::ErrorKind::InvalidData)?;
            let bytes = piece_of(&block, *piece).ok_or(io::ErrorKind::InvalidData)?;
            written.push(Piece {
                block: self.blocks.len() as u32,
                at: self.open.len() as u32,
                len: piece.len,
            });
            self.open.extend_from_slice(bytes);
            if self.open.len() >= BLOCK_BYTES {
                self.pack()?;
            }
        }
        self.units.push(Unit {
            pieces: written,
            ..unit.clone()
        });
        Ok(())
    }

    fn pack(&mut self) -> io::Result<()> {
        let open = std::mem::take(&mut self.open);
        if !open.is_empty() {
            let block = self.put_packed(&open)?;
            self.blocks.push(block);
        }
        Ok(())
    }

    pub fn finish(mut self, names: &mut Names) -> io::Result<()> {
        self.pack()?;
        let (names, lists) = names.written();
        let directory = Directory {
            names,
            lists,
            blocks: std::mem::take(&mut self.blocks),
            units: std::mem::take(&mut self.units),
        };
        let directory = postcard::to_stdvec(&directory).map_err(io::Error::other)?;
        let block = self.put_packed(&directory)?;
        for number in [block.at, block.packed.into(), block.len.into()] {
            self.put(&number.to_le_bytes())?;
        }
        let hash = self.hash.finish();
        self.out.write_all(&hash.to_le_bytes())?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(pieces: &[&[u8]]) -> Vec<u8> {
        let mut packed = Packed::default();
        let unit = |(at, bytes): (usize, &&[u8])| Unit {
            key: [at as u64, 7],
            files: Vec::new(),
            ids: at as u32,
            pieces: vec![Piece {
                block: packed.add(bytes).unwrap(),
                at: 0,
                len: bytes.len() as u32,
            }],
        };
        let units: Vec<Unit> = pieces.iter().enumerate().map(unit).collect();
        let mut bytes = Vec::new();
        let mut writer = Writer::new(&mut bytes).unwrap();
        for unit in &units {
            writer.unit(unit, |piece| packed.block(piece)).unwrap();
        }
        writer.finish(&mut Names::default()).unwrap();
        bytes
    }

    fn read(bytes: &[u8]) -> Option<Stored> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.destello-index");
        fs::write(&path, bytes).unwrap();
        Stored::read(&path).map(|(stored, _)| stored)
    }

    #[test]
    fn units_come_back_from_their_blocks() {
        let long = vec![3; BLOCK_BYTES];
        let pieces: [&[u8]; 4] = [b"one", &long, b"", b"four"];
        let stored = read(&written(&pieces)).unwrap();
        assert_eq!((stored.len(), stored.blocks.len()), (4, 2));
        // Not in their order: each block is unpacked when it is asked for.
        for at in [3, 0, 1, 2] {
            let number = stored.find([at as u64, 7]).unwrap();
            let unit = stored.unit(number).unwrap();
            let block = stored.block(unit.pieces[0]).unwrap();
            assert!(piece_of(&block, unit.pieces[0]) == Some(pieces[at]), "{at}");
        }
        assert_eq!(stored.find([0, 8]), None);
    }

    #[test]
    fn an_index_of_another_format_or_reader_is_none() {
        let whole = written(&[b"one"]);
        assert!(read(&whole).is_some());
        // The format; the first letter of the reader's version; a sum that is right again.
        for at in [MAGIC.len(), MAGIC.len() + 8 + "destello ".len()] {
            let mut other = whole.clone();
            other[at] += 1;
            let end = other.len() - 8;
            let mut hash = XxHash64::with_seed(0);
            hash.write(&other[..end]);
            other[end..].copy_from_slice(&hash.finish().to_le_bytes());
            assert!(read(&other).is_none(), "byte {at}");
            other[at] -= 1;
            let mut hash = XxHash64::with_seed(0);
            hash.write(&other[..end]);
            other[end..].copy_from_slice(&hash.finish().to_le_bytes());
            assert!(read(&other).is_some(), "byte {at}: the sum was made right");
        }
    }
}
