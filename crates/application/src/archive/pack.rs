//! Packing an application's folder.

use super::MAX_ARCHIVE_BYTES;
use super::MAX_ARCHIVE_FILES;
use super::globs::Selection;
use crate::ApplicationConfig;
use crate::Bundle;
use crate::BundleError;
use crate::CONFIG_FILE;
use std::fs;
use std::io;
use std::io::Cursor;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use zip::CompressionMethod;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Why an application cannot be packed.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// There is no bundle that could be deployed.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The globs leave out what runs.
    #[error(
        "`include` and `exclude` leave out the entry `{0}`; the deployment needs it (links are left out, too)"
    )]
    EntryLeftOut(String),
    /// They take too much.
    #[error(
        "`include` and `exclude` select more than {MAX_ARCHIVE_FILES} files; a deployment needs the bundle only"
    )]
    TooManyFiles,
    /// The result is too long.
    #[error(
        "the deployment is {0} bytes long; at most {MAX_ARCHIVE_BYTES} are allowed: select fewer files by `include` and `exclude`"
    )]
    TooLong(u64),
    /// A glob is none, which checking the configuration told already.
    #[error("`include` or `exclude` holds no glob: {0}")]
    Glob(#[from] globset::Error),
    /// A file cannot be read.
    #[error("`{0}` cannot be read: {1}")]
    Unreadable(String, io::Error),
    /// The ZIP cannot be written.
    #[error("the deployment cannot be packed: {0}")]
    Zip(#[from] zip::result::ZipError),
}

/// A file that goes into the ZIP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedFile {
    /// Its path within the application's folder, with forward slashes.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    path: PathBuf,
}

/// What is to be packed.
#[derive(Clone, Debug)]
pub struct Package {
    /// The configuration first, then the others by name.
    pub files: Vec<PackedFile>,
}

impl Package {
    /// Selects the files of an application's folder.
    ///
    /// # Errors
    /// When the bundle is not among them, or they are too many.
    pub fn select(folder: &Path, config: &ApplicationConfig) -> Result<Self, PackError> {
        let bundle = Bundle::read(folder, config)?;
        let entry = format!("backend/{}", bundle.name);
        let selection = Selection::of(config)?;
        let mut files = vec![file(folder, CONFIG_FILE.to_owned())?];
        walk(folder, "", &selection, &mut files)?;
        if files.iter().all(|file| file.name != entry) {
            return Err(PackError::EntryLeftOut(entry));
        }
        files[1..].sort_by(|one, other| one.name.cmp(&other.name));
        Ok(Self { files })
    }

    /// Makes the ZIP. The same files make the same bytes. `packed` is told of each file.
    ///
    /// # Errors
    /// When a file cannot be read, or the ZIP becomes too long.
    pub fn pack(&self, mut packed: impl FnMut(&PackedFile)) -> Result<Vec<u8>, PackError> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        // Without a time of its own, an entry has the oldest that there is.
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for file in &self.files {
            let content = fs::read(&file.path)
                .map_err(|error| PackError::Unreadable(file.name.clone(), error))?;
            zip.start_file(file.name.as_str(), options)?;
            zip.write_all(&content)
                .map_err(zip::result::ZipError::from)?;
            packed(file);
        }
        let bytes = zip.finish()?.into_inner();
        match bytes.len() as u64 {
            length if length > MAX_ARCHIVE_BYTES => Err(PackError::TooLong(length)),
            _ => Ok(bytes),
        }
    }
}

fn file(folder: &Path, name: String) -> Result<PackedFile, PackError> {
    let path = folder.join(&name);
    match fs::metadata(&path) {
        Ok(metadata) => Ok(PackedFile {
            name,
            bytes: metadata.len(),
            path,
        }),
        Err(error) => Err(PackError::Unreadable(name, error)),
    }
}

fn walk(
    root: &Path,
    within: &str,
    selection: &Selection,
    files: &mut Vec<PackedFile>,
) -> Result<(), PackError> {
    let unreadable = |error| PackError::Unreadable(format!("{within}/"), error);
    for entry in fs::read_dir(root.join(within)).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let kind = entry.file_type().map_err(unreadable)?;
        // A name that is not UTF-8 can be no part of a URL, an import or a glob.
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let name = match within {
            "" => name,
            within => format!("{within}/{name}"),
        };
        if kind.is_dir() {
            if !selection.excludes(&name) {
                walk(root, &name, selection, files)?;
            }
        } else if kind.is_file() && selection.takes(&name) && name != CONFIG_FILE {
            if files.len() >= MAX_ARCHIVE_FILES {
                return Err(PackError::TooManyFiles);
            }
            files.push(file(root, name)?);
        }
    }
    Ok(())
}
