//! The two zygotes. Neither ever serves anything: they wait on a control socket, and fork.

use crate::code_pages::CodePages;
use crate::event_loop;
use crate::invocation;
use crate::isolate;
use crate::isolate::Isolate;
use crate::isolate::Turn;
use crate::memory;
use crate::ops::Process;
use crate::process;
use crate::process::Forked;
use crate::sandbox;
use crate::snapshot;
use crate::socket;
use ketrics_protocol::Limits;
use ketrics_protocol::control::Command;
use ketrics_protocol::frame::ABORTED_STATUS;
use ketrics_protocol::frame::BundleFormat;
use ketrics_protocol::frame::Failure;
use ketrics_protocol::frame::Load;
use ketrics_protocol::frame::LoadReport;
use ketrics_protocol::frame::Outcome;
use ketrics_protocol::frame::ToGateway;
use ketrics_protocol::frame::ToWorker;
use rustix::fd::OwnedFd;
use std::collections::BTreeMap;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::task::Poll;
use tokio::runtime::Runtime as Tokio;

/// The base zygote: holds the SDK, never sees tenant code, and forks application zygotes.
///
/// # Errors
/// When the snapshot is missing, V8 cannot be set up, or the kernel refuses.
pub fn base(snapshot: &Path) -> io::Result<()> {
    process::adopt_gateway()?;
    process::close_others()?;
    let code = CodePages::inherit();
    sandbox::give_up_privileges()?;
    report_panics();
    isolate::initialize_v8().map_err(io::Error::other)?;
    let mut isolate = {
        let tokio = event_loop::tokio()?;
        let _context = tokio.enter();
        let snapshot = snapshot::read(snapshot)?;
        let mut isolate = Isolate::restore(snapshot).map_err(io::Error::other)?;
        rehearse(&tokio, &mut isolate).map_err(|failure| io::Error::other(failure.message))?;
        // Starting has touched much that no invocation needs.
        code.release();
        rehearse(&tokio, &mut isolate).map_err(|failure| io::Error::other(failure.message))?;
        isolate
    };
    process::require_single_thread()?;
    sandbox::lock_zygote()?;
    socket::ready(process::own_socket())?;
    while let Some((command, control)) = socket::receive_command(process::own_socket())? {
        if command != Command::MakeZygote {
            return Err(io::Error::other("the base zygote takes one command only"));
        }
        if matches!(process::fork(), Ok(Forked::New)) {
            process::keep_only(control)?;
            application(&mut isolate)?;
            process::exit(0);
        }
    }
    Ok(())
}

/// Has a fault of the worker itself end the process with a word to the gateway, or to whoever reads
/// standard error while there is none.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.to_string();
        if socket::is_heard() {
            socket::say(&ToGateway::Crashed { message });
        } else {
            eprintln!("ketrics: {message}");
        }
        process::exit(ABORTED_STATUS)
    }));
}

/// An application's zygote: loads its bundle once, then forks invocations.
fn application(isolate: &mut Isolate) -> io::Result<()> {
    let Some((Command::Load, socket)) = socket::receive_command(process::own_socket())? else {
        return Ok(());
    };
    let Some(limits) = load_and_report(isolate, socket)? else {
        return Ok(());
    };
    let longest = limits.cpu.max(limits.job_cpu);
    while let Some((command, socket)) = socket::receive_command(process::own_socket())? {
        if command != Command::Fork {
            return Err(io::Error::other("an application zygote forks, and no more"));
        }
        // When there is no room for a process the gateway sees its socket close.
        if matches!(process::fork(), Ok(Forked::New)) {
            process::keep_only(socket)?;
            invocation::run(isolate, longest)?;
            // Taking the isolate down would cost more than many an invocation.
            process::exit(0);
        }
    }
    Ok(())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the socket closes with the report"
)]
fn load_and_report(isolate: &mut Isolate, socket: OwnedFd) -> io::Result<Option<Limits>> {
    socket::speak_over(socket.as_fd());
    socket::say(&ToGateway::Hello {
        level: sandbox::level(),
    });
    let Some(ToWorker::Load(load)) = socket::receive(socket.as_fd())? else {
        return Ok(None);
    };
    isolate.set_limits(&load.limits);
    memory::limit_process(&load.limits)?;
    let limits = load.limits.clone();
    isolate.process(|process| *process = Process::loading(load.limits.clone()));
    let loaded = {
        let tokio = event_loop::tokio()?;
        let _context = tokio.enter();
        load_bundle(&tokio, isolate, *load)
    };
    let (frame, limits) = match loaded {
        Ok(report) => (ToGateway::Loaded(report), Some(limits)),
        Err(failure) => (ToGateway::LoadFailed(failure), None),
    };
    socket::say(&frame);
    socket::fall_silent();
    Ok(limits)
}

fn load_bundle(tokio: &Tokio, isolate: &mut Isolate, load: Load) -> Result<LoadReport, Failure> {
    isolate.before_load(&load.environment)?;
    match load.format {
        BundleFormat::CommonJs => isolate.load_common_js(&load.name, &load.source)?,
        BundleFormat::EsModule => isolate.load_es_module(tokio, &load.name, load.source)?,
    }
    // An op that is pending at a fork never completes after it, so none may be.
    settle(tokio, isolate);
    match isolate.take_uncaught() {
        Some(failure) => Err(failure),
        None => isolate.report(),
    }
}

/// What a rehearsal runs. Its service calls fail, since there is no gateway to ask.
const REHEARSAL: &str = "exports.rehearse = async (payload) => {
    console.debug; setTimeout(() => {}, 0);
    try { await ketrics.Volume.connect(payload.volume); } catch (error) { return { error, payload }; }
};";

/// Goes through an invocation from beginning to end: what is compiled and written on the way is
/// there in every fork, instead of being paid for by every request.
fn rehearse(tokio: &Tokio, isolate: &mut Isolate) -> Result<(), Failure> {
    isolate.warm()?;
    isolate.before_load(&BTreeMap::<String, String>::new())?;
    isolate.load_common_js("rehearsal.js", REHEARSAL)?;
    isolate.report()?;
    for _ in 0..10 {
        isolate.invoke(
            "rehearse",
            r#"{"volume":"rehearsal","list":[1,2.5,true,null]}"#,
            "{}",
        )?;
        settle(tokio, isolate);
        match isolate.process(Process::take_outcome) {
            Some(Outcome::Returned(_)) => {}
            outcome => {
                return Err(isolate::failure(format!(
                    "the rehearsal failed: {outcome:?}"
                )));
            }
        }
    }
    isolate.forget_rehearsal()?;
    isolate.process(|process| *process = Process::loading(Limits::default()));
    Ok(())
}

/// Turns the event loop until nothing but timers is pending; those go on in every fork.
fn settle(tokio: &Tokio, isolate: &mut Isolate) {
    event_loop::run(tokio, isolate, None, |_, turn, _| match turn {
        Turn::Idle | Turn::Timers => Poll::Ready(()),
        Turn::Waiting => Poll::Pending,
    });
}
