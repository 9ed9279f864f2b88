//! Files that the tests do not make themselves: what `tests/apps/build.mjs` built, and documents made
//! by others.

use std::env;
use std::fs;
use std::path::PathBuf;

/// A bundle, or its source map, that `make apps` built.
///
/// # Panics
/// When it was not built.
#[must_use]
pub fn built(file: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("apps/dist")
        .join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; `make apps` builds the applications",
            path.display()
        )
    })
}

/// A document made by others. They stand in `../shared/fixtures`, seen from the checkout, or where
/// `KETRICS_FIXTURES` says.
///
/// # Panics
/// When it is not there.
#[must_use]
pub fn read(path: &str) -> Vec<u8> {
    let folder = env::var("KETRICS_FIXTURES").map_or_else(
        |_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures"),
        PathBuf::from,
    );
    let file = folder.join(path);
    fs::read(&file).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; KETRICS_FIXTURES names the folder of the documents",
            file.display()
        )
    })
}
