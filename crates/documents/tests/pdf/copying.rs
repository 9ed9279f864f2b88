//! Pages that go from one document to another.

use crate::tools;
use ketrics_documents::pdf::Document;
use ketrics_documents::pdf::PdfError;
use ketrics_documents::pdf::Placement;
use ketrics_documents::pdf::Text;

fn read(name: &str) -> Document {
    Document::read(&tools::fixture("pdf", name)).unwrap()
}

#[test]
fn copied_pages_look_like_their_originals() {
    let mut whole = Document::new();
    let mut originals = Vec::new();
    for name in [
        "normal.pdf",
        "us_constitution.pdf",
        "with_annots.pdf",
        "with_cropbox.pdf",
        "standard_fonts_demo.pdf",
        "american_flag.pdf",
    ] {
        let mut source = read(name);
        let all: Vec<usize> = (0..source.page_count()).collect();
        let copied = source.copy_pages(&all).unwrap();
        let pages = whole.paste_pages(copied).unwrap();
        assert_eq!(pages.len(), all.len());
        originals.extend(tools::rendered(&tools::fixture("pdf", name)));
    }
    let bytes = tools::written(&mut whole);
    tools::check(&bytes);
    let copies = tools::rendered(&bytes);
    assert_eq!(copies.len(), originals.len());
    for (index, (original, copy)) in originals.iter().zip(&copies).enumerate() {
        assert_eq!(original.difference(copy), 0.0, "page {index}");
    }
}

#[test]
fn a_copy_takes_what_the_page_needs_and_not_its_document() {
    let mut source = read("us_constitution.pdf");
    let copied = source.copy_pages(&[3]).unwrap();
    let mut target = Document::new();
    target.paste_pages(copied).unwrap();
    let one = tools::written(&mut target);
    tools::check(&one);
    let whole = tools::fixture("pdf", "us_constitution.pdf").len();
    assert!(one.len() < whole / 2, "{} of {whole}", one.len());
}

#[test]
fn form_fields_on_a_copied_page_are_fields_of_the_new_document() {
    let mut source = read("sample_form.pdf");
    let mut target = Document::new();
    target
        .paste_pages(source.copy_pages(&[0]).unwrap())
        .unwrap();
    let bytes = tools::written(&mut target);
    tools::check(&bytes);
    let original = &tools::rendered(&tools::fixture("pdf", "sample_form.pdf"))[0];
    assert_eq!(original.difference(&tools::rendered(&bytes)[0]), 0.0);
    let fields = |bytes: &[u8]| {
        let file = lopdf::Document::load_mem(bytes).unwrap();
        let form = file
            .catalog()
            .unwrap()
            .get_deref(b"AcroForm", &file)
            .unwrap()
            .as_dict()
            .unwrap();
        form.get_deref(b"Fields", &file)
            .unwrap()
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(
        fields(&bytes),
        fields(&tools::fixture("pdf", "sample_form.pdf"))
    );
}

#[test]
fn what_was_drawn_goes_along_and_a_copy_within_a_document_is_a_page_of_its_own() {
    let mut document = read("normal.pdf");
    let how = Text {
        place: Placement {
            x: 50.0,
            y: 100.0,
            rotate: 0.0,
        },
        ..Text::default()
    };
    document
        .draw_text(document.pages()[0], "original", &how)
        .unwrap();
    let copied = document.copy_pages(&[0, 0]).unwrap();
    let copies = document.paste_pages(copied).unwrap();
    let lower = Text {
        place: Placement {
            x: 50.0,
            y: 50.0,
            rotate: 0.0,
        },
        ..Text::default()
    };
    document.draw_text(copies[0], "copy", &lower).unwrap();
    let bytes = tools::written(&mut document);
    tools::check(&bytes);
    let text = tools::text(&bytes);
    assert_eq!(
        (
            text.matches("original").count(),
            text.matches("copy").count()
        ),
        (3, 1),
        "{text}"
    );
    assert_eq!(document.page_count(), 4);
    let error = document.copy_pages(&[9]).err().unwrap();
    assert!(
        matches!(&error, PdfError::Invalid(message) if message.contains("no page 9")),
        "{error}"
    );
}
