//! Real files: read, given a page and a line of text, written, and looked at by other programs.

use crate::tools;
use ketrics_documents::pdf::Document;
use ketrics_documents::pdf::Field;
use ketrics_documents::pdf::PageSize;
use ketrics_documents::pdf::PdfError;
use ketrics_documents::pdf::Placement;
use ketrics_documents::pdf::Text;

/// Those that must be refused.
const ENCRYPTED: [&str; 2] = ["encrypted_new.pdf", "encrypted_old.pdf"];

/// Those in which poppler finds no page.
const UNREADABLE: [&str; 2] = ["invalid_root_ref.pdf", "missing_xref_trailer_dict.pdf"];

/// Most of a page that a line of text can change.
const LINE: f64 = 0.03;

fn line() -> Text {
    Text {
        size: 9.0,
        place: Placement {
            x: 60.0,
            y: 60.0,
            rotate: 0.0,
        },
        ..Text::default()
    }
}

#[test]
fn every_file_takes_a_page_and_a_line_of_text() {
    for name in tools::names("pdf") {
        if ENCRYPTED.contains(&name.as_str()) {
            continue;
        }
        let bytes = tools::fixture("pdf", &name);
        let mut document = Document::read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        let count = document.page_count();
        let first = document.pages()[0];
        // At several places: what is drawn on a page lies below its form's fields.
        let (_, height) = document.page_size(first).unwrap();
        for y in [60.0, height / 2.0, height - 40.0] {
            let mut line = line();
            line.place.y = y;
            document.draw_text(first, "A line of text", &line).unwrap();
        }
        let last = document.add_page(PageSize::A4).unwrap();
        document.draw_text(last, "Another page", &line()).unwrap();
        let changed = tools::written(&mut document);
        println!(
            "{name}: {} bytes, {count} pages, {} bytes",
            bytes.len(),
            changed.len()
        );
        // Faults of the original outside its structure, such as a damaged form, stay in it.
        let faults = tools::complaints(&changed);
        assert!(
            faults.contains("No syntax or stream encoding errors found")
                || faults.contains("WARNING"),
            "{name}: {faults}"
        );
        assert_eq!(Document::read(&changed).unwrap().page_count(), count + 1);
        let before = tools::rendered(&bytes);
        let after = tools::rendered(&changed);
        assert_eq!(after.len(), count + 1, "{name}");
        // What poppler cannot repair must at least show something now.
        assert!(
            before.len() == count || UNREADABLE.contains(&name.as_str()),
            "{name}"
        );
        let white = after[0].pixels.iter().filter(|pixel| **pixel == [255; 3]);
        assert!(white.count() < after[0].pixels.len(), "{name} is blank");
        for (index, (old, new)) in before.iter().zip(&after).enumerate() {
            let difference = old.difference(new);
            if index == 0 {
                assert!(
                    difference > 0.0 && difference < LINE,
                    "{name}: {difference}"
                );
            } else {
                assert!(
                    difference == 0.0,
                    "{name}: page {index} is another, {difference}"
                );
            }
        }
        assert!(tools::text(&changed).contains("A line of text"), "{name}");
    }
}

#[test]
fn a_file_that_is_only_read_and_written_looks_the_same() {
    for name in tools::names("pdf") {
        if ENCRYPTED.contains(&name.as_str()) {
            continue;
        }
        let bytes = tools::fixture("pdf", &name);
        let again = Document::read(&bytes).map(|mut read| tools::written(&mut read));
        let again = again.unwrap_or_else(|error| panic!("{name}: {error}"));
        let pairs = tools::rendered(&bytes)
            .into_iter()
            .zip(tools::rendered(&again));
        for (index, (old, new)) in pairs.enumerate() {
            assert!(
                old.difference(&new) == 0.0,
                "{name}: page {index} is another"
            );
        }
    }
}

#[test]
fn an_encrypted_file_is_refused_with_the_reason() {
    for name in ENCRYPTED {
        let error = Document::read(&tools::fixture("pdf", name)).err().unwrap();
        let PdfError::Parse(reason) = error else {
            panic!("{error:?}");
        };
        assert!(reason.contains("encrypted"), "{name}: {reason}");
    }
}

#[test]
fn metadata_is_read_and_set() {
    let mut document = Document::read(&tools::fixture("pdf", "just_metadata.pdf")).unwrap();
    assert_eq!(
        document.field(Field::Title).unwrap(),
        "Title metadata (StringType=HexString, Encoding=PDFDocEncoding) with some weird chars ˘•€"
    );
    document.set_field(Field::Title, "Überschrift → 日本");
    document.set_field(Field::Keywords, "one two");
    let again = Document::read(&tools::written(&mut document)).unwrap();
    assert_eq!(again.field(Field::Title).unwrap(), "Überschrift → 日本");
    assert_eq!(again.field(Field::Keywords).unwrap(), "one two");
    assert_eq!(Document::new().field(Field::Title), None);
}
