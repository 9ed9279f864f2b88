//! `ketrics.Applications`: functions of the tenant's other applications.
//!
//! The call itself is the gateway's: it goes through the same admission as one over HTTP, and runs
//! in a process of its own. So the gateway hands each invocation its [`Peers`]; what is checked
//! here is what a chain of calls may be.

use crate::Caller;
use crate::Invocation;
use crate::invocation::over;
use async_trait::async_trait;
use ketrics_protocol::ApplicationsCall;
use ketrics_protocol::ApplicationsReply;
use ketrics_protocol::ServiceError;
use serde_json::value::RawValue;
use std::time::Duration;

/// How many calls between applications may be open inside each other.
const MAX_NESTING: usize = 5;
const MAX_FUNCTION_BYTES: usize = 255;

/// The other applications of an invocation's tenant.
#[async_trait]
pub trait Peers: Send + Sync {
    /// The tenant's application with this code, when it is deployed and the caller's requestor has
    /// a role in it.
    async fn find(&self, caller: &Caller, code: &str) -> Result<Peer, PeerError>;

    /// Calls a function of that application for the caller's requestor, who is told there from
    /// where the call comes, within the time that the caller has left.
    async fn call(
        &self,
        caller: &Caller,
        code: &str,
        function: &str,
        payload: String,
    ) -> Result<PeerResult, PeerError>;
}

/// An application that may be called.
#[derive(Clone, Debug)]
pub struct Peer {
    /// UUID.
    pub application_id: String,
    /// Display name.
    pub name: String,
}

/// What a function of another application returned.
#[derive(Clone, Debug)]
pub struct PeerResult {
    /// JSON.
    pub result: String,
    /// How long it ran.
    pub wall: Duration,
}

/// Why another application was not called, or has no result.
#[derive(Clone, Debug)]
pub enum PeerError {
    /// The tenant has no application with this code.
    NotFound,
    /// It has no active deployment.
    NotDeployed,
    /// The requestor has no role in it.
    Denied,
    /// The function took longer than this.
    TimedOut(Duration),
    /// Anything else, as a caller over HTTP would be told it.
    Failed {
        /// For example `RUNTIME_ERROR`.
        code: &'static str,
        /// For people.
        message: String,
    },
}

pub(crate) async fn handle(
    invocation: &Invocation,
    call: ApplicationsCall,
) -> Result<ApplicationsReply, ServiceError> {
    invocation.check_open()?;
    let caller = invocation.caller();
    let peers = invocation.peers();
    match call {
        ApplicationsCall::Connect { application } => {
            let peer = invocation
                .bounded(peers.find(caller, &application))
                .await
                .map_err(|_| over())?
                .map_err(|error| worded(caller, &application, "", error))?;
            Ok(ApplicationsReply::Connect {
                application_id: peer.application_id,
                name: peer.name,
            })
        }
        ApplicationsCall::Invoke {
            application,
            function,
            payload,
        } => {
            check(caller, &application, &function, &payload)
                .map_err(|error| worded(caller, &application, &function, error))?;
            let result = invocation
                .bounded(peers.call(caller, &application, &function, payload))
                .await
                .map_err(|_| over())?
                .map_err(|error| worded(caller, &application, &function, error))?;
            Ok(ApplicationsReply::Invoke {
                result: result.result,
                execution_time: result.wall.as_micros() as f64 / 1_000.0,
            })
        }
    }
}

/// What needs no look at the other application.
fn check(
    caller: &Caller,
    application: &str,
    function: &str,
    payload: &str,
) -> Result<(), PeerError> {
    let failed = |code, message| Err(PeerError::Failed { code, message });
    if function.is_empty() || function.len() > MAX_FUNCTION_BYTES {
        return failed(
            "FUNCTION_NOT_FOUND",
            format!("the name of a function has 1 to {MAX_FUNCTION_BYTES} bytes"),
        );
    }
    if let Err(error) = serde_json::from_str::<&RawValue>(payload) {
        return failed(
            "INVALID_REQUEST",
            format!("the payload must be JSON: {error}"),
        );
    }
    let chain = || {
        let mut codes: Vec<&str> = caller.path.iter().map(String::as_str).collect();
        codes.extend([caller.application_code.as_str(), application]);
        codes.join(" -> ")
    };
    if application == caller.application_code || caller.path.iter().any(|code| code == application)
    {
        return failed(
            "CALL_CYCLE",
            format!(
                "an application cannot be called while one of its calls waits: {}",
                chain()
            ),
        );
    }
    if caller.path.len() >= MAX_NESTING {
        return failed(
            "CALL_DEPTH",
            format!(
                "calls between applications may nest {MAX_NESTING} deep: {}",
                chain()
            ),
        );
    }
    Ok(())
}

fn worded(caller: &Caller, application: &str, function: &str, error: PeerError) -> ServiceError {
    match error {
        PeerError::NotFound => ServiceError::new("ApplicationNotFoundError").with(application),
        PeerError::NotDeployed => {
            ServiceError::new("ApplicationNotDeployedError").with(application)
        }
        PeerError::Denied => ServiceError::new("ApplicationPermissionDeniedError")
            .with(caller.application_code.as_str())
            .with(application)
            .with("The requestor has no role in it."),
        PeerError::TimedOut(limit) => ServiceError::new("ApplicationTimeoutError")
            .with(application)
            .with(function)
            .with((limit.as_secs_f64() * 1_000.0).round()),
        PeerError::Failed { code, message } => ServiceError::new("ApplicationInvocationError")
            .with(application)
            .with(function)
            .with(code)
            .with(message),
    }
}
