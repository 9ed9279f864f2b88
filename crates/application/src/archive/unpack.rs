//! Unpacking what somebody sent.
//!
//! Nothing is written anywhere: of all entries, the configuration, the bundle and its source map
//! are read, each up to its limit, whatever sizes the ZIP declares. The others only must have
//! names that could be files of an application.

use super::MAX_ARCHIVE_FILES;
use crate::ApplicationConfig;
use crate::Bundle;
use crate::BundleError;
use crate::CONFIG_FILE;
use crate::ConfigError;
use crate::MAX_BUNDLE_BYTES;
use std::io::Cursor;
use std::io::Read;
use zip::ZipArchive;
use zip::result::ZipError;

/// Longer than any configuration that could be valid.
const MAX_CONFIG_BYTES: u64 = 2 * 1024 * 1024;

/// The longest name of an entry.
const MAX_NAME_BYTES: usize = 1_024;

/// The record at the end of a ZIP, APPNOTE.TXT section 4.3.16.
const END: &[u8] = b"PK\x05\x06";
const END_BYTES: usize = 22;
const MAX_COMMENT_BYTES: usize = 65_535;

/// Why a ZIP is no deployment.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It is no ZIP, or a damaged one.
    #[error("the deployment is no ZIP file that can be read: {0}")]
    NotZip(String),
    /// It holds too much.
    #[error("the deployment holds {0} files; at most {MAX_ARCHIVE_FILES} are allowed")]
    TooManyFiles(usize),
    /// An entry could be no file of an application.
    #[error(
        "the deployment holds an entry named {0:?}; names must be relative paths with forward slashes, at most {MAX_NAME_BYTES} bytes long, without `..`"
    )]
    Name(String),
    /// Two entries have one name, so that two readers may see two deployments.
    #[error("the deployment holds two entries of one name")]
    Repeated,
    /// What it must hold is missing.
    #[error("the deployment holds no `{0}`")]
    Missing(String),
    /// An entry is over its limit.
    #[error("`{name}` is longer than the limit of {most} bytes")]
    TooLong {
        /// The entry.
        name: String,
        /// The limit.
        most: u64,
    },
    /// An entry cannot be read.
    #[error("`{name}` in the deployment cannot be read: {reason}")]
    Unreadable {
        /// The entry.
        name: String,
        /// Why.
        reason: String,
    },
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The bundle is wrong.
    #[error(transparent)]
    Bundle(#[from] BundleError),
}

/// An application as it was sent.
#[derive(Clone, Debug)]
pub struct Unpacked {
    /// `ketrics.config.json`, checked.
    pub config: ApplicationConfig,
    /// The same as text.
    pub config_text: String,
    /// The code.
    pub bundle: Bundle,
}

impl Unpacked {
    /// Reads a deployment ZIP.
    ///
    /// # Errors
    /// [`ArchiveError`]; the configuration's faults all at once.
    pub fn read(bytes: &[u8]) -> Result<Self, ArchiveError> {
        let declared = entries_declared(bytes)
            .ok_or_else(|| ArchiveError::NotZip("it has no end record".to_owned()))?;
        if declared > MAX_ARCHIVE_FILES {
            return Err(ArchiveError::TooManyFiles(declared));
        }
        let mut zip = ZipArchive::new(Cursor::new(bytes))
            .map_err(|error| ArchiveError::NotZip(error.to_string()))?;
        for name in zip.file_names() {
            let name = name.map_err(|error| ArchiveError::NotZip(error.to_string()))?;
            if !is_file_name(&name) {
                return Err(ArchiveError::Name(name.chars().take(100).collect()));
            }
        }
        // The reader keeps the last of those with one name.
        if zip.len() != declared {
            return Err(ArchiveError::Repeated);
        }
        let config_text = text(&mut zip, CONFIG_FILE, MAX_CONFIG_BYTES)?
            .ok_or_else(|| ArchiveError::Missing(CONFIG_FILE.to_owned()))?;
        let config = ApplicationConfig::parse(&config_text)?;
        let name = Bundle::normalized(&config.entry);
        let path = format!("backend/{name}");
        let source = text(&mut zip, &path, MAX_BUNDLE_BYTES)?.ok_or(ArchiveError::Missing(path))?;
        let source_map = match Bundle::map_of(&name, &source) {
            Some(map) => text(&mut zip, &format!("backend/{map}"), MAX_BUNDLE_BYTES)?,
            None => None,
        };
        Ok(Self {
            bundle: Bundle::from_source(&name, source, source_map)?,
            config,
            config_text,
        })
    }
}

/// How many entries the ZIP says that it has, before anything is made from them.
fn entries_declared(bytes: &[u8]) -> Option<usize> {
    let earliest = bytes.len().saturating_sub(END_BYTES + MAX_COMMENT_BYTES);
    let tail = &bytes[earliest..];
    let at = tail.windows(END.len()).rposition(|window| window == END)?;
    let count = tail.get(at + 10..at + 12)?;
    Some(usize::from(u16::from_le_bytes([count[0], count[1]])))
}

fn is_file_name(name: &str) -> bool {
    let name_of_file = name.strip_suffix('/').unwrap_or(name);
    name.len() <= MAX_NAME_BYTES
        && !name.contains(['\\', ':'])
        && !name.chars().any(char::is_control)
        && name_of_file
            .split('/')
            .all(|segment| !matches!(segment, "" | "." | ".."))
}

/// The text of an entry, where there is one. No more than `most` bytes are ever decompressed.
fn text(
    zip: &mut ZipArchive<Cursor<&[u8]>>,
    name: &str,
    most: u64,
) -> Result<Option<String>, ArchiveError> {
    let unreadable = |reason: String| ArchiveError::Unreadable {
        name: name.to_owned(),
        reason,
    };
    let entry = match zip.by_name(name) {
        Ok(entry) => entry,
        Err(ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(unreadable(error.to_string())),
    };
    let mut bytes = Vec::new();
    entry
        .take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(error.to_string()))?;
    if bytes.len() as u64 > most {
        return Err(ArchiveError::TooLong {
            name: name.to_owned(),
            most,
        });
    }
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|_| unreadable("it is not UTF-8 text".to_owned()))
}
