//! A forked process: waits for its call, runs it, answers, ends.

use crate::connection::Connection;
use crate::connection::Replies;
use crate::event_loop;
use crate::isolate::Isolate;
use crate::isolate::Turn;
use crate::ops::Process;
use crate::process;
use crate::sandbox;
use crate::socket;
use ketrics_protocol::frame::Failure;
use ketrics_protocol::frame::FailureCode;
use ketrics_protocol::frame::Invoke;
use ketrics_protocol::frame::Outcome;
use ketrics_protocol::frame::ToGateway;
use ketrics_protocol::frame::ToWorker;
use rustix::process::Resource;
use std::io;
use std::task::Poll;
use std::time::Duration;
use tokio::runtime::Runtime as Tokio;

/// CPU time beyond the limit at which the kernel ends a process that the gateway did not.
const GRACE: Duration = Duration::from_secs(2);

/// Locks this process in, waits for its call and runs it. The process ends with this function.
/// `longest` is the most CPU time that any call of the application may take.
///
/// # Errors
/// When the gateway is gone or the kernel refuses.
pub fn run(isolate: &mut Isolate, longest: Duration) -> io::Result<()> {
    let socket = process::own_socket();
    socket::speak_over(socket);
    let tokio = event_loop::tokio()?;
    // The gateway measures; this is for the time after its death.
    sandbox::limit(Resource::Cpu, (longest + GRACE).as_secs())?;
    sandbox::lock_invocation();
    socket::say(&ToGateway::Hello {
        level: sandbox::level(),
    });
    let invoke = match socket::receive(socket)? {
        Some(ToWorker::Invoke(invoke)) => invoke,
        // The gateway no longer needs this process.
        _ => return Ok(()),
    };
    let connection = Connection::new(&invoke.limits);
    let replies = Replies::new(&connection, socket);
    isolate.process(|process| {
        *process = Process::invoking(invoke.limits.clone(), connection.clone());
    });
    serve(&tokio, isolate, &invoke, &connection, replies)
}

fn serve(
    tokio: &Tokio,
    isolate: &mut Isolate,
    invoke: &Invoke,
    connection: &Connection,
    mut replies: Replies,
) -> io::Result<()> {
    let _context = tokio.enter();
    let context = serde_json::to_string(&invoke.context).map_err(io::Error::other)?;
    let mut answered = false;
    if let Err(failure) = isolate.invoke(&invoke.function, &invoke.payload, &context) {
        socket::say(&ToGateway::Done(Outcome::Failed(failure)));
        answered = true;
    }
    event_loop::run(tokio, isolate, Some(&mut replies), |isolate, turn, _| {
        if !answered && let Some(outcome) = isolate.process(Process::take_outcome) {
            socket::say(&ToGateway::Done(outcome));
            answered = true;
        }
        let idle = turn == Turn::Idle || (turn == Turn::Timers && !isolate.has_timers());
        if !answered && idle {
            socket::say(&ToGateway::Done(Outcome::Failed(never_settles())));
            return Poll::Ready(());
        }
        // What the function started and did not wait for is finished, but for repeating timers.
        if answered && !connection.has_calls() && !isolate.has_work() {
            return Poll::Ready(());
        }
        Poll::Pending
    });
    Ok(())
}

fn never_settles() -> Failure {
    Failure {
        code: FailureCode::Runtime,
        message: "The function's promise never settles: nothing is left that it could wait for"
            .to_owned(),
        stack: None,
    }
}
