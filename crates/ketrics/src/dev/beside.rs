//! Programs that run beside the application, for example a service that it calls.

use super::settings::Companion;
use crate::problem::Problem;
use rustix::process::Signal;
use rustix::process::set_parent_process_death_signal;
use std::path::Path;
use std::process::Stdio;
use tokio::io::AsyncBufReadExt;
use tokio::io::AsyncRead;
use tokio::io::BufReader;
use tokio::process::Child;
use tokio::task::JoinSet;

/// Running programs. They end when this is dropped, and with this process however it ends, so that
/// none keeps a port for itself.
pub struct Beside {
    _programs: JoinSet<()>,
}

impl Beside {
    /// Starts every program; their lines are shown with their names in front.
    pub fn start(companions: &[Companion], folder: &Path) -> Result<Self, Problem> {
        let mut programs = JoinSet::new();
        for companion in companions {
            let Some((program, arguments)) = companion.command.split_first() else {
                continue;
            };
            let mut process = tokio::process::Command::new(program);
            process
                .args(arguments)
                .envs(&companion.environment)
                .current_dir(folder)
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .kill_on_drop(true);
            let end_with_parent = || Ok(set_parent_process_death_signal(Some(Signal::KILL))?);
            // SAFETY: between fork and exec this makes one system call and allocates nothing.
            unsafe { process.pre_exec(end_with_parent) };
            let child = process.spawn().map_err(|error| {
                Problem::failed(
                    format_args!("dev.json: {:?} cannot be started", companion.name),
                    error,
                )
            })?;
            programs.spawn(follow(companion.name.clone(), child));
        }
        Ok(Self {
            _programs: programs,
        })
    }
}

/// Shows what a program prints and how it ends.
async fn follow(name: String, mut child: Child) {
    let (output, errors) = (child.stdout.take(), child.stderr.take());
    tokio::join!(show(&name, output), show(&name, errors));
    match child.wait().await {
        Ok(status) => eprintln!("[{name}] ended: {status}"),
        Err(error) => eprintln!("[{name}] {error}"),
    }
}

async fn show(name: &str, output: Option<impl AsyncRead + Unpin>) {
    let Some(output) = output else { return };
    let mut lines = BufReader::new(output).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        eprintln!("[{name}] {line}");
    }
}
