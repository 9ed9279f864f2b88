//! `ketrics init`: a new application to begin with.
//!
//! The files of `template/` are part of the binary. Nothing that is there already is changed.

use crate::problem::Problem;
use clap::Args;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// Where the template has the application's name.
const NAME: &str = "{{name}}";
/// Characters of a name, at the most.
const LONGEST_NAME: usize = 64;

/// The files, by their path in the new folder.
const FILES: [(&str, &str); 13] = [
    (".gitignore", include_str!("../template/gitignore")),
    ("README.md", include_str!("../template/README.md")),
    (
        "ketrics.config.json",
        include_str!("../template/ketrics.config.json"),
    ),
    ("dev.json", include_str!("../template/dev.json")),
    (
        "backend/package.json",
        include_str!("../template/backend/package.json"),
    ),
    (
        "backend/tsconfig.json",
        include_str!("../template/backend/tsconfig.json"),
    ),
    (
        "backend/src/index.ts",
        include_str!("../template/backend/src/index.ts"),
    ),
    (
        "backend/src/greetings.ts",
        include_str!("../template/backend/src/greetings.ts"),
    ),
    (
        "backend/src/permissions.ts",
        include_str!("../template/backend/src/permissions.ts"),
    ),
    (
        "backend/tests/ketrics.ts",
        include_str!("../template/backend/tests/ketrics.ts"),
    ),
    (
        "backend/tests/greetings.test.ts",
        include_str!("../template/backend/tests/greetings.test.ts"),
    ),
    (
        "tests/test.greet.json",
        include_str!("../template/tests/test.greet.json"),
    ),
    (
        "tests/test.listGreetings.json",
        include_str!("../template/tests/test.listGreetings.json"),
    ),
];

/// Make a new application: its configuration, a backend in TypeScript and tests
#[derive(Debug, Args)]
pub struct Init {
    /// The application's name (lower case, digits and hyphens), and the folder to make
    #[arg(default_value = "my-app")]
    name: String,
}

impl Init {
    /// Writes the files.
    ///
    /// # Errors
    /// When the name is none, the folder holds something, or a file cannot be written.
    pub fn run(&self) -> Result<(), Problem> {
        let folder = PathBuf::from(&self.name);
        check_name(&self.name)?;
        check_empty(&folder)?;
        for (path, text) in FILES {
            write(&folder.join(path), &text.replace(NAME, &self.name))?;
        }
        println!("Made the application {0} in the folder {0}.\n", self.name);
        println!("  cd {}", self.name);
        println!("  npm install --prefix backend");
        println!("  ketrics dev");
        println!("\nThen, in another terminal and the same folder:\n");
        println!("  ketrics invoke greet --payload '{{\"name\":\"Ada\"}}'");
        Ok(())
    }
}

fn check_name(name: &str) -> Result<(), Problem> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
    if begins && !name.ends_with('-') && name.len() <= LONGEST_NAME && name.chars().all(allowed) {
        return Ok(());
    }
    Err(Problem::Usage(format!(
        "'{name}' cannot be an application's name: it takes lower-case letters, digits and hyphens, begins with a letter, does not end with a hyphen, and has at most {LONGEST_NAME} characters"
    )))
}

fn check_empty(folder: &Path) -> Result<(), Problem> {
    let shown = folder.display();
    match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Problem::failed(format!("{shown} cannot be used"), error)),
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(Problem::Usage(format!(
                "the folder {shown} is not empty; choose another name, or empty it"
            ))),
        },
    }
}

fn write(file: &Path, text: &str) -> Result<(), Problem> {
    let folder = file.parent().unwrap_or(file);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(file, text))
        .map_err(|error| Problem::failed(format!("{} cannot be written", file.display()), error))
}
