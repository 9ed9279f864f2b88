//! What the fuzzer does with its input, and the tests with what it found: reads it as a document,
//! looks at every page, changes something of each kind, writes, and reads what was written.

use ketrics_documents::pdf::Document;
use ketrics_documents::pdf::Field;
use ketrics_documents::pdf::PageId;
use ketrics_documents::pdf::PageSize;
use ketrics_documents::pdf::Text;
use std::time::SystemTime;

const FIELDS: [Field; 6] = [
    Field::Title,
    Field::Author,
    Field::Subject,
    Field::Keywords,
    Field::Creator,
    Field::Producer,
];

/// The sizes of all pages.
fn sizes(document: &Document) -> Vec<(f64, f64)> {
    let size = |page: &PageId| document.page_size(*page).unwrap();
    document.pages().iter().map(size).collect()
}

/// Does everything with a document; with what is none, everything that takes an image or a font.
pub fn exercise(bytes: &[u8]) {
    match Document::read(bytes) {
        Ok(document) => change(document),
        Err(_) => embed(bytes),
    }
}

fn change(mut document: Document) {
    let before = sizes(&document);
    let fields = FIELDS.map(|field| document.field(field));
    let unchanged = document.write(SystemTime::UNIX_EPOCH).unwrap();
    let again = Document::read(&unchanged).expect("what was written is read");
    assert_eq!(sizes(&again), before);
    assert_eq!(FIELDS.map(|field| again.field(field)), fields);

    for page in document.pages().to_vec().into_iter().take(3) {
        document.set_page_size(page, PageSize::A5).unwrap();
        document.draw_text(page, "text", &Text::default()).unwrap();
    }
    let wanted: Vec<usize> = (0..before.len().min(3)).collect();
    let mut other = Document::new();
    let copied = document.copy_pages(&wanted).unwrap();
    let pages = other.paste_pages(copied).unwrap();
    assert_eq!(pages.len(), wanted.len());
    let merged = other.write(SystemTime::UNIX_EPOCH).unwrap();
    Document::read(&merged).expect("what was merged is read");

    let copied = document.copy_pages(&wanted).unwrap();
    document.paste_pages(copied).unwrap();
    document.insert_page(0, PageSize::A4).unwrap();
    if before.len() > 1 {
        document.remove_page(1).unwrap();
    }
    document.set_field(Field::Title, "a title");
    let after = sizes(&document);
    let written = document.write(SystemTime::UNIX_EPOCH).unwrap();
    let again = Document::read(&written).expect("what was changed and written is read");
    assert_eq!(sizes(&again), after);
    assert_eq!(again.field(Field::Title).as_deref(), Some("a title"));
}

fn embed(bytes: &[u8]) {
    let mut document = Document::new();
    let _ = document.embed_png(bytes);
    let _ = document.embed_jpeg(bytes);
    if let Ok(font) = document.embed_font(bytes)
        && let Ok(page) = document.add_page(PageSize::A4)
    {
        let how = Text {
            font: Some(font),
            ..Text::default()
        };
        let _ = document.draw_text(page, "Ab fi", &how);
        let _ = document.write(SystemTime::UNIX_EPOCH);
    }
}
