//! A kernel that lacks something, for a program under test: the named system calls do not exist.

use seccompiler::BpfProgram;
use seccompiler::SeccompAction;
use seccompiler::SeccompFilter;
use seccompiler::TargetArch;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Landlock's first call; without it there is no Landlock.
pub const LANDLOCK: i64 = 444;

/// The call that installs a filter; without it there are no filters.
pub const SECCOMP: i64 = 317;

/// Has the program find a kernel that does not know these calls.
///
/// # Panics
/// When this kernel has no filters itself.
pub fn hide(command: &mut Command, calls: &[i64]) {
    const NOT_IMPLEMENTED: u32 = 38;
    let rules = calls.iter().map(|call| (*call, Vec::new())).collect();
    let filter = SeccompFilter::new(
        rules,
        SeccompAction::Allow,
        SeccompAction::Errno(NOT_IMPLEMENTED),
        TargetArch::x86_64,
    );
    let program = BpfProgram::try_from(filter.expect("a filter")).expect("a program");
    // SAFETY: between fork and exec only two system calls are made, with what was made before.
    unsafe {
        command
            .pre_exec(move || seccompiler::apply_filter(&program).map_err(std::io::Error::other));
    }
}
