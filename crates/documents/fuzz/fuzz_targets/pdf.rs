//! Reads whatever comes as a document, and as an image and a font; changes and writes what could be
//! read, which must then be read again.

#![no_main]

use ketrics_documents::pdf::Document;
use ketrics_documents::pdf::PageSize;
use ketrics_documents::pdf::Text;
use libfuzzer_sys::fuzz_target;
use std::time::SystemTime;

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut document) = Document::read(bytes) else {
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
        return;
    };
    let count = document.page_count();
    let wanted: Vec<usize> = (0..count.min(3)).collect();
    for page in document.pages().to_vec().into_iter().take(3) {
        let _ = document.page_size(page);
        document.set_page_size(page, PageSize::A5).unwrap();
        document.draw_text(page, "text", &Text::default()).unwrap();
    }
    let copied = document.copy_pages(&wanted).unwrap();
    document.paste_pages(copied).unwrap();
    let written = document.write(SystemTime::UNIX_EPOCH).unwrap();
    let again = Document::read(&written).unwrap();
    assert_eq!(again.page_count(), count + wanted.len());
});
