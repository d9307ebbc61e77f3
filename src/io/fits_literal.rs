//! cfitsio on files by their literal name: new files to write, and the parts of a file that the
//! index of a bundle needs.
//!
//! `FitsFile::create` and `FitsFile::open` of the `fitsio` crate take `[`, `(` and `!` in a path
//! for cfitsio's extended syntax, panic where the path is not UTF-8 or a table has a column type
//! they do not know, and lose the error of the last write.
#![expect(
    unsafe_code,
    reason = "cfitsio is a C library; the crate's safe interface has no such calls"
)]

use std::{
    ffi::{CStr, CString, c_char, c_int},
    path::Path,
    ptr,
};

use fitsio::{FileOpenMode, FitsFile, errors::check_status};
use fitsio_sys::{
    ffclos, ffdkinit, ffdkopn, ffflus, ffgkyjj, ffgkys, ffgtbb, ffmahd, ffthdu, fitsfile,
};

/// cfitsio's FLEN_FILENAME, less some room.
const MAX_NAME_BYTES: usize = 1000;
/// Room for a header value (cfitsio's FLEN_VALUE is 71).
const VALUE_BYTES: usize = 128;

/// Makes a new FITS file, instead of one that may be there.
pub(super) fn create(path: &Path) -> Result<FitsFile, String> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error.to_string());
        }
        _ => {}
    }
    let name = literal_name(path)?;
    let mut file = ptr::null_mut();
    let mut status = 0;
    // SAFETY: `file` and `status` are live variables; cfitsio copies the name.
    unsafe { ffdkinit(&raw mut file, name.as_ptr(), &raw mut status) };
    checked(status)?;
    // SAFETY: cfitsio reported success, so `file` is an open file that nothing else owns.
    unsafe { FitsFile::from_raw(file, FileOpenMode::READWRITE) }.map_err(|error| error.to_string())
}

/// Writes cfitsio's buffers out, so that a full disk is noticed before the file is closed.
pub(super) fn flush(file: &mut FitsFile) -> Result<(), String> {
    let mut status = 0;
    // SAFETY: `file` is open and mutably borrowed.
    unsafe { ffflus(file.as_raw(), &raw mut status) };
    checked(status)
}

/// A FITS file opened for reading.
pub(super) struct FitsDisk {
    /// Open until this is dropped.
    file: *mut fitsfile,
}

impl FitsDisk {
    /// Opens a file.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let name = literal_name(path)?;
        let mut file = ptr::null_mut();
        let mut status = 0;
        // SAFETY: `file` and `status` are live variables; cfitsio copies the name; 0 is READONLY.
        unsafe { ffdkopn(&raw mut file, name.as_ptr(), 0, &raw mut status) };
        checked(status)?;
        Ok(Self { file })
    }

    /// Number of HDUs.
    pub(super) fn hdus(&mut self) -> Result<u16, String> {
        let mut count = 0;
        let mut status = 0;
        // SAFETY: the file is open, and both variables are live.
        unsafe { ffthdu(self.file, &raw mut count, &raw mut status) };
        checked(status)?;
        u16::try_from(count).map_err(|error| error.to_string())
    }

    /// Goes to the HDU of that number, from 0.
    pub(super) fn go_to(&mut self, hdu: u16) -> Result<(), String> {
        let mut status = 0;
        // SAFETY: the file is open; a null pointer says that the type is not wanted.
        unsafe {
            ffmahd(
                self.file,
                c_int::from(hdu) + 1,
                ptr::null_mut(),
                &raw mut status,
            );
        }
        checked(status)
    }

    /// The text of a header card; none where there is no such card.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        let name = CString::new(name).ok()?;
        let mut value: [c_char; VALUE_BYTES] = [0; VALUE_BYTES];
        let mut status = 0;
        // SAFETY: the file is open, `value` has room for any header value and stays terminated
        // by zero; a null pointer says that the comment is not wanted.
        let text = unsafe {
            ffgkys(
                self.file,
                name.as_ptr(),
                value.as_mut_ptr(),
                ptr::null_mut(),
                &raw mut status,
            );
            CStr::from_ptr(value.as_ptr())
        };
        (status == 0).then(|| text.to_string_lossy().trim_end().to_owned())
    }

    /// The integer of a header card; none where there is no such card.
    pub(super) fn integer(&mut self, name: &str) -> Option<i64> {
        let name = CString::new(name).ok()?;
        let mut value = 0;
        let mut status = 0;
        // SAFETY: the file is open, and both variables are live.
        unsafe {
            ffgkyjj(
                self.file,
                name.as_ptr(),
                &raw mut value,
                ptr::null_mut(),
                &raw mut status,
            );
        }
        (status == 0).then_some(value)
    }

    /// The first `len` bytes of the current table's rows.
    pub(super) fn table_bytes(&mut self, len: usize) -> Result<Vec<u8>, String> {
        let mut bytes = vec![0; len];
        let mut status = 0;
        // SAFETY: the file is open, and `bytes` has room for `len` bytes.
        unsafe {
            ffgtbb(
                self.file,
                1,
                1,
                len as i64,
                bytes.as_mut_ptr(),
                &raw mut status,
            );
        }
        checked(status)?;
        Ok(bytes)
    }
}

impl Drop for FitsDisk {
    fn drop(&mut self) {
        let mut status = 0;
        // SAFETY: the file is open, and nothing uses it after this.
        unsafe { ffclos(self.file, &raw mut status) };
    }
}

pub(super) fn literal_name(path: &Path) -> Result<CString, String> {
    // An absolute name cannot begin with a blank, which cfitsio would take away.
    let path = std::path::absolute(path).map_err(|error| error.to_string())?;
    let bytes = path.as_os_str().as_encoded_bytes();
    if bytes.len() > MAX_NAME_BYTES {
        return Err("the path is too long for cfitsio".into());
    }
    CString::new(bytes).map_err(|error| error.to_string())
}

fn checked(status: c_int) -> Result<(), String> {
    check_status(status).map_err(|error| error.to_string())
}
