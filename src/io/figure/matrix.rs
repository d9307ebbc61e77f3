//! A confusion matrix as PNG: shares of each true class as shades, counts as numbers.

use plotters::{coord::Shift, prelude::*};

use super::bitmap::{COLORS, Drawn, FONT, png};
use crate::domain::Confusion;

/// Side of a cell, pixels.
const CELL: u32 = 170;
/// Room for titles and the names of rows and columns, pixels.
const MARGINS: [u32; 2] = [280, 190];
/// Letters, pixels.
const LETTERS: i32 = 24;

/// The bytes of a PNG file.
///
/// # Errors
/// A sentence where it cannot be drawn.
pub fn confusion_png(
    title: &str,
    classes: &[String],
    confusion: &Confusion,
) -> Result<Vec<u8>, String> {
    let side = CELL * confusion.size().max(1) as u32;
    let size = [(MARGINS[0] + side + 40).max(640), MARGINS[1] + side + 40];
    png(size, |root| {
        let black = (FONT, LETTERS).into_text_style(root);
        root.draw(&Text::new(title.to_owned(), (24, 24), black.clone()))?;
        let [left, top] = MARGINS.map(|margin| margin as i32);
        root.draw(&Text::new("called", (left, 84), black.clone()))?;
        root.draw(&Text::new("is", (24, top), black.clone()))?;
        for (at, class) in classes.iter().enumerate() {
            let along = at as i32 * CELL as i32 + 12;
            let name = |place| Text::new(class.clone(), place, black.clone());
            root.draw(&name((left + along, top - 44)))?;
            root.draw(&name((64, top + along + CELL as i32 / 2 - 30)))?;
        }
        for truth in 0..confusion.size() {
            for predicted in 0..confusion.size() {
                cell(root, confusion, [truth, predicted])?;
            }
        }
        Ok(())
    })
}

fn cell(
    root: &DrawingArea<BitMapBackend<'_>, Shift>,
    confusion: &Confusion,
    [truth, predicted]: [usize; 2],
) -> Drawn<()> {
    let (count, all) = (confusion.count(truth, predicted), confusion.of_class(truth));
    let share = count as f64 / all.max(1) as f64;
    let color = if truth == predicted {
        COLORS[0]
    } else {
        COLORS[1]
    };
    let corner = |column: usize, row: usize| {
        let [left, top] = MARGINS.map(|margin| margin as i32);
        let cell = CELL as i32;
        (left + cell * column as i32, top + cell * row as i32)
    };
    let (from, to) = (corner(predicted, truth), corner(predicted + 1, truth + 1));
    root.draw(&Rectangle::new([from, to], WHITE.filled()))?;
    root.draw(&Rectangle::new(
        [from, to],
        color.mix(0.1 + 0.9 * share).filled(),
    ))?;
    root.draw(&Rectangle::new([from, to], WHITE.stroke_width(3)))?;
    let ink = if share > 0.5 { WHITE } else { BLACK };
    let lines = [count.to_string(), format!("{:.2} %", 100.0 * share)];
    for (at, line) in lines.into_iter().enumerate() {
        let letters = (FONT, LETTERS).into_text_style(root).color(&ink);
        let (width, _) = root.estimate_text_size(&line, &letters)?;
        let x = from.0 + (CELL as i32 - width as i32) / 2;
        let y = from.1 + CELL as i32 / 2 - 30 + 34 * at as i32;
        root.draw(&Text::new(line, (x, y), letters))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_grows_with_its_classes_and_may_be_empty() {
        let size = |classes: usize| {
            let names: Vec<_> = (0..classes).map(|at| format!("class {at}")).collect();
            let mut confusion = Confusion::new(classes);
            confusion.add(0, 0, 3);
            let bytes = confusion_png("model", &names, &confusion).unwrap();
            let picture = image::load_from_memory(&bytes).unwrap();
            [picture.width(), picture.height()]
        };
        assert!(size(7)[0] > size(2)[0] && size(7)[1] > size(2)[1]);
        assert!(size(0)[0] > 0);
    }
}
