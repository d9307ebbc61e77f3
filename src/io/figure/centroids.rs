//! Small pictures in rows with a caption each, as a PNG: what the centroids of clusters look like.

use std::path::Path;

use plotters::{coord::Shift, prelude::*};

use super::bitmap::{Drawn, FONT, png};
use crate::io::export::{ExportError, written_beside};

/// Picture pixels of a pixel.
const ZOOM: usize = 5;
/// Space about a tile.
const GAP: usize = 10;
/// Height of a line of text.
const LINE: usize = 17;
/// Lines under a tile.
const LINES: usize = 2;
/// Height of the title line.
const HEAD: usize = 34;
/// Height of the line above a row.
const ROW_HEAD: usize = 24;
/// Tiles in a line; longer rows are broken.
const MOST: usize = 10;

/// A small picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// (y, x): side times side values; black to white is minus to plus the largest absolute value.
    pub pixels: Vec<f32>,
    /// What stands under it, a line each.
    pub captions: Vec<String>,
    /// True draws it pale.
    pub is_faded: bool,
}

/// Writes rows of tiles with their titles.
///
/// # Errors
/// Where the picture cannot be drawn or written.
pub fn write_tiles(
    path: &Path,
    title: &str,
    row_titles: &[&str],
    rows: &[Vec<Tile>],
    side: usize,
) -> Result<(), ExportError> {
    written_beside(path, |beside| {
        let bytes = draw(title, row_titles, rows, side)?;
        std::fs::write(beside, bytes).map_err(|error| error.to_string())
    })
}

fn draw(
    title: &str,
    row_titles: &[&str],
    rows: &[Vec<Tile>],
    side: usize,
) -> Result<Vec<u8>, String> {
    let lines: Vec<(&str, &[Tile])> = rows
        .iter()
        .enumerate()
        .flat_map(|(number, row)| {
            let title = row_titles.get(number).copied().unwrap_or_default();
            let titles = std::iter::once(title).chain(std::iter::repeat(""));
            titles.zip(row.chunks(MOST))
        })
        .collect();
    let most = lines.iter().map(|(_, tiles)| tiles.len()).max();
    let tile = side * ZOOM + GAP;
    let height = ROW_HEAD + tile + LINES * LINE;
    let width = GAP + most.unwrap_or(0).max(4) * tile;
    let size = [width, HEAD + lines.len() * height + GAP];
    png(size.map(|length| length as u32), |root| {
        text(root, title, [GAP, 8], 18)?;
        for (number, (title, tiles)) in lines.iter().enumerate() {
            let top = HEAD + number * height;
            text(root, title, [GAP, top + 4], 15)?;
            for (at, shown) in tiles.iter().enumerate() {
                let corner = [GAP + at * tile, top + ROW_HEAD];
                draw_tile(root, shown, corner, side)?;
            }
        }
        Ok(())
    })
}

type Page<'a> = DrawingArea<BitMapBackend<'a>, Shift>;

fn text(root: &Page<'_>, words: &str, [x, y]: [usize; 2], size: u32) -> Drawn<()> {
    let place = (x as i32, y as i32);
    root.draw(&Text::new(words.to_owned(), place, (FONT, size)))?;
    Ok(())
}

fn draw_tile(root: &Page<'_>, tile: &Tile, [left, top]: [usize; 2], side: usize) -> Drawn<()> {
    let sizes = tile.pixels.iter().map(|value| value.abs());
    let largest = sizes.fold(0.0, f32::max).max(f32::MIN_POSITIVE);
    for (at, value) in tile.pixels.iter().take(side * side).enumerate() {
        let share = (value / largest).clamp(-1.0, 1.0) * 0.5 + 0.5;
        let share = if tile.is_faded {
            0.5 + share * 0.5
        } else {
            share
        };
        let level = (share * 255.0) as u8;
        let [x, y] = [left + at % side * ZOOM, top + at / side * ZOOM].map(|place| place as i32);
        let corners = [(x, y), (x + ZOOM as i32, y + ZOOM as i32)];
        root.draw(&Rectangle::new(
            corners,
            RGBColor(level, level, level).filled(),
        ))?;
    }
    for (line, words) in tile.captions.iter().take(LINES).enumerate() {
        text(root, words, [left, top + side * ZOOM + 2 + line * LINE], 14)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_are_drawn_in_rows_from_black_to_white() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("centroids.png");
        let tile = |pixels: [f32; 4]| Tile {
            pixels: pixels.to_vec(),
            captions: vec!["0: 12.0 %".into(), "real 0.97".into()],
            is_faded: false,
        };
        let rows = [vec![tile([-1.0, 0.5, 1.0, 0.0])], vec![tile([f32::NAN; 4])]];
        write_tiles(&path, "Centroids", &["like stars", "artefacts"], &rows, 2).unwrap();
        let picture = image::open(&path).unwrap().into_rgb8();
        let at = |x: usize, y: usize| picture.get_pixel(x as u32, y as u32).0[0];
        let (left, top) = (GAP + 2, HEAD + ROW_HEAD + 2);
        assert_eq!(at(left, top), 0);
        assert_eq!(at(left + ZOOM, top), 191);
        assert_eq!(at(left, top + ZOOM), 255);
        assert_eq!(at(left + ZOOM, top + ZOOM), 127);
    }
}
