//! The reader and the writer of workbooks. A mutated ZIP rarely opens, so what is mutated is mostly
//! the text of one of its parts.

#![no_main]

#[path = "../../tests/excel/exercise.rs"]
mod exercise;

use libfuzzer_sys::fuzz_mutator;
use libfuzzer_sys::fuzz_target;
use libfuzzer_sys::fuzzer_mutate;
use std::io::Cursor;
use std::io::Read;
use std::io::Write;

/// A part larger than this is left alone.
const MOST: u64 = 1 << 18;

/// The parts of a ZIP, by name.
fn parts(bytes: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let file = archive.by_index(index).ok()?;
        let name = file.name().ok()?.into_owned();
        let mut content = Vec::new();
        file.take(MOST).read_to_end(&mut content).ok()?;
        parts.push((name, content));
    }
    (!parts.is_empty()).then_some(parts)
}

fn zip(parts: &[(String, Vec<u8>)]) -> Option<Vec<u8>> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let stored = options.compression_method(zip::CompressionMethod::Stored);
    for (name, content) in parts {
        writer.start_file(name.as_str(), stored).ok()?;
        writer.write_all(content).ok()?;
    }
    Some(writer.finish().ok()?.into_inner())
}

/// The ZIP with one of its parts mutated; nothing where it doesn't open or grows too long.
fn with_a_mutated_part(bytes: &[u8], most: usize, seed: u32) -> Option<Vec<u8>> {
    let mut parts = parts(bytes)?;
    let chosen = seed as usize % parts.len();
    let (_, content) = &mut parts[chosen];
    let length = content.len();
    content.resize(length + 256, 0);
    let room = content.len();
    let length = fuzzer_mutate(content, length, room);
    content.truncate(length);
    zip(&parts).filter(|file| file.len() <= most)
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    // One in eight is of the ZIP's own bytes.
    let mutated = (data.starts_with(b"PK") && !seed.is_multiple_of(8))
        .then(|| with_a_mutated_part(&data[..size], max_size, seed / 8))
        .flatten();
    match mutated {
        Some(file) => {
            data[..file.len()].copy_from_slice(&file);
            file.len()
        }
        None => fuzzer_mutate(data, size, max_size),
    }
});

fuzz_target!(|bytes: &[u8]| exercise::exercise(bytes));
