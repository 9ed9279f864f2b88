//! What a document holds beside its pages' content stays when it is changed: its form, bookmarks,
//! attachments and annotations, in whatever way the file stores them.

use crate::tools;
use ketrics_documents::pdf::Document;
use ketrics_documents::pdf::PageSize;
use ketrics_documents::pdf::Text;
use lopdf::Object;

/// A document with a line of text on its first page and one more page.
fn changed(bytes: &[u8]) -> Vec<u8> {
    let mut document = Document::read(bytes).unwrap();
    let first = document.pages()[0];
    let how = Text::default();
    document.draw_text(first, "A line of text", &how).unwrap();
    document.add_page(PageSize::A4).unwrap();
    tools::written(&mut document)
}

#[test]
fn forms_signature_fields_and_bookmarks_stay() {
    let fields = |described: &serde_json::Value| {
        let fields = described["acroform"]["fields"].as_array();
        fields.map_or(0, Vec::len)
    };
    for (name, count) in [
        ("dod_character.pdf", 16),
        ("fancy_fields.pdf", 24),
        ("form_to_flatten.pdf", 15),
        ("sample_form.pdf", 30),
        ("with_signature.pdf", 1),
        ("with_update_sections.pdf", 12),
    ] {
        let bytes = tools::fixture("pdf", name);
        let before = tools::described(&bytes);
        assert_eq!(fields(&before), count, "{name}");
        assert_eq!(tools::described(&changed(&bytes)), before, "{name}");
    }
    let signed = tools::described(&changed(&tools::fixture("pdf", "with_signature.pdf")));
    assert_eq!(signed["acroform"]["fields"][0]["fieldtype"], "/Sig");
    assert_eq!(signed["outlines"][0]["title"], "Blank Page");
}

#[test]
fn attachments_stay() {
    let bytes = tools::with_attachment(
        &tools::fixture("pdf", "with_viewer_prefs.pdf"),
        "attached text",
    );
    let before = tools::described(&bytes);
    assert!(
        before["attachments"]["attached.txt"].is_object(),
        "{before}"
    );
    let after = changed(&bytes);
    tools::check(&after);
    assert_eq!(tools::described(&after), before);
    assert_eq!(tools::attachment(&after), "attached text");
}

/// The annotations of all pages, with the pictures that they show.
fn annotations(bytes: &[u8]) -> Vec<(Object, Vec<u8>)> {
    let file = lopdf::Document::load_mem(bytes).unwrap();
    let mut found = Vec::new();
    for page in file.page_iter() {
        let page = file.get_dictionary(page).unwrap();
        let Ok(Object::Array(annotations)) = page.get_deref(b"Annots", &file) else {
            continue;
        };
        for annotation in annotations {
            let (_, annotation) = file.dereference(annotation).unwrap();
            let appearance = annotation
                .as_dict()
                .and_then(|annotation| annotation.get_deref(b"AP", &file)?.as_dict())
                .and_then(|states| states.get_deref(b"N", &file)?.as_stream());
            let picture = appearance.map_or_else(|_| Vec::new(), |picture| picture.content.clone());
            found.push((annotation.clone(), picture));
        }
    }
    found
}

#[test]
fn annotations_stay_with_what_they_show() {
    for name in [
        "with_annots.pdf",
        "with_comments.pdf",
        "with_update_sections.pdf",
    ] {
        let bytes = tools::fixture("pdf", name);
        let before = annotations(&bytes);
        assert!(!before.is_empty(), "{name}");
        assert!(annotations(&changed(&bytes)) == before, "{name}");
    }
}

const CATALOG: (u32, &str) = (1, "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R>>");
const PAGES: (u32, &str) = (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>");
const PAGE: (u32, &str) = (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 50]>>");

/// What the form says of the look of its texts.
fn default_appearance(bytes: &[u8]) -> Vec<u8> {
    let file = lopdf::Document::load_mem(bytes).unwrap();
    let form = file.catalog().unwrap().get_deref(b"AcroForm", &file);
    let form = form.unwrap().as_dict().unwrap();
    form.get(b"DA").unwrap().as_str().unwrap().to_vec()
}

#[test]
fn objects_that_only_newer_readers_see_are_read() {
    // The form is in an object stream, which the table doesn't know but a stream beside it.
    let stream = "<</Type/ObjStm/N 1/First 4/Length 31>>\nstream\n5 0 <</Fields[]/DA(/F 9 Tf)>>  \nendstream";
    let mut bytes = b"%PDF-1.5\n".to_vec();
    let holder = bytes.len();
    bytes.extend_from_slice(format!("4 0 obj\n{stream}\nendobj\n").as_bytes());
    let references = bytes.len();
    bytes.extend_from_slice(
        b"6 0 obj\n<</Type/XRef/Size 7/W[1 2 1]/Index[4 3]/Root 1 0 R/Length 12>>\nstream\n",
    );
    for (kind, place) in [(1, holder), (2, 4), (1, references)] {
        let place = u16::try_from(place).unwrap().to_be_bytes();
        bytes.extend_from_slice(&[kind, place[0], place[1], 0]);
    }
    bytes.extend_from_slice(b"\nendstream\nendobj\n");
    let hybrid = format!("/Size 7/XRefStm {references}");
    tools::append(&mut bytes, &[CATALOG, PAGES, PAGE], &hybrid);
    tools::check(&bytes);
    let after = changed(&bytes);
    tools::check(&after);
    assert_eq!(default_appearance(&after), b"/F 9 Tf");
}

#[test]
fn the_last_update_of_a_file_counts() {
    let form = (5, "<</Fields[]/DA(old)>>");
    let mut bytes = b"%PDF-1.5\n".to_vec();
    tools::append(&mut bytes, &[CATALOG, PAGES, PAGE, form], "/Size 6");
    for (number, width) in [(7, 200), (8, 300)] {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let before = text.rfind("xref\n0 1").unwrap();
        let page = format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} 50]>>");
        let form = format!("<</Fields[]/DA(update {number})>>");
        let prior = format!("/Size 6/Prev {before}");
        tools::append(&mut bytes, &[(3, &page), (5, &form)], &prior);
    }
    tools::check(&bytes);
    let document = Document::read(&bytes).unwrap();
    assert_eq!(document.page_size(document.pages()[0]), Ok((300.0, 50.0)));
    let after = changed(&bytes);
    tools::check(&after);
    assert_eq!(default_appearance(&after), b"update 8");
}
