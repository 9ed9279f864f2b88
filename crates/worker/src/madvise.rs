//! V8 marks its memory as not to be inherited by a fork (`MADV_DONTFORK`), which would leave every
//! forked process with holes where its heap should be. V8 is linked statically and finds this
//! `madvise` before the C library's.

use std::ffi::c_int;
use std::ffi::c_void;

/// `madvise(2)`, but for one piece of advice that is not passed on.
///
/// # Safety
/// As `madvise(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn madvise(address: *mut c_void, length: usize, advice: c_int) -> c_int {
    if advice == libc::MADV_DONTFORK {
        return 0;
    }
    // SAFETY: the caller's arguments, as they are.
    let result = unsafe { libc::syscall(libc::SYS_madvise, address, length, advice) };
    c_int::try_from(result).unwrap_or(-1)
}
