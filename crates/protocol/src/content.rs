//! Large content goes behind its frame and not into it: whoever sends it copies nothing, and
//! whoever receives it reads it into the memory where it is to stay.
//!
//! A frame that has content behind it says how many bytes; content of an ordinary size stands in
//! the call or the reply itself.

use crate::HttpCall;
use crate::HttpReply;
use crate::ServiceCall;
use crate::ServiceError;
use crate::ServiceReply;
use crate::VolumeCall;
use crate::VolumeReply;
use crate::frame::FrameError;
use crate::frame::MAX_FRAME_TO_GATEWAY;
use crate::frame::MAX_FRAME_TO_WORKER;
use crate::frame::ToGateway;
use crate::frame::ToWorker;
use std::mem;

/// Content up to this size is cheaper to copy than to handle by itself.
const SMALL: usize = 16 * 1024;

impl ServiceCall {
    fn content_mut(&mut self) -> Option<&mut Vec<u8>> {
        match self {
            Self::Volume(
                VolumeCall::Put { content, .. } | VolumeCall::WriteUpload { content, .. },
            ) => Some(content),
            Self::Http(HttpCall::Request { body, .. }) => body.as_mut(),
            _ => None,
        }
    }
}

impl ServiceReply {
    fn content_mut(&mut self) -> Option<&mut Vec<u8>> {
        match self {
            Self::Volume(VolumeReply::Get { content, .. }) => Some(content),
            Self::Http(HttpReply::Request { body, .. }) => Some(body),
            _ => None,
        }
    }
}

/// The content, where it is large. A length that no frame can tell stays where it is, and is
/// refused like any frame that is too long.
fn large(content: Option<&mut Vec<u8>>) -> Option<(Vec<u8>, u32)> {
    let content = content.filter(|content| content.len() > SMALL)?;
    let length = u32::try_from(content.len()).ok()?;
    Some((mem::take(content), length))
}

fn put_back(content: Vec<u8>, place: Option<&mut Vec<u8>>) -> Result<(), FrameError> {
    *place.ok_or(FrameError::NoContent)? = content;
    Ok(())
}

fn checked(length: u32, limit: usize) -> Result<usize, FrameError> {
    let length = length as usize;
    if length > limit {
        return Err(FrameError::TooLong(length, limit));
    }
    Ok(length)
}

impl ToGateway {
    /// The frame of a call, and what goes behind it.
    #[must_use]
    pub fn call(id: u32, mut call: ServiceCall) -> (Self, Vec<u8>) {
        match large(call.content_mut()) {
            Some((content, length)) => (Self::CallAndContent { id, call, length }, content),
            None => (Self::Call { id, call }, Vec::new()),
        }
    }

    /// Bytes that follow the frame.
    ///
    /// # Errors
    /// When they are too many.
    pub fn content_length(&self) -> Result<usize, FrameError> {
        match self {
            Self::CallAndContent { length, .. } => checked(*length, MAX_FRAME_TO_GATEWAY),
            _ => Ok(0),
        }
    }

    /// The same frame, whole, once those bytes have come.
    ///
    /// # Errors
    /// When the call is one that has no content.
    pub fn with_content(self, content: Vec<u8>) -> Result<Self, FrameError> {
        match self {
            Self::CallAndContent { id, mut call, .. } => {
                put_back(content, call.content_mut())?;
                Ok(Self::Call { id, call })
            }
            whole => Ok(whole),
        }
    }
}

impl ToWorker {
    /// The frame of a reply, and what goes behind it.
    #[must_use]
    pub fn reply(id: u32, mut result: Result<ServiceReply, ServiceError>) -> (Self, Vec<u8>) {
        let content = result.as_mut().ok().and_then(ServiceReply::content_mut);
        match large(content) {
            Some((content, length)) => (Self::ReplyAndContent { id, result, length }, content),
            None => (Self::Reply { id, result }, Vec::new()),
        }
    }

    /// Bytes that follow the frame.
    ///
    /// # Errors
    /// When they are too many.
    pub fn content_length(&self) -> Result<usize, FrameError> {
        match self {
            Self::ReplyAndContent { length, .. } => checked(*length, MAX_FRAME_TO_WORKER),
            _ => Ok(0),
        }
    }

    /// The same frame, whole, once those bytes have come.
    ///
    /// # Errors
    /// When the reply is one that has no content.
    pub fn with_content(self, content: Vec<u8>) -> Result<Self, FrameError> {
        match self {
            Self::ReplyAndContent { id, mut result, .. } => {
                let place = result.as_mut().ok().and_then(ServiceReply::content_mut);
                put_back(content, place)?;
                Ok(Self::Reply { id, result })
            }
            whole => Ok(whole),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ParameterCall;
    use crate::frame::HEADER_BYTES;
    use crate::frame::decode;
    use crate::frame::encode;

    fn write(content: Vec<u8>) -> ServiceCall {
        ServiceCall::Volume(VolumeCall::WriteUpload { upload: 1, content })
    }

    #[test]
    fn large_content_goes_behind_its_frame_and_comes_back_into_it() {
        for (size, behind) in [(0, 0), (SMALL, 0), (SMALL + 1, SMALL + 1)] {
            let (frame, content) = ToGateway::call(7, write(vec![9; size]));
            assert_eq!(content.len(), behind);
            let frame: ToGateway = decode(&encode(&frame)[HEADER_BYTES..]).unwrap();
            assert_eq!(frame.content_length().unwrap(), behind);
            let ToGateway::Call { id: 7, mut call } = frame.with_content(content).unwrap() else {
                panic!()
            };
            assert_eq!(call.content_mut().unwrap(), &vec![9; size]);
        }
    }

    #[test]
    fn content_that_is_too_long_or_has_no_place_is_refused() {
        let frame = ToGateway::CallAndContent {
            id: 1,
            call: write(Vec::new()),
            length: u32::MAX,
        };
        assert!(matches!(
            frame.content_length(),
            Err(FrameError::TooLong(..))
        ));
        let parameter = "p".to_owned();
        let call = ServiceCall::Parameter(ParameterCall::Get { parameter });
        let frame = ToGateway::CallAndContent {
            id: 1,
            call,
            length: 4,
        };
        assert!(matches!(
            frame.with_content(vec![0; 4]),
            Err(FrameError::NoContent)
        ));
    }
}
