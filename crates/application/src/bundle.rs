//! The bundle that a deployment runs: one JavaScript file and, where there is one, its source map.

use crate::ApplicationConfig;
use crate::ModuleFormat;
use std::fs;
use std::io;
use std::path::Path;

/// The longest bundle and the longest source map that can be deployed, in bytes.
pub const MAX_BUNDLE_BYTES: u64 = 50 * 1024 * 1024;

/// A bundle as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// Its path within `backend/`, with forward slashes, as it appears in stacks.
    pub name: String,
    /// The text.
    pub source: String,
    /// How the text is to be read.
    pub format: ModuleFormat,
    /// The source map's JSON, from inside the bundle or from the file beside it.
    pub source_map: Option<String>,
}

/// Why there is no bundle. Places are given relative to the application's folder.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The file that `entry` names is not there.
    #[error(
        "the entry `{0}` is not there: build the application, or correct `entry` in ketrics.config.json"
    )]
    Missing(String),
    /// It is there, but leads out of the folder through a link.
    #[error("the entry `{0}` leads out of the application's folder")]
    Outside(String),
    /// It is there, but cannot be read.
    #[error("`{0}` cannot be read: {1}")]
    Unreadable(String, io::ErrorKind),
    /// It is not text.
    #[error("`{0}` is not UTF-8 text")]
    NotText(String),
    /// It is over the limit.
    #[error("`{name}` is {bytes} bytes long; at most {MAX_BUNDLE_BYTES} are allowed")]
    TooLong {
        /// The file.
        name: String,
        /// Its length.
        bytes: u64,
    },
}

impl Bundle {
    /// Reads the bundle that `config` names from an application's folder.
    ///
    /// A source map that is missing or unreadable is no error: it only makes stacks poorer.
    ///
    /// # Errors
    /// [`BundleError`] when the entry is missing, too long, or no text.
    pub fn read(folder: &Path, config: &ApplicationConfig) -> Result<Self, BundleError> {
        let name = Self::normalized(&config.entry);
        let shown = format!("backend/{name}");
        let backend = folder.join("backend");
        let path = backend.join(&name);
        if !path.is_file() {
            return Err(BundleError::Missing(shown));
        }
        if !is_inside(&path, &backend) {
            return Err(BundleError::Outside(shown));
        }
        let source = read(&path, &shown)?;
        let source_map = match reference(&source) {
            Some(url) if url.starts_with("data:") => decoded(url),
            Some(url) => map_beside(&path, url, &backend),
            None => {
                let file = path
                    .file_name()
                    .map(|file| format!("{}.map", file.to_string_lossy()));
                file.and_then(|file| map_beside(&path, &file, &backend))
            }
        };
        Ok(Self {
            format: ModuleFormat::of(&name, &source),
            name,
            source,
            source_map,
        })
    }

    /// Makes a bundle from text, for example one that came in an upload. An inline source map is
    /// found; `source_map` is one that came beside it.
    ///
    /// # Errors
    /// [`BundleError::TooLong`].
    pub fn from_source(
        name: &str,
        source: String,
        source_map: Option<String>,
    ) -> Result<Self, BundleError> {
        let bytes = source.len() as u64;
        if bytes > MAX_BUNDLE_BYTES {
            return Err(BundleError::TooLong {
                name: name.to_owned(),
                bytes,
            });
        }
        let inline = || {
            reference(&source)
                .filter(|url| url.starts_with("data:"))
                .and_then(decoded)
        };
        let source_map = source_map.or_else(inline);
        Ok(Self {
            name: Self::normalized(name),
            format: ModuleFormat::of(name, &source),
            source,
            source_map,
        })
    }

    /// An `entry` as [`Bundle::name`] has it.
    pub(crate) fn normalized(entry: &str) -> String {
        let segments = entry
            .split('/')
            .filter(|segment| !matches!(*segment, "" | "."));
        segments.collect::<Vec<_>>().join("/")
    }

    /// The path within `backend/` at which the source map of a bundle would stand, unless it is
    /// inside the bundle or elsewhere altogether.
    pub(crate) fn map_of(name: &str, source: &str) -> Option<String> {
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
        let beside = format!("{file}.map");
        let url = reference(source).unwrap_or(&beside);
        if url.contains(':') {
            return None;
        }
        let mut path: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
        for segment in url.split('/') {
            match segment {
                "" | "." => {}
                ".." => {
                    path.pop()?;
                }
                segment => path.push(segment),
            }
        }
        Some(path.join("/"))
    }
}

fn is_inside(path: &Path, folder: &Path) -> bool {
    match (path.canonicalize(), folder.canonicalize()) {
        (Ok(path), Ok(folder)) => path.starts_with(folder),
        _ => false,
    }
}

fn read(path: &Path, shown: &str) -> Result<String, BundleError> {
    let unreadable = |error: io::Error| BundleError::Unreadable(shown.to_owned(), error.kind());
    let bytes = fs::metadata(path).map_err(unreadable)?.len();
    if bytes > MAX_BUNDLE_BYTES {
        return Err(BundleError::TooLong {
            name: shown.to_owned(),
            bytes,
        });
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    String::from_utf8(bytes).map_err(|_| BundleError::NotText(shown.to_owned()))
}

/// The address in a `//# sourceMappingURL=` line at the end of the text.
fn reference(source: &str) -> Option<&str> {
    let line = source
        .lines()
        .rev()
        .map(str::trim)
        .find(|line| !line.is_empty())?;
    let url = line
        .strip_prefix("//# sourceMappingURL=")
        .or_else(|| line.strip_prefix("//@ sourceMappingURL="))?;
    Some(url.trim())
}

fn map_beside(bundle: &Path, url: &str, backend: &Path) -> Option<String> {
    if url.contains(':') {
        return None;
    }
    let path = bundle.parent()?.join(url);
    if !is_inside(&path, backend) {
        return None;
    }
    read(&path, url).ok()
}

fn decoded(url: &str) -> Option<String> {
    let decoded = sourcemap::decode_data_url(url).ok()?;
    let mut text = Vec::new();
    match decoded {
        sourcemap::DecodedMap::Regular(map) => map.to_writer(&mut text).ok()?,
        sourcemap::DecodedMap::Index(map) => map.to_writer(&mut text).ok()?,
        sourcemap::DecodedMap::Hermes(map) => map.to_writer(&mut text).ok()?,
    }
    String::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use super::Bundle;
    use super::BundleError;
    use super::MAX_BUNDLE_BYTES;
    use crate::ApplicationConfig;
    use crate::ModuleFormat;
    use std::fs;
    use tempfile::TempDir;

    const MAP: &str = r#"{"version":3,"sources":["../src/index.ts"],"names":[],"mappings":"AAAA"}"#;

    fn config(entry: &str) -> ApplicationConfig {
        ApplicationConfig::parse(&format!(
            r#"{{"name":"a","version":"1.0.0","runtime":"nodejs18","actions":[],"entry":"{entry}"}}"#
        ))
        .expect("a valid config")
    }

    fn folder(files: &[(&str, &str)]) -> TempDir {
        let folder = TempDir::new().expect("a folder");
        for (path, content) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, content).expect("a file");
        }
        folder
    }

    #[test]
    fn a_bundle_is_read_with_the_map_that_it_names() {
        let source = "exports.f = () => 1;\n//# sourceMappingURL=other.map\n";
        let folder = folder(&[
            ("backend/dist/index.js", source),
            ("backend/dist/other.map", MAP),
        ]);
        let bundle = Bundle::read(folder.path(), &config("./dist//index.js")).expect("a bundle");
        assert_eq!(bundle.name, "dist/index.js");
        assert_eq!(bundle.format, ModuleFormat::CommonJs);
        assert_eq!(bundle.source, source);
        assert_eq!(bundle.source_map.as_deref(), Some(MAP));
    }

    #[test]
    fn a_map_beside_the_bundle_is_found_without_being_named() {
        let folder = folder(&[
            ("backend/index.mjs", "export {}"),
            ("backend/index.mjs.map", MAP),
        ]);
        let bundle = Bundle::read(folder.path(), &config("index.mjs")).expect("a bundle");
        assert_eq!(bundle.format, ModuleFormat::EsModule);
        assert_eq!(bundle.source_map.as_deref(), Some(MAP));
    }

    #[test]
    fn an_inline_map_is_decoded() {
        let source = "exports.f = 1;\n//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbImEudHMiXSwibmFtZXMiOltdLCJtYXBwaW5ncyI6IkFBQUEifQ==\n";
        let bundle = Bundle::from_source("index.js", source.to_owned(), None).expect("a bundle");
        let map = bundle.source_map.expect("a source map");
        assert!(map.contains("a.ts"), "{map}");
    }

    #[test]
    fn a_missing_or_broken_map_is_no_error() {
        for reference in [
            "gone.map",
            "https://example.com/x.map",
            "data:application/json;base64,!!!!",
        ] {
            let source = format!("exports.f = 1;\n//# sourceMappingURL={reference}");
            let folder = folder(&[("backend/index.js", source.as_str())]);
            let bundle = Bundle::read(folder.path(), &config("index.js")).expect("a bundle");
            assert_eq!(bundle.source_map, None, "{reference}");
        }
    }

    #[test]
    fn nothing_outside_backend_is_read() {
        let source = "exports.f = 1;\n//# sourceMappingURL=../secret.map";
        let folder = folder(&[
            ("backend/index.js", source),
            ("secret.map", MAP),
            ("outside.js", "1"),
        ]);
        let bundle = Bundle::read(folder.path(), &config("index.js")).expect("a bundle");
        assert_eq!(bundle.source_map, None);
        std::os::unix::fs::symlink(
            folder.path().join("outside.js"),
            folder.path().join("backend/link.js"),
        )
        .expect("a link");
        let error =
            Bundle::read(folder.path(), &config("link.js")).expect_err("a link to the outside");
        assert!(matches!(error, BundleError::Outside(_)), "{error}");
    }

    #[test]
    fn a_missing_entry_says_what_to_do_and_no_host_path() {
        let folder = folder(&[("ketrics.config.json", "{}")]);
        let error = Bundle::read(folder.path(), &config("dist/index.js")).expect_err("no bundle");
        let message = error.to_string();
        assert!(
            message.contains("`backend/dist/index.js` is not there: build"),
            "{message}"
        );
        assert!(
            !message.contains(&*folder.path().to_string_lossy()),
            "{message}"
        );
    }

    #[test]
    fn a_bundle_over_the_limit_or_not_text_is_refused() {
        let folder = folder(&[("backend/index.js", "")]);
        let path = folder.path().join("backend/index.js");
        fs::File::options()
            .write(true)
            .open(&path)
            .and_then(|file| file.set_len(MAX_BUNDLE_BYTES + 1))
            .expect("a sparse file");
        let error = Bundle::read(folder.path(), &config("index.js")).expect_err("too long");
        assert!(
            error.to_string().contains("at most 52428800 are allowed"),
            "{error}"
        );
        fs::write(&path, b"\xff\xfe").expect("a file");
        let error = Bundle::read(folder.path(), &config("index.js")).expect_err("not text");
        assert!(matches!(error, BundleError::NotText(_)), "{error}");
    }
}
