//! Reads a file, within bounds on what it may inflate to.

use super::error::PdfError;
use super::error::Result;
use lopdf::LoadOptions;
use lopdf::Object;
use lopdf::ObjectId;
use lopdf::xref::XrefRecovery;
use std::cell::Cell;
use std::io::Write;
use std::panic::AssertUnwindSafe;

/// What one object or cross-reference stream may inflate to.
const MOST_OF_ONE: usize = 32 << 20;

/// What all object streams of a file may inflate to together. Each byte can become an object of a
/// hundred.
const MOST_OF_ALL: usize = 64 << 20;

/// The highest number of an object that readers take (ISO 32000-1, annex C).
const HIGHEST_NUMBER: u32 = 8_388_607;

thread_local! {
    /// How much of `MOST_OF_ALL` is left to the file that is read. `lopdf` takes a plain function
    /// as its filter, which has no other place to keep this.
    static LEFT: Cell<usize> = const { Cell::new(0) };
}

/// Leaves out the object streams that would inflate beyond the bound. `lopdf` asks before it
/// inflates them.
fn within_bounds(id: ObjectId, object: &mut Object) -> Option<(ObjectId, Object)> {
    // `lopdf` takes a member of an object stream from what is returned, and any other object from
    // where it stands. A stream is never a member.
    let Object::Stream(stream) = object else {
        return Some((id, object.clone()));
    };
    if stream.dict.has_type(b"ObjStm") {
        let left = LEFT.get();
        let inflated = stream.decompressed_content_with_limit(left.min(MOST_OF_ONE));
        let is_too_long = matches!(
            inflated,
            Err(lopdf::Error::Decompress(
                lopdf::DecompressError::MemoryLimitExceeded { .. }
            ))
        );
        let length = inflated.map_or(0, |content| content.len());
        // What is too long by itself, `lopdf` refuses.
        if length >= left || (is_too_long && left < MOST_OF_ONE) {
            // Nothing is left, which the caller asks about.
            LEFT.set(0);
            return None;
        }
        LEFT.set(left - length);
    }
    Some((id, Object::Null))
}

fn load_once(bytes: &[u8], force_reconstruct: bool) -> lopdf::Result<lopdf::Document> {
    LEFT.set(MOST_OF_ALL);
    let mut document = lopdf::Document::load_mem_with_options(
        bytes,
        LoadOptions {
            filter: Some(within_bounds),
            max_decompressed_size: Some(MOST_OF_ONE),
            force_reconstruct,
            ..LoadOptions::default()
        },
    )?;
    // No object has the number 0 (ISO 32000-1, 7.3.10), and none can be written under it.
    document.objects.retain(|(number, _), _| *number > 0);
    Ok(document)
}

/// Whether a file is encrypted, be it with an empty password, with which `lopdf` has opened it.
fn is_encrypted(file: &lopdf::Document) -> bool {
    let entry = file.trailer.get(b"Encrypt");
    file.was_encrypted() || entry.is_ok_and(|entry| !entry.is_null())
}

/// Whether the catalog leads to a page tree.
fn has_pages(file: &lopdf::Document) -> bool {
    let pages = file.catalog().and_then(|catalog| catalog.get(b"Pages"));
    pages
        .and_then(|pages| file.dereference(pages))
        .is_ok_and(|(_, pages)| pages.as_dict().is_ok())
}

/// Whether there is a page at all, wherever the catalog leads.
fn holds_pages(file: &lopdf::Document) -> bool {
    let mut objects = file
        .objects
        .values()
        .filter_map(|object| object.as_dict().ok());
    objects.any(|object| object.has_type(b"Page"))
}

fn says(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|part| part == what)
}

fn parse_error<T>(reason: impl Into<String>) -> Result<T> {
    Err(PdfError::Parse(reason.into()))
}

const ENCRYPTED: &str = "it is encrypted; remove its password and encryption first";

/// The objects of a file.
pub(super) fn load(bytes: &[u8]) -> Result<lopdf::Document> {
    if !says(bytes, b"%PDF-") {
        return parse_error("it is no PDF document: there is no %PDF- header");
    }
    // A hostile file may make the parser panic; that is one more way not to be a document.
    let load = |force| std::panic::catch_unwind(AssertUnwindSafe(|| load_once(bytes, force)));
    let file = match load(false) {
        Ok(Ok(file)) => file,
        Ok(Err(error)) => match with_a_catalog(bytes) {
            Some(file) => file,
            None => return Err(explained(bytes, &error)),
        },
        Err(_) => return parse_error("it is damaged beyond repair"),
    };
    if is_encrypted(&file) {
        return parse_error(ENCRYPTED);
    }
    if LEFT.get() == 0 {
        return parse_error(format!(
            "the streams that hold its objects inflate to more than {} MB",
            MOST_OF_ALL >> 20
        ));
    }
    let mut found = file;
    if !has_pages(&found)
        && found.xref_recovery != Some(XrefRecovery::Reconstructed)
        // The table leads nowhere: look for the objects themselves.
        && let Ok(Ok(rebuilt)) = load(true)
        && holds_pages(&rebuilt)
    {
        found = rebuilt;
    }
    if is_encrypted(&found) {
        return parse_error(ENCRYPTED);
    }
    if found.max_id > HIGHEST_NUMBER {
        found.renumber_objects();
    }
    fill_streams(&mut found, bytes);
    Ok(found)
}

/// A file without a catalog or a trailer is read once more with one put behind it, if that brings
/// pages to light.
fn with_a_catalog(bytes: &[u8]) -> Option<lopdf::Document> {
    // The highest number that `lopdf` takes when it looks for objects.
    const NUMBER: u32 = 999_999;
    if says(bytes, b"/Encrypt") || !says(bytes, b"/Page") {
        return None;
    }
    let mut whole = bytes.to_vec();
    let _ = write!(
        whole,
        "\n{NUMBER} 0 obj\n<</Type/Catalog>>\nendobj\ntrailer\n<</Root {NUMBER} 0 R>>\n"
    );
    let load = || load_once(&whole, true);
    let mut file = std::panic::catch_unwind(AssertUnwindSafe(load))
        .ok()?
        .ok()?;
    file.objects.remove(&(NUMBER, 0));
    holds_pages(&file).then_some(file)
}

/// Streams whose length is missing go on to their `endstream`, as readers take them.
fn fill_streams(file: &mut lopdf::Document, bytes: &[u8]) {
    // Positions count from the header, which may stand behind something else.
    let start = bytes.windows(5).position(|part| part == b"%PDF-");
    let bytes = &bytes[start.unwrap_or(0)..];
    // A hostile file has many streams and no end.
    let mut budget = bytes.len().saturating_mul(4).max(1 << 20);
    for object in file.objects.values_mut() {
        let Object::Stream(stream) = object else {
            continue;
        };
        let (true, false, Some(start)) = (
            stream.content.is_empty(),
            stream.dict.has(b"Length"),
            stream.start_position,
        ) else {
            continue;
        };
        let rest = bytes.get(start..).unwrap_or_default();
        let rest = &rest[..rest.len().min(budget)];
        let end = rest.windows(9).position(|part| part == b"endstream");
        budget -= end.unwrap_or(rest.len());
        if let Some(end) = end {
            let content = &rest[..end];
            let content = content.strip_suffix(b"\n").unwrap_or(content);
            let content = content.strip_suffix(b"\r").unwrap_or(content);
            stream.set_content(content.to_vec());
        }
    }
}

fn explained(bytes: &[u8], error: &lopdf::Error) -> PdfError {
    use lopdf::Error;
    let is_about_encryption = matches!(
        error,
        Error::Decryption(_)
            | Error::InvalidPassword
            | Error::UnsupportedSecurityHandler(_)
            | Error::Unimplemented(_)
    );
    let says_so = says(bytes, b"/Encrypt");
    let reason = match error {
        _ if is_about_encryption && says_so => ENCRYPTED.to_owned(),
        Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded { .. }) => format!(
            "a stream that holds its objects inflates to more than {} MB",
            MOST_OF_ONE >> 20
        ),
        Error::Decompress(_) | Error::InvalidStream(_) | Error::InvalidObjectStream(_) => {
            "a stream that holds its objects is damaged".to_owned()
        }
        Error::ReferenceCycle(_) | Error::ReferenceLimit | Error::RecursionLimit => {
            "its objects lead to each other in a circle".to_owned()
        }
        Error::DictKey(_)
        | Error::ObjectType { .. }
        | Error::DictType { .. }
        | Error::ObjectNotFound(_) => {
            "its trailer or its catalog is damaged, and no pages were found without them".to_owned()
        }
        _ => {
            "its cross-reference table is damaged, and no objects were found without it".to_owned()
        }
    };
    PdfError::Parse(reason)
}
