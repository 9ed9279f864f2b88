//! The ZIP file that a workbook is: parts that stay compressed as they came until somebody reads
//! them, and that are copied as they came unless somebody replaces them.

use super::error::ExcelError;
use super::error::Result;
use super::error::broken;
use std::collections::BTreeMap;
use std::io::Cursor;
use std::io::Read;
use std::io::Write;
use zip::CompressionMethod;
use zip::ZipArchive;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// How many files the ZIP may hold.
const MAX_ENTRIES: usize = 10_000;
/// How large a part may be that is read.
const MAX_PART: u64 = 256 << 20;
/// How large all parts may be together.
const MAX_INFLATED: u64 = 1 << 30;
/// How much larger than its compressed form a part may be, if it is large at all.
const MAX_RATIO: u64 = 500;
/// A part below this size may be of any ratio.
const RATIO_FROM: u64 = 8 << 20;
/// How hard to compress: levels above gain little on worksheets and cost much.
const LEVEL: i64 = 3;

/// The parts of a workbook.
#[derive(Debug, Default)]
pub(crate) struct Package {
    archive: Option<ZipArchive<Cursor<Vec<u8>>>>,
    /// The size of the file.
    size: usize,
    /// The entry of each part that was read, in the file's order.
    entries: Vec<(String, usize)>,
    /// What replaces a part or comes new; `None` removes it.
    changes: BTreeMap<String, Option<Vec<u8>>>,
}

impl Package {
    /// Opens a file.
    pub fn open(bytes: Vec<u8>) -> Result<Self> {
        if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
            return Err(broken(
                "this is an encrypted workbook or one of the old binary format (.xls); only .xlsx and .xlsm can be read, without a password",
            ));
        }
        let size = bytes.len();
        let mut archive = ZipArchive::new(Cursor::new(bytes))
            .map_err(|error| broken(format!("not a ZIP file: {error}")))?;
        if archive.len() > MAX_ENTRIES {
            return Err(broken(format!(
                "the ZIP holds {} entries; {MAX_ENTRIES} are allowed",
                archive.len()
            )));
        }
        if archive.has_duplicate_names() {
            return Err(broken("the ZIP holds two entries of the same name"));
        }
        if archive
            .has_overlapping_entries()
            .map_err(|error| broken(format!("the ZIP is damaged: {error}")))?
        {
            return Err(broken("the ZIP's entries overlap"));
        }
        let mut entries = Vec::with_capacity(archive.len());
        let mut inflated = 0u64;
        for index in 0..archive.len() {
            let file = archive
                .by_index_raw(index)
                .map_err(|error| broken(format!("the ZIP is damaged: {error}")))?;
            let name = file
                .name()
                .map_err(|_| broken("the ZIP holds a name that is not text"))?
                .replace('\\', "/");
            if file.encrypted() {
                return Err(broken(format!("{name} is encrypted")));
            }
            check_size(&name, file.size(), file.compressed_size())?;
            inflated = inflated.saturating_add(file.size());
            if inflated > MAX_INFLATED {
                return Err(broken(format!(
                    "the parts are larger than {} MB together",
                    MAX_INFLATED >> 20
                )));
            }
            if !file.is_dir() {
                entries.push((name.trim_start_matches('/').to_owned(), index));
            }
        }
        Ok(Self {
            archive: Some(archive),
            size,
            entries,
            changes: BTreeMap::new(),
        })
    }

    /// About how many bytes of memory it takes.
    pub fn memory(&self) -> usize {
        let changes = self.changes.values().flatten();
        self.size + changes.map(Vec::len).sum::<usize>()
    }

    /// The names of all parts.
    pub fn names(&self) -> Vec<String> {
        let read = self.entries.iter().map(|(name, _)| name);
        let mut names: Vec<String> = read
            .filter(|name| !matches!(self.changes.get(*name), Some(None)))
            .cloned()
            .collect();
        for (name, change) in &self.changes {
            if change.is_some() && self.entry(name).is_none() {
                names.push(name.clone());
            }
        }
        names
    }

    /// Whether there is such a part. Names are compared as they stand, then without case.
    pub fn find(&self, name: &str) -> Option<String> {
        let names = self.names();
        let exact = names.iter().find(|known| *known == name);
        exact
            .or_else(|| names.iter().find(|known| known.eq_ignore_ascii_case(name)))
            .cloned()
    }

    fn entry(&self, name: &str) -> Option<usize> {
        let found = self.entries.iter().find(|(known, _)| known == name);
        found.map(|(_, index)| *index)
    }

    /// The bytes of a part.
    pub fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>> {
        if let Some(change) = self.changes.get(name) {
            return Ok(change.clone());
        }
        let (Some(index), Some(archive)) = (self.entry(name), self.archive.as_mut()) else {
            return Ok(None);
        };
        let file = archive
            .by_index(index)
            .map_err(|error| broken(format!("{name} cannot be read: {error}")))?;
        let size = file.size();
        let mut bytes = Vec::with_capacity(usize::try_from(size.min(MAX_PART)).unwrap_or(0));
        // The size was declared by the file itself: what lies behind it is not inflated.
        file.take(size.min(MAX_PART) + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| broken(format!("{name} cannot be read: {error}")))?;
        if bytes.len() as u64 > size {
            return Err(broken(format!("{name} is larger than the ZIP says")));
        }
        Ok(Some(bytes))
    }

    /// A part that must be text.
    pub fn text(&mut self, name: &str) -> Result<Option<String>> {
        self.read(name)?
            .map(|bytes| decode(bytes, name))
            .transpose()
    }

    /// Replaces a part, or adds it.
    pub fn replace(&mut self, name: &str, bytes: Vec<u8>) {
        self.changes.insert(name.to_owned(), Some(bytes));
    }

    /// Removes a part.
    pub fn remove(&mut self, name: &str) {
        self.changes.insert(name.to_owned(), None);
    }

    /// Writes the file: parts in the order in which they were read, then the new ones. What the
    /// source has anew takes the place of the package's.
    pub fn write(&mut self, source: &mut dyn Source) -> Result<Vec<u8>> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let mut last = Vec::new();
        let mut names = self.names();
        // The list of content types comes first in most files, and some readers like it so.
        if self.archive.is_none() {
            names.sort_by_key(|name| name != "[Content_Types].xml");
        }
        for name in names {
            match source.stage(&name) {
                Stage::Last => last.push(name),
                Stage::Now => {
                    start(&mut writer, &name)?;
                    source.write(&name, &mut writer)?;
                }
                Stage::Keep => match self.changes.get(&name) {
                    Some(Some(bytes)) => {
                        start(&mut writer, &name)?;
                        writer.write_all(bytes).map_err(unwritable)?;
                    }
                    Some(None) => {}
                    None => {
                        let index = self.entry(&name);
                        if let (Some(index), Some(archive)) = (index, self.archive.as_mut()) {
                            let file = archive.by_index_raw(index).map_err(unwritable)?;
                            writer.raw_copy_file(file).map_err(unwritable)?;
                        }
                    }
                },
            }
        }
        for name in last {
            start(&mut writer, &name)?;
            source.write(&name, &mut writer)?;
        }
        Ok(writer.finish().map_err(unwritable)?.into_inner())
    }
}

/// When a part is written anew.
pub(crate) enum Stage {
    /// Not at all: it is copied.
    Keep,
    /// In its place.
    Now,
    /// After all others, since it depends on them.
    Last,
}

/// What writes parts anew.
pub(crate) trait Source {
    /// When it writes this part.
    fn stage(&self, name: &str) -> Stage;
    /// Writes it.
    fn write(&mut self, name: &str, out: &mut dyn Write) -> Result<()>;
}

fn start(writer: &mut ZipWriter<Cursor<Vec<u8>>>, name: &str) -> Result<()> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(LEVEL));
    writer.start_file(name, options).map_err(unwritable)
}

fn unwritable(error: impl std::fmt::Display) -> ExcelError {
    ExcelError::Limit(format!("the ZIP cannot be written: {error}"))
}

fn check_size(name: &str, size: u64, compressed: u64) -> Result<()> {
    if size > MAX_PART {
        return Err(broken(format!(
            "{name} is {} MB large; {} MB are allowed",
            size >> 20,
            MAX_PART >> 20
        )));
    }
    if size > RATIO_FROM && size / compressed.max(1) > MAX_RATIO {
        return Err(broken(format!(
            "{name} is compressed {} times; {MAX_RATIO} times are allowed",
            size / compressed.max(1)
        )));
    }
    Ok(())
}

/// UTF-8, or UTF-16 with its mark.
fn decode(bytes: Vec<u8>, name: &str) -> Result<String> {
    let not_text = || broken(format!("{name} is not text in UTF-8 or UTF-16"));
    let utf16 = |read: fn([u8; 2]) -> u16| {
        let (pairs, _) = bytes[2..].as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|pair| read(*pair)).collect();
        String::from_utf16(&units).map_err(|_| not_text())
    };
    match bytes.as_slice() {
        [0xff, 0xfe, ..] => utf16(u16::from_le_bytes),
        [0xfe, 0xff, ..] => utf16(u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).map_err(|_| not_text()),
        _ => String::from_utf8(bytes).map_err(|_| not_text()),
    }
}
