//! The reader and the writer of documents, and what reads images and fonts.

#![no_main]

#[path = "../../tests/pdf/exercise.rs"]
mod exercise;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| exercise::exercise(bytes));
