//! Forking, and what every process of ours does first.
//!
//! A zygote forks with `CLONE_PARENT`: the new process is a child of the gateway, not of the
//! zygote. So the gateway reaps every process itself (a pid cannot be reused before that, and the
//! kernel's account of CPU and memory reaches it), a zygote has no children to wait for, and when
//! a zygote is killed the invocations that it forked go on.

use rustix::fd::BorrowedFd;
use rustix::fd::OwnedFd;
use rustix::process::Pid;
use rustix::process::Signal;
use std::io;
use std::sync::atomic::AtomicI32;
use std::sync::atomic::Ordering;

/// The pid of the gateway, which is the parent of every process here.
static GATEWAY: AtomicI32 = AtomicI32::new(0);

/// Which side of a fork this is.
pub enum Forked {
    /// The process that was there before.
    Original,
    /// The new one.
    New,
}

/// Ends this process without running anything else.
pub fn exit(code: i32) -> ! {
    // SAFETY: `_exit` takes no pointers and does not return.
    unsafe { libc::_exit(code) }
}

/// Remembers the parent as the gateway and ties this process's life to it.
///
/// # Errors
/// When the kernel refuses, or the gateway is gone already.
pub fn adopt_gateway() -> io::Result<()> {
    let parent = rustix::process::getppid().map_or(0, number);
    GATEWAY.store(parent, Ordering::Relaxed);
    die_with_gateway()
}

fn number(pid: Pid) -> i32 {
    pid.as_raw_nonzero().get()
}

/// Has the kernel kill this process when the gateway ends. A fork does not inherit this.
fn die_with_gateway() -> io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    // The gateway may have died before the call above.
    let parent = rustix::process::getppid().map_or(0, number);
    if parent == GATEWAY.load(Ordering::Relaxed) && parent != 0 {
        Ok(())
    } else {
        Err(io::Error::other("the gateway is gone"))
    }
}

/// Forks this single-threaded process; the new one is a child of the gateway.
///
/// # Errors
/// When the kernel has no room for another process.
pub fn fork() -> io::Result<Forked> {
    // The C library keeps the thread's id beside the thread; the kernel renews it there.
    let thread_id = rustix::thread::get_clear_child_tid_address()
        .ok()
        .flatten()
        .map_or(std::ptr::null_mut(), std::ptr::NonNull::as_ptr);
    let mut flags = libc::CLONE_PARENT | libc::SIGCHLD;
    if !thread_id.is_null() {
        flags |= libc::CLONE_CHILD_SETTID | libc::CLONE_CHILD_CLEARTID;
    }
    // SAFETY: without CLONE_VM this is a fork: the child has its own copy of everything, goes on
    // with the same stack (a null stack pointer says so), and there is no other thread whose
    // locks it could inherit, which `require_single_thread` has checked.
    let result = unsafe {
        libc::syscall(
            libc::SYS_clone,
            libc::c_long::from(flags),
            std::ptr::null::<u8>(),
            std::ptr::null::<u8>(),
            thread_id,
            0_u64,
        )
    };
    match result {
        -1 => Err(io::Error::last_os_error()),
        0 => {
            die_with_gateway()?;
            Ok(Forked::New)
        }
        _ => Ok(Forked::Original),
    }
}

/// Fails unless this process has exactly one thread; forking any other copies locked locks.
///
/// # Errors
/// When there are more, or `/proc` cannot tell.
pub fn require_single_thread() -> io::Result<()> {
    let threads = std::fs::read_dir("/proc/self/task")?.count();
    if threads == 1 {
        Ok(())
    } else {
        Err(io::Error::other(format!(
            "{threads} threads where a zygote must have one"
        )))
    }
}

/// Makes `socket` descriptor 0 and closes every other one but the standard output and error.
///
/// # Errors
/// When the kernel refuses.
pub fn keep_only(socket: OwnedFd) -> io::Result<()> {
    // SAFETY: descriptor 0 is this process's socket; nothing else in this process owns it.
    let mut zero = unsafe { <OwnedFd as std::os::fd::FromRawFd>::from_raw_fd(0) };
    let result = rustix::io::dup2(&socket, &mut zero);
    std::mem::forget(zero);
    std::mem::forget(socket);
    result?;
    close_others()
}

/// Closes every descriptor but the socket and the standard output and error, also those that
/// whoever started the host left open.
///
/// # Errors
/// When the kernel refuses.
pub fn close_others() -> io::Result<()> {
    // SAFETY: closes descriptors that nothing in this process uses from here on.
    let result = unsafe { libc::close_range(3, libc::c_uint::MAX, 0) };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// This process's socket to the gateway.
#[must_use]
pub fn own_socket() -> BorrowedFd<'static> {
    // SAFETY: descriptor 0 is open from the start to the end of every process here.
    unsafe { BorrowedFd::borrow_raw(0) }
}
