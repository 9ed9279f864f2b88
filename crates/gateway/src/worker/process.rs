//! A worker process as the gateway holds it: measured by the kernel, killed through a descriptor
//! that no reused pid can deceive, and reaped.

use rustix::fd::OwnedFd;
use rustix::process::Pid;
use rustix::process::PidfdFlags;
use rustix::process::Signal;
use rustix::process::WaitId;
use rustix::process::WaitIdOptions;
use std::collections::HashSet;
use std::io;
use std::os::fd::AsFd;
use std::sync::LazyLock;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

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
        let peek = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        rustix::process::waitid(WaitId::Pid(pid), peek)?;
        if !held().insert(pid.as_raw_nonzero().get()) {
            return Err(io::Error::other("this process is known already"));
        }
        match rustix::process::pidfd_open(pid, PidfdFlags::NONBLOCK) {
            Ok(descriptor) => Ok(Self {
                pid,
                descriptor: Some(descriptor),
            }),
            Err(error) => {
                held().remove(&pid.as_raw_nonzero().get());
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
    // SAFETY: both pointers are to locals that outlive the call.
    let reaped = unsafe { libc::wait4(raw, &raw mut status, libc::WNOHANG, &raw mut usage) };
    held().remove(&raw);
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

/// Reaps processes of a zygote's group that died before they could say who they are.
pub async fn reap_strangers(group: i32) {
    for _ in 0..20 {
        match ended_in(group) {
            Ok(Some(pid)) if !held().contains(&pid) => {
                // SAFETY: a null pointer says that the status is not wanted.
                unsafe { libc::waitpid(pid, std::ptr::null_mut(), libc::WNOHANG) };
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
