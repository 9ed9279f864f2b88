//! `ketrics snapshot`, and where the snapshot is: beside the binary that made it.

use crate::problem::Problem;
use std::env;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

/// Make the start-up snapshot of the SDK (done by the build)
#[derive(Debug, clap::Args)]
pub struct Snapshot {
    /// Where to write it; beside the binary when not given
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Snapshot {
    /// Carries the command out. V8 can be set up once in a process, so this does nothing else.
    pub fn run(self) -> Result<(), Problem> {
        let path = match self.output {
            Some(path) => path,
            None => beside(&program()?),
        };
        let snapshot = ketrics_worker::snapshot::create()
            .map_err(|error| Problem::failed("the snapshot cannot be made", error))?;
        // Hosts that start meanwhile see the snapshot before or this one, never half of it.
        let partial = path.with_extension(format!("{}.partial", std::process::id()));
        fs::write(&partial, snapshot)
            .and_then(|()| fs::rename(&partial, &path))
            .map_err(|error| Problem::failed(path.display(), error))
    }
}

/// The binary that runs.
pub fn program() -> Result<PathBuf, Problem> {
    env::current_exe()
        .map_err(|error| Problem::failed("the path of this program cannot be told", error))
}

fn beside(program: &Path) -> PathBuf {
    program.with_extension("snapshot")
}

/// The snapshot of this binary. One that is missing, or older than the binary and so made by
/// another, is made first.
pub async fn find() -> Result<PathBuf, Problem> {
    let program = program()?;
    let path = beside(&program);
    if !is_current(&path, &program).unwrap_or(false) {
        let output = tokio::process::Command::new(&program)
            .arg("snapshot")
            .output()
            .await
            .map_err(|error| Problem::failed("the snapshot cannot be made", error))?;
        if !output.status.success() {
            return Err(Problem::Failed(
                String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            ));
        }
    }
    Ok(path)
}

fn is_current(snapshot: &Path, program: &Path) -> io::Result<bool> {
    Ok(fs::metadata(snapshot)?.modified()? >= fs::metadata(program)?.modified()?)
}
