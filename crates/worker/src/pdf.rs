//! The ops of `ketrics.Pdf`: a document is an object that JavaScript holds, everything that is done
//! to it happens here and now, in the invocation's own process. `runtime-js/src/pdf` has put the
//! arguments in order; a number that was left out is NaN.

use crate::held::Held;
use deno_core::GarbageCollected;
use deno_core::convert::Uint8Array;
use deno_core::op2;
use deno_core::v8;
use deno_error::JsErrorBox;
use ketrics_documents::pdf::Circle;
use ketrics_documents::pdf::Color;
use ketrics_documents::pdf::Document;
use ketrics_documents::pdf::Field;
use ketrics_documents::pdf::FontId;
use ketrics_documents::pdf::ImageId;
use ketrics_documents::pdf::Line;
use ketrics_documents::pdf::PageId;
use ketrics_documents::pdf::PageSize;
use ketrics_documents::pdf::Paint;
use ketrics_documents::pdf::PdfError;
use ketrics_documents::pdf::Placement;
use ketrics_documents::pdf::Rectangle;
use ketrics_documents::pdf::StandardFont;
use ketrics_documents::pdf::Text;
use std::cell::RefCell;
use std::ffi::CStr;
use std::time::SystemTime;

deno_core::extension!(
    ketrics_pdf,
    ops = [
        op_pdf_create,
        op_pdf_read,
        op_pdf_write,
        op_pdf_pages,
        op_pdf_insert_page,
        op_pdf_move_page,
        op_pdf_remove_page,
        op_pdf_copy_pages,
        op_pdf_page_size,
        op_pdf_set_page_size,
        op_pdf_embed_png,
        op_pdf_embed_jpeg,
        op_pdf_embed_font,
        op_pdf_embed_standard_font,
        op_pdf_image_size,
        op_pdf_font_name,
        op_pdf_text_width,
        op_pdf_font_height,
        op_pdf_field,
        op_pdf_set_field,
        op_pdf_draw_text,
        op_pdf_draw_line,
        op_pdf_draw_shape,
        op_pdf_draw_image,
    ],
);

/// A document, as a JavaScript object holds it.
pub struct PdfDocument(RefCell<Document>, Held);

// SAFETY: it holds no reference to anything that the garbage collector manages.
unsafe impl GarbageCollected for PdfDocument {
    fn trace(&self, _: &mut v8::cppgc::Visitor) {}

    fn get_name(&self) -> &'static CStr {
        c"PdfDocument"
    }
}

type Result<T> = std::result::Result<T, JsErrorBox>;

/// What JavaScript makes a typed error from.
fn failed(error: PdfError) -> JsErrorBox {
    JsErrorBox::generic(error.to_string())
}

impl PdfDocument {
    fn with<T>(
        &self,
        act: impl FnOnce(&mut Document) -> std::result::Result<T, PdfError>,
    ) -> Result<T> {
        act(&mut self.0.borrow_mut()).map_err(failed)
    }
}

/// A number that may have been left out.
fn given(number: f64) -> Option<f64> {
    (!number.is_nan()).then_some(number)
}

fn placement(x: f64, y: f64, rotate: f64) -> Placement {
    Placement { x, y, rotate }
}

/// A colour; none where its red was left out.
fn color([red, green, blue]: [f64; 3]) -> Option<Color> {
    (!red.is_nan()).then_some(Color { red, green, blue })
}

#[op2]
#[cppgc]
fn op_pdf_create() -> PdfDocument {
    PdfDocument(RefCell::new(Document::new()), Held::default())
}

#[op2]
#[cppgc]
fn op_pdf_read(isolate: &mut v8::Isolate, #[buffer] bytes: &[u8]) -> Result<PdfDocument> {
    let document = Document::read(bytes).map_err(failed)?;
    let held = Held::default();
    held.tell(isolate, document.memory());
    Ok(PdfDocument(RefCell::new(document), held))
}

#[op2]
fn op_pdf_write(isolate: &mut v8::Isolate, #[cppgc] document: &PdfDocument) -> Result<Uint8Array> {
    let bytes = document.with(|document| document.write(SystemTime::now()))?;
    document.1.tell(isolate, document.0.borrow().memory());
    Ok(bytes.into())
}

#[op2]
#[serde]
fn op_pdf_pages(#[cppgc] document: &PdfDocument) -> Vec<u32> {
    let document = document.0.borrow();
    document.pages().iter().map(|page| page.number()).collect()
}

#[op2(fast)]
fn op_pdf_insert_page(
    #[cppgc] document: &PdfDocument,
    index: u32,
    width: f64,
    height: f64,
) -> Result<u32> {
    document.with(|document| {
        let size = PageSize::points(width, height)?;
        Ok(document.insert_page(index as usize, size)?.number())
    })
}

#[op2(fast)]
fn op_pdf_move_page(#[cppgc] document: &PdfDocument, page: u32, index: u32) -> Result<()> {
    document.with(|document| document.move_page(PageId::from_number(page), index as usize))
}

#[op2(fast)]
fn op_pdf_remove_page(#[cppgc] document: &PdfDocument, index: u32) -> Result<()> {
    document.with(|document| document.remove_page(index as usize))
}

#[op2]
#[serde]
fn op_pdf_copy_pages(
    isolate: &mut v8::Isolate,
    #[cppgc] document: &PdfDocument,
    #[cppgc] source: &PdfDocument,
    #[serde] indexes: Vec<u32>,
) -> Result<Vec<u32>> {
    let indexes: Vec<usize> = indexes.into_iter().map(|index| index as usize).collect();
    // One after the other, because both may be the same document.
    let copied = source.with(|source| source.copy_pages(&indexes))?;
    let pages = document.with(|document| document.paste_pages(copied))?;
    document.1.tell(isolate, document.0.borrow().memory());
    Ok(pages.into_iter().map(PageId::number).collect())
}

#[op2]
#[serde]
fn op_pdf_page_size(#[cppgc] document: &PdfDocument, page: u32) -> Result<(f64, f64)> {
    document.with(|document| document.page_size(PageId::from_number(page)))
}

#[op2(fast)]
fn op_pdf_set_page_size(
    #[cppgc] document: &PdfDocument,
    page: u32,
    width: f64,
    height: f64,
) -> Result<()> {
    document.with(|document| {
        let size = PageSize::points(width, height)?;
        document.set_page_size(PageId::from_number(page), size)
    })
}

#[op2(fast)]
fn op_pdf_embed_png(#[cppgc] document: &PdfDocument, #[buffer] bytes: &[u8]) -> Result<u32> {
    document.with(|document| Ok(document.embed_png(bytes)?.number()))
}

#[op2(fast)]
fn op_pdf_embed_jpeg(#[cppgc] document: &PdfDocument, #[buffer] bytes: &[u8]) -> Result<u32> {
    document.with(|document| Ok(document.embed_jpeg(bytes)?.number()))
}

#[op2(fast)]
fn op_pdf_embed_font(#[cppgc] document: &PdfDocument, #[buffer] bytes: &[u8]) -> Result<u32> {
    document.with(|document| Ok(document.embed_font(bytes)?.number()))
}

#[op2(fast)]
fn op_pdf_embed_standard_font(
    #[cppgc] document: &PdfDocument,
    #[string] name: &str,
) -> Result<u32> {
    document.with(|document| {
        let font = StandardFont::named(name)?;
        Ok(document.embed_standard_font(font)?.number())
    })
}

#[op2]
#[serde]
fn op_pdf_image_size(#[cppgc] document: &PdfDocument, image: u32) -> Result<(u32, u32)> {
    document.with(|document| document.image_size(ImageId::from_number(image)))
}

#[op2]
#[string]
fn op_pdf_font_name(#[cppgc] document: &PdfDocument, font: u32) -> Result<String> {
    document.with(|document| {
        let name = document.font_name(FontId::from_number(font))?;
        Ok(name.to_owned())
    })
}

#[op2(fast)]
fn op_pdf_text_width(
    #[cppgc] document: &PdfDocument,
    font: u32,
    #[string] text: &str,
    size: f64,
) -> Result<f64> {
    document.with(|document| document.text_width(FontId::from_number(font), text, size))
}

#[op2(fast)]
fn op_pdf_font_height(#[cppgc] document: &PdfDocument, font: u32, size: f64) -> Result<f64> {
    document.with(|document| document.font_height(FontId::from_number(font), size))
}

fn field(name: &str) -> Result<Field> {
    Ok(match name {
        "title" => Field::Title,
        "author" => Field::Author,
        "subject" => Field::Subject,
        "keywords" => Field::Keywords,
        "creator" => Field::Creator,
        "producer" => Field::Producer,
        _ => return Err(JsErrorBox::generic("There is no such field")),
    })
}

#[op2]
#[string]
fn op_pdf_field(#[cppgc] document: &PdfDocument, #[string] name: &str) -> Result<Option<String>> {
    Ok(document.0.borrow().field(field(name)?))
}

#[op2(fast)]
fn op_pdf_set_field(
    #[cppgc] document: &PdfDocument,
    #[string] name: &str,
    #[string] text: &str,
) -> Result<()> {
    document.0.borrow_mut().set_field(field(name)?, text);
    Ok(())
}

/// How something is drawn, as `runtime-js/src/pdf` lays it out in one array of numbers.
fn numbers<const COUNT: usize>(how: &[u8]) -> Result<[f64; COUNT]> {
    let (numbers, _) = how.as_chunks::<8>();
    let numbers: Vec<f64> = numbers.iter().copied().map(f64::from_ne_bytes).collect();
    numbers
        .try_into()
        .map_err(|_| JsErrorBox::generic("The options are not laid out as they must be"))
}

#[op2(fast)]
fn op_pdf_draw_text(
    #[cppgc] document: &PdfDocument,
    page: u32,
    #[string] text: &str,
    #[buffer] how: &[u8],
) -> Result<()> {
    let [
        font,
        size,
        x,
        y,
        rotate,
        opacity,
        line_height,
        max_width,
        red,
        green,
        blue,
    ] = numbers(how)?;
    let how = Text {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is the number of a font, or none of this document's"
        )]
        font: given(font).map(|font| FontId::from_number(font as u32)),
        size,
        color: color([red, green, blue]).unwrap_or(Color::BLACK),
        place: placement(x, y, rotate),
        opacity: given(opacity),
        line_height,
        max_width: given(max_width),
    };
    document.with(|document| document.draw_text(PageId::from_number(page), text, &how))
}

#[op2(fast)]
fn op_pdf_draw_line(
    #[cppgc] document: &PdfDocument,
    page: u32,
    #[buffer] how: &[u8],
) -> Result<()> {
    let [x1, y1, x2, y2, thickness, opacity, red, green, blue] = numbers(how)?;
    let line = Line {
        start: (x1, y1),
        end: (x2, y2),
        thickness,
        color: color([red, green, blue]).unwrap_or(Color::BLACK),
        opacity: given(opacity),
    };
    document.with(|document| document.draw_line(PageId::from_number(page), &line))
}

/// A rectangle, or a circle where the height was left out.
#[op2(fast)]
fn op_pdf_draw_shape(
    #[cppgc] document: &PdfDocument,
    page: u32,
    #[buffer] how: &[u8],
) -> Result<()> {
    let [
        x,
        y,
        width,
        height,
        rotate,
        border_width,
        opacity,
        border_opacity,
        rest @ ..,
    ]: [f64; 14] = numbers(how)?;
    let [red, green, blue, border_red, border_green, border_blue] = rest;
    let place = placement(x, y, rotate);
    let paint = Paint {
        fill: color([red, green, blue]),
        border: color([border_red, border_green, border_blue]),
        border_width,
        opacity: given(opacity),
        border_opacity: given(border_opacity),
    };
    let page = PageId::from_number(page);
    document.with(|document| match given(height) {
        Some(height) => document.draw_rectangle(
            page,
            &Rectangle {
                place,
                width,
                height,
                paint,
            },
        ),
        None => document.draw_circle(
            page,
            &Circle {
                place,
                radius: width,
                paint,
            },
        ),
    })
}

#[op2(fast)]
fn op_pdf_draw_image(
    #[cppgc] document: &PdfDocument,
    page: u32,
    image: u32,
    #[buffer] how: &[u8],
) -> Result<()> {
    let [x, y, width, height, rotate, opacity] = numbers(how)?;
    document.with(|document| {
        document.draw_image(
            PageId::from_number(page),
            ImageId::from_number(image),
            placement(x, y, rotate),
            (given(width), given(height)),
            given(opacity),
        )
    })
}
