//! Colour maps: 256 colours from the lowest to the highest shown value.
//!
//! The perceptual and diverging maps come from `colorous` (d3-scale-chromatic, after
//! matplotlib and ColorBrewer); bone is matplotlib's, heat and cool are DS9's, coolwarm is
//! Moreland's (2009) in nine anchors.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// Colours in a table.
pub const COLORS: usize = 256;

/// A table of colours, red, green and blue as displayed (sRGB).
pub type ColorTable = [[u8; 3]; COLORS];

/// A colour map by the name matplotlib or DS9 gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColorMap {
    /// Black to white.
    Grey,
    /// Violet over green to yellow, of even lightness steps.
    Viridis,
    /// Black over purple to cream.
    Magma,
    /// Black over red to pale yellow.
    Inferno,
    /// Blue over red to yellow.
    Plasma,
    /// Blue to yellow, the same to colour-blind eyes.
    Cividis,
    /// Black over blue-grey to white.
    Bone,
    /// Black over red and yellow to white (DS9).
    Heat,
    /// Black over blue to white (DS9).
    Cool,
    /// White to dark blue.
    Blues,
    /// Red over white to blue.
    #[serde(rename = "rd_bu")]
    RdBu,
    /// Blue over grey to red.
    Coolwarm,
    /// Brown-orange over white to purple.
    #[serde(rename = "pu_or")]
    PuOr,
}

impl ColorMap {
    /// All, in the order of a menu; the position is the row in the shader's table.
    pub const ALL: [Self; 13] = [
        Self::Grey,
        Self::Viridis,
        Self::Magma,
        Self::Inferno,
        Self::Plasma,
        Self::Cividis,
        Self::Bone,
        Self::Heat,
        Self::Cool,
        Self::Blues,
        Self::RdBu,
        Self::Coolwarm,
        Self::PuOr,
    ];

    /// The name on screen and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Grey => "grey",
            Self::Viridis => "viridis",
            Self::Magma => "magma",
            Self::Inferno => "inferno",
            Self::Plasma => "plasma",
            Self::Cividis => "cividis",
            Self::Bone => "bone",
            Self::Heat => "heat",
            Self::Cool => "cool",
            Self::Blues => "Blues",
            Self::RdBu => "RdBu",
            Self::Coolwarm => "coolwarm",
            Self::PuOr => "PuOr",
        }
    }

    /// The map of that name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|map| map.name().eq_ignore_ascii_case(name))
    }

    /// True where the middle is neutral and both ends differ: for values with a sign.
    pub const fn is_diverging(self) -> bool {
        matches!(self, Self::RdBu | Self::Coolwarm | Self::PuOr)
    }

    /// The colours from low to high.
    pub fn table(self) -> &'static ColorTable {
        &TABLES[self as usize]
    }
}

static TABLES: LazyLock<[ColorTable; ColorMap::ALL.len()]> =
    LazyLock::new(|| ColorMap::ALL.map(build));

fn build(map: ColorMap) -> ColorTable {
    match map {
        ColorMap::Grey => std::array::from_fn(|i| [i as u8; 3]),
        ColorMap::Viridis => gradient(colorous::VIRIDIS),
        ColorMap::Magma => gradient(colorous::MAGMA),
        ColorMap::Inferno => gradient(colorous::INFERNO),
        ColorMap::Plasma => gradient(colorous::PLASMA),
        ColorMap::Cividis => gradient(colorous::CIVIDIS),
        ColorMap::Blues => gradient(colorous::BLUES),
        ColorMap::RdBu => gradient(colorous::RED_BLUE),
        ColorMap::PuOr => {
            let mut table = gradient(colorous::PURPLE_ORANGE);
            // d3 runs from purple to orange, matplotlib's PuOr from orange to purple.
            if table[0][2] > table[0][0] {
                table.reverse();
            }
            table
        }
        ColorMap::Bone => channels(&BONE),
        ColorMap::Heat => channels(&HEAT),
        ColorMap::Cool => channels(&COOL),
        ColorMap::Coolwarm => anchors(&COOLWARM),
    }
}

/// Corners `(t, value)` of red, green and blue, straight lines between them.
type Channels = [&'static [(f32, f32)]; 3];

const BONE: Channels = [
    &[(0.0, 0.0), (0.746_032, 0.652_778), (1.0, 1.0)],
    &[
        (0.0, 0.0),
        (0.365_079, 0.319_444),
        (0.746_032, 0.777_778),
        (1.0, 1.0),
    ],
    &[(0.0, 0.0), (0.365_079, 0.444_444), (1.0, 1.0)],
];

const HEAT: Channels = [
    &[(0.0, 0.0), (0.34, 1.0), (1.0, 1.0)],
    &[(0.0, 0.0), (1.0, 1.0)],
    &[(0.0, 0.0), (0.65, 0.0), (0.98, 1.0), (1.0, 1.0)],
];

const COOL: Channels = [
    &[(0.0, 0.0), (0.29, 0.0), (0.76, 0.1), (1.0, 1.0)],
    &[(0.0, 0.0), (0.22, 0.0), (0.96, 1.0), (1.0, 1.0)],
    &[(0.0, 0.0), (0.53, 1.0), (1.0, 1.0)],
];

/// Evenly spaced colours of Moreland's cool-warm map.
const COOLWARM: [[u8; 3]; 9] = [
    [59, 76, 192],
    [98, 130, 234],
    [141, 176, 254],
    [184, 208, 249],
    [221, 221, 221],
    [245, 196, 173],
    [244, 154, 123],
    [222, 96, 77],
    [180, 4, 38],
];

fn gradient(gradient: colorous::Gradient) -> ColorTable {
    std::array::from_fn(|i| gradient.eval_rational(i, COLORS).as_array())
}

fn channels(corners: &Channels) -> ColorTable {
    std::array::from_fn(|i| {
        let t = i as f32 / (COLORS - 1) as f32;
        corners.map(|channel| (255.0 * along(channel, t)).round() as u8)
    })
}

fn along(corners: &[(f32, f32)], t: f32) -> f32 {
    for pair in corners.windows(2) {
        let ((t0, v0), (t1, v1)) = (pair[0], pair[1]);
        if t <= t1 {
            return v0 + (v1 - v0) * (t - t0) / (t1 - t0);
        }
    }
    corners.last().map_or(0.0, |(_, value)| *value)
}

fn anchors(colors: &[[u8; 3]]) -> ColorTable {
    std::array::from_fn(|i| {
        let at = i as f32 / (COLORS - 1) as f32 * (colors.len() - 1) as f32;
        let below = (at as usize).min(colors.len() - 2);
        let step = at - below as f32;
        std::array::from_fn(|c| {
            let (low, high) = (colors[below][c], colors[below + 1][c]);
            (f32::from(low) + (f32::from(high) - f32::from(low)) * step).round() as u8
        })
    })
}

#[cfg(test)]
mod tests {
    use super::ColorMap;

    fn lightness([r, g, b]: [u8; 3]) -> f32 {
        0.2126 * f32::from(r) + 0.7152 * f32::from(g) + 0.0722 * f32::from(b)
    }

    #[test]
    fn tables_are_in_menu_order() {
        for (row, map) in ColorMap::ALL.into_iter().enumerate() {
            assert_eq!(map as usize, row);
            assert_eq!(ColorMap::from_name(map.name()), Some(map));
        }
    }

    #[test]
    fn sequential_maps_run_in_lightness() {
        for map in ColorMap::ALL.into_iter().filter(|map| !map.is_diverging()) {
            let steps: Vec<f32> = map
                .table()
                .windows(2)
                .map(|pair| lightness(pair[1]) - lightness(pair[0]))
                .collect();
            let sign = if map == ColorMap::Blues { -1.0 } else { 1.0 };
            assert!(
                steps.iter().all(|step| step * sign > -1.0),
                "{} turns back",
                map.name()
            );
        }
    }

    #[test]
    fn diverging_maps_are_lightest_and_neutral_in_the_middle() {
        for map in ColorMap::ALL.into_iter().filter(|map| map.is_diverging()) {
            let table = map.table();
            let middle = table[127];
            let spread = middle.iter().max().unwrap() - middle.iter().min().unwrap();
            assert!(spread < 12, "{} {middle:?}", map.name());
            assert!(lightness(middle) > lightness(table[0]) + 90.0);
            assert!(lightness(middle) > lightness(table[255]) + 90.0);
        }
    }

    #[test]
    fn ends_have_the_colours_their_names_promise() {
        for (map, first, last) in [
            (ColorMap::Grey, [0, 0, 0], [255, 255, 255]),
            (ColorMap::Bone, [0, 0, 0], [255, 255, 255]),
            (ColorMap::Heat, [0, 0, 0], [255, 255, 255]),
            (ColorMap::Cool, [0, 0, 0], [255, 255, 255]),
            (ColorMap::Viridis, [68, 1, 84], [253, 231, 37]),
            (ColorMap::Blues, [247, 251, 255], [8, 48, 107]),
            (ColorMap::RdBu, [103, 0, 31], [4, 47, 96]),
            (ColorMap::PuOr, [126, 58, 8], [45, 0, 75]),
            (ColorMap::Coolwarm, [59, 76, 192], [180, 4, 38]),
        ] {
            assert_eq!((map.table()[0], map.table()[255]), (first, last), "{map:?}");
        }
    }
}
