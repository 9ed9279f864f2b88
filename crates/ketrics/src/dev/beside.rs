//! Programs that run beside the application, for example a service that it calls.

use super::settings::Command;
use crate::problem::Problem;
use std::path::Path;
use std::process::Stdio;
use tokio::io::AsyncBufReadExt;
use tokio::io::AsyncRead;
use tokio::io::BufReader;
use tokio::process::Child;

/// Running programs; they end when this is dropped.
pub struct Beside {
    _children: Vec<Child>,
}

impl Beside {
    /// Starts every program; their lines are shown with their names in front.
    pub fn start(commands: &[Command], folder: &Path) -> Result<Self, Problem> {
        let mut children = Vec::with_capacity(commands.len());
        for command in commands {
            let Some((program, arguments)) = command.command.split_first() else {
                continue;
            };
            let mut child = tokio::process::Command::new(program)
                .args(arguments)
                .envs(&command.environment)
                .current_dir(folder)
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .kill_on_drop(true)
                .spawn()
                .map_err(|error| {
                    Problem::failed(
                        format_args!("dev.json: {:?} cannot be started", command.name),
                        error,
                    )
                })?;
            for output in [
                child
                    .stdout
                    .take()
                    .map(|out| Box::new(out) as Box<dyn AsyncRead + Send + Unpin>),
                child
                    .stderr
                    .take()
                    .map(|out| Box::new(out) as Box<dyn AsyncRead + Send + Unpin>),
            ]
            .into_iter()
            .flatten()
            {
                tokio::spawn(show(command.name.clone(), output));
            }
            children.push(child);
        }
        Ok(Self {
            _children: children,
        })
    }
}

async fn show(name: String, output: impl AsyncRead + Unpin) {
    let mut lines = BufReader::new(output).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        eprintln!("[{name}] {line}");
    }
}
