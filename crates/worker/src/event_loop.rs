//! The event loop of a worker process: JavaScript's turns, and in between a wait for the socket or
//! the next timer, whichever comes first.
//!
//! `deno_core` wants a Tokio runtime for its op driver. This one has no I/O driver: that would
//! need descriptors of its own, which a fork would share with its siblings, and Tokio keeps one
//! pair for the whole process that cannot be renewed. A single `poll` on a single socket does.

use crate::connection::Replies;
use crate::isolate::Isolate;
use crate::isolate::Turn;
use crate::process;
use rustix::event::PollFd;
use rustix::event::PollFlags;
use rustix::event::Timespec;
use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::task::Context;
use std::task::Poll;
use std::task::Wake;
use std::task::Waker;
use std::time::Instant;
use tokio::runtime::Runtime as Tokio;

/// Turns in which nothing happened after which nothing will without news from outside. One is not
/// enough: the op driver's task runs between two turns.
const QUIET_TURNS: u32 = 2;

/// A runtime for the op driver. Every process makes its own.
///
/// # Errors
/// When there is no memory for it.
pub fn tokio() -> io::Result<Tokio> {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
}

/// Turns the event loop until `step`, asked after each turn, has a value.
pub fn run<T>(
    tokio: &Tokio,
    isolate: &mut Isolate,
    mut replies: Option<&mut Replies>,
    mut step: impl FnMut(&mut Isolate, Turn, &mut Context<'_>) -> Poll<T>,
) -> T {
    let woken = Arc::new(Woken(AtomicBool::new(false)));
    let waker = Waker::from(Arc::clone(&woken));
    let mut quiet = 0;
    tokio.block_on(poll_fn(|tasks| {
        let mut context = Context::from_waker(&waker);
        let news = match &mut replies {
            // Without the gateway nobody waits for anything any more.
            Some(replies) => replies.take().unwrap_or_else(|_| process::exit(0)),
            None => false,
        };
        let turn = isolate.turn(&mut context);
        if let Poll::Ready(value) = step(isolate, turn, &mut context) {
            return Poll::Ready(value);
        }
        quiet = if woken.0.swap(false, Relaxed) || news {
            0
        } else {
            quiet + 1
        };
        if quiet >= QUIET_TURNS {
            wait(replies.as_deref(), isolate.next_timer());
            quiet = 0;
        }
        // Lets the op driver's task run before the next turn.
        tasks.waker().wake_by_ref();
        Poll::Pending
    }))
}

/// Sleeps until the gateway says something or a timer is due.
fn wait(replies: Option<&Replies>, timer: Option<Instant>) {
    let left = timer.map(|timer| timer.saturating_duration_since(Instant::now()));
    let left = left.map(|left| Timespec {
        tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: i64::from(left.subsec_nanos()),
    });
    let mut sockets: Vec<PollFd<'_>> = replies
        .map(|replies| PollFd::from_borrowed_fd(replies.socket(), PollFlags::IN))
        .into_iter()
        .collect();
    // Whatever ends the sleep, the next turn finds out.
    let _ = rustix::event::poll(&mut sockets, left.as_ref());
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Relaxed);
    }
}
