//! Tile-compressed images (FITS standard 4.0, section 10): the tiles that hold the wanted pixels.
//!
//! Everything that a damaged table may claim is checked: the number of tiles against the rows, the
//! shape of a tile against the image, where a tile's bytes lie against the heap, and its pixels
//! against the bytes that they are said to come from.

use std::io::Read as _;

use flate2::read::MultiGzDecoder;

use super::{
    error::{FitsError, values},
    file::FitsFile,
    hcompress::hdecompress,
    plio::plio,
    rice::rice,
    table::Column,
};

/// Pixels of a tile; more are no stamp (128 MiB as integers of 64 bits).
const MAX_TILE_PX: usize = 1 << 24;
/// No way of compression makes an image smaller than by this factor.
const MOST_PX_PER_BYTE: usize = 8192;
/// Random numbers of the dithering: how many, and their generator (standard, appendix I).
const RANDOMS: usize = 10_000;
/// Quantised value of a pixel that was exactly zero, with the second way of dithering.
const ZERO_VALUE: i64 = -2_147_483_646;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Method {
    Gzip1,
    Gzip2,
    Rice { block: usize, bytes: usize },
    Hcompress { is_smooth: bool },
    Plio,
    None,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Dither {
    No,
    First,
    Second,
}

/// A number for each tile: in a column, or the same for all by a keyword.
#[derive(Clone, Debug)]
enum PerTile {
    Column(Column),
    All(f64),
}

/// How the current image is compressed.
pub struct Tiles {
    bitpix: i32,
    /// Lengths of the image and of a tile, the fastest axis first; as many.
    axes: Vec<usize>,
    tile: Vec<usize>,
    method: Method,
    data: Column,
    gzipped: Option<Column>,
    plain: Option<Column>,
    scale: Option<PerTile>,
    zero: Option<PerTile>,
    blank: Option<PerTile>,
    dither: Dither,
    dither_seed: i64,
    /// BSCALE and BZERO of the image.
    scaling: [f64; 2],
    row_bytes: usize,
    heap: u64,
    heap_end: u64,
}

/// The pixels of a tile before scaling.
enum Values {
    Integers(Vec<i64>),
    Floats(Vec<f64>),
}

impl Tiles {
    /// Reads and checks the header of the current HDU.
    pub fn of(file: &FitsFile<'_>, bitpix: i32, axes: &[usize]) -> Result<Self, FitsError> {
        let hdu = file.hdu();
        let odd = |why: &str| file.odd(format!("is a tile-compressed image that {why}"));
        let columns = file.table_columns()?;
        let column = |name: &str| {
            columns
                .iter()
                .find(|column| column.name.eq_ignore_ascii_case(name))
                .cloned()
        };
        let per_tile = |name: &str| {
            column(name)
                .map(PerTile::Column)
                .or_else(|| hdu.number(name).map(PerTile::All))
        };
        let tile = tile_shape(file, axes, file.rows()?)?;
        let data = column("COMPRESSED_DATA").ok_or_else(|| odd("has no column COMPRESSED_DATA"))?;
        let row_bytes = hdu.size("NAXIS1").unwrap_or(0);
        let table_bytes = (row_bytes as u64).saturating_mul(file.rows()? as u64);
        let heap = hdu.size("THEAP").map_or(table_bytes, |at| at as u64);
        let is_named = |wanted: &str| {
            let mut names = (1..=9).filter(|at| hdu.text(&format!("ZNAME{at}")) == Some(wanted));
            let at = names.next()?;
            hdu.number(&format!("ZVAL{at}"))
        };
        // cfitsio gives the list of unsigned 16-bit pixels this offset already.
        let has_offset = method_name(file) == "PLIO_1" && hdu.integer("BZERO") == Some(32_768);
        let zero = hdu.number("BZERO").filter(|_| !has_offset).unwrap_or(0.0);
        let method = method(file, bitpix, &is_named)?;
        Ok(Self {
            bitpix,
            axes: axes.to_vec(),
            tile,
            method,
            data,
            gzipped: column("GZIP_COMPRESSED_DATA"),
            plain: column("UNCOMPRESSED_DATA"),
            scale: per_tile("ZSCALE"),
            zero: per_tile("ZZERO"),
            blank: per_tile("ZBLANK").or_else(|| hdu.number("BLANK").map(PerTile::All)),
            dither: match hdu.text("ZQUANTIZ") {
                Some("SUBTRACTIVE_DITHER_1") => Dither::First,
                Some("SUBTRACTIVE_DITHER_2") => Dither::Second,
                _ => Dither::No,
            },
            dither_seed: hdu.integer("ZDITHER0").unwrap_or(1),
            scaling: [hdu.number("BSCALE").unwrap_or(1.0), zero],
            row_bytes,
            heap,
            heap_end: hdu.data_bytes,
        })
    }

    /// `count` pixels from `first`, in the order of the image.
    pub fn pixels(
        &self,
        file: &mut FitsFile<'_>,
        first: usize,
        count: usize,
    ) -> Result<Vec<f32>, FitsError> {
        let all: usize = self.axes.iter().product();
        let last = first.checked_add(count).filter(|last| *last <= all);
        let last = last.ok_or_else(|| file.odd("has fewer pixels than are wanted"))?;
        let mut out = vec![f32::NAN; count];
        let tiles: Vec<usize> = self
            .axes
            .iter()
            .zip(&self.tile)
            .map(|(len, tile)| len.div_ceil(*tile))
            .collect();
        // Only tiles along the last axis that may hold wanted pixels.
        let end = self.axes.len() - 1;
        let layer_px: usize = self.axes[..end].iter().product::<usize>().max(1) * self.tile[end];
        let per_layer: usize = tiles[..end].iter().product();
        let layers = first / layer_px..last.div_ceil(layer_px).min(tiles[end]);
        let mut at = vec![0_usize; self.axes.len()];
        at[end] = layers.start;
        for number in layers.start * per_layer..layers.end * per_layer {
            let start: Vec<usize> = at
                .iter()
                .zip(&self.tile)
                .map(|(at, tile)| at * tile)
                .collect();
            let shape: Vec<usize> = (0..at.len())
                .map(|axis| self.tile[axis].min(self.axes[axis] - start[axis]))
                .collect();
            let ends: Vec<usize> = start
                .iter()
                .zip(&shape)
                .map(|(start, len)| start + len - 1)
                .collect();
            if self.flat(&start) < last && self.flat(&ends) >= first {
                let pixels = self.tile_pixels(file, number, &shape)?;
                self.place(&pixels, &start, &shape, first..last, &mut out);
            }
            step(&mut at, &tiles);
        }
        Ok(out)
    }

    /// Position in the image of a pixel.
    fn flat(&self, at: &[usize]) -> usize {
        self.axes
            .iter()
            .zip(at)
            .rev()
            .fold(0, |flat, (len, at)| flat * len + at)
    }

    fn place(
        &self,
        pixels: &[f32],
        start: &[usize],
        shape: &[usize],
        wanted: std::ops::Range<usize>,
        out: &mut [f32],
    ) {
        let mut row = vec![0_usize; shape.len()];
        for values in pixels.chunks_exact(shape[0]) {
            let at: Vec<usize> = start
                .iter()
                .zip(&row)
                .map(|(start, row)| start + row)
                .collect();
            let flat = self.flat(&at);
            for (at, value) in (flat..).zip(values) {
                if wanted.contains(&at) {
                    out[at - wanted.start] = *value;
                }
            }
            step(&mut row[1..], &shape[1..]);
        }
    }

    fn tile_pixels(
        &self,
        file: &mut FitsFile<'_>,
        number: usize,
        shape: &[usize],
    ) -> Result<Vec<f32>, FitsError> {
        let count: usize = shape.iter().product();
        let at = (number as u64).saturating_mul(self.row_bytes as u64);
        let row = file.data(at, self.row_bytes)?.into_owned();
        let fault = |file: &FitsFile<'_>, why: &str| {
            file.odd(format!("has a damaged tile {}: {why}", number + 1))
        };
        let short = "its data do not decompress";
        let packed = self.cell(file, &self.data, &row)?;
        let is_float = self.bitpix < 0;
        let values = if !packed.is_empty() {
            let bytes = if is_float && self.scale.is_some() {
                4
            } else {
                self.bitpix.unsigned_abs() as usize / 8
            };
            let is_quantised = is_float && self.scale.is_some();
            self.unpack(&packed, count, shape, bytes, is_float && !is_quantised)
        } else if let Some(column) = &self.gzipped {
            let packed = self.cell(file, column, &row)?;
            gunzip(&packed, count).and_then(|bytes| of_bytes(&bytes, count, is_float))
        } else if let Some(column) = &self.plain {
            let bytes = self.cell(file, column, &row)?;
            of_bytes(&bytes, count, is_float)
        } else {
            return Err(fault(file, "it has no data"));
        };
        Ok(match values.ok_or_else(|| fault(file, short))? {
            Values::Integers(values) if is_float => self
                .unquantised(&values, number, &row)
                .ok_or_else(|| fault(file, "its scale is missing"))?,
            Values::Integers(values) => self.scaled(&values, &row),
            Values::Floats(values) => self.scaled_floats(&values),
        })
    }

    /// The bytes in the heap that a cell of variable length points to.
    fn cell(
        &self,
        file: &mut FitsFile<'_>,
        column: &Column,
        row: &[u8],
    ) -> Result<Vec<u8>, FitsError> {
        let outside =
            |file: &FitsFile<'_>| file.odd("has a tile whose data lie outside of the file");
        let cell = row.get(column.offset..).unwrap_or_default();
        let pair = match column.form {
            b'P' => values::<4>(cell)
                .map(|b| i64::from(i32::from_be_bytes(b)))
                .take(2)
                .collect::<Vec<_>>(),
            b'Q' => values::<8>(cell).map(i64::from_be_bytes).take(2).collect(),
            _ => return Err(file.odd("has tiles in a column of fixed width")),
        };
        let size = match column.element {
            b'I' => 2,
            b'J' | b'E' => 4,
            b'K' | b'D' => 8,
            _ => 1,
        };
        let [len, at] = pair[..] else {
            return Err(outside(file));
        };
        let (Ok(len), Ok(at)) = (usize::try_from(len), u64::try_from(at)) else {
            return Err(outside(file));
        };
        let len = len.checked_mul(size).ok_or_else(|| outside(file))?;
        let from = self.heap.saturating_add(at);
        if from.saturating_add(len as u64) > self.heap_end {
            return Err(outside(file));
        }
        Ok(file.data(from, len)?.into_owned())
    }

    /// None where the bytes are damaged.
    fn unpack(
        &self,
        packed: &[u8],
        count: usize,
        shape: &[usize],
        bytes: usize,
        is_float: bool,
    ) -> Option<Values> {
        match self.method {
            Method::Gzip1 => of_bytes(&gunzip(packed, count)?, count, is_float),
            Method::Gzip2 => {
                let shuffled = gunzip(packed, count)?;
                let size = shuffled.len() / count.max(1);
                let order = (0..count).flat_map(|at| (0..size).map(move |byte| byte * count + at));
                let bytes: Vec<u8> = order.map(|at| shuffled[at]).collect();
                of_bytes(&bytes, count, is_float)
            }
            Method::None => of_bytes(packed, count, is_float),
            Method::Rice { block, bytes } => {
                rice(packed, count, block, bytes).map(Values::Integers)
            }
            Method::Plio => plio(packed, count).map(Values::Integers),
            Method::Hcompress { is_smooth } => {
                let rows = count.checked_div(shape[0])?;
                let values = hdecompress(packed, [rows, shape[0]], is_smooth)?;
                // The values of such an image have at most 32 bits.
                let values = values.into_iter().map(|value| {
                    if bytes <= 4 {
                        i64::from(value as i32)
                    } else {
                        value
                    }
                });
                Some(Values::Integers(values.collect()))
            }
        }
    }

    fn of_tile(number: Option<&PerTile>, row: &[u8]) -> Option<f64> {
        Some(match number? {
            PerTile::All(number) => *number,
            PerTile::Column(column) => {
                let cell = row.get(column.offset..)?;
                match column.form {
                    b'D' => f64::from_be_bytes(*cell.first_chunk()?),
                    b'E' => f32::from_be_bytes(*cell.first_chunk()?).into(),
                    b'J' => i32::from_be_bytes(*cell.first_chunk()?).into(),
                    b'I' => i16::from_be_bytes(*cell.first_chunk()?).into(),
                    b'K' => i64::from_be_bytes(*cell.first_chunk()?) as f64,
                    _ => return None,
                }
            }
        })
    }

    /// Integers of an integer image.
    fn scaled(&self, values: &[i64], row: &[u8]) -> Vec<f32> {
        let blank = Self::of_tile(self.blank.as_ref(), row).map(|blank| blank as i64);
        let [scale, zero] = self.scaling;
        let scaled = |value: &i64| match *value {
            value if blank == Some(value) => f32::NAN,
            value => (value as f64 * scale + zero) as f32,
        };
        values.iter().map(scaled).collect()
    }

    fn scaled_floats(&self, values: &[f64]) -> Vec<f32> {
        let [scale, zero] = self.scaling;
        let is_scaled = (scale, zero) != (1.0, 0.0);
        let scaled = |value: &f64| {
            if is_scaled {
                (value * scale + zero) as f32
            } else {
                *value as f32
            }
        };
        values.iter().map(scaled).collect()
    }

    /// Floats that were quantised to integers (standard, section 10.2).
    fn unquantised(&self, values: &[i64], number: usize, row: &[u8]) -> Option<Vec<f32>> {
        let blank = Self::of_tile(self.blank.as_ref(), row).map(|blank| blank as i64);
        let scale = Self::of_tile(self.scale.as_ref(), row)?;
        let zero = Self::of_tile(self.zero.as_ref(), row)?;
        let randoms = randoms();
        let seed = (number as i64)
            .wrapping_add(self.dither_seed)
            .wrapping_sub(1);
        let mut seed = seed.rem_euclid(RANDOMS as i64) as usize;
        let first = |seed: usize| (randoms[seed] * 500.0) as usize;
        let mut next = first(seed);
        let [image_scale, image_zero] = self.scaling;
        let mut pixels = Vec::with_capacity(values.len());
        for value in values {
            let dither = match self.dither {
                Dither::No => 0.0,
                Dither::First | Dither::Second => 0.5 - f64::from(randoms[next]),
            };
            let physical = (*value as f64 + dither) * scale + zero;
            pixels.push(match *value {
                value if blank == Some(value) => f32::NAN,
                ZERO_VALUE if self.dither == Dither::Second => 0.0,
                _ => (physical * image_scale + image_zero) as f32,
            });
            next += 1;
            if next == RANDOMS {
                seed = (seed + 1) % RANDOMS;
                next = first(seed);
            }
        }
        Some(pixels)
    }
}

fn method_name<'f>(file: &'f FitsFile<'_>) -> &'f str {
    file.hdu().text("ZCMPTYPE").unwrap_or_default()
}

/// The shape of a tile, where there are as many tiles as rows and as many pixels as can be.
fn tile_shape(file: &FitsFile<'_>, axes: &[usize], rows: usize) -> Result<Vec<usize>, FitsError> {
    let hdu = file.hdu();
    let odd = |why: &str| file.odd(format!("is a tile-compressed image that {why}"));
    let axis = |at: usize, len: usize| match hdu.integer(&format!("ZTILE{}", at + 1)) {
        None => Some(if at == 0 { len } else { 1 }),
        Some(tile) => {
            let tile = usize::try_from(tile).ok()?;
            (tile > 0).then(|| tile.min(len))
        }
    };
    let tile: Option<Vec<usize>> = (0..).zip(axes).map(|(at, len)| axis(at, *len)).collect();
    let tile = tile.filter(|tile| !tile.contains(&0));
    let tile = tile.ok_or_else(|| odd("has tiles without pixels"))?;
    let per_axis: Vec<usize> = axes
        .iter()
        .zip(&tile)
        .map(|(len, tile)| len.div_ceil(*tile))
        .collect();
    if axes.is_empty() || product(&per_axis) != Some(rows) {
        return Err(odd(&format!(
            "promises other than the {rows} tiles that are there"
        )));
    }
    let data_bytes = usize::try_from(hdu.data_bytes)
        .unwrap_or(usize::MAX)
        .min(file.len());
    let most = data_bytes.saturating_mul(MOST_PX_PER_BYTE);
    if product(axes).is_none_or(|all| all > most) {
        return Err(odd("promises more pixels than its bytes can hold"));
    }
    if product(&tile).is_none_or(|all| all > MAX_TILE_PX) {
        return Err(odd("has tiles that are too large"));
    }
    Ok(tile)
}

fn method(
    file: &FitsFile<'_>,
    bitpix: i32,
    value: &dyn Fn(&str) -> Option<f64>,
) -> Result<Method, FitsError> {
    let hdu = file.hdu();
    Ok(match method_name(file) {
        "GZIP_1" => Method::Gzip1,
        "GZIP_2" => Method::Gzip2,
        "PLIO_1" => Method::Plio,
        "NOCOMPRESS" => Method::None,
        "HCOMPRESS_1" => Method::Hcompress {
            is_smooth: value("SMOOTH")
                .or_else(|| hdu.number("ZVAL2"))
                .is_some_and(|smooth| smooth != 0.0),
        },
        "RICE_1" | "RICE_ONE" => {
            let block = value("BLOCKSIZE")
                .or_else(|| hdu.number("ZVAL1"))
                .unwrap_or(32.0);
            let bytes = value("BYTEPIX").unwrap_or(4.0);
            // Some old files have the two the other way round.
            let (block, bytes) = if block < 16.0 && bytes > 8.0 {
                (bytes, block)
            } else {
                (block, bytes)
            };
            let is_known = [1.0, 2.0, 4.0].contains(&bytes) && (1.0..=4096.0).contains(&block);
            if !is_known || (bitpix.abs() == 64 && bitpix > 0) {
                let why = format!(
                    "is Rice-compressed in blocks of {block} pixels of {bytes} bytes, which cannot be"
                );
                return Err(file.odd(why));
            }
            Method::Rice {
                block: block as usize,
                bytes: bytes as usize,
            }
        }
        other => return Err(file.odd(format!("is compressed by {other:?}, which is not known"))),
    })
}

fn product(lens: &[usize]) -> Option<usize> {
    lens.iter()
        .try_fold(1_usize, |all, len| all.checked_mul(*len))
}

/// Odometer: the next place, the first axis fastest.
fn step(at: &mut [usize], lens: &[usize]) {
    for (at, len) in at.iter_mut().zip(lens) {
        *at += 1;
        if *at < *len {
            return;
        }
        *at = 0;
    }
}

/// At most eight bytes for each of `count` pixels; a whole number of bytes for each.
fn gunzip(packed: &[u8], count: usize) -> Option<Vec<u8>> {
    let most = count.checked_mul(8)?;
    let mut out = Vec::new();
    MultiGzDecoder::new(packed)
        .take(most as u64 + 1)
        .read_to_end(&mut out)
        .ok()?;
    (out.len() <= most && count > 0 && out.len().is_multiple_of(count)).then_some(out)
}

/// Pixels of as many bytes as fit.
fn of_bytes(bytes: &[u8], count: usize, is_float: bool) -> Option<Values> {
    Some(match (bytes.len().checked_div(count)?, is_float) {
        _ if !bytes.len().is_multiple_of(count) => return None,
        (4, true) => Values::Floats(
            values::<4>(bytes)
                .map(|b| f32::from_be_bytes(b).into())
                .collect(),
        ),
        (8, true) => Values::Floats(values::<8>(bytes).map(f64::from_be_bytes).collect()),
        (1, false) => Values::Integers(bytes.iter().map(|byte| i64::from(*byte)).collect()),
        (2, false) => Values::Integers(
            values::<2>(bytes)
                .map(|b| i16::from_be_bytes(b).into())
                .collect(),
        ),
        (4, false) => Values::Integers(
            values::<4>(bytes)
                .map(|b| i32::from_be_bytes(b).into())
                .collect(),
        ),
        (8, false) => Values::Integers(values::<8>(bytes).map(i64::from_be_bytes).collect()),
        _ => return None,
    })
}

/// The random numbers of the standard (appendix I).
fn randoms() -> &'static [f32] {
    static RANDOM: std::sync::LazyLock<Vec<f32>> = std::sync::LazyLock::new(|| {
        let mut seed = 1_u64;
        let next = |_| {
            seed = seed * 16_807 % 2_147_483_647;
            (seed as f64 / 2_147_483_647.0) as f32
        };
        (0..RANDOMS).map(next).collect()
    });
    &RANDOM
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_random_numbers_are_those_of_the_standard() {
        // The seed after 10,000 numbers, which the standard gives as a check.
        let last = f64::from(randoms()[RANDOMS - 1]) * 2_147_483_647.0;
        assert!((last - 1_043_618_065.0).abs() < 100.0, "{last}");
    }
}
