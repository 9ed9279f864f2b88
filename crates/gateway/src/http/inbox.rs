//! A user's inbox, for front ends, with the user's own token:
//! `GET /tenants/{tenant}/messages` and `POST /tenants/{tenant}/messages/{message}/read`.

use super::respond::Done;
use super::respond::ErrorAnswer;
use crate::deploy::time;
use crate::error::CallError;
use crate::error::ErrorCode;
use crate::http::Http;
use crate::http::functions::authenticate;
use axum::Json;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::QueryRejection;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use ketrics_directory::InboxMessage;
use ketrics_directory::InboxPage;
use ketrics_directory::InboxPosition;
use ketrics_directory::InboxView;
use ketrics_directory::MessageId;
use ketrics_directory::MessagePriority;
use ketrics_directory::Requestor;
use ketrics_directory::TenantId;
use ketrics_directory::UserId;
use ketrics_directory::UserStatus;
use serde::Deserialize;
use serde::Serialize;
use serde_json::value::RawValue;
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa::ToSchema;

const DEFAULT_PAGE: u32 = 20;
const MOST_PER_PAGE: u32 = 100;

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Parameters {
    /// 1 to 100; 20 without it.
    limit: Option<u32>,
    /// The `cursor` of the page before.
    cursor: Option<String>,
    /// Only those that were not read.
    #[serde(default)]
    #[param(required = false)]
    unread: bool,
}

/// A page of an inbox.
#[derive(Serialize, ToSchema)]
pub struct Inbox {
    /// Always true.
    success: bool,
    /// Newest first.
    messages: Vec<InboxEntry>,
    /// Messages of the whole inbox that were not read.
    unread: u64,
    /// For the next page, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
}

/// A message. Times are RFC 3339.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InboxEntry {
    /// UUID.
    message_id: String,
    /// Id of the application that sent it.
    application_id: String,
    /// Code of that application.
    application_code: String,
    /// The application's own type.
    #[serde(rename = "type")]
    kind: String,
    /// One line.
    subject: String,
    /// Markdown.
    body: String,
    /// `LOW`, `MEDIUM` or `HIGH`.
    priority: &'static str,
    /// Where a click leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    action_url: Option<String>,
    /// What the application sent along.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    data: Option<Box<RawValue>>,
    /// When it was sent.
    created_at: String,
    /// When it goes from the inbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    /// When it was marked as read.
    #[serde(skip_serializing_if = "Option::is_none")]
    read_at: Option<String>,
}

/// Read the inbox of the user whose token it is
#[utoipa::path(
    get,
    path = "/tenants/{tenant}/messages",
    tag = "inbox",
    operation_id = "inbox",
    params(
        ("tenant" = String, Path, description = "Id or code of the tenant"),
        Parameters,
    ),
    responses(
        (status = 200, description = "Messages that have not expired, newest first", body = Inbox),
        (status = "default", description = "It cannot be read", body = ErrorAnswer),
    ),
    security(("requestor" = [])),
)]
pub async fn list(
    State(http): State<Arc<Http>>,
    Path(tenant): Path<String>,
    query: Result<Query<Parameters>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, CallError> {
    let (tenant, user) = owner(&http, &headers, &tenant).await?;
    let Query(parameters) = query.map_err(|error| invalid(error.body_text()))?;
    let limit = parameters.limit.unwrap_or(DEFAULT_PAGE);
    if !(1..=MOST_PER_PAGE).contains(&limit) {
        return Err(invalid(format!(
            "limit must be 1 to {MOST_PER_PAGE}, not {limit}"
        )));
    }
    let behind = parameters
        .cursor
        .as_deref()
        .map(|cursor| {
            position(cursor)
                .ok_or_else(|| invalid("cursor must be one that this URL gave".to_owned()))
        })
        .transpose()?;
    let page = InboxPage {
        view: if parameters.unread {
            InboxView::Unread
        } else {
            InboxView::All
        },
        behind,
        limit: limit + 1,
    };
    let directory = http.runtime.directory();
    let mut messages = directory.inbox_page(tenant, user, page).await?;
    let more = messages.len() > limit as usize;
    messages.truncate(limit as usize);
    let last = messages.last().filter(|_| more);
    let answer = Inbox {
        success: true,
        cursor: last.map(|last| format!("{}.{}", last.created_at, last.id)),
        unread: directory.unread_messages(tenant, user).await?,
        messages: messages.into_iter().map(entry).collect(),
    };
    Ok(private(Json(answer)))
}

/// Mark a message as read
///
/// The first time counts.
#[utoipa::path(
    post,
    path = "/tenants/{tenant}/messages/{message}/read",
    tag = "inbox",
    params(
        ("tenant" = String, Path, description = "Id or code of the tenant"),
        ("message" = String, Path, description = "Id of the message"),
    ),
    responses(
        (status = 200, description = "It is marked", body = Done),
        (status = "default", description = "It is not", body = ErrorAnswer),
    ),
    security(("requestor" = [])),
)]
pub async fn mark_read(
    State(http): State<Arc<Http>>,
    Path((tenant, message)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, CallError> {
    let (tenant, user) = owner(&http, &headers, &tenant).await?;
    let marked = match message.parse::<MessageId>() {
        Ok(message) => {
            let directory = http.runtime.directory();
            directory.mark_message_read(tenant, user, message).await?
        }
        Err(_) => false,
    };
    if !marked {
        let missing = format!("There is no message '{message}' in this inbox");
        return Err(CallError::new(ErrorCode::NotFound, missing));
    }
    Ok(private(Json(Done::new())))
}

/// Whose inbox it is: a user's, by the token, in the tenant that the URL names.
async fn owner(
    http: &Http,
    headers: &HeaderMap,
    tenant: &str,
) -> Result<(TenantId, UserId), CallError> {
    let identity = authenticate(http, headers).await?;
    let named = http.runtime.directory().find_tenant(tenant).await?;
    if named.is_none_or(|tenant| tenant.id != identity.tenant) {
        let message = "The token is for another tenant";
        return Err(CallError::new(ErrorCode::Unauthenticated, message));
    }
    let refused = |message: &str| Err(CallError::new(ErrorCode::Forbidden, message));
    match identity.requestor {
        Requestor::User(id) => {
            let user = http.runtime.directory().find_user(identity.tenant, id);
            match user.await?.map(|user| user.status) {
                Some(UserStatus::Active) => Ok((identity.tenant, id)),
                Some(UserStatus::Inactive) => refused("The user is switched off"),
                None => refused("There is no such user"),
            }
        }
        Requestor::ServiceAccount(_) => refused("Only users have an inbox"),
    }
}

fn entry(message: InboxMessage) -> InboxEntry {
    let content = message.content;
    InboxEntry {
        message_id: message.id.to_string(),
        application_id: message.application_id.to_string(),
        application_code: message.application_code,
        kind: content.kind,
        subject: content.subject,
        body: content.body,
        priority: match content.priority {
            MessagePriority::Low => "LOW",
            MessagePriority::Medium => "MEDIUM",
            MessagePriority::High => "HIGH",
        },
        action_url: content.action_url,
        data: content
            .data
            .and_then(|data| RawValue::from_string(data).ok()),
        created_at: time(message.created_at),
        expires_at: content.expires_at.map(time),
        read_at: message.read_at.map(time),
    }
}

/// The inbox is the user's own, so a position in it needs no seal.
fn position(cursor: &str) -> Option<InboxPosition> {
    let (created_at, id) = cursor.split_once('.')?;
    Some(InboxPosition {
        created_at: created_at.parse().ok()?,
        id: id.parse().ok()?,
    })
}

fn private(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    let never = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, never);
    response
}

fn invalid(message: String) -> CallError {
    CallError::new(ErrorCode::InvalidRequest, message)
}
