//! cfitsio on bytes in memory, or on a long file: with its twin for tables the only file that calls C.
//!
//! Files, alert cutouts and archive members all come here as bytes, so there is one code path,
//! no temporary file, and no file name that cfitsio could take for its extended syntax.
#![expect(
    unsafe_code,
    reason = "cfitsio is a C library; every call of it is here, behind safe methods"
)]

use std::{
    borrow::Cow,
    ffi::{CStr, CString, c_char, c_int, c_long, c_void},
    path::Path,
    ptr,
};

use fitsio::sys as c;

/// Room for a card, a value, a comment or a name (cfitsio's FLEN constants are at most 81).
const TEXT_BYTES: usize = 128;

/// cfitsio's FLEN_FILENAME, less some room.
const MAX_NAME_BYTES: usize = 1000;

/// cfitsio refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{doing}: {text} (cfitsio status {status})")]
pub struct FitsError {
    /// What was tried.
    pub doing: &'static str,
    /// cfitsio's words.
    pub text: String,
    /// cfitsio's number.
    pub status: i32,
}

impl FitsError {
    /// True where a header ends without its END card.
    pub const fn is_header_cut(&self) -> bool {
        self.status == c::NO_END as c_int
    }
}

/// What an HDU holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HduKind {
    /// An image, plain or tile-compressed.
    Image,
    /// An ASCII or binary table.
    Table,
}

/// One header card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Keyword.
    pub name: String,
    /// Value as written, texts still in quotes.
    pub value: String,
    /// Comment.
    pub comment: String,
}

/// A FITS file that lies in memory, opened for reading.
pub struct FitsMemory<'a> {
    pub(super) file: *mut c::fitsfile,
    // cfitsio keeps the addresses of these two and reads the bytes behind them: they stay where
    // they are, also when this is moved, and outlive `file` (see Drop).
    _place: Box<(*mut c_void, usize)>,
    bytes: Cow<'a, [u8]>,
    len: usize,
}

/// FITS files consist of blocks of this many bytes.
pub const BLOCK_BYTES: usize = 2880;

impl<'a> FitsMemory<'a> {
    /// Opens the bytes; the primary HDU is current.
    ///
    /// Some writers leave out the padding of the last block, without which cfitsio reads none of
    /// it: it is added, while [`Self::len`] stays the true length.
    pub fn open(mut bytes: Cow<'a, [u8]>) -> Result<Self, FitsError> {
        let len = bytes.len();
        if !len.is_multiple_of(BLOCK_BYTES) {
            bytes.to_mut().resize(len.next_multiple_of(BLOCK_BYTES), 0);
        }
        let mut place = Box::new((bytes.as_ptr().cast_mut().cast::<c_void>(), bytes.len()));
        let mut file = ptr::null_mut();
        let mut status = 0;
        // SAFETY: `place` stays boxed at one address, and the bytes on the heap or borrowed, until
        // after `ffclos` (fields are dropped after `drop`). Mode 0 (READONLY) together with the
        // missing realloc function means that cfitsio only reads them. The name is a constant
        // without extended syntax.
        unsafe {
            c::ffomem(
                &raw mut file,
                c"memory".as_ptr(),
                0,
                &raw mut place.0,
                &raw mut place.1,
                0,
                None,
                &raw mut status,
            );
        }
        check("open", status)?;
        Ok(Self {
            file,
            _place: place,
            bytes,
            len,
        })
    }

    /// Opens a file that is too long to be read whole: cfitsio reads the parts that are wanted.
    pub fn open_on_disk(path: &Path) -> Result<Self, FitsError> {
        let refused = |text: String| FitsError {
            doing: "open",
            text,
            status: 0,
        };
        let metadata = path
            .metadata()
            .map_err(|error| refused(error.to_string()))?;
        let name = literal_name(path).map_err(refused)?;
        let mut file = ptr::null_mut();
        let mut status = 0;
        // SAFETY: both variables live through the call; cfitsio copies the name; 0 is READONLY.
        unsafe { c::ffdkopn(&raw mut file, name.as_ptr(), 0, &raw mut status) };
        check("open", status)?;
        Ok(Self {
            file,
            _place: Box::new((ptr::null_mut(), 0)),
            bytes: Cow::Borrowed(&[]),
            len: usize::try_from(metadata.len()).unwrap_or(usize::MAX),
        })
    }

    /// Makes the HDU current (zero-based) and says what it holds; none after the last.
    pub fn go_to(&mut self, hdu: usize) -> Result<Option<HduKind>, FitsError> {
        let number = c_int::try_from(hdu + 1).unwrap_or(c_int::MAX);
        let (mut kind, mut status) = (0, 0);
        // SAFETY: `file` is open; both out parameters live through the call.
        unsafe { c::ffmahd(self.file, number, &raw mut kind, &raw mut status) };
        if status == c::END_OF_FILE as c_int {
            return Ok(None);
        }
        check("find extension", status)?;
        let is_image = kind == c::IMAGE_HDU as c_int;
        Ok(Some(if is_image {
            HduKind::Image
        } else {
            HduKind::Table
        }))
    }

    /// True where the current HDU is a tile-compressed image.
    pub fn is_compressed(&mut self) -> bool {
        let mut status = 0;
        // SAFETY: `file` is open.
        unsafe { c::fits_is_compressed_image(self.file, &raw mut status) != 0 }
    }

    /// BITPIX (of the uncompressed pixels) and the lengths of the axes of the current image.
    pub fn image(&mut self) -> Result<(i32, Vec<usize>), FitsError> {
        let mut axes: [c_long; 8] = [0; 8];
        let (mut bitpix, mut count, mut status) = (0, 0, 0);
        // SAFETY: `file` is open; at most 8 axes are written into 8 places.
        unsafe {
            c::ffgipr(
                self.file,
                8,
                &raw mut bitpix,
                &raw mut count,
                axes.as_mut_ptr(),
                &raw mut status,
            );
        }
        check("read image size", status)?;
        let count = usize::try_from(count).unwrap_or(0).min(8);
        let axes = axes[..count].iter();
        let lengths = axes.map(|len| usize::try_from(*len).unwrap_or(0)).collect();
        Ok((bitpix, lengths))
    }

    /// First byte of the current HDU's data, and the byte after its last block.
    pub fn data_range(&mut self) -> Result<[u64; 2], FitsError> {
        let (mut head, mut start, mut end, mut status) = (0, 0, 0, 0);
        // SAFETY: `file` is open; the out parameters live through the call.
        unsafe {
            c::ffghadll(
                self.file,
                &raw mut head,
                &raw mut start,
                &raw mut end,
                &raw mut status,
            );
        }
        check("find data", status)?;
        Ok([start, end].map(|at| u64::try_from(at).unwrap_or(u64::MAX)))
    }

    /// True where an extension header follows the data of that HDU.
    pub fn has_extension_after(&mut self, hdu: usize) -> Result<bool, FitsError> {
        self.go_to(hdu)?;
        let [_, end] = self.data_range()?;
        let rest = usize::try_from(end)
            .ok()
            .and_then(|end| self.bytes.get(end..));
        Ok(rest.is_some_and(|rest| rest.starts_with(b"XTENSION")))
    }

    /// Bytes of the whole file, as it came.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// All cards of the current header, in order.
    pub fn cards(&mut self) -> Result<Vec<Card>, FitsError> {
        let (mut count, mut status) = (0, 0);
        // SAFETY: `file` is open; a null position is allowed.
        unsafe { c::ffghps(self.file, &raw mut count, ptr::null_mut(), &raw mut status) };
        check("read header", status)?;
        (1..=count).map(|number| self.card(number)).collect()
    }

    fn card(&mut self, number: c_int) -> Result<Card, FitsError> {
        let mut text = Text::default();
        let mut parts = [Text::default(); 3];
        let (mut len, mut status) = (0, 0);
        // SAFETY: `file` is open; every buffer has TEXT_BYTES bytes, more than the 81 that
        // cfitsio writes, and ends with a zero.
        unsafe {
            c::ffgrec(self.file, number, text.at(), &raw mut status);
            c::ffgknm(text.at(), parts[0].at(), &raw mut len, &raw mut status);
            let mut odd = status;
            c::ffpsvc(text.at(), parts[1].at(), parts[2].at(), &raw mut odd);
        }
        check("read card", status)?;
        let [name, value, comment] = parts.each_ref().map(Text::read);
        Ok(Card {
            name,
            value,
            comment,
        })
    }

    /// `count` pixels of the current image from `first` (zero-based), as 32-bit floats with
    /// BSCALE and BZERO applied; NaN where the file has none.
    pub fn pixels(&mut self, first: usize, count: usize) -> Result<Vec<f32>, FitsError> {
        let (bitpix, _) = self.image()?;
        if bitpix == -64 && !self.is_compressed() {
            let wide = self.wide_pixels(first, count)?;
            return Ok(wide.into_iter().map(|value| value as f32).collect());
        }
        // cfitsio's search for null values turns infinities into nulls. Plain floats hold NaN
        // themselves: there the search stays off (0), and every bit comes through.
        let is_plain_float = bitpix == -32 && !self.is_compressed();
        let null = if is_plain_float { 0.0 } else { f32::NAN };
        let at = first as i64 + 1;
        // SAFETY: `file` is open; `out` has room for `count` floats.
        self.filled(
            "read pixels",
            count,
            f32::NAN,
            |file, out, null_seen, status| unsafe {
                c::ffgpve(file, 1, at, count as i64, null, out, null_seen, status);
            },
        )
    }

    fn wide_pixels(&mut self, first: usize, count: usize) -> Result<Vec<f64>, FitsError> {
        let at = first as i64 + 1;
        // SAFETY: `file` is open; `out` has room for `count` doubles.
        self.filled(
            "read pixels",
            count,
            f64::NAN,
            |file, out, null_seen, status| unsafe {
                c::ffgpvd(file, 1, at, count as i64, 0.0, out, null_seen, status);
            },
        )
    }

    /// `count` values that `call` writes through (file, room, null seen, status).
    pub(super) fn filled<T: Copy>(
        &mut self,
        doing: &'static str,
        count: usize,
        blank: T,
        call: impl FnOnce(*mut c::fitsfile, *mut T, *mut c_int, *mut c_int),
    ) -> Result<Vec<T>, FitsError> {
        let mut room = vec![blank; count];
        let (mut null_seen, mut status) = (0, 0);
        call(
            self.file,
            room.as_mut_ptr(),
            &raw mut null_seen,
            &raw mut status,
        );
        check(doing, status)?;
        Ok(room)
    }
}

impl Drop for FitsMemory<'_> {
    fn drop(&mut self) {
        let mut status = 0;
        // SAFETY: `file` was opened by `ffomem` and is closed once; the bytes are not freed.
        unsafe { c::ffclos(self.file, &raw mut status) };
    }
}

/// The path as a name that cfitsio takes as it is, without its extended syntax.
fn literal_name(path: &Path) -> Result<CString, String> {
    // An absolute name cannot begin with a blank, which cfitsio would take away.
    let path = std::path::absolute(path).map_err(|error| error.to_string())?;
    let bytes = path.as_os_str().as_encoded_bytes();
    if bytes.len() > MAX_NAME_BYTES {
        return Err("the path is too long for cfitsio".into());
    }
    CString::new(bytes).map_err(|error| error.to_string())
}

/// Room for one text of cfitsio.
#[derive(Clone, Copy)]
pub(super) struct Text([u8; TEXT_BYTES]);

impl Default for Text {
    fn default() -> Self {
        Self([0; TEXT_BYTES])
    }
}

impl Text {
    pub(super) const fn at(&mut self) -> *mut c_char {
        self.0.as_mut_ptr().cast()
    }

    pub(super) fn read(&self) -> String {
        text_of(&self.0)
    }
}

pub(super) fn text_of(bytes: &[u8]) -> String {
    let text = CStr::from_bytes_until_nul(bytes).map_or(bytes, CStr::to_bytes);
    String::from_utf8_lossy(text).trim_end().to_owned()
}

pub(super) fn check(doing: &'static str, status: c_int) -> Result<(), FitsError> {
    if status == 0 {
        return Ok(());
    }
    let mut text = Text::default();
    // SAFETY: the buffer has more than the 31 bytes that cfitsio writes. The message stack is
    // cleared because it is shared by all threads and would only grow stale.
    unsafe {
        c::ffgerr(status, text.at());
        c::ffcmsg();
    }
    Err(FitsError {
        doing,
        text: text.read(),
        status,
    })
}
