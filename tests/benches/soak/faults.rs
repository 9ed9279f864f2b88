//! `kill -9` of invocations, of zygotes and of the base zygote.

use crate::stage::Stage;
use ketrics_tests::Host;
use ketrics_tests::Processes;
use rustix::process::Pid;
use rustix::process::PidfdFlags;
use rustix::process::Signal;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// How many of each were killed.
#[derive(Debug, Default)]
pub struct Killed {
    pub invocations: usize,
    pub zygotes: usize,
    pub bases: usize,
}

/// What a process of the host is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Base,
    Zygote,
    Invocation,
}

/// By what the kernel says: each zygote leads a group, and only the base has no limit of memory.
pub fn kind(id: i32) -> Option<Kind> {
    let group = rustix::process::getpgid(Pid::from_raw(id)).ok()?;
    if group.as_raw_nonzero().get() != id {
        return Some(Kind::Invocation);
    }
    let limits = fs::read_to_string(format!("/proc/{id}/limits")).ok()?;
    let data = limits
        .lines()
        .find(|line| line.starts_with("Max data size"))?;
    let is_unlimited = data.contains("unlimited");
    Some(if is_unlimited {
        Kind::Base
    } else {
        Kind::Zygote
    })
}

/// All processes of a kind.
pub fn all(host: &Host, wanted: Kind) -> Vec<i32> {
    let Processes(mut ids) = host.processes();
    ids.retain(|id| kind(*id) == Some(wanted));
    ids
}

/// How many invocations there are to each that is killed.
const PACE: [(Kind, usize); 3] = [
    (Kind::Invocation, 250),
    (Kind::Zygote, 1_000),
    (Kind::Base, 5_000),
];

/// Kills until all calls are over.
pub async fn go_on(stage: Arc<Stage>) -> Killed {
    let mut killed = Killed::default();
    while !stage.over.load(Relaxed) {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let begun = stage.begun();
        for (kind, every) in PACE {
            let count = match kind {
                Kind::Invocation => &mut killed.invocations,
                Kind::Zygote => &mut killed.zygotes,
                Kind::Base => &mut killed.bases,
            };
            if begun / every > *count && kill_one(&stage, kind, begun) {
                *count += 1;
            }
        }
    }
    killed
}

/// Kills one of the host's processes of this kind.
fn kill_one(stage: &Stage, wanted: Kind, which: usize) -> bool {
    let mut ids = all(&stage.host, wanted);
    ids.retain(|id| *id != stage.zygote);
    let Some(pid) = (!ids.is_empty()).then(|| ids[which % ids.len()]) else {
        return false;
    };
    let Some(pid) = Pid::from_raw(pid) else {
        return false;
    };
    // Held first and looked at again, so that it is still the one that was meant.
    let Ok(process) = rustix::process::pidfd_open(pid, PidfdFlags::empty()) else {
        return false;
    };
    let Processes(now) = stage.host.processes();
    now.contains(&pid.as_raw_nonzero().get())
        && rustix::process::pidfd_send_signal(&process, Signal::KILL).is_ok()
}
