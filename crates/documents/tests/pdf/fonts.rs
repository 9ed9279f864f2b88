//! Widths and heights against what pdf-lib says, and text that can be copied again.

use crate::tools;
use ketrics_documents::pdf::Document;
use ketrics_documents::pdf::FontId;
use ketrics_documents::pdf::PageSize;
use ketrics_documents::pdf::PdfError;
use ketrics_documents::pdf::Placement;
use ketrics_documents::pdf::StandardFont;
use ketrics_documents::pdf::Text;

/// `oracle/widths.mjs` made it.
const ORACLE: &str = include_str!("oracle/widths.tsv");

fn font(document: &mut Document, name: &str) -> FontId {
    if name.contains('.') {
        let bytes = tools::fixture("fonts", name);
        return document.embed_font(&bytes).unwrap();
    }
    let font = StandardFont::named(name).unwrap();
    document.embed_standard_font(font).unwrap()
}

#[test]
fn widths_heights_and_names_are_those_of_pdf_lib() {
    let mut document = Document::new();
    let mut checked = 0;
    for line in ORACLE.lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        let [kind, name, expected, text] = cells[..] else {
            panic!("{line}");
        };
        let font = font(&mut document, name);
        if kind == "name" {
            assert_eq!(document.font_name(font).unwrap(), expected);
            continue;
        }
        // At a size of 1,000, so that 0.01 pt at a size of 10 would be 1.
        let got = match kind {
            "height" => document.font_height(font, 1000.0).unwrap(),
            _ => document.text_width(font, text, 1000.0).unwrap(),
        };
        let expected: f64 = expected.parse().unwrap();
        assert!((got - expected).abs() < 0.01, "{line}: {got}");
        checked += 1;
    }
    assert!(checked > 150);
}

#[test]
fn a_standard_font_has_two_spellings_and_is_one_font() {
    let mut document = Document::new();
    let fonts = ["HelveticaBold", "Helvetica-Bold"].map(|name| font(&mut document, name));
    assert_eq!(fonts[0], fonts[1]);
    let error = StandardFont::named("Arial").unwrap_err().to_string();
    assert!(
        error.contains("'Arial'") && error.contains("TimesRomanBoldItalic"),
        "{error}"
    );
    assert_eq!(StandardFont::all().count(), 14);
}

#[test]
fn a_character_that_a_font_lacks_is_named_and_nothing_is_drawn() {
    let mut document = Document::new();
    let page = document.add_page(PageSize::A4).unwrap();
    for (name, text, said) in [
        (
            "Helvetica",
            "fine\na → b",
            "WinAnsi cannot encode \"→\" (0x2192)",
        ),
        ("Symbol", "α\nä", "Symbol cannot encode \"ä\" (0x00e4)"),
        (
            "IndieFlower.ttf",
            "fine\nx 日",
            "the font IndieFlower has no \"日\" (0x65e5)",
        ),
    ] {
        let font = font(&mut document, name);
        let how = Text {
            font: Some(font),
            ..Text::default()
        };
        let error = document.draw_text(page, text, &how).unwrap_err();
        assert!(
            matches!(&error, PdfError::Invalid(message) if message.contains(said)),
            "{error}"
        );
    }
    let bytes = tools::written(&mut document);
    assert!(
        tools::rendered(&bytes)[0]
            .pixels
            .iter()
            .all(|pixel| *pixel == [255; 3])
    );
}

#[test]
fn text_in_every_font_can_be_copied_again() {
    let mut document = Document::new();
    let mut expected = Vec::new();
    for (name, text) in [
        ("Ubuntu-R.ttf", "office waffle Привет Ελλάς AVATAR"),
        ("FantasqueSansMono-Regular.otf", "Grüße -> office"),
        ("IndieFlower.ttf", "Indie Flower fi"),
        ("Times-Roman", "Größe (mit) \\Strich\\ €5"),
        ("CourierBold", "Courier bold"),
    ] {
        let page = document.add_page(PageSize::A4).unwrap();
        let how = Text {
            font: Some(font(&mut document, name)),
            size: 14.0,
            place: Placement {
                x: 40.0,
                y: 700.0,
                rotate: 0.0,
            },
            ..Text::default()
        };
        document.draw_text(page, text, &how).unwrap();
        expected.push(text);
    }
    let bytes = tools::written(&mut document);
    tools::check(&bytes);
    let copied = tools::text(&bytes);
    for text in expected {
        assert!(copied.contains(text), "{text}: {copied}");
    }
    for picture in tools::rendered(&bytes) {
        let ink = picture.pixels.iter().filter(|pixel| pixel[0] < 128).count();
        assert!(ink > 100, "{ink}");
    }
}

#[test]
fn a_font_is_written_as_large_as_what_was_drawn_with_it() {
    let bytes = tools::fixture("fonts", "Ubuntu-R.ttf");
    let mut document = Document::new();
    let page = document.add_page(PageSize::A4).unwrap();
    let font = document.embed_font(&bytes).unwrap();
    let how = Text {
        font: Some(font),
        place: Placement {
            x: 40.0,
            y: 400.0,
            rotate: 0.0,
        },
        ..Text::default()
    };
    document.draw_text(page, "abc", &how).unwrap();
    let small = tools::written(&mut document);
    assert!(small.len() < bytes.len() / 20, "{}", small.len());
    // What is drawn after a first writing is in the second.
    document.draw_text(page, "\nxyz ÄÖÜ", &how).unwrap();
    let larger = tools::written(&mut document);
    assert!(larger.len() > small.len());
    assert!(tools::text(&larger).contains("xyz ÄÖÜ"));
}

#[test]
fn what_is_no_font_is_refused() {
    let mut document = Document::new();
    let whole = tools::fixture("fonts", "Ubuntu-R.ttf");
    for bytes in [
        &b""[..],
        b"wOFF....",
        b"ttcf....",
        b"OTTO\0\0\0\0",
        &[0; 64],
        &whole[..200],
    ] {
        let error = document.embed_font(bytes).unwrap_err().to_string();
        assert!(error.starts_with("the font cannot be embedded"), "{error}");
    }
}
