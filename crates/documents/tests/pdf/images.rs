//! Images, as they look once they are drawn.

use crate::tools;
use crate::tools::Picture;
use ketrics_documents::pdf::Document;
use ketrics_documents::pdf::ImageId;
use ketrics_documents::pdf::PageSize;
use ketrics_documents::pdf::Placement;

fn embedded(document: &mut Document, name: &str) -> ImageId {
    let bytes = tools::fixture("images", name);
    let image = if name.ends_with(".png") {
        document.embed_png(&bytes)
    } else {
        document.embed_jpeg(&bytes)
    };
    image.unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// An image at the size of its pixels, on white.
fn drawn(name: &str) -> Picture {
    let mut document = Document::new();
    let image = embedded(&mut document, name);
    let (width, height) = document.image_size(image).unwrap();
    // It is drawn larger, and looked at in the middle of its pixels: poppler blurs their edges.
    let scale = 4;
    let sides = (f64::from(width * scale), f64::from(height * scale));
    let page = document
        .add_page(PageSize::points(sides.0, sides.1).unwrap())
        .unwrap();
    let size = (Some(sides.0), Some(sides.1));
    document
        .draw_image(page, image, Placement::default(), size, None)
        .unwrap();
    let bytes = tools::written(&mut document);
    tools::check(&bytes);
    let picture = tools::rendered(&bytes).remove(0);
    let (width, height, scale) = (width as usize, height as usize, scale as usize);
    let middles = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let pixels = middles
        .map(|(x, y)| (x * scale + scale / 2, y * scale + scale / 2))
        .map(|(x, y)| picture.pixels[y * picture.width + x])
        .collect();
    Picture {
        width,
        height,
        pixels,
    }
}

/// The image itself, decoded by other code and laid on white.
fn expected(name: &str) -> Picture {
    let bytes = tools::fixture("images", name);
    let mut decoder = png::Decoder::new(std::io::Cursor::new(&bytes));
    decoder.set_transformations(
        png::Transformations::normalize_to_color8() | png::Transformations::ALPHA,
    );
    let mut reader = decoder.read_info().unwrap();
    let mut data = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut data).unwrap();
    let channels = info.color_type.samples();
    let pixels = data[..info.buffer_size()]
        .chunks_exact(channels)
        .map(|pixel| {
            let (alpha, color) = pixel.split_last().unwrap();
            let on_white = |part: u8| {
                let alpha = u32::from(*alpha);
                u8::try_from((u32::from(part) * alpha + 255 * (255 - alpha) + 127) / 255).unwrap()
            };
            match color {
                [grey] => [on_white(*grey); 3],
                [red, green, blue] => [red, green, blue].map(|part| on_white(*part)),
                _ => panic!("{channels} channels"),
            }
        });
    Picture {
        width: info.width as usize,
        height: info.height as usize,
        pixels: pixels.collect(),
    }
}

#[test]
fn every_kind_of_png_looks_as_it_should() {
    for name in tools::names("images")
        .iter()
        .filter(|name| name.ends_with(".png"))
    {
        let (drawn, expected) = (drawn(name), expected(name));
        assert_eq!(
            (drawn.width, drawn.height),
            (expected.width, expected.height),
            "{name}"
        );
        let far = drawn
            .pixels
            .iter()
            .zip(&expected.pixels)
            .filter(|(one, other)| {
                one.iter()
                    .zip(*other)
                    .any(|(one, other)| one.abs_diff(*other) > 3)
            });
        let share = far.count() as f64 / drawn.pixels.len() as f64;
        assert!(share == 0.0, "{name}: {share}");
    }
}

/// A PNG of 4 × 4 pixels, of any kind.
fn png(color: png::ColorType, depth: png::BitDepth, transparent: Option<Vec<u8>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 4, 4);
    encoder.set_color(color);
    encoder.set_depth(depth);
    if color == png::ColorType::Indexed {
        encoder.set_palette(vec![255, 0, 0, 0, 0, 255]);
    }
    if let Some(transparent) = transparent {
        encoder.set_trns(transparent);
    }
    let row = (4 * color.samples() * depth as usize).div_ceil(8);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&vec![0; row * 4]).unwrap();
    drop(writer);
    bytes
}

#[test]
fn every_color_type_and_depth_is_taken() {
    use png::BitDepth::*;
    use png::ColorType::*;
    let kinds = [
        (Grayscale, vec![One, Two, Four, Eight, Sixteen]),
        (Indexed, vec![One, Two, Four, Eight]),
        (Rgb, vec![Eight, Sixteen]),
        (GrayscaleAlpha, vec![Eight, Sixteen]),
        (Rgba, vec![Eight, Sixteen]),
    ];
    for (color, depths) in kinds {
        for depth in depths {
            let transparencies = match color {
                Grayscale => vec![None, Some(vec![0; 2])],
                Rgb => vec![None, Some(vec![0; 6])],
                Indexed => vec![None, Some(vec![0])],
                _ => vec![None],
            };
            for transparent in transparencies {
                let is_clear = transparent.is_some() || matches!(color, GrayscaleAlpha | Rgba);
                let mut document = Document::new();
                let image = document.embed_png(&png(color, depth, transparent)).unwrap();
                let page = document
                    .add_page(PageSize::points(4.0, 4.0).unwrap())
                    .unwrap();
                document
                    .draw_image(page, image, Placement::default(), (None, None), None)
                    .unwrap();
                let bytes = tools::written(&mut document);
                tools::check(&bytes);
                let expected = match color {
                    _ if is_clear => [255; 3],
                    Indexed => [255, 0, 0],
                    _ => [0; 3],
                };
                assert_eq!(
                    tools::rendered(&bytes)[0].at(1, 1),
                    expected,
                    "{color:?} {depth:?}"
                );
            }
        }
    }
}

#[test]
fn jpegs_of_every_color_space_are_drawn() {
    for name in tools::names("images")
        .iter()
        .filter(|name| name.ends_with(".jpg"))
    {
        let picture = drawn(name);
        let dark = picture
            .pixels
            .iter()
            .filter(|pixel| pixel.iter().all(|part| *part < 30))
            .count();
        // An inverted photograph would be mostly dark.
        assert!(
            dark * 2 < picture.pixels.len(),
            "{name}: {dark} of {}",
            picture.pixels.len()
        );
        assert!(
            picture
                .pixels
                .iter()
                .any(|pixel| *pixel != picture.pixels[0]),
            "{name}"
        );
    }
}

#[test]
fn an_image_is_scaled_turned_and_seen_through() {
    let mut document = Document::new();
    let image = document
        .embed_png(&png(png::ColorType::Rgb, png::BitDepth::Eight, None))
        .unwrap();
    let page = document
        .add_page(PageSize::points(100.0, 100.0).unwrap())
        .unwrap();
    let place = Placement {
        x: 50.0,
        y: 50.0,
        rotate: 90.0,
    };
    document
        .draw_image(page, image, place, (Some(40.0), Some(20.0)), Some(0.5))
        .unwrap();
    let picture = &tools::rendered(&tools::written(&mut document))[0];
    let grey = picture.at(40, 70)[0];
    assert!((120..136).contains(&grey), "{grey}");
    assert_eq!(picture.at(60, 60), [255; 3]);
    assert_eq!(picture.at(40, 95), [255; 3]);
}

#[test]
fn what_is_no_image_is_refused() {
    let mut document = Document::new();
    let whole = tools::fixture("images", "mario_emblem.png");
    let mut huge = png(png::ColorType::Rgba, png::BitDepth::Eight, None);
    huge[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    for bytes in [
        &b""[..],
        b"GIF89a",
        &whole[..whole.len() / 2],
        &whole[..40],
        &huge,
    ] {
        let error = document.embed_png(bytes).unwrap_err().to_string();
        assert!(error.contains("PNG"), "{error}");
    }
    let whole = tools::fixture("images", "minions_laughing.jpg");
    for bytes in [
        &b""[..],
        b"\xff\xd8",
        b"\xff\xd8\xff\xc3\x00\x0b\x08\x00\x01\x00\x01\x01\x00\x00\x00",
        &whole[..100],
    ] {
        let error = document.embed_jpeg(bytes).unwrap_err().to_string();
        assert!(error.contains("JPEG"), "{error}");
    }
}
