//! Images: taken in once, drawn as often as wanted.

mod jpeg;
mod png;

use super::document::Document;
use super::error::Result;
use super::error::invalid;
use lopdf::ObjectId;
use lopdf::Stream;

/// One image of one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ImageId(u32);

impl ImageId {
    /// The number by which a caller that can't hold an `ImageId` knows it.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }

    /// The image that has this number, if the document has it.
    #[must_use]
    pub fn from_number(number: u32) -> Self {
        Self(number)
    }
}

/// An image in the file.
pub(super) struct Image {
    object: ObjectId,
    width: u32,
    height: u32,
}

/// An image as a file can hold it (ISO 32000-1, 8.9.5).
struct Picture {
    width: u32,
    height: u32,
    image: Stream,
    /// How opaque each pixel is.
    mask: Option<Stream>,
}

impl Document {
    /// Takes in a PNG image.
    ///
    /// # Errors
    /// When the bytes are none.
    pub fn embed_png(&mut self, bytes: &[u8]) -> Result<ImageId> {
        self.embed(png::picture(bytes)?)
    }

    /// Takes in a JPEG image.
    ///
    /// # Errors
    /// When the bytes are none, or of a kind that PDF doesn't know.
    pub fn embed_jpeg(&mut self, bytes: &[u8]) -> Result<ImageId> {
        self.embed(jpeg::picture(bytes)?)
    }

    fn embed(&mut self, mut picture: Picture) -> Result<ImageId> {
        let Ok(number) = u32::try_from(self.images.len()) else {
            return invalid("the document has too many images");
        };
        let object = self.new_object_id()?;
        if let Some(mask) = picture.mask {
            let id = self.new_object_id()?;
            self.file.set(id, mask);
            picture.image.dict.set("SMask", id);
        }
        self.file.set(object, picture.image);
        self.images.push(Image {
            object,
            width: picture.width,
            height: picture.height,
        });
        Ok(ImageId(number))
    }

    fn image(&self, image: ImageId) -> Result<&Image> {
        match self.images.get(image.0 as usize) {
            Some(image) => Ok(image),
            None => invalid("the image belongs to another document"),
        }
    }

    /// Width and height of an image, in pixels.
    ///
    /// # Errors
    /// When the image is none of this document's.
    pub fn image_size(&self, image: ImageId) -> Result<(u32, u32)> {
        let image = self.image(image)?;
        Ok((image.width, image.height))
    }

    pub(super) fn image_object(&self, image: ImageId) -> Result<ObjectId> {
        Ok(self.image(image)?.object)
    }
}
