//! Which system calls the kernel lets a worker process make: two lists of what is allowed.
//!
//! [`ZYGOTE`] is installed once, in the base zygote, and inherited by every process. An invocation
//! adds [`INVOCATION`], which has less. Every other call raises `SIGSYS` and is not carried out
//! (see `violation`). Filters cannot be taken off again.

use libc::c_long;
use seccompiler::BackendError;
use seccompiler::BpfProgram;
use seccompiler::SeccompAction;
use seccompiler::SeccompCmpArgLen;
use seccompiler::SeccompCmpOp;
use seccompiler::SeccompCondition;
use seccompiler::SeccompFilter;
use seccompiler::SeccompRule;
use seccompiler::TargetArch;
use std::collections::BTreeMap;
use std::io;
use std::sync::OnceLock;

/// A call, and what its arguments must be: every group of conditions allows the call.
pub type Allowed = (c_long, &'static [&'static [Argument]]);

/// What one argument must be.
#[derive(Clone, Copy, Debug)]
pub struct Argument {
    index: u8,
    mask: u64,
    value: u64,
}

const fn is(index: u8, value: u64) -> Argument {
    Argument {
        index,
        mask: u64::MAX,
        value,
    }
}

const fn bits(index: u8, mask: u64, value: u64) -> Argument {
    Argument { index, mask, value }
}

const EXECUTABLE: u64 = libc::PROT_EXEC as u64;
const READ_WRITE_EXECUTE: u64 = (libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC) as u64;
const ANONYMOUS: u64 = libc::MAP_ANONYMOUS as u64;

/// New memory is anonymous and holds no code.
const NEW_MEMORY: &[&[Argument]] = &[&[bits(2, EXECUTABLE, 0), bits(3, ANONYMOUS, ANONYMOUS)]];

/// Memory becomes executable only in the way in which V8 makes room for code: all rights at once.
const PROTECTION: &[&[Argument]] = &[&[bits(2, EXECUTABLE, 0)], &[is(2, READ_WRITE_EXECUTE)]];

/// What the standard library and V8 say when they give up; standard error leads nowhere.
const LAST_WORDS: &[&[Argument]] = &[&[is(0, libc::STDERR_FILENO as u64)]];

/// The only question that a process may ask about itself: whether it is filtered.
const IS_FILTERED: &[Argument] = &[is(0, libc::PR_GET_SECCOMP as u64)];

/// V8 gives its memory names, where the kernel takes any.
const NAME_MEMORY: &[Argument] = &[is(0, 0x5356_4d41), is(1, 0)];

/// As `process::fork` does it, with and without the C library's word on where the thread's id is.
const FORK: u64 = (libc::CLONE_PARENT | libc::SIGCHLD) as u64;
const FORK_WITH_ID: u64 = FORK | (libc::CLONE_CHILD_SETTID | libc::CLONE_CHILD_CLEARTID) as u64;

const PR_GET_TID_ADDRESS: u64 = 40;

/// What V8, the memory allocator and the socket need; the most frequent first.
const COMMON: &[Allowed] = &[
    (libc::SYS_madvise, &[]),
    (libc::SYS_munmap, &[]),
    (libc::SYS_mmap, NEW_MEMORY),
    (libc::SYS_mprotect, PROTECTION),
    (libc::SYS_pkey_mprotect, PROTECTION),
    (libc::SYS_brk, &[]),
    (libc::SYS_mremap, &[]),
    (libc::SYS_recvfrom, &[]),
    (libc::SYS_sendto, &[]),
    (libc::SYS_read, &[]),
    (libc::SYS_poll, &[]),
    (libc::SYS_ppoll, &[]),
    (libc::SYS_futex, &[]),
    (libc::SYS_clock_gettime, &[]),
    (libc::SYS_gettimeofday, &[]),
    (libc::SYS_getrandom, &[]),
    (libc::SYS_getpid, &[]),
    (libc::SYS_gettid, &[]),
    (libc::SYS_sched_yield, &[]),
    (libc::SYS_restart_syscall, &[]),
    (libc::SYS_rt_sigreturn, &[]),
    (libc::SYS_write, LAST_WORDS),
    (libc::SYS_writev, LAST_WORDS),
    // The C library's `abort` begins with it; its signal is not let through.
    (libc::SYS_rt_sigprocmask, &[]),
    (libc::SYS_exit_group, &[]),
];

/// What a zygote may do beyond [`COMMON`]: be told to fork, and what a new process does until it
/// is locked.
const FORKING: &[Allowed] = &[
    (libc::SYS_recvmsg, &[]),
    (libc::SYS_clone, &[&[is(0, FORK)], &[is(0, FORK_WITH_ID)]]),
    (libc::SYS_close, &[]),
    (libc::SYS_close_range, &[]),
    (libc::SYS_dup2, &[]),
    (libc::SYS_getppid, &[]),
    (
        libc::SYS_prctl,
        &[
            IS_FILTERED,
            NAME_MEMORY,
            &[is(0, libc::PR_SET_PDEATHSIG as u64)],
            &[is(0, PR_GET_TID_ADDRESS)],
        ],
    ),
    // Its own limits only.
    (libc::SYS_prlimit64, &[&[is(0, 0)]]),
    // Another filter on top.
    (
        libc::SYS_seccomp,
        &[&[is(0, libc::SECCOMP_SET_MODE_FILTER as u64)]],
    ),
];

/// The lists that hold for a zygote.
pub const ZYGOTE: &[&[Allowed]] = &[COMMON, FORKING];

/// The lists that hold for an invocation.
pub const INVOCATION: &[&[Allowed]] = &[COMMON, &[(libc::SYS_prctl, &[IS_FILTERED, NAME_MEMORY])]];

/// A filter that can be installed.
pub struct Filter(BpfProgram);

/// The filter of invocations: made in the base zygote, installed in each fork.
static FOR_INVOCATIONS: OnceLock<Filter> = OnceLock::new();

/// The filter of zygotes.
///
/// # Errors
/// When the lists make no filter.
pub fn zygote() -> io::Result<Filter> {
    compile(ZYGOTE)
}

/// Makes the filter of invocations, so that no fork has to.
pub fn prepare_invocation() {
    if let Ok(filter) = compile(INVOCATION) {
        let _ = FOR_INVOCATIONS.set(filter);
    }
}

/// Installs the filter of invocations, and says whether it could.
pub fn install_invocation() -> bool {
    FOR_INVOCATIONS
        .get()
        .is_some_and(|filter| filter.install().is_ok())
}

impl Filter {
    /// Filters this process from now on.
    ///
    /// # Errors
    /// When the kernel has no filters, or no room for another.
    pub fn install(&self) -> io::Result<()> {
        let length = u16::try_from(self.0.len()).map_err(io::Error::other)?;
        let program = libc::sock_fprog {
            len: length,
            // The kernel reads it only; the two crates' types are the kernel's.
            filter: self.0.as_ptr().cast_mut().cast(),
        };
        // SAFETY: the program outlives the call, and its length is right.
        let result = unsafe {
            libc::syscall(
                libc::SYS_seccomp,
                libc::SECCOMP_SET_MODE_FILTER,
                0,
                &raw const program,
            )
        };
        if result == 0 {
            Ok(())
        } else {
            Err(io::Error::last_os_error())
        }
    }
}

fn compile(lists: &[&[Allowed]]) -> io::Result<Filter> {
    let program = rules(lists).and_then(|rules| {
        let filter = SeccompFilter::new(
            rules,
            SeccompAction::Trap,
            SeccompAction::Allow,
            TargetArch::x86_64,
        )?;
        BpfProgram::try_from(filter)
    });
    program.map(Filter).map_err(io::Error::other)
}

fn rules(lists: &[&[Allowed]]) -> Result<BTreeMap<c_long, Vec<SeccompRule>>, BackendError> {
    let mut rules: BTreeMap<c_long, Vec<SeccompRule>> = BTreeMap::new();
    for (call, groups) in lists.iter().copied().flatten() {
        let groups = groups.iter().map(|group| {
            let conditions = group.iter().map(|argument| {
                SeccompCondition::new(
                    argument.index,
                    SeccompCmpArgLen::Qword,
                    SeccompCmpOp::MaskedEq(argument.mask),
                    argument.value,
                )
            });
            SeccompRule::new(conditions.collect::<Result<_, _>>()?)
        });
        rules.insert(*call, groups.collect::<Result<_, _>>()?);
    }
    Ok(rules)
}
