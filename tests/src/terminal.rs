//! The command line, as somebody uses it who has a token.

use crate::App;
use crate::Folder;
use crate::Host;
use serde_json::json;
use std::process::Command;
use std::process::Output;

/// Commands for one application of a host, with one token.
#[derive(Debug)]
pub struct Terminal<'a> {
    host: &'a Host,
    app: &'a App,
    token: String,
    folder: Folder,
}

impl<'a> Terminal<'a> {
    /// With this token.
    #[must_use]
    pub fn new(host: &'a Host, app: &'a App, token: &str) -> Self {
        Self {
            host,
            app,
            token: token.to_owned(),
            folder: Folder::new(&json!({}), ""),
        }
    }

    /// A command that is not started yet.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let (host, app) = (self.host, self.app);
        self.folder.command(host, app, &self.token, arguments)
    }

    /// Runs a command.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("it runs")
    }

    /// What a command prints that succeeds.
    ///
    /// # Panics
    /// When it does not.
    #[must_use]
    pub fn text(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {errors}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// What a command says that fails.
    ///
    /// # Panics
    /// When it succeeds.
    #[must_use]
    pub fn complaint(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_ne!(output.status.code(), Some(0), "{arguments:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }
}
