//! A worker process as the gateway holds it: measured by the kernel, killed through a descriptor
//! that no reused pid can deceive, and reaped.

use rustix::fd::OwnedFd;
use rustix::process::Pid;
use rustix::process::PidfdFlags;
use rustix::process::Signal;
use rustix::process::WaitId;
use rustix::process::WaitIdOptions;
use std::collections::HashMap;
use std::collections::HashSet;
use std::io;
use std::os::fd::AsFd;
use std::sync::LazyLock;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// The slice of a process that gives way. Linux before 6.12 takes no notice.
const LONG_SLICE: Duration = Duration::from_millis(20);

/// The pids that some [`Process`] holds and will reap.
static HELD: LazyLock<Mutex<HashSet<i32>>> = LazyLock::new(Mutex::default);

fn held() -> std::sync::MutexGuard<'static, HashSet<i32>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One process. When it is dropped, the process is killed and reaped.
#[derive(Debug)]
pub struct Process {
    pid: Pid,
    descriptor: Option<OwnedFd>,
}

/// How a process ended and what it used, by the kernel's account.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ended {
    /// Its exit status, when it exited.
    pub status: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// User and system time.
    pub cpu: Duration,
    /// The largest resident set, in bytes.
    pub peak_memory: u64,
    /// Page faults that needed no input.
    pub page_faults: u64,
}

impl Process {
    /// Takes hold of a child of this process.
    ///
    /// A child's pid is not given to another process before it is reaped, and only this type
    /// reaps. So the descriptor is of the process that the pid was said to be.
    ///
    /// # Errors
    /// When there is no such child, or somebody holds it already.
    pub fn adopt(pid: Pid) -> io::Result<Self> {
        // Held until the descriptor is there, so that nobody reaps the process in between.
        let mut held = held();
        let peek = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        rustix::process::waitid(WaitId::Pid(pid), peek)?;
        if !held.insert(pid.as_raw_nonzero().get()) {
            return Err(io::Error::other("this process is known already"));
        }
        match rustix::process::pidfd_open(pid, PidfdFlags::NONBLOCK) {
            Ok(descriptor) => Ok(Self {
                pid,
                descriptor: Some(descriptor),
            }),
            Err(error) => {
                held.remove(&pid.as_raw_nonzero().get());
                Err(error.into())
            }
        }
    }

    /// The process's id.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// Ends the process at once.
    pub fn kill(&self) {
        if let Some(descriptor) = &self.descriptor {
            // It may have ended by itself; there is nothing else that can go wrong.
            let _ = rustix::process::pidfd_send_signal(descriptor, Signal::KILL);
        }
    }

    /// Makes this process the leader of a group of its own, which all that it forks will be in.
    ///
    /// # Errors
    /// When it has ended.
    pub fn lead_group(&self) -> io::Result<()> {
        Ok(rustix::process::setpgid(Some(self.pid), Some(self.pid))?)
    }

    /// Whether this process is in the group that another leads.
    #[must_use]
    pub fn is_in_group_of(&self, leader: &Self) -> bool {
        // One that has ended but was not reaped still has its group.
        rustix::process::getpgid(Some(self.pid)) == Ok(leader.pid)
    }

    /// Ends the process and all of its group. The group's id is this process's, which no other can
    /// have before this one is reaped.
    pub fn kill_group(&self) {
        if self.descriptor.is_some() {
            let _ = rustix::process::kill_process_group(self.pid, Signal::KILL);
        }
        self.kill();
    }

    /// The largest resident set so far, in bytes, and the page faults that needed no input.
    #[must_use]
    pub fn memory(&self) -> (u64, u64) {
        let read = |file: &str| {
            std::fs::read_to_string(format!("/proc/{}/{file}", self.pid())).unwrap_or_default()
        };
        let status = read("status");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|rest| rest.split_ascii_whitespace().next()?.parse::<u64>().ok());
        // The name, in parentheses, may hold anything; the faults are the eighth field behind it.
        let stat = read("stat");
        let fields = stat.rsplit_once(") ").map(|(_, fields)| fields);
        let faults = fields.and_then(|fields| fields.split(' ').nth(7)?.parse().ok());
        (peak.unwrap_or(0) * 1024, faults.unwrap_or(0))
    }

    /// CPU time so far; zero when the process has ended.
    #[must_use]
    pub fn cpu_time(&self) -> Duration {
        let mut clock = 0;
        let mut time = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // SAFETY: both pointers are to locals that outlive the calls.
        let result = unsafe {
            libc::clock_getcpuclockid(self.pid(), &raw mut clock) == 0
                && libc::clock_gettime(clock, &raw mut time) == 0
        };
        let nanoseconds = u32::try_from(time.tv_nsec).unwrap_or(0);
        let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
        if result {
            Duration::new(seconds, nanoseconds)
        } else {
            Duration::ZERO
        }
    }

    /// Has the process give way: its niceness becomes so much more than this process's own, it
    /// pushes nobody aside when it wakes, and runs for long rather than soon. It cannot take the
    /// niceness back.
    ///
    /// The niceness alone would do little: the scheduler (EEVDF) gives it a smaller share, but lets
    /// it end its slice when another process wakes, unless that one's slice is shorter.
    pub fn give_way(&self, niceness: i32) {
        static OWN: LazyLock<i32> =
            LazyLock::new(|| rustix::process::getpriority_process(None).unwrap_or(0));
        // Until it is reaped, the id is this process's; one that has ended needs no processor.
        if self.descriptor.is_none() {
            return;
        }
        let attributes = libc::sched_attr {
            size: size_of::<libc::sched_attr>() as u32,
            sched_policy: libc::SCHED_BATCH as u32,
            sched_flags: 0,
            sched_nice: (*OWN + niceness).min(19),
            sched_priority: 0,
            sched_runtime: LONG_SLICE.as_nanos() as u64,
            sched_deadline: 0,
            sched_period: 0,
        };
        // SAFETY: the pointer is to a local that outlives the call.
        unsafe {
            libc::syscall(
                libc::SYS_sched_setattr,
                self.pid(),
                &raw const attributes,
                0,
            )
        };
    }

    /// Waits until the process has ended, and reaps it.
    pub async fn ended(mut self) -> Ended {
        let Some(descriptor) = self.descriptor.take() else {
            return Ended::default();
        };
        reap(self.pid, descriptor).await
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if let Some(descriptor) = self.descriptor.take()
            && let Ok(tokio) = tokio::runtime::Handle::try_current()
        {
            tokio.spawn(reap(self.pid, descriptor));
        }
    }
}

async fn reap(pid: Pid, descriptor: OwnedFd) -> Ended {
    // The descriptor becomes readable when the process ends.
    // SAFETY: the descriptor is owned here and stays open longer than it is watched.
    let watched =
        unsafe { AsyncFd::register_with_interest(descriptor.as_fd(), Interest::READABLE) };
    if let Ok(watched) = watched {
        let _ = watched.readable().await;
    }
    let mut status = 0;
    // SAFETY: all zeroes are a valid `rusage`.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    let raw = pid.as_raw_nonzero().get();
    let reaped = {
        // Once it is reaped its id may be another's; until then nobody else may hold that.
        let mut held = held();
        // SAFETY: both pointers are to locals that outlive the call.
        let reaped = unsafe { libc::wait4(raw, &raw mut status, libc::WNOHANG, &raw mut usage) };
        held.remove(&raw);
        reaped
    };
    if reaped != raw {
        return Ended::default();
    }
    Ended {
        status: libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status)),
        signal: libc::WIFSIGNALED(status).then(|| libc::WTERMSIG(status)),
        cpu: duration(usage.ru_utime) + duration(usage.ru_stime),
        peak_memory: u64::try_from(usage.ru_maxrss).unwrap_or(0) * 1024,
        page_faults: u64::try_from(usage.ru_minflt).unwrap_or(0),
    }
}

fn duration(time: libc::timeval) -> Duration {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::from_secs(seconds) + Duration::from_micros(u64::try_from(time.tv_usec).unwrap_or(0))
}

/// Finds children of this process that no [`Process`] holds, by the group that they are in. A new
/// process is one for a moment, until its first word; one that stays one has no business here.
#[derive(Debug, Default)]
pub struct Strangers {
    looks: HashMap<i32, u32>,
}

/// Looks after which a process that nobody holds is no new one any more.
const PATIENT_LOOKS: u32 = 3;

/// Strangers in one group that can be on their way at the same time.
const FORKING_AT_ONCE: usize = 64;

impl Strangers {
    /// Looks at the list of children, and gives the groups that have strangers for long, or very
    /// many of them.
    pub fn look(&mut self, children: &std::path::Path) -> Vec<i32> {
        let Ok(list) = std::fs::read_to_string(children) else {
            return Vec::new();
        };
        let held = held();
        let mut looks = HashMap::new();
        let mut groups: HashMap<i32, (usize, bool)> = HashMap::new();
        for pid in list
            .split_ascii_whitespace()
            .filter_map(|pid| pid.parse().ok())
        {
            if held.contains(&pid) || reap_if_ended(pid) {
                continue;
            }
            let group = Pid::from_raw(pid).and_then(|pid| rustix::process::getpgid(Some(pid)).ok());
            if let Some(group) = group {
                let looked = self.looks.get(&pid).copied().unwrap_or(0) + 1;
                let (count, is_old) = groups.entry(group.as_raw_nonzero().get()).or_default();
                *count += 1;
                *is_old |= looked >= PATIENT_LOOKS;
                looks.insert(pid, looked);
            }
        }
        self.looks = looks;
        let suspects = groups.into_iter();
        suspects
            .filter(|(_, (count, is_old))| *is_old || *count > FORKING_AT_ONCE)
            .map(|(group, _)| group)
            .collect()
    }
}

/// Reaps a child that nobody holds, if it has ended.
fn reap_if_ended(pid: i32) -> bool {
    // SAFETY: a null pointer says that the status is not wanted.
    unsafe { libc::waitpid(pid, std::ptr::null_mut(), libc::WNOHANG) == pid }
}

/// Ends all processes of a group that has a child of this process which nobody has reaped: so the
/// id is still that group's. Never this process's own group.
pub fn kill_group(group: i32) {
    let own = rustix::process::getpgrp().as_raw_nonzero().get();
    if group != own
        && let Some(group) = Pid::from_raw(group)
    {
        let _ = rustix::process::kill_process_group(group, Signal::KILL);
    }
}

/// Reaps processes of a zygote's group that died before they could say who they are.
pub async fn reap_strangers(group: i32) {
    for _ in 0..20 {
        match ended_in(group) {
            Ok(Some(pid)) if !held().contains(&pid) => {
                reap_if_ended(pid);
            }
            // Whoever holds that process reaps it in a moment.
            Ok(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            // The group has no child left.
            Err(_) => return,
        }
    }
}

/// A process of the group that has ended and was not reaped.
fn ended_in(group: i32) -> io::Result<Option<i32>> {
    // SAFETY: all zeroes are a valid `siginfo_t`.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
    let group = libc::id_t::try_from(group).map_err(io::Error::other)?;
    // SAFETY: the pointer is to a local that outlives the call.
    let result = unsafe { libc::waitid(libc::P_PGID, group, &raw mut info, options) };
    if result != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: `waitid` has filled the fields of a child's end, or left zeroes.
    let pid = unsafe { info.si_pid() };
    Ok((pid != 0).then_some(pid))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A child that does nothing, with this id if one is given. `None` where the kernel does not
    /// let this user choose ids.
    fn child(id: Option<i32>) -> Option<i32> {
        for _ in 0..100 {
            // SAFETY: all zeroes are valid arguments: a fork that sends no signal.
            let mut arguments: libc::clone_args = unsafe { std::mem::zeroed() };
            arguments.exit_signal = libc::SIGCHLD as u64;
            if let Some(id) = &id {
                arguments.set_tid = std::ptr::from_ref(id) as u64;
                arguments.set_tid_size = 1;
            }
            // SAFETY: the pointer is to a local that outlives the call; the child has a copy of
            // this thread only and makes two system calls.
            let child = unsafe {
                let size = size_of::<libc::clone_args>();
                let child = libc::syscall(libc::SYS_clone3, &raw const arguments, size);
                if child == 0 {
                    libc::pause();
                    libc::_exit(0);
                }
                child
            };
            let error = io::Error::last_os_error().raw_os_error();
            match (child, error) {
                // The kernel may need a moment until an id is free again.
                (-1, Some(libc::EEXIST)) => std::thread::sleep(Duration::from_millis(10)),
                (-1, _) => return None,
                (child, _) => return i32::try_from(child).ok(),
            }
        }
        None
    }

    fn end(id: i32) {
        // SAFETY: takes no pointers but null; `id` is a child of this test's.
        unsafe {
            libc::kill(id, libc::SIGKILL);
            libc::waitpid(id, std::ptr::null_mut(), 0);
        }
    }

    #[test]
    fn a_kill_does_not_hit_another_process_that_has_the_id_by_now() {
        let first = child(None).expect("a child");
        let pid = Pid::from_raw(first).expect("an id");
        let process = Process::adopt(pid).expect("a child can be held");
        // As if somebody else had reaped it.
        end(first);
        let Some(second) = child(Some(first)) else {
            eprintln!("not tested: choosing the id of a process needs root");
            return;
        };
        assert_eq!(second, first);
        process.kill();
        process.kill_group();
        drop(process);
        // SAFETY: takes no pointers but null.
        let ended = unsafe { libc::waitpid(second, std::ptr::null_mut(), libc::WNOHANG) };
        end(second);
        assert_eq!(ended, 0, "the process that came after was killed");
    }

    #[test]
    fn an_id_that_is_held_is_not_held_again() {
        let id = child(None).expect("a child");
        let pid = Pid::from_raw(id).expect("an id");
        let held = Process::adopt(pid).expect("a child can be held");
        let error = Process::adopt(pid).expect_err("it is held already");
        assert!(error.to_string().contains("known already"), "{error}");
        drop(held);
        end(id);
        assert!(Process::adopt(pid).is_err(), "it is gone");
    }
}
