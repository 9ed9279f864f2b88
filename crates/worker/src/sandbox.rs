//! The walls around a worker process.
//!
//! Every process starts with [`give_up_privileges`]. The base zygote, once it has all it needs,
//! calls [`lock_zygote`]; whatever it forks inherits that. An invocation calls [`lock_invocation`]
//! before it says its first word. `docs/sandbox.md` says what each wall stops.
//!
//! A wall that the kernel does not have is left out and [`level`] says so; whether that is good
//! enough is the gateway's to decide.

mod filter;
mod landlock;
mod violation;

use ketrics_protocol::SandboxLevel;
use rustix::process::Resource;
use rustix::process::Rlimit;
use rustix::thread::CapabilitySets;
use std::io;
use std::os::fd::AsRawFd;
use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering::Relaxed;

pub use self::landlock::take_everything as take_paths;
pub use filter::Allowed;
pub use filter::INVOCATION;
pub use filter::ZYGOTE;

/// What this process has, as a plain static that a fork copies.
static LEVEL: AtomicU8 = AtomicU8::new(SandboxLevel::Process.byte());

/// Descriptors that a worker process needs: three standard ones, its socket, and one in passing.
const DESCRIPTORS: u64 = 16;

/// The walls that this process found around itself.
#[must_use]
pub fn level() -> SandboxLevel {
    SandboxLevel::from_byte(LEVEL.load(Relaxed)).unwrap_or(SandboxLevel::Process)
}

/// What every process of ours gives up before it does anything.
///
/// # Errors
/// When the kernel refuses.
pub fn give_up_privileges() -> io::Result<()> {
    rustix::thread::set_no_new_privs(true)?;
    // Where the host runs as root, its workers do not.
    let nothing = CapabilitySets {
        effective: rustix::thread::CapabilitySet::empty(),
        permitted: rustix::thread::CapabilitySet::empty(),
        inheritable: rustix::thread::CapabilitySet::empty(),
    };
    rustix::thread::set_capabilities(None, nothing)?;
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    // Where the machine or the container has no memory left, the kernel ends the largest of the
    // processes that say this, and not the gateway. A kernel that does not listen ends another.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    // Huge pages make the first write after a fork copy 2 MB.
    rustix::thread::disable_transparent_huge_pages(true)?;
    for (resource, value) in [
        (Resource::Core, 0),
        (Resource::Memlock, 0),
        (Resource::Nofile, DESCRIPTORS),
    ] {
        limit(resource, value)?;
    }
    Ok(())
}

/// Sets a resource limit that this process cannot raise again.
///
/// # Errors
/// When the kernel refuses.
pub fn limit(resource: Resource, value: u64) -> io::Result<()> {
    let limit = Rlimit {
        current: Some(value),
        maximum: Some(value),
    };
    Ok(rustix::process::setrlimit(resource, limit)?)
}

/// Locks the base zygote, and with it all that it will fork: no path, no port, no foreign process,
/// and no system calls but those that forking, V8 and its socket need. Afterwards the standard
/// output and error lead nowhere.
///
/// # Errors
/// When the standard descriptors cannot be replaced. What the kernel does not have is no error.
pub fn lock_zygote() -> io::Result<()> {
    silence()?;
    // `rustix` finds out where the kernel's clock is at its first use.
    let _ = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    limit(Resource::Fsize, 0)?;
    let is_restricted = landlock::take_everything();
    violation::report_and_exit();
    let is_filtered = filter::zygote().and_then(|filter| filter.install()).is_ok() && filters();
    let level = match (is_filtered, is_restricted) {
        (true, true) => SandboxLevel::Full,
        (true, false) => SandboxLevel::Filtered,
        (false, _) => SandboxLevel::Process,
    };
    LEVEL.store(level.byte(), Relaxed);
    if is_filtered {
        filter::prepare_invocation();
    }
    Ok(())
}

/// Locks a process that was forked for one invocation: beyond [`lock_zygote`], no fork, no
/// descriptor, no limit can be had any more.
pub fn lock_invocation() {
    if level() == SandboxLevel::Process {
        return;
    }
    if !(filter::install_invocation() && filters()) {
        LEVEL.store(SandboxLevel::Process.byte(), Relaxed);
    }
}

/// Whether the kernel filters this process's system calls, as it says itself.
fn filters() -> bool {
    const FILTERED: i32 = 2;
    // SAFETY: takes no pointers.
    unsafe { libc::prctl(libc::PR_GET_SECCOMP, 0, 0, 0, 0) == FILTERED }
}

/// Has standard output and error lead nowhere. Until now they led to the host's log.
fn silence() -> io::Result<()> {
    let nowhere = std::fs::File::options().write(true).open("/dev/null")?;
    for standard in [libc::STDOUT_FILENO, libc::STDERR_FILENO] {
        // SAFETY: whoever writes to a standard descriptor goes on writing, to nowhere.
        if unsafe { libc::dup2(nowhere.as_raw_fd(), standard) } < 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}
