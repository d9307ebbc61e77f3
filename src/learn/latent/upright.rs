//! Turning stamps upright: a dipole or a gradient then points one way in all of them, and a cluster
//! does not average over its orientations.
//!
//! Quarter turns and a mirror keep every pixel as it is; the remaining freedom is an eighth of a turn.

use crate::learn::{Examples, batch::orient};

/// Turns all examples upright.
pub fn stand_up(examples: &mut Examples) {
    let (channels, side) = (examples.channels(), examples.side());
    turn_upright(examples.inputs_mut(), channels, side);
}

/// Turns all images of some stamps upright by their first image: `inputs` are (stamp, channel, y, x). The
/// turn of each stamp, as `orient` counts them.
pub fn turn_upright(inputs: &mut [f32], channels: usize, side: usize) -> Vec<u8> {
    let size = channels * side * side;
    if size == 0 {
        return Vec::new();
    }
    let upright = |stamp: &mut [f32]| {
        let turn = turn_of(&stamp[..side * side], side);
        turn_by(stamp, side, turn);
        turn
    };
    inputs.chunks_exact_mut(size).map(upright).collect()
}

/// Turns stamps back that [`turn_upright`] turned.
pub fn turn_back(stamps: &mut [f32], channels: usize, side: usize, turns: &[u8]) {
    let size = channels * side * side;
    for (stamp, turn) in stamps.chunks_exact_mut(size.max(1)).zip(turns) {
        turn_by(stamp, side, inverse(*turn));
    }
}

/// The turn after which the first moment of an image points along x, and rather down than up.
fn turn_of(square: &[f32], side: usize) -> u8 {
    let mut turned = Vec::with_capacity(square.len());
    let mut leaning = |turn: u8| {
        turned.clear();
        orient(square, side, turn, &mut turned);
        let [x, y] = first_moment(&turned, side);
        2.0 * x + y
    };
    let mut best = (0, leaning(0));
    for turn in 1..8 {
        let found = leaning(turn);
        // The first among equals: what stands upright stays as it is.
        if found > best.1 {
            best = (turn, found);
        }
    }
    best.0
}

/// Sum of the pixels, each times its place from the middle.
fn first_moment(square: &[f32], side: usize) -> [f64; 2] {
    let middle = (side as f64 - 1.0) / 2.0;
    let mut moment = [0.0; 2];
    for (at, value) in square.iter().enumerate() {
        moment[0] += f64::from(*value) * ((at % side) as f64 - middle);
        moment[1] += f64::from(*value) * ((at / side) as f64 - middle);
    }
    moment
}

fn turn_by(stamp: &mut [f32], side: usize, turn: u8) {
    let mut turned = Vec::with_capacity(side * side);
    for square in stamp.chunks_exact_mut(side * side) {
        turned.clear();
        orient(square, side, turn, &mut turned);
        square.copy_from_slice(&turned);
    }
}

/// The turn that undoes another: mirror images undo themselves.
const fn inverse(turn: u8) -> u8 {
    match turn {
        1 => 3,
        3 => 1,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dipole() -> Vec<f32> {
        let mut square = vec![0.0; 25];
        (square[6], square[18], square[13]) = (-1.0, 1.0, 0.4);
        square
    }

    #[test]
    fn every_orientation_of_a_stamp_becomes_the_same_and_comes_back() {
        let mut all: Vec<f32> = Vec::new();
        for turn in 0..8 {
            orient(&dipole(), 5, turn, &mut all);
        }
        let before = all.clone();
        let turns = turn_upright(&mut all, 1, 5);
        let stamps: Vec<&[f32]> = all.chunks(25).collect();
        assert!(stamps.iter().all(|stamp| *stamp == stamps[0]));
        let [x, y] = first_moment(stamps[0], 5);
        assert!(x >= y && y >= 0.0, "{x} {y}");
        assert_eq!(turn_upright(&mut all, 1, 5), [0; 8], "it stands already");
        turn_back(&mut all, 1, 5, &turns);
        assert_eq!(all, before);
    }

    #[test]
    fn all_images_of_a_stamp_are_turned_together() {
        let mut both = dipole();
        both.extend((0..25).map(|at| at as f32));
        let turns = turn_upright(&mut both, 2, 5);
        let mut second = Vec::new();
        let plain: Vec<f32> = (0..25).map(|at| at as f32).collect();
        orient(&plain, 5, turns[0], &mut second);
        assert_eq!(both[25..], second);
    }
}
