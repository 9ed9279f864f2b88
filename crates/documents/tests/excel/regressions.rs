//! Inputs that a fuzzer found, each of which once made something go wrong.

use crate::exercise::exercise;
use std::path::Path;

#[test]
fn what_the_fuzzer_found_is_read_or_refused() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/excel/regressions");
    for entry in std::fs::read_dir(&folder).expect("the folder") {
        exercise(&std::fs::read(entry.expect("an entry").path()).expect("a file"));
    }
}
