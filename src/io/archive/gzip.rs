//! A gzip stream that can be entered in the middle.
//!
//! While an archive is read once from its start, the state of the decompressor is kept every few
//! MiB of output: about 43 kB each, few of them however long the archive is. A member is read later
//! from the checkpoint before it, so a night of alerts is never unpacked, neither to disk nor to
//! memory.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

use flate2::Crc;
use miniz_oxide::inflate::{
    TINFLStatus,
    core::{DecompressorOxide, decompress, inflate_flags::TINFL_FLAG_HAS_MORE_INPUT},
};

/// Deflate refers back at most this far.
const WINDOW_BYTES: usize = 32 << 10;
/// Output between checkpoints at first; doubled whenever there are too many.
const FIRST_SPACING: u64 = 1 << 20;
/// Checkpoints that are kept (about 22 MB).
const MAX_CHECKPOINTS: usize = 512;

/// The state of a stream at one place.
#[derive(Clone)]
pub struct Checkpoint {
    in_bytes: u64,
    out_bytes: u64,
    member: Member,
    inflater: Box<DecompressorOxide>,
    window: Box<[u8]>,
}

/// Checkpoints in order, their spacing growing with the length of the stream.
#[derive(Clone)]
pub struct Checkpoints {
    kept: Vec<Checkpoint>,
    spacing: u64,
}

/// Where in a gzip member the stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Head,
    Body,
    End,
}

impl Default for Checkpoints {
    fn default() -> Self {
        Self {
            kept: Vec::new(),
            spacing: FIRST_SPACING,
        }
    }
}

impl Checkpoints {
    /// The last checkpoint at or before that byte of output; none: start at the beginning.
    pub fn before(&self, out_byte: u64) -> Option<&Checkpoint> {
        let after = self
            .kept
            .partition_point(|point| point.out_bytes <= out_byte);
        self.kept.get(after.checked_sub(1)?)
    }

    fn is_due(&self, out_bytes: u64) -> bool {
        let last = self.kept.last().map_or(0, |point| point.out_bytes);
        out_bytes >= last + self.spacing
    }

    fn add(&mut self, point: Checkpoint) {
        if self.kept.len() == MAX_CHECKPOINTS {
            let mut at = 0;
            self.kept.retain(|_| {
                at += 1;
                at % 2 == 0
            });
            self.spacing *= 2;
        }
        self.kept.push(point);
    }
}

impl Checkpoint {
    /// Byte of output at which a stream resumed here goes on.
    pub const fn out_bytes(&self) -> u64 {
        self.out_bytes
    }
}

/// Unpacks a gzip stream of one or more members.
pub struct Gunzip<R> {
    input: R,
    in_bytes: u64,
    /// Output produced, and of it the part of the window not yet handed out.
    out_bytes: u64,
    fresh: std::ops::Range<usize>,
    member: Member,
    inflater: Box<DecompressorOxide>,
    window: Box<[u8]>,
    /// Checksum and length of the member so far; none where it was entered in the middle.
    crc: Option<Crc>,
}

impl<R: BufRead> Gunzip<R> {
    /// From the start of a stream.
    pub fn new(input: R) -> Self {
        Self {
            input,
            in_bytes: 0,
            out_bytes: 0,
            fresh: 0..0,
            member: Member::Head,
            inflater: Box::default(),
            window: empty_window(),
            crc: None,
        }
    }

    /// From a checkpoint of the same stream.
    pub fn resume(mut input: R, point: &Checkpoint) -> io::Result<Self>
    where
        R: Seek,
    {
        input.seek(SeekFrom::Start(point.in_bytes))?;
        let place = (point.out_bytes % WINDOW_BYTES as u64) as usize;
        Ok(Self {
            input,
            in_bytes: point.in_bytes,
            out_bytes: point.out_bytes,
            fresh: place..place,
            member: point.member,
            inflater: point.inflater.clone(),
            window: point.window.clone(),
            crc: None,
        })
    }

    /// Byte of output that is handed out next.
    pub fn position(&self) -> u64 {
        self.out_bytes - self.fresh.len() as u64
    }

    /// Keeps a checkpoint where one is due.
    pub fn keep(&self, points: &mut Checkpoints) {
        if points.is_due(self.out_bytes) {
            points.add(Checkpoint {
                in_bytes: self.in_bytes,
                out_bytes: self.out_bytes,
                member: self.member,
                inflater: self.inflater.clone(),
                window: self.window.clone(),
            });
        }
    }

    /// Produces the next piece of output; false at the end of the stream.
    fn advance(&mut self) -> io::Result<bool> {
        loop {
            match self.member {
                Member::Head if self.input.fill_buf()?.is_empty() => return Ok(false),
                Member::Head => self.read_head()?,
                Member::Body => {
                    self.inflate()?;
                    if !self.fresh.is_empty() {
                        return Ok(true);
                    }
                }
                Member::End => self.read_end()?,
            }
        }
    }

    fn inflate(&mut self) -> io::Result<()> {
        let place = (self.out_bytes % WINDOW_BYTES as u64) as usize;
        let input = self.input.fill_buf()?;
        let flags = if input.is_empty() {
            0
        } else {
            TINFL_FLAG_HAS_MORE_INPUT
        };
        let window = &mut self.window[..];
        let (status, read, written) = decompress(&mut self.inflater, input, window, place, flags);
        self.input.consume(read);
        self.in_bytes += read as u64;
        self.out_bytes += written as u64;
        self.fresh = place..place + written;
        if let Some(crc) = &mut self.crc {
            crc.update(&self.window[place..place + written]);
        }
        match status {
            TINFLStatus::Done => self.member = Member::End,
            TINFLStatus::HasMoreOutput | TINFLStatus::NeedsMoreInput => {}
            TINFLStatus::FailedCannotMakeProgress => {
                return Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "the gzip stream ends early",
                ));
            }
            _ => return Err(damaged("the gzip stream is damaged")),
        }
        Ok(())
    }

    /// The header of a member (RFC 1952).
    fn read_head(&mut self) -> io::Result<()> {
        let [a, b, method, flags, ..] = self.bytes::<10>()?;
        if [a, b, method] != [0x1f, 0x8b, 8] {
            // Zeros or anything else after a member: padding of tapes, as gzip itself ignores.
            return if self.out_bytes > 0 {
                self.skip_rest()
            } else {
                Err(damaged("no gzip header"))
            };
        }
        if flags & 4 != 0 {
            let [low, high] = self.bytes()?;
            for _ in 0..u16::from_le_bytes([low, high]) {
                self.bytes::<1>()?;
            }
        }
        for flag in [8, 16] {
            while flags & flag != 0 && self.bytes()? != [0] {}
        }
        if flags & 2 != 0 {
            self.bytes::<2>()?;
        }
        // The window goes on; a new member never looks back into it.
        self.inflater.init();
        self.crc = Some(Crc::new());
        self.member = Member::Body;
        Ok(())
    }

    fn read_end(&mut self) -> io::Result<()> {
        let end = self.bytes::<8>()?;
        let [a, b, c, d, ..] = end;
        let crc = self.crc.take();
        if crc.is_some_and(|crc| crc.sum() != u32::from_le_bytes([a, b, c, d])) {
            return Err(damaged("the gzip checksum does not match"));
        }
        self.member = Member::Head;
        Ok(())
    }

    fn skip_rest(&mut self) -> io::Result<()> {
        loop {
            let len = self.input.fill_buf()?.len();
            if len == 0 {
                return Ok(());
            }
            self.input.consume(len);
        }
    }

    fn bytes<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.input.read_exact(&mut bytes)?;
        self.in_bytes += N as u64;
        Ok(bytes)
    }
}

/// Made on the heap: 32 KiB are much for a stack.
fn empty_window() -> Box<[u8]> {
    vec![0; WINDOW_BYTES].into()
}

fn damaged(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

impl<R: BufRead> Read for Gunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || (self.fresh.is_empty() && !self.advance()?) {
            return Ok(0);
        }
        let len = buffer.len().min(self.fresh.len());
        let from = self.fresh.start;
        buffer[..len].copy_from_slice(&self.window[from..from + len]);
        self.fresh.start += len;
        Ok(len)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    /// Bytes without much pattern, so that they stay long when packed.
    fn noise(len: usize) -> Vec<u8> {
        let mut state = 1_u64;
        let next = |_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 58) as u8
        };
        (0..len).map(next).collect()
    }

    fn packed(parts: &[&[u8]]) -> Vec<u8> {
        let mut out = Vec::new();
        for part in parts {
            let mut encoder = GzEncoder::new(&mut out, Compression::fast());
            encoder.write_all(part).unwrap();
            encoder.finish().unwrap();
        }
        out
    }

    #[test]
    fn a_stream_is_entered_in_the_middle() {
        let text = noise(5 << 20);
        let (a, b) = text.split_at(3_500_000);
        let gz = packed(&[a, b]);
        let mut points = Checkpoints::default();
        let mut stream = Gunzip::new(&gz[..]);
        let mut all = Vec::new();
        let mut buffer = [0; 10_000];
        loop {
            let len = stream.read(&mut buffer).unwrap();
            if len == 0 {
                break;
            }
            all.extend_from_slice(&buffer[..len]);
            stream.keep(&mut points);
        }
        assert!(all == text, "the whole stream");
        assert!(points.kept.len() >= 4, "{}", points.kept.len());
        for at in [0_usize, 1 << 20, 2_345_678, 3_499_999, 3_500_001, 5_000_000] {
            let mut stream = match points.before(at as u64) {
                Some(point) => Gunzip::resume(Cursor::new(&gz), point).unwrap(),
                None => Gunzip::new(Cursor::new(&gz)),
            };
            let skip = at as u64 - stream.position();
            assert!(skip < 2 << 20);
            io::copy(&mut stream.by_ref().take(skip), &mut io::sink()).unwrap();
            let mut some = [0; 1000];
            stream.read_exact(&mut some).unwrap();
            assert!(some == text[at..at + 1000], "at {at}");
        }
    }

    #[test]
    fn cut_and_damaged_streams_are_errors() {
        let text = noise(100_000);
        let gz = packed(&[&text]);
        let mut out = Vec::new();
        let cut = Gunzip::new(&gz[..gz.len() / 2]).read_to_end(&mut out);
        assert!(cut.is_err());
        assert!(!out.is_empty() && text.starts_with(&out));
        let mut wrong = gz.clone();
        let at = wrong.len() - 6;
        wrong[at] ^= 1;
        assert!(
            Gunzip::new(&wrong[..])
                .read_to_end(&mut Vec::new())
                .is_err()
        );
    }

    #[test]
    fn checkpoints_thin_out() {
        let mut points = Checkpoints::default();
        let stream = Gunzip::new(&b""[..]);
        let mut at = 0;
        for _ in 0..5000 {
            at += FIRST_SPACING;
            if points.is_due(at) {
                points.add(Checkpoint {
                    in_bytes: 0,
                    out_bytes: at,
                    member: Member::Body,
                    inflater: stream.inflater.clone(),
                    window: stream.window.clone(),
                });
            }
        }
        assert!(points.kept.len() <= MAX_CHECKPOINTS);
        let middle = 2500 * FIRST_SPACING;
        let point = points.before(middle).unwrap();
        assert!(middle - point.out_bytes() <= 16 * FIRST_SPACING);
    }
}
