//! JPEG (ITU-T T.81) goes into a document as it is; only its header is looked at.

use super::Picture;
use crate::pdf::error::Result;
use crate::pdf::error::invalid;
use lopdf::Object;
use lopdf::Stream;
use lopdf::dictionary;

fn unusable<T>(reason: &str) -> Result<T> {
    invalid(format!("the JPEG image cannot be embedded: {reason}"))
}

pub(super) fn picture(bytes: &[u8]) -> Result<Picture> {
    if !bytes.starts_with(&[0xff, 0xd8]) {
        return invalid("the bytes are no JPEG image");
    }
    let mut rest = &bytes[2..];
    let mut is_adobe = false;
    loop {
        let Some((marker, segment, after)) = segment(rest) else {
            return unusable("it ends before it says how large it is");
        };
        match marker {
            // Adobe's marker, which says that CMYK is stored inverted.
            0xee => is_adobe |= segment.starts_with(b"Adobe"),
            // Baseline, extended and progressive frames; PDF knows no other.
            0xc0..=0xc2 => return framed(bytes, segment, is_adobe),
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return unusable("PDF knows neither lossless nor arithmetic coding");
            }
            _ => {}
        }
        rest = after;
    }
}

/// The next marker, what belongs to it, and what follows.
fn segment(mut bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    bytes = bytes.strip_prefix(&[0xff])?;
    // Any number of fill bytes may stand before a marker.
    while let Some(rest) = bytes.strip_prefix(&[0xff]) {
        bytes = rest;
    }
    let (&marker, bytes) = bytes.split_first()?;
    if matches!(marker, 0x01 | 0xd0..=0xd8) {
        return Some((marker, &[], bytes));
    }
    let length = usize::from(u16::from_be_bytes([*bytes.first()?, *bytes.get(1)?]));
    Some((marker, bytes.get(2..length)?, bytes.get(length..)?))
}

fn framed(bytes: &[u8], frame: &[u8], is_adobe: bool) -> Result<Picture> {
    let &[bits, h1, h0, w1, w0, components, ..] = frame else {
        return unusable("it ends before it says how large it is");
    };
    let (width, height) = (u16::from_be_bytes([w1, w0]), u16::from_be_bytes([h1, h0]));
    if bits != 8 {
        return unusable("it has not 8 bits for each part of a colour");
    }
    if width == 0 || height == 0 {
        return unusable("it does not say how large it is");
    }
    let space = match components {
        1 => "DeviceGray",
        3 => "DeviceRGB",
        4 => "DeviceCMYK",
        _ => return unusable("it is neither grey nor RGB nor CMYK"),
    };
    let mut entries = dictionary! {
        "Type" => "XObject",
        "Subtype" => "Image",
        "Width" => i64::from(width),
        "Height" => i64::from(height),
        "ColorSpace" => space,
        "BitsPerComponent" => 8,
        "Filter" => "DCTDecode",
    };
    if components == 4 && is_adobe {
        entries.set(
            "Decode",
            [1, 0]
                .repeat(4)
                .into_iter()
                .map(Object::Integer)
                .collect::<Vec<_>>(),
        );
    }
    Ok(Picture {
        width: u32::from(width),
        height: u32::from(height),
        image: Stream::new(entries, bytes.to_vec()),
        mask: None,
    })
}
