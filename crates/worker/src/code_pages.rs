//! Which pages of V8's code a fork finds mapped.
//!
//! A fork does not copy the page table of a mapping that is a file through and through: the new
//! process would fault for every stretch of code that it runs, at the expense of a request. Once a
//! mapping holds one page of its own, a fork copies its page table. But then every page that the
//! zygote ever touched is copied, and taken down again, for every request. So the zygote lets go
//! of all of them after its start, and touches again what an invocation touches.
//!
//! Better still is the code in huge pages: a fork copies one entry for 2 MB, and never faults. A
//! copy of the code, made once per host, takes the place of the file's pages.
//!
//! Where the kernel forbids a step, forks are slower and nothing else.

use crate::huge_pages;
use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;

/// Mappings of files that nothing was written to: code and constants.
pub struct CodePages(Vec<Range<usize>>);

impl CodePages {
    /// Finds them, moves the large ones to huge pages, and has forks inherit the page tables of
    /// the others.
    ///
    /// For that, one byte of each is written back as it was, in the way of a debugger, which leaves
    /// the protection as it is. Must come before the process stops being dumpable.
    #[must_use]
    pub fn inherit() -> Self {
        if let Ok(maps) = std::fs::read_to_string("/proc/self/smaps") {
            clean_mappings(&maps).iter().for_each(huge_pages::take_over);
        }
        // What was moved is no longer a file's.
        let found = std::fs::read_to_string("/proc/self/smaps").map(|maps| clean_mappings(&maps));
        let ranges = found.unwrap_or_default();
        if let Ok(memory) = File::options()
            .read(true)
            .write(true)
            .open("/proc/self/mem")
        {
            for range in &ranges {
                let mut byte = [0];
                if memory.read_exact_at(&mut byte, range.start as u64).is_ok() {
                    let _ = memory.write_all_at(&byte, range.start as u64);
                }
            }
        }
        Self(ranges)
    }

    /// Lets go of the pages; those that are used come back one by one.
    pub fn release(&self) {
        for range in &self.0 {
            let start = range.start as *mut libc::c_void;
            // SAFETY: the range is a private mapping of a file that holds what the file holds, so
            // whoever reads it next reads the same.
            unsafe { libc::madvise(start, range.len(), libc::MADV_DONTNEED) };
        }
    }
}

fn clean_mappings(maps: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut candidate = None;
    for line in maps.lines() {
        let mut fields = line.split_ascii_whitespace();
        let first = fields.next().unwrap_or_default();
        if let Some((start, end)) = first.split_once('-') {
            let start = usize::from_str_radix(start, 16).ok();
            let end = usize::from_str_radix(end, 16).ok();
            let is_read_only = fields
                .next()
                .is_some_and(|mode| matches!(mode, "r-xp" | "r--p"));
            let is_file = fields.nth(3).is_some_and(|name| name.starts_with('/'));
            candidate = match (start, end) {
                (Some(start), Some(end)) if is_read_only && is_file => Some(start..end),
                _ => None,
            };
        } else if first == "Anonymous:" && fields.next() == Some("0") {
            // What the loader has relocated is read-only too, but no longer what the file holds.
            ranges.extend(candidate.take());
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_file_mappings_that_nothing_was_written_to_count() {
        let maps = "\
1000-2000 r-xp 00000000 fe:00 1 /bin/ketrics
Anonymous:             0 kB
2000-3000 r--p 00001000 fe:00 1 /bin/ketrics
Anonymous:             4 kB
3000-4000 rw-p 00002000 fe:00 1 /bin/ketrics
Anonymous:             0 kB
4000-5000 r--p 00000000 00:00 0
Anonymous:             0 kB
";
        assert_eq!(
            clean_mappings(maps),
            std::slice::from_ref(&(0x1000..0x2000))
        );
    }

    #[test]
    fn code_still_runs_after_its_pages_were_released() {
        let pages = CodePages::inherit();
        assert!(!pages.0.is_empty());
        pages.release();
        assert_eq!([3, 1, 2].iter().max(), Some(&3));
    }
}
