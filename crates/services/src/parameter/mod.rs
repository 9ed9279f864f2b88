//! `ketrics.Parameter`: configuration values that applications share.
//!
//! A value is a JSON object of at most 64 KiB. Whoever stores one is told what is wrong with it by
//! [`check_parameter`]; what the directory holds is checked again when it is read.

use crate::Invocation;
use crate::failure::opaque;
use ketrics_directory::Directory;
use ketrics_directory::Lookup;
use ketrics_protocol::ParameterCall;
use ketrics_protocol::ParameterReply;
use ketrics_protocol::ServiceError;
use serde_json::value::RawValue;

const MAX_BYTES: usize = 64 * 1024;

/// What a text that is no value of a parameter has wrong; the end of a sentence about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidParameter {
    /// Too many bytes.
    #[error("it has {0} bytes; at most {MAX_BYTES} are allowed")]
    TooLong(usize),
    /// Not JSON.
    #[error("it is not JSON ({0})")]
    NotJson(String),
    /// Some other JSON value.
    #[error("it is {0}; only a JSON object is allowed")]
    NotObject(&'static str),
}

/// Whether a text can be the value of a parameter.
///
/// ```
/// use ketrics_services::check_parameter;
/// assert_eq!(check_parameter(r#"{ "currency": "EUR" }"#), Ok(()));
/// let fault = check_parameter("[1]").unwrap_err();
/// assert_eq!(fault.to_string(), "it is an array; only a JSON object is allowed");
/// ```
///
/// # Errors
/// When it is too long, no JSON, or no JSON object.
pub fn check_parameter(json: &str) -> Result<(), InvalidParameter> {
    if json.len() > MAX_BYTES {
        return Err(InvalidParameter::TooLong(json.len()));
    }
    // Unlike a value that is built, this takes JSON of any depth, as JavaScript does.
    let value: &RawValue =
        serde_json::from_str(json).map_err(|error| InvalidParameter::NotJson(error.to_string()))?;
    let kind = match value.get().bytes().next() {
        Some(b'{') => return Ok(()),
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    };
    Err(InvalidParameter::NotObject(kind))
}

pub(crate) struct Parameters {
    directory: Directory,
}

impl Parameters {
    pub(crate) fn new(directory: Directory) -> Self {
        Self { directory }
    }

    pub(crate) async fn handle(
        &self,
        invocation: &Invocation,
        call: ParameterCall,
    ) -> Result<ParameterReply, ServiceError> {
        invocation.check_open()?;
        let ParameterCall::Get { parameter } = call;
        let caller = invocation.caller();
        let found = self
            .directory
            .lookup_parameter(caller.tenant_id, caller.application_id, &parameter)
            .await
            .map_err(|error| opaque("look a parameter up", error))?;
        match found {
            Lookup::Granted { resource, .. } => match check_parameter(&resource.json) {
                Ok(()) => Ok(ParameterReply::Get {
                    json: resource.json,
                }),
                Err(fault) => Err(ServiceError::new("ParameterInvalidJsonError")
                    .with(parameter)
                    .with(fault.to_string())),
            },
            Lookup::AccessDenied => {
                Err(ServiceError::new("ParameterAccessDeniedError").with(parameter))
            }
            Lookup::NotFound => Err(ServiceError::new("ParameterNotFoundError").with(parameter)),
        }
    }
}
