//! `dev.json`: what an application wants to find when it runs under `ketrics dev`.
//!
//! It stands in for the administrator, who on a real host chooses databases, secrets and values.
//! Nothing in it is ever deployed.

use crate::problem::Problem;
use ketrics_services::check_parameter;
use ketrics_services::database_engine;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// The file's name, beside `ketrics.config.json`.
pub const FILE: &str = "dev.json";

/// The whole file; everything in it is optional.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
pub struct Settings {
    /// SQL databases to make and grant.
    pub databases: Vec<Database>,
    /// Values of secrets, by code.
    pub secrets: BTreeMap<String, String>,
    /// Values of parameters, by code: JSON objects.
    pub parameters: BTreeMap<String, Box<RawValue>>,
    /// Values of environment variables.
    pub environment: BTreeMap<String, String>,
    /// People besides the developer.
    pub users: Vec<User>,
    /// Groups of people.
    pub groups: Vec<Group>,
    /// What the application itself may ask of the platform, for example `iam:GetGroupData`.
    pub platform_permissions: Vec<String>,
    /// Addresses in private networks that the application may call: `127.0.0.1:8787`.
    pub egress: Vec<String>,
    /// Programs to run beside the application.
    pub run: Vec<Companion>,
}

/// A SQL database.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// Its code.
    pub code: String,
    /// What the application is granted.
    #[serde(default = "all_permissions")]
    pub permissions: Vec<String>,
    /// Files with SQL to run when it is made, relative to the application's folder.
    #[serde(default)]
    pub seed: Vec<String>,
    /// Where its server is; without one it is a SQLite file.
    #[serde(default)]
    pub url: Option<String>,
}

fn all_permissions() -> Vec<String> {
    ["read", "write", "admin"].map(str::to_owned).to_vec()
}

/// A person.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct User {
    /// E-mail address.
    pub email: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Codes of roles that `ketrics.config.json` declares.
    #[serde(default)]
    pub roles: Vec<String>,
}

/// A group.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its code.
    pub code: String,
    /// Display name.
    pub name: String,
    /// E-mail addresses of users in this file.
    #[serde(default)]
    pub members: Vec<String>,
}

/// A program that runs as long as `ketrics dev` does.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Companion {
    /// What its lines are marked with.
    pub name: String,
    /// The program and its arguments; it runs in the application's folder.
    pub command: Vec<String>,
    /// Variables on top of those that `ketrics dev` itself has.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
}

impl Settings {
    /// Reads the file of an application's folder; without one, there is nothing special to do.
    pub fn read(folder: &Path) -> Result<Self, Problem> {
        match fs::read_to_string(folder.join(FILE)) {
            Ok(text) => Self::parse(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(Problem::failed(
                format_args!("{FILE} cannot be read"),
                error,
            )),
        }
    }

    fn parse(text: &str) -> Result<Self, Problem> {
        let settings: Self = serde_json::from_str(text)
            .map_err(|error| Problem::Failed(format!("{FILE}: {error}")))?;
        if let Some(command) = settings
            .run
            .iter()
            .find(|command| command.command.is_empty())
        {
            return Err(Problem::Failed(format!(
                "{FILE}: `command` of {:?} names no program",
                command.name
            )));
        }
        // A code becomes a file's name.
        let is_plain = |code: &str| {
            !code.is_empty()
                && code
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        if let Some(database) = settings
            .databases
            .iter()
            .find(|database| !is_plain(&database.code))
        {
            return Err(Problem::Failed(format!(
                "{FILE}: the database code {:?} may hold letters, digits, `-` and `_` only",
                database.code
            )));
        }
        for Database {
            code, seed, url, ..
        } in &settings.databases
        {
            let Some(url) = url else {
                continue;
            };
            database_engine(url).map_err(|fault| {
                Problem::Failed(format!(
                    "{FILE}: the `url` of the database {code:?}: {fault}"
                ))
            })?;
            if !seed.is_empty() {
                return Err(Problem::Failed(format!(
                    "{FILE}: the database {code:?} has a `url`, and `seed` is for SQLite files only"
                )));
            }
        }
        for (code, value) in &settings.parameters {
            check_parameter(value.get()).map_err(|fault| {
                Problem::Failed(format!(
                    "{FILE}: the value of the parameter {code:?} cannot be stored: {fault}"
                ))
            })?;
        }
        for group in &settings.groups {
            for member in &group.members {
                if settings.users.iter().all(|user| user.email != *member) {
                    return Err(Problem::Failed(format!(
                        "{FILE}: {member:?} is a member of the group {:?}, but not among `users`",
                        group.code
                    )));
                }
            }
        }
        Ok(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::Settings;
    use std::path::Path;

    #[test]
    fn a_folder_without_the_file_has_no_settings() {
        let settings = Settings::read(Path::new("/nonexistent")).expect("no file is no problem");
        assert!(settings.databases.is_empty() && settings.run.is_empty());
    }

    #[test]
    fn a_database_is_granted_everything_unless_it_says_otherwise() {
        let text =
            r#"{ "databases": [{ "code": "a" }, { "code": "b", "permissions": ["read"] }] }"#;
        let settings = Settings::parse(text).expect("settings");
        assert_eq!(
            settings.databases[0].permissions,
            ["read", "write", "admin"]
        );
        assert_eq!(settings.databases[1].permissions, ["read"]);
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        for (text, expected) in [
            ("{\n\"database\": []}", "unknown field `database`"),
            (
                "{ \"users\": [{ \"email\": \"a\" }] }",
                "missing field `firstName`",
            ),
            (
                "{ \"run\": [{ \"name\": \"x\", \"command\": [] }] }",
                "`command` of \"x\" names no program",
            ),
            (
                "{ \"databases\": [{ \"code\": \"../x\" }] }",
                "letters, digits, `-` and `_` only",
            ),
            (
                "{ \"databases\": [{ \"code\": \"x\", \"url\": \"redis://h/d\" }] }",
                "the `url` of the database \"x\": it must begin with",
            ),
            (
                "{ \"databases\": [{ \"code\": \"x\", \"url\": \"mysql://u@h/d?a=1\" }] }",
                "the parameter a is unknown",
            ),
            (
                "{ \"databases\": [{ \"code\": \"x\", \"url\": \"mysql://u@h/d\", \"seed\": [\"a\"] }] }",
                "`seed` is for SQLite files only",
            ),
            (
                "{ \"parameters\": { \"billing\": [1] } }",
                "the parameter \"billing\" cannot be stored: it is an array",
            ),
            (
                "{ \"groups\": [{ \"code\": \"g\", \"name\": \"G\", \"members\": [\"a@b\"] }] }",
                "\"a@b\" is a member of the group \"g\", but not among `users`",
            ),
        ] {
            let problem = Settings::parse(text).expect_err("a mistake");
            assert!(problem.to_string().contains(expected), "{problem}");
        }
    }

    #[test]
    fn a_parameter_keeps_its_spelling() {
        let text = r#"{ "parameters": { "billing": { "z": 1.50, "a": 12345678901234567890 } } }"#;
        let settings = Settings::parse(text).expect("settings");
        assert_eq!(
            settings.parameters["billing"].get(),
            r#"{ "z": 1.50, "a": 12345678901234567890 }"#
        );
    }

    #[test]
    fn the_example_application_has_valid_settings() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/orders");
        let settings = Settings::read(&folder).expect("valid settings");
        assert_eq!(settings.databases[0].code, "orders-db");
    }
}
