//! What is drawn, as it looks.

use crate::tools;
use crate::tools::Picture;
use ketrics_documents::pdf::Circle;
use ketrics_documents::pdf::Color;
use ketrics_documents::pdf::Document;
use ketrics_documents::pdf::Line;
use ketrics_documents::pdf::PageId;
use ketrics_documents::pdf::PageSize;
use ketrics_documents::pdf::Paint;
use ketrics_documents::pdf::PdfError;
use ketrics_documents::pdf::Placement;
use ketrics_documents::pdf::Rectangle;
use ketrics_documents::pdf::Text;

const RED: Color = Color {
    red: 1.0,
    green: 0.0,
    blue: 0.0,
};
const BLUE: Color = Color {
    red: 0.0,
    green: 0.0,
    blue: 1.0,
};
const WHITE: [u8; 3] = [255; 3];

fn at(x: f64, y: f64, rotate: f64) -> Placement {
    Placement { x, y, rotate }
}

fn shown(draw: impl FnOnce(&mut Document, PageId)) -> Picture {
    let mut document = Document::new();
    let page = document
        .add_page(PageSize::points(200.0, 100.0).unwrap())
        .unwrap();
    draw(&mut document, page);
    let bytes = tools::written(&mut document);
    tools::check(&bytes);
    tools::rendered(&bytes).remove(0)
}

fn square(place: Placement, paint: Paint) -> Rectangle {
    Rectangle {
        place,
        width: 40.0,
        height: 40.0,
        paint,
    }
}

#[test]
fn a_rectangle_is_filled_framed_turned_and_seen_through() {
    let picture = shown(|document, page| {
        let paint = Paint {
            fill: Some(RED),
            border: Some(BLUE),
            border_width: 4.0,
            ..Paint::default()
        };
        document
            .draw_rectangle(page, &square(at(20.0, 20.0, 0.0), paint))
            .unwrap();
        let faint = Paint {
            fill: Some(BLUE),
            opacity: Some(0.5),
            ..Paint::default()
        };
        document
            .draw_rectangle(page, &square(at(150.0, 20.0, 45.0), faint))
            .unwrap();
        document
            .draw_rectangle(page, &square(at(80.0, 60.0, 0.0), Paint::default()))
            .unwrap();
    });
    assert_eq!(picture.at(40, 40), [255, 0, 0]);
    assert_eq!(picture.at(20, 40), [0, 0, 255]);
    assert_eq!(picture.at(10, 40), WHITE);
    let [red, green, blue] = picture.at(150, 48);
    assert!(red == green && (126..=129).contains(&red) && blue == 255);
    assert_eq!(picture.at(180, 25), WHITE, "turned around its corner");
    assert_eq!(
        picture.at(100, 80),
        [0; 3],
        "black where no colour is given"
    );
}

#[test]
fn circles_and_lines_are_where_they_should_be() {
    let picture = shown(|document, page| {
        let paint = Paint {
            border: Some(RED),
            border_width: 3.0,
            ..Paint::default()
        };
        let circle = Circle {
            place: at(50.0, 50.0, 0.0),
            radius: 30.0,
            paint,
        };
        document.draw_circle(page, &circle).unwrap();
        let line = Line {
            start: (100.0, 50.0),
            end: (500.0, 50.0),
            thickness: 6.0,
            color: BLUE,
            opacity: Some(0.5),
        };
        document.draw_line(page, &line).unwrap();
    });
    for (x, y) in [(20, 50), (80, 50), (50, 20), (50, 80), (71, 71)] {
        assert_eq!(picture.at(x, y), [255, 0, 0], "{x} {y}");
    }
    assert_eq!(picture.at(50, 50), WHITE);
    let [red, green, blue] = picture.at(150, 50);
    assert!(red == green && red > 120 && red < 135 && blue == 255);
    assert_eq!(picture.at(150, 58), WHITE);
}

#[test]
fn text_wraps_keeps_its_line_height_and_turns() {
    let mut document = Document::new();
    let page = document
        .add_page(PageSize::points(200.0, 200.0).unwrap())
        .unwrap();
    let how = Text {
        size: 10.0,
        place: at(10.0, 150.0, 0.0),
        line_height: 30.0,
        max_width: Some(70.0),
        ..Text::default()
    };
    document
        .draw_text(page, "one two three four\nfive", &how)
        .unwrap();
    let turned = Text {
        size: 20.0,
        place: at(180.0, 20.0, 90.0),
        ..Text::default()
    };
    document.draw_text(page, "MMMMMM", &turned).unwrap();
    let bytes = tools::written(&mut document);
    let text = tools::text(&bytes);
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    assert!(
        lines.iter().any(|line| line.contains("one two three")),
        "{text}"
    );
    assert!(lines.iter().any(|line| line.starts_with("four")), "{text}");
    let picture = &tools::rendered(&bytes)[0];
    let ink = |x: std::ops::Range<usize>, y: std::ops::Range<usize>| {
        x.clone()
            .flat_map(|x| y.clone().map(move |y| (x, y)))
            .filter(|&(x, y)| picture.at(x, y)[0] < 128)
            .count()
    };
    for bottom in [150, 120, 90] {
        assert!(ink(10..80, bottom..bottom + 10) > 10, "a line at {bottom}");
        assert_eq!(
            ink(10..80, bottom - 12..bottom - 4),
            0,
            "nothing below {bottom}"
        );
    }
    assert!(ink(164..182, 20..120) > 100, "upright along the right side");
}

#[test]
fn drawing_outside_a_page_is_no_error_and_a_number_that_is_none_is() {
    shown(|document, page| {
        document
            .draw_rectangle(page, &square(at(-500.0, 5e6, 0.0), Paint::default()))
            .unwrap();
        let wrong = [
            document.draw_rectangle(page, &square(at(f64::NAN, 0.0, 0.0), Paint::default())),
            document.draw_text(
                page,
                "a",
                &Text {
                    size: f64::INFINITY,
                    ..Text::default()
                },
            ),
            document.draw_text(
                page,
                "a",
                &Text {
                    opacity: Some(1.5),
                    ..Text::default()
                },
            ),
            document.draw_text(
                page,
                "a",
                &Text {
                    color: Color { red: 255.0, ..RED },
                    ..Text::default()
                },
            ),
        ];
        for result in wrong {
            let error = result.unwrap_err();
            assert!(
                matches!(&error, PdfError::Invalid(message) if message.contains("must be")),
                "{error}"
            );
        }
    });
}

#[test]
fn what_a_page_held_stays_below_and_does_not_move_what_is_drawn() {
    // A page whose content ends scaled and in red, without restoring either.
    let file = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
        2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 200 100]/Resources<</Font<</KF7 5 0 R>>>>>>endobj\n\
        3 0 obj<</Type/Page/Parent 2 0 R/Contents 4 0 R>>endobj\n\
        4 0 obj<</Length 46>>stream\n5 0 0 5 30 30 cm 1 0 0 rg 0 0 4 4 re f 0 0 m  \nendstream endobj\n\
        5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Courier>>endobj\ntrailer<</Root 1 0 R>>";
    let mut document = Document::read(file).unwrap();
    let page = document.pages()[0];
    let paint = Paint {
        fill: Some(BLUE),
        ..Paint::default()
    };
    document
        .draw_rectangle(page, &square(at(100.0, 10.0, 0.0), paint))
        .unwrap();
    document
        .draw_text(
            page,
            "x",
            &Text {
                place: at(150.0, 60.0, 0.0),
                ..Text::default()
            },
        )
        .unwrap();
    let bytes = tools::written(&mut document);
    tools::check(&bytes);
    let picture = &tools::rendered(&bytes)[0];
    assert_eq!(picture.at(40, 40), [255, 0, 0]);
    assert_eq!(picture.at(120, 30), [0, 0, 255]);
    assert_eq!(picture.at(145, 30), WHITE);
    assert!(tools::text(&bytes).contains('x'));
}
