//! Files that a fuzzer found, each of which once made something go wrong: read, changed and
//! written without a crash.

use crate::tools;
use ketrics_documents::pdf::Document;
use ketrics_documents::pdf::Text;
use std::path::Path;

#[test]
fn what_the_fuzzer_found_is_read_or_refused() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pdf/regressions");
    for entry in std::fs::read_dir(&folder).into_iter().flatten() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let Ok(mut document) = Document::read(&bytes) else {
            continue;
        };
        if let Some(page) = document.pages().first().copied() {
            document.draw_text(page, "x", &Text::default()).unwrap();
        }
        Document::read(&tools::written(&mut document)).unwrap();
    }
}
