//! What goes over the socket of a worker process: a length (32 bits, little-endian), then that
//! many bytes of `postcard`.

use crate::Context;
use crate::Limit;
use crate::Limits;
use crate::SandboxLevel;
use crate::ServiceCall;
use crate::ServiceError;
use crate::ServiceReply;
use serde::Deserialize;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// Bytes of the length in front of each frame.
pub const HEADER_BYTES: usize = 4;

/// The longest frame that the gateway takes from a worker. Content beyond it goes in parts.
pub const MAX_FRAME_TO_GATEWAY: usize = 16 * 1024 * 1024;

/// The longest frame that a worker takes from the gateway.
pub const MAX_FRAME_TO_WORKER: usize = 256 * 1024 * 1024;

/// The status that a worker exits with when it runs out of memory and could not say so.
pub const OUT_OF_MEMORY_STATUS: i32 = 107;

/// The status that a worker exits with after a system call that its filter refuses.
pub const VIOLATION_STATUS: i32 = 108;

/// The status that a worker exits with when it gives up over a fault of its own.
pub const ABORTED_STATUS: i32 = 109;

/// The longest first word of a process.
pub const MAX_HELLO: usize = 16;

/// From the gateway to a worker.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToWorker {
    /// To a zygote, once: load this.
    Load(Box<Load>),
    /// To an invocation, once: run this.
    Invoke(Box<Invoke>),
    /// To an invocation: the answer to the call with this number.
    Reply {
        /// The number that the call carried.
        id: u32,
        /// What came of it.
        result: Result<ServiceReply, ServiceError>,
    },
    /// The same for a reply whose content follows the frame.
    ReplyAndContent {
        /// The number that the call carried.
        id: u32,
        /// What came of it, without the content.
        result: Result<ServiceReply, ServiceError>,
        /// Bytes of the content.
        length: u32,
    },
}

/// From a worker to the gateway.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToGateway {
    /// The first word of every process; the kernel says whose it is.
    Hello {
        /// The walls that the process found around itself.
        level: SandboxLevel,
    },
    /// From a zygote: the bundle is loaded.
    Loaded(LoadReport),
    /// From a zygote: the bundle cannot be loaded.
    LoadFailed(Failure),
    /// A line of the log.
    Log(LogLine),
    /// A service call.
    Call {
        /// A number that the reply repeats.
        id: u32,
        /// The call.
        call: ServiceCall,
    },
    /// The answer of the function. Work that it started may still go on.
    Done(Outcome),
    /// The process noticed that it went over a limit, and ends.
    LimitReached {
        /// Which limit.
        limit: Limit,
        /// How much it had used, in the limit's unit.
        used: u64,
    },
    /// The process made a system call that its filter refuses, and ends.
    Violation {
        /// The call's number.
        call: u32,
    },
    /// The process found a fault in itself (V8 or the worker), and ends.
    Crashed {
        /// What it was, for the host's log.
        message: String,
    },
    /// A service call whose content follows the frame.
    CallAndContent {
        /// A number that the reply repeats.
        id: u32,
        /// The call, without the content.
        call: ServiceCall,
        /// Bytes of the content.
        length: u32,
    },
}

/// What an application zygote is made from.
#[derive(Debug, Serialize, Deserialize)]
pub struct Load {
    /// The bundle's file name, as it appears in stacks.
    pub name: String,
    /// The bundle's source.
    pub source: String,
    /// How the source is to be read.
    pub format: BundleFormat,
    /// `ketrics.environment`.
    pub environment: BTreeMap<String, String>,
    /// Limits for loading, and what they bound later.
    pub limits: Limits,
}

/// The two kinds of bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BundleFormat {
    /// `module.exports`, as esbuild writes it with `--platform=node`.
    CommonJs,
    /// An ES module.
    EsModule,
}

/// What a zygote learned while it loaded its bundle.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LoadReport {
    /// Names of the exported functions.
    pub functions: Vec<String>,
    /// Names of exports that are no functions.
    pub other_exports: Vec<String>,
}

/// One call of one function.
#[derive(Debug, Serialize, Deserialize)]
pub struct Invoke {
    /// UUID of the invocation.
    pub id: String,
    /// Name of the export.
    pub function: String,
    /// The only argument, as JSON.
    pub payload: String,
    /// Who calls, and where.
    pub context: Context,
    /// What the invocation may use.
    pub limits: Limits,
}

/// What a function answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Outcome {
    /// It returned, or its promise resolved: the value as JSON.
    Returned(String),
    /// It did not.
    Failed(Failure),
}

/// Why there is no result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The code that the caller sees.
    pub code: FailureCode,
    /// The message that the caller sees.
    pub message: String,
    /// The stack, source-mapped, for the log only.
    pub stack: Option<String>,
}

/// The codes that a worker may answer with. The gateway adds those that it measures itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FailureCode {
    /// The function threw, or its promise rejected.
    Runtime,
    /// No such export, or not a function.
    FunctionNotFound,
    /// The result's JSON is longer than the limit.
    ResultTooLarge,
}

/// A line of an application's log.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LogLine {
    /// How severe it is.
    pub level: LogLevel,
    /// The text, formatted as `console.log` does, within the limit.
    pub message: String,
    /// Bytes of the whole text, where only its beginning is here.
    pub cut_from: Option<u64>,
    /// The objects that were logged, as a JSON array, within the limit as well.
    pub data: Option<String>,
}

/// The levels of `ketrics.console`; `log` is `Info`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogLevel {
    /// `console.debug`
    Debug,
    /// `console.log`, `console.info`
    Info,
    /// `console.warn`
    Warn,
    /// `console.error`
    Error,
}

/// A frame that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The length in front is over the limit.
    #[error("a frame of {0} bytes is over the limit of {1}")]
    TooLong(usize, usize),
    /// The bytes are no frame.
    #[error("the frame cannot be read: {0}")]
    Malformed(#[from] postcard::Error),
    /// Content follows what has none.
    #[error("content follows a frame that has no place for it")]
    NoContent,
}

/// Encodes a frame, its length in front.
///
/// ```
/// use ketrics_protocol::SandboxLevel;
/// use ketrics_protocol::frame::{ToGateway, decode, encode, frame_length};
/// let bytes = encode(&ToGateway::Hello { level: SandboxLevel::Full });
/// let length = frame_length(bytes[..4].try_into().unwrap(), 1024).unwrap();
/// assert!(matches!(decode(&bytes[4..4 + length]).unwrap(), ToGateway::Hello { .. }));
/// ```
///
/// # Panics
/// When the value is longer than 4 GiB; every caller bounds what it sends.
#[must_use]
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    let bytes = postcard::to_extend(value, vec![0; HEADER_BYTES])
        .expect("frames hold only what postcard can write");
    let mut bytes = bytes;
    let length = u32::try_from(bytes.len() - HEADER_BYTES).expect("frames are far below 4 GiB");
    bytes[..HEADER_BYTES].copy_from_slice(&length.to_le_bytes());
    bytes
}

/// Encodes a small frame into a buffer, its length in front, without asking for memory: a signal
/// handler may. `None` when it does not fit.
#[must_use]
pub fn encode_into<'a, T: Serialize>(value: &T, buffer: &'a mut [u8]) -> Option<&'a [u8]> {
    let (head, body) = buffer.split_at_mut_checked(HEADER_BYTES)?;
    let length = postcard::to_slice(value, body).ok()?.len();
    head.copy_from_slice(&u32::try_from(length).ok()?.to_le_bytes());
    buffer.get(..HEADER_BYTES + length)
}

/// Reads the length in front of a frame and refuses one over `limit`.
///
/// # Errors
/// [`FrameError::TooLong`].
pub fn frame_length(header: [u8; HEADER_BYTES], limit: usize) -> Result<usize, FrameError> {
    let length = u32::from_le_bytes(header) as usize;
    if length > limit {
        return Err(FrameError::TooLong(length, limit));
    }
    Ok(length)
}

/// Decodes a frame without its length.
///
/// # Errors
/// [`FrameError::Malformed`], also when bytes are left over.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, FrameError> {
    let (value, rest) = postcard::take_from_bytes(bytes)?;
    if rest.is_empty() {
        Ok(value)
    } else {
        Err(FrameError::Malformed(postcard::Error::SerdeDeCustom))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_over_the_limit_is_refused_before_it_is_read() {
        let header = 1025_u32.to_le_bytes();
        assert!(matches!(
            frame_length(header, 1024),
            Err(FrameError::TooLong(1025, 1024))
        ));
        assert!(matches!(
            frame_length(1024_u32.to_le_bytes(), 1024),
            Ok(1024)
        ));
    }

    #[test]
    fn random_bytes_and_bytes_left_over_are_no_frame() {
        let mut state = 1_u64;
        for _ in 0..10_000 {
            let bytes: Vec<u8> = (0..24)
                .map(|_| {
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1);
                    state.to_le_bytes()[7]
                })
                .collect();
            // Whatever comes of it, it is a value or an error, and no panic.
            let _ = decode::<ToGateway>(&bytes);
        }
        let level = SandboxLevel::Full;
        let mut hello = encode(&ToGateway::Hello { level }).split_off(HEADER_BYTES);
        hello.push(0);
        assert!(decode::<ToGateway>(&hello).is_err());
    }
}
