//! Every system call that there is, tried after each lock-down: those that are not on the list are
//! refused.
//!
//! Each try is a process that was forked for it, locks itself as a zygote or an invocation does, and
//! makes one call. The kernel must not carry the call out; the process then ends with the status
//! that says so.

use ketrics_protocol::frame::VIOLATION_STATUS;
use ketrics_worker::sandbox;
use ketrics_worker::sandbox::Allowed;
use std::ffi::c_long;
use syscalls::Sysno;

/// What a process that is still there after its call ends with.
const CARRIED_OUT: i32 = 42;

/// What a process that could not be locked ends with.
const NOT_LOCKED: i32 = 43;

#[derive(Clone, Copy, Debug)]
enum Lock {
    Zygote,
    Invocation,
}

/// How a process ends that is locked and then makes this call.
fn status_after(lock: Lock, call: c_long, arguments: [c_long; 6]) -> i32 {
    // SAFETY: the child runs nothing but the lock-down and one system call, and ends.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "no room for a process");
    if child == 0 {
        let locked = sandbox::give_up_privileges().and_then(|()| sandbox::lock_zygote());
        if matches!(lock, Lock::Invocation) {
            sandbox::lock_invocation();
        }
        let is_filtered =
            locked.is_ok() && sandbox::level() >= ketrics_protocol::SandboxLevel::Filtered;
        let [a, b, c, d, e, f] = arguments;
        // SAFETY: whatever the call does, it does it to this process, which ends here.
        unsafe {
            if is_filtered {
                libc::syscall(call, a, b, c, d, e, f);
            }
            libc::_exit(if is_filtered { CARRIED_OUT } else { NOT_LOCKED });
        }
    }
    let mut status = 0;
    // SAFETY: the pointer is to a local that outlives the call.
    let reaped = unsafe { libc::waitpid(child, &raw mut status, 0) };
    assert_eq!(reaped, child);
    assert!(
        libc::WIFEXITED(status),
        "{call}: ended by signal {}",
        libc::WTERMSIG(status)
    );
    libc::WEXITSTATUS(status)
}

fn is_listed(lists: &[&[Allowed]], call: c_long) -> bool {
    lists
        .iter()
        .copied()
        .flatten()
        .any(|(listed, _)| *listed == call)
}

fn assert_refused(lock: Lock, call: Sysno, arguments: [c_long; 6]) {
    let number = c_long::from(call.id());
    let status = status_after(lock, number, arguments);
    assert_eq!(
        status, VIOLATION_STATUS,
        "{lock:?}: {call} with {arguments:?} ended with {status}"
    );
}

#[test]
fn every_call_that_is_not_listed_is_refused() {
    for (lock, lists) in [
        (Lock::Zygote, sandbox::ZYGOTE),
        (Lock::Invocation, sandbox::INVOCATION),
    ] {
        let mut tried = 0;
        for call in Sysno::iter() {
            // These two are for the kernel's own code in a probed program: it lets them pass every
            // filter, and ends whoever makes them otherwise by SIGILL.
            let is_the_kernels = matches!(call.id(), 335 | 336);
            if !is_the_kernels && !is_listed(lists, call.id().into()) {
                assert_refused(lock, call, [0; 6]);
                tried += 1;
            }
        }
        assert!(tried > 300, "{lock:?}: only {tried} calls were tried");
    }
}

#[test]
fn what_is_listed_is_carried_out() {
    for lock in [Lock::Zygote, Lock::Invocation] {
        let status = status_after(lock, libc::SYS_getpid, [0; 6]);
        assert_eq!(status, CARRIED_OUT, "{lock:?}");
    }
}

#[test]
fn a_call_that_is_listed_is_refused_with_other_arguments() {
    let fork = c_long::from(libc::SIGCHLD);
    let thread = c_long::from(
        libc::CLONE_VM | libc::CLONE_THREAD | libc::CLONE_SIGHAND | libc::CLONE_PARENT,
    );
    let code = c_long::from(libc::PROT_READ | libc::PROT_EXEC);
    let anonymous = c_long::from(libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    let file = c_long::from(libc::MAP_PRIVATE);
    let read = c_long::from(libc::PROT_READ);
    for lock in [Lock::Zygote, Lock::Invocation] {
        // A plain fork, whose child no gateway would know, and a thread.
        assert_refused(lock, Sysno::clone, [fork, 0, 0, 0, 0, 0]);
        assert_refused(lock, Sysno::clone, [thread, 0, 0, 0, 0, 0]);
        // Memory with code in it, and a file's memory.
        assert_refused(lock, Sysno::mmap, [0, 4096, code, anonymous, -1, 0]);
        assert_refused(lock, Sysno::mmap, [0, 4096, read, file, 0, 0]);
        assert_refused(lock, Sysno::mprotect, [0, 4096, code, 0, 0, 0]);
        for option in [
            libc::PR_SET_DUMPABLE,
            libc::PR_SET_SECCOMP,
            libc::PR_SET_NAME,
            libc::PR_SET_NO_NEW_PRIVS,
        ] {
            assert_refused(lock, Sysno::prctl, [option.into(), 1, 0, 0, 0, 0]);
        }
        // The socket and standard output: only the last words are let through, and lead nowhere.
        for descriptor in [0, 1, 3] {
            assert_refused(lock, Sysno::write, [descriptor, 0, 0, 0, 0, 0]);
            assert_refused(lock, Sysno::writev, [descriptor, 0, 0, 0, 0, 0]);
        }
        // The limits of another process.
        assert_refused(lock, Sysno::prlimit64, [1, 0, 0, 0, 0, 0]);
        assert_refused(lock, Sysno::seccomp, [2, 0, 0, 0, 0, 0]);
    }
}

#[test]
fn an_invocation_cannot_do_what_its_zygote_could() {
    let fork = c_long::from(libc::CLONE_PARENT | libc::SIGCHLD);
    assert_refused(Lock::Invocation, Sysno::clone, [fork, 0, 0, 0, 0, 0]);
    for call in [
        Sysno::recvmsg,
        Sysno::dup2,
        Sysno::close,
        Sysno::close_range,
        Sysno::prlimit64,
        Sysno::seccomp,
    ] {
        assert_refused(Lock::Invocation, call, [0; 6]);
    }
}

#[test]
fn calls_of_another_instruction_set_are_refused() {
    /// Numbers of the x32 instruction set have this bit.
    const X32: c_long = 0x4000_0000;
    for lock in [Lock::Zygote, Lock::Invocation] {
        let status = status_after(lock, libc::SYS_getpid | X32, [0; 6]);
        assert_eq!(status, VIOLATION_STATUS, "{lock:?}");
    }
}

#[test]
fn without_the_filter_landlock_alone_takes_every_path() {
    // SAFETY: the child runs the lock-down, tries to open paths, and ends.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "no room for a process");
    if child == 0 {
        let restricted = sandbox::give_up_privileges().is_ok() && sandbox::take_paths();
        let opened = ["/", "/proc/self/status", "/etc/passwd", "/dev/null", "/tmp"]
            .iter()
            .any(|path| std::fs::File::open(path).is_ok());
        let made = std::fs::write("/tmp/ketrics-landlock", "x").is_ok();
        let status = i32::from(!restricted) + 2 * i32::from(opened) + 4 * i32::from(made);
        // SAFETY: does not return.
        unsafe { libc::_exit(status) };
    }
    let mut status = 0;
    // SAFETY: the pointer is to a local that outlives the call.
    unsafe { libc::waitpid(child, &raw mut status, 0) };
    let status = libc::WEXITSTATUS(status);
    assert_eq!(status & 1, 0, "this kernel has no Landlock, which CI's has");
    assert_eq!(status, 0);
}
