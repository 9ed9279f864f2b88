//! The other applications of a tenant, as one of its invocations calls them: like a call over
//! HTTP, with the requestor of the one that calls, and within the time that it has left.

use crate::call::Call;
use crate::call::Done;
use crate::call::Origin;
use crate::error::CallError;
use crate::error::ErrorCode;
use crate::routes::Target;
use crate::runtime::Runtime;
use async_trait::async_trait;
use ketrics_directory::Requestor;
use ketrics_protocol::RequestorContext;
use ketrics_services::Caller;
use ketrics_services::Peer;
use ketrics_services::PeerError;
use ketrics_services::PeerResult;
use ketrics_services::Peers;
use std::sync::Arc;

/// Calls other applications on this host.
pub(crate) struct OtherApplications(pub(crate) Arc<Runtime>);

impl OtherApplications {
    /// What a code leads to, and its caller as it will see it.
    async fn reach(
        &self,
        caller: &Caller,
        code: &str,
    ) -> Result<(Arc<Target>, RequestorContext), PeerError> {
        let target = self
            .0
            .target(&caller.tenant_id.to_string(), code)
            .await
            .map_err(worded)?;
        // An id leads there, too, and is no code.
        if target.application.code != code {
            return Err(PeerError::NotFound);
        }
        let requestor = identity(&caller.requestor).ok_or(PeerError::Denied)?;
        let mut requestor = self
            .0
            .find_requestor(requestor, &target)
            .await
            .map_err(worded)?
            .ok_or(PeerError::Denied)?;
        requestor.is_cross_app = Some(true);
        requestor.source_application_code = Some(caller.application_code.clone());
        Ok((target, requestor))
    }
}

#[async_trait]
impl Peers for OtherApplications {
    async fn find(&self, caller: &Caller, code: &str) -> Result<Peer, PeerError> {
        let (target, _) = self.reach(caller, code).await?;
        Ok(Peer {
            application_id: target.application.id.to_string(),
            name: target.application.name.clone(),
        })
    }

    async fn call(
        &self,
        caller: &Caller,
        code: &str,
        function: &str,
        payload: String,
    ) -> Result<PeerResult, PeerError> {
        let (target, requestor) = self.reach(caller, code).await?;
        let limits = &target.limits;
        if payload.len() as u64 > limits.payload_bytes {
            return Err(worded(CallError::new(
                ErrorCode::PayloadTooLarge,
                format!(
                    "the payload is larger than the limit of {} bytes",
                    limits.payload_bytes
                ),
            )));
        }
        let mut path = caller.path.clone();
        path.push(caller.application_code.clone());
        let origin = Origin::Application {
            path,
            deadline: caller.deadline,
        };
        let longest = origin.limits(limits).wall_clock;
        let call = Call {
            target,
            function: function.to_owned(),
            payload,
            requestor,
            origin,
        };
        let Done { result, used, .. } = self.0.call(call).await;
        match result {
            Ok(result) => Ok(PeerResult {
                result,
                wall: used.wall,
            }),
            Err(error) if error.code == ErrorCode::Timeout => Err(PeerError::TimedOut(longest)),
            Err(error) => Err(worded(error)),
        }
    }
}

fn worded(error: CallError) -> PeerError {
    match error.code {
        ErrorCode::ApplicationNotFound => PeerError::NotFound,
        ErrorCode::ApplicationNotDeployed => PeerError::NotDeployed,
        code => PeerError::Failed {
            code: code.describe().0,
            message: error.message,
        },
    }
}

/// Who a requestor is, by the id that its context carries.
pub(crate) fn identity(context: &RequestorContext) -> Option<Requestor> {
    let user = context.user_id.as_deref().and_then(|id| id.parse().ok());
    let account = context
        .service_account_id
        .as_deref()
        .and_then(|id| id.parse().ok());
    user.map(Requestor::User)
        .or(account.map(Requestor::ServiceAccount))
}
