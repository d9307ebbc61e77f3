//! File names of separate role files: which epoch, which role, whose object.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    path::{Path, PathBuf},
};

use crate::domain::Role;

/// A file's name taken apart. Files of one epoch sort side by side, in role order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoleName {
    /// What comes before the role; the whole stem where there is no role.
    pub prefix: String,
    /// The role at the end of the name.
    pub role: Option<Role>,
    /// True where the word with the role has a number too, or is the whole name: it may be a name.
    pub is_weak: bool,
}

impl RoleName {
    /// `<prefix>_<role>`, also with `-` or `.`; a number after the role belongs to the prefix.
    pub fn of(path: &Path) -> Self {
        let stem = stem(path);
        let (prefix, tail) = stem.rsplit_once(['_', '-', '.']).unwrap_or(("", &stem));
        let Some(role) = Role::from_alias(tail) else {
            return Self::without_role(path);
        };
        let digits = tail.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let is_weak = digits < tail.len() || prefix.is_empty();
        let prefix = match (prefix, &tail[digits..]) {
            (prefix, "") => prefix.to_owned(),
            ("", number) => number.to_owned(),
            (prefix, number) => format!("{prefix}_{number}"),
        };
        Self {
            prefix,
            role: Some(role),
            is_weak,
        }
    }

    /// The whole stem as prefix.
    pub fn without_role(path: &Path) -> Self {
        Self {
            prefix: stem(path),
            role: None,
            is_weak: false,
        }
    }

    /// True where both have a role and the same prefix.
    pub fn is_same_epoch(&self, other: &Self) -> bool {
        self.role.is_some() && other.role.is_some() && self.prefix == other.prefix
    }
}

/// Main roles: what a set of files of one epoch must have.
const MAIN: [Role; 3] = [Role::Science, Role::Reference, Role::Difference];

/// The names of one folder's files taken apart: a role counts only where the files beside it agree.
///
/// `SN001`, `target1` and `img0001` end in words that also stand for roles. They do only where other files
/// of the folder have other roles in the same place; and one of signal-to-noise, variance or the
/// point-spread function needs an image beside it. A role at the beginning or within the names
/// (`science_a.fits`, `ref_a.fits`) counts where the names are else the same.
pub fn roles_of(files: &[PathBuf]) -> Vec<(RoleName, &PathBuf)> {
    if let Some(named) = by_folders(files) {
        return named;
    }
    let mut named: Vec<_> = files
        .iter()
        .map(|path| (RoleName::of(path), path))
        .collect();
    differences_of_zogy(&mut named);
    let numbered: BTreeSet<Role> = named
        .iter()
        .filter(|(name, _)| name.is_weak)
        .filter_map(|(name, _)| name.role)
        .collect();
    let mains: HashSet<String> = named
        .iter()
        .filter(|(name, _)| name.role.is_some_and(|role| MAIN.contains(&role)))
        .map(|(name, _)| name.prefix.clone())
        .collect();
    for (name, path) in &mut named {
        let is_alone = name.is_weak && numbered.len() < 2;
        let is_bare =
            name.role.is_some_and(|role| !MAIN.contains(&role)) && !mains.contains(&name.prefix);
        if is_alone || is_bare {
            *name = RoleName::without_role(path);
        }
    }
    within(&mut named);
    named
}

/// `x_D.fits` is the difference image of ZOGY where its new and reference images lie beside it, and no other
/// difference.
fn differences_of_zogy(named: &mut [(RoleName, &PathBuf)]) {
    let mut roles: HashMap<String, BTreeSet<Role>> = HashMap::new();
    for (name, _) in named.iter() {
        if let Some(role) = name.role {
            roles.entry(name.prefix.clone()).or_default().insert(role);
        }
    }
    for (name, path) in named {
        let stem = stem(path);
        let Some(prefix) = stem.strip_suffix("_D").filter(|_| name.role.is_none()) else {
            continue;
        };
        let beside = roles.get(prefix);
        if beside.is_some_and(|roles| {
            roles.contains(&Role::Science)
                && roles.contains(&Role::Reference)
                && !roles.contains(&Role::Difference)
        }) {
            *name = RoleName {
                prefix: prefix.to_owned(),
                role: Some(Role::Difference),
                is_weak: false,
            };
        }
    }
}

/// The role that a folder is named for: `science/`, `ref/`.
fn role_of_folder(folder: &Path) -> Option<Role> {
    let name = folder.file_name()?.to_str()?;
    let has_digit = name.bytes().any(|byte| byte.is_ascii_digit());
    Role::from_alias(name).filter(|_| !has_digit)
}

/// Those of the folders that are named for roles, where they hold one set: two main roles or more, each once, and
/// most files of the largest have one of their name in another. `names` gives the names of a folder's files.
pub fn folders_of_roles<'f>(
    folders: impl Iterator<Item = &'f Path>,
    names: impl Fn(&Path) -> Vec<String>,
) -> BTreeSet<PathBuf> {
    let named: Vec<(Role, &Path)> = folders
        .filter_map(|folder| Some((role_of_folder(folder)?, folder)))
        .collect();
    let roles: BTreeSet<Role> = named.iter().map(|(role, _)| *role).collect();
    let mains = roles.iter().filter(|role| MAIN.contains(role)).count();
    if mains < 2 || roles.len() < named.len() {
        return BTreeSet::new();
    }
    let mut counts: HashMap<String, usize> = HashMap::new();
    for (role, folder) in &named {
        for name in names(folder) {
            *counts
                .entry(own_prefix(Path::new(&name), *role))
                .or_default() += 1;
        }
    }
    let shared = counts.values().filter(|count| **count > 1).count();
    if shared == 0 || shared * 2 < counts.len() {
        return BTreeSet::new();
    }
    named
        .into_iter()
        .map(|(_, folder)| folder.to_owned())
        .collect()
}

/// The name without the role, where that of its folder stands in it too.
fn own_prefix(path: &Path, role: Role) -> String {
    let own = RoleName::of(path);
    if own.role == Some(role) && !own.prefix.is_empty() {
        own.prefix
    } else {
        stem(path)
    }
}

/// The names of files that lie in folders named for their roles; none where all lie in one folder.
fn by_folders(files: &[PathBuf]) -> Option<Vec<(RoleName, &PathBuf)>> {
    let first = files.first()?.parent()?;
    if files.iter().all(|path| path.parent() == Some(first)) {
        return None;
    }
    let named = |path: &'_ PathBuf| {
        let role = role_of_folder(path.parent()?)?;
        Some(RoleName {
            prefix: own_prefix(path, role),
            role: Some(role),
            is_weak: false,
        })
    };
    files
        .iter()
        .map(|path| Some((named(path)?, path)))
        .collect()
}

/// Roles elsewhere than at the end, of files that have none there.
fn within(named: &mut [(RoleName, &PathBuf)]) {
    let mut families: BTreeMap<String, Vec<(usize, Role)>> = BTreeMap::new();
    for (at, (name, path)) in named.iter().enumerate() {
        if name.role.is_none() {
            let stem = stem(path);
            for (rest, role) in words_with_role(&stem) {
                families.entry(rest).or_default().push((at, role));
            }
        }
    }
    let mut taken = vec![false; named.len()];
    for (rest, members) in families {
        let roles: BTreeSet<Role> = members.iter().map(|(_, role)| *role).collect();
        let mains = roles.iter().filter(|role| MAIN.contains(role)).count();
        let is_free = members.iter().all(|(at, _)| !taken[*at]);
        if mains < 2 || roles.len() != members.len() || !is_free {
            continue;
        }
        for (at, role) in members {
            taken[at] = true;
            named[at].0 = RoleName {
                prefix: rest.clone(),
                role: Some(role),
                is_weak: false,
            };
        }
    }
}

/// The name without each of its words that stands for a role, with that role.
fn words_with_role(stem: &str) -> Vec<(String, Role)> {
    let is_between = |c: char| matches!(c, '_' | '-' | '.');
    let words: Vec<&str> = stem.split_inclusive(is_between).collect();
    let role = |at: usize| {
        let word = words[at].trim_end_matches(is_between);
        let role =
            Role::from_alias(word).filter(|_| !word.bytes().any(|byte| byte.is_ascii_digit()))?;
        let rest: String = words
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != at)
            .map(|(_, word)| *word)
            .collect();
        Some((rest.trim_end_matches(is_between).to_owned(), role))
    };
    (0..words.len())
        .filter_map(role)
        .filter(|(rest, _)| !rest.is_empty())
        .collect()
}

/// How the role files of one folder name their objects.
#[derive(Debug)]
pub struct Naming {
    folder: String,
    is_folder_object: bool,
    /// For `<object>_<number>`: how many prefixes share the object.
    shared: BTreeMap<String, usize>,
}

/// An epoch's object and its own name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochName {
    /// Identifier of the object.
    pub object: String,
    /// Identifier of the epoch, where the names have one.
    pub epoch: Option<String>,
}

impl Naming {
    /// Decides it from all prefixes of the folder; `siblings`: folders beside it, 0 for a folder
    /// that the user named.
    ///
    /// The folder is the object where all names are those of epochs, unless nothing but
    /// detection identifiers in a folder without siblings could as well be a flat set.
    pub fn of(folder: &Path, prefixes: &[&str], siblings: usize) -> Self {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let own = |prefix: &str| prefix.strip_prefix(&*name).map(str::to_owned);
        let is_own = |prefix: &str| !name.is_empty() && own(prefix).is_some();
        let is_epoch = |prefix: &&str| prefix.is_empty() || is_own(prefix) || is_epoch_name(prefix);
        let is_certain = |prefix: &&str| !is_detection_id(prefix) || is_own(prefix);
        let is_like_object = siblings >= 2 || is_ztf_object(&name);
        let mut shared: BTreeMap<String, usize> = BTreeMap::new();
        let mut last = None;
        for &prefix in prefixes {
            if last != Some(prefix)
                && let Some((object, number)) = split(prefix)
                && is_number(number)
            {
                *shared.entry(object.to_owned()).or_default() += 1;
            }
            last = Some(prefix);
        }
        Self {
            is_folder_object: !name.is_empty()
                && prefixes.iter().all(is_epoch)
                && (is_like_object || prefixes.iter().all(is_certain)),
            folder: name.into_owned(),
            shared,
        }
    }

    /// True where the folder is the object.
    pub const fn is_folder_object(&self) -> bool {
        self.is_folder_object
    }

    /// Object and epoch of a prefix.
    pub fn epoch(&self, prefix: &str) -> EpochName {
        let named = |object: &str, epoch: &str| EpochName {
            object: object.to_owned(),
            epoch: Some(epoch.to_owned()).filter(|epoch| !epoch.is_empty()),
        };
        if self.is_folder_object {
            let own = prefix.strip_prefix(&self.folder);
            let own = own.map(|rest| rest.trim_start_matches(['_', '-', '.']));
            return named(&self.folder, own.unwrap_or(prefix));
        }
        match split(prefix) {
            Some((object, epoch)) if self.is_epoch_of(object, epoch) => named(object, epoch),
            _ if is_detection_id(prefix) => named(prefix, prefix),
            _ => named(prefix, ""),
        }
    }

    /// Numbers at the end of a name may belong to the object's own name (`Blind15A_0832_2069`):
    /// an epoch is short, a detection or a date, or several files share what is before it.
    fn is_epoch_of(&self, object: &str, epoch: &str) -> bool {
        let is_shared = self.shared.get(object).is_some_and(|count| *count > 1);
        let is_short = is_number(epoch) && epoch.len() <= 3;
        let is_word = is_epoch_name(epoch) && !is_number(epoch);
        is_word || is_short || is_detection_id(epoch) || (is_number(epoch) && is_shared)
    }
}

fn split(prefix: &str) -> Option<(&str, &str)> {
    let parts = prefix.rsplit_once(['_', '-']);
    parts.filter(|(object, _)| !object.is_empty())
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A survey's 64-bit identifier.
pub fn is_detection_id(text: &str) -> bool {
    is_number(text) && text.len() >= 12
}

pub fn is_ztf_object(name: &str) -> bool {
    let digits = |range| name.get(range).is_some_and(is_number);
    name.len() == 12 && name.starts_with("ZTF") && digits(3..5)
}

/// A number, a date, or a number after `e`, `ep`, `epoch`, `t`, `mjd`, `night`.
fn is_epoch_name(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let number = ["epoch", "night", "mjd", "ep", "e", "t"]
        .iter()
        .find_map(|word| lower.strip_prefix(word))
        .unwrap_or(&lower);
    is_number(number) || mjd(number).is_some()
}

/// A date with a fraction, as MJD: `57070.1527`.
pub fn mjd(text: &str) -> Option<f64> {
    let value: f64 = text.contains('.').then(|| text.parse().ok())??;
    (40_000.0..100_000.0).contains(&value).then_some(value)
}

/// The file's name without the endings of FITS and compression.
pub fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut stem = &*name;
    let packed = [".gz", ".fz", ".bz2", ".xz", ".zst", ".zip"];
    for endings in [&packed[..], &[".fits", ".fit", ".fts"][..]] {
        let shorter = endings.iter().find_map(|ending| {
            let (head, tail) = stem.split_at_checked(stem.len().checked_sub(ending.len())?)?;
            (tail.eq_ignore_ascii_case(ending) && !head.is_empty()).then_some(head)
        });
        stem = shorter.unwrap_or(stem);
    }
    stem.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &str, siblings: usize, prefixes: &[&str]) -> Vec<(String, Option<String>)> {
        let naming = Naming::of(Path::new(folder), prefixes, siblings);
        let epoch = |prefix: &&str| {
            let name = naming.epoch(prefix);
            (name.object, name.epoch)
        };
        prefixes.iter().map(epoch).collect()
    }

    fn pair(object: &str, epoch: &str) -> (String, Option<String>) {
        let epoch = (!epoch.is_empty()).then(|| epoch.to_owned());
        (object.to_owned(), epoch)
    }

    #[test]
    fn names_are_taken_apart_at_the_role() {
        for (file, prefix, role) in [
            ("1127_science.fits.gz", "1127", Some(Role::Science)),
            ("sn1-ref.fits", "sn1", Some(Role::Reference)),
            ("sn1_02.diff.fits.fz", "sn1_02", Some(Role::Difference)),
            ("sn1_sci2.fits", "sn1_2", Some(Role::Science)),
            ("template.fits", "", Some(Role::Reference)),
            ("SNHiTS15B.fits.gz", "SNHiTS15B", None),
        ] {
            let name = RoleName::of(Path::new(file));
            assert_eq!((&*name.prefix, name.role), (prefix, role), "{file}");
        }
    }

    #[test]
    fn a_role_counts_where_the_files_beside_it_agree() {
        let roles = |files: &[&str]| {
            let files: Vec<PathBuf> = files.iter().map(PathBuf::from).collect();
            let named = roles_of(&files).into_iter();
            named
                .map(|(name, _)| (name.prefix, name.role))
                .collect::<Vec<_>>()
        };
        for lone in ["SN001", "target1", "img0001", "image", "x_sn", "new"] {
            let found = roles(&[&format!("{lone}.fits"), "other.fits"]);
            assert_eq!(found[0], (lone.to_owned(), None));
        }
        let pair = |prefix: &str, role| (prefix.to_owned(), Some(role));
        assert_eq!(
            roles(&["srch12.fits", "temp12.fits", "diff12.fits"]),
            [
                pair("12", Role::Science),
                pair("12", Role::Reference),
                pair("12", Role::Difference)
            ]
        );
        assert_eq!(
            roles(&["science_a.fits", "ref_a.fits", "b.fits"]),
            [
                pair("a", Role::Science),
                pair("a", Role::Reference),
                ("b".into(), None)
            ]
        );
        assert_eq!(
            roles(&["a_sci_r.fits", "a_diff_r.fits"]),
            [pair("a_r", Role::Science), pair("a_r", Role::Difference)]
        );
        assert_eq!(
            roles(&["a_sci.fits", "a_var.fits"]),
            [pair("a", Role::Science), pair("a", Role::Variance)]
        );
    }

    #[test]
    fn a_difference_of_zogy_needs_its_images_beside_it() {
        let files = ["a_D.fits", "a_new.fits", "a_ref.fits", "b_D.fits"].map(PathBuf::from);
        let named = roles_of(&files);
        let roles: Vec<_> = named
            .iter()
            .map(|(name, _)| (&*name.prefix, name.role))
            .collect();
        assert_eq!(
            roles,
            [
                ("a", Some(Role::Difference)),
                ("a", Some(Role::Science)),
                ("a", Some(Role::Reference)),
                ("b_D", None)
            ]
        );
    }

    #[test]
    fn folders_named_for_roles_hold_one_set_where_their_files_agree() {
        let folders = ["s/science", "s/template", "s/notes"].map(Path::new);
        let found = |names: &dyn Fn(&Path) -> Vec<String>| {
            folders_of_roles(folders.iter().copied(), names).len()
        };
        assert_eq!(found(&|_| vec!["a.fits".into(), "b.fits".into()]), 2);
        // The role may stand in the names too.
        let with_role = |folder: &Path| {
            let role = if folder.ends_with("science") {
                "sci"
            } else {
                "ref"
            };
            vec![format!("a_{role}.fits")]
        };
        assert_eq!(found(&with_role), 2);
        let apart =
            |folder: &Path| vec![format!("{}_only.fits", folder.display()).replace('/', "-")];
        assert_eq!(found(&apart), 0);
        let alone = ["s/science", "s/x"].map(Path::new);
        assert!(folders_of_roles(alone.iter().copied(), |_| vec!["a.fits".into()]).is_empty());
        let files = ["s/science/a.fits", "s/template/a.fits"].map(PathBuf::from);
        let named = roles_of(&files);
        assert!(named[0].0.is_same_epoch(&named[1].0));
        assert_eq!(named[1].0.role, Some(Role::Reference));
    }

    #[test]
    fn a_folder_among_others_is_an_object() {
        assert_eq!(
            names(
                "set/ZTF17aaaaaas",
                211,
                &["1127174604415015005", "1127174604415015006"]
            ),
            [
                pair("ZTF17aaaaaas", "1127174604415015005"),
                pair("ZTF17aaaaaas", "1127174604415015006")
            ]
        );
        assert_eq!(
            names("set/sn1", 0, &["", "2"]),
            [pair("sn1", ""), pair("sn1", "2")]
        );
        assert_eq!(names("set/sn1", 0, &["sn1_e01"]), [pair("sn1", "e01")]);
    }

    #[test]
    fn a_flat_folder_has_its_objects_in_the_names() {
        assert_eq!(
            names("flat", 0, &["a_1", "a_2", "b_1"]),
            [pair("a", "1"), pair("a", "2"), pair("b", "1")]
        );
        assert_eq!(
            names("flat", 0, &["1127174604415015005"]),
            [pair("1127174604415015005", "1127174604415015005")]
        );
        assert_eq!(
            names("flat", 0, &["ZTF18abc_1127174604415015005"]),
            [pair("ZTF18abc", "1127174604415015005")]
        );
        assert_eq!(
            names("flat", 3, &["Blind15A_0832_2069"]),
            [pair("Blind15A_0832_2069", "")]
        );
    }
}
