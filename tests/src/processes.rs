//! The worker processes of a host, as the kernel lists them.

use rustix::process::Pid;
use rustix::process::Signal;
use std::fs;

/// Processes by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Processes(pub Vec<i32>);

impl Processes {
    /// All descendants of a process, parents before children.
    ///
    /// # Panics
    /// Never: process ids are small.
    #[must_use]
    pub fn below(root: u32) -> Self {
        let parents: Vec<(i32, i32)> = fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .filter_map(|id| Some((id, parent_of(id)?)))
            .collect();
        let mut found = vec![i32::try_from(root).expect("process ids are small")];
        let mut next = 0;
        while let Some(&parent) = found.get(next) {
            found.extend(
                parents
                    .iter()
                    .filter(|(_, of)| *of == parent)
                    .map(|(id, _)| *id),
            );
            next += 1;
        }
        found.remove(0);
        Self(found)
    }

    /// Kills one by SIGKILL; one that is gone already is no matter.
    pub fn kill(id: i32) {
        if let Some(id) = Pid::from_raw(id) {
            let _ = rustix::process::kill_process(id, Signal::KILL);
        }
    }

    /// The niceness of a process, if it is there.
    #[must_use]
    pub fn niceness(id: u32) -> Option<i32> {
        // Its state is the third field, the first one here; niceness is the nineteenth.
        stat(i32::try_from(id).ok()?)?
            .split(' ')
            .nth(16)?
            .parse()
            .ok()
    }

    /// Whether none of them runs any more.
    #[must_use]
    pub fn are_gone(&self) -> bool {
        self.0
            .iter()
            .all(|id| matches!(state_of(*id), None | Some('Z' | 'X')))
    }
}

fn stat(id: i32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name in parentheses may hold anything.
    Some(stat.rsplit_once(") ")?.1.to_owned())
}

fn parent_of(id: i32) -> Option<i32> {
    stat(id)?.split(' ').nth(1)?.parse().ok()
}

fn state_of(id: i32) -> Option<char> {
    stat(id)?.chars().next()
}
