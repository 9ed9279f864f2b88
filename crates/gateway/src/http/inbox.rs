//! A user's inbox, for front ends, with the user's own token:
//! `GET /tenants/{tenant}/messages` and `POST /tenants/{tenant}/messages/{message}/read`.

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
use chrono::DateTime;
use chrono::SecondsFormat;
use ketrics_directory::InboxMessage;
use ketrics_directory::InboxPage;
use ketrics_directory::InboxPosition;
use ketrics_directory::InboxView;
use ketrics_directory::MessageId;
use ketrics_directory::MessagePriority;
use ketrics_directory::Requestor;
use ketrics_directory::TenantId;
use ketrics_directory::UserId;
use serde::Deserialize;
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;
use std::sync::Arc;

const DEFAULT_PAGE: u32 = 20;
const MOST_PER_PAGE: u32 = 100;

/// What the query may say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    limit: Option<u32>,
    cursor: Option<String>,
    #[serde(default)]
    unread: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    success: bool,
    messages: Vec<Entry>,
    /// Of the whole inbox.
    unread: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    message_id: String,
    application_id: String,
    application_code: String,
    #[serde(rename = "type")]
    kind: String,
    subject: String,
    body: String,
    priority: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    action_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Box<RawValue>>,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    read_at: Option<String>,
}

/// One page of the inbox, newest first.
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
    let answer = Answer {
        success: true,
        cursor: last.map(|last| format!("{}.{}", last.created_at, last.id)),
        unread: directory.unread_messages(tenant, user).await?,
        messages: messages.into_iter().map(entry).collect(),
    };
    Ok(private(Json(answer)))
}

/// Marks a message as read; the first time counts.
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
    Ok(private(Json(json!({ "success": true }))))
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
    match identity.requestor {
        Requestor::User(user) => Ok((identity.tenant, user)),
        Requestor::ServiceAccount(_) => Err(CallError::new(
            ErrorCode::Forbidden,
            "Only users have an inbox",
        )),
    }
}

fn entry(message: InboxMessage) -> Entry {
    let content = message.content;
    Entry {
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
        created_at: iso(message.created_at),
        expires_at: content.expires_at.map(iso),
        read_at: message.read_at.map(iso),
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

fn iso(milliseconds: i64) -> String {
    DateTime::from_timestamp_millis(milliseconds)
        .unwrap_or_default()
        .to_rfc3339_opts(SecondsFormat::Millis, true)
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
