//! Notices that an application's files changed.
//!
//! It looks again twice a second: that works on every file system, containers' mounts included,
//! and an application is a few dozen files.

use std::fs;
use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

const INTERVAL: Duration = Duration::from_millis(500);

/// Folders that builds write or that nobody edits.
const IGNORED: [&str; 4] = ["node_modules", "dist", ".git", crate::target::STATE_FOLDER];

/// The files of an application as they were when last looked at.
pub struct Watch {
    folder: PathBuf,
    bundle: PathBuf,
    seen: u64,
}

impl Watch {
    /// Starts with the files as they are now. `bundle` is watched even where it lies in a folder
    /// that builds write.
    pub fn new(folder: &Path, bundle: PathBuf) -> Self {
        let mut watch = Self {
            folder: folder.to_owned(),
            bundle,
            seen: 0,
        };
        watch.seen = watch.look();
        watch
    }

    /// Waits until the files differ from those last seen, and stand still.
    pub async fn changed(&mut self) {
        loop {
            tokio::time::sleep(INTERVAL).await;
            let first = self.look();
            if first == self.seen {
                continue;
            }
            // An editor or a build may be in the middle of writing several files.
            tokio::time::sleep(INTERVAL / 5).await;
            if self.look() == first {
                self.seen = first;
                return;
            }
        }
    }

    /// Takes the files as they are now for seen, after a build has written the bundle.
    pub fn settle(&mut self) {
        self.seen = self.look();
    }

    fn look(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for name in [ketrics_application::CONFIG_FILE, super::settings::FILE] {
            note(&self.folder.join(name), &mut hasher);
        }
        walk(&self.folder.join("backend"), &mut hasher);
        note(&self.bundle, &mut hasher);
        hasher.finish()
    }
}

fn walk(folder: &Path, hasher: &mut DefaultHasher) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let is_ignored = path
            .file_name()
            .is_some_and(|name| IGNORED.iter().any(|ignored| name == *ignored));
        if is_ignored || path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            walk(&path, hasher);
        } else {
            note(&path, hasher);
        }
    }
}

fn note(path: &Path, hasher: &mut DefaultHasher) {
    let Ok(metadata) = fs::metadata(path) else {
        return;
    };
    path.hash(hasher);
    metadata.len().hash(hasher);
    metadata.modified().ok().hash(hasher);
}

#[cfg(test)]
mod tests {
    use super::Watch;
    use std::fs;
    use tempfile::TempDir;

    #[test]
    fn edits_are_noticed_and_what_builds_write_is_not() {
        let folder = TempDir::new().expect("a folder");
        let backend = folder.path().join("backend");
        fs::create_dir_all(backend.join("src")).expect("a folder");
        fs::create_dir_all(backend.join("dist")).expect("a folder");
        let watch = Watch::new(folder.path(), backend.join("dist/index.js"));
        let before = watch.look();
        fs::write(backend.join("dist/other.js"), "1").expect("a file");
        assert_eq!(watch.look(), before);
        fs::write(backend.join("dist/index.js"), "1").expect("a file");
        let built = watch.look();
        assert_ne!(built, before);
        fs::write(backend.join("src/a.ts"), "1").expect("a file");
        let edited = watch.look();
        assert_ne!(edited, built);
        fs::write(folder.path().join("dev.json"), "{}").expect("a file");
        assert_ne!(watch.look(), edited);
    }
}
