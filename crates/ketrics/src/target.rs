//! Which application a command talks to, and as whom.
//!
//! `ketrics dev` leaves the answer in `.ketrics/dev.env` of the application's folder, so that
//! `ketrics invoke` needs no arguments anywhere below it. The environment says it for every other
//! host.

use crate::env_file::parse;
use crate::problem::Problem;
use std::env;
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

/// The folder that `ketrics dev` keeps in an application's folder.
pub const STATE_FOLDER: &str = ".ketrics";

const FILE: &str = "dev.env";
const RUNTIME_URL: &str = "KETRICS_RUNTIME_URL";
const TENANT_ID: &str = "KETRICS_TENANT_ID";
const APPLICATION_ID: &str = "KETRICS_APPLICATION_ID";
const TOKEN: &str = "KETRICS_TOKEN";

/// An application on a host, and a token for it.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// For example `http://127.0.0.1:8700`.
    pub runtime_url: String,
    /// The tenant's id or code.
    pub tenant: String,
    /// The application's id or code.
    pub application: String,
    /// The bearer token.
    pub token: String,
}

impl Target {
    /// Finds the target: of `ketrics dev` in `folder` when one is given, otherwise by the
    /// environment, and by the nearest `.ketrics/dev.env` from here upward for what that leaves out.
    pub fn find(folder: Option<&Path>) -> Result<Self, Problem> {
        if let Some(folder) = folder {
            let path = folder.join(STATE_FOLDER).join(FILE);
            let text = fs::read_to_string(&path).map_err(|_| {
                Problem::Failed(format!(
                    "{} is not there; start `ketrics dev {}` first",
                    path.display(),
                    folder.display()
                ))
            })?;
            return Self::from_lookup(|name| parse(&text).remove(name));
        }
        let nearest = env::current_dir().ok().and_then(|here| nearest(&here));
        let values = nearest.map(|text| parse(&text)).unwrap_or_default();
        Self::from_lookup(|name| {
            let set = env::var(name).ok().filter(|value| !value.is_empty());
            set.or_else(|| values.get(name).cloned())
        })
    }

    fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Problem> {
        let names = [RUNTIME_URL, TENANT_ID, APPLICATION_ID, TOKEN];
        match names.map(&lookup) {
            [
                Some(runtime_url),
                Some(tenant),
                Some(application),
                Some(token),
            ] => Ok(Self {
                runtime_url,
                tenant,
                application,
                token,
            }),
            values => {
                let missing: Vec<_> = names
                    .iter()
                    .zip(values)
                    .filter(|(_, value)| value.is_none())
                    .map(|(name, _)| *name)
                    .collect();
                Err(Problem::Usage(format!(
                    "there is nothing to call: start `ketrics dev FOLDER` and name that folder with --app, \
                     or set {}",
                    missing.join(", ")
                )))
            }
        }
    }

    /// Leaves the target for later commands. The file holds a token, so only its owner may read it.
    pub fn write(&self, folder: &Path) -> io::Result<PathBuf> {
        let mut text = String::from("# Written by `ketrics dev`, read by `ketrics invoke`.\n");
        for (name, value) in [
            (RUNTIME_URL, &self.runtime_url),
            (TENANT_ID, &self.tenant),
            (APPLICATION_ID, &self.application),
            (TOKEN, &self.token),
        ] {
            let _ = writeln!(text, "{name}={value}");
        }
        let path = folder.join(STATE_FOLDER).join(FILE);
        write_private(&path, text.as_bytes())?;
        Ok(path)
    }
}

/// Writes a file that only its owner may read, whole or not at all.
pub fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let partial = path.with_extension("partial");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(&partial)?.write_all(content)?;
    fs::rename(partial, path)
}

fn nearest(from: &Path) -> Option<String> {
    from.ancestors()
        .find_map(|folder| fs::read_to_string(folder.join(STATE_FOLDER).join(FILE)).ok())
}

#[cfg(test)]
mod tests {
    use super::STATE_FOLDER;
    use super::Target;
    use super::nearest;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use tempfile::TempDir;

    fn target() -> Target {
        Target {
            runtime_url: "http://127.0.0.1:8700".to_owned(),
            tenant: "t-1".to_owned(),
            application: "a-1".to_owned(),
            token: "abc.def=".to_owned(),
        }
    }

    #[test]
    fn what_was_written_is_found_again_and_private() {
        let folder = TempDir::new().expect("a folder");
        fs::create_dir(folder.path().join(STATE_FOLDER)).expect("a folder");
        let path = target().write(folder.path()).expect("a file");
        assert_eq!(
            fs::metadata(path).expect("a file").permissions().mode() & 0o777,
            0o600
        );
        assert!(Target::find(Some(folder.path())).is_ok_and(|found| found == target()));
    }

    #[test]
    fn the_nearest_folder_above_wins() {
        let root = TempDir::new().expect("a folder");
        let below = root.path().join("app/backend/src");
        fs::create_dir_all(&below).expect("folders");
        for (folder, text) in [
            (root.path().to_owned(), "A=far"),
            (root.path().join("app"), "A=near"),
        ] {
            fs::create_dir_all(folder.join(STATE_FOLDER)).expect("a folder");
            fs::write(folder.join(STATE_FOLDER).join("dev.env"), text).expect("a file");
        }
        assert_eq!(nearest(&below).as_deref(), Some("A=near"));
    }

    #[test]
    fn what_is_missing_is_named() {
        let problem = Target::from_lookup(|name| (name != "KETRICS_TOKEN").then(String::new)).err();
        assert!(
            problem.is_some_and(|problem| problem.to_string().ends_with("or set KETRICS_TOKEN"))
        );
        let folder = TempDir::new().expect("a folder");
        let problem = Target::find(Some(folder.path())).err();
        assert!(problem.is_some_and(|problem| problem.to_string().contains("start `ketrics dev")));
    }
}
