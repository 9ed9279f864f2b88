//! PNG (ISO/IEC 15948). PDF knows PNG's compression and filters, so an image without an alpha
//! channel goes in as it is, once it was read through. Others are taken apart into colours and
//! opacity; bit depths stay what they are.

use super::Picture;
use crate::pdf::error::PdfError;
use crate::pdf::error::Result;
use crate::pdf::error::invalid;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use lopdf::Object;
use lopdf::Stream;
use lopdf::StringFormat;
use lopdf::dictionary;
use png::ColorType;
use png::Limits;
use png::Transformations;
use std::io::Cursor;
use std::io::Write as _;

/// What an image may take that can't be read row by row.
const MOST_BYTES: usize = 256 << 20;

fn damaged(error: impl std::fmt::Display) -> PdfError {
    PdfError::Invalid(format!("the PNG image cannot be read: {error}"))
}

type Reader<'a> = png::Reader<Cursor<&'a [u8]>>;

pub(super) fn picture(bytes: &[u8]) -> Result<Picture> {
    if !bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return invalid("the bytes are no PNG image");
    }
    let mut decoder =
        png::Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: MOST_BYTES });
    decoder.set_transformations(Transformations::IDENTITY);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info().map_err(damaged)?;
    let info = reader.info();
    let (width, height) = (info.width, info.height);
    let layout = Layout {
        width: width as usize,
        channels: info.color_type.samples(),
        bits: info.bit_depth as usize,
        palette_opacity: match info.color_type {
            ColorType::Indexed => info.trns.as_deref().map(<[u8]>::to_vec),
            _ => None,
        },
    };
    let mut entries = dictionary! {
        "Type" => "XObject",
        "Subtype" => "Image",
        "Width" => i64::from(width),
        "Height" => i64::from(height),
        "BitsPerComponent" => i64::from(info.bit_depth as u8),
        "ColorSpace" => color_space(info)?,
        "Filter" => "FlateDecode",
    };
    if let Some(key) = transparent_color(info) {
        entries.set("Mask", key);
    }
    let is_as_stored = !info.interlaced && !layout.has_alpha();
    let mut split = Split::new(layout, is_as_stored);
    read_rows(&mut reader, |row| split.row(row))?;
    let (channels, bits) = (split.layout.channels, split.layout.bits);
    let mask_bits = if split.layout.has_alpha() { bits } else { 8 };
    let (colors, opacity) = split.finish();
    let content = if is_as_stored {
        let number = |value: usize| Object::Integer(i64::try_from(value).unwrap_or(0));
        entries.set(
            "DecodeParms",
            dictionary! {
                "Predictor" => 15,
                "Colors" => number(channels),
                "BitsPerComponent" => number(bits),
                "Columns" => i64::from(width),
            },
        );
        stored_data(bytes)
    } else {
        colors
    };
    let mask = opacity.map(|opacity| {
        let entries = dictionary! {
            "Type" => "XObject",
            "Subtype" => "Image",
            "Width" => i64::from(width),
            "Height" => i64::from(height),
            "BitsPerComponent" => i64::try_from(mask_bits).unwrap_or(8),
            "ColorSpace" => "DeviceGray",
            "Filter" => "FlateDecode",
        };
        Stream::new(entries, opacity)
    });
    Ok(Picture {
        width,
        height,
        image: Stream::new(entries, content),
        mask,
    })
}

fn color_space(info: &png::Info) -> Result<Object> {
    Ok(match info.color_type {
        ColorType::Grayscale | ColorType::GrayscaleAlpha => "DeviceGray".into(),
        ColorType::Rgb | ColorType::Rgba => "DeviceRGB".into(),
        ColorType::Indexed => {
            let Some(palette) = info.palette.as_deref().filter(|palette| palette.len() >= 3) else {
                return Err(damaged("it has no palette"));
            };
            let highest = i64::try_from(palette.len() / 3 - 1).unwrap_or(0).min(255);
            Object::Array(vec![
                "Indexed".into(),
                "DeviceRGB".into(),
                highest.into(),
                Object::String(palette.to_vec(), StringFormat::Hexadecimal),
            ])
        }
    })
}

/// The colour that a grey or RGB image without alpha names as transparent, as a colour key mask
/// (ISO 32000-1, 8.9.6.4).
fn transparent_color(info: &png::Info) -> Option<Object> {
    if !matches!(info.color_type, ColorType::Grayscale | ColorType::Rgb) {
        return None;
    }
    let samples = info.trns.as_deref()?.chunks_exact(2);
    let key = samples.flat_map(|sample| {
        let sample = Object::Integer(i64::from(u16::from_be_bytes([sample[0], sample[1]])));
        [sample.clone(), sample]
    });
    Some(Object::Array(key.collect()))
}

fn read_rows(reader: &mut Reader, mut each: impl FnMut(&[u8])) -> Result<()> {
    if !reader.info().interlaced {
        while let Some(row) = reader.next_row().map_err(damaged)? {
            each(row.data());
        }
        return Ok(());
    }
    let size = reader
        .output_buffer_size()
        .filter(|size| *size <= MOST_BYTES);
    let line = reader.output_line_size(reader.info().width);
    let (Some(size), Some(line @ 1..)) = (size, line) else {
        return Err(damaged(format!(
            "it is interlaced and takes more than {} MB",
            MOST_BYTES >> 20
        )));
    };
    let mut all = vec![0; size];
    reader.next_frame(&mut all).map_err(damaged)?;
    all.chunks_exact(line).for_each(each);
    Ok(())
}

/// The image's compressed data, as it stands in the file's `IDAT` chunks.
fn stored_data(bytes: &[u8]) -> Vec<u8> {
    let mut data = Vec::with_capacity(bytes.len());
    let mut rest = &bytes[8..];
    while let Some((head, body)) = rest.split_at_checked(8) {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let Some((content, after)) = body.split_at_checked(length) else {
            break;
        };
        if head[4..] == *b"IDAT" {
            data.extend_from_slice(content);
        }
        rest = after.get(4..).unwrap_or_default();
    }
    data
}

struct Layout {
    width: usize,
    channels: usize,
    bits: usize,
    /// How opaque each colour of the palette is, where that is said.
    palette_opacity: Option<Vec<u8>>,
}

impl Layout {
    /// Alpha is the second channel of grey, or the fourth of RGB.
    fn has_alpha(&self) -> bool {
        matches!(self.channels, 2 | 4)
    }
}

/// Compresses colours and opacity apart, row by row.
struct Split {
    layout: Layout,
    colors: Option<ZlibEncoder<Vec<u8>>>,
    opacity: Option<ZlibEncoder<Vec<u8>>>,
    row: Vec<u8>,
}

impl Split {
    fn new(layout: Layout, is_as_stored: bool) -> Self {
        let encoder = || ZlibEncoder::new(Vec::new(), Compression::default());
        let has_opacity = layout.has_alpha() || layout.palette_opacity.is_some();
        Self {
            colors: (!is_as_stored).then(encoder),
            opacity: has_opacity.then(encoder),
            row: Vec::new(),
            layout,
        }
    }

    fn row(&mut self, row: &[u8]) {
        let (bytes, channels) = (self.layout.bits / 8, self.layout.channels);
        if self.layout.has_alpha() {
            // Alpha is the last channel, and only whole bytes have it.
            let pixels = || row.chunks_exact(bytes * channels);
            let color = bytes * (channels - 1);
            write(&mut self.colors, &mut self.row, |to| {
                pixels().for_each(|pixel| to.extend_from_slice(&pixel[..color]));
            });
            write(&mut self.opacity, &mut self.row, |to| {
                pixels().for_each(|pixel| to.extend_from_slice(&pixel[color..]));
            });
            return;
        }
        if let Some(opacity) = &self.layout.palette_opacity {
            let (bits, width) = (self.layout.bits, self.layout.width);
            write(&mut self.opacity, &mut self.row, |to| {
                for pixel in 0..width {
                    let bit = pixel * bits;
                    let byte = row.get(bit / 8).copied().unwrap_or(0);
                    let index = byte >> (8 - bits - bit % 8) & (0xff >> (8 - bits));
                    to.push(opacity.get(usize::from(index)).copied().unwrap_or(0xff));
                }
            });
        }
        write(&mut self.colors, &mut self.row, |to| {
            to.extend_from_slice(row)
        });
    }

    fn finish(self) -> (Vec<u8>, Option<Vec<u8>>) {
        // A vector takes all that it is given.
        let finish = |encoder: ZlibEncoder<Vec<u8>>| encoder.finish().unwrap_or_default();
        (
            self.colors.map(finish).unwrap_or_default(),
            self.opacity.map(finish),
        )
    }
}

fn write(
    to: &mut Option<ZlibEncoder<Vec<u8>>>,
    row: &mut Vec<u8>,
    fill: impl FnOnce(&mut Vec<u8>),
) {
    if let Some(encoder) = to {
        row.clear();
        fill(row);
        let _ = encoder.write_all(row);
    }
}
