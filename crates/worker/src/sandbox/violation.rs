//! What happens at a system call that the filter refuses: the kernel does not carry it out and
//! sends `SIGSYS`; the process says which call it was, and ends.
//!
//! The kernel alone would end it as well (a filter's other answer), but would tell nobody which
//! call it was: its own log is out of an unprivileged container's reach.

use crate::process;
use crate::socket;
use ketrics_protocol::frame::ABORTED_STATUS;
use ketrics_protocol::frame::ToGateway;
use ketrics_protocol::frame::VIOLATION_STATUS;
use std::ffi::c_int;
use std::ffi::c_void;

/// What the kernel says with `SIGSYS`; `libc` does not name these fields.
#[repr(C)]
struct RefusedCall {
    signal: c_int,
    error: c_int,
    code: c_int,
    address: *const c_void,
    call: c_int,
    architecture: u32,
}

/// Has this process, and all that it forks, report a refused call and end.
pub fn report_and_exit() {
    // SAFETY: all zeroes are a valid `sigaction`.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = refused as *const () as usize;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
    // SAFETY: the handler has the signature that `SA_SIGINFO` asks for, and does only what a
    // signal handler may.
    unsafe { libc::sigaction(libc::SIGSYS, &raw const action, std::ptr::null_mut()) };
}

/// Runs in the middle of anything, so it asks for no memory and takes no lock.
extern "C" fn refused(
    _: c_int,
    information: *const libc::siginfo_t,
    context: *const libc::ucontext_t,
) {
    // SAFETY: with `SIGSYS` the kernel hands over these fields.
    let call = unsafe { (*information.cast::<RefusedCall>()).call };
    if is_abort(call, context) {
        process::exit(ABORTED_STATUS);
    }
    let call = u32::try_from(call).unwrap_or(u32::MAX);
    socket::say_at_once(&ToGateway::Violation { call });
    process::exit(VIOLATION_STATUS);
}

/// Whether this is the C library's `abort`, which sends the process a signal: no attack, but the
/// process's end.
fn is_abort(call: c_int, context: *const libc::ucontext_t) -> bool {
    // SAFETY: the kernel hands over the registers as they were at the call.
    let registers = unsafe { (*context).uc_mcontext.gregs };
    let argument = |register: c_int| {
        usize::try_from(register)
            .ok()
            .and_then(|register| registers.get(register).copied())
    };
    // SAFETY: takes no pointers and cannot fail.
    let own = unsafe { libc::getpid() };
    libc::c_long::from(call) == libc::SYS_tgkill
        && argument(libc::REG_RDI) == Some(own.into())
        && argument(libc::REG_RDX) == Some(libc::SIGABRT.into())
}
