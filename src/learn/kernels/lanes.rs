//! Where the numbers of sixteen images lie.

use bytemuck::{Pod, Zeroable};

/// Images that are computed together.
pub(in crate::learn) const LANES: usize = 16;

/// One number of each of sixteen images, on a cache line of its own.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C, align(64))]
pub(in crate::learn) struct Lanes(pub [f32; LANES]);

impl Lanes {
    pub const ZERO: Self = Self([0.0; LANES]);
}

/// The sides of an activation, and how many zeros stand around each image.
///
/// In memory (y, channel, x, lane): the rows that a convolution takes at once lie behind each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::learn) struct Map {
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    /// Pixels of zeros on each side.
    pub border: usize,
}

impl Map {
    /// Pixels of a row with its border.
    pub const fn line(&self) -> usize {
        self.width + 2 * self.border
    }

    /// Numbers of one row of all channels.
    pub const fn row(&self) -> usize {
        self.channels * self.line()
    }

    /// Numbers of all rows.
    pub const fn len(&self) -> usize {
        self.row() * (self.height + 2 * self.border)
    }

    /// Where a pixel is.
    pub const fn at(&self, channel: usize, y: usize, x: usize) -> usize {
        (y + self.border) * self.row() + channel * self.line() + x + self.border
    }

    /// Every (channel, y, x) in the order of memory, without border.
    pub fn pixels(self) -> impl Iterator<Item = (usize, usize, usize)> {
        let Self {
            channels,
            height,
            width,
            ..
        } = self;
        let of_line = move |y, channel| (0..width).map(move |x| (channel, y, x));
        let of_row = move |y| (0..channels).flat_map(move |channel| of_line(y, channel));
        (0..height).flat_map(of_row)
    }

    /// For every number in the order of memory, without border, its place in (channel, y, x).
    pub fn places(self) -> impl Iterator<Item = usize> {
        let place = move |(channel, y, x)| (channel * self.height + y) * self.width + x;
        self.pixels().map(place)
    }

    pub fn zeros(&self) -> Vec<Lanes> {
        vec![Lanes::ZERO; self.len()]
    }
}
