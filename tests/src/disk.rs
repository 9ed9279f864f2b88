//! A small disk, which a test may fill.

use crate::servers;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// A file system of its own in memory; it goes when this is dropped.
#[derive(Debug)]
pub struct Disk(TempDir);

impl Disk {
    /// One of so many megabytes, where the tests may mount it.
    ///
    /// # Panics
    /// When there is no folder to mount it at.
    #[must_use]
    pub fn of_megabytes(size: u32) -> Option<Self> {
        let folder = TempDir::new().expect("a folder");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}m"), "tmpfs"]);
        let mounted = mount.arg(folder.path()).status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self(folder));
        }
        servers::missing("a full disk: mounting one needs root");
        None
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Its last user may need a moment more.
        let unmounted = Command::new("umount").arg("-l").arg(self.0.path()).status();
        if !unmounted.is_ok_and(|status| status.success()) {
            eprintln!("{} stays mounted", self.0.path().display());
        }
    }
}
