//! Names of fields, kept once: a hundred thousand headers have the same few names.

use std::{cell::RefCell, collections::HashSet, sync::Arc};

use crate::domain::Fields;

/// Lists that are remembered; a set of files rarely has more than a handful of layouts.
const MAX_LISTS: usize = 32;

/// Hands out one shared copy of each name and of each list of names.
#[derive(Debug, Default)]
pub struct FieldNames {
    single: RefCell<HashSet<Arc<str>>>,
    lists: RefCell<Vec<Arc<[Arc<str>]>>>,
}

impl FieldNames {
    /// The shared copy of a name.
    pub fn name(&self, name: &str) -> Arc<str> {
        let mut known = self.single.borrow_mut();
        if let Some(name) = known.get(name) {
            return name.clone();
        }
        let name: Arc<str> = name.into();
        known.insert(name.clone());
        name
    }

    /// The shared copy of a list of names.
    pub fn list(&self, names: &[&str]) -> Arc<[Arc<str>]> {
        let mut lists = self.lists.borrow_mut();
        let is_same =
            |list: &Arc<[Arc<str>]>| list.iter().map(|name| &**name).eq(names.iter().copied());
        if let Some(at) = lists.iter().position(is_same) {
            return lists[at].clone();
        }
        let list: Arc<[Arc<str>]> = names.iter().map(|name| self.name(name)).collect();
        if lists.len() == MAX_LISTS {
            lists.remove(0);
        }
        lists.push(list.clone());
        list
    }

    pub fn fields(&self, numbers: &[(&str, f64)], texts: Vec<(&str, String)>) -> Fields {
        let list: Vec<&str> = numbers.iter().map(|(name, _)| *name).collect();
        let names = self.list(&list);
        let values = numbers.iter().map(|(_, value)| *value).collect();
        let texts = texts.into_iter();
        let texts = texts.map(|(name, text)| (self.name(name), text.into()));
        Fields::new(names, values, texts.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_lists_are_one_list() {
        let names = FieldNames::default();
        let first = names.list(&["rb", "drb"]);
        let again = names.list(&["rb", "drb"]);
        let other = names.list(&["rb"]);
        assert!(Arc::ptr_eq(&first, &again));
        assert!(Arc::ptr_eq(&first[0], &other[0]));
    }
}
