//! Two calls of V8 for memory that are answered otherwise than V8 expects. V8 is linked statically
//! and finds these functions before the C library's.
//!
//! - V8 marks its memory as not to be inherited by a fork (`MADV_DONTFORK`), which would leave
//!   every forked process with holes where its heap should be.
//! - V8 asks for memory at random places all over the address space. Each of its pages is then a
//!   mapping with page tables of its own, which every fork copies and every exit takes down. The
//!   kernel's own choice is beside what is there already; where that begins is random as well.

use std::ffi::c_int;
use std::ffi::c_void;
use std::ptr;

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

/// `mmap(2)`, but for the place that is only wished for.
///
/// # Safety
/// As `mmap(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mmap(
    address: *mut c_void,
    length: usize,
    protection: c_int,
    flags: c_int,
    file: c_int,
    offset: libc::off_t,
) -> *mut c_void {
    let is_bound = flags & (libc::MAP_FIXED | libc::MAP_FIXED_NOREPLACE) != 0;
    let place = if is_bound { address } else { ptr::null_mut() };
    // SAFETY: the caller's arguments; a place that is no order may be any.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mmap,
            place,
            length,
            protection,
            flags,
            file,
            offset,
        )
    };
    result as *mut c_void
}

/// The same under its other name.
///
/// # Safety
/// As `mmap(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mmap64(
    address: *mut c_void,
    length: usize,
    protection: c_int,
    flags: c_int,
    file: c_int,
    offset: libc::off64_t,
) -> *mut c_void {
    // SAFETY: the caller's arguments, as they are.
    unsafe { mmap(address, length, protection, flags, file, offset) }
}
