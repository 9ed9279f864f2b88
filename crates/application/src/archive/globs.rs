//! `include` and `exclude`: globs over paths within the application's folder.

use crate::ApplicationConfig;
use globset::GlobBuilder;
use globset::GlobSet;
use globset::GlobSetBuilder;

/// What no deployment takes, whatever `include` says: dependencies, which are in the bundle
/// already; version control; and files that hold credentials or serve development.
const NEVER: [&str; 5] = [
    "**/node_modules",
    "**/.git",
    "**/.ketrics",
    "**/.env*",
    "dev.json",
];

/// What a configuration selects.
pub(super) struct Selection {
    include: GlobSet,
    exclude: GlobSet,
}

impl Selection {
    /// Without `include`, the folder of the bundle.
    pub(super) fn of(config: &ApplicationConfig) -> Result<Self, globset::Error> {
        let folder = config
            .entry
            .rsplit_once('/')
            .map_or("backend/*".to_owned(), |(folder, _)| {
                format!("backend/{}/**", folder.trim_start_matches("./"))
            });
        let include = if config.include.is_empty() {
            vec![folder]
        } else {
            config.include.clone()
        };
        let exclude = config.exclude.iter().map(String::as_str).chain(NEVER);
        Ok(Self {
            include: set(include.iter().map(String::as_str))?,
            exclude: set(exclude)?,
        })
    }

    /// Whether a file is taken.
    pub(super) fn takes(&self, path: &str) -> bool {
        self.include.is_match(path) && !self.excludes(path)
    }

    /// Whether a file or everything in a folder is left out.
    pub(super) fn excludes(&self, path: &str) -> bool {
        self.exclude.is_match(path)
    }
}

/// A glob that names a folder means all that is in it.
fn set<'a>(globs: impl Iterator<Item = &'a str>) -> Result<GlobSet, globset::Error> {
    let mut builder = GlobSetBuilder::new();
    for glob in globs {
        let glob = glob.trim_start_matches("./").trim_end_matches('/');
        for glob in [glob.to_owned(), format!("{glob}/**")] {
            builder.add(GlobBuilder::new(&glob).literal_separator(true).build()?);
        }
    }
    builder.build()
}

/// What is wrong with a glob; the end of a sentence about it.
pub(crate) fn check(glob: &str) -> Option<String> {
    if glob.starts_with('/') || glob.contains('\\') {
        return Some(
            "it must be relative to the application's folder, with forward slashes".to_owned(),
        );
    }
    if glob.split('/').any(|segment| segment == "..") {
        return Some("it must stay inside the application's folder: no `..`".to_owned());
    }
    let error = set(std::iter::once(glob)).err()?;
    Some(format!("it is no glob: {}", error.kind()))
}

#[cfg(test)]
mod tests {
    use super::Selection;
    use super::check;
    use crate::ApplicationConfig;

    fn selection(entry: &str, lists: &str) -> Selection {
        let text = format!(
            r#"{{"name":"a","version":"1.0.0","runtime":"nodejs18","actions":[],"entry":"{entry}"{lists}}}"#
        );
        let config = ApplicationConfig::parse(&text).expect("a valid config");
        Selection::of(&config).expect("valid globs")
    }

    #[test]
    fn without_include_the_bundles_folder_is_taken() {
        let selection = selection("./dist/index.js", "");
        assert!(selection.takes("backend/dist/index.js"));
        assert!(selection.takes("backend/dist/maps/index.js.map"));
        assert!(!selection.takes("backend/src/index.ts"));
    }

    #[test]
    fn a_folder_means_what_is_in_it_and_a_star_stays_in_its_folder() {
        let lists = r#","include":["backend/dist/","docs/*.md"],"exclude":["**/*.map"]"#;
        let selection = selection("dist/index.js", lists);
        assert!(selection.takes("backend/dist/deep/a.js"));
        assert!(!selection.takes("backend/dist/a.js.map"));
        assert!(selection.takes("docs/a.md"));
        assert!(!selection.takes("docs/deep/a.md"));
    }

    #[test]
    fn credentials_and_dependencies_are_never_taken() {
        let selection = selection("index.js", r#","include":["**"]"#);
        assert!(selection.takes("backend/index.js"));
        for path in [
            "backend/node_modules/a/index.js",
            ".git/config",
            ".ketrics/dev.env",
            "backend/.env.local",
            "dev.json",
        ] {
            assert!(!selection.takes(path), "{path}");
        }
    }

    #[test]
    fn a_glob_that_cannot_be_is_told_why() {
        assert_eq!(check("backend/**"), None);
        for (glob, reason) in [
            ("/etc/*", "relative"),
            ("../x", "no `..`"),
            ("a[", "no glob"),
        ] {
            let fault = check(glob).expect("a fault");
            assert!(fault.contains(reason), "{glob}: {fault}");
        }
    }
}
