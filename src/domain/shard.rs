//! A share of a set's objects, chosen by a hash of their identifiers: the same on every machine and in every version,
//! so that many processes divide a set among them without speaking to each other.

use std::{fmt, str::FromStr};

use twox_hash::XxHash64;

/// The rule in words, as manifests of parts have it. Another rule would get another name: parts of both do not mix.
pub const RULE: &str =
    "xxh64-1: XXH64 (seed 0) of the identifier in UTF-8, modulo the number of shards";

/// The column of a row's number in the whole table, from 0; a table that was merged has it no more.
pub const ROW: &str = "destello_row";

/// The most shards of a set.
pub const MOST: u32 = 100_000;

/// One of so many shares. Written `2/4`: the second of four.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 1.
    number: u32,
    count: u32,
}

impl Shard {
    /// Its number, from 1.
    pub const fn number(self) -> u32 {
        self.number
    }

    /// How many there are.
    pub const fn count(self) -> u32 {
        self.count
    }

    /// True for an object of this share. Every object is in exactly one.
    pub fn holds(self, id: &str) -> bool {
        self.holds_number(XxHash64::oneshot(0, id.as_bytes()))
    }

    /// The same for what has a number: the n-th of a simulation.
    pub const fn holds_number(self, number: u64) -> bool {
        number % self.count as u64 == self.number as u64 - 1
    }

    /// All shares of so many.
    pub fn all(count: u32) -> impl Iterator<Item = Self> {
        (1..=count).map(move |number| Self { number, count })
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || format!("{text}: a shard is written 2/4, the second of four");
        let (number, count) = text.split_once('/').ok_or_else(refused)?;
        let whole = |text: &str| text.trim().parse::<u32>().map_err(|_no_number| refused());
        let (number, count) = (whole(number)?, whole(count)?);
        if count > MOST {
            return Err(format!("{text}: there are at most {MOST} shards"));
        }
        if number == 0 || number > count {
            return Err(format!("{text}: shards are counted from 1 to their number"));
        }
        Ok(Self { number, count })
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_is_in_one_share_and_shares_are_about_equal() {
        let ids: Vec<String> = (0..10_000).map(|at| format!("ZTF18a{at:07}")).collect();
        for count in [1, 2, 3, 7, 64] {
            let mut counts = vec![0_usize; count as usize];
            for id in &ids {
                let of: Vec<Shard> = Shard::all(count).filter(|shard| shard.holds(id)).collect();
                assert_eq!(of.len(), 1, "{id} {count}");
                counts[of[0].number() as usize - 1] += 1;
            }
            let mean = ids.len() as f64 / f64::from(count);
            let is_even = |share: &usize| (*share as f64 - mean).abs() < 6.0 * mean.sqrt();
            assert!(count == 1 || counts.iter().all(is_even), "{counts:?}");
        }
    }

    // Parts on disks were divided by these: they must stay what they are.
    #[test]
    fn the_rule_is_the_one_of_ever() {
        assert_eq!(XxHash64::oneshot(0, b""), 0xef46_db37_51d8_e999);
        let share = |id: &str| Shard::all(5).find(|shard| shard.holds(id));
        let shares =
            ["ZTF18abcdefg", "hits2015-s1-000000", "é"].map(|id| share(id).map(Shard::number));
        assert_eq!(shares, [Some(1), Some(3), Some(4)]);
    }

    #[test]
    fn what_is_no_shard_is_refused_with_a_sentence() {
        assert_eq!(
            "2/4".parse::<Shard>().map(|s| s.to_string()),
            Ok("2/4".into())
        );
        for (text, why) in [
            ("", "is written 2/4"),
            ("2", "is written 2/4"),
            ("a/4", "is written 2/4"),
            ("-1/4", "is written 2/4"),
            ("0/4", "from 1 to their number"),
            ("5/4", "from 1 to their number"),
            ("0/0", "from 1 to their number"),
            ("1/9000000", "at most 100000"),
        ] {
            let refusal = text.parse::<Shard>().unwrap_err();
            assert!(refusal.contains(why), "{text}: {refusal}");
        }
    }
}
