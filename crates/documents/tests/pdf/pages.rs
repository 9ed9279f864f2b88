//! Pages: added, inserted, moved, removed, resized.

use crate::tools;
use ketrics_documents::pdf::Document;
use ketrics_documents::pdf::PageId;
use ketrics_documents::pdf::PageSize;
use ketrics_documents::pdf::PdfError;
use ketrics_documents::pdf::Placement;
use ketrics_documents::pdf::Text;

fn labelled(document: &mut Document, page: PageId, label: &str) {
    document.draw_text(page, label, &Text::default()).unwrap();
}

#[test]
fn pages_stand_where_they_were_put() {
    let mut document = Document::new();
    for (index, label) in [(0, "B"), (1, "D"), (0, "A"), (2, "C"), (4, "E")] {
        let page = document.insert_page(index, PageSize::A5).unwrap();
        labelled(&mut document, page, label);
    }
    document.remove_page(3).unwrap();
    let last = document.pages()[3];
    document.move_page(last, 0).unwrap();
    let bytes = tools::written(&mut document);
    tools::check(&bytes);
    let text: String = tools::text(&bytes).split_whitespace().collect();
    assert_eq!(text, "EABC");
    for wrong in [
        document.remove_page(4),
        document.insert_page(9, PageSize::A4).map(drop),
    ] {
        assert!(matches!(wrong, Err(PdfError::Invalid(_))));
    }
}

#[test]
fn a_page_that_was_removed_leaves_nothing_behind() {
    let bytes = tools::fixture("pdf", "us_constitution.pdf");
    let mut document = Document::read(&bytes).unwrap();
    while document.page_count() > 1 {
        document.remove_page(1).unwrap();
    }
    let small = tools::written(&mut document);
    tools::check(&small);
    let (before, after) = (tools::rendered(&bytes), tools::rendered(&small));
    assert_eq!(after.len(), 1);
    assert_eq!(before[0].difference(&after[0]), 0.0);
    assert!(!tools::text(&small).contains("Amendment"));
}

#[test]
fn sizes_are_read_to_the_digit_and_changed_with_their_boxes() {
    assert_eq!(PageSize::named("A4").unwrap(), PageSize::A4);
    let mut document = Document::new();
    let page = document.add_page(PageSize::A4).unwrap();
    let mut document = Document::read(&tools::written(&mut document)).unwrap();
    assert_eq!(
        document.page_size(document.pages()[0]).unwrap(),
        (595.28, 841.89)
    );
    assert_eq!(document.page_size(page).unwrap(), (595.28, 841.89));
    document
        .set_page_size(document.pages()[0], PageSize::points(100.0, 50.5).unwrap())
        .unwrap();
    let bytes = tools::written(&mut document);
    let again = Document::read(&bytes).unwrap();
    assert_eq!(again.page_size(again.pages()[0]).unwrap(), (100.0, 50.5));
    let cropped = Document::read(&tools::fixture("pdf", "with_cropbox.pdf")).unwrap();
    let (width, height) = cropped.page_size(cropped.pages()[0]).unwrap();
    assert!(width > 0.0 && height > 0.0);
    for (width, height) in [
        (0.0, 5.0),
        (f64::NAN, 5.0),
        (5.0, f64::INFINITY),
        (-1.0, 5.0),
    ] {
        assert!(PageSize::points(width, height).is_err());
    }
    assert!(
        PageSize::named("B4")
            .unwrap_err()
            .to_string()
            .contains("A4")
    );
}

#[test]
fn a_document_can_be_written_again_and_again() {
    let mut document = Document::read(&tools::fixture("pdf", "american_flag.pdf")).unwrap();
    let page = document.pages()[0];
    for round in 1..=3 {
        let how = Text {
            place: Placement {
                x: 20.0,
                y: f64::from(round) * 30.0,
                rotate: 0.0,
            },
            ..Text::default()
        };
        document
            .draw_text(page, &format!("round {round}"), &how)
            .unwrap();
        let bytes = tools::written(&mut document);
        tools::check(&bytes);
        let text = tools::text(&bytes);
        assert!(
            (1..=round).all(|round| text.contains(&format!("round {round}"))),
            "{text}"
        );
    }
}
