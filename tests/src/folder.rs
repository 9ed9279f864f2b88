//! An application's folder, and the command line in it.

use crate::App;
use crate::Host;
use crate::ketrics;
use ketrics_application::ApplicationConfig;
use ketrics_application::Package;
use serde_json::Value;
use serde_json::json;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::process::Output;
use tempfile::TempDir;

/// A folder with a configuration and a bundle.
#[derive(Debug)]
pub struct Folder(TempDir);

impl Folder {
    /// One with this bundle, and what `config` adds to the least that a configuration must say.
    ///
    /// # Panics
    /// When it cannot be written.
    #[must_use]
    pub fn new(config: &Value, bundle: &str) -> Self {
        let folder = Self(TempDir::new().expect("a folder"));
        folder.write(config, bundle);
        folder
    }

    /// Replaces both.
    ///
    /// # Panics
    /// When they cannot be written.
    pub fn write(&self, config: &Value, bundle: &str) {
        let mut whole = least();
        for (key, value) in config.as_object().into_iter().flatten() {
            whole[key] = value.clone();
        }
        let dist = self.path().join("backend/dist");
        fs::create_dir_all(&dist).expect("a folder");
        fs::write(self.path().join("ketrics.config.json"), whole.to_string()).expect("a file");
        fs::write(dist.join("index.js"), bundle).expect("a file");
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Its ZIP, whatever the configuration says.
    ///
    /// # Panics
    /// When it cannot be packed.
    #[must_use]
    pub fn zip(&self) -> Vec<u8> {
        let config = ApplicationConfig::parse(&least().to_string()).expect("a configuration");
        let package = Package::select(self.path(), &config).expect("a selection");
        package.pack(|_| ()).expect("a ZIP")
    }

    /// A command of the command line in this folder, for an application.
    #[must_use]
    pub fn command(&self, host: &Host, app: &App, token: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(ketrics());
        command
            .args(arguments)
            .current_dir(self.path())
            .env("KETRICS_API_URL", &host.url)
            .env("KETRICS_RUNTIME_URL", &host.url)
            .env("KETRICS_TENANT_ID", app.tenant.id.to_string())
            .env("KETRICS_APPLICATION_ID", app.application.id.to_string())
            .env("KETRICS_TOKEN", token);
        command
    }

    /// Runs one as the administrator.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn run(&self, host: &Host, app: &App, arguments: &[&str]) -> Output {
        let mut command = self.command(host, app, &host.administrator(), arguments);
        command.output().expect("it runs")
    }
}

fn least() -> Value {
    json!({
        "name": "app",
        "version": "1.0.0",
        "runtime": "nodejs18",
        "actions": ["read", "write"],
        "entry": "dist/index.js",
    })
}
