//! Names of fields, each once, and the lists in which they come, each once: by numbers.

use std::{collections::HashMap, sync::Arc};

/// Lists that were asked for last, which are found without a look at their names.
const RECENT: usize = 16;

/// A list of names, shared.
type List = Arc<[Arc<str>]>;

/// All names by number.
#[derive(Debug, Default)]
pub struct Names {
    single: Vec<Arc<str>>,
    of_single: HashMap<Arc<str>, u32>,
    lists: Vec<List>,
    of_list: HashMap<List, u32>,
    /// Held, so that no other list gets their place in memory.
    recent: Vec<(List, u32)>,
}

impl Names {
    /// Names and lists as they were written; none where a number leads nowhere.
    pub fn of(single: &[String], lists: &[Vec<u32>]) -> Option<Self> {
        let mut names = Self::default();
        for name in single {
            names.number_of(&name.as_str().into());
        }
        for list in lists {
            let list: Option<Vec<Arc<str>>> = list.iter().map(|at| names.name(*at)).collect();
            names.number_of_list(&list?.into());
        }
        Some(names)
    }

    /// For [`Names::of`].
    pub fn written(&mut self) -> (Vec<String>, Vec<Vec<u32>>) {
        let lists = self.lists.clone();
        let lists = lists
            .iter()
            .map(|list| list.iter().map(|name| self.number_of(name)).collect())
            .collect();
        (self.single.iter().map(ToString::to_string).collect(), lists)
    }

    /// The number of a name, a new one where it is new.
    pub fn number_of(&mut self, name: &Arc<str>) -> u32 {
        if let Some(number) = self.of_single.get(name) {
            return *number;
        }
        let number = self.single.len() as u32;
        self.single.push(name.clone());
        self.of_single.insert(name.clone(), number);
        number
    }

    /// The number of a list, a new one where it is new.
    pub fn number_of_list(&mut self, list: &List) -> u32 {
        let is_it = |(known, _): &&(List, u32)| Arc::ptr_eq(known, list);
        if let Some((_, number)) = self.recent.iter().find(is_it) {
            return *number;
        }
        let number = if let Some(number) = self.of_list.get(list) {
            *number
        } else {
            let number = self.lists.len() as u32;
            self.lists.push(list.clone());
            self.of_list.insert(list.clone(), number);
            number
        };
        self.recent.truncate(RECENT - 1);
        self.recent.insert(0, (list.clone(), number));
        number
    }

    pub fn name(&self, number: u32) -> Option<Arc<str>> {
        self.single.get(number as usize).cloned()
    }

    pub fn list(&self, number: u32) -> Option<List> {
        self.lists.get(number as usize).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_lists_keep_their_numbers() {
        let list = |names: &[&str]| -> List { names.iter().map(|name| Arc::from(*name)).collect() };
        let mut names = Names::default();
        let lists = [list(&["rb", "drb"]), list(&[]), list(&["drb"])];
        for _ in 0..2 {
            let numbers = lists.iter().map(|list| names.number_of_list(list));
            assert_eq!(numbers.collect::<Vec<_>>(), [0, 1, 2]);
        }
        assert_eq!(names.number_of_list(&list(&["rb", "drb"])), 0, "by content");
        assert_eq!(names.number_of(&"fid".into()), 0);
        let (single, written) = names.written();
        assert_eq!(written, [vec![1, 2], vec![], vec![2]]);
        let again = Names::of(&single, &written).unwrap();
        assert_eq!(again.list(0), Some(lists[0].clone()));
        assert_eq!(again.name(0).as_deref(), Some("fid"));
        assert_eq!((again.list(3), again.name(9)), (None, None));
        assert!(Names::of(&single, &[vec![7]]).is_none());
    }
}
