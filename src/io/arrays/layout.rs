//! Which arrays are stamps, of which role, and which of one axis belong to them.
//!
//! | shape | taken for |
//! |---|---|
//! | (rows, y, x) | a stamp a row, its role by the array's name |
//! | (rows, y, x, channels), (rows, channels, y, x), at most 8 channels | science, reference, difference in this order, as braai, BTSbot and GOTO have them |
//! | (rows, y, x, epochs), more than 8 epochs | an image sequence a row, time on the last axis (HiTS) |
//! | (rows, side²) | a flattened stamp a row; `X` and `testX` column by column, as psat-ml has them |
//! | (y, x), (y, x, channels) | one stamp, or one triplet |

use super::array::{Array, Kind};
use crate::{domain::Role, io::fits::layout::is_map};

/// More channels than this are epochs.
const MOST_CHANNELS: usize = 8;
/// Fewer pixels a side are no stamp.
const LEAST_SIDE: usize = 5;
/// More pixels a side are none either.
const MOST_SIDE: usize = 4_096;

/// How the stamps of a row lie among its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// (y, x)
    Plain,
    /// (x, y)
    Turned,
    /// (y, x, channel)
    ChannelsLast(usize),
    /// (channel, y, x)
    ChannelsFirst(usize),
    /// (y, x, epoch)
    EpochsLast(usize),
}

/// An array of stamps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stack {
    /// Its rows; one where it has no axis for them.
    pub rows: usize,
    /// False where the whole array is one row.
    pub has_rows: bool,
    /// Pixels per row of a stamp.
    pub width: usize,
    /// Rows of a stamp.
    pub height: usize,
    /// How they lie.
    pub order: Order,
}

impl Stack {
    /// What an array of stamps has; none for any other array.
    pub fn of(array: &Array) -> Option<Self> {
        if array.kind == Kind::Text || is_map(last_part(&array.name)) {
            return None;
        }
        let is_side = |len: usize| (LEAST_SIDE..=MOST_SIDE).contains(&len);
        let is_few = |len: usize| (1..=MOST_CHANNELS).contains(&len);
        let new = |rows, [height, width]: [usize; 2], order| Self {
            rows,
            has_rows: true,
            width,
            height,
            order,
        };
        let single = |size, order| Self {
            has_rows: false,
            ..new(1, size, order)
        };
        match array.shape[..] {
            [rows, y, x, last] if is_side(y) && is_side(x) && is_few(last) => {
                Some(new(rows, [y, x], Order::ChannelsLast(last)))
            }
            [rows, first, y, x] if is_few(first) && is_side(y) && is_side(x) => {
                Some(new(rows, [y, x], Order::ChannelsFirst(first)))
            }
            [rows, y, x, epochs] if is_side(y) && is_side(x) => {
                Some(new(rows, [y, x], Order::EpochsLast(epochs)))
            }
            [y, x, channels] if is_side(y) && is_side(x) && channels < LEAST_SIDE => {
                (channels > 0).then(|| single([y, x], Order::ChannelsLast(channels)))
            }
            [rows, y, x] if is_side(y) && is_side(x) => Some(new(rows, [y, x], Order::Plain)),
            [rows, len] => {
                let side = len.isqrt();
                let is_square = side * side == len && is_side(side) && side > LEAST_SIDE;
                if is_square && rows != len {
                    let is_turned = matches!(last_part(&array.name), "X" | "testX");
                    let order = if is_turned {
                        Order::Turned
                    } else {
                        Order::Plain
                    };
                    return Some(new(rows, [side, side], order));
                }
                // A long table of numbers is no stamp.
                let is_stamp = role_of(&array.name).is_some() || rows.max(len) <= 2 * rows.min(len);
                (is_stamp && is_side(rows) && is_side(len))
                    .then(|| single([rows, len], Order::Plain))
            }
            _ => None,
        }
        // An axis may have no place at all.
        .filter(|stack| stack.rows > 0 && stack.epochs() > 0)
    }

    /// Values of a row.
    pub const fn len(&self) -> usize {
        self.width * self.height * self.channels() * self.epochs()
    }

    /// Channels of a row.
    pub const fn channels(&self) -> usize {
        match self.order {
            Order::ChannelsLast(channels) | Order::ChannelsFirst(channels) => channels,
            _ => 1,
        }
    }

    /// Epochs of a row.
    pub const fn epochs(&self) -> usize {
        match self.order {
            Order::EpochsLast(epochs) => epochs,
            _ => 1,
        }
    }

    /// The roles of the channels, in their order; `named`: the role in the array's name.
    pub fn roles(&self, named: Option<Role>) -> &'static [Role] {
        const FIRST: [Role; 3] = [Role::Science, Role::Reference, Role::Difference];
        match self.channels() {
            1 => {
                let named = named.unwrap_or(Role::Science);
                let at = Role::ALL.iter().position(|role| *role == named);
                let at = at.unwrap_or(0);
                // One role of the list of all.
                ALL.get(at..=at).unwrap_or(&FIRST[..1])
            }
            channels => &FIRST[..channels.min(3)],
        }
    }

    /// The pixels of a channel, or of an epoch, of a row's values.
    pub fn pixels(&self, values: &[f32], at: usize) -> Vec<f32> {
        let (width, height) = (self.width, self.height);
        let size = width * height;
        match self.order {
            Order::Plain => values.to_vec(),
            Order::Turned => (0..size)
                .map(|px| values[px % width * height + px / width])
                .collect(),
            Order::ChannelsFirst(_) => values[at * size..(at + 1) * size].to_vec(),
            Order::ChannelsLast(len) | Order::EpochsLast(len) => {
                (0..size).map(|px| values[px * len + at]).collect()
            }
        }
    }
}

/// [`Role::ALL`] with a place of its own, so that one of them is a list.
static ALL: [Role; 6] = Role::ALL;

/// An array in a list of arrays, which may be those of several files.
pub type ArrayAt = usize;

/// Arrays of stamps with the same rows.
#[derive(Clone, Debug, PartialEq)]
pub struct StampSet {
    pub rows: usize,
    /// The arrays of stamps, one a role at most.
    pub stacks: Vec<(ArrayAt, Stack, Option<Role>)>,
    /// The arrays of one axis that belong to the rows.
    pub columns: Vec<ArrayAt>,
    /// The array that gave it its name.
    pub first: ArrayAt,
}

/// The sets among the arrays.
pub fn sets(arrays: &[&Array]) -> Vec<StampSet> {
    let mut sets: Vec<(String, StampSet)> = Vec::new();
    for (at, array) in arrays.iter().enumerate() {
        let Some(stack) = Stack::of(array) else {
            continue;
        };
        let named = role_of(&array.name);
        let key = key(&array.name);
        let joins = |(known, set): &&mut (String, StampSet)| {
            let is_free = set.stacks.iter().all(|(_, other, role)| {
                role.is_some() && *role != named && other.has_rows == stack.has_rows
            });
            *known == key && set.rows == stack.rows && named.is_some() && is_free
        };
        let entry = (at, stack, named);
        match sets.iter_mut().find(joins) {
            Some((_, set)) => set.stacks.push(entry),
            None => sets.push((
                key,
                StampSet {
                    rows: stack.rows,
                    stacks: vec![entry],
                    columns: Vec::new(),
                    first: at,
                },
            )),
        }
    }
    for at in 0..sets.len() {
        let columns = columns_of(&sets, at, arrays);
        sets[at].1.columns = columns;
    }
    sets.into_iter().map(|(_, set)| set).collect()
}

/// Arrays of one axis with as many values as the set has rows. Where other sets have as many, those of the same
/// group, and of the same part (training, test).
fn columns_of(sets: &[(String, StampSet)], at: usize, arrays: &[&Array]) -> Vec<ArrayAt> {
    let set = &sets[at].1;
    if !set.stacks[0].1.has_rows {
        return Vec::new();
    }
    let name = &arrays[set.first].name;
    let rivals = sets
        .iter()
        .filter(|(_, other)| other.rows == set.rows && other.stacks[0].1.has_rows)
        .count();
    let is_column = |array: &Array| match array.shape[..] {
        [len] | [len, 1] => len == set.rows,
        _ => false,
    };
    let is_ours = |array: &Array| {
        rivals == 1 || (group(&array.name) == group(name) && part(&array.name) == part(name))
    };
    let all = arrays.iter().enumerate();
    all.filter(|(_, array)| is_column(array) && is_ours(array))
        .map(|(at, _)| at)
        .collect()
}

/// The last part of a path within a file.
pub fn last_part(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(_, last)| last)
}

fn group(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(group, _)| group)
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    last_part(name)
        .split(['_', '-', '.', ' '])
        .filter(|word| !word.is_empty())
}

/// Words that every array of images may have in its name.
const GENERAL: [&str; 12] = [
    "image", "images", "img", "imgs", "stamp", "stamps", "cutout", "cutouts", "data", "array",
    "norm", "new",
];

fn word_role(word: &str) -> Option<Role> {
    let is_plain = !word.bytes().any(|byte| byte.is_ascii_digit());
    Role::from_alias(word).filter(|_| is_plain)
}

/// The role in an array's name: by a word that stands for one, `image` only where there is no other.
pub fn role_of(name: &str) -> Option<Role> {
    let is_general = |word: &&str| GENERAL.contains(&word.to_ascii_lowercase().as_str());
    let certain = words(name)
        .filter(|word| !is_general(word))
        .find_map(word_role);
    certain
        .or_else(|| Role::from_alias(last_part(name)))
        .or_else(|| words(name).filter(is_general).find_map(word_role))
}

/// What arrays of one set have in common: the group, and the name without roles and general words.
fn key(name: &str) -> String {
    let own = words(name).filter(|word| {
        !GENERAL.contains(&word.to_ascii_lowercase().as_str()) && word_role(word).is_none()
    });
    let own: Vec<&str> = own.collect();
    let is_all_role = Role::from_alias(last_part(name)).is_some();
    let own = if is_all_role {
        String::new()
    } else {
        own.join("_")
    };
    format!("{}/{own}", group(name))
}

/// The part of the data that an array belongs to.
fn part(name: &str) -> &'static str {
    let lower = last_part(name).to_ascii_lowercase();
    ["test", "val", "train"]
        .into_iter()
        .find(|part| lower.starts_with(part) || lower.ends_with(part))
        .map_or("train", |part| part)
}

/// Names of columns by meaning, the likeliest first.
const NAMES: [(&str, &[&str]); 9] = [
    (
        "objectId",
        &[
            "objectid",
            "oid",
            "diaobjectid",
            "object_id",
            "obj_id",
            "objid",
            "objectids",
            "ztf_id",
            "ztfid",
            "source_id",
            "sourceid",
            "internal_name",
            "object",
            "objects",
            "id",
            "ids",
            "name",
            "names",
        ],
    ),
    (
        "candid",
        &[
            "candid",
            "diasourceid",
            "candids",
            "candid_str",
            "detection_id",
            "measurement_id",
            "alert_id",
        ],
    ),
    (
        "truth",
        &[
            "class_name",
            "class",
            "truth",
            "label",
            "labels",
            "classes",
            "y",
            "target",
            "targets",
            "testy",
        ],
    ),
    ("jd", &["jd", "jds"]),
    ("mjd", &["mjd", "mjds", "obsmjd", "mjd_obs"]),
    ("band", &["band", "bands", "filter", "filters"]),
    (
        "magpsf",
        &["magpsf", "mag", "mags", "mag_zogy", "mag_psf_d"],
    ),
    ("ra", &["ra", "ra_psf_d", "ra_peak", "ra_deg", "raj2000"]),
    (
        "dec",
        &[
            "dec",
            "dec_psf_d",
            "dec_peak",
            "dec_deg",
            "dej2000",
            "decj2000",
        ],
    ),
];
/// Names of columns that hold names of files.
const FILES: [&str; 8] = [
    "filename",
    "filenames",
    "file",
    "files",
    "path",
    "paths",
    "images",
    "image",
];

/// What a column is called by the alerts of surveys ([`crate::io::alerts::plan`]), how likely among several of that
/// meaning, the smallest first; none for a column with a name of its own.
pub fn meaning_of_column(name: &str, is_text: bool) -> Option<(&'static str, usize)> {
    let lower = last_part(name).to_ascii_lowercase();
    let without_part = ["train_", "test_", "val_"]
        .iter()
        .find_map(|part| lower.strip_prefix(part))
        .unwrap_or(&lower);
    for lower in [&*lower, without_part] {
        for (meaning, names) in NAMES {
            if let Some(at) = names.iter().position(|name| *name == lower) {
                return Some((meaning, at));
            }
        }
        if let Some(at) = FILES
            .iter()
            .position(|name| *name == lower)
            .filter(|_| is_text)
        {
            return Some(("file", at));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(name: &str, shape: &[usize]) -> Array {
        Array {
            name: name.into(),
            shape: shape.into(),
            kind: Kind::Float,
        }
    }

    fn of(list: &[(&str, &[usize])]) -> Vec<StampSet> {
        let arrays: Vec<Array> = list
            .iter()
            .map(|(name, shape)| array(name, shape))
            .collect();
        sets(&arrays.iter().collect::<Vec<_>>())
    }

    #[test]
    fn shapes_of_the_surveys_are_understood() {
        type Case = (&'static str, &'static [usize], Option<(usize, Order)>);
        let order = |name: &str, shape: &[usize]| {
            Stack::of(&array(name, shape)).map(|stack| (stack.rows, stack.order))
        };
        let cases: [Case; 14] = [
            (
                "triplets.norm",
                &[100, 63, 63, 3],
                Some((100, Order::ChannelsLast(3))),
            ),
            ("src", &[7, 55, 55, 6], Some((7, Order::ChannelsLast(6)))),
            ("x", &[9, 3, 21, 21], Some((9, Order::ChannelsFirst(3)))),
            (
                "images/g",
                &[4, 21, 21, 30],
                Some((4, Order::EpochsLast(30))),
            ),
            ("science", &[12, 63, 63], Some((12, Order::Plain))),
            ("X", &[50, 400], Some((50, Order::Turned))),
            ("pixels", &[50, 441], Some((50, Order::Plain))),
            ("one", &[63, 63, 3], Some((1, Order::ChannelsLast(3)))),
            ("science", &[64, 64], Some((1, Order::Plain))),
            ("images/r", &[4, 21, 21, 0], None),
            ("images/i", &[0, 21, 21, 3], None),
            ("embedding", &[100, 32], None),
            ("mask", &[12, 63, 63], None),
            ("night/bad_weight", &[12, 63, 63], None),
        ];
        for (name, shape, expected) in cases {
            let found = order(name, shape);
            assert_eq!(found, expected, "{name} {shape:?}");
        }
    }

    #[test]
    fn one_array_a_role_is_one_set_with_its_columns() {
        let n = 20;
        let found = of(&[
            ("science", &[n, 21, 21]),
            ("template", &[n, 21, 21]),
            ("difference", &[n, 21, 21]),
            ("ids", &[n]),
            ("other", &[n + 1]),
        ]);
        assert_eq!(found.len(), 1);
        let roles: Vec<_> = found[0]
            .stacks
            .iter()
            .filter_map(|(_, _, role)| *role)
            .collect();
        assert_eq!(roles, [Role::Science, Role::Reference, Role::Difference]);
        assert_eq!(found[0].columns, [3]);
        let named = of(&[
            ("temp_images", &[n, 441]),
            ("sci_images", &[n, 441]),
            ("labels", &[n]),
        ]);
        assert_eq!((named.len(), named[0].columns.len()), (1, 1));
        let groups = of(&[
            ("a/sci", &[n, 9, 9]),
            ("b/sci", &[n, 9, 9]),
            ("a/ref", &[n, 9, 9]),
            ("a/ids", &[n]),
            ("b/ids", &[n]),
        ]);
        let columns: Vec<_> = groups.iter().map(|set| set.columns.clone()).collect();
        assert_eq!(columns, [[3], [4]]);
        assert_eq!(groups[0].stacks.len(), 2);
    }

    #[test]
    fn training_and_test_parts_keep_their_columns() {
        let found = of(&[
            ("X", &[8, 400]),
            ("y", &[8]),
            ("testX", &[8, 400]),
            ("testy", &[8]),
        ]);
        let columns: Vec<_> = found.iter().map(|set| set.columns.clone()).collect();
        assert_eq!(columns, [[1], [3]]);
        assert_eq!(meaning_of_column("train_files", true), Some(("file", 3)));
        assert_eq!(
            meaning_of_column("testy", false).map(|found| found.0),
            Some("truth")
        );
    }

    #[test]
    fn pixels_are_picked_by_channel() {
        let values: Vec<f32> = (0..18_u8).map(f32::from).collect();
        let stack = |order| Stack {
            rows: 1,
            has_rows: true,
            width: 3,
            height: 2,
            order,
        };
        assert_eq!(
            stack(Order::ChannelsLast(3)).pixels(&values, 1),
            [1.0, 4.0, 7.0, 10.0, 13.0, 16.0]
        );
        assert_eq!(
            stack(Order::ChannelsFirst(3)).pixels(&values, 1),
            [6.0, 7.0, 8.0, 9.0, 10.0, 11.0]
        );
        assert_eq!(
            stack(Order::Turned).pixels(&values[..6], 0),
            [0.0, 2.0, 4.0, 1.0, 3.0, 5.0]
        );
    }
}
