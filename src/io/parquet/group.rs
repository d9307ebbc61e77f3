//! A group of rows of a Parquet file whose pages are checked before they are decoded.
//!
//! The crate makes room for as many values as a page of a dictionary says it has; a damaged one says billions, and
//! the program ends where memory is refused.

use std::panic::{AssertUnwindSafe, catch_unwind};

use parquet::{
    basic::Type as Physical,
    bloom_filter::Sbbf,
    column::page::{Page, PageMetadata, PageReader},
    errors::{ParquetError, Result},
    file::{
        metadata::RowGroupMetaData,
        reader::{FileReader, RowGroupReader},
    },
    record::reader::RowIter,
    schema::types::Type,
};

use super::pages::{self, ReadAt};

/// What comes of reading. The crate panics at some damaged files (columns that begin before the file, values that run out): that
/// becomes an error.
///
/// # Errors
/// As `read` fails, or where it panics.
pub fn caught<T, E: From<ParquetError>>(
    read: impl FnOnce() -> std::result::Result<T, E>,
) -> std::result::Result<T, E> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        let why = "its pages contradict its footer".to_owned();
        Err(ParquetError::General(why).into())
    })
}

/// A group of rows with checked pages.
pub struct CheckedGroup<'a> {
    group: Box<dyn RowGroupReader + 'a>,
    source: &'a dyn ReadAt,
}

impl<'a> CheckedGroup<'a> {
    /// A group of a file, by its number. `source` is the same file; where the two share a place at which they read, they must not
    /// read at the same time.
    ///
    /// # Errors
    /// Where the file has no such group.
    pub fn of(file: &'a dyn FileReader, source: &'a dyn ReadAt, number: usize) -> Result<Self> {
        let group = file.get_row_group(number)?;
        Ok(Self { group, source })
    }
}

impl RowGroupReader for CheckedGroup<'_> {
    fn metadata(&self) -> &RowGroupMetaData {
        self.group.metadata()
    }

    fn num_columns(&self) -> usize {
        self.group.num_columns()
    }

    fn get_column_page_reader(&self, column: usize) -> Result<Box<dyn PageReader>> {
        let chunk = self.metadata().column(column);
        pages::check(self.source, chunk)?;
        let about = chunk.column_descr();
        Ok(Box::new(CheckedPages {
            pages: self.group.get_column_page_reader(column)?,
            bits: bits_of_a_value(about.physical_type(), about.type_length()),
        }))
    }

    fn get_column_bloom_filter(&self, column: usize) -> Option<&Sbbf> {
        self.group.get_column_bloom_filter(column)
    }

    fn get_row_iter(&self, projection: Option<Type>) -> Result<RowIter<'_>> {
        RowIter::from_row_group(projection, self)
    }
}

/// Bits of a value in a dictionary, at least: texts have their length before them.
fn bits_of_a_value(physical: Physical, length: i32) -> usize {
    match physical {
        Physical::BOOLEAN => 1,
        Physical::INT32 | Physical::FLOAT | Physical::BYTE_ARRAY => 32,
        Physical::INT64 | Physical::DOUBLE => 64,
        Physical::INT96 => 96,
        Physical::FIXED_LEN_BYTE_ARRAY => 8 * usize::try_from(length).unwrap_or(0).max(1),
    }
}

struct CheckedPages {
    pages: Box<dyn PageReader>,
    bits: usize,
}

impl CheckedPages {
    fn checked(&self, page: Page) -> Result<Page> {
        if let Page::DictionaryPage {
            buf, num_values, ..
        } = &page
        {
            let fit = buf.len().saturating_mul(8) / self.bits;
            if *num_values as usize > fit {
                return Err(ParquetError::General(format!(
                    "a dictionary of {} bytes cannot hold {num_values} values",
                    buf.len()
                )));
            }
        }
        Ok(page)
    }
}

impl Iterator for CheckedPages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for CheckedPages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.pages.get_next_page()?;
        page.map(|page| self.checked(page)).transpose()
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.pages.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.pages.at_record_boundary()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::basic::Encoding;

    struct One(Option<Page>);

    impl Iterator for One {
        type Item = Result<Page>;

        fn next(&mut self) -> Option<Self::Item> {
            self.0.take().map(Ok)
        }
    }

    impl PageReader for One {
        fn get_next_page(&mut self) -> Result<Option<Page>> {
            Ok(self.0.take())
        }

        fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
            Ok(None)
        }

        fn skip_next_page(&mut self) -> Result<()> {
            Ok(())
        }
    }

    fn read(physical: Physical, bytes: usize, num_values: u32) -> Result<Option<Page>> {
        let page = Page::DictionaryPage {
            buf: vec![0; bytes].into(),
            num_values,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        };
        let mut pages = CheckedPages {
            pages: Box::new(One(Some(page))),
            bits: bits_of_a_value(physical, 6),
        };
        pages.get_next_page()
    }

    #[test]
    fn a_dictionary_that_cannot_hold_its_values_is_refused_before_room_is_made() {
        for (physical, bytes, fit) in [
            (Physical::BYTE_ARRAY, 40, 10),
            (Physical::DOUBLE, 40, 5),
            (Physical::INT96, 24, 2),
            (Physical::FIXED_LEN_BYTE_ARRAY, 12, 2),
            (Physical::BOOLEAN, 2, 16),
        ] {
            assert!(read(physical, bytes, fit).unwrap().is_some());
            let error = read(physical, bytes, fit + 1).unwrap_err().to_string();
            assert!(error.contains("cannot hold"), "{error}");
            assert!(read(physical, bytes, u32::MAX).is_err());
        }
    }
}
