//! Moves code from a file's pages to huge pages at the same address.

use std::ops::Range;
use std::ptr;

const HUGE: usize = 2 * 1024 * 1024;

/// Code smaller than this is not worth it.
const LEAST: usize = 8 * HUGE;

/// Puts a copy in huge pages where the mapping is, if it is large and the kernel has huge pages to
/// give. Otherwise nothing changes.
pub fn take_over(code: &Range<usize>) {
    let start = code.start.next_multiple_of(HUGE);
    let length = (code.end / HUGE * HUGE).saturating_sub(start);
    if length < LEAST || !is_executable(code) {
        return;
    }
    // SAFETY: `copy` is a new mapping as long as the code. It takes the code's place in one step
    // and with the same bytes, so whatever runs there goes on; this process has one thread.
    unsafe {
        let Some(copy) = huge_mapping(length) else {
            return;
        };
        ptr::copy_nonoverlapping(start as *const u8, copy.cast(), length);
        let place = start as *mut libc::c_void;
        let fixed = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
        let done = is_huge(copy as usize, length)
            && libc::mprotect(copy, length, libc::PROT_READ | libc::PROT_EXEC) == 0
            && libc::mremap(copy, length, length, fixed, place) == place;
        if !done {
            libc::munmap(copy, length);
        }
    }
}

/// An aligned mapping that asks for huge pages.
///
/// # Safety
/// As `mmap`; the caller owns what it gets.
unsafe fn huge_mapping(length: usize) -> Option<*mut libc::c_void> {
    // SAFETY: a new mapping, of which all but the aligned part is given back.
    unsafe {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let access = libc::PROT_READ | libc::PROT_WRITE;
        let whole = libc::mmap(ptr::null_mut(), length + HUGE, access, flags, -1, 0);
        if whole == libc::MAP_FAILED {
            return None;
        }
        let before = (whole as usize).next_multiple_of(HUGE) - whole as usize;
        let start = whole.byte_add(before);
        if before > 0 {
            libc::munmap(whole, before);
        }
        if before < HUGE {
            libc::munmap(start.byte_add(length), HUGE - before);
        }
        libc::madvise(start, length, libc::MADV_HUGEPAGE);
        Some(start)
    }
}

fn is_executable(code: &Range<usize>) -> bool {
    smaps(code.start).is_some_and(|mapping| {
        mapping
            .lines()
            .next()
            .is_some_and(|head| head.contains(" r-xp "))
    })
}

/// Whether all of the mapping that starts here is huge pages.
fn is_huge(start: usize, length: usize) -> bool {
    let Some(mapping) = smaps(start) else {
        return false;
    };
    let huge = mapping
        .lines()
        .find_map(|line| line.strip_prefix("AnonHugePages:"));
    let kilobytes = huge.and_then(|rest| rest.split_ascii_whitespace().next()?.parse().ok());
    kilobytes == Some(length / 1024)
}

/// What the kernel says of the mapping that starts at this address.
fn smaps(start: usize) -> Option<String> {
    let all = std::fs::read_to_string("/proc/self/smaps").ok()?;
    let (_, from) = all.split_once(&format!("{start:x}-"))?;
    // Every mapping's part ends with its flags.
    let (mapping, _) = from.split_once("VmFlags:")?;
    Some(mapping.to_owned())
}
