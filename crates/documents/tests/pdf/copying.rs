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

/// A file of these objects, of which the first is the catalog.
fn made(objects: &[&str]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.5\n".to_vec();
    let numbered: Vec<(u32, &str)> = (1..).zip(objects.iter().copied()).collect();
    let size = format!("/Size {}", objects.len() + 1);
    tools::append(&mut bytes, &numbered, &size);
    bytes
}

fn copied(bytes: &[u8], pages: &[usize]) -> Vec<u8> {
    let mut target = Document::new();
    let copies = Document::read(bytes).unwrap().copy_pages(pages).unwrap();
    target.paste_pages(copies).unwrap();
    tools::written(&mut target)
}

#[test]
fn layers_that_are_hidden_stay_hidden_in_a_copy() {
    let content =
        "/OC /Shown BDC 1 0 0 rg 0 0 20 50 re f EMC /OC /Hidden BDC 0 0 1 rg 50 0 50 50 re f EMC";
    let content = format!(
        "<</Length {}>>\nstream\n{content}\nendstream",
        content.len()
    );
    for settings in ["/OFF[6 0 R]", "/BaseState/OFF/ON[5 0 R]"] {
        let bytes = made(&[
            &format!(
                "<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[5 0 R 6 0 R]/D<<{settings}>>>>>>"
            ),
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 50]/Contents 4 0 R/Resources<</Properties<</Shown 5 0 R/Hidden 6 0 R>>>>>>",
            &content,
            "<</Type/OCG/Name(shown)>>",
            "<</Type/OCG/Name(hidden)>>",
        ]);
        let copy = copied(&bytes, &[0]);
        tools::check(&copy);
        let picture = &tools::rendered(&copy)[0];
        assert_eq!(picture.at(10, 25), [255, 0, 0], "{settings}");
        assert_eq!(picture.at(75, 25), [255, 255, 255], "{settings}");
        assert!(tools::rendered(&bytes)[0] == *picture);
    }
}

#[test]
fn a_link_to_a_name_leads_to_the_copied_page() {
    let bytes = made(&[
        "<</Type/Catalog/Pages 2 0 R/Dests<</old[4 0 R/Fit]>>/Names<</Dests<</Kids[8 0 R 8 0 R]>>>>>>",
        "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Annots[5 0 R 6 0 R 7 0 R]>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        "<</Type/Annot/Subtype/Link/Rect[0 0 1 1]/Dest/old>>",
        "<</Type/Annot/Subtype/Link/Rect[0 0 1 1]/A<</S/GoTo/D(new)>>>>",
        "<</Type/Annot/Subtype/Link/Rect[0 0 1 1]/Dest(nowhere)>>",
        "<</Names[(new)<</D[4 0 R/XYZ 1 2 3]>>]/Kids[8 0 R]>>",
    ]);
    let copy = copied(&bytes, &[0, 1]);
    tools::check(&copy);
    let file = lopdf::Document::load_mem(&copy).unwrap();
    let pages: Vec<_> = file.page_iter().collect();
    let annotations = file
        .get_dictionary(pages[0])
        .unwrap()
        .get(b"Annots")
        .unwrap();
    let links: Vec<_> = annotations
        .as_array()
        .unwrap()
        .iter()
        .map(|link| {
            file.get_dictionary(link.as_reference().unwrap())
                .unwrap()
                .clone()
        })
        .collect();
    let place = |place: &lopdf::Object| place.as_array().unwrap()[0].as_reference().unwrap();
    assert_eq!(place(links[0].get(b"Dest").unwrap()), pages[1]);
    let action = links[1].get(b"A").unwrap().as_dict().unwrap();
    assert_eq!(place(action.get(b"D").unwrap()), pages[1]);
    assert_eq!(links[2].get(b"Dest").unwrap().as_str().unwrap(), b"nowhere");
}
