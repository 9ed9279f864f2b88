//! Files made to do harm: refused or repaired, in little time and memory.

use crate::tools;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use ketrics_documents::pdf::Document;
use ketrics_documents::pdf::PdfError;
use ketrics_documents::pdf::Text;
use std::io::Write as _;

/// A file of objects, without a cross-reference table.
fn file(objects: &str) -> Vec<u8> {
    let objects = objects.replace("endobj ", "endobj\n");
    format!("%PDF-1.7\n{objects}\ntrailer<</Root 1 0 R>>\n%%EOF").into_bytes()
}

const CATALOG: &str = "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n";

/// Reads, draws, writes and reads again, if it can be read at all; answers the number of pages.
fn survived(bytes: &[u8]) -> Result<usize, PdfError> {
    let mut document = Document::read(bytes)?;
    let count = document.page_count();
    if let Some(page) = document.pages().first().copied() {
        document.draw_text(page, "x", &Text::default())?;
        document.page_size(page)?;
    }
    let copied = document.copy_pages(&(0..count.min(10)).collect::<Vec<_>>())?;
    document.paste_pages(copied)?;
    let again = Document::read(&tools::written(&mut document))?;
    assert_eq!(again.page_count(), count + count.min(10));
    Ok(count)
}

#[test]
fn circles_in_the_page_tree_end() {
    let circles = [
        "2 0 obj<</Type/Pages/Kids[2 0 R]/Count 1>>endobj",
        "2 0 obj<</Type/Pages/Kids[3 0 R]>>endobj 3 0 obj<</Type/Pages/Kids[2 0 R 3 0 R]/Parent 3 0 R>>endobj",
        "2 0 obj 2 0 R endobj",
        "2 0 obj 3 0 R endobj 3 0 obj 2 0 R endobj",
        "2 0 obj<</Type/Pages/Kids 3 0 R>>endobj 3 0 obj 3 0 R endobj",
    ];
    for circle in circles {
        assert!(
            matches!(
                survived(&file(&format!("{CATALOG}{circle}"))),
                Ok(0) | Err(PdfError::Parse(_))
            ),
            "{circle}"
        );
    }
}

#[test]
fn a_tree_that_doubles_at_every_level_is_small() {
    let mut objects = CATALOG.to_owned();
    for number in 2..60 {
        let next = number + 1;
        objects += &format!("{number} 0 obj<</Type/Pages/Kids[{next} 0 R {next} 0 R]>>endobj\n");
    }
    objects += "60 0 obj<</Type/Page>>endobj";
    assert_eq!(survived(&file(&objects)), Ok(2));
}

#[test]
fn a_page_listed_a_million_times_is_not_a_million_copies() {
    let kids = "3 0 R ".repeat(200_000);
    let junk = "/a(b)".repeat(1_000);
    let objects = format!(
        "{CATALOG}2 0 obj<</Type/Pages/Kids[{kids}]>>endobj 3 0 obj<</Type/Page/J<<{junk}>>>>endobj"
    );
    assert!(survived(&file(&objects)).unwrap() < 2_000);
}

#[test]
fn lengths_that_go_in_circles_are_ignored() {
    let objects = format!(
        "{CATALOG}2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Contents 4 0 R>>endobj\n\
         4 0 obj<</Length 5 0 R>>stream\nq Q\nendstream endobj 5 0 obj<</Length 4 0 R>>stream\nx\nendstream endobj\n\
         6 0 obj<</Length 6 0 R>>stream\nx\nendstream endobj 7 0 obj<</Length -5>>stream\nx\nendstream endobj\n\
         8 0 obj<</Length 99999999999999999999>>stream\nx\nendstream endobj"
    );
    assert_eq!(survived(&file(&objects)), Ok(1));
}

#[test]
fn deep_nesting_does_not_reach_the_bottom_of_the_stack() {
    for (open, close) in [("[", "]"), ("<</a", ">>"), ("(", ")"), ("[<</a[", "]>>]")] {
        let deep = format!("{}1{}", open.repeat(200_000), close.repeat(200_000));
        let objects = format!(
            "{CATALOG}2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page>>endobj 4 0 obj{deep}endobj"
        );
        assert_eq!(survived(&file(&objects)), Ok(1), "{open}");
        // In the trailer, and in the catalog itself.
        let _ = survived(format!("%PDF-1.7\n{CATALOG}trailer<</Root 1 0 R/X{deep}>>").as_bytes());
        let _ = survived(&file(&format!(
            "1 0 obj<</Type/Catalog/X{deep}/Pages 2 0 R>>endobj"
        )));
    }
}

#[test]
fn a_chain_of_a_hundred_thousand_nodes_is_followed_without_recursion() {
    let mut objects = CATALOG.to_owned();
    for number in 2..100_000 {
        let next = number + 1;
        objects += &format!("{number} 0 obj<</Type/Pages/Kids[{next} 0 R]>>endobj\n");
    }
    objects += "100000 0 obj<</Type/Page>>endobj";
    assert_eq!(survived(&file(&objects)), Ok(1));
}

fn zeros(count: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let block = vec![b' '; 1 << 20];
    for _ in 0..count >> 20 {
        encoder.write_all(&block).unwrap();
    }
    encoder.finish().unwrap()
}

#[test]
fn streams_that_inflate_to_gigabytes_are_not_inflated() {
    let bomb = zeros(1 << 30);
    let mut bytes = file("").split_off(0);
    bytes.truncate(9);
    bytes.extend_from_slice(CATALOG.as_bytes());
    bytes.extend_from_slice(b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Contents 10 0 R>>endobj\n");
    for number in 10..20 {
        let kind = if number % 2 == 0 {
            ""
        } else {
            "/Type/ObjStm/N 1/First 4"
        };
        writeln!(
            bytes,
            "{number} 0 obj<</Length {}/Filter/FlateDecode{kind}>>stream",
            bomb.len()
        )
        .unwrap();
        bytes.extend_from_slice(&bomb);
        bytes.extend_from_slice(b"\nendstream endobj\n");
    }
    bytes.extend_from_slice(b"trailer<</Root 1 0 R>>");
    // Whichever way it is taken, it is taken soon.
    assert!(matches!(survived(&bytes), Ok(1) | Err(PdfError::Parse(_))));
    let document = Document::read(&bytes[..300]);
    assert!(document.is_ok());
}

#[test]
fn numbers_beyond_reason_are_numbers() {
    let huge = "9".repeat(400);
    for size in [
        "0 0 NaN NaN",
        "0 0 1e99 1e99",
        &format!("0 0 {huge} {huge}"),
        &format!("-{huge}.5 0 1 1"),
        "0 0",
        "(a) /b 1 R",
        "0 0 99999999 99999999",
    ] {
        let objects = format!(
            "{CATALOG}2 0 obj<</Type/Pages/Kids[3 0 R]/Count {huge}>>endobj 3 0 obj<</Type/Page/MediaBox[{size}]/Rotate {huge}>>endobj"
        );
        // A page may be lost with a number that is none, or be as large as pages are by default.
        let found = survived(&file(&objects));
        assert!(
            matches!(found, Ok(0 | 1) | Err(PdfError::Parse(_))),
            "{size}: {found:?}"
        );
    }
}

#[test]
fn a_missing_root_is_found_or_made_anew() {
    let page = "3 0 obj<</Type/Page/MediaBox[0 0 9 9]>>endobj\n";
    let pages = "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n";
    for (objects, trailer) in [
        (format!("{CATALOG}{pages}{page}"), ""),
        (format!("{CATALOG}{pages}{page}"), "trailer<</Root 9 0 R>>"),
        (format!("{CATALOG}{pages}{page}"), "trailer<</Root 3 0 R>>"),
        (page.to_owned(), "trailer<</Root 9 0 R>>"),
        (page.to_owned(), ""),
        (
            format!("{pages}{page}"),
            "trailer<</Root<</Type/Catalog/Pages 2 0 R>>>>",
        ),
        (
            format!("{page}1 0 obj<</Type/Catalog/Pages<</Type/Pages/Kids[3 0 R]>>>>endobj"),
            "trailer<</Root 1 0 R>>",
        ),
        (
            "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Kids[<</Type/Page>>]>>endobj"
                .to_owned(),
            "trailer<</Root 1 0 R>>",
        ),
    ] {
        let objects = objects.replace("endobj ", "endobj\n");
        let bytes = format!("%PDF-1.7\n{objects}\n{trailer}\n");
        match survived(bytes.as_bytes()) {
            Ok(count) => assert_eq!(count, 1, "{bytes}"),
            Err(error) => panic!("{error}: {bytes}"),
        }
    }
}

#[test]
fn what_is_no_document_is_refused_with_the_reason() {
    for (bytes, said) in [
        (&b""[..], "no %PDF- header"),
        (b"PK\x03\x04 something else", "no %PDF- header"),
        (b"%PDF-1.7", "cross-reference"),
        (b"%PDF-1.7\ntrailer<</Root 1 0 R>>", ""),
    ] {
        let error = Document::read(bytes).err().unwrap();
        assert!(
            matches!(&error, PdfError::Parse(reason) if reason.contains(said)),
            "{error}"
        );
    }
}

#[test]
fn a_file_cut_off_anywhere_is_read_or_refused() {
    for name in ["normal.pdf", "with_update_sections.pdf", "fancy_fields.pdf"] {
        let bytes = tools::fixture("pdf", name);
        for part in 1..24 {
            let cut = &bytes[..bytes.len() * part / 24];
            let _ = survived(cut);
        }
    }
}

#[test]
fn a_long_text_of_parentheses_is_written_in_linear_time() {
    let text = "\\(".repeat(500_000);
    let objects = format!(
        "{CATALOG}2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/T({text})>>endobj"
    );
    assert_eq!(survived(&file(&objects)), Ok(1));
}
