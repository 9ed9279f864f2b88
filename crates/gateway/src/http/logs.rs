//! The log as it is kept: of an application, for whoever may deploy it, and of a tenant, for the
//! administrator.

use super::authority;
use super::respond::ErrorAnswer;
use crate::deploy::time;
use crate::error::CallError;
use crate::error::ErrorCode;
use crate::http::Http;
use axum::Json;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::QueryRejection;
use axum::http::HeaderMap;
use chrono::DateTime;
use ketrics_directory::LogFilter;
use ketrics_directory::LogLevel;
use ketrics_directory::LogPosition;
use ketrics_directory::LogSource;
use ketrics_directory::StoredLogLine;
use ketrics_directory::TenantId;
use serde::Deserialize;
use serde::Serialize;
use serde_json::value::RawValue;
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa::ToSchema;

const DEFAULT_PAGE: u32 = 100;
const MOST_PER_PAGE: u32 = 1_000;
const MOST_TEXT: usize = 200;

/// Which lines.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Parameters {
    /// Only lines of this function.
    function: Option<String>,
    /// Only lines of this level and those above: `debug`, `info`, `warn` or `error`.
    level: Option<String>,
    /// Only lines from this time on, as RFC 3339.
    since: Option<String>,
    /// Only lines before this time, as RFC 3339.
    until: Option<String>,
    /// Only lines whose message holds this text, at most 200 characters; letters A to Z in either
    /// case.
    search: Option<String>,
    /// Only lines of the call or of the job with this id.
    request: Option<String>,
    /// 1 to 1000; 100 without it.
    limit: Option<u32>,
    /// The `cursor` of the page before.
    cursor: Option<String>,
    /// The `latest` of an answer: what was stored since then, in the order in which it was.
    after: Option<i64>,
}

/// Lines of a log.
#[derive(Debug, Serialize, ToSchema)]
pub struct Lines {
    /// Always true.
    success: bool,
    /// Newest first; with `after`, in the order in which they were stored. There may be fewer than
    /// asked for, or none, and still a cursor, where there was much to look through.
    lines: Vec<Line>,
    /// For the next page, of older lines, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
    /// What `after` takes, to ask for what is stored from now on.
    latest: i64,
}

/// A line of a log.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// RFC 3339.
    timestamp: String,
    /// `debug`, `info`, `warn` or `error`.
    level: &'static str,
    /// Who wrote it: `application` or `platform`.
    source: &'static str,
    /// Id of the tenant.
    tenant_id: String,
    /// Id of the application.
    application_id: String,
    /// Code of the application.
    application: String,
    /// Id of its deployment.
    deployment_id: String,
    /// The function; not for what is logged while a bundle loads.
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<String>,
    /// Id of the call, which the answer's header `x-request-id` carries.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    /// The job that the call was.
    #[serde(skip_serializing_if = "Option::is_none")]
    job_id: Option<String>,
    /// Id of the user or the service account that called.
    #[serde(skip_serializing_if = "Option::is_none")]
    requestor_id: Option<String>,
    /// What it says.
    message: String,
    /// The objects and arrays that were logged beside texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<serde_json::Value>>)]
    data: Option<Box<RawValue>>,
    /// What the call used; on the line that says that it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    receipt: Option<Box<RawValue>>,
}

/// Read the log of an application
#[utoipa::path(
    get,
    path = "/tenants/{tenant}/applications/{application}/logs",
    tag = "logs",
    operation_id = "application_logs",
    params(
        ("tenant" = String, Path, description = "Id or code of the tenant"),
        ("application" = String, Path, description = "Id or code of the application"),
        Parameters,
    ),
    responses(
        (status = 200, description = "Its lines", body = Lines),
        (status = "default", description = "They cannot be read", body = ErrorAnswer),
    ),
    security(("deployment" = []), ("administrator" = [])),
)]
pub async fn of_application(
    State(http): State<Arc<Http>>,
    Path((tenant, application)): Path<(String, String)>,
    query: Result<Query<Parameters>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Json<Lines>, CallError> {
    let place = authority::deployer(&http, &headers, &tenant, &application).await?;
    let filter = LogFilter {
        application: Some(place.application.id),
        ..LogFilter::all()
    };
    read(&http, place.tenant.id, filter, query).await
}

/// Read the log of a tenant
#[utoipa::path(
    get,
    path = "/tenants/{tenant}/logs",
    tag = "logs",
    operation_id = "tenant_logs",
    params(
        ("tenant" = String, Path, description = "Id or code of the tenant"),
        Parameters,
    ),
    responses(
        (status = 200, description = "The lines of all its applications", body = Lines),
        (status = "default", description = "They cannot be read", body = ErrorAnswer),
    ),
    security(("administrator" = [])),
)]
pub async fn of_tenant(
    State(http): State<Arc<Http>>,
    Path(tenant): Path<String>,
    query: Result<Query<Parameters>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Json<Lines>, CallError> {
    authority::administrator(&http, &headers)?;
    let tenant = authority::tenant(&http, &tenant).await?;
    read(&http, tenant.id, LogFilter::all(), query).await
}

async fn read(
    http: &Http,
    tenant: TenantId,
    filter: LogFilter,
    query: Result<Query<Parameters>, QueryRejection>,
) -> Result<Json<Lines>, CallError> {
    let Query(parameters) = query.map_err(|error| invalid(error.body_text()))?;
    let limit = parameters.limit.unwrap_or(DEFAULT_PAGE);
    if !(1..=MOST_PER_PAGE).contains(&limit) {
        return Err(invalid(format!(
            "limit must be 1 to {MOST_PER_PAGE}, not {limit}"
        )));
    }
    let behind = match &parameters.cursor {
        Some(cursor) => Some(
            position(cursor)
                .ok_or_else(|| invalid("cursor must be one that this URL gave".to_owned()))?,
        ),
        None => None,
    };
    let after = parameters.after;
    if after.is_some() && behind.is_some() {
        return Err(invalid("cursor and after do not go together".to_owned()));
    }
    let filter = narrowed(filter, parameters)?;
    let directory = http.runtime.directory();
    // Whoever searches a lot waits for others who do, and calls do not.
    let _turn = http.readers.acquire().await;
    let (lines, behind, latest) = match after {
        Some(after) => {
            let news = directory.log_news(tenant, &filter, after, limit).await?;
            (news.lines, None, news.last)
        }
        None => {
            let page = directory.log_page(tenant, &filter, behind, limit).await?;
            (page.lines, page.behind, page.last)
        }
    };
    Ok(Json(Lines {
        success: true,
        lines: lines.into_iter().map(line).collect(),
        cursor: behind.map(|behind| format!("{}.{}", behind.time, behind.number)),
        latest,
    }))
}

fn narrowed(filter: LogFilter, parameters: Parameters) -> Result<LogFilter, CallError> {
    let level = match &parameters.level {
        Some(name) => LogLevel::named(name).ok_or_else(|| {
            let names = LogLevel::ALL.map(LogLevel::name).join(", ");
            invalid(format!("level must be one of {names}, not {name:?}"))
        })?,
        None => LogLevel::Debug,
    };
    if let Some(text) = &parameters.search
        && text.chars().count() > MOST_TEXT
    {
        return Err(invalid(format!(
            "search must have at most {MOST_TEXT} characters"
        )));
    }
    let point = |name: &str, text: Option<String>| {
        text.map(|text| {
            let point = DateTime::parse_from_rfc3339(&text).map_err(|_| {
                invalid(format!(
                    "{name} must be a time like 2030-01-31T12:00:00Z, not {text:?}"
                ))
            });
            point.map(|point| point.timestamp_millis())
        })
        .transpose()
    };
    Ok(LogFilter {
        function: parameters.function,
        level,
        since: point("since", parameters.since)?,
        until: point("until", parameters.until)?,
        text: parameters.search,
        request: parameters.request,
        ..filter
    })
}

fn line(stored: StoredLogLine) -> Line {
    let line = stored.line;
    let data = line.data.and_then(|data| RawValue::from_string(data).ok());
    let (data, receipt) = match line.source {
        LogSource::Application => (data, None),
        LogSource::Platform => (None, data),
    };
    Line {
        timestamp: time(line.time),
        level: line.level.name(),
        source: line.source.name(),
        tenant_id: line.tenant_id.to_string(),
        application_id: line.application_id.to_string(),
        application: stored.application_code,
        deployment_id: line.deployment_id.to_string(),
        function: line.function,
        request_id: line.invocation_id,
        job_id: line.job_id.map(|job| job.to_string()),
        requestor_id: line.requestor_id,
        message: line.message,
        data,
        receipt,
    }
}

fn position(cursor: &str) -> Option<LogPosition> {
    let (time, number) = cursor.split_once('.')?;
    Some(LogPosition {
        time: time.parse().ok()?,
        number: number.parse().ok()?,
    })
}

fn invalid(message: String) -> CallError {
    CallError::new(ErrorCode::InvalidRequest, message)
}
