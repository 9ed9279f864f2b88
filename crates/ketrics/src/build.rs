//! Builds an application's bundle by its own build script, with npm.

use crate::problem::Problem;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use tokio::process::Command;

/// Builds the bundle, when `backend/package.json` has a build script; installs the packages that
/// it needs first, when they are missing.
pub async fn build(folder: &Path) -> Result<(), Problem> {
    let backend = folder.join("backend");
    let Ok(text) = fs::read_to_string(backend.join("package.json")) else {
        return Ok(());
    };
    let package: Value = serde_json::from_str(&text)
        .map_err(|error| Problem::Failed(format!("backend/package.json: {error}")))?;
    if !package["scripts"]["build"].is_string() {
        return Ok(());
    }
    let needs_packages = ["dependencies", "devDependencies"].iter().any(|key| {
        package[key]
            .as_object()
            .is_some_and(|packages| !packages.is_empty())
    });
    if needs_packages && !backend.join("node_modules").is_dir() {
        // `npm ci` takes exactly what the lock file says, but wants one.
        let install = if backend.join("package-lock.json").is_file() {
            "ci"
        } else {
            "install"
        };
        npm(
            &backend,
            &[install, "--no-audit", "--no-fund", "--loglevel=error"],
        )
        .await?;
    }
    npm(&backend, &["run", "build", "--silent"]).await
}

/// Runs npm; what it prints is shown only when it fails.
async fn npm(backend: &Path, arguments: &[&str]) -> Result<(), Problem> {
    let output = Command::new("npm")
        .args(arguments)
        .current_dir(backend)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| {
            Problem::failed("npm cannot be run; install Node.js 20 or later", error)
        })?;
    if output.status.success() {
        return Ok(());
    }
    let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.push_str(&String::from_utf8_lossy(&output.stderr));
    Err(Problem::Failed(format!(
        "`npm {}` failed:\n{}",
        arguments.join(" "),
        said.trim()
    )))
}
