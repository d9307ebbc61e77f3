//! cfitsio's tables, on the file that `fits_memory` holds.
#![expect(
    unsafe_code,
    reason = "cfitsio is a C library; every call of it is behind safe methods"
)]

use std::{
    ffi::{c_char, c_int},
    ptr,
};

use fitsio::sys as c;

use super::fits_memory::{FitsError, FitsMemory, Text, check, text_of};

/// One column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// TTYPE.
    pub name: String,
    /// True where it holds text.
    pub is_text: bool,
    /// True where it holds 64-bit integers, which a double cannot always hold.
    pub is_long: bool,
    /// True where each row has one value.
    pub is_scalar: bool,
    /// Bytes of one text.
    width: usize,
    number: c_int,
}

impl FitsMemory<'_> {
    /// Number of rows of the current table.
    pub fn rows(&mut self) -> Result<usize, FitsError> {
        let (mut rows, mut status) = (0, 0);
        // SAFETY: `file` is open.
        unsafe { c::ffgnrwll(self.file, &raw mut rows, &raw mut status) };
        check("count rows", status)?;
        // A damaged header may promise any number: each row takes a byte at least.
        usize::try_from(rows)
            .ok()
            .filter(|rows| *rows <= self.len())
            .ok_or_else(|| FitsError {
                doing: "count rows",
                text: format!("the table promises {rows} rows, more than the file can hold"),
                status: 0,
            })
    }

    /// The columns of the current table.
    pub fn columns(&mut self) -> Result<Vec<Column>, FitsError> {
        let (mut count, mut status) = (0, 0);
        // SAFETY: `file` is open.
        unsafe { c::ffgncl(self.file, &raw mut count, &raw mut status) };
        check("count columns", status)?;
        (1..=count).map(|number| self.column(number)).collect()
    }

    fn column(&mut self, number: c_int) -> Result<Column, FitsError> {
        let mut name = Text::default();
        let (mut kind, mut repeat, mut width, mut status) = (0, 0, 0, 0);
        let (no_text, no_long, no_double) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        // SAFETY: `file` is open; `name` has more than the 71 bytes that cfitsio writes, and
        // null is allowed for what is not wanted.
        unsafe {
            c::ffgbcl(
                self.file,
                number,
                name.at(),
                no_text,
                no_text,
                no_long,
                no_double,
                no_double,
                no_long,
                no_text,
                &raw mut status,
            );
            c::ffgtcl(
                self.file,
                number,
                &raw mut kind,
                &raw mut repeat,
                &raw mut width,
                &raw mut status,
            );
        }
        check("read column", status)?;
        // cfitsio gives logical values as the texts T and F.
        let is_text = [c::TSTRING, c::TLOGICAL].contains(&kind.unsigned_abs());
        let scalar_repeat = if is_text { width } else { 1 };
        Ok(Column {
            name: name.read(),
            is_text,
            is_long: kind == c::TLONGLONG as c_int,
            is_scalar: kind > 0 && repeat == scalar_repeat,
            width: usize::try_from(width).unwrap_or(0),
            number,
        })
    }

    /// All rows of a scalar number column; NaN where a value is missing.
    pub fn numbers(&mut self, column: &Column) -> Result<Vec<f64>, FitsError> {
        let (rows, number, none) = (self.rows()?, column.number, f64::NAN);
        // SAFETY: `file` is open; `out` has room for one double a row.
        self.filled(
            "read column",
            rows,
            none,
            |file, out, null_seen, status| unsafe {
                c::ffgcvd(
                    file,
                    number,
                    1,
                    1,
                    rows as i64,
                    none,
                    out,
                    null_seen,
                    status,
                );
            },
        )
    }

    /// All rows of a scalar integer column, exact; 0 where a value is missing.
    pub fn longs(&mut self, column: &Column) -> Result<Vec<i64>, FitsError> {
        let (rows, number) = (self.rows()?, column.number);
        // SAFETY: `file` is open; `out` has room for one integer a row.
        self.filled(
            "read column",
            rows,
            0,
            |file, out, null_seen, status| unsafe {
                c::ffgcvjj(file, number, 1, 1, rows as i64, 0, out, null_seen, status);
            },
        )
    }

    /// All rows of a text column, without trailing spaces.
    pub fn texts(&mut self, column: &Column) -> Result<Vec<String>, FitsError> {
        let (rows, number, stride) = (self.rows()?, column.number, column.width + 1);
        let mut room = vec![0_u8; rows.saturating_mul(stride)];
        let starts = room.chunks_exact_mut(stride);
        let mut places: Vec<*mut c_char> = starts.map(|text| text.as_mut_ptr().cast()).collect();
        let mut null = [0 as c_char; 1];
        let (mut null_seen, mut status) = (0, 0);
        // SAFETY: `file` is open; each place has room for one text of the column's width and
        // its final zero.
        unsafe {
            let (null, out) = (null.as_mut_ptr(), places.as_mut_ptr());
            let (null_seen, status) = (&raw mut null_seen, &raw mut status);
            c::ffgcvs(
                self.file,
                number,
                1,
                1,
                rows as i64,
                null,
                out,
                null_seen,
                status,
            );
        }
        check("read column", status)?;
        Ok(room.chunks_exact(stride).map(text_of).collect())
    }
}
