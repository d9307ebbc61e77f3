//! Packed FITS files between indexing and the first look at their stamps: each is unpacked once, not twice.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// Memory that unpacked files may take (128 MiB).
const MOST_BYTES: usize = 128 << 20;

/// Unpacked files, the first ones that were indexed. Those whose stamps were looked at make place for others.
#[derive(Default)]
pub(super) struct UnpackedFiles(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    files: HashMap<PathBuf, File>,
    bytes: usize,
    /// Files that were looked at, the oldest first.
    used: Vec<PathBuf>,
}

struct File {
    content: Arc<Vec<u8>>,
    is_used: bool,
}

impl Kept {
    fn remove(&mut self, path: &Path) {
        if let Some(file) = self.files.remove(path) {
            self.bytes -= file.content.len();
        }
    }
}

impl UnpackedFiles {
    /// Keeps the content of a file that was just indexed, where there is place for it.
    pub fn keep(&self, path: &Path, content: Vec<u8>) {
        self.keep_within(MOST_BYTES, path, content);
    }

    fn keep_within(&self, most: usize, path: &Path, content: Vec<u8>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.remove(path);
        while kept.bytes + content.len() > most && !kept.used.is_empty() {
            let oldest = kept.used.remove(0);
            kept.remove(&oldest);
        }
        if kept.bytes + content.len() > most {
            return;
        }
        kept.bytes += content.len();
        let content = Arc::new(content);
        let is_used = false;
        kept.files
            .insert(path.to_owned(), File { content, is_used });
    }

    /// The content of a file; none where it is not kept.
    pub fn get(&self, path: &Path) -> Option<Arc<Vec<u8>>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let file = kept.files.get_mut(path)?;
        let content = file.content.clone();
        if !std::mem::replace(&mut file.is_used, true) {
            kept.used.push(path.to_owned());
        }
        Some(content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_files_stay_until_they_were_looked_at() {
        let kept = UnpackedFiles::default();
        let keep = |name: &str, len| kept.keep_within(100, Path::new(name), vec![7; len]);
        let len = |name: &str| kept.get(Path::new(name)).map(|content| content.len());
        keep("a", 60);
        keep("b", 40);
        keep("c", 30);
        assert_eq!(len("c"), None, "there is no place");
        assert_eq!((len("b"), len("b")), (Some(40), Some(40)));
        keep("d", 40);
        assert_eq!((len("b"), len("d"), len("a")), (None, Some(40), Some(60)));
        keep("a", 10);
        assert_eq!(len("a"), Some(10), "indexed anew");
        keep("e", 101);
        assert_eq!(len("e"), None);
    }
}
